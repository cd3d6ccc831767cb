/* `ebb alerts`: what fires now, and how it stands; with --past, every transition, in the words of
 * its time. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "view/alert_now.h"
#include "view/standing.h"
#include "view/terminal.h"

enum { OPT_PAST, OPT_SINCE, OPT_UNTIL, OPT_ACCOUNT, OPT_EXIT_CODE, OPT_FORMAT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_PAST] = { .name = "past",
                   .type = OPTION_FLAG,
                   .help = "past events instead of alerts firing now" },
    [OPT_SINCE] = { .name = "since",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .preset = "7d",
                    .help = "with --past: start of the period (UTC), or how long ago" },
    [OPT_UNTIL] = { .name = "until",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .help = "with --past: end of the period" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_EXIT_CODE] = { .name = "exit-code",
                        .type = OPTION_FLAG,
                        .help = "exit with 10 if a warning is firing, 11 if a critical alert is" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* What is asked of the store is turned into these. Value and threshold are in the unit of their
 * row. */
enum {
    LEVEL,
    TOKEN,
    RULE,
    SINCE,
    ACCOUNT,
    EPISODE,
    STEP,
    CHANGED,
    VALUE,
    THRESHOLD,
    UNIT,
    SUMMARY,
    ANNOUNCED,
    NOW,
    COLUMNS,
};

static const struct column firing[] = {
    [LEVEL] = { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [TOKEN] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [RULE] = { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
    [SINCE] = { "since", "SINCE", COLUMN_TIME, 0 },
    [EPISODE] = { "episode", NULL, COLUMN_COUNT, 0 },
    [STEP] = { "step", NULL, COLUMN_COUNT, 0 },
    [CHANGED] = { "changed_at", NULL, COLUMN_TIME, 0 },
    [VALUE] = { "value", NULL, COLUMN_MONEY, 0 },
    [THRESHOLD] = { "threshold", NULL, COLUMN_MONEY, 0 },
    [UNIT] = { "unit", NULL, COLUMN_TEXT, 0 },
    [SUMMARY] = { "summary", NULL, COLUMN_TEXT, 0 },
    [ANNOUNCED] = { "announced", NULL, COLUMN_TEXT, 0 },
    [NOW] = { NULL, "NOW", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(firing) == COLUMNS, "a column has no row");

/* The columns of question_events.sql, and what people see of the last: level and token have columns
 * of their own. */
enum { PAST_KIND = 1, PAST_LEVEL = 2, PAST_TOKEN = 5, PAST_SUMMARY = 12, PAST_WORDS, PAST_COLUMNS };

static const struct column past[] = {
    { "at", "TIME", COLUMN_TIME, COLUMN_KEY },
    { "kind", "EVENT", COLUMN_TEXT, COLUMN_KEY },
    { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
    { "was", NULL, COLUMN_LEVEL, 0 },
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
    { "value", NULL, COLUMN_MONEY, 0 },
    { "threshold", NULL, COLUMN_MONEY, 0 },
    { "unit", NULL, COLUMN_TEXT, 0 },
    { "since", NULL, COLUMN_TIME, 0 },
    { "id", NULL, COLUMN_TEXT, 0 },
    { "summary", NULL, COLUMN_TEXT, 0 },
    [PAST_WORDS] = { NULL, "SUMMARY", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(past) == PAST_COLUMNS, "a column has no row");

/* What a run over the answer collects. */
struct listing {
    struct table *table;
    const struct rule_set rules;
    struct standing *standing; /* what the forecasts of now say; NULL with --past */
    unix_s now;
    size_t rows;
    enum level worst;
    struct text words, summary;
};

/* Programs get values in their unit: dollars, percent, seconds. */
static struct cell quantity(const struct alert_now *is, int64_t number)
{
    int64_t scaled;
    bool fits = !__builtin_mul_overflow(number, rule_unit_billionths(is->unit), &scaled);
    return is->known && fits ? cell_integer(scaled) : (struct cell){ .kind = CELL_NONE };
}

static void list_firing(struct listing *l, const struct cell *asked)
{
    static const size_t taken[][2] = {
        { LEVEL, ALERT_LEVEL }, { SINCE, ALERT_SINCE },     { ACCOUNT, ALERT_ACCOUNT },
        { TOKEN, ALERT_TOKEN }, { RULE, ALERT_RULE },       { EPISODE, ALERT_EPISODE },
        { STEP, ALERT_STEP },   { CHANGED, ALERT_CHANGED }, { ANNOUNCED, ALERT_ANNOUNCED },
    };
    struct cell cells[COLUMNS];
    text_clear(&l->words);
    text_clear(&l->summary);
    struct forecast f = span_is(asked[ALERT_KIND].text, "credits")
        ? standing_of_account(l->standing, asked[ALERT_ACCOUNT].text)
        : standing_of_token(l->standing, asked[ALERT_ID].integer);
    struct alert_now is = alert_now_of(asked, &f, &l->rules, l->now, &l->words);
    for (size_t i = 0; i < COUNT(taken); i++)
        cells[taken[i][0]] = asked[taken[i][1]];
    text_addf(&l->summary, "%s: %.*s %s", level_name(is.level), (int)asked[ALERT_TOKEN].text.len,
              asked[ALERT_TOKEN].text.at, text_z(&l->words));
    cells[VALUE] = quantity(&is, is.value);
    cells[THRESHOLD] = quantity(&is, is.threshold);
    cells[UNIT] = cell_text(rule_unit_name(is.unit));
    cells[SUMMARY] = cell_text(text_z(&l->summary));
    cells[NOW] = cell_text(text_z(&l->words));
    l->worst = is.level > l->worst ? is.level : l->worst;
    table_row(l->table, cells);
}

/* "warning: prod-app has 5.00 USD left" without what its row says already. */
static struct cell words_of(const struct cell *asked)
{
    struct span words = asked[PAST_SUMMARY].text, token = asked[PAST_TOKEN].text;
    const char *colon = words.len ? memchr(words.at, ':', words.len) : NULL;
    size_t head = colon ? (size_t)(colon - words.at) + 2 : 0;
    if (head && words.len > head + token.len && memcmp(words.at + head, token.at, token.len) == 0)
        head += token.len + (words.at[head + token.len] == ':' ? 1 : 0) + 1;
    if (head > words.len)
        head = 0;
    return (struct cell){ .kind = CELL_TEXT, .text = { words.at + head, words.len - head } };
}

static void list_past(struct listing *l, struct cell *asked)
{
    asked[PAST_WORDS] = words_of(asked);
    table_row(l->table, asked);
}

static bool list(struct store *s, enum query query, const struct query_filter *scope,
                 struct listing *l, struct fault *why)
{
    struct cell cells[COLUMNS_MAX];
    struct query_result *a;
    bool more = true, ok = true, back = query == QUERY_EVENTS;
    if (!query_open(s, query, scope, &a, why))
        return false;
    while (ok && more && !ferror(stdout)) {
        ok = query_next(a, cells, back ? (size_t)PAST_WORDS : (size_t)ALERT_CELLS, &more, why);
        if (!ok || !more)
            break;
        back ? list_past(l, cells) : list_firing(l, cells);
        l->rows++;
    }
    query_close(a);
    return ok;
}

static bool print(const struct context *c, const struct query_filter *scope, struct listing *l,
                  struct fault *why)
{
    enum table_format format = ask_format(&c->options[OPT_FORMAT], &c->options[OPT_JSON]);
    bool back = c->options[OPT_PAST].given;
    if (!back && !standing_of_tokens(c->store, scope, -1, &l->standing, why))
        return false;
    l->table = back ? table_begin(format, past, COUNT(past), terminal_colour())
                    : table_begin(format, firing, COUNT(firing), terminal_colour());
    bool ok = list(c->store, back ? QUERY_EVENTS : QUERY_ALERTS, scope, l, why);
    table_end(l->table);
    standing_end(l->standing);
    text_done(&l->words);
    text_done(&l->summary);
    return ok;
}

static enum exit_status status_of(enum level worst)
{
    return worst == LEVEL_CRITICAL ? EXIT_CRITICAL
        : worst == LEVEL_WARNING   ? EXIT_WARNING
                                   : EXIT_OK;
}

static enum exit_status alerts_run(const struct context *c)
{
    const struct option_value *given = c->options;
    const struct query_filter scope = {
        .now = clock_unix(),
        .since = ask_time(&given[OPT_SINCE]),
        .until = ask_time(&given[OPT_UNTIL]),
        .account = given[OPT_ACCOUNT].text,
    };
    struct listing l = { .rules = { c->settings->rules, c->settings->rule_count },
                         .now = scope.now };
    bool back = given[OPT_PAST].given;
    struct fault why;
    if (!back && (given[OPT_SINCE].given || given[OPT_UNTIL].given))
        return complain(EXIT_USAGE, "alerts: --since and --until require --past");
    if (back && given[OPT_EXIT_CODE].given)
        return complain(EXIT_USAGE, "alerts: --exit-code cannot be combined with --past");
    if (!ask_account(c->store, scope.account, &why) || !print(c, &scope, &l, &why))
        return ask_failed(&why);
    if (l.rows == 0 && ask_format(&given[OPT_FORMAT], &given[OPT_JSON]) == TABLE_TEXT)
        fputs(back ? "No alert events in this period.\n" : "No alert is firing.\n", stderr);
    return given[OPT_EXIT_CODE].given ? status_of(l.worst) : EXIT_OK;
}

const struct command cmd_alerts = {
    .name = "alerts",
    .arguments = "",
    .help = "alerts firing now, or past alert events",
    .example = "ebb alerts --past --since 30d",
    .statuses = "   0  success; with --exit-code: no alert above info is firing\n"
                "  10  with --exit-code: the worst firing alert is a warning\n"
                "  11  with --exit-code: the worst firing alert is critical\n",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = alerts_run,
};
