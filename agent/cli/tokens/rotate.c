/* `ebb tokens rotate`: a successor like the old token, its secret in a file, the old one left
 * alive. */
#include <stdio.h>

#include "cli/tokens/creation.h"
#include "cli/tokens/terms.h"
#include "cli/tokens/tokens.h"
#include "core/audit/fix.h"
#include "core/calendar.h"

enum {
    OPT_NAME,
    OPT_BALANCE,
    OPT_EXPIRES,
    OPT_TYPE,
    OPT_SECRET_FILE,
    OPT_DRY_RUN,
    OPT_ACCOUNT,
    OPT_JSON,
    OPTS
};

static const struct option_row options[] = {
    [OPT_NAME] = { .name = "name",
                   .type = OPTION_TEXT,
                   .value = "NEW",
                   .help =
                       "name of the successor (default: the old name with -r2, -r3 and so on)" },
    [OPT_BALANCE] = { .name = "balance",
                      .type = OPTION_AMOUNT,
                      .value = "USD",
                      .help = "balance of the successor (default: what the old token has left)" },
    [OPT_EXPIRES] = { .name = "expires",
                      .type = OPTION_AHEAD,
                      .value = "TIME",
                      .help = "expiry of the successor (default: that of the old token)" },
    [OPT_TYPE] = OPTION_ROW_TYPE,
    [OPT_SECRET_FILE] = { .name = "secret-file",
                          .type = OPTION_TEXT,
                          .value = "FILE",
                          .help = "write the successor's secret to a new file that only you can "
                                  "read; required" },
    [OPT_DRY_RUN] = OPTION_ROW_DRY_RUN,
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* What this version read but cannot write again as it was. */
static bool can_be_copied(const struct reading *old, unix_s now, const struct option_value *o,
                          struct fault *why)
{
    if (old->period == RESET_OTHER)
        return fault(why, FAULT_REJECT, "this version of ebb does not support its reset period");
    if (!o[OPT_TYPE].given && strlen(old->type) == TYPE_BYTES - 1)
        return fault(why, FAULT_REJECT, "its type is longer than this version of ebb can copy");
    if (!o[OPT_EXPIRES].given && old->expires != TIME_NONE && old->expires <= now)
        return fault(why, FAULT_REJECT,
                     "it has expired, and so would its successor: set --expires");
    return true;
}

static bool successor_name(const struct context *c, char out[NAME_BYTES_MAX + 1], struct fault *why)
{
    const char *named = c->argument_count > 1 ? c->arguments[1] : c->options[OPT_NAME].text;
    if (named && strcmp(named, c->arguments[0]) == 0)
        return fault(why, FAULT_REJECT, "the successor's name must differ from the old one");
    if (named && strlen(named) > NAME_BYTES_MAX)
        return fault(why, FAULT_REJECT, "the successor's name is too long");
    if (named)
        snprintf(out, NAME_BYTES_MAX + 1, "%s", named);
    return named
        || naming_successor(span_of(c->arguments[0]), provider_limits()->name_characters, out)
        || fault(why, FAULT_REJECT,
                 "the name is too long for a suffix: choose a new one with --name");
}

static bool successor_spec(const struct context *c, const struct reading *old,
                           struct token_spec *ret, struct fault *why)
{
    struct token_spec w = token_spec_from_reading(old);
    if (c->options[OPT_BALANCE].given) {
        w.wanted.balance = money_known((struct money){ c->options[OPT_BALANCE].number });
        w.given[SPEC_BALANCE] = true;
    }
    if (c->options[OPT_EXPIRES].given)
        w.wanted.expires = c->options[OPT_EXPIRES].number;
    *ret = w;
    return terms_read_type(&c->options[OPT_TYPE], ret, why);
}

static void print_next_steps(const struct context *c, const struct session *s,
                             const struct decoded *made)
{
    if (made->reading.budgeted && made->reading.balance.known && made->reading.balance.is.nano <= 0)
        complain(
            EXIT_OK,
            "the successor has nothing to spend: set a balance with `ebb tokens update --balance`");
    if (c->out->format == FORMAT_JSON)
        return;
    writer_add_safe(c->out, span_of(c->arguments[0]));
    const struct fix_words words = { .name = c->arguments[0],
                                     .account = s->account->name,
                                     .name_account = c->options[OPT_ACCOUNT].given };
    struct text line = { 0 };
    fix_add(&line, "ebb tokens retire {name}", &words);
    writer_add(c->out, " still works. Move everything that uses it, then run: ");
    writer_add_safe(c->out, span_of(text_z(&line)));
    writer_add(c->out, "\n");
    text_done(&line);
}

static enum exit_status rotate(const struct context *c, const struct session *s, const char *name,
                               const struct reading *old)
{
    struct token_spec w;
    const struct creation creation = { name, &w, c->options[OPT_SECRET_FILE].text, true };
    struct creation_end end;
    struct fault why;
    if (!successor_spec(c, old, &w, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (c->options[OPT_DRY_RUN].given) {
        session_show_request(s, METHOD_POST, name, &w);
        return EXIT_OK;
    }
    if (!creation_run(s, &creation, &end, &why))
        return session_failed(s, name, &why);
    creation_show(s, &creation, &end);
    print_next_steps(c, s, &end.token);
    return EXIT_OK;
}

static enum exit_status look_and_rotate(const struct context *c, const struct session *s,
                                        const char *name)
{
    struct decoded old;
    struct fault why;
    if (!client_show(s->client, c->arguments[0], &old, &why))
        return session_token_failed(s, c->arguments[0], &why);
    if (!can_be_copied(&old.reading, clock_unix(), c->options, &why))
        return session_failed(s, c->arguments[0], &why);
    return rotate(c, s, name, &old.reading);
}

static enum exit_status tokens_rotate_run(const struct context *c)
{
    struct session s = { 0 };
    struct fault why;
    char name[NAME_BYTES_MAX + 1];
    ask_json(c, OPT_JSON);
    if (c->argument_count > 1 && c->options[OPT_NAME].given)
        return complain(EXIT_USAGE, "tokens rotate: the successor's name is given twice");
    if (!c->options[OPT_SECRET_FILE].given && !c->options[OPT_DRY_RUN].given)
        return complain(EXIT_USAGE,
                        "tokens rotate: --secret-file FILE is required for the new secret");
    if (!successor_name(c, name, &why) || !session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    enum exit_status status = look_and_rotate(c, &s, name);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_rotate = {
    .name = "rotate",
    .parent = &cmd_tokens,
    .arguments = "OLD [NEW]",
    .help = "create a successor with the same settings, keep the old token",
    .example = "ebb tokens rotate prod-billing-api --secret-file billing.key",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 2,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_rotate_run,
};
