/* What the past weighs: the size of the database and how far back each resolution reaches. */
#include "edge/store.h"
#include "core/calendar.h"
#include "view/status/status.h"

static bool ask(struct store *s, struct cell cells[QUERY_SIZE_COLUMNS], struct fault *why)
{
    const struct query_filter scope = { .now = TIME_NONE, .since = TIME_NONE, .until = TIME_NONE };
    struct query_result *a;
    bool row;
    if (!query_open(s, QUERY_SIZE, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, QUERY_SIZE_COLUMNS, &row, why);
    query_close(a);
    return ok;
}

static void add_json(struct json_out *j, const struct cell *cells, int64_t journal)
{
    json_open_object(j, NULL);
    json_add_integer(j, "bytes", cells[QUERY_SIZE_BYTES].integer);
    json_add_integer(j, "free_bytes", cells[QUERY_SIZE_FREE_BYTES].integer);
    json_add_integer(j, "journal_bytes", journal);
    calendar_add_json(j, "raw_since", cell_time(&cells[QUERY_SIZE_RAW_SINCE]));
    calendar_add_json(j, "hourly_since", cell_time(&cells[QUERY_SIZE_HOURLY_SINCE]));
    calendar_add_json(j, "daily_since", cell_time(&cells[QUERY_SIZE_DAILY_SINCE]));
    json_close(j);
}

static void add_since(const char *what, const struct cell *at, struct text *out)
{
    if (at->kind != CELL_INTEGER)
        return;
    struct date d = calendar_date(at->integer / DAY_S);
    text_addf(out, ", %s since %04d-%02d-%02d", what, d.year, d.month, d.day);
}

static void add_words(const struct cell *cells, int64_t journal, struct text *line)
{
    text_addf(line, "database %.1f MB", (double)cells[QUERY_SIZE_BYTES].integer / 1e6);
    if (cells[QUERY_SIZE_FREE_BYTES].integer)
        text_addf(line, " (%.1f MB free)", (double)cells[QUERY_SIZE_FREE_BYTES].integer / 1e6);
    if (journal > JOURNAL_USUAL_BYTES)
        text_addf(line, " and a journal of %.1f MB%s", (double)journal / 1e6,
                  journal > JOURNAL_MUCH_BYTES ? ", kept from being emptied by some reader" : "");
    add_since("readings", &cells[QUERY_SIZE_RAW_SINCE], line);
    add_since("hourly totals", &cells[QUERY_SIZE_HOURLY_SINCE], line);
    add_since("daily totals", &cells[QUERY_SIZE_DAILY_SINCE], line);
}

bool status_store(struct store *s, struct writer *w, struct fault *why)
{
    struct cell cells[QUERY_SIZE_COLUMNS];
    struct text line = { 0 };
    if (!ask(s, cells, why))
        return false;
    int64_t journal = store_journal_bytes(s);
    if (w->format == FORMAT_JSON) {
        add_json(&w->json, cells, journal);
    } else {
        add_words(cells, journal, &line);
        writer_add_lines(w, text_z(&line));
    }
    writer_pass(w);
    text_done(&line);
    return true;
}
