/* `ebb forecast`: when a token, or what is left on the account, will be empty, how sure that is,
 * what would be if. */
#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "view/forecast/view.h"

enum { OPT_JSON, OPT_WHAT_IF, OPT_UNTIL, OPT_CREDITS, OPT_ACCOUNT, OPTS };

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

static enum exit_status show(const struct context *c, const struct forecast_input *s)
{
    const struct option_value *given = c->options;
    struct forecast_view view = { .subject = s, .settings = c->settings, .until = TIME_NONE };
    struct fault why;
    if (given[OPT_WHAT_IF].given && !forecast_ask_what_if(&view, given[OPT_WHAT_IF].text, &why))
        return complain(EXIT_USAGE, "--what-if: %s", why.text);
    if (given[OPT_UNTIL].given)
        forecast_ask_needed(&view, given[OPT_UNTIL].number);
    ask_json(c, OPT_JSON);
    forecast_show(&view, c->out);
    return EXIT_OK;
}

/* As far back as a forecast looks. */
static unix_s picture_since(const struct forecast_input *s)
{
    return time_after(s->token->seen_at, -(PAST_HOURS + 1) * (int64_t)HOUR_S);
}

static enum exit_status forecast_run(const struct context *c)
{
    bool credits = c->options[OPT_CREDITS].given;
    struct forecast_input s;
    struct text name = { 0 };
    struct fault why;
    if (credits != (c->argument_count == 0))
        return complain(EXIT_USAGE, "forecast: name a token, or use --credits");
    bool ok = ask_account(c->store, c->options[OPT_ACCOUNT].text, &why);
    if (!ok)
        return ask_failed(&why);
    const char *account = c->options[OPT_ACCOUNT].text;
    const char *token = credits ? "" : ask_token(c->store, account, c->arguments[0], &name);
    ok = forecast_input_load(c->store, token, account, clock_unix(), &s, &why)
        && forecast_input_read(c->store, &s, picture_since(&s), &why);
    enum exit_status status = ok ? show(c, &s) : ask_failed(&why);
    forecast_input_done(&s);
    text_done(&name);
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
