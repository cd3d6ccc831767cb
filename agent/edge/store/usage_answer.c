/* An answer of the usage endpoint on its way into the tables. A day's figures are cleared and
 * written anew, so that what vanished from an answer vanishes here. */
#include "edge/store/usage.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/naming.h"
#include "edge/store/store_private.h"

#define NO_ID INT64_C(0)

/* Ids are looked up once for each run of lines that share them. */
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
    struct statement *q = w->s->queries[SQL_ADD_WORD];
    if (w->word_ids[word] == NO_ID) {
        statement_bind_text(q, ":text", span_of(w->book->words.at[word]));
        if (!statement_ask(q, NO_ID, &w->word_ids[word], why))
            return false;
    }
    *ret = w->word_ids[word];
    return true;
}

static bool find_payer(struct writing *w, const char *name, enum series series, unix_s day,
                       struct fault *why)
{
    struct statement *q = w->s->queries[SQL_FIND_PAYER];
    statement_bind_integer(q, ":account", w->account);
    statement_bind_text(q, ":name", span_of(name));
    statement_bind_text(q, ":kind", span_of(series_name(series)));
    statement_bind_integer(q, ":day", day);
    return statement_ask(q, NO_ID, &w->token, why);
}

/* Its row is there, unless it was dropped a moment ago. */
static bool find_keyed(struct writing *w, const char *key, struct fault *why)
{
    struct statement *q = w->s->queries[SQL_FIND_KEYED];
    statement_bind_integer(q, ":account", w->account);
    statement_bind_text(q, ":key", span_of(key));
    return statement_ask(q, NO_ID, &w->token, why);
}

/* A token may be called as the answer calls the main key: then it is that token that is meant. */
static bool find_namesake(struct writing *w, const char *name, unix_s day, struct fault *why)
{
    struct statement *q = w->s->queries[SQL_FIND_NAMESAKE];
    statement_bind_integer(q, ":account", w->account);
    statement_bind_text(q, ":name", span_of(name));
    statement_bind_integer(q, ":day", day);
    return statement_ask(q, NO_ID, &w->token, why);
}

static bool add_payer(struct writing *w, const char *name, enum series series, unix_s day,
                      struct fault *why)
{
    struct statement *q = w->s->queries[SQL_ADD_PAYER];
    char slug[SLUG_BYTES];
    naming_slug(span_of(name), slug);
    statement_bind_integer(q, ":account", w->account);
    statement_bind_text(q, ":name", span_of(name));
    statement_bind_text(q, ":slug", span_of(series == SERIES_TOKEN ? slug : KEY_SLUG));
    statement_bind_integer(q, ":day", day);
    statement_bind_text(q, ":kind", span_of(series_name(series)));
    if (series == SERIES_TOKEN)
        statement_bind_integer(q, ":deleted_at", w->at);
    return statement_ask(q, NO_ID, &w->token, why);
}

static bool find_token(struct writing *w, uint32_t payer, unix_s day, struct fault *why)
{
    if (w->day == day && w->payer == payer)
        return true;
    const char *name = w->book->payers.at[payer], *key = usage_payer_key(w->book, payer);
    enum series series = strcmp(name, USAGE_MAIN_KEY) == 0 ? SERIES_KEY : SERIES_TOKEN;
    w->token = NO_ID;
    if (key) {
        if (!find_keyed(w, key, why))
            return false;
    } else if ((series == SERIES_KEY && !find_namesake(w, name, day, why))
               || (w->token == NO_ID && !find_payer(w, name, series, day, why))
               || (w->token == NO_ID && !add_payer(w, name, series, day, why)))
        return false;
    w->payer = payer;
    w->day = day;
    return true;
}

static bool write_line(struct writing *w, const struct usage_line *l, struct fault *why)
{
    bool whole = l->provider == USAGE_WHOLE;
    struct statement *q = w->s->queries[whole ? SQL_ADD_USAGE : SQL_ADD_USAGE_PROVIDER];
    int64_t feature, provider = NO_ID;
    if (!find_token(w, l->payer, l->day, why) || !word_id(w, l->feature, &feature, why)
        || (!whole && !word_id(w, l->provider, &provider, why)))
        return false;
    if (w->token == NO_ID)
        return true;
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

static bool run_on_range(struct statement *q, int64_t account, struct usage_range range,
                         struct fault *why)
{
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":first_day", range.first_day);
    statement_bind_integer(q, ":last_day", range.last_day);
    return statement_run(q, why);
}

enum { TAKE_OUT = -1, PUT_IN = 1 };

/* The sums of all days without those of the answer, or with them again. */
static bool add_totals(struct store *s, int64_t account, struct usage_range range, int sign,
                       struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_USAGE_TOTAL],
                     *raise = s->queries[SQL_RAISE_USAGE_TOTAL];
    statement_bind_integer(q, ":sign", sign);
    if (!run_on_range(q, account, range, why))
        return false;
    if (sign == TAKE_OUT)
        return true;
    statement_bind_integer(raise, ":account", account);
    return statement_run(raise, why);
}

static bool add_gap(struct writing *w, uint32_t payer, unix_s day, struct fault *why)
{
    struct statement *q = w->s->queries[SQL_ADD_USAGE_GAP];
    if (payer != USAGE_NOBODY && !find_token(w, payer, day, why))
        return false;
    if (payer != USAGE_NOBODY && w->token == NO_ID)
        return true;
    statement_bind_integer(q, ":account", w->account);
    statement_bind_integer(q, ":day", day);
    statement_bind_integer(q, ":token", payer == USAGE_NOBODY ? NO_ID : w->token);
    return statement_run(q, why);
}

/* The lines of each payer lie together: where they begin, and one place more for the end. */
static size_t *starts_of_payers(const struct usage_book *b)
{
    size_t *starts = xcalloc(b->payers.count + 1, sizeof *starts), i = 0;
    for (uint32_t payer = 0; payer <= b->payers.count; payer++) {
        while (i < b->count && b->lines[i].payer < payer)
            i++;
        starts[payer] = i;
    }
    return starts;
}

/* Whether the answer has a line of this payer on this day. */
static bool is_told(const struct usage_book *b, const size_t *starts, uint32_t payer, unix_s day)
{
    for (size_t i = payer == USAGE_NOBODY ? 0 : starts[payer];
         payer != USAGE_NOBODY && i < starts[payer + 1]; i++)
        if (b->lines[i].day == day)
            return true;
    return false;
}

static bool write_gap(struct writing *w, const struct usage_gap *gap, struct usage_range range,
                      const size_t *starts, struct fault *why)
{
    if (gap->day != TIME_NONE)
        return gap->day < range.first_day || gap->day > range.last_day
            || add_gap(w, gap->payer, gap->day, why);
    for (unix_s day = range.first_day; day <= range.last_day; day += DAY_S)
        if (!is_told(w->book, starts, gap->payer, day) && !add_gap(w, gap->payer, day, why))
            return false;
    return true;
}

static bool write_gaps(struct writing *w, struct usage_range range, struct fault *why)
{
    size_t *starts = starts_of_payers(w->book);
    bool ok = true;
    for (size_t i = 0; ok && i < w->book->gap_count; i++)
        ok = write_gap(w, &w->book->gaps[i], range, starts, why);
    free(starts);
    return ok;
}

static bool set_known(struct store *s, int64_t account, const struct usage_told *told,
                      struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_USAGE_KNOWN];
    struct fault reason;
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":usage_from", told->range.first_day);
    statement_bind_integer(q, ":usage_at", told->until);
    statement_bind_integer(q, ":asked_at", told->asked_at);
    if (told->book->refused) {
        usage_say_refused(told->book, &reason);
        statement_bind_text(q, ":reason", span_of(reason.text));
    }
    return statement_run(q, why);
}

bool store_replace_usage(struct store *s, int64_t account, const struct usage_told *told,
                         struct fault *why)
{
    const struct usage_book *b = told->book;
    struct usage_range range = told->range;
    struct writing w = {
        .s = s, .account = account, .book = b, .at = told->until, .day = TIME_NONE
    };
    w.word_ids = xcalloc(b->words.count ? b->words.count : 1, sizeof *w.word_ids);
    bool ok = run_on_range(s->queries[SQL_CLEAR_USAGE_GAPS], account, range, why)
        && write_gaps(&w, range, why) && add_totals(s, account, range, TAKE_OUT, why)
        && run_on_range(s->queries[SQL_CLEAR_USAGE], account, range, why)
        && run_on_range(s->queries[SQL_CLEAR_USAGE_PROVIDER], account, range, why)
        && write_lines(&w, range, why) && add_totals(s, account, range, PUT_IN, why)
        && set_known(s, account, told, why);
    free(w.word_ids);
    return ok;
}
