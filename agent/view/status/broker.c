/* The broker and the outbox: whether what Ebb has to report gets out. */
#include <inttypes.h>

#include "core/calendar.h"
#include "view/status/status.h"

static void add_json_text(struct json_out *j, const char *name, const struct cell *cell)
{
    if (cell->kind == CELL_TEXT)
        json_add_text(j, name, cell->text);
    else
        json_add_null(j, name);
}

static void add_json(struct json_out *j, const struct cell *cells)
{
    json_open_object(j, NULL);
    add_json_text(j, "address", &cells[QUERY_BROKER_ADDRESS]);
    add_json_text(j, "state", &cells[QUERY_BROKER_STATE]);
    calendar_add_json(j, "since", cell_time(&cells[QUERY_BROKER_SINCE]));
    add_json_text(j, "mqtt_version", &cells[QUERY_BROKER_VERSION]);
    add_json_text(j, "reason", &cells[QUERY_BROKER_REASON]);
    calendar_add_json(j, "delivered_at", cell_time(&cells[QUERY_BROKER_DELIVERED_AT]));
    json_open_object(j, "outbox");
    json_add_integer(j, "events", cells[QUERY_BROKER_EVENTS].integer);
    json_add_integer(j, "bytes", cells[QUERY_BROKER_BYTES].integer);
    calendar_add_json(j, "oldest_at", cell_time(&cells[QUERY_BROKER_OLDEST_AT]));
    json_add_integer(j, "refused", cells[QUERY_BROKER_REFUSED].integer);
    add_json_text(j, "refusal", &cells[QUERY_BROKER_REFUSAL]);
    json_close(j);
    json_close(j);
}

static void add_since(struct text *out, const char *before, const struct cell *at, unix_s now,
                      const char *after)
{
    char age[DURATION_TEXT_BYTES];
    if (at->kind == CELL_INTEGER)
        text_addf(out, "%s%s%s", before, duration_format(now - at->integer, age), after);
}

static void add_broker(const struct screen *screen, const struct cell *cells, unix_s now,
                       struct text *out)
{
    text_add(out, span_of("broker "));
    if (cells[QUERY_BROKER_ADDRESS].kind != CELL_TEXT) {
        text_add(out, span_of("not contacted yet\n"));
        return;
    }
    screen_add(screen, cells[QUERY_BROKER_ADDRESS].text, out);
    text_add(out, span_of(": "));
    screen_add(screen, cells[QUERY_BROKER_STATE].text, out);
    add_since(out, " for ", &cells[QUERY_BROKER_SINCE], now, "");
    add_since(out, ", last delivery ", &cells[QUERY_BROKER_DELIVERED_AT], now, " ago");
    if (cells[QUERY_BROKER_REASON].kind == CELL_TEXT) {
        text_add(out, span_of("\n  "));
        screen_add(screen, cells[QUERY_BROKER_REASON].text, out);
    }
    text_add(out, span_of("\n"));
}

static void add_outbox(const struct screen *screen, const struct cell *cells, unix_s now,
                       struct text *out)
{
    if (cells[QUERY_BROKER_EVENTS].integer) {
        text_addf(out, "  %" PRId64 " %s queued, %.1f MB", cells[QUERY_BROKER_EVENTS].integer,
                  cells[QUERY_BROKER_EVENTS].integer == 1 ? "event" : "events",
                  (double)cells[QUERY_BROKER_BYTES].integer / 1e6);
        add_since(out, ", the oldest for ", &cells[QUERY_BROKER_OLDEST_AT], now, "");
        text_add(out, span_of("\n"));
    }
    if (cells[QUERY_BROKER_REFUSED].integer) {
        text_addf(out, "  %" PRId64 " message%s refused: ", cells[QUERY_BROKER_REFUSED].integer,
                  cells[QUERY_BROKER_REFUSED].integer == 1 ? "" : "s");
        screen_add(screen, cells[QUERY_BROKER_REFUSAL].text, out);
        text_add(out, span_of("\n"));
    }
}

bool status_broker(struct store *s, const struct status_view *view, struct writer *w,
                   struct fault *why)
{
    const struct query_filter scope = { .now = TIME_NONE, .since = TIME_NONE, .until = TIME_NONE };
    struct text lines = { 0 };
    struct cell cells[QUERY_BROKER_COLUMNS];
    struct query_result *a;
    bool row, as_json = w->format == FORMAT_JSON;
    if (!view->broker && as_json)
        json_add_null(&w->json, NULL);
    if (!view->broker)
        return true;
    if (!query_open(s, QUERY_BROKER, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, QUERY_BROKER_COLUMNS, &row, why);
    if (ok && as_json) {
        add_json(&w->json, cells);
    } else if (ok) {
        add_broker(&w->screen, cells, view->now, &lines);
        add_outbox(&w->screen, cells, view->now, &lines);
        writer_add_lines(w, text_z(&lines));
    }
    writer_pass(w);
    query_close(a);
    text_done(&lines);
    return ok;
}
