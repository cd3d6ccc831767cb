/* JSON as it is written: commas, nesting and escapes are its business, so no writer counts them.
 *
 * Members and elements are added one after the other; what is added to an object has a name, what
 * is added to an array, or is the whole document, has none (NULL). Names are ours and written as
 * they are. One line, {"a": 1, "b": [2, 3]}, unless json_line asks for another; {"a":1,"b":[2,3]}
 * when compact. */
#pragma once

#include "base/money.h"
#include "base/text.h"

enum { JSON_DEPTH_MAX = 8 };

struct json_out {
    struct text *out; /* borrowed */
    unsigned depth;
    bool filled[JSON_DEPTH_MAX + 1];  /* whether something was added at this depth */
    char closing[JSON_DEPTH_MAX + 1]; /* the bracket that ends it */
    int indent;                       /* of the line that comes next; -1: no new line */
    bool named;                       /* the next value has its name already */
    bool compact;
};

struct json_out json_out_to(struct text *out);
struct json_out json_out_compact(struct text *out); /* for programs alone */

void json_open_object(struct json_out *j, const char *name);
void json_open_array(struct json_out *j, const char *name);
void json_close(struct json_out *j); /* the innermost object or array */

/* Names the next value, which is then added without a name: by somebody who does not know where it
 * belongs. */
void json_name(struct json_out *j, const char *name);

/* What comes next, an addition or a bracket that closes, begins a line indented so far. */
void json_line(struct json_out *j, int indent);

/* Begins a member or an element whose value the caller adds to the text that is returned. */
struct text *json_begin(struct json_out *j, const char *name);

void json_add_null(struct json_out *j, const char *name);
void json_add_bool(struct json_out *j, const char *name, bool value);
void json_add_integer(struct json_out *j, const char *name, int64_t value);
void json_add_text(struct json_out *j, const char *name, struct span value);
void json_add_z(struct json_out *j, const char *name, const char *value); /* NULL: null */
void json_add_money(struct json_out *j, const char *name, struct maybe_money value); /* exact USD */
