/* From a subject to the lines of a chart. Past and future share one scale, so that slopes can be
 * compared. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/calendar.h"
#include "core/rule.h"
#include "edge/config.h"
#include "view/forecast/view.h"

enum {
    MARKS_MAX = 64,
    ROWS = 13,
    COLUMNS_LEAST = 20,
    COLUMNS_MOST = 160,
    COLUMNS_ELSEWHERE = 80, /* where the screen has no end */
    AHEAD_MOST_S = 4 * WEEK_S
};

#define MONEY_MAX 9.2e18 /* nano-dollars; as a double the largest amount is more than it is */

struct picture {
    struct chart chart;
    struct chart_point fan[3][FAN_POINTS];
    struct chart_line lines[4];
    int64_t levels[FORECAST_THRESHOLDS];
    unix_s marks[MARKS_MAX];
    struct text told; /* of the levels */
};

static void set_span(const struct forecast_input *s, struct chart *c)
{
    int64_t ahead_s = s->forecast.late - s->now;
    ahead_s = ahead_s < HOUR_S ? HOUR_S : ahead_s > AHEAD_MOST_S ? AHEAD_MOST_S : ahead_s;
    unix_s first = s->reading_count ? s->readings[0].at : s->now;
    c->from = first > s->now - ahead_s ? first : s->now - ahead_s;
    if (c->from > s->now - ahead_s / 8)
        c->from = s->now - ahead_s / 8;
    c->until = s->now + ahead_s + ahead_s / 20;
}

void forecast_fan(const struct curve *c, const struct reading *r, double level,
                  struct chart_point fan[FAN_POINTS])
{
    double balance = (double)r->balance.is.nano;
    for (int i = 0; i < FAN_POINTS; i++) {
        double spent = balance * i / (FAN_POINTS - 1);
        double hours = curve_hours(c, c->spent_nano + spent, level);
        int64_t ahead_s = (int64_t)(hours < CENTURY_H ? hours * HOUR_S : CENTURY_H * HOUR_S);
        fan[i] =
            (struct chart_point){ c->origin + ahead_s, (int64_t)fmin(balance - spent, MONEY_MAX) };
    }
}

static void set_lines(const struct forecast_input *s, bool colour, struct picture *p)
{
    static const char *const tones[] = { TONE_LATE, TONE_EARLY, TONE_BAR };
    static const double levels[] = { 0.9, 0.1, 0.5 };
    static const char letters[] = { 'L', 'e', 'o' };
    p->lines[0] = (struct chart_line){ s->readings, s->reading_count, true, '*', NULL };
    for (int i = 0; i < 3; i++) {
        forecast_fan(s->token->curve, &s->token->last, levels[i], p->fan[i]);
        p->lines[1 + i] = (struct chart_line){ p->fan[i], FAN_POINTS, false, letters[i],
                                               colour ? tones[i] : NULL };
    }
    p->chart.lines = p->lines;
    p->chart.line_count = COUNT(p->lines);
}

size_t forecast_thresholds(const struct forecast_view *v,
                           struct forecast_threshold ret[FORECAST_THRESHOLDS])
{
    const struct forecast_input *s = v->subject;
    size_t count = 0;
    struct snapshot snapshot = { .series = s->credits ? SERIES_CREDITS : SERIES_TOKEN,
                                 .account = text_z(&s->account),
                                 .member = token_identity(s->token).member,
                                 .reading = &s->token->last,
                                 .forecast = &s->forecast,
                                 .high_water = s->token->high_water,
                                 .now = s->now };
    for (size_t i = 0; v->settings && i < v->settings->rule_count; i++) {
        const struct rule *rule = &v->settings->rules[i];
        for (enum level l = LEVEL_INFO; l < LEVELS && rule_matches(rule, &snapshot); l++) {
            int64_t nano;
            if (count < FORECAST_THRESHOLDS && rule_balance_at(rule, l, &snapshot, &nano)
                && nano > 0)
                ret[count++] = (struct forecast_threshold){ l, nano };
        }
    }
    return count;
}

static void set_levels(const struct forecast_view *v, struct picture *p)
{
    struct forecast_threshold at[FORECAST_THRESHOLDS];
    char cents[MONEY_TEXT_BYTES];
    p->chart.level_count = forecast_thresholds(v, at);
    for (size_t i = 0; i < p->chart.level_count; i++) {
        p->levels[i] = at[i].nano;
        text_addf(&p->told, "%s%s below %s", p->told.len ? ", " : "", level_name(at[i].level),
                  money_format_cents((struct money){ at[i].nano }, cents));
    }
    p->chart.levels = p->levels;
}

static void set_marks(const struct forecast_input *s, struct picture *p)
{
    struct chart *c = &p->chart;
    p->marks[c->mark_count++] = s->now;
    unix_s reset = calendar_next_reset(s->token->last.period, c->from);
    while (reset != TIME_NONE && reset < c->until && c->mark_count < MARKS_MAX) {
        p->marks[c->mark_count++] = reset;
        reset = calendar_next_reset(s->token->last.period, reset);
    }
    c->marks = p->marks;
}

static void set_top(const struct forecast_input *s, struct chart *c)
{
    int64_t top = s->token->last.balance.is.nano;
    for (size_t i = 0; i < s->reading_count; i++) {
        bool seen = s->readings[i].at >= c->from || i + 1 == s->reading_count
            || s->readings[i + 1].at > c->from;
        if (seen && s->readings[i].nano > top)
            top = s->readings[i].nano;
    }
    c->top_nano = top > (int64_t)(MONEY_MAX / 1.05) ? (int64_t)MONEY_MAX : top + top / 25;
}

static void add_axis(const struct chart *c, unix_s now, struct text *out)
{
    char from[32] = "", until[32] = "";
    const struct {
        unix_s at;
        char *text;
    } stamps[] = { { c->from, from }, { c->until, until } };
    bool by_day = c->until - c->from > 3 * DAY_S;
    for (size_t i = 0; i < COUNT(stamps); i++) {
        time_t stamp = (time_t)stamps[i].at;
        struct tm local;
        if (localtime_r(&stamp, &local))
            by_day ? strftime(stamps[i].text, sizeof from, "%d %b", &local)
                   : strftime(stamps[i].text, sizeof from, "%a %H:%M", &local);
    }
    size_t place =
        (size_t)((double)(now - c->from) / (double)(c->until - c->from) * (double)c->columns);
    size_t first = strlen(from), last = strlen(until), room = c->columns - last;
    if (place < first + 1)
        place = first + 1;
    if (place + 6 > room)
        place = room > 6 ? room - 6 : 0;
    text_addf(out, "%*s%s%*s%-*s%s\n", CHART_LABEL_COLUMNS, "", from, (int)(place - first), "",
              (int)(room - place), "now", until);
}

static size_t columns_of_chart(const struct screen *screen)
{
    size_t columns = screen->columns ? screen->columns : COLUMNS_ELSEWHERE,
           taken = CHART_LABEL_COLUMNS + 1;
    if (columns > COLUMNS_MOST)
        columns = COLUMNS_MOST;
    return columns > taken + COLUMNS_LEAST ? columns - taken : COLUMNS_LEAST;
}

void forecast_picture(const struct forecast_view *v, const struct screen *screen, struct text *out)
{
    const struct forecast_input *s = v->subject;
    struct picture p = { .chart = { .ascii = screen->ascii,
                                    .columns = columns_of_chart(screen),
                                    .rows = ROWS,
                                    .ground_tone = screen->colour ? TONE_FAINT : NULL } };
    set_span(s, &p.chart);
    set_lines(s, screen->colour, &p);
    set_levels(v, &p);
    set_marks(s, &p);
    set_top(s, &p.chart);
    chart_draw(&p.chart, out);
    add_axis(&p.chart, s->now, out);
    text_addf(out, "%*s%s\n", CHART_LABEL_COLUMNS, "",
              screen->ascii ? "* readings; e early, o likely, L late; : now and resets"
                            : "readings until now, then early, likely, late; ┊ now and resets");
    if (p.told.len)
        text_addf(out, "%*s%s %s\n", CHART_LABEL_COLUMNS, "", screen->ascii ? "-" : "╌",
                  text_z(&p.told));
    text_done(&p.told);
}
