/* How good the forecasts of each account have been: nothing is said before the first came due. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/status.h"

enum { ACCOUNT, SCORED, WITHIN, OFF_MILLI, BIAS_MILLI, ASKED };

static void print_line(const struct cell *cells)
{
    struct text line = { 0 };
    text_addf(&line, "Forecasts of ");
    text_add_terminal(&line, cells[ACCOUNT].text, 40);
    text_addf(&line, ": %" PRId64 " of %" PRId64 " that came due held, half within a factor of %.2f, median %.0f %%"
                     " too %s",
              cells[WITHIN].integer, cells[SCORED].integer, exp((double)cells[OFF_MILLI].integer / 1000),
              100 * fabs(expm1((double)cells[BIAS_MILLI].integer / 1000)),
              cells[BIAS_MILLI].integer < 0 ? "early" : "late");
    puts(text_z(&line));
    text_done(&line);
}

static void print_object(const struct cell *cells, bool first)
{
    struct text line = { 0 };
    text_add(&line, span_of(first ? "\n  {\"account\": " : ",\n  {\"account\": "));
    text_add_json(&line, cells[ACCOUNT].text);
    text_addf(&line, ", \"scored\": %" PRId64 ", \"coverage\": %.3f, \"median_factor\": %.3f, \"bias\": %.3f}",
              cells[SCORED].integer, (double)cells[WITHIN].integer / (double)cells[SCORED].integer,
              exp((double)cells[OFF_MILLI].integer / 1000), (double)cells[BIAS_MILLI].integer / 1000);
    fputs(text_z(&line), stdout);
    text_done(&line);
}

bool status_record(struct store *s, const struct status_view *view, struct fault *why)
{
    const struct scope scope = { view->now, TIME_NONE, TIME_NONE, NULL, view->account };
    struct cell cells[ASKED];
    struct answer *a;
    bool more = true, ok = true, json = view->format == TABLE_JSON;
    if (!archive_ask(s, QUESTION_RECORD, &scope, &a, why))
        return false;
    if (json)
        putchar('[');
    for (size_t rows = 0; ok && more; rows++) {
        ok = archive_next(a, cells, ASKED, &more, why);
        if (ok && more && json)
            print_object(cells, rows == 0);
        else if (ok && more)
            print_line(cells);
    }
    if (json)
        putchar(']');
    archive_end(a);
    return ok;
}
