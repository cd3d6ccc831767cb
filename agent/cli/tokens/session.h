/* What every `ebb tokens` command has in common: which account, its client, and how a failed call
 * is reported. */
#pragma once

#include "api/client.h"
#include "cli/ask.h"

#define OPTION_ROW_OF_ACCOUNT                                                                      \
    {                                                                                              \
        .name = "account", .type = OPTION_TEXT, .value = "NAME",                                   \
        .help = "account in the configuration; required if there are several"                      \
    }
#define OPTION_ROW_JSON                                                                            \
    {                                                                                              \
        .name = "json", .type = OPTION_FLAG, .help = "JSON with exact amounts and times in UTC"    \
    }
#define OPTION_ROW_YES                                                                             \
    {                                                                                              \
        .name = "yes", .type = OPTION_FLAG,                                                        \
        .help = "do not ask for confirmation; required without a terminal"                         \
    }
#define OPTION_ROW_DRY_RUN                                                                         \
    {                                                                                              \
        .name = "dry-run", .type = OPTION_FLAG, .help = "print the request without sending it"     \
    }

enum { SESSION_NAME_BYTES = 256 };

struct session {
    const struct account_settings *account;
    const char *store; /* path of the database whose daemon is to know of edits */
    struct client *client;
    struct writer *out; /* borrowed */
};

/* `account` NULL: the only one there is. FAULT_REJECT: which one is meant? */
MUST_CHECK bool session_open(const struct context *c, const char *account, struct session *ret,
                             struct fault *why);
void session_close(struct session *s); /* accepts what was never opened, all zero */

/* client_create and client_change, after writing down for the daemon that the edit is ours. A
 * change is compared with the wish, too. */
MUST_CHECK bool session_create(const struct session *s, const struct client_ask *ask,
                               struct created *ret, struct fault *why);
MUST_CHECK bool session_change(const struct session *s, const struct client_ask *ask,
                               struct decoded *ret, struct fault *why);

/* client_secret, with an error of its own for a secret that the API does not show. */
MUST_CHECK bool session_secret(const struct session *s, const char *name, char ret[SECRET_ROOM],
                               bool *ret_hidden, struct fault *why);

/* What the account's API does its own way. */
const struct provider *session_provider(const struct session *s);

/* A token as it is now, for people or as JSON. */
void session_show(const struct session *s, const struct decoded *d);

/* How to come by a secret that is not shown again. */
#define SESSION_NEW_SECRET "`ebb tokens rotate NAME --secret-file FILE` makes a new one"

/* Says on stderr what went wrong with the last call, field by field where the API did; returns
 * EXIT_FAILED. `token` is the name of the one that it was about; NULL: it was about the account. */
enum exit_status session_failed(const struct session *s, const char *token,
                                const struct fault *why);

/* The same of a token that should be there: when it is not, that is said. */
enum exit_status session_token_failed(const struct session *s, const char *token,
                                      const struct fault *why);

/* A name for people: safe for a terminal, cut when it is long. */
const char *session_name(const char *name, char out[SESSION_NAME_BYTES]);

/* Shows a request as it would go out, but for the key. */
void session_show_request(const struct session *s, const struct client_ask *ask);

enum consent { CONSENT_GIVEN, CONSENT_REFUSED, CONSENT_NOT_ASKED };

/* Asks on the terminal, unless `yes`; where there is none, nothing is asked. What was not consented
 * to is said. */
enum consent session_ask(const struct session *s, bool yes, const char *query);

/* The exit status for a consent that was not given. */
enum exit_status session_unwilling(enum consent consent);
