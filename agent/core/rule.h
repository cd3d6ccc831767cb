/* Alert rules: when an alert is raised, changes level and ends.
 *
 * A kind answers only "what is the value now"; levels, hold time, hysteresis, episodes and
 * numbering live once, in rule_step. No data never raises, lowers or resolves an alert. */
#pragma once

#include "base/text.h"
#include "core/forecast.h"
#include "core/level.h"
#include "core/own_key.h"
#include "core/reading.h"
#include "core/series.h"

enum rule_kind {
    RULE_BALANCE_BELOW,
    RULE_PERCENT_BELOW,
    RULE_EXHAUSTS_WITHIN,
    RULE_EXHAUSTED,
    RULE_DRIFT_ABOVE,
    RULE_UNREADABLE,
    RULE_KEY_ENDS_WITHIN,
    RULE_KINDS,
    /* not configurable */
    RULE_DELETED = RULE_KINDS, /* events about a token that ends, returns or is renamed */
    RULE_GONE,                 /* of an alert, by a kind that is not known any more */
    RULE_KINDS_ALL,
};

/* Stands for a rule's name; no configured rule can have it. */
#define RULE_DELETED_NAME "@deleted"

/* What thresholds and values count: nano-dollars, hundredths of a percent, or seconds. UNIT_NONE:
 * of RULE_GONE. */
enum rule_unit { UNIT_NANO_USD, UNIT_BASIS_POINTS, UNIT_SECONDS, UNIT_NONE };

/* What a kind is like, beside its unit and value: bits. */
enum rule_trait {
    KIND_ABOVE = 1 << 0,        /* it holds above the threshold, not below */
    KIND_BUDGETED = 1 << 1,     /* measures what only a budget has */
    KIND_PLAIN = 1 << 2,        /* needs no thresholds: a level alone says how bad it is */
    KIND_OF_ACCOUNT = 1 << 3,   /* about the account itself, and it alone */
    KIND_BEYOND_RESET = 1 << 4, /* may look beyond the next reset */
    KIND_OWN_MONEY = 1 << 5,   /* counts the token's own balance, whatever is left on its account */
    KIND_NEEDS_PRICE = 1 << 6, /* means nothing of a sandbox, whose calls are free */
    KIND_BY_API = 1 << 7,      /* needs what the API itself reports: an estimate says nothing */
};

struct threshold {
    bool set;
    int64_t
        at; /* the level holds when the value is beyond this: below, or above, as the kind says */
    int64_t clear; /* and ends when the value reaches this or is better */
};

/* What a threshold is compared with. For a balance both are equal. For a forecast they differ: the
 * runway that counts for raising an alert, and the shorter one that must be long enough to end it.
 */
struct rule_value {
    int64_t at;    /* with the threshold's `at` */
    int64_t clear; /* with its `clear`; clear <= at */
    enum level
        least; /* once any level holds, at least this one does; LEVEL_NONE: only thresholds count */
};

enum { RULE_NAME_BYTES = 64, PATTERN_BYTES = 256 };

struct rule {
    char name[RULE_NAME_BYTES]; /* [A-Za-z0-9_-]+, unique; part of topics and ids */
    enum rule_kind kind;
    struct threshold
        levels[LEVELS];        /* LEVEL_NONE unused; a higher level has a threshold further out */
    int64_t hold_s;            /* how long a level must hold before it is reported; 0: at once */
    bool beyond_reset;         /* for KIND_BEYOND_RESET: also consider ends after the next reset */
    bool enabled;              /* false: switched off; such a rule is never applied */
    bool implied;              /* built in; replaced by a configured rule of its kind */
    enum series series;        /* what it is about */
    char token[PATTERN_BYTES]; /* glob over the token's name; "" matches all, as below */
    char account[PATTERN_BYTES];     /* glob over the account's name */
    char environment[PATTERN_BYTES]; /* glob over the first part of env-project-purpose */
    char type[PATTERN_BYTES];        /* glob over the token's type */
    char member[PATTERN_BYTES];      /* glob over the e-mail address of whose it is */
};

/* The rules of a configuration, borrowed from it. */
struct rule_set {
    const struct rule *at;
    size_t count;
};

const struct rule *rule_named(const struct rule_set *rules, struct span name); /* NULL: none */

/* What is known of a token, or of the credits, when rules are applied. All borrowed. */
struct snapshot {
    enum series series;
    const char *account;
    const char *member; /* the token's owner; NULL: none is known */
    const struct reading *reading;
    const struct forecast *forecast;
    struct maybe_money
        high_water;   /* the level that is 100 % for percent_below without a reset amount */
    unix_s now;       /* time of the reading */
    int64_t unread_s; /* of an account: how long it has had no believable list; 0: it has one */
    bool ran_dry;     /* one of its tokens has likely run out since, by its last forecast */
    bool overruled;   /* a configured rule replaces the built-in one */
    const struct own_key *own_key; /* of an account: Ebb's own; NULL: nothing is known */
    struct maybe_money
        drift; /* reported usage minus the fall of the balance, on the newest day compared */
};

/* What a rule found at its first contact with a token: an existing state, not something that just
 * happened. */
enum contact {
    CONTACT_OVER,
    CONTACT_AWAITED, /* no value yet */
    CONTACT_FOUND,   /* a level held at the first value and is not announced yet */
};

/* One alert: the state of one rule for one token. All zero at first, kept in the store between
 * runs. */
struct alert {
    enum level level;   /* announced */
    enum level pending; /* worse than announced, within the hold time; else equal to level */
    unix_s pending_since;
    unix_s since;    /* when the episode's first level began to hold; meaningful while level is not
                        LEVEL_NONE */
    int64_t episode; /* 1 for the first */
    int64_t step;    /* transitions within the episode; 1 raises it */
    enum contact contact;
};

enum transition_kind {
    TRANSITION_NONE,
    TRANSITION_RAISED,
    TRANSITION_WORSENED,
    TRANSITION_EASED,
    TRANSITION_RESOLVED,
    TRANSITION_DELETED,  /* RULE_DELETED only: the token was deleted */
    TRANSITION_RETURNED, /* RULE_DELETED only: it is back */
    TRANSITION_REVOKED,  /* RULE_DELETED only: it was revoked, which is its end */
    TRANSITION_RENAMED,  /* RULE_DELETED only: it has another name; the reason is the one before */
};

struct transition {
    enum transition_kind kind;
    enum level was, is;
    bool known;    /* false when the token or rule went away: there is no value */
    int64_t value; /* in the rule's unit: the one that was compared */
    int64_t
        threshold; /* the one crossed: of the new level going up, of the level left going down */
    bool found;    /* it already held at first contact */
};

/* What percent_below takes as 100 %: the reset amount, else `high_water`; unknown when neither is
 * above zero. */
struct maybe_money rule_full(const struct reading *r, struct maybe_money high_water);

bool rule_matches(const struct rule *rule, const struct snapshot *s);

/* Why the rule says nothing about this token and will not by itself, for people: it does not match,
 * or what it measures is not there any more. NULL: it applies, whether there is a value now or not.
 * Static. */
const char *rule_objection(const struct rule *rule, const struct snapshot *s);

/* The rule that holds without being configured: it warns of accounts that cannot be read. */
struct rule rule_implied(void);
/* Whether a configured rule takes the place of the implied one for this account. */
bool rule_replaces_implied(const struct rule *rule, const struct snapshot *s);

/* The rule with the thresholds that its kind leaves open filled in, for an account that is read
 * every `interval_s`. */
struct rule rule_at_interval(const struct rule *rule, int64_t interval_s);

/* The balance at which a level of the rule begins; false: the rule is not about a balance, or the
 * token has none. */
bool rule_balance_at(const struct rule *rule, enum level level, const struct snapshot *s,
                     int64_t *ret_nano);

/* The rule's value for a token; false when there is no data to tell. Runway beyond a century is a
 * century, and so is one that ends after the token's next reset or its expiry, unless the rule asks
 * beyond. */
bool rule_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret);

/* Moves the alert by one observation at `now`; at most one transition: up to the worst level that
 * has held for hold_s (while a milder one is pending, a worse one waits for it and then holds
 * anew), down at once. Not known: nothing. Set `contact` to CONTACT_AWAITED before the first
 * observation of a rule that is new to the token. */
struct transition rule_step(const struct rule *rule, struct alert *alert, bool known,
                            struct rule_value value, unix_s now);

/* The same, but nothing worse is announced: it stays pending, as if the rule had a longer hold. */
struct transition rule_step_quietly(const struct rule *rule, struct alert *alert, bool known,
                                    struct rule_value value, unix_s now);

/* Ends an alert whose token or rule is gone. TRANSITION_NONE if it was not announced; then nothing
 * changes but that nothing is pending. */
struct transition rule_end(struct alert *alert, unix_s now);

bool rule_kind_has(enum rule_kind kind, enum rule_trait trait);
/* Adds the names of the kinds that have the trait, with `between` before the last one: "a, b and
 * c".
 */
void rule_kinds_add(enum rule_trait trait, const char *between, struct text *out);
/* What a KIND_PLAIN rule without level or threshold has; threshold 0: rule_at_interval fills it in.
 */
enum level rule_kind_level(enum rule_kind kind);
int64_t rule_kind_threshold(enum rule_kind kind);
enum rule_unit rule_unit_of(enum rule_kind kind);
const char *rule_unit_name(enum rule_unit unit);   /* "USD", "%", "s"; UNIT_NONE: "" */
enum rule_unit rule_unit_named(struct span name);  /* UNIT_NONE: of none */
int64_t rule_unit_billionths(enum rule_unit unit); /* what 1 is in billionths of a dollar, a percent
                                                      or a second */
const char *rule_kind_name(enum rule_kind kind);
bool rule_kind_named(struct span name, enum rule_kind *ret);
const char *rule_kind_help(enum rule_kind kind);
/* "raised", "worsened", "eased", "resolved", "deleted", "returned" */
const char *transition_name(enum transition_kind kind);
