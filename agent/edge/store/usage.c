/* A day's figures are cleared and written anew, so that what vanished from an answer vanishes here. */
#include "edge/store/usage.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/burn.h"
#include "core/naming.h"
#include "edge/store/store_private.h"

#define NO_ID INT64_C(0)

bool store_usage_known(struct store *s, int64_t account, unix_s *ret_from, unix_s *ret_until, struct fault *why)
{
    struct statement *q = s->queries[QUERY_LOAD_USAGE_KNOWN];
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok) {
        *ret_from = column_time(q, 0);
        *ret_until = column_time(q, 1);
    }
    statement_reset(q);
    return ok;
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
    return set_reason(s->queries[QUERY_SET_USAGE_REASON], account, reason, why);
}

bool store_set_credits_reason(struct store *s, int64_t account, const char *reason, struct fault *why)
{
    return set_reason(s->queries[QUERY_SET_CREDITS_REASON], account, reason, why);
}

/* A book on its way into the tables; ids are looked up once for each run of lines that share them. */
struct writing {
    struct store *s;
    int64_t account;
    const struct usage_book *book;
    unix_s at;
    int64_t *word_ids; /* owned; NO_ID: not asked for yet */
    uint32_t payer;    /* of `token` */
    unix_s day;        /* TIME_NONE: no token yet */
    int64_t token;
};

static bool word_id(struct writing *w, uint32_t word, int64_t *ret, struct fault *why)
{
    struct statement *q = w->s->queries[QUERY_ADD_WORD];
    if (w->word_ids[word] == NO_ID) {
        statement_bind_text(q, ":text", span_of(w->book->words.at[word]));
        if (!statement_ask(q, NO_ID, &w->word_ids[word], why))
            return false;
    }
    *ret = w->word_ids[word];
    return true;
}

static bool find_payer(struct writing *w, const char *name, enum series series, unix_s day, struct fault *why)
{
    struct statement *q = w->s->queries[QUERY_FIND_PAYER];
    statement_bind_integer(q, ":account", w->account);
    statement_bind_text(q, ":name", span_of(name));
    statement_bind_text(q, ":kind", span_of(series_name(series)));
    statement_bind_integer(q, ":day", day);
    return statement_ask(q, NO_ID, &w->token, why);
}

static bool add_payer(struct writing *w, const char *name, enum series series, unix_s day, struct fault *why)
{
    struct statement *q = w->s->queries[QUERY_ADD_PAYER];
    char slug[SLUG_BYTES];
    naming_slug(span_of(name), slug);
    statement_bind_integer(q, ":account", w->account);
    statement_bind_text(q, ":name", span_of(name));
    statement_bind_text(q, ":slug", span_of(series == SERIES_TOKEN ? slug : STORE_KEY_SLUG));
    statement_bind_integer(q, ":day", day);
    statement_bind_text(q, ":kind", span_of(series_name(series)));
    if (series == SERIES_TOKEN)
        statement_bind_integer(q, ":deleted_at", w->at);
    return statement_ask(q, NO_ID, &w->token, why);
}

static bool find_token(struct writing *w, const struct usage_line *l, struct fault *why)
{
    if (w->day == l->day && w->payer == l->payer)
        return true;
    const char *name = w->book->payers.at[l->payer];
    enum series series = strcmp(name, USAGE_MAIN_KEY) == 0 ? SERIES_KEY : SERIES_TOKEN;
    if (!find_payer(w, name, series, l->day, why)
        || (w->token == NO_ID && !add_payer(w, name, series, l->day, why)))
        return false;
    w->payer = l->payer;
    w->day = l->day;
    return true;
}

static bool write_line(struct writing *w, const struct usage_line *l, struct fault *why)
{
    bool whole = l->provider == USAGE_WHOLE;
    struct statement *q = w->s->queries[whole ? QUERY_ADD_USAGE : QUERY_ADD_USAGE_PROVIDER];
    int64_t feature, provider = NO_ID;
    if (!find_token(w, l, why) || !word_id(w, l->feature, &feature, why)
        || (!whole && !word_id(w, l->provider, &provider, why)))
        return false;
    statement_bind_integer(q, ":token", w->token);
    statement_bind_integer(q, ":day", l->day);
    statement_bind_integer(q, ":feature", feature);
    statement_bind_integer(q, ":cost_nano", l->cost.nano);
    if (whole)
        statement_bind_integer(q, ":calls", l->calls);
    else
        statement_bind_integer(q, ":provider", provider);
    return statement_run(q, why);
}

static bool write_lines(struct writing *w, struct usage_range range, struct fault *why)
{
    for (size_t i = 0; i < w->book->count; i++) {
        const struct usage_line *l = &w->book->lines[i];
        if (l->day >= range.first_day && l->day <= range.last_day && !write_line(w, l, why))
            return false;
    }
    return true;
}

static bool run_on_range(struct statement *q, int64_t account, struct usage_range range, struct fault *why)
{
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":first_day", range.first_day);
    statement_bind_integer(q, ":last_day", range.last_day);
    return statement_run(q, why);
}

static bool set_known(struct store *s, int64_t account, unix_s from, unix_s until, struct fault *why)
{
    struct statement *q = s->queries[QUERY_SET_USAGE_KNOWN];
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":usage_from", from);
    statement_bind_integer(q, ":usage_at", until);
    return statement_run(q, why);
}

bool store_replace_usage(struct store *s, int64_t account, const struct usage_book *b, struct usage_range range,
                         unix_s until, struct fault *why)
{
    struct writing w = { .s = s, .account = account, .book = b, .at = until, .day = TIME_NONE };
    w.word_ids = xcalloc(b->words.count ? b->words.count : 1, sizeof *w.word_ids);
    bool ok = run_on_range(s->queries[QUERY_CLEAR_USAGE], account, range, why)
        && run_on_range(s->queries[QUERY_CLEAR_USAGE_PROVIDER], account, range, why) && write_lines(&w, range, why)
        && set_known(s, account, range.first_day, until, why);
    free(w.word_ids);
    return ok;
}

static void add_unbooked(struct unbooked_list *list, const struct statement *q)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 64;
        list->at = xrealloc(list->at, list->room, sizeof *list->at);
    }
    list->at[list->count++] = (struct unbooked){
        .token = statement_integer(q, 0),
        .day = statement_integer(q, 1),
        .seen_from = column_time(q, 2),
        .more = { statement_integer(q, 3) },
    };
}

bool store_unbooked_usage(struct store *s, int64_t account, struct usage_range range, unix_s caught_up,
                          struct unbooked_list *ret, struct fault *why)
{
    struct statement *q = s->queries[QUERY_LOAD_UNBOOKED_USAGE];
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
