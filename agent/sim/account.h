/* One account of the stand-in: its tokens, its credits, its books, and the virtual time up to which
 * both are true.
 *
 * The account owns its tokens. All money is exact; every call that could change what the API says
 * bumps `version`. */
#pragma once

#include "core/reading.h"
#include "sim/books.h"
#include "sim/index.h"
#include "sim/manage_keys.h"
#include "sim/profile.h"
#include "sim/secret.h"

enum { TOKEN_USES_MAX = 8, SECRET_BYTES_MAX = 2000 };

#define TOKEN_TYPE_DEFAULT "api_token"
#define TOKEN_TYPE_SANDBOX "sandbox_api_token"

/* What a client may set on a token; kept coherent by token_form.c and scenario.c. */
struct terms {
    char type[TYPE_BYTES];
    struct maybe_money balance;
    bool budgeted;
    unix_s expires; /* TIME_NONE: never */
    enum reset_period period;
    struct maybe_money reset_amount;
};

/* A feature of a provider that a profile buys; the texts live as long as the sim. */
struct use {
    const char *feature, *provider;
};

struct sim_token {
    char id[SIM_ID_BYTES]; /* "": a legacy key, which v3 lists and does not address */
    char *name, *secret;
    char *member;               /* e-mail of whom it is attributed to; NULL: nobody */
    char *shown;                /* what the API says instead, be it JSON or not; NULL: what it is */
    unix_s revoked_at;          /* TIME_NONE: it lives */
    struct money unsettled;     /* spent since the last batch: v2's balance does not know it yet */
    struct sim_page *page;      /* in the books; NULL: it bought nothing yet */
    struct sim_token *namesake; /* the next one of the same name */
    struct terms terms;
    struct spend_profile profile;
    struct use uses[TOKEN_USES_MAX]; /* at least one */
    size_t use_count;
    uint64_t seed; /* from the sim's seed and the name */
    struct money spent;
    unix_s next_slot, next_reset; /* INT64_MAX: never */
    size_t agenda_at;             /* its place in the account's agenda */
};

struct sim_account {
    char *name, *key;
    uint64_t seed;
    struct money credits, base_spent;
    char **members; /* e-mails */
    size_t member_count;
    struct manage_keys manage_keys;
    struct sim_token **tokens; /* in the order of creation; the revoked ones stay */
    size_t token_count, token_room, living_count;
    struct index by_name; /* the oldest of each name */
    struct index by_secret, by_id;
    struct sim_token **agenda; /* heap of the living ones, earliest event first */
    struct books books;
    struct sim_page *base_page; /* of the main key */
    int64_t settle_every_s;     /* 0: what was spent is in every balance at once */
    int64_t settled_batch;
    unix_s now;       /* everything due until then has happened */
    uint64_t version; /* another value: the API would say something else */
    uint64_t created; /* tokens ever, so that a name that comes back gets another secret */
};

struct sim_account *account_new(const char *name, const char *key, uint64_t seed, unix_s now);
void account_free(struct sim_account *a);

/* What a scenario or a POST asks for; all borrowed, copied by account_add. */
struct token_order {
    const char *name;
    const char *secret; /* NULL: made up from the seed */
    const char *member; /* NULL: nobody's */
    bool legacy;        /* it has no id */
    bool hashed;        /* a made-up secret is a short key, not a web token */
    struct terms terms;
    struct spend_profile profile; /* PROFILE_NONE: {0} */
    const struct use *uses;       /* texts must outlive the account */
    size_t use_count;             /* 0: the default use */
};

/* No living token of the same name may be the same member's. */
struct sim_token *account_add(struct sim_account *a, const struct token_order *order);
void account_remove(struct sim_account *a, struct sim_token *token); /* as if it had never been */
struct sim_token *account_named(const struct sim_account *a,
                                struct span name); /* the oldest living one; NULL: none */
struct sim_token *account_with_secret(const struct sim_account *a, struct span secret);
struct sim_token *account_with_id(const struct sim_account *a, struct span id);

/* Whether a living token other than `except` bears the name and is the same member's. */
bool account_name_taken(const struct sim_account *a, const char *name, const char *member,
                        const struct sim_token *except);

void account_revoke(struct sim_account *a, struct sim_token *token); /* for good */
void account_rename(struct sim_account *a, struct sim_token *token, const char *name);

/* Another secret in place of its own; a legacy token gets an id with it. */
void account_rotate(struct sim_account *a, struct sim_token *token);

void account_attribute(struct sim_account *a, struct sim_token *token, const char *member);
void account_add_member(struct sim_account *a, const char *email); /* once is enough */
bool account_has_member(const struct sim_account *a, const char *email);

/* Replaces a token's terms; its next reset follows the new period. */
void account_set_terms(struct sim_account *a, struct sim_token *token, const struct terms *terms);

void account_settle_every(struct sim_account *a, int64_t every_s);

/* Lets everything that is due until `now` happen, in order of time: resets, then spending. */
void account_advance(struct sim_account *a, unix_s now);

enum spend_verdict { SPEND_DONE, SPEND_EXPIRED, SPEND_EMPTY };

/* Buys for a token, or for the main key when NULL. A call that the balance still covers in part
 * goes through and leaves it below zero, as with the real service; a sandbox token never pays. */
enum spend_verdict account_spend(struct sim_account *a, struct sim_token *token,
                                 const struct purchase *wanted);

static inline bool token_is_sandbox(const struct sim_token *t)
{
    return strcmp(t->terms.type, TOKEN_TYPE_SANDBOX) == 0;
}

static inline bool token_is_revoked(const struct sim_token *t)
{
    return t->revoked_at != TIME_NONE;
}

/* A budget without an amount is none. */
static inline bool token_is_capped(const struct sim_token *t)
{
    return t->terms.budgeted && t->terms.balance.known;
}

static inline bool token_is_expired(const struct sim_token *t, unix_s now)
{
    return t->terms.expires != TIME_NONE && t->terms.expires <= now;
}
