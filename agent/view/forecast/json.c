/* The same as one JSON object: exact money, RFC 3339 in UTC, what is not known is null. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core/calendar.h"
#include "view/forecast/view.h"

static void add_name(struct text *out, const char *name)
{
    bool first = out->at[out->len - 1] == '{';
    text_addf(out, "%s\"%s\": ", first ? "" : ", ", name);
}

static void add_string(struct text *out, const char *name, const char *value)
{
    add_name(out, name);
    if (value)
        text_add_json(out, span_of(value));
    else
        text_add(out, span_of("null"));
}

static void add_time(struct text *out, const char *name, unix_s at)
{
    char stamp[TIME_TEXT_BYTES];
    add_string(out, name, at != TIME_NONE && at < TIME_FAR ? calendar_format(at, stamp) : NULL);
}

static void add_money(struct text *out, const char *name, struct maybe_money amount)
{
    char decimal[MONEY_TEXT_BYTES];
    add_name(out, name);
    text_add(out, span_of(amount.known ? money_format(amount.is, decimal) : "null"));
}

static void add_number(struct text *out, const char *name, bool known, double value)
{
    add_name(out, name);
    if (known)
        text_addf(out, "%.4f", value);
    else
        text_add(out, span_of("null"));
}

static void add_burn(struct text *out, const struct forecast_input *s)
{
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        char name[32];
        snprintf(name, sizeof name, "burn_%s_usd_per_h", burn_window_name(w));
        add_money(out, name, (struct maybe_money){ s->rates[w].known, { s->rates[w].nano_per_h } });
    }
}

static void add_forecast(struct text *out, enum state state, const struct forecast *f)
{
    add_string(out, "state", state_slug(state));
    add_time(out, "early_at", f->early);
    add_time(out, "likely_at", f->likely);
    add_time(out, "late_at", f->late);
    add_time(out, "horizon_at", f->horizon);
    add_number(out, "chance_lasts", f->lasts >= 0, f->lasts);
    add_time(out, "forecast_at", f->made_at);
    add_money(out, "available_usd", f->available);
    add_string(out, "limited_by", f->available.known ? forecast_limit_name(f->limit) : NULL);
}

static void add_amounts(struct text *out, const char *name, const int64_t *nano, size_t count)
{
    char decimal[MONEY_TEXT_BYTES];
    add_name(out, name);
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%s", i ? ", " : "[",
                  nano[i] < 0 ? "null" : money_format((struct money){ nano[i] }, decimal));
    text_add(out, span_of("]"));
}

static void add_profile(struct text *out, const struct forecast_input *s)
{
    struct burn_profile p = forecast_input_profile(s);
    char zone[16] = "";
    time_t stamp = (time_t)s->now;
    struct tm local;
    if (localtime_r(&stamp, &local))
        strftime(zone, sizeof zone, "%Z", &local);
    add_string(out, "time_zone", zone);
    add_amounts(out, "burn_by_hour_usd_per_h", p.hour_nano, 24);
    add_amounts(out, "burn_by_weekday_usd_per_h", p.day_nano, 7);
}

static void add_evidence(struct text *out, const struct forecast_input *s)
{
    struct testimony t;
    const struct curve *c = s->token->curve;
    double left = forecast_has_times(&s->forecast)
        ? c->spent_nano + (double)s->token->last.balance.is.nano
        : 0;
    add_name(out, "evidence");
    if (left <= 0 || !testimony_of(&s->past, left, curve_hours(c, left, 0.5), &t)) {
        text_add(out, span_of("null"));
        return;
    }
    text_add(out, span_of("{"));
    add_string(out, "nearest", evidence_name(t.nearest));
    add_name(out, "runway_h");
    text_add(out, span_of("{"));
    for (enum evidence e = 0; e < EVIDENCE_KINDS; e++)
        add_number(out, evidence_name(e), true, t.hours[e]);
    text_add(out, span_of("}}"));
}

static void add_record(struct text *out, const struct forecast_input *s)
{
    const struct accuracy_summary *r = &s->scored;
    bool known = accuracy_summary_tells(r);
    add_name(out, "forecasts");
    text_add(out, span_of("{"));
    add_name(out, "scored");
    text_addf(out, "%" PRId64, r->scores);
    add_number(out, "coverage", known, known ? (double)r->within / (double)r->scores : 0);
    add_number(out, "median_factor", known, exp((double)r->median_off_milli / 1000));
    add_number(out, "bias", known, (double)r->median_bias_milli / 1000);
    add_number(out, "interval_times", true, forecast_input_widening(s));
    text_add(out, span_of("}"));
}

static void add_what_if(struct text *out, const struct forecast_view *v)
{
    add_name(out, "what_if");
    if (!v->what_if_text) {
        text_add(out, span_of("null"));
        return;
    }
    text_add(out, span_of("{"));
    add_string(out, "asked", v->what_if_text);
    add_money(out, "balance_usd", v->if_reading.balance);
    add_forecast(out, (enum state)v->if_forecast.verdict, &v->if_forecast);
    text_add(out, span_of("}"));
}

static void add_needed(struct text *out, const struct forecast_view *v)
{
    add_name(out, "needed");
    if (v->until == TIME_NONE) {
        text_add(out, span_of("null"));
        return;
    }
    text_add(out, span_of("{"));
    add_time(out, "until", v->until);
    add_number(out, "certainty", true, NEEDED_CERTAINTY);
    add_money(out, "balance_usd", v->needed);
    text_add(out, span_of("}"));
}

void forecast_json(const struct forecast_view *v, struct text *out)
{
    const struct forecast_input *s = v->subject;
    text_add(out, span_of("{"));
    add_time(out, "at", s->now);
    add_string(out, "account", text_z(&s->account));
    add_string(out, "series", s->credits ? "credits" : "token");
    add_string(out, "token", s->credits ? NULL : text_z(&s->name));
    add_money(out, "balance_usd", s->token->last.balance);
    add_time(out, "seen_at", s->token->seen_at);
    add_burn(out, s);
    add_forecast(out, s->state, &s->forecast);
    add_time(out, "next_reset_at", calendar_next_reset(s->token->last.period, s->now));
    add_string(out, "forecast_history", forecast_history_slug(s->forecast.history));
    add_what_if(out, v);
    add_needed(out, v);
    add_profile(out, s);
    add_evidence(out, s);
    add_record(out, s);
    text_add(out, span_of("}\n"));
}
