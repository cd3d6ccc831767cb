/* What Ebb knows -> JSON payloads. Their members are described in docs/payloads.md.
 *
 * Written straight into the text: a document tree would be built only to be printed. Every string
 * goes through text_add_json, so a payload is valid UTF-8 whatever a token is called; money is an
 * exact decimal, never a double; what is not known is null, and the member is still there. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "edge/wire.h"

static void open_object(struct text *out)
{
    text_add(out, span_of("{"));
}

static void close_object(struct text *out)
{
    text_add(out, span_of("}"));
}

static void add_name(struct text *out, const char *name)
{
    bool first = out->at[out->len - 1] == '{';
    text_add(out, span_of(first ? "\"" : ",\""));
    text_add(out, span_of(name));
    text_add(out, span_of("\":"));
}

static void add_null(struct text *out, const char *name)
{
    add_name(out, name);
    text_add(out, span_of("null"));
}

static void add_span(struct text *out, const char *name, struct span value)
{
    add_name(out, name);
    text_add_json(out, value);
}

/* `value` NULL is null. */
static void add_string(struct text *out, const char *name, const char *value)
{
    if (value)
        add_span(out, name, span_of(value));
    else
        add_null(out, name);
}

static void add_bool(struct text *out, const char *name, bool value)
{
    add_name(out, name);
    text_add(out, span_of(value ? "true" : "false"));
}

static void add_integer(struct text *out, const char *name, int64_t value)
{
    add_name(out, name);
    text_addf(out, "%" PRId64, value);
}

static bool is_time(unix_s at)
{
    return at != TIME_NONE && at < TIME_FAR;
}

static void add_time(struct text *out, const char *name, unix_s at)
{
    char stamp[TIME_TEXT_BYTES];
    add_string(out, name, is_time(at) ? calendar_format(at, stamp) : NULL);
}

static void add_money(struct text *out, const char *name, struct maybe_money amount)
{
    char decimal[MONEY_TEXT_BYTES];
    add_name(out, name);
    text_add(out, span_of(amount.known ? money_format(amount.is, decimal) : "null"));
}

static void add_percent(struct text *out, const char *name, int64_t basis_points)
{
    uint64_t size = basis_points < 0 ? 0 - (uint64_t)basis_points : (uint64_t)basis_points;
    add_name(out, name);
    text_addf(out, "%s%" PRIu64 ".%02" PRIu64, basis_points < 0 ? "-" : "", size / 100, size % 100);
}

static void add_quantity(struct text *out, const char *name, enum rule_unit unit, int64_t value)
{
    switch (unit) {
    case UNIT_NANO_USD:
        add_money(out, name, money_known((struct money){ value }));
        break;
    case UNIT_BASIS_POINTS:
        add_percent(out, name, value);
        break;
    case UNIT_SECONDS:
        add_integer(out, name, value);
        break;
    case UNIT_NONE:
        add_null(out, name);
        break;
    }
}

static void begin(struct text *out, unix_s at)
{
    open_object(out);
    add_integer(out, "schema", WIRE_SCHEMA);
    add_time(out, "at", at);
}

static void add_token(struct text *out, const char *account, const struct token *t)
{
    add_string(out, "account", account);
    add_string(out, "token", t->series == SERIES_TOKEN ? t->name : NULL);
    add_string(out, "slug", t->slug);
}

static void add_burn(struct text *out, const struct burn_history *h)
{
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        char name[32];
        snprintf(name, sizeof name, "burn_%s_usd_per_h", burn_window_name(w));
        struct burn_rate rate = burn_over(h, w);
        add_money(out, name, (struct maybe_money){ rate.known, { rate.nano_per_h } });
    }
}

static void add_runway(struct text *out, unix_s empty_at, unix_s at)
{
    if (is_time(empty_at))
        add_integer(out, "runway_s", empty_at > at ? empty_at - at : 0);
    else
        add_null(out, "runway_s");
}

/* Ten-thousandths, told with the decimals that say something. */
static void add_chance(struct text *out, const char *name, double chance)
{
    if (chance < 0) {
        add_null(out, name);
        return;
    }
    add_name(out, name);
    text_addf(out, "%.4f", chance);
}

/* `f` NULL: of what has no balance to forecast. */
static void add_forecast(struct text *out, const struct forecast *f, unix_s at)
{
    const struct forecast none = forecast_none();
    add_string(out, "state", f ? forecast_verdict_slug(f->verdict) : NULL);
    f = f ? f : &none;
    add_name(out, "exhaustion");
    open_object(out);
    add_time(out, "early_at", f->early);
    add_time(out, "likely_at", f->likely);
    add_time(out, "late_at", f->late);
    close_object(out);
    add_runway(out, f->likely, at);
}

static void add_certainty(struct text *out, const struct forecast *f)
{
    add_time(out, "horizon_at", f->horizon);
    add_chance(out, "chance_lasts", f->lasts);
    add_string(out, "forecast_history", forecast_history_slug(f->history));
    add_time(out, "forecast_at", f->made_at);
}

void wire_encode_credits(const char *account, const struct token *t, unix_s at, struct text *out)
{
    begin(out, at);
    add_string(out, "account", account);
    add_money(out, "balance_usd", t->last.balance);
    add_time(out, "seen_at", t->seen_at);
    add_burn(out, &t->burn);
    add_forecast(out, &t->forecast, at);
    add_certainty(out, &t->forecast);
    close_object(out);
}

void wire_encode_token(const char *account, const struct token *t, unix_s at, struct text *out)
{
    const struct reading *r = &t->last;
    begin(out, at);
    add_token(out, account, t);
    add_string(out, "type", r->type);
    add_money(out, "balance_usd", r->balance);
    add_bool(out, "budgeted", r->budgeted);
    add_money(out, "available_usd", t->forecast.available);
    add_string(out, "limited_by",
               t->forecast.available.known ? forecast_limit_name(t->forecast.limit) : NULL);
    add_time(out, "expires_at", r->expires);
    add_string(out, "reset_period", calendar_period_name(r->period));
    add_money(out, "reset_amount_usd", r->reset_amount);
    add_time(out, "next_reset_at", calendar_next_reset(r->period, at));
    add_string(out, "burn_source", token_burn_source(t));
    add_burn(out, &t->burn);
    add_forecast(out, &t->forecast, at);
    add_certainty(out, &t->forecast);
    add_money(out, "drift_usd", t->drift);
    add_bool(out, "missing", t->missing > 0);
    add_string(out, "unreadable", t->unreadable);
    close_object(out);
}

static void add_crossing(struct text *out, const struct alert_event *e)
{
    enum rule_unit unit = rule_unit_of(e->rule->kind);
    if (e->transition.known) {
        add_quantity(out, "value", unit, e->transition.value);
        add_quantity(out, "threshold", unit, e->transition.threshold);
    } else {
        add_null(out, "value");
        add_null(out, "threshold");
    }
    add_string(out, "unit", unit == UNIT_NONE ? NULL : rule_unit_name(unit));
}

static void add_summary(struct text *out, const struct alert_event *e)
{
    struct text line = { 0 };
    alert_event_summary(e, &line);
    add_string(out, "summary", text_z(&line));
    text_done(&line);
}

static void add_finding(struct text *out, const struct found_alert *f, enum rule_unit unit)
{
    open_object(out);
    add_string(out, "token", f->token->series == SERIES_TOKEN ? f->token->name : NULL);
    add_string(out, "slug", f->token->slug);
    add_string(out, "level", level_name(f->transition.is));
    add_quantity(out, "value", unit, f->transition.value);
    add_quantity(out, "threshold", unit, f->transition.threshold);
    add_money(out, "balance_usd", f->token->last.balance);
    close_object(out);
}

static void add_counts(struct text *out, const struct digest *d)
{
    size_t counts[LEVELS] = { 0 };
    for (size_t i = 0; i < d->count; i++)
        counts[d->at[i].transition.is]++;
    add_integer(out, "count", (int64_t)d->count);
    for (enum level l = LEVELS - 1; l > LEVEL_NONE; l--)
        add_integer(out, level_name(l), (int64_t)counts[l]);
}

static void add_digest(struct text *out, const struct alert_event *e)
{
    const struct digest *d = e->digest;
    if (!d) {
        add_null(out, "digest");
        return;
    }
    add_name(out, "digest");
    open_object(out);
    add_counts(out, d);
    add_name(out, "worst");
    text_add(out, span_of("["));
    for (size_t i = 0; i < d->count && i < DIGEST_NAMED; i++) {
        text_add(out, span_of(i ? "," : ""));
        add_finding(out, &d->at[i], rule_unit_of(e->rule->kind));
    }
    text_add(out, span_of("]"));
    close_object(out);
}

static void add_environment(struct text *out, const struct token *t)
{
    struct span environment = naming_environment(span_of(t->name));
    if (environment.len)
        add_span(out, "environment", environment);
    else
        add_null(out, "environment");
}

/* Written inside the transaction that makes it true; comes last, so that wire_mark_unstored finds
 * it. */
static void add_stored(struct text *out)
{
    add_bool(out, "stored", true);
}

void wire_mark_unstored(struct span payload, struct text *out)
{
    static const char stored[] = "\"stored\":true}";
    size_t tail = sizeof stored - 1;
    bool marked = payload.len > tail && memcmp(payload.at + payload.len - tail, stored, tail) == 0;
    text_add(out, (struct span){ payload.at, marked ? payload.len - tail : payload.len });
    if (marked)
        text_add(out, span_of("\"stored\":false}"));
}

void wire_encode_event(const struct alert_event *e, struct text *out)
{
    begin(out, e->at);
    add_string(out, "id", e->id);
    add_token(out, e->account, e->token);
    add_environment(out, e->token);
    add_string(out, "series", series_name(e->digest ? e->rule->series : e->token->series));
    add_string(out, "rule", e->rule->name);
    add_string(out, "kind", transition_name(e->transition.kind));
    add_string(out, "level", level_name(e->transition.is));
    add_string(out, "was", level_name(e->transition.was));
    add_crossing(out, e);
    add_time(out, "since", e->alert->since);
    add_string(out, "reason", e->reason ? e->reason : e->outage ? e->outage->reason : NULL);
    add_money(out, "balance_usd", e->token->last.balance);
    add_name(out, "burn");
    open_object(out);
    add_burn(out, &e->token->burn);
    close_object(out);
    add_forecast(out, e->token->series == SERIES_ACCOUNT ? NULL : &e->token->forecast, e->at);
    add_digest(out, e);
    add_summary(out, e);
    add_stored(out);
    close_object(out);
}

void wire_encode_alert(const struct alert_event *e, struct text *out)
{
    bool firing = e->alert->level != LEVEL_NONE;
    begin(out, e->at);
    add_token(out, e->account, e->token);
    add_string(out, "series", series_name(e->token->series));
    add_string(out, "rule", e->rule->name);
    add_string(out, "level", level_name(e->alert->level));
    add_time(out, "since", firing ? e->alert->since : TIME_NONE);
    add_crossing(out, e);
    add_integer(out, "episode", e->alert->episode);
    add_string(out, "event_id", e->id);
    add_summary(out, e);
    add_stored(out);
    close_object(out);
}

static void add_thousandths(struct text *out, const char *name, bool known, double value)
{
    if (!known) {
        add_null(out, name);
        return;
    }
    add_name(out, name);
    text_addf(out, "%.3f", value);
}

static void add_record(struct text *out, const struct accuracy_summary *r)
{
    bool known = accuracy_summary_tells(r);
    add_name(out, "forecasts");
    open_object(out);
    add_integer(out, "scored", r->scores);
    add_thousandths(out, "coverage", known, known ? (double)r->within / (double)r->scores : 0);
    add_thousandths(out, "median_factor", known, exp((double)r->median_off_milli / 1000));
    add_thousandths(out, "bias", known, (double)r->median_bias_milli / 1000);
    close_object(out);
}

/* The members are those of an event, so that who reads events can read this one. */
void wire_encode_merged(const struct merged_event *m, struct text *out)
{
    static const char *const unknown[] = { "token", "slug", "environment", "series", "rule" };
    static const char *const of_a_token[] = { "value", "threshold", "unit", "reason",
                                              "balance_usd" };
    struct text line = { 0 };
    begin(out, m->at);
    add_string(out, "id", m->id);
    add_string(out, "account", m->account);
    for (size_t i = 0; i < COUNT(unknown); i++)
        add_null(out, unknown[i]);
    add_string(out, "kind", "merged");
    add_string(out, "level", level_name(LEVEL_NONE));
    add_string(out, "was", level_name(LEVEL_NONE));
    add_time(out, "since", m->from);
    add_time(out, "until", m->until);
    add_integer(out, "events", m->events);
    for (size_t i = 0; i < COUNT(of_a_token); i++)
        add_null(out, of_a_token[i]);
    wire_merged_summary(m, &line);
    add_string(out, "summary", text_z(&line));
    text_done(&line);
    close_object(out);
}

static void add_delivery(struct text *out, const struct delivery_state *d)
{
    add_name(out, "delivery");
    open_object(out);
    add_integer(out, "events", d->events);
    add_integer(out, "bytes", d->bytes);
    add_time(out, "oldest_at", d->oldest_at);
    add_integer(out, "refused", d->refused);
    add_string(out, "refusal", d->refusal);
    add_time(out, "delivered_at", d->delivered_at);
    close_object(out);
}

void wire_encode_account(const struct account_state *s, struct text *out)
{
    begin(out, s->at);
    add_string(out, "account", s->account);
    add_string(out, "result", s->result);
    add_string(out, "reason", s->reason);
    add_time(out, "last_ok_at", s->last_ok);
    add_integer(out, "tokens", (int64_t)s->tokens);
    add_string(out, "credits_reason", s->credits_reason);
    add_time(out, "consumption_until", s->usage_until);
    add_string(out, "consumption_reason", s->usage_reason);
    add_money(out, "drift_usd", s->drift);
    add_record(out, &s->record);
    add_delivery(out, &s->delivery);
    close_object(out);
}

struct daemon_state {
    const char *state, *version;
    const char *reason; /* NULL: all is well */
    unix_s since;       /* of the reason */
};

static void encode_status(const struct daemon_state *d, unix_s at, struct text *out)
{
    begin(out, at);
    add_string(out, "state", d->state);
    add_string(out, "version", d->version);
    add_string(out, "reason", d->reason);
    add_time(out, "since", d->since);
    close_object(out);
}

void wire_encode_status(const char *state, const char *version, unix_s at, struct text *out)
{
    encode_status(&(struct daemon_state){ state, version, NULL, TIME_NONE }, at, out);
}

void wire_encode_degraded(const char *reason, unix_s since, const char *version, unix_s at,
                          struct text *out)
{
    encode_status(&(struct daemon_state){ "degraded", version, reason, since }, at, out);
}
