/* Edits made by Ebb's own commands, so that the daemon does not take them for consumption or
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
    struct maybe_money balance; /* as set; unknown: not changed */
    bool booked;
    int polls; /* since then that did not show it */
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

/* A level of an account's credits, given by hand; a later one replaces it. */
struct credits_order {
    char id[CREDITS_ORDER_BYTES]; /* "": there is none */
    unix_s at;                    /* when, by the clock of then */
    struct money level;
};
/* Writes one down for the daemon. FAULT_REJECT: there is no database yet. FAULT_RETRY: the folder
 * cannot be written. */
MUST_CHECK bool credits_order_put(const char *store, const char *account, struct money level,
                                  struct fault *why);
/* The last one written of those that wait, even if the clock was set back in between. */
void credits_order_look(const char *store, const char *account, struct credits_order *ret);

/* ---- for the daemon ---- */

/* After the commit: removes this one and those before it. */
void credits_order_settle(const char *store, const char *account, const char *id);

/* Loads what commands have written since. A file that cannot be read is left alone. */
void edits_look(struct edits *e, const char *store, const char *account);
/* After the commit: removes what was booked, earlier edits of the same token, and what has had no
 * effect for long. */
void edits_settle(struct edits *e, const char *store);
void edits_forget(struct edits *e); /* after a write that failed: nothing was booked */
void edits_done(struct edits *e);
