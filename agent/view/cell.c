/* People see what is enough to judge by, in local time; programs see exact values, in UTC. */
#include "view/cell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/money.h"
#include "core/calendar.h"
#include "core/forecast.h"
#include "core/rule.h"

static void add_money(struct text *out, int64_t nano, const char *plus)
{
    char shown[MONEY_TEXT_BYTES];
    text_addf(out, "%s%s", nano > 0 ? plus : "", money_format_cents((struct money){ nano }, shown));
}

/* To a tenth of a percent. */
static void add_percent(struct text *out, int64_t hundredths, const char *plus)
{
    uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths,
             tenths = (size + 5) / 10;
    const char *sign = tenths == 0 ? "" : hundredths < 0 ? "-" : plus;
    text_addf(out, "%s%" PRIu64 ".%" PRIu64 " %%", sign, tenths / 10, tenths % 10);
}

static void add_local_time(struct text *out, unix_s at, bool with_time)
{
    char shown[64];
    struct tm local;
    time_t stamp = (time_t)at;
    if (at >= TIME_FAR)
        text_add(out, span_of("never"));
    else if (localtime_r(&stamp, &local)
             && strftime(shown, sizeof shown, with_time ? "%Y-%m-%d %H:%M:%S %Z" : "%Y-%m-%d",
                         &local))
        text_add(out, span_of(shown));
}

static void show_number(enum column_kind kind, int64_t number, struct text *out)
{
    char duration[DURATION_TEXT_BYTES];
    switch (kind) {
    case COLUMN_MONEY:
        add_money(out, number, "");
        break;
    case COLUMN_CHANGE:
        add_money(out, number, "+");
        break;
    case COLUMN_PER_HOUR:
        add_money(out, number, "");
        text_add(out, span_of("/h"));
        break;
    case COLUMN_TIME:
        add_local_time(out, number, true);
        break;
    case COLUMN_DAY:
        add_local_time(out, number, false);
        break;
    case COLUMN_DURATION:
        text_add(out, span_of(duration_format(number, duration)));
        break;
    case COLUMN_FLAG:
        text_add(out, span_of(number ? "yes" : "no"));
        break;
    case COLUMN_PERCENT:
        add_percent(out, number, "");
        break;
    case COLUMN_GROWTH:
        add_percent(out, number, "+");
        break;
    case COLUMN_RATIO:
        text_addf(out, "%.2f", (double)number / 1000);
        break;
    case COLUMN_TEXT:
    case COLUMN_COUNT:
    case COLUMN_LEVEL:
    case COLUMN_BAR:
        text_addf(out, "%" PRId64, number);
        break;
    }
}

size_t cell_show(enum column_kind kind, const struct cell *cell, const struct screen *screen,
                 struct text *out)
{
    size_t start = out->len;
    bool nothing = cell->kind == CELL_NONE
        || (kind == COLUMN_LEVEL && span_is(cell->text, level_name(LEVEL_NONE)));
    if (cell->kind == CELL_TEXT && !nothing)
        return screen_add(screen, cell->text, out);
    if (nothing)
        text_add(out, span_of("-"));
    else
        show_number(kind, cell->integer, out);
    return out->len - start;
}

static void add_exact(enum column_kind kind, int64_t number, struct text *out)
{
    char exact[MONEY_TEXT_BYTES], stamp[TIME_TEXT_BYTES];
    switch (kind) {
    case COLUMN_MONEY:
    case COLUMN_CHANGE:
    case COLUMN_PER_HOUR:
        text_add(out, span_of(money_format((struct money){ number }, exact)));
        break;
    case COLUMN_FLAG:
        text_add(out, span_of(number ? "true" : "false"));
        break;
    case COLUMN_TIME:
    case COLUMN_DAY:
        text_add(out, span_of(calendar_format(number, stamp)));
        break;
    case COLUMN_PERCENT:
    case COLUMN_GROWTH:
        text_addf(out, "%s%" PRId64 ".%02" PRId64, number < 0 ? "-" : "",
                  (int64_t)llabs(number) / 100, (int64_t)llabs(number) % 100);
        break;
    case COLUMN_RATIO:
        text_addf(out, "%.3f", (double)number / 1000);
        break;
    case COLUMN_TEXT:
    case COLUMN_COUNT:
    case COLUMN_DURATION:
    case COLUMN_LEVEL:
    case COLUMN_BAR:
        text_addf(out, "%" PRId64, number);
        break;
    }
}

static bool is_time(enum column_kind kind)
{
    return kind == COLUMN_TIME || kind == COLUMN_DAY;
}

static bool is_nothing(enum column_kind kind, const struct cell *cell)
{
    return cell->kind == CELL_NONE
        || (is_time(kind) && cell->kind == CELL_INTEGER && cell->integer >= TIME_FAR);
}

void cell_add_json(enum column_kind kind, const struct cell *cell, struct text *out)
{
    if (is_nothing(kind, cell)) {
        text_add(out, span_of("null"));
    } else if (cell->kind == CELL_TEXT) {
        text_add_json(out, cell->text);
    } else {
        const char *quote = is_time(kind) ? "\"" : "";
        text_add(out, span_of(quote));
        add_exact(kind, cell->integer, out);
        text_add(out, span_of(quote));
    }
}

void cell_add_csv(enum column_kind kind, const struct cell *cell, struct text *out)
{
    if (is_nothing(kind, cell))
        return;
    if (cell->kind == CELL_TEXT)
        text_add_csv(out, cell->text);
    else
        add_exact(kind, cell->integer, out);
}

bool cell_is_right_aligned(enum column_kind kind)
{
    return kind == COLUMN_COUNT || kind == COLUMN_MONEY || kind == COLUMN_CHANGE
        || kind == COLUMN_PER_HOUR || kind == COLUMN_DURATION || kind == COLUMN_PERCENT
        || kind == COLUMN_GROWTH || kind == COLUMN_RATIO;
}
