/* How good the forecasts of each account have been: nothing is said before the first came due. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/record.h"
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

bool status_record(struct store *s, const struct status_view *view, struct fault *why)
{
    const struct scope scope = { view->now, TIME_NONE, TIME_NONE, NULL, view->account };
    struct cell cells[ASKED];
    struct answer *a;
    bool more = true, ok = true;
    size_t rows;
    if (view->format == TABLE_JSON)
        return record_print(s, &scope, TABLE_JSON, NULL, &rows, why);
    if (!archive_ask(s, QUESTION_RECORD, &scope, &a, why))
        return false;
    while (ok && more) {
        ok = archive_next(a, cells, ASKED, &more, why);
        if (ok && more)
            print_line(cells);
    }
    archive_end(a);
    return ok;
}
