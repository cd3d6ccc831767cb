/* Offsets and links. What is written around the rows differs between the documentation and the
 * description. */
#include "sim/listing.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "sim/settings.h"

enum { PAGE_LIMIT = 100, OFFSET_MAX = 100000000 };

struct sim_token **listing_of(const struct call *c, bool with_revoked, size_t *ret_count)
{
    const struct sim_account *a = c->account;
    bool newest = c->world->manners.is[MANNER_LIST_ORDER] == NEWEST_FIRST;
    struct sim_token **list = xmalloc((a->token_count + 1) * sizeof(struct sim_token *));
    size_t count = 0;
    for (size_t i = 0; i < a->token_count; i++) {
        struct sim_token *t = a->tokens[newest ? a->token_count - 1 - i : i];
        if (with_revoked || !token_is_revoked(t))
            list[count++] = t;
    }
    *ret_count = sim_fault_list_kept(c->sim_fault, count);
    return list;
}

/* The value of a parameter of the query in digits alone; `otherwise` when it is not there. */
static bool read_number(const struct call *c, const char *name, int64_t otherwise, int64_t *ret)
{
    struct fault unused;
    struct span value;
    *ret = otherwise;
    return !query_value(c->query, name, &value)
        || setting_read_count(value, OFFSET_MAX, ret, &unused);
}

static bool refuse(struct sim_answer *ret, const char *field, const char *words)
{
    answer_invalid(ret, field, words);
    return false;
}

static struct list_page page_at(const struct call *c, int64_t at, int64_t limit, size_t rows)
{
    int64_t shift = sim_fault_shift(c->sim_fault), all = (int64_t)rows;
    int64_t first = at + shift < 0 ? 0 : at + shift < all ? at + shift : all;
    int64_t count = all - first < limit ? all - first : limit;
    return (struct list_page){
        .at = (size_t)at,
        .first = (size_t)first,
        .count = (size_t)count,
        .total = (size_t)(all > shift ? all - shift : 0),
        .limit = (size_t)limit,
        .more = first + count < all,
    };
}

bool listing_page(const struct call *c, size_t total, struct list_page *ret_page,
                  struct sim_answer *ret)
{
    int64_t limit, offset;
    if (!read_number(c, "limit", PAGE_LIMIT, &limit) || limit < 1 || limit > PAGE_LIMIT)
        return refuse(ret, "limit", "A number from 1 to 100 is required.");
    if (!read_number(c, "offset", 0, &offset))
        return refuse(ret, "offset", "A number of 0 or more is required.");
    *ret_page = page_at(c, offset, limit, total);
    return true;
}

bool listing_page_numbered(const struct call *c, size_t limit, size_t total,
                           struct list_page *ret_page, struct sim_answer *ret)
{
    int64_t number, rows = (int64_t)limit;
    if (!read_number(c, "page", 1, &number) || number < 1
        || (number > 1 && (number - 1) * rows >= (int64_t)total)) {
        answer_not_found(ret);
        return false;
    }
    *ret_page = page_at(c, (number - 1) * rows, rows, total);
    ret_page->numbered = true;
    return true;
}

static void add_query(struct text *out, const struct list_page *page, size_t row)
{
    if (page->numbered)
        text_addf(out, "?page=%zu", row / page->limit + 1);
    else
        text_addf(out, "?limit=%zu&offset=%zu", page->limit, row);
}

/* The link to the page that begins with a row. */
static void add_link(struct text *out, const struct call *c, const struct list_page *page,
                     size_t row)
{
    const char *target = c->request->target;
    int path = (int)strcspn(target, "?");
    text_addf(out, "\"");
    switch ((enum next_form)c->world->manners.is[MANNER_NEXT]) {
    case NEXT_URL:
    case NEXT_NONE: /* tells the page before */
        text_addf(out, "http://127.0.0.1:%u%.*s", c->world->port, path, target);
        break;
    case NEXT_OTHER_SCHEME:
        text_addf(out, "https://127.0.0.1:%u%.*s", c->world->port, path, target);
        break;
    case NEXT_ELSEWHERE:
        text_addf(out, "http://127.0.0.2:%u%.*s", c->world->port, path, target);
        break;
    case NEXT_PATH:
        text_addf(out, "%.*s", path, target);
        break;
    case NEXT_QUERY:
        break;
    }
    add_query(out, page, row);
    text_addf(out, "\"");
}

void listing_begin(struct text *out)
{
    text_addf(out, "{\"results\":[");
}

void listing_end(struct text *out, const struct call *c, const struct list_page *page)
{
    bool as_described = page->numbered || c->world->manners.is[MANNER_LIST_COUNT] == COUNT_IS_COUNT;
    if (as_described)
        text_addf(out, "],\"count\":%zu", page->total);
    else
        text_addf(out, "],\"limit\":%zu,\"offset\":%zu,\"total_count\":%zu", page->limit, page->at,
                  page->total);
    text_addf(out, ",\"next\":");
    if (page->more && c->world->manners.is[MANNER_NEXT] != NEXT_NONE)
        add_link(out, c, page, page->at + page->limit);
    else
        text_addf(out, "null");
    text_addf(out, ",\"previous\":");
    if (page->at > 0)
        add_link(out, c, page, page->at > page->limit ? page->at - page->limit : 0);
    else
        text_addf(out, "null");
    text_addf(out, "}");
}
