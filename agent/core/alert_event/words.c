/* How rules talk of their values: each set of phrases serves the kinds that measure the same thing.
 */
#include "core/alert_event/words.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/calendar.h"
#include "core/rule/kinds.h"

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
void words_add_duration(int64_t seconds, struct text *out)
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
        words_add_duration(seconds - seconds % step, out);
}

void words_add_quantity(enum rule_unit unit, int64_t value, int64_t threshold, struct text *out)
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
    case UNIT_NONE:
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

/* "below 10.00 USD", "above 1.00 USD" */
static void add_bound(const struct alert_event *e, struct text *out)
{
    int64_t threshold = threshold_of(e);
    text_add(out, span_of(rule_kind_has(e->rule->kind, KIND_ABOVE) ? "above " : "below "));
    words_add_quantity(rule_unit_of(e->rule->kind), threshold, threshold, out);
}

static void add_time_bound(const struct alert_event *e, struct text *out)
{
    text_add(out, span_of("less than "));
    words_add_duration(threshold_of(e), out);
}

static void add_nothing_left(const struct alert_event *e, struct text *out)
{
    (void)e;
    text_add(out, span_of("exhausted"));
}

static void add_threshold(const struct alert_event *e, struct text *out)
{
    rule_kind_words(e->rule->kind)->threshold(e, out);
}

static bool is_by_credits(const struct alert_event *e)
{
    return e->token->series == SERIES_TOKEN && alert_event_rests_on_credits(e)
        && !rule_kind_has(e->rule->kind, KIND_OWN_MONEY);
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
    words_add_quantity(rule_unit_of(e->rule->kind), e->transition.value, threshold_of(e), out);
    if (rule_unit_of(e->rule->kind) == UNIT_BASIS_POINTS && whole.known)
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
    words_add_duration(threshold_of(e), out);
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

static void add_end_within(const struct alert_event *e, struct text *out)
{
    if (is_spent(e))
        add_exhausted(e, out);
    else
        add_short_runway(e, out);
}

/* " (was critical, below 2.00 USD)"; a level that the rule does not have any more has no threshold.
 */
static void add_left_level(const struct alert_event *e, struct text *out)
{
    text_addf(out, " (was %s", level_name(e->transition.was));
    if (e->rule->levels[e->transition.was].set || e->transition.is != LEVEL_NONE) {
        text_add(out, span_of(", "));
        add_threshold(e, out);
    }
    text_add(out, span_of(")"));
}

static void add_more_money(const struct alert_event *e, struct text *out)
{
    add_has(e, out);
    text_add(out, span_of(" again"));
    add_left_level(e, out);
}

static void add_later_end(const struct alert_event *e, struct text *out)
{
    add_longer_runway(e, out);
    add_left_level(e, out);
}

static void add_drift_amount(const struct alert_event *e, struct text *out)
{
    text_add(out, span_of(" drifts by "));
    add_usd((struct money){ e->transition.value }, (struct money){ threshold_of(e) }, out);
}

static void add_less_drift(const struct alert_event *e, struct text *out)
{
    add_drift_amount(e, out);
    text_add(out, span_of(" only"));
    add_left_level(e, out);
}

/* " (below 10.00 USD, ends at 12.00 USD)" */
static void add_level_end(const struct alert_event *e, struct text *out)
{
    const struct transition *t = &e->transition;
    text_add(out, span_of(" ("));
    add_threshold(e, out);
    text_add(out, span_of(", ends at "));
    words_add_quantity(rule_unit_of(e->rule->kind), e->rule->levels[t->is].clear, t->threshold,
                       out);
    text_add(out, span_of(")"));
}

static void add_recovering_money(const struct alert_event *e, struct text *out)
{
    add_has(e, out);
    text_add(out, span_of(" left"));
    add_level_end(e, out);
}

static void add_recovering_runway(const struct alert_event *e, struct text *out)
{
    int64_t left_s = e->transition.value;
    text_add(out, span_of(left_s > ENDLESS_S ? " lasts for " : " lasts about "));
    add_about(left_s, out);
    add_level_end(e, out);
}

static void add_recovering_drift(const struct alert_event *e, struct text *out)
{
    add_drift_amount(e, out);
    add_level_end(e, out);
}

const struct rule_words words_of_money = {
    .threshold = add_bound,
    .worse = add_low_amount,
    .better = add_more_money,
    .recovering = add_recovering_money,
};

const struct rule_words words_of_runway = {
    .threshold = add_time_bound,
    .worse = add_end_within,
    .better = add_later_end,
    .recovering = add_recovering_runway,
};

const struct rule_words words_of_exhaustion = {
    .threshold = add_nothing_left,
    .worse = add_exhausted,
    .better = add_more_money,
    .recovering = add_exhausted,
};

const struct rule_words words_of_drift = {
    .threshold = add_bound,
    .worse = add_drift,
    .better = add_less_drift,
    .recovering = add_recovering_drift,
};

/* ---- Ebb's own key ---- */

static void add_key(const struct alert_event *e, struct text *out)
{
    text_add(out, span_of(" is watched with a key that "));
    if (e->transition.value <= 0) {
        text_add(out, span_of("has expired, or lacks the scope to watch"));
    } else if (e->transition.value > ENDLESS_S) {
        text_add(out, span_of("does not expire"));
    } else {
        text_add(out, span_of("expires in "));
        words_add_duration(e->transition.value, out);
    }
}

static void add_key_end(const struct alert_event *e, struct text *out)
{
    add_key(e, out);
    text_add(out, span_of(" ("));
    add_threshold(e, out);
    add_was(e, ", ", "", out);
    text_add(out, span_of(")"));
}

static void add_key_renewed(const struct alert_event *e, struct text *out)
{
    add_key(e, out);
    add_left_level(e, out);
}

static void add_key_recovering(const struct alert_event *e, struct text *out)
{
    add_key(e, out);
    add_level_end(e, out);
}

const struct rule_words words_of_key = {
    .threshold = add_time_bound,
    .worse = add_key_end,
    .better = add_key_renewed,
    .recovering = add_key_recovering,
};
