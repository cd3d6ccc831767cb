/* The heading is summary.c's: "warning: ". */
#include "edge/wire/summary_life.h"

static void add_was(const struct alert_event *e, struct text *out)
{
    if (e->transition.was != LEVEL_NONE && e->transition.was != e->transition.is)
        text_addf(out, " (was %s)", level_name(e->transition.was));
}

/* " has been unreadable for 26h: HTTP 500; prod-billing likely ran out 3h ago" */
void summary_add_outage(const struct alert_event *e, struct text *out)
{
    const struct outage *o = e->outage;
    int64_t lasted_s = e->at > o->since ? e->at - o->since : 0;
    if (e->transition.is == LEVEL_NONE) {
        text_add(out, span_of(" is readable again after "));
        summary_add_duration(lasted_s, out);
        add_was(e, out);
        return;
    }
    text_add(out, span_of(" has been unreadable for "));
    summary_add_duration(lasted_s, out);
    add_was(e, out);
    text_add(out, span_of(": "));
    text_add_terminal(out, span_of(o->reason), 2 * WIRE_NAME_COLUMNS);
    if (!o->empty)
        return;
    text_add(out, span_of("; "));
    text_add_terminal(out, span_of(o->empty), WIRE_NAME_COLUMNS);
    text_add(out, span_of(" likely ran out "));
    summary_add_duration(e->at - o->empty_at, out);
    text_add(out, span_of(" ago"));
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
void summary_add_digest(const struct alert_event *e, struct text *out)
{
    const struct digest *d = e->digest;
    text_addf(out, "%zu tokens of account %s already match rule %s: ", d->count, e->account,
              e->rule->name);
    add_levels(d, out);
    for (size_t i = 0; i < d->count && i < DIGEST_NAMED; i++) {
        const struct found_alert *f = &d->at[i];
        text_add(out, span_of(i ? ", " : "; worst: "));
        text_add_terminal(out, span_of(f->token->name), WIRE_NAME_COLUMNS);
        text_add(out, span_of(" ("));
        summary_add_quantity(rule_unit_of(e->rule->kind), f->transition.value,
                             f->transition.threshold, out);
        text_add(out, span_of(")"));
    }
    if (d->count > DIGEST_NAMED)
        text_addf(out, " and %zu more", d->count - DIGEST_NAMED);
}

/* "prod-a was deleted: absent from the token list for 2h 5m"; "prod-a is back after 3h: its history
 * continues" */
void summary_add_life(const struct alert_event *e, struct text *out)
{
    bool gone = e->transition.kind == TRANSITION_DELETED;
    text_add_terminal(out, span_of(e->token->name), WIRE_NAME_COLUMNS);
    text_add(out,
             span_of(gone ? " was deleted: absent from the token list for " : " is back after "));
    summary_add_duration(e->transition.value, out);
    if (!gone)
        text_add(out, span_of(": its history continues"));
    else if (e->token->lost_in_mass)
        text_add(out, span_of(", with most of the account's tokens"));
}
