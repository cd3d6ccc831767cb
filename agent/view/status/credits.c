/* What is left on each account, and how far its consumption is known. */
#include "core/forecast.h"
#include "view/standing.h"
#include "view/status/status.h"

/* The columns of view/standing.h, then those that are made of them for people. */
enum {
    ACCOUNT,
    CREDITS,
    BURN,
    LIKELY,
    STATE,
    SEEN,
    REASON,
    USAGE_FROM,
    USAGE_UNTIL,
    USAGE_REASON,
    ASKED,
    LIKELY_IN = ASKED,
    STATE_SHOWN,
    USAGE_AGO,
    REASON_SHOWN,
    COLUMNS,
};

static const struct column columns[] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_KEY },
    [CREDITS] = { "balance_usd", "CREDITS USD", COLUMN_MONEY, 0 },
    [BURN] = { "burn_usd_per_h", "BURN", COLUMN_PER_HOUR, 0 },
    [LIKELY] = { "likely_at", NULL, COLUMN_TIME, 0 },
    [STATE] = { "state", NULL, COLUMN_TEXT, 0 },
    [SEEN] = { "seen_at", NULL, COLUMN_TIME, 0 },
    [REASON] = { "reason", NULL, COLUMN_TEXT, 0 },
    [USAGE_FROM] = { "consumption_from", NULL, COLUMN_TIME, 0 },
    [USAGE_UNTIL] = { "consumption_until", NULL, COLUMN_TIME, 0 },
    [USAGE_REASON] = { "consumption_reason", NULL, COLUMN_TEXT, 0 },
    [LIKELY_IN] = { NULL, "LIKELY", COLUMN_DURATION, 0 },
    [STATE_SHOWN] = { NULL, "STATE", COLUMN_LEVEL, 0 },
    [USAGE_AGO] = { NULL, "USAGE", COLUMN_TEXT, COLUMN_SPARE },
    [REASON_SHOWN] = { NULL, "REASON", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

static struct cell state(const struct cell *cells)
{
    for (enum verdict v = 0; v < VERDICTS; v++)
        if (span_is(cells[STATE].text, forecast_verdict_slug(v)))
            return cell_text(forecast_verdict_name(v));
    return cells[STATE];
}

static struct cell reason(const struct cell *cells, struct text *room)
{
    bool credits = cells[REASON].kind == CELL_TEXT;
    const struct cell *said = &cells[credits ? REASON : USAGE_REASON];
    text_clear(room);
    if (said->kind == CELL_TEXT) {
        text_add(room, span_of(credits ? "credits: " : "usage: "));
        text_add(room, said->text);
    }
    return cell_text(text_z(room));
}

static void show_for_people(struct cell *cells, unix_s now, struct text *ago, struct text *why)
{
    cells[LIKELY_IN] = cells[LIKELY];
    if (cells[LIKELY].kind == CELL_INTEGER)
        cells[LIKELY_IN] = cell_integer(seconds_between(now, cells[LIKELY].integer));
    cells[STATE_SHOWN] = state(cells);
    cells[USAGE_AGO] = status_ago(&cells[USAGE_UNTIL], "never", now, ago);
    cells[REASON_SHOWN] = reason(cells, why);
}

bool status_credits(struct store *s, const struct status_view *view, struct writer *w,
                    struct fault *why)
{
    const struct query_filter scope = { view->now, TIME_NONE, TIME_NONE, NULL, view->account };
    struct text ago = { 0 }, said = { 0 };
    struct cell cells[COLUMNS];
    struct standing *standing;
    if (!standing_of_credits(s, &scope, -1, &standing, why))
        return false;
    struct table *t = table_begin(w, columns, COLUMNS);
    while (standing_next(standing, cells, ASKED)) {
        show_for_people(cells, view->now, &ago, &said);
        table_row(t, cells);
    }
    table_end(t);
    standing_end(standing);
    text_done(&ago);
    text_done(&said);
    return true;
}
