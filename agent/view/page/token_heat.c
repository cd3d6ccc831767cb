/* What a token burns in each hour of the week: a table whose fields are the darker, the more. */
#include <time.h>

#include "view/page/figures.h"
#include "view/page/token.h"

enum { SHADES = 8 };

static const char *const days[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                    "Friday", "Saturday", "Sunday" };

static int64_t most_of(const struct burn_profile *b)
{
    int64_t most = 0;
    for (size_t day = 0; day < 7; day++)
        for (size_t hour = 0; hour < 24; hour++)
            most = b->week_nano[day][hour] > most ? b->week_nano[day][hour] : most;
    return most;
}

/* 0: nothing; what is above nothing is never shown as nothing. */
static int shade_of(int64_t nano, int64_t most)
{
    if (nano <= 0 || most <= 0)
        return 0;
    int shade = (int)((double)nano / (double)most * SHADES + 0.5);
    return shade < 1 ? 1 : shade;
}

static void add_field(struct text *out, size_t day, size_t hour, int64_t nano, int64_t most)
{
    struct text words = { 0 };
    if (nano < 0)
        text_add(&words, span_of("never watched"));
    else
        figure_money(&words, nano);
    if (nano < 0)
        text_add(out, span_of("<td class=\"hx\""));
    else
        text_addf(out, "<td class=\"h%d\"", shade_of(nano, most));
    text_addf(
        out,
        " title=\"%s %02zu:00 \xe2\x80\x93 %02zu:00: %s\"><span class=\"unseen\">%s</span></td>",
        days[day], hour, hour + 1, text_z(&words), text_z(&words));
    text_done(&words);
}

static void add_hours(struct text *out)
{
    text_add(out, span_of("<tr><td></td>"));
    for (size_t hour = 0; hour < 24; hour++)
        text_addf(out, "<th scope=\"col\"%s><span>%zu</span></th>",
                  hour % 3 ? " class=\"spare\"" : "", hour);
    text_add(out, span_of("</tr>\n"));
}

static void add_legend(struct text *out, const struct token_page *p, int64_t most)
{
    char zone[16] = "";
    time_t stamp = (time_t)p->from.now;
    struct tm local;
    if (localtime_r(&stamp, &local))
        strftime(zone, sizeof zone, "%Z", &local);
    text_add(out, span_of("<p class=\"legend soft\"><span>nothing</span>"));
    for (int shade = 0; shade <= SHADES; shade++)
        text_addf(out, "<span class=\"h%d\"></span>", shade);
    text_add(out, span_of("<span>"));
    figure_money(out, most);
    text_addf(out,
              " in an hour</span> <span class=\"zone\">mean of the last six weeks, local time "
              "(%s)</span></p>\n",
              zone);
}

void token_add_heat(struct text *out, const struct token_page *p)
{
    const struct burn_profile b = forecast_input_profile(&p->input);
    int64_t most = most_of(&b);
    text_add(out, span_of("<section id=\"heat\" data-part><h2>Burn by hour of the week</h2>\n"));
    if (most <= 0) {
        text_add(out,
                 span_of("<p class=\"none\">Nothing spent in the last six weeks.</p></section>\n"));
        return;
    }
    text_add(out,
             span_of("<table class=\"heat\"><caption class=\"unseen\">Mean spent in each hour of "
                     "the week</caption>\n"));
    add_hours(out);
    for (size_t day = 0; day < 7; day++) {
        text_addf(out, "<tr><th scope=\"row\"><abbr title=\"%s\">%.3s</abbr></th>", days[day],
                  days[day]);
        for (size_t hour = 0; hour < 24; hour++)
            add_field(out, day, hour, b.week_nano[day][hour], most);
        text_add(out, span_of("</tr>\n"));
    }
    text_add(out, span_of("</table>\n"));
    add_legend(out, p, most);
    text_add(out, span_of("</section>\n"));
}
