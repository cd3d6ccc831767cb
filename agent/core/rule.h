/* Alert rules: when to say what.
 *
 * A kind answers only "what is the value now"; levels, hold time, hysteresis, episodes and numbering live once,
 * in rule_step. No data never raises, lowers or resolves an alert. */
#pragma once

#include "core/forecast.h"
#include "core/reading.h"
#include "core/series.h"

enum rule_kind {
    RULE_BALANCE_BELOW,
    RULE_PERCENT_BELOW,
    RULE_EXHAUSTS_WITHIN,
    RULE_EXHAUSTED,
    RULE_DRIFT_ABOVE,
    RULE_UNREADABLE,
    RULE_KINDS,
    RULE_DELETED = RULE_KINDS, /* no rule of a configuration: events about a token that goes and returns */
};

/* In place of a rule's name; no configured rule can have it. */
#define RULE_DELETED_NAME "@deleted"

enum { UNREADABLE_INTERVALS = 3 }; /* an account is unreadable after so many without a list, unless told otherwise */

/* In the order of urgency. LEVEL_NONE: no alert. */
enum level { LEVEL_NONE, LEVEL_INFO, LEVEL_WARNING, LEVEL_CRITICAL, LEVELS };

/* What thresholds and values count: nano-dollars, hundredths of a percent, or seconds. */
enum rule_unit { UNIT_NANO_USD, UNIT_BASIS_POINTS, UNIT_SECONDS };

struct threshold {
    bool set;
    int64_t at;    /* the level holds when the value is beyond this: below, or above, as the kind says */
    int64_t clear; /* and ends when it is at this or on the good side of it */
};

/* What a threshold is compared with. Of a balance both are the same. Of a forecast they are two: the runway that
 * counts for raising an alarm, and the shorter one, which must be long enough before the alarm ends. */
struct rule_value {
    int64_t at;    /* with the threshold's `at` */
    int64_t clear; /* with its `clear`; clear <= at */
    enum level least; /* holds whatever its threshold, once any level does; LEVEL_NONE: the thresholds alone count */
};

enum { RULE_NAME_BYTES = 64, PATTERN_BYTES = 256 };

struct rule {
    char name[RULE_NAME_BYTES]; /* [A-Za-z0-9_-]+, unique; part of topics and ids */
    enum rule_kind kind;
    struct threshold levels[LEVELS]; /* LEVEL_NONE unused; a higher level has a threshold further out */
    int64_t hold_s;                  /* how long a level must hold before it is reported; 0: at once */
    bool beyond_reset;               /* of RULE_EXHAUSTS_WITHIN: asks about ends after the next reset, too */
    bool enabled;                    /* false: switched off; such a rule is never applied */
    bool implied;                    /* there without being configured; gives way to one that is */
    enum series series;              /* what it is about */
    char token[PATTERN_BYTES];       /* glob over the token's name; "" matches all, as below */
    char account[PATTERN_BYTES];     /* glob over the account's name */
    char environment[PATTERN_BYTES]; /* glob over the first part of env-project-purpose */
    char type[PATTERN_BYTES];        /* glob over the token's type */
};

/* The rules of a configuration, borrowed from it. */
struct rule_set {
    const struct rule *at;
    size_t count;
};

/* What is known of a token, or of the credits, when rules are applied. All borrowed. */
struct snapshot {
    enum series series;
    const char *account;
    const struct reading *reading;
    const struct forecast *forecast;
    struct maybe_money risen_to; /* the level that is 100 % for percent_below without a reset amount */
    unix_s now;                  /* time of the reading */
    int64_t unread_s;            /* of an account: for how long there was no list to believe; 0: there is one */
    bool ran_dry;                /* and whether one of its tokens is empty since, by its last forecast */
    bool overruled;              /* a configured rule is in place of the implied one */
    struct maybe_money drift;    /* consumption told less what the balance shows, on the newest day compared */
};

/* What a rule found when it met a token for the first time: that it was new, not that something happened. */
enum contact {
    CONTACT_OVER,
    CONTACT_AWAITED, /* there was no value yet */
    CONTACT_FOUND,   /* a level held with the first value, and is not announced yet */
};

/* One alert: the state of one rule for one token. All zero at first, kept in the store between runs. */
struct alert {
    enum level level;    /* announced */
    enum level pending;  /* worse than announced and still within the hold time; else equal to level */
    unix_s pending_since;
    unix_s since;        /* when the episode's first level began to hold; meaningful while level is not LEVEL_NONE */
    int64_t episode;     /* 1 for the first */
    int64_t step;        /* transitions within the episode; 1 raises it */
    enum contact contact;
};

enum transition_kind {
    TRANSITION_NONE,
    TRANSITION_RAISED,
    TRANSITION_WORSENED,
    TRANSITION_EASED,
    TRANSITION_RESOLVED,
    TRANSITION_DELETED,  /* of RULE_DELETED alone: the token is gone */
    TRANSITION_RETURNED, /* and is back */
};

struct transition {
    enum transition_kind kind;
    enum level was, is;
    bool known;        /* false when the token or rule went away: there is no value */
    int64_t value;     /* in the rule's unit: the one that was compared */
    int64_t threshold; /* the one crossed: of the new level going up, of the level left going down */
    bool found;        /* it held already when the rule met the token */
};

/* What percent_below takes as 100 %: the reset amount, else `risen_to`; unknown when neither is above zero. */
struct maybe_money rule_full(const struct reading *r, struct maybe_money risen_to);

bool rule_matches(const struct rule *rule, const struct snapshot *s);

/* Why the rule says nothing about this token and will not by itself, for people: it does not match, or what it measures
 * is not there any more. NULL: it applies, whether there is a value now or not. Static. */
const char *rule_objection(const struct rule *rule, const struct snapshot *s);

/* An implied rule that warns of accounts that cannot be read. */
struct rule rule_unreadable(void);

/* The rule with the thresholds that its kind leaves open filled in, for an account that is read every `interval_s`. */
struct rule rule_at_interval(const struct rule *rule, int64_t interval_s);

/* The rule's value for a token; false when there is no data to tell. Runway beyond a century is a century, and so is
 * one that ends after the token's next reset or its expiry, unless the rule asks beyond. */
bool rule_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret);

/* Moves the alert by one observation at `now`; at most one transition: up to the worst level that has held for hold_s
 * (while a milder one is pending, a worse one waits for it and then holds anew), down at once. Not known: nothing. Set
 * `contact` to CONTACT_AWAITED before the first observation of a rule that is new to the token. */
struct transition rule_step(const struct rule *rule, struct alert *alert, bool known, struct rule_value value,
                            unix_s now);

/* Ends an alert whose token or rule is gone. TRANSITION_NONE if it was not announced; then nothing changes but that
 * nothing is pending. */
struct transition rule_end(struct alert *alert, unix_s now);

/* Whether the kind needs no thresholds: `level` alone says how bad it is. */
bool rule_kind_is_plain(enum rule_kind kind);
/* Whether the kind holds when its value is above the threshold; the others do when it is below. */
bool rule_kind_is_above(enum rule_kind kind);
enum rule_unit rule_unit_of(enum rule_kind kind);
const char *rule_unit_name(enum rule_unit unit); /* "USD", "%", "s" */
const char *rule_kind_name(enum rule_kind kind);
bool rule_kind_named(struct span name, enum rule_kind *ret);
const char *rule_kind_help(enum rule_kind kind);
const char *level_name(enum level level);        /* "none", "info", "warning", "critical" */
bool level_named(struct span name, enum level *ret); /* LEVEL_NONE is not one */
/* "raised", "worsened", "eased", "resolved", "deleted", "returned" */
const char *transition_name(enum transition_kind kind);
