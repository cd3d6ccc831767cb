/* Ids of terms, remembered: most readings say what one of few rows says. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "edge/store/store_private.h"

enum { PLACES = 1024 }; /* terms that fall on one place push each other out */

struct terms_ids {
    struct known_terms {
        int64_t id;           /* 0: none */
        struct reading terms; /* its name and balance mean nothing */
    } at[PLACES];
};

void bind_terms(struct statement *q, const struct reading *r)
{
    statement_bind_text(q, ":type", span_of(r->type));
    statement_bind_integer(q, ":budgeted", r->budgeted);
    bind_time(q, ":expires_at", r->expires);
    statement_bind_text(q, ":reset_period", span_of(calendar_period_name(r->period)));
    bind_maybe_money(q, ":reset_amount_nano", r->reset_amount);
}

static struct known_terms *place_of(struct store *s, const struct reading *r)
{
    const int64_t figures[] = { r->expires, r->period, r->budgeted, r->reset_amount.known,
                                r->reset_amount.known ? r->reset_amount.is.nano : 0 };
    if (!s->terms)
        s->terms = xcalloc(1, sizeof *s->terms);
    uint64_t hash = hash_add(HASH_START, (struct span){ (const char *)figures, sizeof figures });
    return &s->terms->at[hash_mix(hash_add(hash, span_of(r->type))) % PLACES];
}

static bool find(struct store *s, enum statement_name query, const struct reading *r, int64_t *ret,
                 struct fault *why)
{
    struct statement *q = s->queries[query];
    bind_terms(q, r);
    return statement_ask(q, 0, ret, why);
}

bool terms_id(struct store *s, const struct reading *r, int64_t *ret, struct fault *why)
{
    struct known_terms *known = place_of(s, r);
    int64_t id = 0;
    if (!known->id || ledger_terms_differ(&known->terms, r)) {
        if (!find(s, SQL_FIND_TERMS, r, &id, why) || (!id && !find(s, SQL_ADD_TERMS, r, &id, why)))
            return false;
        *known = (struct known_terms){ .id = id, .terms = *r };
    }
    *ret = known->id;
    return true;
}

void terms_forget(struct store *s)
{
    free(s->terms);
    s->terms = NULL;
}
