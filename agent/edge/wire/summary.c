/* The one line about an alert that people read on a phone at night: how bad, which token, what is
 * left, how long it lasts. It says nothing that the numbers do not: rounding never hides that a
 * threshold was crossed, a runway is rounded down, and the name is made safe for a terminal. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/calendar.h"
#include "edge/wire/summary_life.h"

enum {
    ENDLESS_S = 10 * 365 * DAY_S, /* a time further away is "years", whatever its number */
};

static void add_usd(struct money amount, struct money threshold, struct text *out)
{
    char shown[MONEY_TEXT_BYTES];
    text_addf(out, "%s USD", money_format_beside(amount, threshold, shown));
}

/* "18%", "18.5%", "18.25%". */
static void add_percent(int64_t basis_points, struct text *out)
{
    uint64_t size = basis_points < 0 ? 0 - (uint64_t)basis_points : (uint64_t)basis_points;
    text_addf(out, "%s%" PRIu64, basis_points < 0 ? "-" : "", size / 100);
    if (size % 10)
        text_addf(out, ".%02" PRIu64, size % 100);
    else if (size % 100)
        text_addf(out, ".%" PRIu64, size % 100 / 10);
    text_add(out, span_of("%"));
}

/* "6h 10m", but "6h" where the smaller unit says nothing. */
void summary_add_duration(int64_t seconds, struct text *out)
{
    char shown[DURATION_TEXT_BYTES];
    duration_format(seconds, shown);
    char *smaller = strchr(shown, ' ');
    if (smaller && atoi(smaller) == 0)
        *smaller = '\0';
    text_add(out, span_of(shown));
}

/* An estimate, rounded down to a step that does not pretend to know more than a forecast can. */
static void add_about(int64_t seconds, struct text *out)
{
    int64_t step = seconds >= 2 * DAY_S ? HOUR_S : seconds >= HOUR_S ? 5 * MINUTE_S : MINUTE_S;
    if (seconds > ENDLESS_S)
        text_add(out, span_of("years"));
    else if (seconds < MINUTE_S)
        text_add(out, span_of("now"));
    else
        summary_add_duration(seconds - seconds % step, out);
}

void summary_add_quantity(enum rule_unit unit, int64_t value, int64_t threshold, struct text *out)
{
    switch (unit) {
    case UNIT_NANO_USD:
        add_usd((struct money){ value }, (struct money){ threshold }, out);
        break;
    case UNIT_BASIS_POINTS:
        add_percent(value, out);
        break;
    case UNIT_SECONDS:
        add_about(value, out);
        break;
    }
}

/* Where the worse of the two levels begins, also when it was left: where it ends is a detail of the
 * rule. */
static int64_t threshold_of(const struct alert_event *e)
{
    const struct transition *t = &e->transition;
    const struct threshold *left = &e->rule->levels[t->was];
    return t->is < t->was && left->set ? left->at : t->threshold;
}

static void add_threshold(const struct alert_event *e, struct text *out)
{
    int64_t threshold = threshold_of(e);
    if (e->rule->kind == RULE_EXHAUSTED) {
        text_add(out, span_of("exhausted"));
    } else if (rule_unit_of(e->rule->kind) == UNIT_SECONDS) {
        text_add(out, span_of("less than "));
        summary_add_duration(threshold, out);
    } else {
        text_add(out, span_of(rule_kind_is_above(e->rule->kind) ? "above " : "below "));
        summary_add_quantity(rule_unit_of(e->rule->kind), threshold, threshold, out);
    }
}

static bool is_by_credits(const struct alert_event *e)
{
    const struct forecast *f = &e->token->forecast;
    return f->limit == LIMIT_CREDITS && f->available.known && e->rule->kind != RULE_PERCENT_BELOW;
}

/* What it can spend, and of whose money. */
static struct maybe_money available(const struct alert_event *e)
{
    return is_by_credits(e) ? e->token->forecast.available : e->token->last.balance;
}

/* "has 9.80 USD", "has 18% of 50.00 USD". */
static void add_has(const struct alert_event *e, struct text *out)
{
    const struct reading *r = &e->token->last;
    struct maybe_money whole = rule_full(r, e->token->high_water);
    char cents[MONEY_TEXT_BYTES];

    text_add(out, span_of(" has "));
    summary_add_quantity(rule_unit_of(e->rule->kind), e->transition.value, threshold_of(e), out);
    if (e->rule->kind == RULE_PERCENT_BELOW && whole.known)
        text_addf(out, " of %s USD", money_format_cents(whole.is, cents));
}

static bool is_near(unix_s time, unix_s at)
{
    return time != TIME_NONE && time - at <= ENDLESS_S;
}

/* " (3h to 12h)", or what of it is known. */
static void add_range(const struct forecast *f, unix_s at, struct text *out)
{
    if (!is_near(f->early, at) || f->late - at < MINUTE_S)
        return;
    text_add(out, span_of(" ("));
    add_about(f->early - at, out);
    if (is_near(f->late, at)) {
        text_add(out, span_of(" to "));
        add_about(f->late - at, out);
    } else {
        text_add(out, span_of(" at the earliest"));
    }
    text_add(out, span_of(")"));
}

static void add_next_reset(const struct alert_event *e, struct text *out)
{
    unix_s reset = calendar_next_reset(e->token->last.period, e->at);
    if (reset == TIME_NONE)
        return;
    text_add(out, span_of(reset - e->at < MINUTE_S ? ", next reset " : ", next reset in "));
    add_about(reset - e->at, out);
}

static bool is_spent(const struct alert_event *e)
{
    struct maybe_money left = available(e);
    return e->token->last.budgeted && left.known && left.is.nano <= 0;
}

/* ", empty in about 6h 10m (3h to 12h), next reset in 14h" */
static void add_outlook(const struct alert_event *e, struct text *out)
{
    const struct forecast *f = &e->token->forecast;
    if (is_spent(e)) {
        text_add(out, span_of(", its calls are refused"));
    } else if (is_near(f->likely, e->at)) {
        text_add(out,
                 span_of(f->likely - e->at < MINUTE_S ? ", empty about " : ", empty in about "));
        add_about(f->likely - e->at, out);
        add_range(f, e->at, out);
    }
    add_next_reset(e, out);
}

static void add_was(const struct alert_event *e, const char *before, const char *after,
                    struct text *out)
{
    if (e->transition.was != LEVEL_NONE && e->transition.was != e->transition.is)
        text_addf(out, "%swas %s%s", before, level_name(e->transition.was), after);
}

static void add_low_amount(const struct alert_event *e, struct text *out)
{
    add_has(e, out);
    text_add(out, span_of(is_by_credits(e) ? " left on its account (" : " left ("));
    add_threshold(e, out);
    add_was(e, ", ", "", out);
    text_add(out, span_of(")"));
    add_outlook(e, out);
}

/* "likely in 6h 10m (3h to 12h)": every number from one forecast. */
static void add_likely(const struct alert_event *e, struct text *out)
{
    const struct forecast *f = &e->token->forecast;
    text_add(out, span_of(f->likely - e->at < MINUTE_S ? "likely " : "likely in "));
    add_about(f->likely - e->at, out);
    add_range(f, e->at, out);
}

static void add_left(const struct alert_event *e, struct text *out)
{
    char cents[MONEY_TEXT_BYTES];
    struct maybe_money left = available(e);
    if (left.known)
        text_addf(out, "%s USD left%s", money_format_cents(left.is, cents),
                  is_by_credits(e) ? " on its account" : "");
}

/* The rule fires on a chance of its own, which is not what is printed: the likely time may lie
 * beyond the threshold. */
static void add_short_runway(const struct alert_event *e, struct text *out)
{
    const struct forecast *f = &e->token->forecast;
    bool within = f->likely == TIME_NONE || f->likely - e->at < threshold_of(e);
    text_add(out,
             span_of(within ? " is more likely than not empty within " : " may be empty within "));
    summary_add_duration(threshold_of(e), out);
    add_was(e, " (", ")", out);
    if (is_near(f->likely, e->at)) {
        text_add(out, span_of(": "));
        add_likely(e, out);
    }
    text_add(out, span_of(", "));
    add_left(e, out);
    add_next_reset(e, out);
}

static void add_longer_runway(const struct alert_event *e, struct text *out)
{
    const struct forecast *f = &e->token->forecast;
    unix_s reset = calendar_next_reset(e->token->last.period, e->at);
    if (!is_near(f->likely, e->at)) {
        text_add(out, span_of(" has no end in sight"));
    } else if (e->transition.value <= ENDLESS_S) {
        text_add(out, span_of(" runs out later: "));
        add_likely(e, out);
    } else {
        text_add(out,
                 span_of(reset != TIME_NONE ? " is likely to last until its next reset in "
                                            : " is likely to last until it expires in "));
        add_about((reset != TIME_NONE ? reset : e->token->last.expires) - e->at, out);
    }
}

static void add_exhausted(const struct alert_event *e, struct text *out)
{
    text_add(out, span_of(" is exhausted"));
    add_was(e, " (", ")", out);
    if (available(e).known) {
        text_add(out, span_of(": "));
        add_left(e, out);
        text_add(out, span_of(", its calls are refused"));
    }
    add_next_reset(e, out);
}

/* " drifts: the usage endpoint reports 3.20 USD more for one day than the balance shows (above 1.00
 * USD)" */
static void add_drift(const struct alert_event *e, struct text *out)
{
    bool reported_more = e->token->drift.is.nano > 0;
    text_add(out, span_of(" drifts: the usage endpoint reports "));
    add_usd((struct money){ e->transition.value }, (struct money){ threshold_of(e) }, out);
    text_addf(out, " %s for one day than the balance shows (", reported_more ? "more" : "less");
    add_threshold(e, out);
    add_was(e, ", ", "", out);
    text_add(out, span_of(")"));
}

static void add_worse(const struct alert_event *e, struct text *out)
{
    switch (e->rule->kind) {
    case RULE_BALANCE_BELOW:
    case RULE_PERCENT_BELOW:
        add_low_amount(e, out);
        break;
    case RULE_EXHAUSTS_WITHIN:
        if (is_spent(e))
            add_exhausted(e, out);
        else
            add_short_runway(e, out);
        break;
    case RULE_EXHAUSTED:
        add_exhausted(e, out);
        break;
    case RULE_DRIFT_ABOVE:
        add_drift(e, out);
        break;
    case RULE_UNREADABLE:
    case RULE_KINDS:
        break;
    }
}

/* " has 50.00 USD again (was critical, below 2.00 USD)" */
static void add_better(const struct alert_event *e, struct text *out)
{
    if (e->rule->kind == RULE_DRIFT_ABOVE) {
        text_add(out, span_of(" drifts by "));
        add_usd((struct money){ e->transition.value }, (struct money){ threshold_of(e) }, out);
    } else if (e->rule->kind != RULE_EXHAUSTS_WITHIN) {
        add_has(e, out);
    } else {
        add_longer_runway(e, out);
    }
    if (e->rule->kind != RULE_EXHAUSTS_WITHIN)
        text_add(out, span_of(e->rule->kind == RULE_DRIFT_ABOVE ? " only" : " again"));
    text_addf(out, " (was %s", level_name(e->transition.was));
    if (e->rule->levels[e->transition.was].set
        || e->transition.is != LEVEL_NONE) { /* else the rule has it no more */
        text_add(out, span_of(", "));
        add_threshold(e, out);
    }
    text_add(out, span_of(")"));
}

/* Without a value there is only the reason: a token or rule that went away. */
static void add_unvalued(const struct alert_event *e, struct text *out)
{
    bool ended = e->transition.is == LEVEL_NONE;
    text_addf(out, ": %s (", e->reason ? e->reason : "no value now");
    if (ended)
        text_addf(out, "was %s ", level_name(e->transition.was));
    text_addf(out, "by rule %s)", e->rule->name);
}

static void add_heading(const struct transition *t, struct text *out)
{
    if (t->is == LEVEL_NONE)
        text_add(out, span_of("resolved: "));
    else
        text_addf(out, "%s%s: ", t->is < t->was ? "eased to " : "", level_name(t->is));
}

void wire_summary(const struct alert_event *e, struct text *out)
{
    const struct transition *t = &e->transition;
    add_heading(t, out);
    if (e->digest) {
        summary_add_digest(e, out);
        return;
    }
    if (t->kind == TRANSITION_DELETED || t->kind == TRANSITION_RETURNED) {
        summary_add_life(e, out);
        return;
    }
    if (e->token->series != SERIES_TOKEN)
        text_addf(out, "account %s", e->account);
    else
        text_add_terminal(out, span_of(e->token->name), WIRE_NAME_COLUMNS);
    if (!t->known)
        add_unvalued(e, out);
    else if (e->outage)
        summary_add_outage(e, out);
    else if (t->is == LEVEL_NONE || t->is < t->was)
        add_better(e, out);
    else
        add_worse(e, out);
}

void wire_merged_summary(const struct merged_event *m, struct text *out)
{
    char from[TIME_TEXT_BYTES], until[TIME_TEXT_BYTES];
    text_addf(out, "%" PRId64 " events of ended alerts were merged into this one", m->events);
    if (m->from != TIME_NONE && m->until != TIME_NONE)
        text_addf(out, " (%s to %s)", calendar_format(m->from, from),
                  calendar_format(m->until, until));
    text_add(out,
             span_of(": too many were waiting for the broker; `ebb alerts --since` lists them"));
}

static bool is_beyond(const struct alert_event *e)
{
    const struct transition *t = &e->transition;
    return rule_kind_is_above(e->rule->kind) ? t->value > t->threshold : t->value < t->threshold;
}

/* Better than the threshold, and not yet good enough to end. */
static void add_recovering(const struct alert_event *e, struct text *out)
{
    const struct transition *t = &e->transition;
    if (rule_unit_of(e->rule->kind) == UNIT_SECONDS) {
        text_add(out, span_of(t->value > ENDLESS_S ? " lasts for " : " lasts about "));
        add_about(t->value, out);
        text_add(out, span_of(" ("));
    } else if (e->rule->kind == RULE_DRIFT_ABOVE) {
        text_add(out, span_of(" drifts by "));
        add_usd((struct money){ t->value }, (struct money){ t->threshold }, out);
        text_add(out, span_of(" ("));
    } else {
        add_has(e, out);
        text_add(out, span_of(" left ("));
    }
    add_threshold(e, out);
    text_add(out, span_of(", ends at "));
    summary_add_quantity(rule_unit_of(e->rule->kind), e->rule->levels[t->is].clear, t->threshold,
                         out);
    text_add(out, span_of(")"));
}

void wire_standing(const struct alert_event *e, struct text *out)
{
    struct text words = { 0 };
    if (!e->transition.known)
        text_addf(&words, " %s", e->reason);
    else if (e->outage)
        summary_add_outage(e, &words);
    else if (is_beyond(e) || e->rule->kind == RULE_EXHAUSTED)
        add_worse(e, &words);
    else
        add_recovering(e, &words);
    text_add(out, (struct span){ text_z(&words) + 1, words.len - 1 });
    text_done(&words);
}
