/* Whether a comma is due is known for each level; everything else follows from it. */
#include "base/json_write.h"

#include <assert.h>

#include "base/digits.h"

enum { SAME_LINE = -1 };

struct json_out json_out_to(struct text *out)
{
    return (struct json_out){ .out = out, .indent = SAME_LINE };
}

struct json_out json_out_compact(struct text *out)
{
    return (struct json_out){ .out = out, .indent = SAME_LINE, .compact = true };
}

void json_line(struct json_out *j, int indent)
{
    j->indent = indent;
}

static void break_line(struct json_out *j)
{
    text_addf(j->out, "\n%*s", j->indent, "");
    j->indent = SAME_LINE;
}

static void separate(struct json_out *j)
{
    bool follows = j->depth && j->filled[j->depth];
    if (follows)
        text_add(j->out, span_of(","));
    if (j->indent != SAME_LINE)
        break_line(j);
    else if (follows && !j->compact)
        text_add(j->out, span_of(" "));
    j->filled[j->depth] = true;
}

void json_name(struct json_out *j, const char *name)
{
    separate(j);
    text_add(j->out, span_of("\""));
    text_add(j->out, span_of(name));
    text_add(j->out, span_of(j->compact ? "\":" : "\": "));
    j->named = true;
}

struct text *json_begin(struct json_out *j, const char *name)
{
    if (name)
        json_name(j, name);
    else if (!j->named)
        separate(j);
    j->named = false;
    return j->out;
}

static void open_level(struct json_out *j, const char *name, const char *bracket, char closing)
{
    assert(j->depth < JSON_DEPTH_MAX);
    text_add(json_begin(j, name), span_of(bracket));
    j->depth++;
    j->filled[j->depth] = false;
    j->closing[j->depth] = closing;
}

void json_open_object(struct json_out *j, const char *name)
{
    open_level(j, name, "{", '}');
}

void json_open_array(struct json_out *j, const char *name)
{
    open_level(j, name, "[", ']');
}

void json_close(struct json_out *j)
{
    assert(j->depth);
    if (j->indent != SAME_LINE)
        break_line(j);
    text_add(j->out, (struct span){ &j->closing[j->depth], 1 });
    j->depth--;
}

void json_add_null(struct json_out *j, const char *name)
{
    text_add(json_begin(j, name), span_of("null"));
}

void json_add_bool(struct json_out *j, const char *name, bool value)
{
    text_add(json_begin(j, name), span_of(value ? "true" : "false"));
}

void json_add_integer(struct json_out *j, const char *name, int64_t value)
{
    char digits[1 + DIGITS_MAX], *end = digits;
    if (value < 0)
        *end++ = '-';
    end = digits_put(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
    text_add(json_begin(j, name), (struct span){ digits, (size_t)(end - digits) });
}

void json_add_text(struct json_out *j, const char *name, struct span value)
{
    text_add_json(json_begin(j, name), value);
}

void json_add_z(struct json_out *j, const char *name, const char *value)
{
    if (value)
        json_add_text(j, name, span_of(value));
    else
        json_add_null(j, name);
}

void json_add_money(struct json_out *j, const char *name, struct maybe_money value)
{
    char exact[MONEY_TEXT_BYTES];
    text_add(json_begin(j, name), span_of(value.known ? money_format(value.is, exact) : "null"));
}
