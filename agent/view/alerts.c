/* Alerts in the words of now, past events in the words of their time. */
#include "view/alerts.h"

#include <stdlib.h>

#include "base/xmalloc.h"

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

/* Behind the columns of query_events.sql: the summary as people see it, for whom level and token
 * have columns of their own. */
enum { PAST_WORDS = QUERY_EVENTS_COLUMNS, PAST_COLUMNS };

static const struct column past[] = {
    [QUERY_EVENTS_AT] = { "at", "TIME", COLUMN_TIME, COLUMN_KEY },
    [QUERY_EVENTS_KIND] = { "kind", "EVENT", COLUMN_TEXT, COLUMN_KEY },
    [QUERY_EVENTS_LEVEL] = { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
    [QUERY_EVENTS_WAS] = { "was", NULL, COLUMN_LEVEL, 0 },
    [QUERY_EVENTS_ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [QUERY_EVENTS_TOKEN] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [QUERY_EVENTS_RULE] = { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
    [QUERY_EVENTS_VALUE] = { "value", NULL, COLUMN_MONEY, 0 },
    [QUERY_EVENTS_THRESHOLD] = { "threshold", NULL, COLUMN_MONEY, 0 },
    [QUERY_EVENTS_UNIT] = { "unit", NULL, COLUMN_TEXT, 0 },
    [QUERY_EVENTS_SINCE] = { "since", NULL, COLUMN_TIME, 0 },
    [QUERY_EVENTS_ID] = { "id", NULL, COLUMN_TEXT, 0 },
    [QUERY_EVENTS_SUMMARY] = { "summary", NULL, COLUMN_TEXT, 0 },
    [QUERY_EVENTS_SEQ] = { NULL, NULL, COLUMN_COUNT, 0 },
    [PAST_WORDS] = { NULL, "SUMMARY", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(past) == PAST_COLUMNS, "a column has no row");

/* A run over the alerts that fire. */
struct listing {
    struct table *table;
    const struct writer *to;
    struct alerts_seen *seen;
    struct text summary;
};

/* Programs get values in their unit: dollars, percent, seconds. */
static struct cell quantity(enum rule_unit unit, int64_t number)
{
    int64_t scaled;
    bool fits = !__builtin_mul_overflow(number, rule_unit_billionths(unit), &scaled);
    return fits ? cell_integer(scaled) : (struct cell){ .kind = CELL_NONE };
}

static struct cell quantity_now(const struct alert_now *is, int64_t number)
{
    return is->known ? quantity(is->unit, number) : (struct cell){ .kind = CELL_NONE };
}

static void list_firing(void *to, const struct alert_firing *f)
{
    static const size_t taken[][2] = {
        { LEVEL, QUERY_ALERTS_LEVEL },       { SINCE, QUERY_ALERTS_SINCE },
        { ACCOUNT, QUERY_ALERTS_ACCOUNT },   { TOKEN, QUERY_ALERTS_TOKEN },
        { RULE, QUERY_ALERTS_RULE },         { EPISODE, QUERY_ALERTS_EPISODE },
        { STEP, QUERY_ALERTS_STEP },         { CHANGED, QUERY_ALERTS_AT },
        { ANNOUNCED, QUERY_ALERTS_SUMMARY },
    };
    struct listing *l = to;
    struct cell cells[COLUMNS];
    if (writer_is_lost(l->to))
        return;
    text_clear(&l->summary);
    for (size_t i = 0; i < COUNT(taken); i++)
        cells[taken[i][0]] = f->asked[taken[i][1]];
    text_addf(&l->summary, "%s: %.*s %s", level_name(f->now.level),
              (int)f->asked[QUERY_ALERTS_TOKEN].text.len, f->asked[QUERY_ALERTS_TOKEN].text.at,
              f->words);
    cells[VALUE] = quantity_now(&f->now, f->now.value);
    cells[THRESHOLD] = quantity_now(&f->now, f->now.threshold);
    cells[UNIT] = cell_text(rule_unit_name(f->now.unit));
    cells[SUMMARY] = cell_text(text_z(&l->summary));
    cells[NOW] = cell_text(f->words);
    if (f->now.level > l->seen->worst)
        l->seen->worst = f->now.level;
    l->seen->rows++;
    table_row(l->table, cells);
}

/* "warning: prod-app has 5.00 USD left" in its full length. */
struct cell alerts_words(const struct cell *asked)
{
    struct span words = asked[QUERY_EVENTS_SUMMARY].text, token = asked[QUERY_EVENTS_TOKEN].text;
    const char *colon = words.len ? memchr(words.at, ':', words.len) : NULL;
    size_t head = colon ? (size_t)(colon - words.at) + 2 : 0;
    if (head && words.len > head + token.len && memcmp(words.at + head, token.at, token.len) == 0)
        head += token.len + (words.at[head + token.len] == ':' ? 1 : 0) + 1;
    if (head > words.len)
        head = 0;
    return (struct cell){ .kind = CELL_TEXT, .text = { words.at + head, words.len - head } };
}

/* As `quantity`, of what was stored. */
static void scale(struct cell *cells)
{
    enum rule_unit unit = rule_unit_named(cells[QUERY_EVENTS_UNIT].text);
    struct cell *const numbers[] = { &cells[QUERY_EVENTS_VALUE], &cells[QUERY_EVENTS_THRESHOLD] };
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (numbers[i]->kind == CELL_INTEGER)
            *numbers[i] = quantity(unit, numbers[i]->integer);
}

struct past_list {
    struct table *table;
    const struct writer *to;
    struct past_run *run;
    struct alerts_seen seen;
    int64_t most, last; /* of them, 0: not limited; and the one that was shown last */
};

static void list_past(void *to, const struct cell *asked)
{
    struct past_list *l = to;
    struct cell cells[PAST_COLUMNS];
    if (writer_is_lost(l->to) || l->seen.next)
        return;
    if (l->most && (int64_t)l->seen.rows == l->most) {
        l->seen.next = l->last;
        return;
    }
    memcpy(cells, asked, QUERY_EVENTS_COLUMNS * sizeof *cells);
    scale(cells);
    cells[PAST_WORDS] = alerts_words(cells);
    table_row(l->table, cells);
    l->last = cells[QUERY_EVENTS_SEQ].integer;
    l->seen.rows++;
}

bool past_list_begin(struct store *s, const struct query_filter *scope, struct writer *w,
                     struct past_list **ret, struct fault *why)
{
    struct past_list *l = xcalloc(1, sizeof *l);
    *l = (struct past_list){ .to = w, .most = scope->most };
    if (!past_run_begin(s, scope, list_past, l, &l->run, why)) {
        past_list_end(l);
        return false;
    }
    l->table = table_begin(w, past, COUNT(past));
    *ret = l;
    return true;
}

bool past_list_step(struct past_list *l, bool *ret_more, struct fault *why)
{
    bool more;
    if (!past_run_step(l->run, &more, why))
        return false;
    *ret_more = more && !l->seen.next && !writer_is_lost(l->to);
    if (*ret_more)
        return true;
    table_end(l->table);
    l->table = NULL;
    return true;
}

int64_t past_list_next(const struct past_list *l)
{
    return l->seen.next;
}

void past_list_end(struct past_list *l)
{
    if (!l)
        return;
    past_run_end(l->run);
    table_drop(l->table);
    free(l);
}

bool alerts_past(struct store *s, const struct query_filter *scope, struct writer *w,
                 struct alerts_seen *ret, struct fault *why)
{
    struct past_list *l;
    bool more = true, ok = true;
    *ret = (struct alerts_seen){ 0 };
    if (!past_list_begin(s, scope, w, &l, why))
        return false;
    while (ok && more)
        ok = past_list_step(l, &more, why);
    *ret = l->seen;
    past_list_end(l);
    return ok;
}

struct alerts_list {
    struct listing to;
    struct alerts_run *run;
    struct alerts_seen seen;
};

bool alerts_list_begin(struct store *s, const struct alerts_query *q, struct writer *w,
                       struct alerts_list **ret, struct fault *why)
{
    struct alerts_list *l = xcalloc(1, sizeof *l);
    *l = (struct alerts_list){ .to = { .to = w, .seen = &l->seen } };
    if (!alerts_run_begin(s, q, list_firing, &l->to, &l->run, why)) {
        alerts_list_end(l);
        return false;
    }
    l->to.table = table_begin(w, firing, COUNT(firing));
    *ret = l;
    return true;
}

bool alerts_list_step(struct alerts_list *l, bool *ret_more, struct fault *why)
{
    bool more;
    if (!alerts_run_step(l->run, &more, why))
        return false;
    *ret_more = more && !writer_is_lost(l->to.to);
    if (*ret_more)
        return true;
    table_end(l->to.table);
    l->to.table = NULL;
    return true;
}

void alerts_list_end(struct alerts_list *l)
{
    if (!l)
        return;
    alerts_run_end(l->run);
    table_drop(l->to.table);
    text_done(&l->to.summary);
    free(l);
}

bool alerts_firing(struct store *s, const struct alerts_query *q, struct writer *w,
                   struct alerts_seen *ret, struct fault *why)
{
    struct alerts_list *l;
    bool more = true, ok = true;
    *ret = (struct alerts_seen){ 0 };
    if (!alerts_list_begin(s, q, w, &l, why))
        return false;
    while (ok && more)
        ok = alerts_list_step(l, &more, why);
    *ret = l->seen;
    alerts_list_end(l);
    return ok;
}
