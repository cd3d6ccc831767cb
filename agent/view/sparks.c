/* One pass over the hours of all tokens: asking for each token would be a query for each line of
 * the table. */
#include "view/sparks.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/bar.h"

struct spark {
    int64_t token;
    int64_t spent_nano[SPARK_HOURS];
};

static struct spark *spark_of(struct sparks *s, int64_t token)
{
    if (s->count && s->at[s->count - 1].token == token)
        return &s->at[s->count - 1];
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 64;
        s->at = xrealloc(s->at, s->room, sizeof *s->at);
    }
    s->at[s->count] = (struct spark){ .token = token };
    return &s->at[s->count++];
}

static void add_hour(struct sparks *s, const struct cell *cells)
{
    int64_t place = (cells[QUERY_SPARKS_HOUR].integer - s->first_hour) / HOUR_S;
    if (place >= 0 && place < SPARK_HOURS)
        spark_of(s, cells[QUERY_SPARKS_TOKEN].integer)->spent_nano[place] =
            cells[QUERY_SPARKS_SPENT_NANO].integer; /* an hour has one row */
}

bool sparks_load(struct store *s, unix_s now, const char *ids, struct sparks *ret,
                 struct fault *why)
{
    struct cell cells[QUERY_SPARKS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    *ret = (struct sparks){ .first_hour = now - now % HOUR_S - (SPARK_HOURS - 1) * HOUR_S };
    const struct query_filter scope = {
        .now = now, .since = ret->first_hour - 1, .until = TIME_NONE, .ids = ids
    };
    if (!query_open(s, QUERY_SPARKS, &scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, cells, COUNT(cells), &more, why);
        if (ok && more)
            add_hour(ret, cells);
    }
    query_close(a);
    return ok;
}

void sparks_done(struct sparks *s)
{
    free(s->at);
    *s = (struct sparks){ 0 };
}

static int compare(const void *a, const void *b)
{
    int64_t left = ((const struct spark *)a)->token, right = ((const struct spark *)b)->token;
    return (left > right) - (left < right);
}

const int64_t *sparks_of(const struct sparks *s, int64_t token)
{
    static const struct spark nothing;
    const struct spark wanted = { .token = token };
    const struct spark *found =
        s->count ? bsearch(&wanted, s->at, s->count, sizeof *s->at, compare) : NULL;
    return (found ? found : &nothing)->spent_nano;
}

void sparks_draw(const struct sparks *s, int64_t token, bool ascii, struct text *out)
{
    spark_draw(sparks_of(s, token), SPARK_HOURS, ascii, out);
}
