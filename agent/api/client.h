/* The token API of one account, for commands: one call at a time, each to its end.
 *
 * FAULT_REJECT: the API says no. FAULT_RETRY: it did not say, after a few tries of what only reads;
 * what writes is sent once, and when no answer came nobody knows whether it was done. */
#pragma once

#include "api/client_request.h"
#include "core/token_set.h"
#include "core/usage.h"
#include "edge/config.h"
#include "edge/fetch.h"
#include "provider/provider.h"
#include "provider/refusal.h"

struct client;

/* The settings, with their key, must outlive the client. */
MUST_CHECK bool client_open(const struct account_settings *settings, struct client **ret,
                            struct fault *why);
void client_close(struct client *c); /* accepts NULL */

/* All tokens of the account, each once; borrowed, until the next list or the end. */
MUST_CHECK bool client_list(struct client *c, const struct token_set **ret, struct fault *why);

/* The token that a person means by a name: its id, else what it is shown by, else what it alone is
 * called. One call for an id, or where the API finds a token by its name; else the whole list is
 * read. */
MUST_CHECK bool client_find(struct client *c, const char *name, struct decoded *ret,
                            struct fault *why);
/* The same for calls that need no more than its name and address: nothing else of it is known, nor
 * whether it is there, where its name is its address. */
MUST_CHECK bool client_locate(struct client *c, const char *name, struct decoded *ret,
                              struct fault *why);
/* Whether that, or the last call, failed because there is no such token. */
bool client_is_missing(const struct client *c);

/* The secret alone; the caller wipes it. `ret_hidden`: the API showed the token without it. */
MUST_CHECK bool client_secret(struct client *c, const struct token_ref *token,
                              char ret[SECRET_ROOM], bool *ret_hidden, struct fault *why);

/* A token that was just made. Some APIs show its secret now and never again, others only later. */
struct created {
    struct decoded token;
    char secret[SECRET_ROOM]; /* empty: not in the answer */
};

/* CLIENT_CREATE. The caller wipes what is made, also when that fails: with a secret, it was made
 * all the same, and the rest of the answer cannot be read. */
MUST_CHECK bool client_create(struct client *c, const struct client_ask *ask, struct created *ret,
                              struct fault *why);
void client_wipe(struct created *made); /* its secret */

/* CLIENT_CHANGE. */
MUST_CHECK bool client_change(struct client *c, const struct client_ask *ask, struct decoded *ret,
                              struct fault *why);
/* Whether the token that an answer shows is as it was asked to be; names what is not.
 */
MUST_CHECK bool client_compare(const struct client *c, const struct client_ask *ask,
                               const struct decoded *is, struct fault *why);
MUST_CHECK bool client_delete(struct client *c, const struct token_ref *token, struct fault *why);

/* A new secret for the same token; the caller wipes it. The old one has stopped. When the answer
 * shows none, that is so all the same: see client_may_have_done. */
MUST_CHECK bool client_rotate(struct client *c, const struct token_ref *token,
                              char ret[SECRET_ROOM], struct fault *why);

/* What the consumption endpoint says that a token spent on the UTC days from `first_day` to
 * `last_day`, their first seconds; the book is the caller's to release. */
MUST_CHECK bool client_usage(struct client *c, const struct token_ref *token, unix_s first_day,
                             unix_s last_day, struct usage_book *ret, struct fault *why);

/* Of the last call: its HTTP status, 0 when no answer came; and which fields were refused,
 * borrowed. */
int client_status(const struct client *c);
size_t client_complaints(const struct client *c, const struct complaint **ret);

/* Whether the last call was refused because there is a token of that name. */
bool client_name_is_taken(const struct client *c);

void client_forget(struct client *c); /* there was no last call */

/* Whether the last call, which writes and failed, may have been done all the same: nobody said. */
bool client_may_have_done(const struct client *c);
