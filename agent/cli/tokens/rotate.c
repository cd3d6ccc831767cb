/* `ebb tokens rotate`: a new secret in a file. Either a successor like the old token, which is left
 * alive; or, as the API's own way is, for the same token, whose old secret stops at once. */
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
    OPT_IN_PLACE,
    OPT_SUCCESSOR,
    OPT_SECRET_FILE,
    OPT_YES,
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
    [OPT_IN_PLACE] = { .name = "in-place",
                       .type = OPTION_FLAG,
                       .help = "a new secret for the same token: the old one stops at once "
                               "(default with API v3)" },
    [OPT_SUCCESSOR] = { .name = "successor",
                        .type = OPTION_FLAG,
                        .help = "a new token with the same settings; the old one stays alive "
                                "(default with API v2, and with NEW)" },
    [OPT_SECRET_FILE] = { .name = "secret-file",
                          .type = OPTION_TEXT,
                          .value = "FILE",
                          .help = "write the new secret to a new file that only you can read; "
                                  "required" },
    [OPT_YES] = OPTION_ROW_YES,
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

static bool successor_name(const struct context *c, const char *old, char out[NAME_BYTES_MAX + 1],
                           struct fault *why)
{
    const char *named = c->argument_count > 1 ? c->arguments[1] : c->options[OPT_NAME].text;
    if (named && strcmp(named, old) == 0)
        return fault(why, FAULT_REJECT, "the successor's name must differ from the old one");
    if (named && strlen(named) > NAME_BYTES_MAX)
        return fault(why, FAULT_REJECT, "the successor's name is too long");
    if (named)
        snprintf(out, NAME_BYTES_MAX + 1, "%s", named);
    return named || naming_successor(span_of(old), provider_limits()->name_characters, out)
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

static enum exit_status make_successor(const struct context *c, const struct session *s,
                                       const struct creation *creation)
{
    struct creation_end end;
    struct fault why;
    const struct client_ask ask = creation_ask(creation);
    if (c->options[OPT_DRY_RUN].given) {
        session_show_request(s, &ask);
        return EXIT_OK;
    }
    if (!creation_run(s, creation, &end, &why))
        return session_failed(s, creation->name, &why);
    creation_show(s, creation, &end);
    print_next_steps(c, s, &end.token);
    return EXIT_OK;
}

static enum exit_status rotate_to_successor(const struct context *c, const struct session *s,
                                            const struct decoded *old)
{
    struct token_spec w;
    struct fault why;
    char name[NAME_BYTES_MAX + 1];
    if (!can_be_copied(&old->reading, clock_unix(), c->options, &why))
        return session_failed(s, c->arguments[0], &why);
    if (!successor_name(c, old->name, name, &why) || !successor_spec(c, &old->reading, &w, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    bool has_member = session_provider(s)->has_members && old->member[0];
    const struct creation creation = { .name = name,
                                       .member = has_member ? old->member : NULL,
                                       .wish = &w,
                                       .secret_path = c->options[OPT_SECRET_FILE].text,
                                       .resumes = true };
    return make_successor(c, s, &creation);
}

static enum consent ask_about_rotation(const struct context *c, const struct session *s,
                                       const struct decoded *old)
{
    char shown[SESSION_NAME_BYTES];
    struct text query = { 0 };
    text_addf(&query,
              "The present secret of %s stops working at once, and whatever uses it must be given "
              "the new one (--successor leaves it alive). Rotate it?",
              session_name(old->name, shown));
    enum consent consent = session_ask(s, c->options[OPT_YES].given, text_z(&query));
    text_done(&query);
    return consent;
}

static void show_rotated(const struct session *s, const struct decoded *old, const char *path)
{
    struct writer *w = s->out;
    if (w->format == FORMAT_JSON) {
        json_open_object(&w->json, NULL);
        json_add_z(&w->json, "account", s->account->name);
        json_add_z(&w->json, "token", old->name);
        json_add_bool(&w->json, "rotated_in_place", true);
        json_add_z(&w->json, "secret_file", path);
        json_close(&w->json);
    } else {
        writer_add(w, "rotated ");
        writer_add_safe(w, span_of(old->name));
        writer_add(w, "; its new secret written to ");
        writer_add_safe(w, span_of(path));
        writer_add(w, ", the old one no longer works");
    }
    writer_add(w, "\n");
}

/* The file is there before the old secret stops. */
static bool renew(const struct session *s, const struct decoded *old, const char *path,
                  struct fault *why)
{
    struct secret_file file = { 0 };
    char secret[SECRET_ROOM] = { 0 };
    const struct token_ref token = client_ref(s->account, old);
    client_forget(s->client);
    if (!secret_file_open(path, &file, why))
        return false;
    if (client_rotate(s->client, &token, secret, why))
        return secret_file_put(&file, secret, why)
            || fault_within(why,
                            "it was rotated, but its new secret was not written to %s (run the "
                            "same command again for another one)",
                            path);
    bool may_have = client_may_have_done(s->client);
    secret_file_close(&file, !may_have);
    return fault_within(why,
                        may_have ? "its old secret may have stopped working, and no new one was "
                                   "received (run the same command again)"
                                 : "it was not rotated");
}

static enum exit_status rotate_in_place(const struct context *c, const struct session *s,
                                        const struct decoded *old)
{
    const char *path = c->options[OPT_SECRET_FILE].text;
    struct fault why;
    const struct client_ask ask = { .verb = CLIENT_ROTATE, .token = client_ref(s->account, old) };
    if (!session_provider(s)->add_rotation_path)
        return complain(EXIT_USAGE, "tokens rotate: this API does not offer --in-place");
    if (c->options[OPT_DRY_RUN].given) {
        session_show_request(s, &ask);
        return EXIT_OK;
    }
    enum consent consent = ask_about_rotation(c, s, old);
    if (consent != CONSENT_GIVEN)
        return session_unwilling(consent);
    if (!renew(s, old, path, &why)) {
        if (client_is_missing(s->client))
            fault(
                &why, FAULT_REJECT,
                "the API does not rotate it in place (HTTP 404): --successor makes another token");
        return session_failed(s, old->name, &why);
    }
    show_rotated(s, old, path);
    return EXIT_OK;
}

static bool wants_successor(const struct context *c)
{
    static const size_t means[] = { OPT_NAME, OPT_BALANCE, OPT_EXPIRES, OPT_TYPE, OPT_SUCCESSOR };
    bool wants = c->argument_count > 1;
    for (size_t i = 0; i < COUNT(means); i++)
        wants |= c->options[means[i]].given;
    return wants;
}

static enum exit_status look_and_rotate(const struct context *c, const struct session *s)
{
    struct decoded old;
    struct fault why;
    bool in_place = c->options[OPT_IN_PLACE].given
        || (session_provider(s)->rotates_in_place && !wants_successor(c));
    if (!client_find(s->client, c->arguments[0], &old, &why))
        return session_token_failed(s, c->arguments[0], &why);
    return in_place ? rotate_in_place(c, s, &old) : rotate_to_successor(c, s, &old);
}

static enum exit_status tokens_rotate_run(const struct context *c)
{
    struct session s = { 0 };
    struct fault why;
    ask_json(c, OPT_JSON);
    if (c->argument_count > 1 && c->options[OPT_NAME].given)
        return complain(EXIT_USAGE, "tokens rotate: the successor's name is given twice");
    if (c->options[OPT_IN_PLACE].given && wants_successor(c))
        return complain(EXIT_USAGE,
                        "tokens rotate: --in-place keeps the token as it is: it cannot be combined "
                        "with what is said of a successor");
    if (!c->options[OPT_SECRET_FILE].given && !c->options[OPT_DRY_RUN].given)
        return complain(EXIT_USAGE,
                        "tokens rotate: --secret-file FILE is required for the new secret");
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    enum exit_status status = look_and_rotate(c, &s);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_rotate = {
    .name = "rotate",
    .parent = &cmd_tokens,
    .arguments = "OLD [NEW]",
    .help = "a new secret: for a successor with the same settings, or in place",
    .example = "ebb tokens rotate prod-billing-api --secret-file billing.key",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 2,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_rotate_run,
};
