/* The few shapes that charts are made of. Colours are classes: the page's style knows them, in
 * light and in dark. */
#pragma once

#include "base/text.h"

struct svg_box {
    double x, y, width, height;
};

/* A drawing with a name and a description for those who do not see it; `class_` is for its style.
 */
void svg_begin(struct text *out, const char *class_, double width, double height, struct span title,
               struct span description);
void svg_end(struct text *out);

/* `hint` is shown when a pointer rests on it; empty: none. */
void svg_rect(struct text *out, const char *class_, const struct svg_box *box, struct span hint);
void svg_line(struct text *out, const char *class_, double x1, double y1, double x2, double y2);
/* `anchor`: "start", "middle", "end". */
void svg_text(struct text *out, const char *anchor, double x, double y, struct span words);
/* A line through evenly spaced amounts from the left to the right of the box, with the area under
 * it. */
void svg_spark(struct text *out, const struct svg_box *box, const int64_t *amounts, size_t count);
