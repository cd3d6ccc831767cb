/* The predicates behind the rows of checks. Each adds what it saw to `reason` when it answers
 * AUDIT_FOUND. */
#pragma once

#include "core/audit.h"

enum audit_answer {
    AUDIT_CLEAR,
    AUDIT_FOUND,
    AUDIT_UNKNOWN,
    AUDIT_NOT_OFFERED, /* the account's API never tells what it needs */
};

/* What a check may look at. */
struct audit_scene {
    const struct audit_policy *policy;
    const struct audit_account *account;
    const struct audit_token *token; /* NULL for a check of an account */
    unix_s now;
};

/* A token that cannot be read is as good as missing: nothing is judged by what it was. */
static inline bool audit_is_readable(const struct audit_token *t)
{
    return !t->missing && !t->unreadable;
}

enum audit_answer check_stale(const struct audit_scene *s, struct text *reason);
enum audit_answer check_credits(const struct audit_scene *s, struct text *reason);
enum audit_answer check_credits_ahead(const struct audit_scene *s, struct text *reason);
enum audit_answer check_exhausted(const struct audit_scene *s, struct text *reason);
enum audit_answer check_budget(const struct audit_scene *s, struct text *reason);
enum audit_answer check_reset_amount(const struct audit_scene *s, struct text *reason);
enum audit_answer check_sandbox(const struct audit_scene *s, struct text *reason);
enum audit_answer check_sandbox_in_production(const struct audit_scene *s, struct text *reason);
enum audit_answer check_temporary(const struct audit_scene *s, struct text *reason);
enum audit_answer check_expiring(const struct audit_scene *s, struct text *reason);
enum audit_answer check_expired(const struct audit_scene *s, struct text *reason);
enum audit_answer check_rotation(const struct audit_scene *s, struct text *reason);
enum audit_answer check_superseded(const struct audit_scene *s, struct text *reason);
enum audit_answer check_never_used(const struct audit_scene *s, struct text *reason);
enum audit_answer check_idle(const struct audit_scene *s, struct text *reason);
enum audit_answer check_naming(const struct audit_scene *s, struct text *reason);
