/* The same as one JSON object: exact money, RFC 3339 in UTC, what is not known is null. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core/calendar.h"
#include "view/forecast/view.h"

static void add_number(struct json_out *j, const char *name, bool known, double value)
{
    if (known)
        text_addf(json_begin(j, name), "%.4f", value);
    else
        json_add_null(j, name);
}

static void add_burn(struct json_out *j, const struct forecast_input *s)
{
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        char name[32];
        snprintf(name, sizeof name, "burn_%s_usd_per_h", burn_window_name(w));
        json_add_money(j, name,
                       (struct maybe_money){ s->rates[w].known, { s->rates[w].nano_per_h } });
    }
}

static void add_forecast(struct json_out *j, enum state state, const struct forecast *f)
{
    json_add_z(j, "state", state_slug(state));
    calendar_add_json(j, "early_at", f->early);
    calendar_add_json(j, "likely_at", f->likely);
    calendar_add_json(j, "late_at", f->late);
    calendar_add_json(j, "horizon_at", f->horizon);
    add_number(j, "chance_lasts", f->lasts >= 0, f->lasts);
    calendar_add_json(j, "forecast_at", f->made_at);
    json_add_money(j, "available_usd", f->available);
    json_add_z(j, "limited_by", f->available.known ? forecast_limit_name(f->limit) : NULL);
}

static void add_amounts(struct json_out *j, const char *name, const int64_t *nano, size_t count)
{
    json_open_array(j, name);
    for (size_t i = 0; i < count; i++)
        json_add_money(j, NULL, (struct maybe_money){ nano[i] >= 0, { nano[i] } });
    json_close(j);
}

static void add_profile(struct json_out *j, const struct forecast_input *s)
{
    struct burn_profile p = forecast_input_profile(s);
    char zone[16] = "";
    time_t stamp = (time_t)s->now;
    struct tm local;
    if (localtime_r(&stamp, &local))
        strftime(zone, sizeof zone, "%Z", &local);
    json_add_z(j, "time_zone", zone);
    add_amounts(j, "burn_by_hour_usd_per_h", p.hour_nano, 24);
    add_amounts(j, "burn_by_weekday_usd_per_h", p.day_nano, 7);
}

static void add_evidence(struct json_out *j, const struct forecast_input *s)
{
    struct testimony t;
    const struct curve *c = s->token->curve;
    double left = forecast_has_times(&s->forecast)
        ? c->spent_nano + (double)s->token->last.balance.is.nano
        : 0;
    if (left <= 0 || !testimony_of(&s->past, left, curve_hours(c, left, 0.5), &t)) {
        json_add_null(j, "evidence");
        return;
    }
    json_open_object(j, "evidence");
    json_add_z(j, "nearest", evidence_name(t.nearest));
    json_open_object(j, "runway_h");
    for (enum evidence e = 0; e < EVIDENCE_KINDS; e++)
        add_number(j, evidence_name(e), true, t.hours[e]);
    json_close(j);
    json_close(j);
}

/* When the balance will have fallen to an amount, early, likely and late. */
static void add_curve(struct json_out *j, const struct forecast_input *s)
{
    static const double levels[] = { 0.1, 0.5, 0.9 };
    static const char *const names[] = { "early_at", "likely_at", "late_at" };
    struct chart_point fan[COUNT(levels)][FAN_POINTS];
    if (!forecast_has_times(&s->forecast)) {
        json_add_null(j, "curve");
        return;
    }
    for (size_t l = 0; l < COUNT(levels); l++)
        forecast_fan(s->token->curve, &s->token->last, levels[l], fan[l]);
    json_open_array(j, "curve");
    for (size_t i = 0; i < FAN_POINTS; i++) {
        json_open_object(j, NULL);
        json_add_money(j, "balance_usd", money_known((struct money){ fan[0][i].nano }));
        for (size_t l = 0; l < COUNT(levels); l++)
            calendar_add_json(j, names[l], fan[l][i].at);
        json_close(j);
    }
    json_close(j);
}

static void add_reach(struct json_out *j, enum reach reach, const struct reach_record *r,
                      bool known)
{
    json_open_object(j, NULL);
    json_add_z(j, "horizon", reach_slug(reach));
    json_add_integer(j, "scored", r->due);
    add_number(j, "coverage", known, known ? (double)r->within / (double)r->due : 0);
    json_close(j);
}

static void add_record(struct json_out *j, const struct forecast_input *s)
{
    const struct accuracy_summary *r = &s->scored;
    bool known = accuracy_summary_tells(r);
    json_open_object(j, "forecasts");
    json_add_integer(j, "scored", r->scores);
    add_number(j, "coverage", known, known ? (double)r->within / (double)r->scores : 0);
    add_number(j, "median_factor", known, exp((double)r->median_off_milli / 1000));
    add_number(j, "bias", known, (double)r->median_bias_milli / 1000);
    json_add_z(j, "reason", accuracy_summary_reason(r));
    json_open_array(j, "by_horizon");
    for (enum reach i = 0; i < REACHES; i++)
        add_reach(j, i, &r->reach[i], known && reach_record_tells(&r->reach[i]));
    json_close(j);
    add_number(j, "interval_times", true, forecast_input_widening(s));
    json_close(j);
}

static void add_what_if(struct json_out *j, const struct forecast_view *v)
{
    if (!v->what_if_text) {
        json_add_null(j, "what_if");
        return;
    }
    json_open_object(j, "what_if");
    json_add_z(j, "asked", v->what_if_text);
    json_add_money(j, "balance_usd", v->if_reading.balance);
    add_forecast(j, (enum state)v->if_forecast.verdict, &v->if_forecast);
    json_close(j);
}

static void add_needed(struct json_out *j, const struct forecast_view *v)
{
    if (v->until == TIME_NONE) {
        json_add_null(j, "needed");
        return;
    }
    json_open_object(j, "needed");
    calendar_add_json(j, "until", v->until);
    add_number(j, "certainty", true, NEEDED_CERTAINTY);
    json_add_money(j, "balance_usd", v->needed);
    json_close(j);
}

void forecast_json(const struct forecast_view *v, struct json_out *j)
{
    const struct forecast_input *s = v->subject;
    json_open_object(j, NULL);
    calendar_add_json(j, "at", s->now);
    json_add_z(j, "account", text_z(&s->account));
    json_add_z(j, "series", s->credits ? "credits" : "token");
    json_add_z(j, "token", s->credits ? NULL : text_z(&s->name));
    json_add_z(j, "credits_source", credits_source_name(s->source));
    json_add_money(j, "balance_usd", s->token->last.balance);
    calendar_add_json(j, "seen_at", s->token->seen_at);
    add_burn(j, s);
    add_forecast(j, s->state, &s->forecast);
    calendar_add_json(j, "next_reset_at", calendar_next_reset(s->token->last.period, s->now));
    json_add_z(j, "forecast_history", forecast_history_slug(s->forecast.history));
    add_what_if(j, v);
    add_needed(j, v);
    add_profile(j, s);
    add_evidence(j, s);
    add_record(j, s);
    add_curve(j, s);
    json_close(j);
}
