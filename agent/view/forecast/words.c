/* A forecast in words and dates. People get local time with its zone, and rounded figures. */
#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "core/calendar.h"
#include "view/accuracy.h"
#include "view/bar.h"
#include "view/forecast/view.h"

static void add_local(unix_s at, struct text *out)
{
    char shown[64];
    struct tm local;
    time_t stamp = (time_t)at;
    if (localtime_r(&stamp, &local)
        && strftime(shown, sizeof shown, "%a %Y-%m-%d %H:%M %Z", &local))
        text_add(out, span_of(shown));
}

static void add_usd(int64_t nano, struct text *out)
{
    char cents[MONEY_TEXT_BYTES];
    text_addf(out, "%s USD", money_format_cents((struct money){ nano }, cents));
}

static void add_rates(const struct forecast_input *s, struct text *out)
{
    char cents[MONEY_TEXT_BYTES];
    const char *before = "\nBurn rate, USD/h: ";
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate rate = s->rates[w];
        if (!rate.known)
            continue;
        text_addf(out, "%s%s over %s", before,
                  money_format_cents((struct money){ rate.nano_per_h }, cents),
                  burn_window_name(w));
        before = ", ";
    }
}

static void add_heading(const struct forecast_input *s, const struct screen *screen,
                        struct text *out)
{
    char age[DURATION_TEXT_BYTES];
    if (s->credits)
        text_add(out, span_of("Credits"));
    else
        screen_add(screen, span_of(text_z(&s->name)), out);
    text_add(out, span_of(" of account "));
    screen_add(screen, span_of(text_z(&s->account)), out);
    text_add(out, span_of("\n"));
    if (s->token->last.balance.known)
        add_usd(s->token->last.balance.is.nano, out);
    else
        text_add(out, span_of("An unknown amount"));
    bool is_estimate = s->credits && s->source == CREDITS_ESTIMATED;
    text_addf(out, " left%s, %s %s ago", is_estimate ? " by an estimate" : "",
              is_estimate ? "counted" : "read",
              duration_format(seconds_between(s->token->seen_at, s->now), age));
    if (s->token->missing)
        text_add(out, span_of(" (missing from the token list since then)"));
    add_rates(s, out);
    text_add(out, span_of("\n\n"));
}

static void add_time(const char *name, unix_s at, unix_s now, const char *meaning, struct text *out)
{
    char left[DURATION_TEXT_BYTES];
    text_addf(out, "  %-7s ", name);
    if (at >= TIME_FAR) {
        text_add(out, span_of("no end in sight\n"));
        return;
    }
    text_addf(out, "in %-8s ", duration_format(seconds_between(now, at), left));
    add_local(at, out);
    text_addf(out, "  %s\n", meaning);
}

static void add_times(const struct forecast *f, struct text *out)
{
    add_time("early", f->early, f->read_at, "lasts longer: 90 %", out);
    add_time("likely", f->likely, f->read_at, "lasts longer: 50 %", out);
    add_time("late", f->late, f->read_at, "lasts longer: 10 %", out);
}

static void add_horizon(const struct forecast *f, const struct reading *r, struct text *out)
{
    if (calendar_next_reset(r->period, f->read_at) == f->horizon) {
        text_add(out, span_of("Next reset "));
        add_local(f->horizon, out);
        if (r->reset_amount.known) {
            text_add(out, span_of(" to "));
            add_usd(r->reset_amount.is.nano, out);
        }
    } else {
        text_add(out, span_of(r->expires == f->horizon ? "Expires " : "In a week, "));
        add_local(f->horizon, out);
    }
    if (f->lasts >= 0)
        text_addf(out, ":\n  %.0f %% chance that it lasts until then (%s)\n", 100 * f->lasts,
                  forecast_verdict_name(f->verdict));
    else
        text_addf(out, " (%s)\n", forecast_verdict_name(f->verdict));
}

/* What there is to say without times. */
static void add_standing(const struct forecast_input *s, struct text *out)
{
    const struct forecast *f = &s->forecast;
    char age[DURATION_TEXT_BYTES];
    switch (s->state) {
    case STATE_LEARNING:
        text_add(out, span_of("Learning: too few readings for a forecast yet.\n"));
        break;
    case STATE_NO_BUDGET:
        text_add(out,
                 span_of("No budget: this token spends the account's credits and cannot run out on "
                         "its own;\n"
                         "see `ebb forecast --credits`.\n"));
        break;
    case STATE_STALE:
        text_addf(out, "Stale: last read %s ago, too long ago for a forecast.\n",
                  duration_format(seconds_between(s->token->seen_at, s->now), age));
        break;
    case STATE_UNUSED:
        text_add(out,
                 span_of("No use yet: nothing spent since Ebb started watching it, less than a "
                         "week ago.\n"));
        break;
    case STATE_IDLE:
        text_add(out, span_of("Idle: nothing spent in the last week, no end in sight.\n"));
        break;
    case STATE_EXHAUSTED:
        text_add(
            out,
            span_of(f->limit == LIMIT_CREDITS
                        ? "Exhausted: its account has no credits left, and calls are refused.\n"
                        : "Exhausted: nothing is left, and calls are refused.\n"));
        break;
    case STATE_SAFE:
    case STATE_TIGHT:
    case STATE_RUNS_DRY:
        text_add(out,
                 span_of(f->limit == LIMIT_CREDITS ? "Runs out with its account's credits\n"
                                                   : "Runs out\n"));
        add_times(f, out);
        break;
    case STATE_UNREADABLE:
        text_add(out, span_of("Unreadable: its entry in the API's last response is invalid.\n"));
        break;
    case STATE_MISSING:
        text_add(out, span_of("Missing: it is not in the last token list.\n"));
        break;
    case STATE_EXPIRED:
        text_add(out, span_of("Expired: its calls are refused.\n"));
        break;
    case STATE_NOT_OFFERED: /* forecast_input_load says so */
    case STATES:
        break;
    }
    if (state_is_in_use(s->state) && s->state != STATE_NO_BUDGET && s->state != STATE_STALE)
        add_horizon(f, &s->token->last, out);
}

static void add_what_if(const struct forecast_view *v, const struct screen *screen,
                        struct text *out)
{
    if (!v->what_if_text)
        return;
    text_add(out, span_of("\nWith "));
    screen_add(screen, span_of(v->what_if_text), out);
    if (v->if_reading.balance.known) {
        text_add(out, span_of(", starting at "));
        add_usd(v->if_reading.balance.is.nano, out);
    }
    text_add(out, span_of("\n"));
    if (forecast_has_times(&v->if_forecast)) {
        add_times(&v->if_forecast, out);
        add_horizon(&v->if_forecast, &v->if_reading, out);
    } else {
        text_addf(out, "  %s\n", forecast_verdict_name(v->if_forecast.verdict));
    }
}

static void add_needed(const struct forecast_view *v, struct text *out)
{
    if (v->until == TIME_NONE)
        return;
    text_add(out, span_of("\nTo last until "));
    add_local(v->until, out);
    if (!v->needed.known) {
        text_add(out, span_of(": unknown, because there is no forecast\n"));
        return;
    }
    text_addf(out, " with %.0f %% certainty:\n  ", 100 * NEEDED_CERTAINTY);
    add_usd(v->needed.is.nano, out);
    int64_t more = v->needed.is.nano - v->subject->token->last.balance.is.nano;
    if (more > 0) {
        text_add(out, span_of(", "));
        add_usd(more, out);
        text_add(out, span_of(" more than is left\n"));
    } else {
        text_add(out, span_of(", already covered\n"));
    }
}

static void add_blocks(const int64_t *nano, size_t count, bool ascii, struct text *out)
{
    int64_t shown[24];
    for (size_t i = 0; i < count; i++)
        shown[i] = nano[i] > 0 ? nano[i] : 0;
    spark_draw(shown, count, ascii, out);
}

static void add_profile(const struct forecast_input *s, bool ascii, struct text *out)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    struct burn_profile p = forecast_input_profile(s);
    char zone[16] = "", cents[MONEY_TEXT_BYTES];
    time_t stamp = (time_t)s->now;
    struct tm local;
    if (localtime_r(&stamp, &local))
        strftime(zone, sizeof zone, "%Z", &local);
    text_addf(out, "\nBurn by hour of day (local time, %s)\n  00 ", zone);
    add_blocks(p.hour_nano, 12, ascii, out);
    text_add(out, span_of(" 12 "));
    add_blocks(p.hour_nano + 12, 12, ascii, out);
    text_add(out, span_of(" 24\nBurn by day of week, USD per day\n "));
    for (int d = 0; d < 7; d++) {
        int64_t day_nano;
        if (__builtin_mul_overflow(p.day_nano[d], 24, &day_nano))
            day_nano = INT64_MAX;
        text_addf(out, " %s %s", days[d],
                  p.day_nano[d] < 0 ? "-" : money_format_cents((struct money){ day_nano }, cents));
    }
    text_add(out, span_of("\n"));
}

static void add_evidence(const struct forecast_input *s, struct text *out)
{
    struct testimony t;
    char duration[DURATION_TEXT_BYTES];
    const struct curve *c = s->token->curve;
    double left = c->spent_nano + (double)s->token->last.balance.is.nano;
    if (!testimony_of(&s->past, left, curve_hours(c, left, 0.5), &t))
        return;
    text_add(out, span_of("\nRunway by each kind of evidence alone\n"));
    for (enum evidence e = 0; e < EVIDENCE_KINDS; e++)
        text_addf(out, "  %-44s %s%s\n", evidence_title(e),
                  t.hours[e] < CENTURY_H ? duration_format((int64_t)(t.hours[e] * HOUR_S), duration)
                                         : "no end in sight",
                  e == t.nearest ? "  <- closest to the result" : "");
}

static void add_certainty(const struct forecast_input *s, struct text *out)
{
    static const char *const learnt[] = {
        [HISTORY_NONE] = "no history yet",
        [HISTORY_HOURS] = "less than two days of history: too short for seasonality",
        [HISTORY_DAYS] = "less than two weeks of history: daily seasonality only",
        [HISTORY_WEEKS] = "weeks of history: daily and weekly seasonality",
    };
    _Static_assert(COUNT(learnt) == HISTORIES, "a length of history has no words");
    const struct accuracy_summary *r = &s->scored;
    text_addf(out, "\nBased on %s.\n", learnt[s->forecast.history]);
    if (!r->scores) {
        text_add(out, span_of("None of its forecasts has come due yet.\n"));
        return;
    }
    if (!accuracy_summary_tells(r)) {
        text_addf(out,
                  "Too few of its forecasts have come due to judge them (%" PRId64 " so far).\n",
                  r->scores);
        return;
    }
    text_addf(out,
              "Of its %" PRId64 " forecasts that have come due, %" PRId64
              " had the outcome between early and\n"
              "late (8 in 10 should), half were off by less than a factor of %.2f, and the\n"
              "median was %.0f %% too %s.\n",
              r->scores, r->within, exp((double)r->median_off_milli / 1000),
              100 * fabs(expm1((double)r->median_bias_milli / 1000)),
              r->median_bias_milli < 0 ? "early" : "late");
    text_add(out, span_of("By how far ahead they looked: "));
    record_add_reaches(r, out);
    text_addf(out, ".\nIts interval is therefore %.2f times as wide as usual.\n",
              forecast_input_widening(s));
}

void forecast_words(const struct forecast_view *v, struct writer *w)
{
    const struct forecast_input *s = v->subject;
    struct text *out = &w->text;
    bool timed = forecast_has_times(&s->forecast);
    add_heading(s, &w->screen, out);
    add_standing(s, out);
    add_what_if(v, &w->screen, out);
    add_needed(v, out);
    if (timed) {
        text_add(out, span_of("\n"));
        forecast_picture(v, &w->screen, out);
    }
    if (s->token->burn.buckets)
        add_profile(s, w->screen.ascii, out);
    if (timed) {
        add_evidence(s, out);
        add_certainty(s, out);
    }
}
