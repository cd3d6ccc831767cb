/* One token, or the credits of an account, with its forecast. */
#include "view/forecast/view.h"
#include "web/api.h"

enum { ASK_WHAT_IF, ASK_UNTIL, ASKS };

static const struct option_row rows[] = {
    [ASK_WHAT_IF] = { .name = "what_if",
                      .type = OPTION_TEXT,
                      .value = "CHANGE",
                      .help = "compare with a different balance or burn rate" },
    [ASK_UNTIL] = { .name = "until",
                    .type = OPTION_LATER,
                    .value = "TIME",
                    .help = "balance required to last until then" },
};
_Static_assert(COUNT(rows) == ASKS, "a parameter has no row");

static bool show(const struct asked *q, struct answer *a, const struct option_value *given,
                 const struct forecast_input *input)
{
    struct forecast_view view = { .subject = input, .settings = q->settings, .until = TIME_NONE };
    struct fault why;
    if (given[ASK_WHAT_IF].given && !forecast_ask_what_if(&view, given[ASK_WHAT_IF].text, &why))
        return answer_refuse(a, 400, "what_if: %s", why.text);
    if (given[ASK_UNTIL].given)
        forecast_ask_needed(&view, given[ASK_UNTIL].number);
    a->body.format = FORMAT_JSON;
    forecast_show(&view, &a->body);
    api_finish(a);
    return true;
}

/* `token` "" is the credits. */
static bool answer(const struct asked *q, struct answer *a, const char *token, struct fault *why)
{
    struct option_value given[ASKS] = { 0 };
    const char *account = q->segments[0];
    struct forecast_input input;
    bool known;
    if (!api_options(q, a, rows, COUNT(rows), given))
        return true;
    if (!api_token(q, a, account, token, &known, why))
        return false;
    if (!known)
        return true;
    bool ok = forecast_input_load(q->store, token, account, q->now, &input, why)
        ? show(q, a, given, &input)
        : (why->kind == FAULT_REJECT
           && answer_refuse(a, 404, "%s",
                            *token && !input.removed ? "it was deleted: its history is still there"
                                                     : why->text));
    forecast_input_done(&input);
    return ok;
}

bool route_api_token(const struct asked *q, struct answer *a, struct fault *why)
{
    return answer(q, a, q->segments[1], why);
}

bool route_api_credits(const struct asked *q, struct answer *a, struct fault *why)
{
    return answer(q, a, "", why);
}
