/* A row for each token: what it is, how it stands, how fast it burns, and how long it lasts. */
#include "base/markup.h"
#include "core/naming.h"
#include "view/page/figures.h"
#include "view/page/home.h"
#include "view/page/runway.h"
#include "view/svg.h"

enum { SPARK_WIDTH = 96, SPARK_HEIGHT = 24 };

static void add_name(struct text *out, const struct home *h, const struct cell *cells)
{
    text_add_z(out, "<th scope=\"row\">");
    figure_token_link(out, cells[STANDING_ACCOUNT].text, cells[STANDING_TOKEN].text);
    if (h->accounts.count > 1) {
        text_add_z(out, "<span class=\"soft\">");
        markup_add_html(out, cells[STANDING_ACCOUNT].text);
        text_add_z(out, "</span>");
    }
    text_add_z(out, "</th>");
}

static void add_how(struct text *out, const struct home_row *row)
{
    const struct cell *cells = row->cells;
    enum level level;
    text_addf(out, "<td class=\"how %s\">", state_slug(row->state));
    figure_state(out, row->state);
    if (cells[STANDING_LIMITED_BY].kind == CELL_TEXT
        && span_is(cells[STANDING_LIMITED_BY].text, forecast_limit_name(LIMIT_CREDITS)))
        text_add_z(out, " <span class=\"soft\">(credits)</span>");
    if (level_named(cells[STANDING_LEVEL].text, &level)) {
        text_add_z(out, "<span class=\"level\">");
        figure_level(out, level);
        text_add_z(out, "</span>");
    }
    text_add_z(out, "</td>");
}

static void add_spark(struct text *out, const struct home *h, const struct cell *cells)
{
    static const struct svg_box box = { 1, 2, SPARK_WIDTH - 2, SPARK_HEIGHT - 4 };
    const int64_t *spent = sparks_of(&h->sparks, cells[STANDING_ID].integer);
    struct text title = { 0 };
    int64_t sum = 0;
    for (size_t i = 0; i < SPARK_HOURS; i++)
        sum = nano_add(sum, spent[i]);
    text_add_z(out, "<td class=\"pic\">");
    if (sum > 0) {
        figure_money(&title, sum);
        text_add(&title, span_of(" in 24 hours"));
        svg_begin(out, "sparkline", SPARK_WIDTH, SPARK_HEIGHT, span_of(text_z(&title)),
                  span_of(""));
        svg_spark(out, &box, spent, SPARK_HOURS);
        svg_end(out);
    } else if (cells[STANDING_BURN].kind == CELL_INTEGER) {
        text_add_z(out, "<span class=\"soft\">nothing</span>");
    }
    text_add_z(out, "</td>");
    text_done(&title);
}

static void add_row(struct text *out, const struct home *h, const struct home_row *row)
{
    const struct cell *cells = row->cells;
    text_add_z(out, "<tr>");
    add_name(out, h, cells);
    add_how(out, row);
    text_add_z(out, "<td class=\"run\">");
    runway_add(out, row->state, cells, h->from.now);
    text_add_z(out, "</td><td class=\"num\">");
    figure_amount(out, cell_money(&cells[STANDING_BALANCE]));
    text_add_z(out, "</td><td class=\"num burn\">");
    figure_rate(out, cell_money(&cells[STANDING_BURN]));
    text_add_z(out, "</td>");
    add_spark(out, h, cells);
    text_add_z(out, "</tr>\n");
}

static void add_turn(struct text *out, const struct home *h, const char *word, const char *relation,
                     size_t page)
{
    text_add_z(out, "<a href=\"");
    home_add_address(out, &h->q, h->q.state, page);
    text_addf(out, "\" rel=\"%s\">%s</a>", relation, word);
}

static void add_turns(struct text *out, const struct home *h)
{
    size_t page = h->q.page, first = (page - 1) * HOME_ROWS;
    if (h->matches <= HOME_ROWS && page == 1)
        return;
    text_add_z(out, "<nav class=\"turns\" aria-label=\"Pages of the table\">");
    if (page > 1)
        add_turn(out, h, "\xe2\x86\x90 Previous", "prev", page - 1);
    text_add_z(out, "<span>");
    if (h->row_count) {
        figure_count(out, (int64_t)first + 1);
        text_add_z(out, "\xe2\x80\x93");
        figure_count(out, (int64_t)(first + h->row_count));
        text_add_z(out, " of ");
    }
    figure_count(out, (int64_t)h->matches);
    text_add_z(out, "</span>");
    if (first + h->row_count < h->matches)
        add_turn(out, h, "Next \xe2\x86\x92", "next", page + 1);
    text_add_z(out, "</nav>\n");
}

void home_begin_table(struct text *out, const struct home *h)
{
    text_add_z(out, "<section class=\"list\" id=\"tokens\" data-part>\n");
    if (!h->matches) {
        text_add_z(out, "<p class=\"none\">No token matches. <a href=\"/\">Show all</a></p>");
        return;
    }
    text_add_z(
        out,
        "<table class=\"tokens\"><caption class=\"unseen\">Tokens, the nearest exhaustion "
        "first</caption>\n<thead><tr><th scope=\"col\">Token</th><th scope=\"col\">State</th>"
        "<th scope=\"col\" class=\"run\"><span>Lasts for</span>");
    runway_add_scale(out);
    text_add_z(out,
               "</th><th scope=\"col\" class=\"num\">Balance</th>"
               "<th scope=\"col\" class=\"num burn\">Burn</th>"
               "<th scope=\"col\" class=\"pic\">24 hours</th></tr></thead>\n<tbody>\n");
}

void home_add_rows(struct text *out, const struct home *h, size_t from, size_t until)
{
    for (size_t i = from; i < until && i < h->row_count; i++)
        add_row(out, h, &h->rows[i]);
}

void home_end_table(struct text *out, const struct home *h)
{
    if (h->matches) {
        text_add_z(out, "</tbody></table>\n");
        add_turns(out, h);
    }
    text_add_z(out, "</section>\n");
}
