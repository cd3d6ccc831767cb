/* One account and one client for the life of a command. */
#include "cli/tokens/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/nearest.h"
#include "edge/edits.h"
#include "view/token_row.h"

static void add_names(const struct settings *settings, struct text *out)
{
    for (size_t i = 0; i < settings->account_count; i++)
        text_addf(out, "%s%s", i ? ", " : "", settings->accounts[i].name);
}

static bool which(const struct settings *settings, struct fault *why)
{
    struct text names = { 0 };
    add_names(settings, &names);
    fault(why, FAULT_REJECT, "there are several accounts: choose one with --account (%s)",
          text_z(&names));
    text_done(&names);
    return false;
}

static bool pick_account(const struct settings *settings, const char *name,
                         const struct account_settings **ret, struct fault *why)
{
    struct nearest near = nearest_to(span_of(name ? name : ""));
    if (!name && settings->account_count > 1)
        return which(settings, why);
    for (size_t i = 0; i < settings->account_count; i++) {
        nearest_try(&near, settings->accounts[i].name);
        if (!name || strcmp(settings->accounts[i].name, name) == 0) {
            *ret = &settings->accounts[i];
            return true;
        }
    }
    if (near.best)
        return fault(why, FAULT_REJECT, "unknown account \"%s\"; did you mean \"%s\"?", name,
                     near.best);
    return fault(why, FAULT_REJECT, "the configuration has no account \"%s\"", name);
}

bool session_open(const struct context *c, const char *account, struct session *ret,
                  struct fault *why)
{
    struct session s = { .store = c->settings->store, .out = c->out };
    if (!pick_account(c->settings, account, &s.account, why)
        || !client_open(s.account, &s.client, why))
        return false;
    *ret = s;
    return true;
}

/* What the balance will be: as wished, or what a period that is set fills it with. */
static struct maybe_money balance_of(const struct token_spec *w, bool created)
{
    if (w->given[SPEC_BALANCE])
        return w->wanted.balance;
    return created && w->given[SPEC_AMOUNT] ? w->wanted.reset_amount
                                            : (struct maybe_money){ .known = false };
}

/* The file for the daemon, NULL when there is none. The edit goes on without it: money is not lost,
 * only misnamed. */
static char *note(const struct session *s, const char *name, struct maybe_money balance)
{
    char *file = NULL;
    struct fault why;
    if (!edits_note(s->store, s->account->name, name, balance, &file, &why))
        complain(EXIT_OK, "warning: %s; a running ebb may book this edit as consumption", why.text);
    return file;
}

/* What was refused never happened; what nobody knows of may have. */
static bool settle(const struct session *s, char *file, bool done)
{
    if (!done && !client_may_have_done(s->client))
        edits_withdraw(file);
    free(file);
    return done;
}

bool session_create(const struct session *s, const struct client_ask *ask, struct created *ret,
                    struct fault *why)
{
    char *file = note(s, ask->name, balance_of(ask->wish, true));
    return settle(s, file, client_create(s->client, ask, ret, why));
}

bool session_change(const struct session *s, const struct client_ask *ask, struct decoded *ret,
                    struct fault *why)
{
    char *file = note(s, ask->token.address, balance_of(ask->wish, false));
    return settle(s, file, client_change(s->client, ask, ret, why))
        && client_compare(s->client, ask, ret, why);
}

bool session_secret(const struct session *s, const char *name, char ret[SECRET_ROOM],
                    bool *ret_hidden, struct fault *why)
{
    struct decoded d;
    *ret_hidden = false;
    if (!client_locate(s->client, name, &d, why))
        return false;
    const struct token_ref token = client_ref(s->account, &d);
    return client_secret(s->client, &token, ret, ret_hidden, why)
        || (*ret_hidden
                ? fault(why, FAULT_REJECT, "account %s: the API does not show this token's secret",
                        s->account->name)
                : false);
}

const struct provider *session_provider(const struct session *s)
{
    return provider_of(s->account);
}

void session_show(const struct session *s, const struct decoded *d)
{
    const struct token_row row = { s->account->name, d->name,   d->id,
                                   d->member,        d->masked, &d->reading };
    token_row_show(&row, s->out);
}

void session_close(struct session *s)
{
    client_close(s->client);
    *s = (struct session){ 0 };
}

enum exit_status session_failed(const struct session *s, const char *token, const struct fault *why)
{
    const struct complaint *complaints;
    char shown[SESSION_NAME_BYTES], about[SESSION_NAME_BYTES + sizeof "token : "] = "";
    if (token)
        snprintf(about, sizeof about, "token %s: ", session_name(token, shown));
    size_t count = s->client ? client_complaints(s->client, &complaints) : 0;
    if (!count)
        return complain(EXIT_FAILED, "%s%s", about, why->text);
    complain(EXIT_FAILED, "%saccount %s: the API refuses %s:", about, s->account->name,
             count == 1 ? "a field" : "some fields");
    for (size_t i = 0; i < count; i++)
        complain(EXIT_FAILED, "  %s: %s", complaints[i].field, complaints[i].text);
    return EXIT_FAILED;
}

const char *session_name(const char *name, char out[SESSION_NAME_BYTES])
{
    enum { COLUMNS = 60 };
    struct text shown = { 0 };
    text_add_terminal(&shown, span_of(name), COLUMNS);
    snprintf(out, SESSION_NAME_BYTES, "%s", text_z(&shown));
    text_done(&shown);
    return out;
}

enum exit_status session_token_failed(const struct session *s, const char *token,
                                      const struct fault *why)
{
    char shown[SESSION_NAME_BYTES];
    if (!client_is_missing(s->client))
        return session_failed(s, token, why);
    return complain(EXIT_FAILED, "account %s has no token %s", s->account->name,
                    session_name(token, shown));
}

static void show_request_text(const struct client_request *r, struct writer *w)
{
    writer_addf(w, "%s %s\nAuthorization: Bearer [...]\nAccept: application/json\n",
                method_name(r->method), text_z(&r->url));
    if (r->body.len)
        writer_addf(w, "Content-Type: application/json\n\n%s\n", text_z(&r->body));
}

static void show_request_json(const struct client_request *r, struct json_out *j)
{
    json_open_object(j, NULL);
    json_add_z(j, "method", method_name(r->method));
    json_add_z(j, "url", text_z(&r->url));
    text_add(json_begin(j, "body"), span_of(r->body.len ? text_z(&r->body) : "null"));
    json_close(j);
}

void session_show_request(const struct session *s, const struct client_ask *ask)
{
    struct client_request r;
    client_request(s->account, ask, &r);
    if (s->out->format == FORMAT_JSON)
        show_request_json(&r, &s->out->json);
    else
        show_request_text(&r, s->out);
    if (s->out->format == FORMAT_JSON && !s->out->json.depth)
        writer_add(s->out, "\n");
    client_request_done(&r);
}

enum consent session_ask(const struct session *s, bool yes, const char *query)
{
    char answer[16];
    if (yes)
        return CONSENT_GIVEN;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        complain(EXIT_USAGE, "%s There is no terminal to ask on: confirm with --yes", query);
        return CONSENT_NOT_ASKED;
    }
    if (!writer_flush(s->out)) {
        complain(EXIT_FAILED, "nothing was changed, because it cannot be shown");
        return CONSENT_REFUSED;
    }
    fprintf(stderr, "%s [y/N] ", query);
    if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return CONSENT_GIVEN;
    complain(EXIT_FAILED, "nothing was changed");
    return CONSENT_REFUSED;
}

enum exit_status session_unwilling(enum consent consent)
{
    return consent == CONSENT_NOT_ASKED ? EXIT_USAGE : EXIT_FAILED;
}
