/* `ebb forecast`: when a token, or what is left on the account, will be empty, how sure that is,
 * what would be if. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "view/forecast/view.h"
#include "view/terminal.h"

enum { OPT_JSON, OPT_WHAT_IF, OPT_UNTIL, OPT_CREDITS, OPT_ACCOUNT, OPTS };

enum { COLUMNS_ELSEWHERE = 80, COLUMNS_MOST = 160 };

static const struct option_row options[] = {
    [OPT_JSON] = { .name = "json",
                   .type = OPTION_FLAG,
                   .help = "JSON with exact amounts and times in UTC" },
    [OPT_WHAT_IF] = { .name = "what-if",
                      .type = OPTION_TEXT,
                      .value = "CHANGE",
                      .help = "compare with a different balance or burn rate: \"+20.00\", \"-5\", "
                              "\"burn x1.5\"" },
    [OPT_UNTIL] = { .name = "until",
                    .type = OPTION_LATER,
                    .value = "TIME",
                    .help = "balance required to last until then with 90 % certainty" },
    [OPT_CREDITS] = { .name = "credits",
                      .type = OPTION_FLAG,
                      .help = "the account's credits instead of a token" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static bool ask_what_if(const struct option_value *option, struct forecast_view *v,
                        struct fault *why)
{
    const struct forecast_input *s = v->subject;
    struct what_if what_if;
    if (!option->given)
        return true;
    if (!what_if_parse(span_of(option->text), &what_if, why))
        return fault_within(why, "--what-if");
    struct curve curve = { .origin = TIME_NONE };
    if (s->token->curve)
        curve = *s->token->curve;
    v->what_if_text = option->text;
    v->if_reading = s->token->last;
    what_if_apply(&what_if, &curve, &v->if_reading);
    v->if_forecast = forecast_input_forecast(s, &v->if_reading, &curve);
    return true;
}

/* Money has a largest amount; whoever needs more needs that. */
static void ask_needed(const struct option_value *option, struct forecast_view *v)
{
    const struct forecast_input *s = v->subject;
    v->until = option->given ? option->number : TIME_NONE;
    if (v->until == TIME_NONE || !forecast_has_times(&s->forecast))
        return;
    const struct curve *c = s->token->curve;
    double nano =
        curve_needed(c, (double)(v->until - c->origin) / HOUR_S, NEEDED_CERTAINTY) - c->spent_nano;
    int64_t whole = nano >= MONEY_LIMIT_NANO ? MONEY_LIMIT_NANO : nano > 0 ? (int64_t)nano : 0;
    v->needed = money_known((struct money){ whole });
}

static enum exit_status tell(const struct context *c, const struct forecast_input *s)
{
    const struct option_value *given = c->options;
    struct forecast_view view = { .subject = s,
                                  .settings = c->settings,
                                  .ascii = terminal_ascii(),
                                  .colour = terminal_colour() };
    struct text out = { 0 };
    struct fault why;
    size_t rows;
    if (!ask_what_if(&given[OPT_WHAT_IF], &view, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    ask_needed(&given[OPT_UNTIL], &view);
    if (!terminal_size(&view.columns, &rows))
        view.columns = COLUMNS_ELSEWHERE;
    if (view.columns > COLUMNS_MOST)
        view.columns = COLUMNS_MOST;
    if (given[OPT_JSON].given)
        forecast_json(&view, &out);
    else
        forecast_words(&view, &out);
    fwrite(text_z(&out), 1, out.len, stdout);
    text_done(&out);
    return EXIT_OK;
}

static enum exit_status forecast_run(const struct context *c)
{
    bool credits = c->options[OPT_CREDITS].given;
    struct forecast_input s;
    struct fault why;
    if (credits != (c->argument_count == 0))
        return complain(EXIT_USAGE, "forecast: name a token, or use --credits");
    bool ok = ask_account(c->store, c->options[OPT_ACCOUNT].text, &why);
    if (!ok)
        return ask_failed(&why);
    ok = forecast_input_load(c->store, credits ? "" : c->arguments[0], c->options[OPT_ACCOUNT].text,
                             clock_unix(), &s, &why);
    enum exit_status status = ok ? tell(c, &s) : ask_failed(&why);
    forecast_input_done(&s);
    return status;
}

const struct command cmd_forecast = {
    .name = "forecast",
    .arguments = "[TOKEN]",
    .help = "when a token runs out, how certain that is, and what-if scenarios",
    .example = "ebb forecast prod-billing-api --what-if \"+20.00\" --until 7d",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .arguments_min = 0,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = forecast_run,
};
