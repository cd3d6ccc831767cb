/* Edits that Ebb's own commands send, so that the daemon does not take them for consumption or
 * top-ups.
 *
 * They are small files in a folder beside the database ("ebb.db-edits"), not rows in it: the
 * database has exactly one writing connection, and a command that opened a second one for a moment
 * could checkpoint beside the daemon, which damages databases of SQLite before 3.51.3. A command
 * writes its file before it calls the API, so whoever sees the edit's effect finds the file; the
 * daemon removes it once the effect is booked. No daemon needs to run meanwhile. */
#pragma once

#include "base/clock.h"
#include "base/money.h"
#include "core/credits.h"

struct edit {
    char *file, *token;         /* owned; the file's name in the folder */
    struct maybe_money balance; /* that was set; unknown: it was left as it was */
    bool booked;
    int polls; /* that did not show it */
    mono_ms known_since;
};

/* What an account's daemon still waits to see. */
struct edits {
    struct edit *at; /* owned; the newest last */
    size_t count;
};

/* ---- for commands ---- */

/* Writes down that a token of an account is about to be edited. `*ret_file`, owned by the caller,
 * is NULL when there is no database yet that anybody could book into. FAULT_RETRY: the folder
 * cannot be written. */
MUST_CHECK bool edits_note(const char *store, const char *account, const char *token,
                           struct maybe_money balance, char **ret_file, struct fault *why);
void edits_withdraw(const char *file); /* it was refused; accepts NULL */

/* A level of an account's credits, given by hand; a later one takes the place of this one. */
struct credits_order {
    char id[CREDITS_ORDER_BYTES]; /* "": there is none */
    unix_s at;                    /* what the clock showed then */
    struct money level;
};
/* Gives one. FAULT_REJECT: there is no database yet. FAULT_RETRY: the folder cannot be written. */
MUST_CHECK bool credits_order_put(const char *store, const char *account, struct money level,
                                  struct fault *why);
/* The one that was given last of those that wait, whatever the clock showed meanwhile. */
void credits_order_look(const char *store, const char *account, struct credits_order *ret);

/* ---- for the daemon ---- */

/* After the commit: removes this one and those before it. */
void credits_order_settle(const char *store, const char *account, const char *id);

/* Takes up what commands wrote since. A file that cannot be read is left alone. */
void edits_look(struct edits *e, const char *store, const char *account);
/* After the commit: removes what was booked, edits of the same token before it, and what nothing
 * came of for long. */
void edits_settle(struct edits *e, const char *store);
void edits_forget(struct edits *e); /* after a write that failed: nothing was booked */
void edits_done(struct edits *e);
