/* The end of the scale is where nobody waits any more; what lies beyond is drawn at it. */
#include "view/page/runway.h"

#include <math.h>

#include "core/calendar.h"
#include "view/svg.h"

enum { WIDTH = 220, HEIGHT = 16, FROM_S = HOUR_S / 4, UNTIL_S = 90 * DAY_S };

static const struct {
    int64_t seconds;
    const char *name;
} ticks[] = { { HOUR_S, "1h" }, { DAY_S, "1d" }, { WEEK_S, "1w" }, { 30 * DAY_S, "1mo" } };

static double x_of(int64_t seconds)
{
    double share =
        log((double)(seconds > FROM_S ? seconds : FROM_S) / FROM_S) / log((double)UNTIL_S / FROM_S);
    return 2 + (WIDTH - 4) * (share < 1 ? share : 1);
}

struct bar_times {
    unix_s early, likely, late;
};

static struct bar_times times_of(const struct cell *cells)
{
    struct bar_times t = { cell_time(&cells[STANDING_EARLY]), cell_time(&cells[STANDING_LIKELY]),
                           cell_time(&cells[STANDING_LATE]) };
    return t;
}

static void add_left(struct text *out, unix_s at, unix_s now)
{
    char left[DURATION_TEXT_BYTES];
    text_add(out,
             span_of(at == TIME_NONE ? "no end in sight"
                                     : duration_format(seconds_between(now, at), left)));
}

static int64_t left_of(unix_s at, unix_s now)
{
    return at == TIME_NONE ? UNTIL_S : seconds_between(now, at);
}

static void draw(struct text *out, const struct bar_times *t, unix_s horizon, unix_s now)
{
    double early = x_of(left_of(t->early, now)), late = x_of(left_of(t->late, now)),
           likely = x_of(left_of(t->likely, now));
    const struct svg_box track = { 0, 7, WIDTH, 2 }, range = { early, 4, late - early + 1, 8 },
                         tick = { likely - 1.5, 1, 3, 14 };
    struct text title = { 0 };
    text_add(&title, span_of("early "));
    add_left(&title, t->early, now);
    text_add(&title, span_of(", likely "));
    add_left(&title, t->likely, now);
    text_add(&title, span_of(", late "));
    add_left(&title, t->late, now);
    svg_begin(out, "runway", WIDTH, HEIGHT, span_of(text_z(&title)), span_of(""));
    svg_rect(out, "track", &track, span_of(""));
    for (size_t i = 0; i < COUNT(ticks); i++)
        svg_line(out, "grid", x_of(ticks[i].seconds), 3, x_of(ticks[i].seconds), 13);
    svg_rect(out, "range", &range, span_of(""));
    svg_rect(out, "likely", &tick, span_of(""));
    if (horizon != TIME_NONE && horizon > now) {
        double x = x_of(horizon - now);
        text_addf(out, "<path class=\"reset\" d=\"M%.1f 0v16M%.1f 0h6l-2 2.5 2 2.5h-6\"/>", x, x);
    }
    svg_end(out);
    text_done(&title);
}

/* What ends the wait: the next reset, or the token itself. */
static void add_horizon(struct text *out, const struct cell *cells, unix_s now)
{
    char left[DURATION_TEXT_BYTES];
    enum reset_period period = calendar_period_named(cells[STANDING_PERIOD].text);
    unix_s reset = cells[STANDING_PERIOD].kind == CELL_TEXT ? calendar_next_reset(period, now)
                                                            : TIME_NONE,
           expires = cell_time(&cells[STANDING_EXPIRES]);
    if (reset != TIME_NONE)
        text_addf(out, "<span class=\"then\">reset in %s</span>",
                  duration_format(seconds_between(now, reset), left));
    else if (expires != TIME_NONE && expires > now)
        text_addf(out, "<span class=\"then\">expires in %s</span>",
                  duration_format(seconds_between(now, expires), left));
}

static unix_s next_turn(const struct cell *cells, unix_s now)
{
    unix_s reset = cells[STANDING_PERIOD].kind == CELL_TEXT
        ? calendar_next_reset(calendar_period_named(cells[STANDING_PERIOD].text), now)
        : TIME_NONE;
    return reset != TIME_NONE ? reset : cell_time(&cells[STANDING_EXPIRES]);
}

static const char *const without_times[STATES] = {
    [STATE_LEARNING] = "too few readings yet",
    [STATE_NO_BUDGET] = "spends the account\xe2\x80\x99s credits",
    [STATE_STALE] = "not known: no fresh reading",
    [STATE_UNUSED] = "not used yet",
    [STATE_IDLE] = "no end in sight",
    [STATE_SAFE] = "no end in sight",
    [STATE_TIGHT] = "no end in sight",
    [STATE_RUNS_DRY] = "no end in sight",
    [STATE_EXHAUSTED] = "nothing left: calls are refused",
    [STATE_UNREADABLE] = "not known: its entry cannot be read",
    [STATE_MISSING] = "not known: not in the last list",
    [STATE_EXPIRED] = "expired: calls are refused",
    [STATE_NOT_OFFERED] = CREDITS_NOT_OFFERED_REASON,
};

void runway_add(struct text *out, enum state state, const struct cell *cells, unix_s now)
{
    const struct bar_times t = times_of(cells);
    if (!state_has_times(state) || t.likely == TIME_NONE) {
        text_addf(out, "<span class=\"soft\">%s</span>", without_times[state]);
        if (state_is_in_use(state) && state != STATE_NO_BUDGET)
            add_horizon(out, cells, now);
        return;
    }
    draw(out, &t, next_turn(cells, now), now);
    text_add(out, span_of("<span class=\"left\"><b>"));
    add_left(out, t.likely, now);
    text_add(out, span_of("</b> <span class=\"soft\">"));
    add_left(out, t.early, now);
    text_add(out, span_of(" \xe2\x80\x93 "));
    if (t.late == TIME_NONE)
        text_add(out, span_of("\xe2\x88\x9e"));
    else
        add_left(out, t.late, now);
    text_add(out, span_of("</span></span>"));
    add_horizon(out, cells, now);
}

void runway_add_scale(struct text *out)
{
    text_addf(out, "<svg class=\"runway scale\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">", WIDTH,
              HEIGHT);
    for (size_t i = 0; i < COUNT(ticks); i++)
        svg_text(out, "middle", x_of(ticks[i].seconds), 12, span_of(ticks[i].name));
    svg_end(out);
}
