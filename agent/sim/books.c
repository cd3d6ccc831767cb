/* One page for each payer, one entry for each (day, feature, provider, user) on it. */
#include "sim/books.h"

#include <math.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "sim/json.h"

enum { DATE_BYTES = sizeof "2026-01-31" };

struct sim_entry {
    int64_t day, nano;
    uint64_t calls;
    const char *feature, *provider,
        *user; /* pointers into books->words: equal text is the same pointer */
};

struct sim_page {
    char *payer;
    struct sim_entry *entries; /* days never go back */
    size_t count, room;
};

static const char *word_of(struct books *b, const char *text)
{
    char *known = index_find(&b->words, span_of(text));
    if (known)
        return known;
    known = xstrdup(text);
    index_put(&b->words, known, known);
    return known;
}

static struct sim_page *page_of(struct books *b, const char *payer)
{
    struct sim_page *page = index_find(&b->by_payer, span_of(payer));
    if (page)
        return page;
    if (b->page_count == b->page_room) {
        b->page_room = b->page_room ? 2 * b->page_room : 16;
        b->pages = xrealloc(b->pages, b->page_room, sizeof(struct sim_page *));
    }
    page = xcalloc(1, sizeof *page);
    page->payer = xstrdup(payer);
    b->pages[b->page_count++] = page;
    index_put(&b->by_payer, page->payer, page);
    return page;
}

static bool same_kind(const struct sim_entry *a, const struct sim_entry *b)
{
    return a->feature == b->feature && a->provider == b->provider && a->user == b->user;
}

static struct sim_entry *entry_of(struct sim_page *page, struct sim_entry wanted)
{
    for (size_t i = page->count; i-- > 0 && page->entries[i].day == wanted.day;)
        if (same_kind(&page->entries[i], &wanted))
            return &page->entries[i];
    if (page->count == page->room) {
        page->room = page->room ? 2 * page->room : 4;
        page->entries = xrealloc(page->entries, page->room, sizeof *page->entries);
    }
    page->entries[page->count] = wanted;
    return &page->entries[page->count++];
}

void books_record(struct books *b, const char *payer, unix_s at, const struct purchase *bought)
{
    struct sim_entry wanted = {
        .day = at / DAY_S,
        .feature = word_of(b, bought->feature),
        .provider = word_of(b, bought->provider),
        .user = word_of(b, bought->user),
    };
    struct sim_entry *entry = entry_of(page_of(b, payer), wanted);
    entry->nano += bought->cost.nano;
    entry->calls += bought->calls;
}

void books_done(struct books *b)
{
    for (size_t i = 0; i < b->page_count; i++) {
        free(b->pages[i]->payer);
        free(b->pages[i]->entries);
        free(b->pages[i]);
    }
    free(b->pages);
    index_done(&b->by_payer);
    for (size_t i = 0; i < b->words.room; i++)
        free(b->words.rows[i].item);
    index_done(&b->words);
}

/* An entry that passed the filters, under the first date of its period. */
struct sim_line {
    char date[DATE_BYTES];
    const struct sim_entry *entry;
    bool by_user;
};

static void write_date(char out[DATE_BYTES], int64_t day, enum consumption_step step)
{
    char time[TIME_TEXT_BYTES];
    if (step == STEP_WEEK)
        day -= (day + 3) % 7; /* back to Monday */
    calendar_format(day * DAY_S, time);
    memcpy(out, time, DATE_BYTES - 1);
    out[DATE_BYTES - 1] = '\0';
    if (step == STEP_MONTH || step == STEP_YEAR)
        memcpy(out + 8, "01", 2);
    if (step == STEP_YEAR)
        memcpy(out + 5, "01", 2);
}

/* "chat" and "text__chat" both name the same subfeature. */
static bool is_subfeature(const char *feature, const char *wanted)
{
    const char *tail = strstr(feature, "__");
    return strcmp(feature, wanted) == 0 || (tail && strcmp(tail + 2, wanted) == 0);
}

static bool passes(const struct consumption_query *q, const struct sim_entry *e)
{
    return e->day >= q->first_day && e->day <= q->last_day
        && (!q->provider || strcmp(e->provider, q->provider) == 0)
        && (!q->user || strcmp(e->user, q->user) == 0)
        && (!q->subfeature || is_subfeature(e->feature, q->subfeature));
}

static int compare_lines(const void *left, const void *right)
{
    const struct sim_line *a = left, *b = right;
    int order = a->by_user ? strcmp(a->entry->user, b->entry->user) : 0;
    if (!order)
        order = strcmp(a->date, b->date);
    if (!order)
        order = strcmp(a->entry->feature, b->entry->feature);
    return order ? order : strcmp(a->entry->provider, b->entry->provider);
}

/* Runs of lines with the same user, date, feature or provider: each level of the answer is such a
 * run. */
static bool same_user(const struct sim_line *a, const struct sim_line *b)
{
    return !a->by_user || a->entry->user == b->entry->user;
}

static bool same_date(const struct sim_line *a, const struct sim_line *b)
{
    return strcmp(a->date, b->date) == 0;
}

static bool same_feature(const struct sim_line *a, const struct sim_line *b)
{
    return a->entry->feature == b->entry->feature;
}

static bool same_provider(const struct sim_line *a, const struct sim_line *b)
{
    return a->entry->provider == b->entry->provider;
}

static size_t run_of(const struct sim_line *lines, size_t count,
                     bool (*same)(const struct sim_line *, const struct sim_line *))
{
    size_t run = 1;
    while (run < count && same(&lines[0], &lines[run]))
        run++;
    return run;
}

/* The service adds up doubles and shows the noise of it; here one step of the last bit stands for
 * that noise. It is far below half a nano-dollar, so rounding finds the exact amount again. */
static double cost_as_served(const struct sim_line *lines, size_t count)
{
    int64_t nano = 0;
    uint64_t calls = 0;
    for (size_t i = 0; i < count; i++) {
        nano += lines[i].entry->nano;
        calls += lines[i].entry->calls;
    }
    double usd = (double)nano / (double)NANO_PER_USD;
    return nano && calls > 2 && calls % 2 ? nextafter(usd, INFINITY) : usd;
}

static void add_cost(struct text *out, double usd)
{
    char number[JSON_NUMBER_BYTES];
    text_addf(out, "%s", json_number_text(usd, number));
}

static void add_feature(struct text *out, const struct sim_line *lines, size_t count)
{
    uint64_t calls = 0;
    for (size_t i = 0; i < count; i++)
        calls += lines[i].entry->calls;

    text_add_json(out, span_of(lines->entry->feature));
    text_addf(out, ":{\"total_cost\":");
    add_cost(out, cost_as_served(lines, count));
    text_addf(out, ",\"details\":%llu,\"cost_per_provider\":{", (unsigned long long)calls);
    for (size_t at = 0, run; at < count; at += run) {
        run = run_of(lines + at, count - at, same_provider);
        text_addf(out, "%s", at ? "," : "");
        text_add_json(out, span_of(lines[at].entry->provider));
        text_addf(out, ":");
        add_cost(out, cost_as_served(lines + at, run));
    }
    text_addf(out, "}}");
}

static void add_dates(struct text *out, const struct sim_line *lines, size_t count)
{
    for (size_t at = 0, day; at < count; at += day) {
        day = run_of(lines + at, count - at, same_date);
        text_addf(out, "%s\"%s\":{", at ? "," : "", lines[at].date);
        for (size_t in = 0, run; in < day; in += run) {
            run = run_of(lines + at + in, day - in, same_feature);
            text_addf(out, "%s", in ? "," : "");
            add_feature(out, lines + at + in, run);
        }
        text_addf(out, "}");
    }
}

static void add_page(struct text *out, const struct sim_page *page, const struct sim_line *lines,
                     size_t count)
{
    for (size_t at = 0, run; at < count; at += run) {
        run = run_of(lines + at, count - at, same_user);
        text_addf(out, "%s{\"token\":", out->at[out->len - 1] == '[' ? "" : ",");
        text_add_json(out, span_of(page->payer));
        if (lines->by_user) {
            text_addf(out, ",\"user\":");
            text_add_json(out, span_of(lines[at].entry->user));
        }
        text_addf(out, ",\"data\":{");
        add_dates(out, lines + at, run);
        text_addf(out, "}}");
    }
}

void books_render(const struct books *b, const struct consumption_query *q, struct text *out)
{
    struct sim_line *lines = NULL;
    text_addf(out, "{\"response\":[");
    for (size_t i = 0; i < b->page_count; i++) {
        const struct sim_page *page = b->pages[i];
        if (q->payer && strcmp(page->payer, q->payer) != 0)
            continue;
        lines = xrealloc(lines, page->count, sizeof *lines);
        size_t count = 0;
        for (size_t e = 0; e < page->count; e++) {
            if (!passes(q, &page->entries[e]))
                continue;
            lines[count] = (struct sim_line){ .entry = &page->entries[e], .by_user = q->by_user };
            write_date(lines[count++].date, page->entries[e].day, q->step);
        }
        qsort(lines, count, sizeof *lines, compare_lines);
        add_page(out, page, lines, count);
    }
    free(lines);
    text_addf(out, "]}");
}
