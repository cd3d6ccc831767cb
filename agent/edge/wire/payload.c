/* What Ebb knows -> JSON payloads. Their members are described in docs/payloads.md.
 *
 * Written straight into the text: a document tree would be built only to be printed. A payload is
 * valid UTF-8 whatever a token is called; money is an exact decimal, never a double; what is not
 * known is null, and the member is still there. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/json_write.h"
#include "core/calendar.h"
#include "core/state.h"
#include "edge/wire.h"

static void add_percent(struct json_out *j, const char *name, int64_t basis_points)
{
    uint64_t size = basis_points < 0 ? 0 - (uint64_t)basis_points : (uint64_t)basis_points;
    text_addf(json_begin(j, name), "%s%" PRIu64 ".%02" PRIu64, basis_points < 0 ? "-" : "",
              size / 100, size % 100);
}

static void add_quantity(struct json_out *j, const char *name, enum rule_unit unit, int64_t value)
{
    switch (unit) {
    case UNIT_NANO_USD:
        json_add_money(j, name, money_known((struct money){ value }));
        break;
    case UNIT_BASIS_POINTS:
        add_percent(j, name, value);
        break;
    case UNIT_SECONDS:
        json_add_integer(j, name, value);
        break;
    case UNIT_NONE:
        json_add_null(j, name);
        break;
    }
}

static void begin(struct json_out *j, unix_s at)
{
    json_open_object(j, NULL);
    json_add_integer(j, "schema", WIRE_SCHEMA);
    calendar_add_json(j, "at", at);
}

static void add_token(struct json_out *j, const char *account, const struct token *t)
{
    json_add_z(j, "account", account);
    json_add_z(j, "token", t->series == SERIES_TOKEN ? t->name : NULL);
    json_add_z(j, "slug", t->slug);
}

static void add_burn(struct json_out *j, const struct burn_history *h)
{
    static const char *const names[BURN_WINDOWS] = { "burn_1h_usd_per_h", "burn_6h_usd_per_h",
                                                     "burn_24h_usd_per_h", "burn_7d_usd_per_h" };
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate rate = burn_over(h, w);
        json_add_money(j, names[w], (struct maybe_money){ rate.known, { rate.nano_per_h } });
    }
}

static bool is_time(unix_s at)
{
    return at != TIME_NONE && at < TIME_FAR;
}

static void add_runway(struct json_out *j, unix_s empty_at, unix_s at)
{
    if (is_time(empty_at))
        json_add_integer(j, "runway_s", empty_at > at ? empty_at - at : 0);
    else
        json_add_null(j, "runway_s");
}

enum { CHANCE_PARTS = 10000 };

/* Ten-thousandths, written with the decimals that mean something. */
static void add_chance(struct json_out *j, const char *name, double chance)
{
    if (chance < 0) {
        json_add_null(j, name);
        return;
    }
    char digits[2 + DIGITS_MAX], *end = digits;
    uint64_t parts = (uint64_t)llround(chance * CHANCE_PARTS);
    end = digits_put(end, parts / CHANCE_PARTS, 1);
    *end++ = '.';
    end = digits_put(end, parts % CHANCE_PARTS, 4);
    text_add(json_begin(j, name), (struct span){ digits, (size_t)(end - digits) });
}

static void add_forecast_as(struct json_out *j, const char *state, const struct forecast *f,
                            unix_s at)
{
    json_add_z(j, "state", state);
    json_open_object(j, "exhaustion");
    calendar_add_json(j, "early_at", f->early);
    calendar_add_json(j, "likely_at", f->likely);
    calendar_add_json(j, "late_at", f->late);
    json_close(j);
    add_runway(j, f->likely, at);
}

/* `f` NULL: of what has no balance to forecast. */
static void add_forecast(struct json_out *j, const struct forecast *f, unix_s at)
{
    const struct forecast none = forecast_none();
    add_forecast_as(j, f ? forecast_verdict_slug(f->verdict) : NULL, f ? f : &none, at);
}

static void add_certainty(struct json_out *j, const struct forecast *f)
{
    calendar_add_json(j, "horizon_at", f->horizon);
    add_chance(j, "chance_lasts", f->lasts);
    json_add_z(j, "forecast_history", forecast_history_slug(f->history));
    calendar_add_json(j, "forecast_at", f->made_at);
}

/* `level` NULL: nobody gave one. */
static void add_credits_source(struct json_out *j, enum credits_source source,
                               const struct credits_level *level)
{
    json_add_z(j, "source", credits_source_name(source));
    json_add_money(j, "set_usd", (struct maybe_money){ level, { level ? level->set.nano : 0 } });
    calendar_add_json(j, "set_at", level ? level->set_at : TIME_NONE);
}

void wire_encode_credits(const struct credits_state *s, const struct token *t, unix_s at,
                         struct text *out)
{
    struct json_out j = json_out_compact(out);
    begin(&j, at);
    json_add_z(&j, "account", s->account);
    json_add_money(&j, "balance_usd", t->last.balance);
    calendar_add_json(&j, "seen_at", t->seen_at);
    add_burn(&j, &t->burn);
    add_forecast(&j, &t->forecast, at);
    add_certainty(&j, &t->forecast);
    add_credits_source(&j, s->source, s->source == CREDITS_ESTIMATED ? s->level : NULL);
    json_close(&j);
}

void wire_encode_no_credits(const char *account, unix_s at, struct text *out)
{
    static const struct burn_history nothing = { 0 };
    const struct forecast none = forecast_none();
    struct json_out j = json_out_compact(out);
    begin(&j, at);
    json_add_z(&j, "account", account);
    json_add_null(&j, "balance_usd");
    json_add_null(&j, "seen_at");
    add_burn(&j, &nothing);
    add_forecast_as(&j, state_slug(STATE_NOT_OFFERED), &none, at);
    add_certainty(&j, &none);
    add_credits_source(&j, CREDITS_NOT_OFFERED, NULL);
    json_close(&j);
}

static void add_member(struct json_out *j, const struct token *t)
{
    const char *member = token_identity(t).member;
    json_add_z(j, "member", member[0] ? member : NULL);
}

void wire_encode_token(const char *account, const struct token *t, unix_s at, struct text *out)
{
    struct json_out j = json_out_compact(out);
    const struct reading *r = &t->last;
    begin(&j, at);
    add_token(&j, account, t);
    json_add_z(&j, "type", r->type);
    json_add_money(&j, "balance_usd", r->balance);
    json_add_bool(&j, "budgeted", r->budgeted);
    json_add_money(&j, "available_usd", t->forecast.available);
    json_add_z(&j, "limited_by",
               t->forecast.available.known ? forecast_limit_name(t->forecast.limit) : NULL);
    calendar_add_json(&j, "expires_at", r->expires);
    json_add_z(&j, "reset_period", calendar_period_name(r->period));
    json_add_money(&j, "reset_amount_usd", r->reset_amount);
    calendar_add_json(&j, "next_reset_at", calendar_next_reset(r->period, at));
    json_add_z(&j, "burn_source", token_burn_source(t));
    add_burn(&j, &t->burn);
    add_forecast(&j, &t->forecast, at);
    add_certainty(&j, &t->forecast);
    json_add_money(&j, "drift_usd", t->drift);
    json_add_bool(&j, "missing", t->missing > 0);
    json_add_z(&j, "unreadable", t->unreadable);
    add_member(&j, t);
    json_close(&j);
}

static void add_crossing(struct json_out *j, const struct alert_event *e)
{
    enum rule_unit unit = rule_unit_of(e->rule->kind);
    if (e->transition.known) {
        add_quantity(j, "value", unit, e->transition.value);
        add_quantity(j, "threshold", unit, e->transition.threshold);
    } else {
        json_add_null(j, "value");
        json_add_null(j, "threshold");
    }
    json_add_z(j, "unit", unit == UNIT_NONE ? NULL : rule_unit_name(unit));
}

static void add_basis(struct json_out *j, const struct alert_event *e)
{
    json_add_z(j, "credits_source",
               alert_event_rests_on_credits(e) ? credits_source_name(e->credits) : NULL);
}

static void add_summary(struct json_out *j, const struct alert_event *e)
{
    struct text line = { 0 };
    alert_event_summary(e, &line);
    json_add_z(j, "summary", text_z(&line));
    text_done(&line);
}

static void add_finding(struct json_out *j, const struct found_alert *f, enum rule_unit unit)
{
    json_open_object(j, NULL);
    json_add_z(j, "token", f->token->series == SERIES_TOKEN ? f->token->name : NULL);
    json_add_z(j, "slug", f->token->slug);
    json_add_z(j, "level", level_name(f->transition.is));
    add_quantity(j, "value", unit, f->transition.value);
    add_quantity(j, "threshold", unit, f->transition.threshold);
    json_add_money(j, "balance_usd", f->token->last.balance);
    json_close(j);
}

static void add_counts(struct json_out *j, const struct digest *d)
{
    size_t counts[LEVELS] = { 0 };
    for (size_t i = 0; i < d->count; i++)
        counts[d->at[i].transition.is]++;
    json_add_integer(j, "count", (int64_t)d->count);
    for (enum level l = LEVELS - 1; l > LEVEL_NONE; l--)
        json_add_integer(j, level_name(l), (int64_t)counts[l]);
}

static void add_digest(struct json_out *j, const struct alert_event *e)
{
    const struct digest *d = e->digest;
    if (!d) {
        json_add_null(j, "digest");
        return;
    }
    json_open_object(j, "digest");
    add_counts(j, d);
    json_open_array(j, "worst");
    for (size_t i = 0; i < d->count && i < DIGEST_NAMED; i++) {
        add_finding(j, &d->at[i], rule_unit_of(e->rule->kind));
    }
    json_close(j);
    json_close(j);
}

static void add_environment(struct json_out *j, const struct token *t)
{
    struct span environment = naming_environment(span_of(t->name));
    if (environment.len)
        json_add_text(j, "environment", environment);
    else
        json_add_null(j, "environment");
}

/* Written inside the transaction that makes it true; comes last, so that wire_mark_unstored finds
 * it. */
static void add_stored(struct json_out *j)
{
    json_add_bool(j, "stored", true);
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
    struct json_out j = json_out_compact(out);
    begin(&j, e->at);
    json_add_z(&j, "id", e->id);
    add_token(&j, e->account, e->token);
    add_environment(&j, e->token);
    add_member(&j, e->token);
    json_add_z(&j, "series", series_name(e->digest ? e->rule->series : e->token->series));
    json_add_z(&j, "rule", e->rule->name);
    json_add_z(&j, "kind", transition_name(e->transition.kind));
    json_add_z(&j, "level", level_name(e->transition.is));
    json_add_z(&j, "was", level_name(e->transition.was));
    add_crossing(&j, e);
    calendar_add_json(&j, "since", e->alert->since);
    json_add_z(&j, "reason", e->reason ? e->reason : e->outage ? e->outage->reason : NULL);
    json_add_money(&j, "balance_usd", e->token->last.balance);
    json_open_object(&j, "burn");
    add_burn(&j, &e->token->burn);
    json_close(&j);
    add_forecast(&j, e->token->series == SERIES_ACCOUNT ? NULL : &e->token->forecast, e->at);
    add_basis(&j, e);
    add_digest(&j, e);
    add_summary(&j, e);
    add_stored(&j);
    json_close(&j);
}

void wire_encode_alert(const struct alert_event *e, struct text *out)
{
    struct json_out j = json_out_compact(out);
    bool firing = e->alert->level != LEVEL_NONE;
    begin(&j, e->at);
    add_token(&j, e->account, e->token);
    json_add_z(&j, "series", series_name(e->token->series));
    json_add_z(&j, "rule", e->rule->name);
    json_add_z(&j, "level", level_name(e->alert->level));
    calendar_add_json(&j, "since", firing ? e->alert->since : TIME_NONE);
    add_crossing(&j, e);
    json_add_integer(&j, "episode", e->alert->episode);
    json_add_z(&j, "event_id", e->id);
    add_basis(&j, e);
    add_summary(&j, e);
    add_stored(&j);
    json_close(&j);
}

static void add_thousandths(struct json_out *j, const char *name, bool known, double value)
{
    if (!known) {
        json_add_null(j, name);
        return;
    }
    text_addf(json_begin(j, name), "%.3f", value);
}

static void add_record(struct json_out *j, const struct accuracy_summary *r)
{
    bool known = accuracy_summary_tells(r);
    json_open_object(j, "forecasts");
    json_add_integer(j, "scored", r->scores);
    add_thousandths(j, "coverage", known, known ? (double)r->within / (double)r->scores : 0);
    add_thousandths(j, "median_factor", known, exp((double)r->median_off_milli / 1000));
    add_thousandths(j, "bias", known, (double)r->median_bias_milli / 1000);
    json_close(j);
}

/* The members are those of an event, so that who reads events can read this one. */
void wire_encode_merged(const struct merged_event *m, struct text *out)
{
    struct json_out j = json_out_compact(out);
    static const char *const unknown[] = { "token",  "slug",   "environment",
                                           "member", "series", "rule" };
    static const char *const of_a_token[] = { "value",  "threshold",   "unit",
                                              "reason", "balance_usd", "credits_source" };
    struct text line = { 0 };
    begin(&j, m->at);
    json_add_z(&j, "id", m->id);
    json_add_z(&j, "account", m->account);
    for (size_t i = 0; i < COUNT(unknown); i++)
        json_add_null(&j, unknown[i]);
    json_add_z(&j, "kind", "merged");
    json_add_z(&j, "level", level_name(LEVEL_NONE));
    json_add_z(&j, "was", level_name(LEVEL_NONE));
    calendar_add_json(&j, "since", m->from);
    calendar_add_json(&j, "until", m->until);
    json_add_integer(&j, "events", m->events);
    for (size_t i = 0; i < COUNT(of_a_token); i++)
        json_add_null(&j, of_a_token[i]);
    wire_merged_summary(m, &line);
    json_add_z(&j, "summary", text_z(&line));
    text_done(&line);
    json_close(&j);
}

static void add_delivery(struct json_out *j, const struct delivery_state *d)
{
    json_open_object(j, "delivery");
    json_add_integer(j, "events", d->events);
    json_add_integer(j, "bytes", d->bytes);
    calendar_add_json(j, "oldest_at", d->oldest_at);
    json_add_integer(j, "refused", d->refused);
    json_add_z(j, "refusal", d->refusal);
    calendar_add_json(j, "delivered_at", d->delivered_at);
    json_close(j);
}

void wire_encode_account(const struct account_state *s, struct text *out)
{
    struct json_out j = json_out_compact(out);
    begin(&j, s->at);
    json_add_z(&j, "account", s->account);
    json_add_z(&j, "result", s->result);
    json_add_z(&j, "reason", s->reason);
    calendar_add_json(&j, "last_ok_at", s->last_ok);
    json_add_integer(&j, "tokens", (int64_t)s->tokens);
    json_add_z(&j, "credits_source", credits_source_name(s->credits_source));
    json_add_z(&j, "credits_reason", s->credits_reason);
    calendar_add_json(&j, "consumption_until", s->usage_until);
    json_add_z(&j, "consumption_reason", s->usage_reason);
    json_add_money(&j, "drift_usd", s->drift);
    add_record(&j, &s->record);
    add_delivery(&j, &s->delivery);
    json_close(&j);
}

struct daemon_state {
    const char *state, *version;
    const char *reason; /* NULL: all is well */
    unix_s since;       /* of the reason */
};

static void encode_status(const struct daemon_state *d, unix_s at, struct text *out)
{
    struct json_out j = json_out_compact(out);
    begin(&j, at);
    json_add_z(&j, "state", d->state);
    json_add_z(&j, "version", d->version);
    json_add_z(&j, "reason", d->reason);
    calendar_add_json(&j, "since", d->since);
    json_close(&j);
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
