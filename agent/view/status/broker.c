/* The broker and the outbox: whether what Ebb has to report gets out. */
#include <inttypes.h>
#include <stdio.h>

#include "core/calendar.h"
#include "view/status/status.h"
#include "view/terminal.h"

/* The columns of question_broker.sql. */
enum {
    ADDRESS,
    STATE,
    SINCE,
    VERSION,
    REASON,
    DELIVERED_AT,
    EVENTS,
    BYTES,
    OLDEST_AT,
    REFUSED,
    REFUSAL,
    COLUMNS
};

static void add_json_text(struct text *out, const char *name, const struct cell *cell)
{
    text_addf(out, "%s\"%s\": ", out->len > 1 ? ", " : "", name);
    if (cell->kind == CELL_TEXT)
        text_add_json(out, cell->text);
    else
        text_add(out, span_of("null"));
}

static void add_json_time(struct text *out, const char *name, const struct cell *at)
{
    char stamp[TIME_TEXT_BYTES];
    const struct cell text =
        at->kind == CELL_INTEGER ? cell_text(calendar_format(at->integer, stamp)) : *at;
    add_json_text(out, name, &text);
}

static void add_json(struct text *out, const struct cell *cells)
{
    text_add(out, span_of("{"));
    add_json_text(out, "address", &cells[ADDRESS]);
    add_json_text(out, "state", &cells[STATE]);
    add_json_time(out, "since", &cells[SINCE]);
    add_json_text(out, "mqtt_version", &cells[VERSION]);
    add_json_text(out, "reason", &cells[REASON]);
    add_json_time(out, "delivered_at", &cells[DELIVERED_AT]);
    text_addf(out, ", \"outbox\": {\"events\": %" PRId64 ", \"bytes\": %" PRId64,
              cells[EVENTS].integer, cells[BYTES].integer);
    add_json_time(out, "oldest_at", &cells[OLDEST_AT]);
    text_addf(out, ", \"refused\": %" PRId64, cells[REFUSED].integer);
    add_json_text(out, "refusal", &cells[REFUSAL]);
    text_add(out, span_of("}}"));
}

static void add_words(struct text *out, const struct cell *cell)
{
    terminal_add(out, cell->text);
}

static void add_since(struct text *out, const char *before, const struct cell *at, unix_s now,
                      const char *after)
{
    char age[DURATION_TEXT_BYTES];
    if (at->kind == CELL_INTEGER)
        text_addf(out, "%s%s%s", before, duration_format(now - at->integer, age), after);
}

static void add_broker(struct text *out, const struct cell *cells, unix_s now)
{
    text_add(out, span_of("broker "));
    if (cells[ADDRESS].kind != CELL_TEXT) {
        text_add(out, span_of("not contacted yet\n"));
        return;
    }
    add_words(out, &cells[ADDRESS]);
    text_add(out, span_of(": "));
    add_words(out, &cells[STATE]);
    add_since(out, " for ", &cells[SINCE], now, "");
    add_since(out, ", last delivery ", &cells[DELIVERED_AT], now, " ago");
    if (cells[REASON].kind == CELL_TEXT) {
        text_add(out, span_of("\n  "));
        add_words(out, &cells[REASON]);
    }
    text_add(out, span_of("\n"));
}

static void add_outbox(struct text *out, const struct cell *cells, unix_s now)
{
    if (cells[EVENTS].integer) {
        text_addf(out, "  %" PRId64 " %s queued, %.1f MB", cells[EVENTS].integer,
                  cells[EVENTS].integer == 1 ? "event" : "events",
                  (double)cells[BYTES].integer / 1e6);
        add_since(out, ", the oldest for ", &cells[OLDEST_AT], now, "");
        text_add(out, span_of("\n"));
    }
    if (cells[REFUSED].integer) {
        text_addf(out, "  %" PRId64 " message%s refused: ", cells[REFUSED].integer,
                  cells[REFUSED].integer == 1 ? "" : "s");
        add_words(out, &cells[REFUSAL]);
        text_add(out, span_of("\n"));
    }
}

bool status_broker(struct store *s, const struct status_view *view, struct fault *why)
{
    const struct query_filter scope = { .now = TIME_NONE, .since = TIME_NONE, .until = TIME_NONE };
    struct text out = { 0 };
    struct cell cells[COLUMNS];
    struct query_result *a;
    bool row;
    if (!view->broker) {
        fputs(view->format == TABLE_JSON ? "null" : "", stdout);
        return true;
    }
    if (!query_open(s, QUERY_BROKER, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, COLUMNS, &row, why);
    if (ok && view->format == TABLE_JSON) {
        add_json(&out, cells);
    } else if (ok) {
        add_broker(&out, cells, view->now);
        add_outbox(&out, cells, view->now);
    }
    if (view->format == TABLE_JSON)
        fputs(text_z(&out), stdout);
    else
        terminal_puts(text_z(&out));
    query_close(a);
    text_done(&out);
    return ok;
}
