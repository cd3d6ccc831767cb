/* The same head for all pages. Shapes are drawn once and used wherever they stand for a state or a
 * level. */
#include "view/page/frame.h"

#include "assets.h"
#include "base/markup.h"
#include "base/version.h"
#include "view/page/figures.h"

static const struct place_row {
    const char *path, *name;
} places[PAGE_PLACES] = {
    [AT_HOME] = { "/", "Overview" },
    [AT_ALERTS] = { "/alerts", "Alerts" },
    [AT_SPEND] = { "/spend", "Spend" },
    [AT_ACCOUNTS] = { "/accounts", "Accounts" },
};

/* 16 by 16, in the colour of the text around them. */
static const char shapes[] =
    "<svg class=\"shapes\" aria-hidden=\"true\"><defs>"
    "<symbol id=\"check\" viewBox=\"0 0 16 16\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path class=\"line\" d=\"M5.2 8.2l2 2 3.6-4\"/></symbol>"
    "<symbol id=\"half\" viewBox=\"0 0 16 16\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path d=\"M2 8a6 6 0 0 0 12 0z\"/></symbol>"
    "<symbol id=\"drop\" viewBox=\"0 0 16 16\"><path d=\"M8 1.2c2.8 3.7 4.5 5.9 4.5 8.3a4.5 "
    "4.5 0 0 1-9 0c0-2.4 1.7-4.6 4.5-8.3z\"/></symbol>"
    "<symbol id=\"drained\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" r=\"6.5\"/>"
    "<path class=\"cut\" d=\"M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8\"/></symbol>"
    "<symbol id=\"clock\" viewBox=\"0 0 16 16\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path class=\"line\" d=\"M8 4.5V8l2.3 1.5\"/></symbol>"
    "<symbol id=\"ring\" viewBox=\"0 0 16 16\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "</symbol>"
    "<symbol id=\"pause\" viewBox=\"0 0 16 16\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path class=\"line\" d=\"M6.5 6v4M9.5 6v4\"/></symbol>"
    "<symbol id=\"dots\" viewBox=\"0 0 16 16\"><circle cx=\"3.5\" cy=\"8\" r=\"1.5\"/>"
    "<circle cx=\"8\" cy=\"8\" r=\"1.5\"/><circle cx=\"12.5\" cy=\"8\" r=\"1.5\"/></symbol>"
    "<symbol id=\"dash\" viewBox=\"0 0 16 16\"><path class=\"line\" d=\"M4 8h8\"/></symbol>"
    "<symbol id=\"cross\" viewBox=\"0 0 16 16\"><path class=\"line\" d=\"M4 4l8 8M12 4l-8 "
    "8\"/></symbol>"
    "<symbol id=\"missing\" viewBox=\"0 0 16 16\"><circle class=\"line broken\" cx=\"8\" cy=\"8\" "
    "r=\"6\"/></symbol>"
    "<symbol id=\"stop\" viewBox=\"0 0 16 16\"><rect class=\"line\" x=\"3\" y=\"3\" width=\"10\" "
    "height=\"10\" rx=\"1.5\"/></symbol>"
    "<symbol id=\"info\" viewBox=\"0 0 16 16\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"6\"/>"
    "<path class=\"line\" d=\"M8 7.3v3.5\"/><circle cx=\"8\" cy=\"5.1\" r=\".9\"/></symbol>"
    "<symbol id=\"warning\" viewBox=\"0 0 16 16\"><path d=\"M8 1.5l7 12.5H1z\"/>"
    "<path class=\"cut\" d=\"M8 6v3.6M8 11.6v.4\"/></symbol>"
    "<symbol id=\"critical\" viewBox=\"0 0 16 16\"><path d=\"M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 "
    "10.9V5.1z\"/><path class=\"cut\" d=\"M8 4.5v4.3M8 11.2v.4\"/></symbol>"
    "<symbol id=\"topup\" viewBox=\"0 0 16 16\"><path d=\"M8 2l6 8h-3.5v4h-5v-4H2z\"/></symbol>"
    "<symbol id=\"reset\" viewBox=\"0 0 16 16\"><path class=\"line\" d=\"M13 8a5 5 0 1 "
    "1-1.5-3.5\"/>"
    "<path d=\"M13.8 1.5v4.2H9.6z\"/></symbol>"
    "<symbol id=\"edit\" viewBox=\"0 0 16 16\"><path d=\"M8 2l6 6-6 6-6-6z\"/></symbol>"
    "</defs></svg>\n";

static void add_head(struct text *out, struct span title)
{
    text_add_z(out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    markup_add_html(out, title);
    text_add_z(out,
               " \xc2\xb7 Ebb</title>\n"
               "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/assets/" ASSET_ICON_SVG "\">\n"
               "<link rel=\"stylesheet\" href=\"/assets/" ASSET_EBB_CSS "\">\n"
               "<script defer src=\"/assets/" ASSET_EBB_JS "\"></script>\n</head>\n<body>\n");
    text_add_z(out, shapes);
    text_add_z(out, "<a class=\"skip\" href=\"#content\">Skip to content</a>\n");
}

static void add_count(struct text *out, const struct pulse *p)
{
    enum level worst = p->firing[LEVEL_CRITICAL] ? LEVEL_CRITICAL
        : p->firing[LEVEL_WARNING]               ? LEVEL_WARNING
                                                 : LEVEL_INFO;
    if (!pulse_firing(p))
        return;
    text_addf(out, " <span class=\"count %s\">", level_name(worst));
    figure_count(out, (int64_t)pulse_firing(p));
    text_addf(out, "<span class=\"unseen\"> firing, the worst %s</span></span>", level_name(worst));
}

static void add_places(struct text *out, const struct page_frame *f)
{
    text_add_z(out, "<nav aria-label=\"Pages\"><ul>\n");
    for (enum page_place p = 0; p < PAGE_PLACES; p++) {
        text_addf(out, "<li><a href=\"%s\"%s>%s", places[p].path,
                  p == f->place ? " aria-current=\"page\"" : "", places[p].name);
        if (p == AT_ALERTS)
            add_count(out, f->pulse);
        text_add_z(out, "</a></li>\n");
    }
    text_add_z(out, "</ul></nav>\n");
}

/* How old the data is: what is not current is seen at once. */
static void add_pulse(struct text *out, const struct pulse *p, unix_s now)
{
    text_addf(out, "<p class=\"pulse %s\"><span class=\"light\"></span>",
              p->failing ? "failing" : "well");
    if (p->read_at == TIME_NONE)
        text_add_z(out, "no data yet");
    else {
        text_add_z(out, "data from ");
        figure_ago(out, p->read_at, now);
    }
    text_add_z(out, "</p>\n");
}

static void add_failing(struct text *out, const struct pulse *p)
{
    text_add_z(out, "<div id=\"failing\" data-part>");
    if (p->failing) {
        text_add_z(out,
                   "<section class=\"banner\" role=\"alert\"><h2><svg class=\"shape critical\" "
                   "aria-hidden=\"true\"><use href=\"#critical\"/></svg>");
        text_addf(out,
                  p->failing == 1 && p->accounts == 1 ? "The figures below are not current"
                      : p->failing == p->accounts
                      ? "No account is being read: figures are not current"
                      : "%zu of %zu accounts are not being read",
                  p->failing, p->accounts);
        text_add_z(out, "</h2><ul>\n");
        text_add(out, (struct span){ text_z(&p->said), p->said.len });
        if (p->failing > PULSE_ACCOUNTS_MAX)
            text_addf(out, "<li><a href=\"/accounts\">and %zu more</a></li>\n",
                      p->failing - PULSE_ACCOUNTS_MAX);
        text_add_z(out, "</ul></section>");
    }
    text_add_z(out, "</div>\n");
}

void page_begin(struct text *out, const struct page_frame *f)
{
    add_head(out, f->title);
    text_add_z(out,
               "<header class=\"top\"><div id=\"top\" data-part>\n"
               "<a class=\"brand\" href=\"/\"><svg viewBox=\"0 0 32 20\" aria-hidden=\"true\">"
               "<path class=\"line\" d=\"M2 6q7-6 14 0t14 0M2 14q7-6 14 0t14 0\"/></svg>Ebb</a>\n");
    add_places(out, f);
    add_pulse(out, f->pulse, f->now);
    text_add_z(out,
               "</div><p id=\"contact\" role=\"status\" hidden></p></header>\n"
               "<main id=\"content\" tabindex=\"-1\">\n");
    add_failing(out, f->pulse);
}

void page_end(struct text *out)
{
    text_add_z(out,
               "</main>\n<footer><p>Amounts are in US dollars. Ebb " EBB_VERSION "</p></footer>\n"
               "</body>\n</html>\n");
}

void page_refusal(struct writer *w, const char *title, const char *words)
{
    struct text *out = &w->text;
    add_head(out, span_of(title));
    text_add_z(out, "<main id=\"content\"><section class=\"empty\"><h1>");
    markup_add_html(out, span_of(title));
    text_add_z(out, "</h1><p>");
    markup_add_html(out, span_of(words));
    text_add_z(out, "</p><p><a href=\"/\">Back to the overview</a></p></section>");
    page_end(out);
}
