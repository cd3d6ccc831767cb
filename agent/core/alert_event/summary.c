/* The line as a whole: how bad, who, and what the kind of the rule says of it. */
#include "core/alert_event.h"

#include "core/alert_event/words.h"
#include "core/rule/kinds.h"

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

static void add_levels(const struct digest *d, struct text *out)
{
    size_t counts[LEVELS] = { 0 };
    const char *before = "";
    for (size_t i = 0; i < d->count; i++)
        counts[d->at[i].transition.is]++;
    for (enum level l = LEVELS - 1; l > LEVEL_NONE; l--)
        if (counts[l]) {
            text_addf(out, "%s%zu %s", before, counts[l], level_name(l));
            before = ", ";
        }
}

/* "400 tokens are already at a level of rule low: 3 critical, 397 warning; worst: prod-a (0.10
 * USD), ..." */
static void add_digest(const struct alert_event *e, struct text *out)
{
    const struct digest *d = e->digest;
    text_addf(out, "%zu tokens of account %s already match rule %s: ", d->count, e->account,
              e->rule->name);
    add_levels(d, out);
    for (size_t i = 0; i < d->count && i < DIGEST_NAMED; i++) {
        const struct found_alert *f = &d->at[i];
        text_add(out, span_of(i ? ", " : "; worst: "));
        text_add_terminal(out, span_of(f->token->name), EVENT_NAME_COLUMNS);
        text_add(out, span_of(" ("));
        words_add_quantity(rule_unit_of(e->rule->kind), f->transition.value,
                           f->transition.threshold, out);
        text_add(out, span_of(")"));
    }
    if (d->count > DIGEST_NAMED)
        text_addf(out, " and %zu more", d->count - DIGEST_NAMED);
}

bool alert_event_rests_on_credits(const struct alert_event *e)
{
    const struct token *t = e->token;
    return t
        && (t->series == SERIES_CREDITS
            || (t->forecast.limit == LIMIT_CREDITS && t->forecast.available.known));
}

static void add_estimate(const struct alert_event *e, struct text *out)
{
    if (e->credits == CREDITS_ESTIMATED && alert_event_rests_on_credits(e))
        text_add(out, span_of("; the credits are an estimate"));
}

void alert_event_summary(const struct alert_event *e, struct text *out)
{
    const struct transition *t = &e->transition;
    add_heading(t, out);
    if (e->digest) {
        add_digest(e, out);
        return;
    }
    if (e->token->series != SERIES_TOKEN)
        text_addf(out, "account %s", e->account);
    else
        text_add_terminal(out, span_of(e->token->name), EVENT_NAME_COLUMNS);
    if (!t->known && t->kind != TRANSITION_RENAMED) {
        add_unvalued(e, out);
        return;
    }
    if (t->is == LEVEL_NONE || t->is < t->was)
        rule_kind_words(e->rule->kind)->better(e, out);
    else
        rule_kind_words(e->rule->kind)->worse(e, out);
    add_estimate(e, out);
}

static bool is_beyond(const struct alert_event *e)
{
    const struct transition *t = &e->transition;
    return rule_kind_has(e->rule->kind, KIND_ABOVE) ? t->value > t->threshold
                                                    : t->value < t->threshold;
}

void alert_event_standing(const struct alert_event *e, struct text *out)
{
    struct text words = { 0 };
    if (!e->transition.known)
        text_addf(&words, " %s", e->reason);
    else if (is_beyond(e))
        rule_kind_words(e->rule->kind)->worse(e, &words);
    else
        rule_kind_words(e->rule->kind)->recovering(e, &words);
    if (e->transition.known)
        add_estimate(e, &words);
    text_add(out, (struct span){ text_z(&words) + 1, words.len - 1 });
    text_done(&words);
}
