/* `ebb credits`: what is left on each account, and who says so; `ebb credits set` gives it by hand
 * where the API does not offer it. */
#include "core/credits.h"
#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "edge/edits.h"
#include "edge/store.h"
#include "provider/provider.h"
#include "view/standing.h"
#include "view/status/status.h"

enum { OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_JSON] = { .name = "json", .type = OPTION_FLAG, .help = "JSON with exact amounts" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* What was given and is not taken up yet, on stderr: it is no output of the account's. */
static void tell_orders(const struct context *c, const char *only)
{
    char amount[MONEY_TEXT_BYTES];
    struct credits_order order;
    for (size_t i = 0; i < c->settings->account_count; i++) {
        const char *name = c->settings->accounts[i].name;
        if (only && strcmp(only, name) != 0)
            continue;
        credits_order_look(c->settings->store, name, &order);
        if (order.id[0])
            complain(EXIT_OK, "%s: %s USD were given and are taken up by the next poll", name,
                     money_format_cents(order.level, amount));
    }
}

static enum exit_status credits_run(const struct context *c)
{
    const struct status_view view = { .now = clock_unix(),
                                      .account = c->options[OPT_ACCOUNT].text };
    struct fault why;
    ask_json(c, OPT_JSON);
    if (!ask_account(c->store, view.account, &why)
        || !status_credits(c->store, &view, c->out, &why))
        return ask_failed(&why);
    if (c->out->format == FORMAT_JSON)
        writer_add(c->out, "\n");
    tell_orders(c, view.account);
    return EXIT_OK;
}

/* The account that is meant; NULL: said which are there. */
static const struct account_settings *find_account(const struct context *c)
{
    const struct settings *s = c->settings;
    const char *name = c->options[OPT_ACCOUNT].text;
    if (!name && s->account_count == 1)
        return &s->accounts[0];
    for (size_t i = 0; name && i < s->account_count; i++)
        if (strcmp(s->accounts[i].name, name) == 0)
            return &s->accounts[i];
    if (name)
        complain(EXIT_USAGE, "credits set: the configuration has no account \"%s\"", name);
    else
        complain(EXIT_USAGE, "credits set: there are several accounts: name one with --account");
    return NULL;
}

/* Usage that is not seen cannot be counted. */
static bool sees_all_usage(const struct account_settings *account, struct fault *why)
{
    return !provider_of(account)->lists_itself
        || fault(why, FAULT_REJECT,
                 "account %s is watched by its tokens' own keys (token_key_files), which do not "
                 "see what the rest of the account spends: credits cannot be counted down",
                 account->name);
}

/* Whether the API leaves that to people, as of the last poll: no key is read for it. */
static bool lacks_credits(struct store *store, const char *account, struct fault *why)
{
    const struct query_filter scope = query_at(clock_unix(), account);
    struct cell cells[CREDITS_COLUMNS];
    struct standing *standing;
    if (!standing_of_credits(store, &scope, -1, &standing, why))
        return false;
    bool known = standing_next(standing, cells, CREDITS_COLUMNS);
    bool by_api = known && credits_source_named(cells[CREDITS_SOURCE].text) == CREDITS_BY_API;
    standing_end(standing);
    if (!known)
        return fault(why, FAULT_REJECT,
                     "account %s has not been polled yet: run `ebb once`, or start `ebb run`",
                     account);
    return !by_api
        || fault(why, FAULT_REJECT,
                 "the API of account %s reports its credits itself: there is nothing to set",
                 account);
}

static enum exit_status set_run(const struct context *c)
{
    const struct account_settings *account = find_account(c);
    char amount[MONEY_TEXT_BYTES];
    struct money level;
    struct fault why;
    if (!account)
        return EXIT_USAGE;
    if (!money_parse(span_of(c->arguments[0]), &level, &why))
        return complain(EXIT_USAGE, "credits set: %s: an amount in USD, such as 120.00", why.text);
    if (!sees_all_usage(account, &why) || !lacks_credits(c->store, account->name, &why)
        || !credits_order_put(c->settings->store, account->name, level, &why))
        return complain(EXIT_FAILED, "credits set: %s", why.text);
    writer_addf(c->out,
                "%s: %s USD from now on, less what is spent. A running `ebb run` takes this up "
                "within seconds, else the next one does.\n",
                account->name, money_format_cents(level, amount));
    return EXIT_OK;
}

static const struct command cmd_credits_set = {
    .name = "set",
    .parent = &cmd_credits,
    .arguments = "USD",
    .help = "say what is left, where the API does not: Ebb counts down from there",
    .example = "ebb credits set 120.00 --account main",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = OPT_JSON,
    .run = set_run,
};

static const struct command *const second_words[] = { &cmd_credits_set, NULL };

const struct command cmd_credits = {
    .name = "credits",
    .sub = second_words,
    .arguments = "",
    .help = "what is left on the accounts; give it by hand where the API does not",
    .example = "ebb credits set 120.00",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = credits_run,
};
