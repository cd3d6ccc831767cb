/* `ebb report`: what each token spent on each UTC day. People get totals too; programs can add. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/terminal.h"

enum { OPT_SINCE, OPT_UNTIL, OPT_ACCOUNT, OPT_FORMAT, OPTS };

static const struct option_row options[] = {
    [OPT_SINCE] = { .name = "since", .type = OPTION_TIME, .value = "TIME", .preset = "7d",
                    .help = "from the UTC day of this time on, or from so long ago" },
    [OPT_UNTIL] = OPTION_ROW_UNTIL,
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* The columns of question_report.sql. */
enum { ACCOUNT, TOKEN, GENERATION, DAY, SPENT, TOPPED_UP, RESET, COLUMNS };

static const struct column columns[] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET },
    [TOKEN] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_CUT },
    [GENERATION] = { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },
    [DAY] = { "day", "DAY (UTC)", COLUMN_TEXT, 0 },
    [SPENT] = { "spent_usd", "SPENT USD", COLUMN_MONEY, 0 },
    [TOPPED_UP] = { "topup_usd", "TOPPED UP", COLUMN_MONEY, 0 },
    [RESET] = { "reset_usd", "RESET", COLUMN_CHANGE, 0 },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

/* A sum of rows: those of one token, or of all. */
struct total {
    struct text account, token;
    int64_t generation; /* 0: of all tokens */
    size_t rows;
    int64_t nano[COLUMNS]; /* of the columns of money */
};

struct tally {
    struct table *table;
    struct total token, all;
    size_t tokens;
};

static void total_start(struct total *t, const struct cell *cells)
{
    text_clear(&t->account);
    text_clear(&t->token);
    text_add(&t->account, cells[ACCOUNT].text);
    text_add(&t->token, cells[TOKEN].text);
    t->generation = cells[GENERATION].integer;
    t->rows = 0;
    memset(t->nano, 0, sizeof t->nano);
}

static bool total_is_of(const struct total *t, const struct cell *cells)
{
    return t->rows && t->generation == cells[GENERATION].integer && span_is(cells[TOKEN].text, text_z(&t->token))
        && span_is(cells[ACCOUNT].text, text_z(&t->account));
}

static void total_add(struct total *t, const struct cell *cells)
{
    for (size_t i = SPENT; i < COLUMNS; i++)
        t->nano[i] += cells[i].integer;
    t->rows++;
}

/* The total of a single row says nothing new. */
static void total_print(const struct total *t, struct table *table)
{
    if (t->rows < 2)
        return;
    struct cell cells[COLUMNS] = {
        [ACCOUNT] = cell_text(text_z(&t->account)),
        [TOKEN] = cell_text(t->generation ? text_z(&t->token) : "all tokens"),
        [GENERATION] = t->generation ? cell_integer(t->generation) : cell_text(""),
        [DAY] = cell_text("total"),
    };
    for (size_t i = SPENT; i < COLUMNS; i++)
        cells[i] = cell_integer(t->nano[i]);
    table_row(table, cells);
}

static void total_done(struct total *t)
{
    text_done(&t->account);
    text_done(&t->token);
}

static void tally_row(struct tally *t, const struct cell *cells)
{
    if (!total_is_of(&t->token, cells)) {
        total_print(&t->token, t->table);
        total_start(&t->token, cells);
        t->tokens++;
    }
    total_add(&t->token, cells);
    total_add(&t->all, cells);
    table_row(t->table, cells);
}

static bool print_rows_and_totals(struct store *s, const struct scope *scope, struct tally *t, struct fault *why)
{
    struct cell cells[COLUMNS];
    struct answer *a;
    bool more = true, ok = true;
    if (!archive_ask(s, QUESTION_REPORT, scope, &a, why))
        return false;
    while (ok && more) {
        ok = archive_next(a, cells, COLUMNS, &more, why);
        if (ok && more)
            tally_row(t, cells);
    }
    archive_end(a);
    total_print(&t->token, t->table);
    if (t->tokens > 1)
        total_print(&t->all, t->table);
    return ok;
}

static bool print(const struct context *c, const struct scope *scope, size_t *ret_rows, struct fault *why)
{
    enum table_format format = (enum table_format)c->options[OPT_FORMAT].number;
    struct table *t = table_begin(format, columns, COLUMNS, terminal_colour());
    struct tally tally = { .table = t };
    bool ok;
    if (format == TABLE_TEXT) {
        ok = print_rows_and_totals(c->store, scope, &tally, why);
        *ret_rows = tally.all.rows;
    } else {
        ok = ask_rows(c->store, QUESTION_REPORT, scope, t, ret_rows, why);
    }
    table_end(t);
    total_done(&tally.token);
    return ok;
}

static enum exit_status run(const struct context *c)
{
    const struct option_value *given = c->options;
    const struct scope scope = {
        .now = clock_unix(),
        .since = ask_time(&given[OPT_SINCE]),
        .until = ask_time(&given[OPT_UNTIL]),
        .account = given[OPT_ACCOUNT].text,
    };
    struct fault why;
    size_t rows = 0;
    if (!ask_account(c->store, scope.account, &why) || !print(c, &scope, &rows, &why))
        return ask_failed(&why);
    if (rows == 0 && given[OPT_FORMAT].number == TABLE_TEXT)
        fputs("Nothing was spent, topped up or reset in this time.\n", stderr);
    return EXIT_OK;
}

const struct command cmd_report = {
    .name = "report",
    .arguments = "",
    .help = "consumption by token and UTC day",
    .example = "ebb report --since 2026-08-01 --format csv",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = run,
};
