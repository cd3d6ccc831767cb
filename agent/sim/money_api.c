/* What is left on the account, which v2 alone tells, and what was spent on what, through both
 * doors. */
#include <stdio.h>
#include <stdlib.h>

#include "core/calendar.h"
#include "sim/routes.h"
#include "sim/token_text.h"

enum { DAYS_MAX = 366, DAYS_UNASKED = 7, FILTER_CHARACTERS = 200 };

void credits_show(const struct call *c, struct sim_answer *ret)
{
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"credits\":");
    amount_text_add(out, money_known(c->account->credits), BALANCE_NUMBER);
    text_addf(out, "}");
}

/* The parameters of a consumption request, decoded; NULL: absent. */
enum parameter {
    PARAM_BEGIN,
    PARAM_END,
    PARAM_STEP,
    PARAM_PROVIDER,
    PARAM_FEATURE,
    PARAM_SUBFEATURE,
    PARAM_PHASE,
    PARAM_TOKEN,
    PARAM_KEY_ID,
    PARAM_USER,
    PARAM_WORKFLOW,
    PARAM_RAG,
    PARAM_GROUP_BY,
    PARAMS,
};

/* Where a parameter is known: v2, and of v3 the whole organization or one key. */
enum usage_door { DOOR_V2 = 1, DOOR_V3 = 2, DOOR_V3_KEY = 4 };
enum { BOTH = DOOR_V2 | DOOR_V3, EVERYWHERE = BOTH | DOOR_V3_KEY };

/* Each says what is wrong with a value, or NULL. */
static const char *check_day(const char *text)
{
    unix_s at;
    struct fault unused;
    return strlen(text) == strlen("2026-01-31") && calendar_parse(span_of(text), &at, &unused)
        ? NULL
        : "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
}

static const char *check_step(const char *text)
{
    return strlen(text) == 1 && *text >= '1' && *text <= '4' ? NULL : "Not a valid choice.";
}

static const char *check_word(const char *text)
{
    return *text && utf8_characters(span_of(text)) <= FILTER_CHARACTERS
        ? NULL
        : "1 to 200 characters are required.";
}

static const char *check_id(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'x' ? !strchr("0123456789abcdefABCDEF", text[i]) || !text[i]
                           : text[i] != form[i])
            return "Must be a valid UUID.";
    return NULL;
}

static const char *check_user(const char *text)
{
    const char *at = strchr(text, '@');
    return at && at > text && at[1] ? NULL : "Enter a valid email address.";
}

static const char *check_group(const char *text)
{
    return strcmp(text, "user") == 0 ? NULL : "Not a valid choice.";
}

static const struct parameter_row {
    const char *name;
    unsigned doors, required; /* of enum usage_door */
    bool main_key_only;
    const char *(*check)(const char *);
} parameters[] = {
    [PARAM_BEGIN] = { "begin", EVERYWHERE, DOOR_V2, false, check_day },
    [PARAM_END] = { "end", EVERYWHERE, DOOR_V2, false, check_day },
    [PARAM_STEP] = { "step", EVERYWHERE, EVERYWHERE, false, check_step },
    [PARAM_PROVIDER] = { "provider", EVERYWHERE, 0, false, check_word },
    [PARAM_FEATURE] = { "feature", EVERYWHERE, 0, false, check_word },
    [PARAM_SUBFEATURE] = { "subfeature", EVERYWHERE, 0, false, check_word },
    [PARAM_PHASE] = { "phase", EVERYWHERE, 0, false, check_word },
    [PARAM_TOKEN] = { "token", BOTH, 0, true, check_word },
    [PARAM_KEY_ID] = { "key_id", DOOR_V3, 0, false, check_id },
    [PARAM_USER] = { "user", BOTH, 0, true, check_user },
    [PARAM_WORKFLOW] = { "workflow_id", DOOR_V2, 0, false, check_id },
    [PARAM_RAG] = { "rag_project_id", DOOR_V2, 0, false, check_id },
    [PARAM_GROUP_BY] = { "group_by", BOTH, 0, true, check_group },
};
_Static_assert(COUNT(parameters) == PARAMS, "a parameter has no row");

struct usage_request {
    enum usage_door door;
    char *values[PARAMS]; /* owned */
};

static bool refuse(struct sim_answer *ret, const char *field, const char *words)
{
    answer_invalid(ret, field, words);
    return false;
}

static bool store_parameter(struct usage_request *r, struct span name, struct span value,
                            struct sim_answer *ret)
{
    for (size_t i = 0; i < PARAMS; i++)
        if (span_is(name, parameters[i].name) && (parameters[i].doors & r->door)) {
            free(r->values[i]);
            r->values[i] = http_decode(value, true);
            const char *wrong =
                r->values[i] ? parameters[i].check(r->values[i]) : "Not a valid string.";
            return !wrong || refuse(ret, parameters[i].name, wrong);
        }
    char words[64];
    snprintf(words, sizeof words, "%.*s", name.len < 60 ? (int)name.len : 60, name.at);
    return refuse(ret, words, "Unknown filter.");
}

static bool split_query(const char *query, struct usage_request *r, struct sim_answer *ret)
{
    for (const char *at = query; *at;) {
        size_t len = strcspn(at, "&"), name = strcspn(at, "=&");
        struct span value = { at + name + (name < len), len - name - (name < len) };
        if (len && !store_parameter(r, (struct span){ at, name }, value, ret))
            return false;
        at += len + (at[len] == '&');
    }
    return true;
}

static bool allowed(const struct call *c, const struct usage_request *r, struct sim_answer *ret)
{
    for (size_t i = 0; i < PARAMS; i++) {
        if ((parameters[i].required & r->door) && !r->values[i])
            return refuse(ret, parameters[i].name, "This field is required.");
        if (parameters[i].main_key_only && r->values[i] && c->caller)
            return refuse(ret, parameters[i].name, "Not allowed with a custom token.");
    }
    return true;
}

static int64_t day_of(const char *text)
{
    unix_s at = 0;
    struct fault unused;
    bool good = calendar_parse(span_of(text), &at, &unused); /* checked before */
    return good ? at / DAY_S : 0;
}

/* Both dates or neither; the last day that belongs to the interval depends on the door. */
static bool read_days(const struct call *c, const struct usage_request *r,
                      struct consumption_query *q, struct sim_answer *ret)
{
    const char *begin = r->values[PARAM_BEGIN], *end = r->values[PARAM_END];
    bool v2 = r->door == DOOR_V2;
    if (!begin != !end)
        return refuse(ret, begin ? "end" : "begin", "Both dates or neither are required.");
    int64_t stop = end ? day_of(end) : c->now / DAY_S + 1;
    q->first_day = begin ? day_of(begin) : stop - DAYS_UNASKED;
    if (!v2 && stop < q->first_day)
        return refuse(ret, "end", "The end must not be before the beginning.");
    if (!v2 && stop - q->first_day > DAYS_MAX)
        return refuse(ret, "end", "At most 366 days may be asked for at once.");
    bool inclusive = v2 && c->world->manners.is[MANNER_USAGE_END] == USAGE_END_INCLUSIVE;
    q->last_day = stop - !inclusive;
    return true;
}

/* One key by its id: known under this door, yet it may be nobody's. */
static void ask_of_key(const struct sim_token *t, struct consumption_query *q)
{
    q->page = t ? t->page : NULL;
    q->nothing = q->nothing || !q->page;
}

static bool read_query(const struct call *c, const struct usage_request *r,
                       struct consumption_query *q, struct sim_answer *ret)
{
    char *const *values = r->values;
    if (!read_days(c, r, q, ret))
        return false;
    q->step = (enum consumption_step)(*values[PARAM_STEP] - '0');
    q->by_user = values[PARAM_GROUP_BY] != NULL;
    q->by_key = c->world->manners.is[MANNER_USAGE_ROWS] == USAGE_ROWS_BY_KEY;
    q->provider = values[PARAM_PROVIDER];
    q->feature = values[PARAM_FEATURE];
    q->subfeature = values[PARAM_SUBFEATURE];
    q->payer = values[PARAM_TOKEN];
    q->user = values[PARAM_USER];
    /* Nothing here ever ran in a workflow, or in phases. */
    q->nothing = values[PARAM_WORKFLOW] || values[PARAM_RAG] || values[PARAM_PHASE];
    if (values[PARAM_KEY_ID])
        ask_of_key(account_with_id(c->account, span_of(values[PARAM_KEY_ID])), q);
    return true;
}

static bool is_empty(const struct body *body)
{
    size_t len = body->text.len;
    return len >= 3 && memcmp(body->text.at + len - 3, "[]}", 3) == 0;
}

static void answer_usage(const struct call *c, const struct usage_request *r,
                         const struct consumption_query *q, struct sim_answer *ret)
{
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"%s\":", r->door == DOOR_V2 ? "response" : "usage");
    if (q->by_user && r->door != DOOR_V2)
        books_render_users(&c->account->books, q, out);
    else
        books_render(&c->account->books, q, out);
    text_addf(out, "}");
    if (c->world->manners.is[MANNER_NO_DATA] == NO_DATA_404 && is_empty(ret->body))
        answer_not_found(ret);
}

static void show(const struct call *c, enum usage_door door, const struct sim_token *only,
                 struct sim_answer *ret)
{
    struct usage_request r = { .door = door };
    struct consumption_query q = { 0 };
    if (split_query(c->query, &r, ret) && allowed(c, &r, ret) && read_query(c, &r, &q, ret)) {
        if (only)
            ask_of_key(only, &q);
        answer_usage(c, &r, &q, ret);
    }
    for (size_t i = 0; i < PARAMS; i++)
        free(r.values[i]);
}

/* A token sees what it spent itself. */
void consumption_show(const struct call *c, struct sim_answer *ret)
{
    show(c, DOOR_V2, c->caller, ret);
}

void usage_show(const struct call *c, struct sim_answer *ret)
{
    show(c, DOOR_V3, NULL, ret);
}

void key_usage_show(const struct call *c, struct sim_answer *ret)
{
    const struct sim_token *t = account_with_id(c->account, span_of(c->name));
    if (t)
        show(c, DOOR_V3_KEY, t, ret);
    else
        answer_not_found(ret);
}
