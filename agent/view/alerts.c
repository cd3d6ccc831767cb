/* Alerts in the words of now, past events in the words of their time. */
#include "view/alerts.h"

#include "view/alert_now.h"
#include "view/standing.h"

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

/* A run over the alerts that fire. */
struct listing {
    struct table *table;
    const struct rule_set *rules;
    struct standing *standing; /* what the forecasts of now say */
    unix_s now;
    struct alerts_seen *seen;
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
    struct alert_now is = alert_now_of(asked, &f, l->rules, l->now, &l->words);
    for (size_t i = 0; i < COUNT(taken); i++)
        cells[taken[i][0]] = asked[taken[i][1]];
    text_addf(&l->summary, "%s: %.*s %s", level_name(is.level), (int)asked[ALERT_TOKEN].text.len,
              asked[ALERT_TOKEN].text.at, text_z(&l->words));
    cells[VALUE] = quantity(&is, is.value);
    cells[THRESHOLD] = quantity(&is, is.threshold);
    cells[UNIT] = cell_text(rule_unit_name(is.unit));
    cells[SUMMARY] = cell_text(text_z(&l->summary));
    cells[NOW] = cell_text(text_z(&l->words));
    if (is.level > l->seen->worst)
        l->seen->worst = is.level;
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

bool alerts_past(struct store *s, const struct query_filter *scope, struct writer *w,
                 struct alerts_seen *ret, struct fault *why)
{
    struct cell cells[PAST_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    *ret = (struct alerts_seen){ 0 };
    if (!query_open(s, QUERY_EVENTS, scope, &a, why))
        return false;
    struct table *t = table_begin(w, past, COUNT(past));
    while (ok && !writer_is_lost(w) && (ok = query_next(a, cells, PAST_WORDS, &more, why))
           && more) {
        cells[PAST_WORDS] = words_of(cells);
        table_row(t, cells);
        ret->rows++;
    }
    table_end(t);
    query_close(a);
    return ok;
}

static bool list_all(struct store *s, const struct query_filter *scope, struct listing *l,
                     const struct writer *w, struct fault *why)
{
    struct cell cells[ALERT_CELLS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(s, QUERY_ALERTS, scope, &a, why))
        return false;
    while (ok && !writer_is_lost(w) && (ok = query_next(a, cells, ALERT_CELLS, &more, why))
           && more) {
        list_firing(l, cells);
        l->seen->rows++;
    }
    query_close(a);
    return ok;
}

bool alerts_firing(struct store *s, const struct alerts_query *q, struct writer *w,
                   struct alerts_seen *ret, struct fault *why)
{
    const struct query_filter *scope = &q->scope;
    struct listing l = { .rules = &q->rules, .now = scope->now, .seen = ret };
    *ret = (struct alerts_seen){ 0 };
    if (!standing_of_tokens(s, scope, -1, &l.standing, why))
        return false;
    l.table = table_begin(w, firing, COUNT(firing));
    bool ok = list_all(s, scope, &l, w, why);
    table_end(l.table);
    standing_end(l.standing);
    text_done(&l.words);
    text_done(&l.summary);
    return ok;
}
