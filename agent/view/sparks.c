/* One pass over the hours of all tokens, or a few looks for each of some. */
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
    s->at = xgrown(s->at, s->count, &s->room, sizeof *s->at);
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

static bool load(struct store *s, struct query_filter *scope, struct sparks *to, struct fault *why)
{
    struct cell cells[QUERY_SPARKS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    scope->since = to->first_hour - 1;
    if (!query_open(s, QUERY_SPARKS, scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, cells, COUNT(cells), &more, why);
        if (ok && more)
            add_hour(to, cells);
    }
    query_close(a);
    return ok;
}

static struct sparks sparks_at(unix_s now)
{
    return (struct sparks){ .first_hour = now - now % HOUR_S - (SPARK_HOURS - 1) * HOUR_S };
}

bool sparks_load(struct store *s, unix_s now, struct sparks *ret, struct fault *why)
{
    struct query_filter scope = query_at(now, NULL);
    *ret = sparks_at(now);
    return load(s, &scope, ret, why);
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

bool sparks_load_some(struct store *s, unix_s now, int64_t *ids, size_t count, struct sparks *ret,
                      struct fault *why)
{
    struct query_filter scope = query_at(now, NULL);
    bool ok = true;
    *ret = sparks_at(now);
    if (count)
        qsort(ids, count, sizeof *ids, by_id);
    for (size_t i = 0; ok && i < count; i++) {
        scope.after = ids[i] - 1;
        scope.upto = ids[i];
        ok = load(s, &scope, ret, why);
    }
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
