/* Building answers and taking URLs apart. */
#include "sim/http.h"

#include <stdlib.h>

#include "base/xmalloc.h"

struct body *body_new(void)
{
    struct body *b = xcalloc(1, sizeof *b);
    b->refs = 1;
    return b;
}

struct body *body_keep(struct body *b)
{
    b->refs++;
    return b;
}

void body_release(struct body *b)
{
    if (!b || --b->refs)
        return;
    text_done(&b->text);
    free(b);
}

void answer_done(struct sim_answer *a)
{
    body_release(a->body);
    free(a->location);
    free(a->retry_after);
    *a = (struct sim_answer){ 0 };
}

struct text *answer_begin(struct sim_answer *a, int status)
{
    a->status = status;
    body_release(a->body);
    a->body = body_new();
    return &a->body->text;
}

void answer_json(struct sim_answer *a, int status, const char *text)
{
    text_add(answer_begin(a, status), span_of(text));
}

void answer_error(struct sim_answer *a, int status, const char *type, const char *message)
{
    struct text *out = answer_begin(a, status);
    text_addf(out, "{\"error\":{\"type\":");
    text_add_json(out, span_of(type));
    text_addf(out, ",\"message\":");
    text_add_json(out, span_of(message));
    text_addf(out, "}}");
}

void answer_invalid(struct sim_answer *a, const char *field, const char *words)
{
    struct text *out = answer_begin(a, 400);
    text_addf(out, "{\"error\":{\"type\":\"validation_error\",\"message\":{");
    text_add_json(out, span_of(field));
    text_addf(out, ":[");
    text_add_json(out, span_of(words));
    text_addf(out, "]}}}");
}

void answer_detail(struct sim_answer *a, int status, const char *words)
{
    struct text *out = answer_begin(a, status);
    text_addf(out, "{\"detail\":");
    text_add_json(out, span_of(words));
    text_addf(out, "}");
}

void answer_not_found(struct sim_answer *a)
{
    answer_json(a, 404, "{\"details\":\"Not Found\"}");
}

bool query_value(const char *query, const char *name, struct span *ret)
{
    for (const char *at = query; *at;) {
        size_t len = strcspn(at, "&"), head = strcspn(at, "=&");
        if (span_is((struct span){ at, head }, name)) {
            *ret = (struct span){ at + head + (head < len), len - head - (head < len) };
            return true;
        }
        at += len + (at[len] == '&');
    }
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *http_decode(struct span encoded, bool query)
{
    char *out = xmalloc(encoded.len + 1), *at = out;
    for (size_t i = 0; i < encoded.len; i++) {
        int c = (unsigned char)encoded.at[i];
        if (c == '+' && query) {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < encoded.len ? hex_digit(encoded.at[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(encoded.at[i + 2]) : -1;
            c = low >= 0 ? high * 16 + low : 0;
            i += 2;
        }
        if (c == 0) {
            free(out);
            return NULL;
        }
        *at++ = (char)c;
    }
    *at = '\0';
    return out;
}
