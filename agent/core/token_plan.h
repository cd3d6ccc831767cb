/* The difference between the tokens that somebody wants (a fleet file) and those that an account
 * has.
 *
 * Pure: readings in, steps out. The balance that a file names is what a new token starts with; on a
 * token that exists it is being spent and is never a difference. Nothing is deleted unless it is
 * wanted absent. */
#pragma once

#include "core/token_spec.h"

struct wanted_token {
    char *name; /* owned by whoever made the list */
    bool absent;
    struct token_spec wish; /* defaults already put in */
    size_t line;            /* in the file */
};

/* In the order in which they are done and reported. */
enum token_plan_kind {
    TOKEN_PLAN_CREATE,
    TOKEN_PLAN_CHANGE,
    TOKEN_PLAN_DELETE,
    TOKEN_PLAN_CONFLICT, /* differs in what cannot be changed: nothing is done about it */
    TOKEN_PLAN_SAME,     /* as wanted */
    TOKEN_PLAN_UNKNOWN,  /* the account has it, the list does not name it */
    TOKEN_PLAN_KINDS,
};

struct token_plan_step {
    enum token_plan_kind kind;
    const char *name;                  /* borrowed */
    const struct wanted_token *wanted; /* borrowed; NULL for TOKEN_PLAN_UNKNOWN */
    const struct reading *is;          /* borrowed; NULL for TOKEN_PLAN_CREATE */
    struct token_spec wish; /* TOKEN_PLAN_CREATE: everything; CHANGE, CONFLICT: what differs */
};

struct token_plan {
    struct token_plan_step *steps; /* owned; in the order of kinds, then of names */
    size_t count;
    size_t of_kind[TOKEN_PLAN_KINDS];
};

/* `readings` are those of one complete list, each name once. Both arrays must outlive the plan. */
void token_plan_make(const struct wanted_token *wanted, size_t wanted_count,
                     const struct reading *readings, size_t count, struct token_plan *ret);
void token_plan_done(struct token_plan *p); /* leaves an empty one */

/* Whether anything is to be done: what the list does not know is not. */
bool token_plan_has_work(const struct token_plan *p);
/* Whether there is nothing to do and nothing that cannot be done. */
bool token_plan_is_fulfilled(const struct token_plan *p);

const char *token_plan_kind_name(
    enum token_plan_kind kind); /* "create", "change", "delete", "conflict", "same", ... */
