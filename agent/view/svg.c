/* Coordinates are written with a point whatever the locale (the program sets none) and to a
 * hundredth of a unit. */
#include "view/svg.h"

#include "base/markup.h"

static void add_name(struct text *out, struct span title, struct span description)
{
    text_add(out, span_of(" role=\"img\"><title>"));
    markup_add_html(out, title);
    text_add(out, span_of("</title>"));
    if (description.len) {
        text_add(out, span_of("<desc>"));
        markup_add_html(out, description);
        text_add(out, span_of("</desc>"));
    }
    text_add(out, span_of("\n"));
}

void svg_begin(struct text *out, const char *class_, double width, double height, struct span title,
               struct span description)
{
    text_addf(out, "<svg class=\"%s\" viewBox=\"0 0 %.2f %.2f\"", class_, width, height);
    add_name(out, title, description);
}

void svg_end(struct text *out)
{
    text_add(out, span_of("</svg>"));
}

void svg_rect(struct text *out, const char *class_, const struct svg_box *box, struct span hint)
{
    text_addf(out, "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"",
              class_, box->x, box->y, box->width, box->height);
    if (hint.len) {
        text_add(out, span_of("><title>"));
        markup_add_html(out, hint);
        text_add(out, span_of("</title></rect>\n"));
    } else {
        text_add(out, span_of("/>\n"));
    }
}

void svg_line(struct text *out, const char *class_, double x1, double y1, double x2, double y2)
{
    text_addf(out, "<line class=\"%s\" x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>\n", class_,
              x1, y1, x2, y2);
}

void svg_text(struct text *out, const char *anchor, double x, double y, struct span words)
{
    text_addf(out, "<text text-anchor=\"%s\" x=\"%.2f\" y=\"%.2f\">", anchor, x, y);
    markup_add_html(out, words);
    text_add(out, span_of("</text>\n"));
}

static void add_points(struct text *out, const struct svg_box *box, const int64_t *amounts,
                       size_t count)
{
    int64_t most = 1;
    for (size_t i = 0; i < count; i++)
        most = amounts[i] > most ? amounts[i] : most;
    for (size_t i = 0; i < count; i++) {
        double x =
            box->x + (count > 1 ? box->width * (double)i / (double)(count - 1) : box->width / 2);
        double share = amounts[i] > 0 ? (double)amounts[i] / (double)most : 0;
        text_addf(out, " %.1f,%.1f", x, box->y + box->height * (1 - share));
    }
}

void svg_spark(struct text *out, const struct svg_box *box, const int64_t *amounts, size_t count)
{
    if (count < 2)
        return;
    text_addf(out, "<polygon class=\"area\" points=\"%.1f,%.1f", box->x, box->y + box->height);
    add_points(out, box, amounts, count);
    text_addf(out, " %.1f,%.1f\"/><polyline class=\"spark\" points=\"", box->x + box->width,
              box->y + box->height);
    add_points(out, box, amounts, count);
    text_add(out, span_of("\"/>"));
}

/* ---- as wide as its place ---- */

static void add_hint(struct text *out, const char *element, struct span hint)
{
    if (!hint.len) {
        text_add(out, span_of("/>\n"));
        return;
    }
    text_add(out, span_of("><title>"));
    markup_add_html(out, hint);
    text_addf(out, "</title></%s>\n", element);
}

void svg_plot_begin(struct text *out, const char *class_, double height, struct span title,
                    struct span description)
{
    text_addf(out, "<svg class=\"plot %s\" width=\"100%%\" height=\"%.0f\"", class_, height);
    add_name(out, title, description);
}

void svg_column(struct text *out, const char *class_, const struct svg_box *box, struct span hint)
{
    text_addf(out, "<rect class=\"%s\" x=\"%.3f%%\" y=\"%.1f\" width=\"%.3f%%\" height=\"%.1f\"",
              class_, box->x, box->y, box->width, box->height);
    add_hint(out, "rect", hint);
}

void svg_level(struct text *out, const char *class_, double y)
{
    text_addf(out, "<line class=\"%s\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>\n", class_,
              y, y);
}

void svg_moment(struct text *out, const char *class_, double x, double y1, double y2)
{
    text_addf(out, "<line class=\"%s\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
              class_, x, x, y1, y2);
}

void svg_label(struct text *out, const char *anchor_class, double x, double y, struct span words)
{
    text_addf(out, "<text class=\"%s\" x=\"%.3f%%\" y=\"%.1f\">", anchor_class, x, y);
    markup_add_html(out, words);
    text_add(out, span_of("</text>\n"));
}

void svg_amount(struct text *out, double y, struct span words)
{
    text_addf(out, "<text class=\"amount\" x=\"-8\" y=\"%.1f\">", y + 4);
    markup_add_html(out, words);
    text_add(out, span_of("</text>\n"));
}

void svg_mark(struct text *out, const char *shape, double x, double y, struct span hint)
{
    text_addf(out,
              "<use class=\"mark shape %s\" href=\"#%s\" x=\"%.3f%%\" y=\"%.1f\" width=\"14\" "
              "height=\"14\"",
              shape, shape, x, y - 7);
    add_hint(out, "use", hint);
}

void svg_canvas_begin(struct text *out, double height)
{
    text_addf(out,
              "<svg width=\"100%%\" height=\"%.0f\" viewBox=\"0 0 %d %.0f\" "
              "preserveAspectRatio=\"none\">\n",
              height, SVG_CANVAS_WIDTH, height);
}
