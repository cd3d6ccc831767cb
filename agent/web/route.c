/* What the functions of routes call: a parameter that was given, and an answer that refuses, which
 * is a line of text, or, of the API, a problem as RFC 9457 has it. */
#include <stdarg.h>

#include "web/route.h"

const char *asked_parameter(const struct asked *q, const char *name)
{
    for (size_t i = 0; i < q->parameter_count; i++)
        if (strcmp(q->parameters[i].name, name) == 0)
            return q->parameters[i].value;
    return NULL;
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = { { 400, "Bad Request" }, { 404, "Not Found" }, { 503, "Service Unavailable" } };
    for (size_t i = 0; i < COUNT(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

/* RFC 9457. Its type is "about:blank": the status says it all, and the detail what to do. */
static void add_problem(struct answer *a, struct span words)
{
    struct json_out *j = &a->body.json;
    a->type = "application/problem+json";
    json_open_object(j, NULL);
    json_add_z(j, "type", "about:blank");
    json_add_z(j, "title", title_of(a->status));
    json_add_integer(j, "status", a->status);
    json_add_text(j, "detail", words);
    json_close(j);
}

bool answer_refuse(struct answer *a, int status, const char *format, ...)
{
    struct text words = { 0 };
    va_list args;
    va_start(args, format);
    text_addv(&words, format, args);
    va_end(args);
    writer_done(&a->body);
    writer_init(&a->body, NULL, NULL);
    a->status = status;
    a->type = NULL;
    a->etag[0] = '\0';
    a->download = NULL;
    text_clear(&a->link);
    if (a->is_api)
        add_problem(a, (struct span){ text_z(&words), words.len });
    else
        text_add(&a->body.text, (struct span){ text_z(&words), words.len });
    writer_add(&a->body, "\n");
    text_done(&words);
    return true;
}
