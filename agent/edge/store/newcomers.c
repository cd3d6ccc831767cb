/* Rows of tokens that memory does not know: most are new, a few had a row before. A first list asks
 * for thousands of them, so what is rare costs those nothing but a look. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"

/* A token is adopted or revived: both are read alike. */
_Static_assert((int)REVIVE_TOKEN_ID == ADOPT_TOKEN_ID && (int)REVIVE_TOKEN_SLUG == ADOPT_TOKEN_SLUG,
               "columns differ");

static void bind_mark(struct statement *q, const char *parameter, const char *mark)
{
    if (mark && mark[0])
        statement_bind_text(q, parameter, span_of(mark));
}

/* Who a token is, by the names of columns; :key and :vendor_name are what they come to. */
static void bind_identity(struct statement *q, const struct token *t)
{
    const struct identity is = token_identity(t);
    statement_bind_text(q, ":name", span_of(t->name));
    statement_bind_text(q, ":key", span_of(token_key(t)));
    statement_bind_text(q, ":vendor_name", span_of(is.name));
    bind_mark(q, ":identity", is.id);
    bind_mark(q, ":called", is.name != t->name ? is.name : NULL);
    bind_mark(q, ":member", is.member);
    bind_mark(q, ":masked", is.masked);
}

bool store_put_names(struct store *s, const struct token *t, unix_s at, struct fault *why)
{
    static const enum statement_name puts[] = { SQL_PUT_FORMER_NAME, SQL_PUT_NAMES };
    for (size_t i = 0; i < COUNT(puts); i++) {
        struct statement *q = s->queries[puts[i]];
        bind_identity(q, t);
        statement_bind_integer(q, ":token", t->id);
        statement_bind_integer(q, ":at", at);
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

struct newcomer {
    int64_t account;
    struct token *is;
    unix_s at;
};

static void bind_newcomer(struct statement *q, const struct newcomer *n)
{
    statement_bind_integer(q, ":account", n->account);
    bind_identity(q, n->is);
    statement_bind_text(q, ":slug", span_of(n->is->slug));
    statement_bind_text(q, ":kind", span_of(series_name(n->is->series)));
    statement_bind_integer(q, ":at", n->at);
}

/* Lets a deleted row of its name live again, where the query says that it is the same token's. */
static bool settle(struct statement *q, const struct newcomer *n, struct fault *why)
{
    bool row;
    bind_newcomer(q, n);
    bool ok = statement_step(q, &row, why);
    if (ok && row) {
        n->is->id = statement_integer(q, ADOPT_TOKEN_ID);
        token_name_slug(n->is, statement_text(q, ADOPT_TOKEN_SLUG));
    }
    statement_reset(q);
    return ok;
}

/* Hardly any newcomer had its name before, and to ask for that costs a tenth. */
bool store_revive_token(struct store *s, int64_t account, struct token *t, unix_s at,
                        struct fault *why)
{
    const struct newcomer n = { account, t, at };
    struct statement *q = s->queries[SQL_FIND_DELETED_TOKEN];
    int64_t deleted;
    t->id = 0;
    bind_newcomer(q, &n);
    return statement_ask(q, 0, &deleted, why)
        && (!deleted || settle(s->queries[SQL_REVIVE_TOKEN], &n, why));
}

/* Where its row goes. */
struct token_place {
    int64_t generation;
    char *slug; /* owned */
};

static bool find_place(struct store *s, const struct newcomer *n, struct token_place *ret,
                       struct fault *why)
{
    struct statement *q = s->queries[SQL_PLACE_TOKEN];
    bool row;
    bind_newcomer(q, n);
    bool ok = statement_step(q, &row, why);
    if (ok) {
        struct span slug = statement_text(q, PLACE_TOKEN_SLUG);
        *ret = (struct token_place){ statement_integer(q, PLACE_TOKEN_GENERATION),
                                     xstrndup(slug.at, slug.len) };
    }
    statement_reset(q);
    return ok;
}

static bool add_token(struct store *s, const struct newcomer *n, const struct token_place *place,
                      struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_TOKEN];
    token_name_slug(n->is, span_of(place->slug));
    bind_newcomer(q, n);
    statement_bind_integer(q, ":generation", place->generation);
    if (!statement_run(q, why))
        return false;
    n->is->id = sqlite_inserted(s->db);
    return true;
}

bool store_add_token(struct store *s, int64_t account, struct token *t, unix_s at,
                     struct fault *why)
{
    const struct newcomer n = { account, t, at };
    struct token_place place;
    if (!find_place(s, &n, &place, why))
        return false;
    t->id = 0;
    bool had_name = t->series == SERIES_TOKEN && place.generation > 1;
    bool ok = (!had_name || settle(s->queries[SQL_ADOPT_TOKEN], &n, why))
        && (t->id ? !t->marks || store_put_names(s, t, at, why) : add_token(s, &n, &place, why));
    free(place.slug);
    return ok;
}
