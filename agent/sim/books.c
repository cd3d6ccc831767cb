/* One page for each key, one entry for each (day, feature, provider, user) on it. */
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
    struct sim_page *next, *last; /* while an answer is written: pages told as one */
    struct sim_entry *entries;    /* days never go back */
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

struct sim_page *books_open(struct books *b, const char *payer)
{
    if (b->page_count == b->page_room) {
        b->page_room = b->page_room ? 2 * b->page_room : 16;
        b->pages = xrealloc(b->pages, b->page_room, sizeof(struct sim_page *));
    }
    struct sim_page *page = xcalloc(1, sizeof *page);
    page->payer = xstrdup(payer);
    b->pages[b->page_count++] = page;
    return page;
}

void books_rename(struct sim_page *page, const char *payer)
{
    free(page->payer);
    page->payer = xstrdup(payer);
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

void books_record(struct books *b, struct sim_page *page, unix_s at, const struct purchase *bought)
{
    struct sim_entry wanted = {
        .day = at / DAY_S,
        .feature = word_of(b, bought->feature),
        .provider = word_of(b, bought->provider),
        .user = word_of(b, bought->user),
    };
    struct sim_entry *entry = entry_of(page, wanted);
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

static bool is_feature(const char *feature, const char *wanted)
{
    const char *tail = strstr(feature, "__");
    return strcmp(feature, wanted) == 0
        || (tail && strlen(wanted) == (size_t)(tail - feature)
            && strncmp(feature, wanted, strlen(wanted)) == 0);
}

static bool passes(const struct consumption_query *q, const struct sim_entry *e)
{
    return e->day >= q->first_day && e->day <= q->last_day
        && (!q->provider || strcmp(e->provider, q->provider) == 0)
        && (!q->user || strcmp(e->user, q->user) == 0)
        && (!q->feature || is_feature(e->feature, q->feature))
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

static bool page_passes(const struct consumption_query *q, const struct sim_page *page)
{
    return !q->nothing && (!q->page || page == q->page)
        && (!q->payer || strcmp(page->payer, q->payer) == 0);
}

/* Adds the lines of a page that pass to those that are there. */
static size_t collect(const struct sim_page *page, const struct consumption_query *q,
                      struct sim_line **lines, size_t count)
{
    *lines = xrealloc(*lines, count + page->count, sizeof **lines);
    for (size_t i = 0; i < page->count; i++) {
        if (!passes(q, &page->entries[i]))
            continue;
        (*lines)[count] = (struct sim_line){ .entry = &page->entries[i], .by_user = q->by_user };
        write_date((*lines)[count++].date, page->entries[i].day, q->step);
    }
    return count;
}

/* Links pages that are told as one behind the first of them, and returns those firsts. */
static size_t join_pages(const struct books *b, const struct consumption_query *q,
                         struct sim_page **ret_firsts)
{
    struct index heads = { 0 };
    size_t count = 0;
    for (size_t i = 0; i < b->page_count; i++) {
        struct sim_page *page = b->pages[i];
        if (!page_passes(q, page))
            continue;
        struct sim_page *head = q->by_key ? NULL : index_find(&heads, span_of(page->payer));
        page->next = NULL;
        page->last = page;
        if (head) {
            head->last->next = page;
            head->last = page;
            continue;
        }
        if (!q->by_key)
            index_put(&heads, page->payer, page);
        ret_firsts[count++] = page;
    }
    index_done(&heads);
    return count;
}

void books_render(const struct books *b, const struct consumption_query *q, struct text *out)
{
    struct sim_line *lines = NULL;
    struct sim_page **firsts = xmalloc((b->page_count + 1) * sizeof(struct sim_page *));
    size_t pages = join_pages(b, q, firsts);
    text_addf(out, "[");
    for (size_t i = 0; i < pages; i++) {
        size_t count = 0;
        for (const struct sim_page *page = firsts[i]; page; page = page->next)
            count = collect(page, q, &lines, count);
        qsort(lines, count, sizeof *lines, compare_lines);
        add_page(out, firsts[i], lines, count);
    }
    free(firsts);
    free(lines);
    text_addf(out, "]");
}

void books_render_users(const struct books *b, const struct consumption_query *q, struct text *out)
{
    struct sim_line *lines = NULL;
    size_t count = 0;
    for (size_t i = 0; i < b->page_count; i++)
        if (page_passes(q, b->pages[i]))
            count = collect(b->pages[i], q, &lines, count);
    qsort(lines, count, sizeof *lines, compare_lines);
    text_addf(out, "[");
    for (size_t at = 0, run; at < count; at += run) {
        run = run_of(lines + at, count - at, same_user);
        text_addf(out, "%s{\"user\":", at ? "," : "");
        if (*lines[at].entry->user)
            text_add_json(out, span_of(lines[at].entry->user));
        else
            text_addf(out, "null");
        text_addf(out, ",\"total_cost\":");
        add_cost(out, cost_as_served(lines + at, run));
        text_addf(out, "}");
    }
    free(lines);
    text_addf(out, "]");
}
