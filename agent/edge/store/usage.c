/* What is stored of consumption, as it is read back: how far it is known, and what of it is not
 * booked yet. Answers come in through usage_answer.c. */
#include "edge/store/usage.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"

bool store_usage_known(struct store *s, int64_t account, struct usage_known *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_USAGE_KNOWN];
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok) {
        *ret = (struct usage_known){
            .from = column_time(q, LOAD_USAGE_KNOWN_USAGE_FROM),
            .until = column_time(q, LOAD_USAGE_KNOWN_USAGE_AT),
            .reread_at = { [REREAD_7D] = column_time(q, LOAD_USAGE_KNOWN_USAGE_7D_AT),
                           [REREAD_35D] = column_time(q, LOAD_USAGE_KNOWN_USAGE_35D_AT) },
        };
        if (!statement_is_null(q, LOAD_USAGE_KNOWN_USAGE_REASON))
            snprintf(ret->reason, sizeof ret->reason, "%s",
                     statement_text(q, LOAD_USAGE_KNOWN_USAGE_REASON).at);
    }
    statement_reset(q);
    return ok;
}

bool store_set_reread(struct store *s, int64_t account, enum usage_reread what, unix_s at,
                      struct fault *why)
{
    static const char *const parameters[USAGE_REREADS] = { ":read_7d_at", ":read_35d_at" };
    struct statement *q = s->queries[SQL_SET_USAGE_REREAD];
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, parameters[what], at);
    return statement_run(q, why);
}

static bool set_reason(struct statement *q, int64_t account, const char *reason, struct fault *why)
{
    statement_bind_integer(q, ":account", account);
    if (reason)
        statement_bind_text(q, ":reason", span_of(reason));
    return statement_run(q, why);
}

bool store_set_usage_reason(struct store *s, int64_t account, const char *reason, struct fault *why)
{
    return set_reason(s->queries[SQL_SET_USAGE_REASON], account, reason, why);
}

bool store_set_credits_reason(struct store *s, int64_t account, const char *reason,
                              struct fault *why)
{
    return set_reason(s->queries[SQL_SET_CREDITS_REASON], account, reason, why);
}

static void add_share(struct shares *list, const struct statement *q)
{
    list->at = xgrown(list->at, list->count, &list->room, sizeof *list->at);
    struct span name = statement_text(q, LOAD_SHARES_CALLED),
                key = statement_text(q, LOAD_SHARES_IDENTITY);
    list->at[list->count++] =
        (struct usage_share){ xstrndup(name.at, name.len), xstrndup(key.at, key.len) };
}

bool store_load_shares(struct store *s, int64_t account, unix_s first_day, struct shares *ret,
                       struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_SHARES];
    struct shares list = { 0 };
    bool row, ok;
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":first_day", first_day);
    while ((ok = statement_step(q, &row, why)) && row)
        add_share(&list, q);
    statement_reset(q);
    if (ok)
        *ret = list;
    else
        shares_done(&list);
    return ok;
}

void shares_remove(struct shares *s, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        free(s->at[i].name);
        free(s->at[i].key);
    }
    if (end < s->count)
        memmove(&s->at[first], &s->at[end], (s->count - end) * sizeof *s->at);
    s->count -= end - first;
}

void shares_done(struct shares *s)
{
    shares_remove(s, 0, s->count);
    free(s->at);
    *s = (struct shares){ 0 };
}

static void add_unbooked(struct unbooked_list *list, const struct statement *q)
{
    list->at = xgrown(list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count++] = (struct unbooked){
        .token = statement_integer(q, LOAD_UNBOOKED_USAGE_TOKEN),
        .day = statement_integer(q, LOAD_UNBOOKED_USAGE_DAY),
        .seen_from = column_time(q, LOAD_UNBOOKED_USAGE_SEEN_FROM),
        .more = { statement_integer(q, LOAD_UNBOOKED_USAGE_NANO) },
    };
}

bool store_unbooked_usage(struct store *s, int64_t account, struct usage_range range,
                          unix_s caught_up, struct unbooked_list *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_UNBOOKED_USAGE];
    struct unbooked_list list = { 0 };
    bool row, ok;
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":first_day", range.first_day);
    statement_bind_integer(q, ":last_day", range.last_day);
    statement_bind_integer(q, ":caught_up", caught_up);
    while ((ok = statement_step(q, &row, why)) && row)
        add_unbooked(&list, q);
    statement_reset(q);
    if (ok)
        *ret = list;
    else
        free(list.at);
    return ok;
}

bool store_sum_usage(struct store *s, int64_t account, struct usage_range range, int64_t *ret_nano,
                     struct fault *why)
{
    struct statement *q = s->queries[SQL_SUM_USAGE];
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":first_day", range.first_day);
    statement_bind_integer(q, ":last_day", range.last_day);
    return statement_ask(q, 0, ret_nano, why);
}
