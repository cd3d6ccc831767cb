/* What is asked on top of the forecast itself. */
#include "view/forecast/view.h"

bool forecast_ask_what_if(struct forecast_view *v, const char *change, struct fault *why)
{
    const struct forecast_input *s = v->subject;
    struct what_if what_if;
    if (!what_if_parse(span_of(change), &what_if, why))
        return false;
    v->if_curve = s->token->curve ? *s->token->curve : (struct curve){ .origin = TIME_NONE };
    v->what_if_text = change;
    v->if_reading = s->token->last;
    what_if_apply(&what_if, &v->if_curve, &v->if_reading);
    v->if_forecast = forecast_input_forecast(s, &v->if_reading, &v->if_curve);
    return true;
}

/* Money has a largest amount; whoever needs more needs that. */
void forecast_ask_needed(struct forecast_view *v, unix_s until)
{
    const struct forecast_input *s = v->subject;
    v->until = until;
    if (until == TIME_NONE || !forecast_has_times(&s->forecast))
        return;
    const struct curve *c = s->token->curve;
    double nano =
        curve_needed(c, (double)(until - c->origin) / HOUR_S, NEEDED_CERTAINTY) - c->spent_nano;
    int64_t whole = nano >= MONEY_LIMIT_NANO ? MONEY_LIMIT_NANO : nano > 0 ? (int64_t)nano : 0;
    v->needed = money_known((struct money){ whole });
}

void forecast_show(const struct forecast_view *v, struct writer *w)
{
    if (w->format == FORMAT_JSON) {
        forecast_json(v, &w->json);
        writer_add(w, "\n");
    } else {
        forecast_words(v, w);
    }
    writer_pass(w);
}
