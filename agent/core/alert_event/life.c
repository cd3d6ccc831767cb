/* The phrases about what is no balance: accounts that cannot be read, and tokens that go and
 * return. */
#include "core/alert_event/words.h"

static void add_was(const struct alert_event *e, struct text *out)
{
    if (e->transition.was != LEVEL_NONE && e->transition.was != e->transition.is)
        text_addf(out, " (was %s)", level_name(e->transition.was));
}

/* " has been unreadable for 26h: HTTP 500; prod-billing likely ran out 3h ago" */
static void add_outage(const struct alert_event *e, struct text *out)
{
    const struct outage *o = e->outage;
    int64_t lasted_s = e->at > o->since ? e->at - o->since : 0;
    if (e->transition.is == LEVEL_NONE) {
        text_add(out, span_of(" is readable again after "));
        words_add_duration(lasted_s, out);
        add_was(e, out);
        return;
    }
    text_add(out, span_of(" has been unreadable for "));
    words_add_duration(lasted_s, out);
    add_was(e, out);
    text_add(out, span_of(": "));
    text_add_terminal(out, span_of(o->reason), 2 * EVENT_NAME_COLUMNS);
    if (!o->empty)
        return;
    text_add(out, span_of("; "));
    text_add_terminal(out, span_of(o->empty), EVENT_NAME_COLUMNS);
    text_add(out, span_of(" likely ran out "));
    words_add_duration(e->at - o->empty_at, out);
    text_add(out, span_of(" ago"));
}

/* " was revoked 5m ago", " has a new name; it was prod-billing before" */
static void add_change(const struct alert_event *e, struct text *out)
{
    if (e->transition.kind == TRANSITION_RENAMED) {
        text_add(out, span_of(" has a new name; it was "));
        text_add_terminal(out, span_of(e->reason), EVENT_NAME_COLUMNS);
        text_add(out, span_of(" before"));
        return;
    }
    text_add(out, span_of(" was revoked "));
    words_add_duration(e->transition.value, out);
    text_add(out, span_of(" ago"));
}

/* " was deleted: absent from the token list for 2h 5m", " is back after 3h: its history continues"
 */
static void add_life(const struct alert_event *e, struct text *out)
{
    bool gone = e->transition.kind == TRANSITION_DELETED;
    if (!gone && e->transition.kind != TRANSITION_RETURNED) {
        add_change(e, out);
        return;
    }
    text_add(out,
             span_of(gone ? " was deleted: absent from the token list for " : " is back after "));
    words_add_duration(e->transition.value, out);
    if (!gone)
        text_add(out, span_of(": its history continues"));
    else if (e->token->lost_in_mass)
        text_add(out, span_of(", with most of the account's tokens"));
}

static void add_nothing(const struct alert_event *e, struct text *out)
{
    (void)e;
    (void)out;
}

const struct rule_words words_of_outage = {
    .threshold = add_nothing,
    .worse = add_outage,
    .better = add_outage,
    .recovering = add_outage,
};

const struct rule_words words_of_life = {
    .threshold = add_nothing,
    .worse = add_life,
    .better = add_life,
    .recovering = add_life,
};
