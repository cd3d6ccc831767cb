/* An ETag is a hash of the bytes: strong, and the same as long as the answer is. */
#include "web/api.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/nearest.h"
#include "edge/store.h"

static const struct option_row *row_named(const struct option_row *rows, size_t count,
                                          const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static void refuse_unknown(struct answer *a, const struct option_row *rows, size_t count,
                           const char *name)
{
    struct nearest near = nearest_to(span_of(name));
    struct text known = { 0 };
    for (size_t i = 0; i < count; i++) {
        nearest_try(&near, rows[i].name);
        text_addf(&known, "%s%s", i ? ", " : "", rows[i].name);
    }
    if (near.best)
        answer_refuse(a, 400, "unknown parameter \"%s\"; did you mean \"%s\"?", name, near.best);
    else if (count)
        answer_refuse(a, 400, "unknown parameter \"%s\": this path takes %s", name, text_z(&known));
    else
        answer_refuse(a, 400, "unknown parameter \"%s\": this path takes none", name);
    text_done(&known);
}

struct option_reading api_reading(const struct asked *q)
{
    return (struct option_reading){ .lead = "", .now = q->now };
}

bool api_options(const struct asked *q, struct answer *a, const struct option_row *rows,
                 size_t count, struct option_value *ret)
{
    const struct option_reading how = api_reading(q);
    struct fault why;
    for (size_t i = 0; i < q->parameter_count; i++) {
        const struct asked_parameter *p = &q->parameters[i];
        const struct option_row *row = row_named(rows, count, p->name);
        if (!row) {
            refuse_unknown(a, rows, count, p->name);
            return false;
        }
        if (ret[row - rows].given)
            return !answer_refuse(a, 400, "%s is given twice", p->name);
        if (!option_read(row, &how, p->value, &ret[row - rows], &why))
            return !answer_refuse(a, 400, "%s", why.text);
    }
    for (size_t i = 0; i < count; i++)
        if (!ret[i].given)
            option_preset(&rows[i], &how, &ret[i]);
    return true;
}

bool api_no_options(const struct asked *q, struct answer *a)
{
    return api_options(q, a, NULL, 0, NULL);
}

bool api_account(const struct asked *q, struct answer *a, const char *account, bool *ret,
                 struct fault *why)
{
    const struct query_filter scope = query_at(q->now, account);
    struct cell name;
    struct query_result *r;
    *ret = true;
    if (!account)
        return true;
    if (!query_open(q->store, QUERY_ACCOUNTS, &scope, &r, why))
        return false;
    bool ok = query_next(r, &name, 1, ret, why);
    query_close(r);
    if (ok && !*ret)
        answer_refuse(a, 404, "no data for account \"%s\": /api/v1/accounts lists those there are",
                      account);
    return ok;
}

bool api_token(const struct asked *q, struct answer *a, const char *account, const char *token,
               bool *ret, struct fault *why)
{
    struct query_filter scope = query_at(q->now, account);
    struct cell id;
    struct query_result *r;
    scope.token = token;
    if (!query_open(q->store, QUERY_KNOWN, &scope, &r, why))
        return false;
    bool ok = query_next(r, &id, 1, ret, why);
    query_close(r);
    if (ok && !*ret && *token)
        answer_refuse(a, 404,
                      "no data for token \"%s\" of account \"%s\": /api/v1/tokens lists "
                      "those there are",
                      token, account);
    else if (ok && !*ret)
        answer_refuse(a, 404, "no credits known of account \"%s\": /api/v1/accounts says why",
                      account);
    return ok;
}

bool api_refuse(struct answer *a, int status, const struct fault *why)
{
    return why->kind == FAULT_REJECT && answer_refuse(a, status, "%s", why->text);
}

bool api_finish_step(struct answer *a, struct api_etag *e)
{
    enum { HASHED_A_STEP = 1 << 20 };
    size_t left = a->body.text.len - e->hashed;
    size_t some = left < HASHED_A_STEP ? left : HASHED_A_STEP;
    uint64_t before = e->hashed ? e->state : HASH_START;
    e->state = hash_add(before, (struct span){ text_z(&a->body.text) + e->hashed, some });
    e->hashed += some;
    if (e->hashed < a->body.text.len)
        return true;
    a->type = "application/json";
    snprintf(a->etag, sizeof a->etag, "\"%016" PRIx64 "-%zx\"", hash_mix(e->state),
             a->body.text.len);
    return false;
}

void api_finish(struct answer *a)
{
    struct api_etag e = { 0 };
    while (api_finish_step(a, &e))
        continue;
}

void api_link_next(const struct asked *q, struct answer *a, const char *path, const char *cursor)
{
    text_addf(&a->link, "<%s?", path);
    for (size_t i = 0; i < q->parameter_count; i++) {
        if (strcmp(q->parameters[i].name, "cursor") == 0)
            continue;
        text_addf(&a->link, "%s=", q->parameters[i].name); /* of a row: plain letters */
        text_add_percent(&a->link, span_of(q->parameters[i].value));
        text_add(&a->link, span_of("&"));
    }
    text_addf(&a->link, "cursor=%s>; rel=\"next\"", cursor);
}
