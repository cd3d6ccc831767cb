/* What is left on each account, and how far its consumption is known. */
#include "core/forecast.h"
#include "view/standing.h"
#include "view/status/status.h"

/* Behind the cells of view/standing.h: what is made of them for people. */
enum {
    LIKELY_IN = CREDITS_COLUMNS,
    STATE_SHOWN,
    USAGE_AGO,
    REASON_SHOWN,
    COLUMNS,
};

static const struct column columns[] = {
    [CREDITS_ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_KEY },
    [CREDITS_BALANCE] = { "balance_usd", "CREDITS USD", COLUMN_MONEY, 0 },
    [CREDITS_BURN] = { "burn_usd_per_h", "BURN", COLUMN_PER_HOUR, 0 },
    [CREDITS_LIKELY] = { "likely_at", NULL, COLUMN_TIME, 0 },
    [CREDITS_STATE] = { "state", NULL, COLUMN_TEXT, 0 },
    [CREDITS_SEEN] = { "seen_at", NULL, COLUMN_TIME, 0 },
    [CREDITS_REASON] = { "reason", NULL, COLUMN_TEXT, 0 },
    [CREDITS_USAGE_FROM] = { "consumption_from", NULL, COLUMN_TIME, 0 },
    [CREDITS_USAGE_UNTIL] = { "consumption_until", NULL, COLUMN_TIME, 0 },
    [CREDITS_USAGE_REASON] = { "consumption_reason", NULL, COLUMN_TEXT, 0 },
    [CREDITS_SOURCE] = { "source", NULL, COLUMN_TEXT, 0 },
    [CREDITS_SET_AT] = { "set_at", NULL, COLUMN_TIME, 0 },
    [CREDITS_SET] = { "set_usd", NULL, COLUMN_MONEY, 0 },
    [LIKELY_IN] = { NULL, "LIKELY", COLUMN_DURATION, 0 },
    [STATE_SHOWN] = { NULL, "STATE", COLUMN_LEVEL, 0 },
    [USAGE_AGO] = { NULL, "USAGE", COLUMN_TEXT, COLUMN_SPARE },
    [REASON_SHOWN] = { NULL, "REASON", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

/* Who says what is left, where that is not the API. */
static bool add_source(const struct cell *cells, unix_s now, struct text *out)
{
    char amount[MONEY_TEXT_BYTES], age[DURATION_TEXT_BYTES];
    enum credits_source source = credits_source_named(cells[CREDITS_SOURCE].text);
    if (source == CREDITS_NOT_OFFERED)
        text_add(out,
                 span_of("credits: " CREDITS_NOT_OFFERED_REASON
                         "; `ebb credits set` gives them by hand"));
    if (source == CREDITS_ESTIMATED)
        text_addf(out, "credits: an estimate: %s USD given %s ago, less consumption",
                  money_format_cents((struct money){ cells[CREDITS_SET].integer }, amount),
                  duration_format(seconds_between(cells[CREDITS_SET_AT].integer, now), age));
    return out->len > 0;
}

static struct cell reason(const struct cell *cells, unix_s now, struct text *room)
{
    bool credits = cells[CREDITS_REASON].kind == CELL_TEXT;
    const struct cell *said = &cells[credits ? CREDITS_REASON : CREDITS_USAGE_REASON];
    text_clear(room);
    if (add_source(cells, now, room) && said->kind == CELL_TEXT)
        text_add(room, span_of("; "));
    if (said->kind == CELL_TEXT) {
        text_add(room, span_of(credits ? "credits: " : "usage: "));
        text_add(room, said->text);
    }
    return cell_text(text_z(room));
}

static void show_for_people(struct cell *cells, enum state state, unix_s now, struct text *ago,
                            struct text *why)
{
    cells[LIKELY_IN] = cells[CREDITS_LIKELY];
    if (cells[CREDITS_LIKELY].kind == CELL_INTEGER)
        cells[LIKELY_IN] = cell_integer(seconds_between(now, cells[CREDITS_LIKELY].integer));
    cells[STATE_SHOWN] = cell_text(state_name(state));
    cells[USAGE_AGO] = status_ago(&cells[CREDITS_USAGE_UNTIL], "never", now, ago);
    cells[REASON_SHOWN] = reason(cells, now, why);
}

bool status_credits(struct store *s, const struct status_view *view, struct writer *w,
                    struct fault *why)
{
    const struct query_filter scope = query_at(view->now, view->account);
    struct text ago = { 0 }, said = { 0 };
    struct cell cells[COLUMNS];
    struct standing *standing;
    if (!standing_of_credits(s, &scope, -1, &standing, why))
        return false;
    struct table *t = table_begin(w, columns, COLUMNS);
    while (standing_next(standing, cells, CREDITS_COLUMNS)) {
        show_for_people(cells, standing_state(standing), view->now, &ago, &said);
        table_row(t, cells);
    }
    table_end(t);
    standing_end(standing);
    text_done(&ago);
    text_done(&said);
    return true;
}
