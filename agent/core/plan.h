/* The difference between the tokens that somebody wants (a fleet file) and those that an account has.
 *
 * Pure: readings in, steps out. The balance that a file names is what a new token starts with; on a token that exists
 * it is being spent and is never a difference. Nothing is deleted unless it is wanted absent. */
#pragma once

#include "core/wish.h"

struct wanted_token {
    char *name; /* owned by whoever made the list */
    bool absent;
    struct wish wish; /* defaults already put in */
    size_t line;      /* in the file */
};

/* In the order in which they are done and told. */
enum plan_kind {
    PLAN_CREATE,
    PLAN_CHANGE,
    PLAN_DELETE,
    PLAN_SAME,    /* as wanted */
    PLAN_UNKNOWN, /* the account has it, the list does not name it */
    PLAN_KINDS,
};

struct plan_step {
    enum plan_kind kind;
    const char *name;                  /* borrowed */
    const struct wanted_token *wanted; /* borrowed; NULL for PLAN_UNKNOWN */
    const struct reading *is;          /* borrowed; NULL for PLAN_CREATE */
    struct wish wish;                  /* PLAN_CREATE: everything; PLAN_CHANGE: what differs */
};

struct plan {
    struct plan_step *steps; /* owned; in the order of kinds, then of names */
    size_t count;
    size_t of_kind[PLAN_KINDS];
};

/* `readings` are those of one complete list, each name once. Both arrays must outlive the plan. */
void plan_make(const struct wanted_token *wanted, size_t wanted_count, const struct reading *readings, size_t count,
               struct plan *ret);
void plan_done(struct plan *p); /* leaves an empty one */

/* Whether anything is to be done: what the list does not know is not. */
bool plan_has_work(const struct plan *p);

const char *plan_kind_name(enum plan_kind kind); /* "create", "change", "delete", "same", "unknown" */
