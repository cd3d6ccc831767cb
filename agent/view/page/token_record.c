/* How good this token's forecasts have been, and what the present one rests on. */
#include <inttypes.h>
#include <math.h>

#include "core/forecast/accuracy.h"
#include "core/forecast/tracked.h"
#include "view/accuracy.h"
#include "view/page/figures.h"
#include "view/page/token.h"

static const char *const learnt[] = {
    [HISTORY_NONE] = "no history yet",
    [HISTORY_HOURS] = "less than two days of history: too short for a rhythm of the day",
    [HISTORY_DAYS] = "less than two weeks of history: the rhythm of the day, not of the week",
    [HISTORY_WEEKS] = "weeks of history: the rhythm of the day and of the week",
};
_Static_assert(COUNT(learnt) == HISTORIES, "a length of history has no words");

static void add_few(struct text *out, const struct accuracy_summary *r)
{
    text_addf(
        out,
        "<p>Too early to judge: %" PRId64 " of its forecasts came due so far%s. A forecast comes "
        "due when the money that it was about is spent; judging takes at least %d of them, over "
        "more than a day.</p>\n",
        r->scores, r->scores ? "" : " (none)", ACCURACY_LEAST);
}

static void add_verdict(struct text *out, const struct accuracy_summary *r, double widening)
{
    double bias = expm1((double)r->median_bias_milli / 1000);
    text_addf(out,
              "<p>Of its last <b>%" PRId64 "</b> forecasts that came due, <b>%" PRId64
              "</b> held the truth between early and late: <b>%.0f %%</b>, where 80 %% are meant "
              "to.</p>\n",
              r->scores, r->within, 100.0 * (double)r->within / (double)r->scores);
    text_addf(out,
              "<p>Half of them were within a factor of <b>%.2f</b> of the truth; in the median "
              "they were <b>%.0f %% too %s</b>.</p>\n",
              exp((double)r->median_off_milli / 1000), 100 * fabs(bias),
              bias < 0 ? "early" : "late");
    text_add(out, span_of("<p>By how far ahead they looked, so many held: "));
    record_add_reaches(r, out);
    text_add(out, span_of(".</p>\n"));
    if (fabs(widening - 1) >= 0.005)
        text_addf(out,
                  "<p>Its range is therefore drawn, as far ahead as it looks now, <b>%.2f "
                  "times</b> as wide as usual.</p>\n",
                  widening);
}

static void add_evidence(struct text *out, const struct forecast_input *s)
{
    struct testimony t;
    char left[DURATION_TEXT_BYTES];
    const struct curve *c = s->token->curve;
    if (!forecast_has_times(&s->forecast) || !c)
        return;
    double nano = c->spent_nano + (double)s->token->last.balance.is.nano;
    if (nano <= 0 || !testimony_of(&s->past, nano, curve_hours(c, nano, 0.5), &t))
        return;
    text_add(out,
             span_of("<table class=\"evidence\"><tr><th scope=\"col\">By this evidence alone</th>"
                     "<th scope=\"col\">it lasts</th></tr>\n"));
    for (enum evidence e = 0; e < EVIDENCE_KINDS; e++)
        text_addf(out, "<tr><td class=\"words\">%s%s</td><td>%s</td></tr>\n", evidence_title(e),
                  e == t.nearest ? " <b>(nearest to the forecast)</b>" : "",
                  t.hours[e] < CENTURY_H ? duration_format((int64_t)(t.hours[e] * HOUR_S), left)
                                         : "no end in sight");
    text_add(out, span_of("</table>\n"));
}

void token_add_record(struct text *out, const struct token_page *p)
{
    const struct forecast_input *s = &p->input;
    text_add(out,
             span_of("<section id=\"record\" data-part><h2>How good its forecasts are</h2>\n"));
    if (accuracy_summary_tells(&s->scored))
        add_verdict(out, &s->scored, forecast_input_widening(s));
    else
        add_few(out, &s->scored);
    text_addf(out, "<p class=\"soft\">Based on %s.</p>\n",
              learnt[s->token->curve ? s->token->curve->history : s->forecast.history]);
    add_evidence(out, s);
    text_add(out, span_of("</section>\n"));
}
