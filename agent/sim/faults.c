/* One row for each fault: its name, what it answers, or how it bends an answer. */
#include "sim/faults.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/xmalloc.h"

enum { DELAY_MS = 1000, DRIP_MS = 100 };

static char *retry_date_text(int64_t ahead_s)
{
    char out[64];
    time_t at = (time_t)(clock_unix() + ahead_s);
    struct tm utc;
    gmtime_r(&at, &utc);
    strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return xstrdup(out);
}

static void answer_status(const struct sim_fault *t, struct sim_answer *ret)
{
    if (t->status >= 500) { /* what a proxy in front of the service says */
        text_addf(answer_begin(ret, (int)t->status),
                  "<html><head><title>%d</title></head><body><h1>%d</h1></body></html>",
                  (int)t->status, (int)t->status);
        ret->type = "text/html";
    } else {
        answer_error(ret, (int)t->status, "error", "injected fault");
    }
    if (t->retry_date_s >= 0)
        ret->retry_after = retry_date_text(t->retry_date_s);
    else if (t->retry_after)
        ret->retry_after = xstrdup(t->retry_after);
}

static void answer_html(const struct sim_fault *t, struct sim_answer *ret)
{
    (void)t;
    answer_json(ret, 200,
                "<!DOCTYPE html><html><head><title>Sign in</title></head><body>"
                "<form action=\"/login\"><input name=\"password\"></form></body></html>");
    ret->type = "text/html; charset=utf-8";
}

static void answer_redirect(const struct sim_fault *t, struct sim_answer *ret)
{
    answer_json(ret, t->status ? (int)t->status : 302, "");
    ret->location = xstrdup(t->location ? t->location : LOGIN_PATH);
}

static void answer_nothing(const struct sim_fault *t, struct sim_answer *ret)
{
    (void)t;
    answer_json(ret, 200, "");
    ret->delivery = DELIVER_NOTHING;
}

static size_t place_in(const struct sim_fault *t, const struct sim_answer *a)
{
    size_t whole = a->body->text.len;
    if (t->bytes < 0)
        return whole / 2;
    return (size_t)t->bytes < whole ? (size_t)t->bytes : whole;
}

static void bend_drip(const struct sim_fault *t, struct sim_answer *a)
{
    a->delivery = DELIVER_DRIP;
    a->at = t->bytes > 0 ? (size_t)t->bytes : 1;
    a->pause_ms = t->ms >= 0 ? t->ms : DRIP_MS;
}

static void bend_stall(const struct sim_fault *t, struct sim_answer *a)
{
    a->delivery = DELIVER_STALL;
    a->at = place_in(t, a);
}

static void bend_cut(const struct sim_fault *t, struct sim_answer *a)
{
    a->delivery = DELIVER_CUT;
    a->at = place_in(t, a);
}

static void bend_endless(const struct sim_fault *t, struct sim_answer *a)
{
    (void)t;
    a->delivery = DELIVER_ENDLESS;
}

/* Inside a string or outside, a bare control character is not JSON. */
static void bend_broken_json(const struct sim_fault *t, struct sim_answer *a)
{
    (void)t;
    struct body *whole = a->body;
    a->body = body_new();
    text_add(&a->body->text, (struct span){ text_z(&whole->text), whole->text.len / 2 });
    text_add(&a->body->text, span_of("\x01}}"));
    body_release(whole);
}

static void answer_body(const struct sim_fault *t, struct sim_answer *ret)
{
    struct text *out = answer_begin(ret, t->status ? (int)t->status : 200);
    for (const char *at = t->body, *mark; *at; at = mark) {
        mark = strstr(at, "%n");
        mark = mark ? mark : at + strlen(at);
        text_add(out, (struct span){ at, (size_t)(mark - at) });
        if (!*mark)
            break;
        text_addf(out, "%" PRId64, t->played);
        mark += 2;
    }
}

static const struct sim_fault_row {
    const char *name; /* as written in a control request */
    void (*answer)(const struct sim_fault *, struct sim_answer *); /* instead of the route */
    void (*bend)(const struct sim_fault *, struct sim_answer *);   /* after it */
} rows[] = {
    [SIM_FAULT_STATUS] = { "status", answer_status, NULL },
    [SIM_FAULT_DELAY] = { "delay", NULL, NULL },
    [SIM_FAULT_DRIP] = { "drip", NULL, bend_drip },
    [SIM_FAULT_STALL] = { "stall", NULL, bend_stall },
    [SIM_FAULT_CUT] = { "cut", NULL, bend_cut },
    [SIM_FAULT_ENDLESS] = { "endless", NULL, bend_endless },
    [SIM_FAULT_BROKEN_JSON] = { "broken_json", NULL, bend_broken_json },
    [SIM_FAULT_EMPTY_LIST] = { "empty_list", NULL, NULL },
    [SIM_FAULT_HALF_LIST] = { "half_list", NULL, NULL },
    [SIM_FAULT_HTML] = { "html", answer_html, NULL },
    [SIM_FAULT_REDIRECT] = { "redirect", answer_redirect, NULL },
    [SIM_FAULT_CLOSE] = { "close", answer_nothing, NULL },
    [SIM_FAULT_BODY] = { "body", answer_body, NULL },
    [SIM_FAULT_SHIFT] = { "shift", NULL, NULL },
};
_Static_assert(COUNT(rows) == SIM_FAULT_KINDS, "a fault has no row");

const char *sim_fault_name(enum sim_fault_kind kind)
{
    return rows[kind].name;
}

int64_t sim_fault_delay_ms(const struct sim_fault *t)
{
    if (!t || t->kind != SIM_FAULT_DELAY)
        return 0;
    return t->ms >= 0 ? t->ms : DELAY_MS;
}

size_t sim_fault_list_kept(const struct sim_fault *t, size_t tokens)
{
    if (t && t->kind == SIM_FAULT_EMPTY_LIST)
        return 0;
    return t && t->kind == SIM_FAULT_HALF_LIST ? tokens / 2 : tokens;
}

int64_t sim_fault_shift(const struct sim_fault *t)
{
    return t && t->kind == SIM_FAULT_SHIFT ? t->by : 0;
}

bool sim_fault_answers(const struct sim_fault *t, struct sim_answer *ret)
{
    if (!t || !rows[t->kind].answer)
        return false;
    rows[t->kind].answer(t, ret);
    return true;
}

void sim_fault_bend(const struct sim_fault *t, struct sim_answer *a)
{
    if (t && rows[t->kind].bend)
        rows[t->kind].bend(t, a);
}

static bool kind_named(const char *name, enum sim_fault_kind *ret)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (strcmp(name, rows[i].name) == 0) {
            *ret = (enum sim_fault_kind)i;
            return true;
        }
    return false;
}

static bool read_number(const struct json *from, const char *member, double least, int64_t *ret,
                        struct fault *why)
{
    const struct json *value = json_member(from, member);
    double number;
    if (!value)
        return true;
    if (!json_number(value, &number) || number < least || number > 1e12 || number != floor(number))
        return fault(why, FAULT_REJECT, "%s: not a whole number of %s", member,
                     least < 0 ? "rows" : "zero or more");
    *ret = (int64_t)number;
    return true;
}

static bool read_whole(const struct json *from, const char *member, int64_t *ret, struct fault *why)
{
    return read_number(from, member, 0, ret, why);
}

static char *copy_text(const struct json *from, const char *member)
{
    const char *text = json_text(json_member(from, member));
    return text ? xstrdup(text) : NULL;
}

static char *copy_number_or_text(const struct json *from, const char *member)
{
    char text[JSON_NUMBER_BYTES];
    double number;
    if (json_number(json_member(from, member), &number))
        return xstrdup(json_number_text(number, text));
    return copy_text(from, member);
}

static bool read_sim_fault(const struct json *from, struct sim_fault *t, struct fault *why)
{
    const char *kind = json_text(json_member(from, "kind"));
    if (!kind || !kind_named(kind, &t->kind))
        return fault(why, FAULT_REJECT, "kind: \"%s\" is not a known fault", kind ? kind : "");
    if (!read_whole(from, "times", &t->times, why) || !read_whole(from, "after", &t->after, why)
        || !read_whole(from, "status", &t->status, why)
        || !read_whole(from, "bytes", &t->bytes, why) || !read_whole(from, "ms", &t->ms, why)
        || !read_whole(from, "retry_date", &t->retry_date_s, why)
        || !read_number(from, "by", -1e6, &t->by, why))
        return false;
    t->retry_after = copy_number_or_text(from, "retry_after");
    t->path = copy_text(from, "path");
    t->account = copy_text(from, "account");
    t->location = copy_text(from, "location");
    t->body = copy_text(from, "body");
    if (t->kind == SIM_FAULT_BODY && !t->body)
        return fault(why, FAULT_REJECT, "body: a string is required");
    if (t->kind == SIM_FAULT_STATUS && (t->status < 200 || t->status > 599))
        return fault(why, FAULT_REJECT, "status: 200 to 599 is required");
    if (t->kind == SIM_FAULT_SHIFT && !t->by)
        return fault(why, FAULT_REJECT, "by: a number of rows is required");
    if (t->times == 0)
        return fault(why, FAULT_REJECT, "times: one or more is required");
    return true;
}

bool sim_faults_add(struct sim_faults *list, const struct json *wanted, struct fault *why)
{
    struct sim_fault *t = xcalloc(1, sizeof *t);
    t->times = t->retry_date_s = t->bytes = t->ms = -1; /* none given */
    if (!read_sim_fault(wanted, t, why)) {
        sim_fault_free(t);
        return false;
    }
    struct sim_fault **end = &list->first;
    while (*end)
        end = &(*end)->next;
    *end = t;
    return true;
}

static bool concerns(const struct sim_fault *t, const char *path, const char *account)
{
    return (!t->path || fnmatch(t->path, path, 0) == 0)
        && (!t->account || (account && strcmp(t->account, account) == 0));
}

static struct sim_fault *copy_of(const struct sim_fault *t)
{
    struct sim_fault *copy = xmalloc(sizeof *copy);
    *copy = *t;
    copy->path = copy->account = NULL;
    copy->location = t->location ? xstrdup(t->location) : NULL;
    copy->retry_after = t->retry_after ? xstrdup(t->retry_after) : NULL;
    copy->body = t->body ? xstrdup(t->body) : NULL;
    copy->next = NULL;
    return copy;
}

struct sim_fault *sim_faults_take(struct sim_faults *list, const char *path, const char *account)
{
    for (struct sim_fault **at = &list->first; *at; at = &(*at)->next) {
        struct sim_fault *t = *at;
        if (!concerns(t, path, account))
            continue;
        if (t->after > 0) {
            t->after--;
            continue;
        }
        if (t->times != 1) {
            struct sim_fault *copy = copy_of(t);
            t->times -= t->times > 0; /* negative: for ever */
            t->played++;
            return copy;
        }
        *at = t->next;
        return t;
    }
    return NULL;
}

void sim_fault_free(struct sim_fault *t)
{
    if (!t)
        return;
    free(t->path);
    free(t->account);
    free(t->location);
    free(t->retry_after);
    free(t->body);
    free(t);
}

void sim_faults_clear(struct sim_faults *list)
{
    while (list->first) {
        struct sim_fault *gone = list->first;
        list->first = gone->next;
        sim_fault_free(gone);
    }
}

void sim_faults_render(const struct sim_faults *list, struct text *out)
{
    text_addf(out, "[");
    for (const struct sim_fault *t = list->first; t; t = t->next)
        text_addf(out, "%s{\"kind\":\"%s\",\"times\":%" PRId64 ",\"after\":%" PRId64 "}",
                  t == list->first ? "" : ",", rows[t->kind].name, t->times, t->after);
    text_addf(out, "]");
}
