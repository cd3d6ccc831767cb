/* Past and future of a balance in one picture: readings until now, then the fan between early and
 * late with the likely line in it, and what happened along the top. */
#include <math.h>
#include <stdio.h>

#include "core/calendar.h"
#include "view/axis.h"
#include "view/page/figures.h"
#include "view/page/token.h"
#include "view/svg.h"

enum {
    HEIGHT = 336,
    TOP = 54,
    BOTTOM = 306,
    BOOK_AT = 8,
    ALERTS_AT = 24,
    RESETS_MAX = 40,
    FAN_STEPS = 2,
    LABEL_HEIGHT = 14
};

struct token_chart {
    const struct token_page *page;
    struct text *out;
    struct axis axis;
};

static double x_of(const struct token_chart *c, unix_s at)
{
    return 100.0 * (double)(at - c->page->since) / (double)(c->page->until - c->page->since);
}

static double y_of(const struct token_chart *c, int64_t nano)
{
    return BOTTOM - (BOTTOM - TOP) * axis_share(&c->axis, nano);
}

static double canvas_x(const struct token_chart *c, unix_s at)
{
    return x_of(c, at) * SVG_CANVAS_WIDTH / 100;
}

/* ---- scale ---- */

static void scale(struct token_chart *c)
{
    const struct token_page *p = c->page;
    const struct forecast_input *s = &p->input;
    int64_t most = s->token->last.balance.known ? s->token->last.balance.is.nano : 0;
    for (size_t i = 0; i < s->reading_count; i++)
        if ((s->readings[i].at >= p->since || i + 1 == s->reading_count
             || s->readings[i + 1].at > p->since)
            && s->readings[i].nano > most)
            most = s->readings[i].nano;
    if (p->view.what_if_text && p->view.if_reading.balance.known
        && p->view.if_reading.balance.is.nano > most)
        most = p->view.if_reading.balance.is.nano;
    c->axis = axis_for(most, 4);
}

static void draw_grid(struct token_chart *c)
{
    struct text label = { 0 };
    for (int64_t at = 0; at <= c->axis.most_nano; at += c->axis.step_nano) {
        text_clear(&label);
        axis_add_amount(&c->axis, at, &label);
        svg_level(c->out, at ? "grid" : "axis", y_of(c, at));
        svg_amount(c->out, y_of(c, at), span_of(text_z(&label)));
    }
    text_done(&label);
}

static void draw_times(struct token_chart *c)
{
    const struct token_page *p = c->page;
    struct axis_time t = axis_times(p->since, p->until, 8);
    char name[16];
    for (size_t n = 0; t.next < p->until; axis_time_step(&t), n++) {
        double x = x_of(c, t.next);
        svg_moment(c->out, "grid", x, TOP, BOTTOM);
        if (x > 2 && x < 97)
            svg_label(c->out, n % 2 ? "middle spare" : "middle", x, HEIGHT - 10,
                      span_of(axis_time_name(&t, name)));
    }
}

/* ---- lines ---- */

/* A point's step: along, then down. Of many in one place only the ends and the extremes say
 * something. */
struct step_line {
    struct token_chart *chart;
    double x;
    int64_t low, high, last;
    bool any;
};

static void flush_step(struct step_line *l)
{
    if (!l->any)
        return;
    text_addf(l->chart->out, "H%.1f", l->x);
    if (l->low < l->last && l->low < l->high)
        text_addf(l->chart->out, "V%.1f", y_of(l->chart, l->low));
    if (l->high > l->last)
        text_addf(l->chart->out, "V%.1f", y_of(l->chart, l->high));
    text_addf(l->chart->out, "V%.1f", y_of(l->chart, l->last));
}

static void add_step(struct step_line *l, unix_s at, int64_t nano)
{
    double x = floor(canvas_x(l->chart, at) * 2) / 2;
    if (!l->any || x > l->x) {
        flush_step(l);
        *l = (struct step_line){ l->chart, x, nano, nano, nano, true };
        return;
    }
    l->low = nano < l->low ? nano : l->low;
    l->high = nano > l->high ? nano : l->high;
    l->last = nano;
}

/* The line's steps; false: nothing was read by then. */
static bool add_steps(struct token_chart *c)
{
    const struct forecast_input *s = &c->page->input;
    struct step_line line = { .chart = c };
    size_t first = 0;
    while (first + 1 < s->reading_count && s->readings[first + 1].at <= c->page->since)
        first++;
    if (first >= s->reading_count)
        return false;
    unix_s begun = s->readings[first].at > c->page->since ? s->readings[first].at : c->page->since;
    text_addf(c->out, "M%.1f %.1f", canvas_x(c, begun), y_of(c, s->readings[first].nano));
    for (size_t i = first + 1; i < s->reading_count; i++)
        add_step(&line, s->readings[i].at, s->readings[i].nano);
    flush_step(&line);
    text_addf(c->out, "H%.1f", canvas_x(c, s->token->seen_at));
    return true;
}

static void draw_past(struct token_chart *c)
{
    const struct forecast_input *s = &c->page->input;
    size_t start;
    struct text path = { 0 };
    if (!s->reading_count)
        return;
    start = c->out->len;
    if (add_steps(c))
        text_add(&path, (struct span){ c->out->at + start, c->out->len - start });
    c->out->len = start;
    unix_s begun = s->readings[0].at > c->page->since ? s->readings[0].at : c->page->since;
    text_addf(c->out, "<path class=\"past\" d=\"%sV%d", text_z(&path), BOTTOM);
    text_addf(c->out, "H%.1fz\"/><path class=\"balance\" d=\"%s\"/>\n", canvas_x(c, begun),
              text_z(&path));
    text_done(&path);
}

static void add_points(struct token_chart *c, const struct chart_point fan[FAN_POINTS], bool back)
{
    for (int i = 0; i < FAN_POINTS; i++) {
        const struct chart_point *at = &fan[back ? FAN_POINTS - 1 - i : i];
        text_addf(c->out, " %.1f,%.1f", canvas_x(c, at->at), y_of(c, at->nano));
    }
}

/* Between two levels, and their counterparts. */
static void draw_band(struct token_chart *c, const struct curve *curve, const struct reading *r,
                      double level)
{
    struct chart_point early[FAN_POINTS], late[FAN_POINTS];
    forecast_fan(curve, r, level, early);
    forecast_fan(curve, r, 1 - level, late);
    text_add(c->out, span_of("<polygon class=\"fan\" points=\""));
    add_points(c, early, false);
    add_points(c, late, true);
    text_add(c->out, span_of("\"/>\n"));
}

static void draw_fan(struct token_chart *c, const char *class_, const struct curve *curve,
                     const struct reading *r)
{
    static const double levels[FAN_STEPS] = { 0.1, 0.3 };
    struct chart_point likely[FAN_POINTS];
    text_addf(c->out, "<g class=\"%s\">", class_);
    for (size_t i = 0; i < FAN_STEPS; i++)
        draw_band(c, curve, r, levels[i]);
    forecast_fan(curve, r, 0.5, likely);
    text_add(c->out, span_of("<polyline class=\"likely\" points=\""));
    add_points(c, likely, false);
    text_add(c->out, span_of("\"/></g>\n"));
}

static bool has_fan(const struct forecast *f, const struct curve *c, const struct reading *r)
{
    return forecast_has_times(f) && c && c->origin != TIME_NONE && r->balance.known
        && r->balance.is.nano > 0;
}

static void draw_lines(struct token_chart *c)
{
    const struct token_page *p = c->page;
    const struct token *t = p->input.token;
    svg_canvas_begin(c->out, HEIGHT);
    draw_past(c);
    if (p->view.what_if_text
        && has_fan(&p->view.if_forecast, &p->view.if_curve, &p->view.if_reading))
        draw_fan(c, "as-if", &p->view.if_curve, &p->view.if_reading);
    if (has_fan(&p->input.forecast, t->curve, &t->last))
        draw_fan(c, "is", t->curve, &t->last);
    svg_end(c->out);
}

/* ---- what else is on it ---- */

static void draw_thresholds(struct token_chart *c)
{
    struct forecast_threshold at[FORECAST_THRESHOLDS];
    size_t count = forecast_thresholds(&c->page->view, at);
    struct text words = { 0 };
    double above = -LABEL_HEIGHT;
    char class_[32];
    for (size_t i = 0; i < count; i++) {
        if (at[i].nano > c->axis.most_nano)
            continue;
        text_clear(&words);
        text_addf(&words, "%s below ", level_name(at[i].level));
        figure_money(&words, at[i].nano);
        snprintf(class_, sizeof class_, "threshold %s", level_name(at[i].level));
        svg_level(c->out, class_, y_of(c, at[i].nano));
        double y = y_of(c, at[i].nano) - 4;
        bool crowded = y - above < LABEL_HEIGHT && above - y < LABEL_HEIGHT;
        svg_label(c->out, crowded ? "start" : "end", crowded ? 0.5 : 100, y,
                  span_of(text_z(&words)));
        above = y;
    }
    text_done(&words);
}

static void draw_resets(struct token_chart *c)
{
    const struct token_page *p = c->page;
    unix_s reset = calendar_next_reset(p->input.token->last.period, p->from.now);
    for (int n = 0; n < RESETS_MAX && reset != TIME_NONE && reset < p->until; n++) {
        struct text hint = { 0 };
        text_add(&hint, span_of("reset "));
        figure_moment(&hint, reset, p->from.now);
        svg_moment(c->out, "coming", x_of(c, reset), TOP - 34, BOTTOM);
        svg_mark(c->out, "reset", x_of(c, reset), BOOK_AT, span_of(text_z(&hint)));
        text_done(&hint);
        reset = calendar_next_reset(p->input.token->last.period, reset);
    }
}

static void draw_marks(struct token_chart *c)
{
    const struct token_page *p = c->page;
    for (size_t i = 0; i < p->mark_count; i++) {
        const struct token_mark *m = &p->marks[i];
        svg_moment(c->out, "happened", x_of(c, m->at), TOP - 16, BOTTOM);
        svg_mark(c->out, m->shape, x_of(c, m->at), m->alert ? ALERTS_AT : BOOK_AT,
                 span_of(m->words));
    }
}

static void describe(const struct token_page *p, struct text *out)
{
    const struct forecast *f = &p->input.forecast;
    char left[3][DURATION_TEXT_BYTES];
    if (p->input.token->last.balance.known) {
        figure_money(out, p->input.token->last.balance.is.nano);
        text_add(out, span_of(" now"));
    }
    if (forecast_has_times(f) && f->late < TIME_FAR)
        text_addf(out, "; empty in %s at the earliest, likely in %s, in %s at the latest",
                  duration_format(f->early - f->read_at, left[0]),
                  duration_format(f->likely - f->read_at, left[1]),
                  duration_format(f->late - f->read_at, left[2]));
}

static void add_key(struct text *out, const struct token_page *p)
{
    text_add(out,
             span_of("<ul class=\"key\"><li><span class=\"stroke balance\"></span>balance</li>"));
    if (has_fan(&p->input.forecast, p->input.token->curve, &p->input.token->last))
        text_add(out,
                 span_of("<li><span class=\"stroke likely\"></span>likely</li><li><span "
                         "class=\"dot fan\"></span>8 in 10 cases</li>"));
    if (p->view.what_if_text)
        text_add(out, span_of("<li><span class=\"dot as-if\"></span>what if</li>"));
    text_add(out, span_of("</ul>\n"));
}

void token_add_chart(struct text *out, const struct token_page *p)
{
    struct token_chart c = { .page = p, .out = out };
    struct text words = { 0 };
    if (!p->input.reading_count) {
        text_add(out,
                 span_of("<p class=\"none\">No balance was read of this token, so there is none to "
                         "draw. Unknown is not zero.</p>\n"));
        return;
    }
    scale(&c);
    describe(p, &words);
    svg_plot_begin(out, "balances", HEIGHT, span_of("Balance and forecast"),
                   span_of(text_z(&words)));
    draw_grid(&c);
    draw_times(&c);
    draw_lines(&c);
    draw_thresholds(&c);
    draw_resets(&c);
    draw_marks(&c);
    svg_moment(out, "now", x_of(&c, p->from.now), TOP, BOTTOM);
    svg_label(out, "middle now", x_of(&c, p->from.now), TOP - 5, span_of("now"));
    svg_end(out);
    add_key(out, p);
    text_done(&words);
}
