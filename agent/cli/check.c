/* `ebb check`: is this configuration right? Every mistake at once, on stderr; one line of praise on
 * stdout. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/check_keys.h"
#include "cli/command.h"
#include "core/credits.h"
#include "edge/config.h"
#include "provider/provider.h"
#include "view/writer.h"

enum { OPTION_NO_SECRETS, OPTION_MATCH, OPTION_COUNT_OF_CHECK };

static const struct option_row options[OPTION_COUNT_OF_CHECK] = {
    [OPTION_NO_SECRETS] = { .name = "no-secrets",
                            .type = OPTION_FLAG,
                            .help =
                                "check the settings for keys and passwords without reading them" },
    [OPTION_MATCH] = { .name = "match",
                       .type = OPTION_FLAG,
                       .help = "ask the API for its tokens, and show which known one each would be "
                               "taken for" },
};

static void add_summary(const struct settings *s, struct writer *out)
{
    writer_addf(out, "%s: ok: %zu account%s, %zu rule%s, ", s->file, s->account_count,
                s->account_count == 1 ? "" : "s", s->rule_count, s->rule_count == 1 ? "" : "s");
    if (s->mqtt.enabled)
        writer_addf(out, "broker %s:%" PRId64 "%s\n", s->mqtt.host, s->mqtt.port,
                    s->mqtt.tls ? " with TLS" : "");
    else
        writer_add(out, "no broker\n");
}

/* What the section `http` will do: where it listens, whether encrypted, and who gets in. */
static void add_http(const struct http_settings *h, struct writer *out)
{
    if (!h->enabled)
        return;
    writer_addf(out, "http: listens on %s, %s, %s\n", h->listen,
                h->cert ? "with TLS" : "without TLS",
                h->password_file              ? "asks for a password"
                    : config_http_is_local(h) ? "open to this machine alone"
                                              : "open to everybody who can reach it");
    if (h->password_file && !h->cert && !config_http_is_local(h))
        complain(EXIT_OK,
                 "warning: http: passwords cross the network unencrypted; set `cert` and `key`");
}

/* With --no-secrets nobody has looked into these files. */
static void warn_of_missing_files(const struct http_settings *h)
{
    const char *const files[][2] = { { "password_file", h->password_file },
                                     { "cert", h->cert },
                                     { "key", h->key } };
    for (size_t i = 0; h->enabled && i < COUNT(files); i++)
        if (files[i][1] && access(files[i][1], R_OK) != 0)
            complain(EXIT_OK, "warning: http: %s: %s cannot be read: %s", files[i][0], files[i][1],
                     strerror(errno));
}

/* Whether the rule is about credits that the API of this account does not offer. */
static bool lacks_credits(const struct rule *rule, const struct account_settings *account)
{
    static const struct reading credits = { .name = "", .type = "credits", .budgeted = true };
    const struct snapshot s = { .series = SERIES_CREDITS,
                                .account = account->name,
                                .reading = &credits };
    return rule->enabled && rule_matches(rule, &s) && !provider_of(account)->credits_path;
}

static void warn_of_rule(const struct rule *rule, const struct account_settings *account)
{
    static const char never[] = "it can never fire for this account";
    static const char by_hand[] = "it fires only once they are given with `ebb credits set`";
    bool may_be_given =
        provider_counts_credits(provider_of(account)) && !rule_kind_has(rule->kind, KIND_BY_API);
    complain(EXIT_OK, "warning: rule \"%s\", account \"%s\": credits are %s: %s", rule->name,
             account->name, CREDITS_NOT_OFFERED_REASON, may_be_given ? by_hand : never);
}

static void warn_of_rules(const struct settings *s)
{
    for (size_t r = 0; r < s->rule_count; r++)
        for (size_t i = 0; i < s->account_count; i++)
            if (lacks_credits(&s->rules[r], &s->accounts[i]))
                warn_of_rule(&s->rules[r], &s->accounts[i]);
}

static enum exit_status check_run(const struct context *c)
{
    const char *path = c->argument_count ? c->arguments[0] : c->config_path;
    struct settings *s = NULL;
    struct fault why;
    if (c->options[OPTION_MATCH].given && c->options[OPTION_NO_SECRETS].given)
        return complain(EXIT_USAGE, "check: --match needs the keys of the accounts");
    if (!settings_load(path, c->options[OPTION_NO_SECRETS].given ? SECRETS_NONE : SECRETS_ALL, &s,
                       &why))
        return complain(EXIT_USAGE, "%s", why.text);
    warn_of_rules(s);
    check_calls(s);
    warn_of_missing_files(&s->http);
    add_summary(s, c->out);
    add_http(&s->http, c->out);
    bool ok = !c->options[OPTION_MATCH].given || check_match(s, c->out);
    settings_free(s);
    return ok ? EXIT_OK : EXIT_FAILED;
}

const struct command cmd_check = {
    .name = "check",
    .arguments = "[FILE]",
    .help = "check a configuration and report every error in it",
    .example = "ebb check /etc/ebb/ebb.yaml",
    .needs = NEEDS_NOTHING,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = check_run,
};
