/* What the past weighs: the size of the database and how far back each resolution reaches. */
#include <inttypes.h>
#include <stdio.h>

#include "core/calendar.h"
#include "edge/store.h"
#include "view/status/status.h"
#include "view/terminal.h"

/* The columns of question_size.sql. */
enum { BYTES, FREE_BYTES, RAW_SINCE, HOURLY_SINCE, DAILY_SINCE, COLUMNS };

static bool ask(struct store *s, struct cell cells[COLUMNS], struct fault *why)
{
    const struct query_filter scope = { .now = TIME_NONE, .since = TIME_NONE, .until = TIME_NONE };
    struct query_result *a;
    bool row;
    if (!query_open(s, QUERY_SIZE, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, COLUMNS, &row, why);
    query_close(a);
    return ok;
}

static void print_since_json(const char *name, const struct cell *at)
{
    char stamp[TIME_TEXT_BYTES];
    if (at->kind == CELL_INTEGER)
        printf(", \"%s\": \"%s\"", name, calendar_format(at->integer, stamp));
    else
        printf(", \"%s\": null", name);
}

static void add_since(const char *what, const struct cell *at, struct text *out)
{
    if (at->kind != CELL_INTEGER)
        return;
    struct date d = calendar_date(at->integer / DAY_S);
    text_addf(out, ", %s since %04d-%02d-%02d", what, d.year, d.month, d.day);
}

bool status_store(struct store *s, const struct status_view *view, struct fault *why)
{
    struct cell cells[COLUMNS];
    if (!ask(s, cells, why))
        return false;
    int64_t journal = store_journal_bytes(s);
    if (view->format == TABLE_JSON) {
        printf("{\"bytes\": %" PRId64 ", \"free_bytes\": %" PRId64, cells[BYTES].integer,
               cells[FREE_BYTES].integer);
        printf(", \"journal_bytes\": %" PRId64, journal);
        print_since_json("raw_since", &cells[RAW_SINCE]);
        print_since_json("hourly_since", &cells[HOURLY_SINCE]);
        print_since_json("daily_since", &cells[DAILY_SINCE]);
        putchar('}');
        return true;
    }
    struct text line = { 0 };
    text_addf(&line, "database %.1f MB", (double)cells[BYTES].integer / 1e6);
    if (cells[FREE_BYTES].integer)
        text_addf(&line, " (%.1f MB free)", (double)cells[FREE_BYTES].integer / 1e6);
    if (journal > JOURNAL_USUAL_BYTES)
        text_addf(&line, " and a journal of %.1f MB%s", (double)journal / 1e6,
                  journal > JOURNAL_MUCH_BYTES ? ", kept from being emptied by some reader" : "");
    add_since("readings", &cells[RAW_SINCE], &line);
    add_since("hourly totals", &cells[HOURLY_SINCE], &line);
    add_since("daily totals", &cells[DAILY_SINCE], &line);
    terminal_puts(text_z(&line));
    text_done(&line);
    return true;
}
