/* Good practice with tokens, as rows of checks: facts about an account and its tokens in, findings
 * out.
 *
 * A check answers found, clear or unknown. Unknown is never a finding: a token that was watched for
 * a day is not idle, and an account without recent data is not checked at all. To add a check, add
 * a row in audit.c. */
#pragma once

#include "core/state.h"
#include "core/token_plan.h"

enum audit_check {
    AUDIT_STALE,
    AUDIT_CREDITS,
    AUDIT_CREDITS_AHEAD,
    AUDIT_EXHAUSTED,
    AUDIT_BUDGET,
    AUDIT_RESET_AMOUNT,
    AUDIT_SANDBOX,
    AUDIT_SANDBOX_IN_PRODUCTION,
    AUDIT_TEMPORARY,
    AUDIT_EXPIRING,
    AUDIT_EXPIRED,
    AUDIT_ROTATION,
    AUDIT_SUPERSEDED,
    AUDIT_NEVER_USED,
    AUDIT_IDLE,
    AUDIT_NAMING,
    AUDIT_DRIFT_MISSING,
    AUDIT_DRIFT_DIFFERS,
    AUDIT_DRIFT_UNWANTED,
    AUDIT_DRIFT_CONFLICT,
    AUDIT_DRIFT_UNKNOWN,
    AUDIT_CHECKS,
};

/* What a configuration says. Patterns are globs separated by commas; letter case does not count in
 * them. */
struct audit_policy {
    char *production;     /* environments */
    char *ci;             /* environments */
    char *temporary;      /* words within a name */
    char *skip;           /* tokens that are not judged at all; NULL: none */
    int64_t rotation_s;   /* a key older than this is to be replaced */
    int64_t idle_s;       /* not used for this long */
    int64_t never_used_s; /* a new token may go unused for this long, and an old one live beside its
                             successor */
    int64_t expiring_s;   /* this close to the expiry */
    char *fleet;          /* path of a fleet file; NULL: none */
    uint32_t ignored;     /* checks, as bits */
    uint32_t severity[LEVELS]; /* checks that have this severity instead of their own, as bits;
                                  [LEVEL_NONE] unused */
};

struct audit_token {
    struct reading reading;
    bool missing, unreadable; /* in the newest list: not checked until that is settled */
    bool born;                /* Ebb saw it appear, so first_seen is its creation */
    unix_s first_seen;        /* it is at least this old */
    unix_s used_at;      /* the latest that it can have been used; TIME_NONE: never seen used */
    unix_s watched_from; /* any use from here ... */
    unix_s watched_to;   /* ... to here would have been seen; TIME_NONE: not watched */
    struct maybe_money spent_30d;
};

struct audit_account {
    const char *name;
    unix_s seen_at; /* last complete answer; TIME_NONE: never */
    int64_t stale_after_s;
    struct maybe_money credits;
    enum credits_source credits_source;
    const struct audit_token *tokens;
    size_t token_count;
    const char *only;  /* glob: only such tokens are judged, and not the account; NULL: all */
    const char *fleet; /* path of the fleet file that is about this account; NULL: none */
    const struct wanted_token *wanted;
    size_t wanted_count;
};

struct finding {
    enum audit_check check;
    enum level severity;
    char *account, *token; /* owned; token NULL: it is about the account */
    char *reason;          /* owned; raw, not made safe for a terminal */
    char *fix; /* owned; a command line for a shell, printable whatever the name; NULL: there is
                  none */
};

struct audit {
    struct finding *at; /* owned */
    size_t count, room;
    size_t unknown[AUDIT_CHECKS];     /* tokens or accounts that a check cannot judge yet */
    size_t not_offered[AUDIT_CHECKS]; /* accounts whose API never reports what the check needs */
    size_t judged;                    /* tokens */
    size_t stale;                     /* accounts of which nothing was judged */
};

/* Adds the findings of one account at `now`. `name_account`: mending commands say which account
 * they are for. */
void audit_account(struct audit *a, const struct audit_policy *policy,
                   const struct audit_account *account, bool name_account, unix_s now);

/* Worst first, then by account, token and check. */
void audit_sort(struct audit *a);
void audit_done(struct audit *a); /* leaves an empty one */

const char *audit_check_name(enum audit_check check); /* "budget" */
/* What the reference says of a check; a test compares them. */
const char *audit_check_help(enum audit_check check);    /* when it is found */
const char *audit_check_why(enum audit_check check);     /* why that matters */
enum level audit_check_severity(enum audit_check check); /* default severity */
void audit_check_fix(enum audit_check check,
                     struct text *out); /* the command for a token NAME; nothing if none */
