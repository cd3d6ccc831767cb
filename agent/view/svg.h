/* The few shapes that charts are made of. Colours are classes: the page's style knows them, in
 * light and in dark. */
#pragma once

#include "base/text.h"

struct svg_box {
    double x, y, width, height;
};

/* A drawing with a name and a description (empty: none) for those who do not see it; `class_` is
 * for its style. */
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

/* ---- as wide as its place ----
 *
 * Without a scale of its own, so that letters stay as large as those around it: `x` and `width` are
 * percents of the place, `y` and `height` pixels. Lines that have no corners on this grid are drawn
 * on a canvas within it, which is 1000 wide and stretched; their strokes are not. */

enum { SVG_CANVAS_WIDTH = 1000 };

void svg_plot_begin(struct text *out, const char *class_, double height, struct span title,
                    struct span description);
void svg_column(struct text *out, const char *class_, const struct svg_box *box, struct span hint);
/* Across the whole place, and from one height to another. */
void svg_level(struct text *out, const char *class_, double y);
void svg_moment(struct text *out, const char *class_, double x, double y1, double y2);
void svg_label(struct text *out, const char *anchor_class, double x, double y, struct span words);
/* In the margin to the left, at the height of a level. */
void svg_amount(struct text *out, double y, struct span words);
/* A shape of the page's head, in the middle of 14 by 14 pixels. */
void svg_mark(struct text *out, const char *shape, double x, double y, struct span hint);
void svg_canvas_begin(struct text *out, double height);
