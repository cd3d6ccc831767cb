/* What Ebb knows -> JSON payloads: states, and what they share with events (event.c). Their members
 * are described in docs/payloads.md.
 *
 * Written straight into the text: a document tree would be built only to be printed. A payload is
 * valid UTF-8 whatever a token is called; money is an exact decimal, never a double; what is not
 * known is null, and the member is still there. */
#include <math.h>

#include "base/digits.h"
#include "base/json_write.h"
#include "core/calendar.h"
#include "core/state.h"
#include "edge/wire.h"
#include "edge/wire/members.h"

void wire_begin(struct json_out *j, unix_s at)
{
    json_open_object(j, NULL);
    json_add_integer(j, "schema", WIRE_SCHEMA);
    calendar_add_json(j, "at", at);
}

void wire_add_token(struct json_out *j, const char *account, const struct token *t)
{
    json_add_z(j, "account", account);
    json_add_z(j, "token", t->series == SERIES_TOKEN ? t->name : NULL);
    json_add_z(j, "slug", t->slug);
}

void wire_add_burn(struct json_out *j, const struct burn_history *h)
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

void wire_add_forecast(struct json_out *j, const struct forecast *f, unix_s at)
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
    wire_begin(&j, at);
    json_add_z(&j, "account", s->account);
    json_add_money(&j, "balance_usd", t->last.balance);
    calendar_add_json(&j, "seen_at", t->seen_at);
    wire_add_burn(&j, &t->burn);
    wire_add_forecast(&j, &t->forecast, at);
    add_certainty(&j, &t->forecast);
    add_credits_source(&j, s->source, s->source == CREDITS_ESTIMATED ? s->level : NULL);
    json_close(&j);
}

void wire_encode_no_credits(const char *account, unix_s at, struct text *out)
{
    static const struct burn_history nothing = { 0 };
    const struct forecast none = forecast_none();
    struct json_out j = json_out_compact(out);
    wire_begin(&j, at);
    json_add_z(&j, "account", account);
    json_add_null(&j, "balance_usd");
    json_add_null(&j, "seen_at");
    wire_add_burn(&j, &nothing);
    add_forecast_as(&j, state_slug(STATE_NOT_OFFERED), &none, at);
    add_certainty(&j, &none);
    add_credits_source(&j, CREDITS_NOT_OFFERED, NULL);
    json_close(&j);
}

void wire_add_member(struct json_out *j, const struct token *t)
{
    const char *member = token_identity(t).member;
    json_add_z(j, "member", member[0] ? member : NULL);
}

void wire_encode_token(const char *account, const struct token *t, unix_s at, struct text *out)
{
    struct json_out j = json_out_compact(out);
    const struct reading *r = &t->last;
    wire_begin(&j, at);
    wire_add_token(&j, account, t);
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
    wire_add_burn(&j, &t->burn);
    wire_add_forecast(&j, &t->forecast, at);
    add_certainty(&j, &t->forecast);
    json_add_money(&j, "drift_usd", t->drift);
    json_add_bool(&j, "missing", t->missing > 0);
    json_add_z(&j, "unreadable", t->unreadable);
    wire_add_member(&j, t);
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
    wire_begin(&j, s->at);
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
    wire_begin(&j, at);
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
