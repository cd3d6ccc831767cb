/* One call after the other, within the same budget as everything that can wait. */
#include "daemon/namesakes.h"

#include "daemon/account.h"
#include "daemon/state.h"
#include "provider/provider.h"

void namesakes_done(struct namesakes *n)
{
    usage_done(&n->whole);
    usage_done(&n->parts);
    usage_done(&n->latest);
    shares_done(&n->shares);
    *n = (struct namesakes){ 0 };
}

/* A store that cannot be read fails again where the answer is stored, and says so there. */
static bool begin(struct agent *a, struct account *account)
{
    struct consumption *c = &account->consumption;
    struct namesakes *n = &c->namesakes;
    struct fault later;
    if (c->asked.call.result != POLL_OK || provider_goes_by_name(provider_of(account->settings))
        || !store_load_shares(a->store, account->id, c->range.first_day, &n->shares, &later)
        || !n->shares.count)
        return false;
    n->whole = c->asked.book;
    c->asked.book = (struct usage_book){ 0 };
    return n->under_way = true;
}

static bool ends_name(const struct namesakes *n)
{
    const struct usage_share *at = n->shares.at;
    return n->next == n->shares.count || strcmp(at[n->next].name, at[n->first].name) != 0;
}

/* One token of a name cannot be asked for: then all of that name stay one, as far as usage goes. */
static void leave_out(struct namesakes *n)
{
    size_t last = n->next;
    const char *name = n->shares.at[n->next].name;
    while (last < n->shares.count && strcmp(n->shares.at[last].name, name) == 0)
        last++;
    shares_remove(&n->shares, n->first, last);
    n->next = n->first;
    usage_done(&n->latest);
}

/* False: the answer says nothing about anybody, and the next pass asks again. */
static bool take(struct consumption *c, struct namesakes *n)
{
    if (c->asked.call.result == POLL_BROKEN) {
        leave_out(n);
        api_call_accept(&c->asked.call);
        return true;
    }
    if (c->asked.call.result != POLL_OK)
        return false;
    usage_assign(&c->asked.book, n->shares.at[n->next].key);
    usage_join(&n->latest, &c->asked.book);
    n->next++;
    if (ends_name(n)) {
        usage_join(&n->parts, &n->latest);
        n->first = n->next;
    }
    return true;
}

static void ask(struct account *account)
{
    struct consumption *c = &account->consumption;
    const struct namesakes *n = &c->namesakes;
    struct text url = { 0 };
    text_add(&url, span_of(account->settings->url));
    provider_of(account->settings)
        ->add_usage_path(&url, span_of(n->shares.at[n->next].key), c->range.first_day,
                         c->range.last_day);
    const struct api_request request = { .url = text_z(&url), .use = RATE_LIMIT_SPARE };
    usage_call_ask(&c->asked, &account->api, &request);
    text_done(&url);
}

bool namesakes_go_on(struct agent *a, struct account *account)
{
    struct consumption *c = &account->consumption;
    struct namesakes *n = &c->namesakes;
    bool ok = n->under_way ? take(c, n) : begin(a, account);
    if (ok && n->next < n->shares.count) {
        ask(account);
        return true;
    }
    if (ok) {
        usage_divide(&n->whole, n->shares.at, n->shares.count, &n->parts);
        usage_join(&c->asked.book, &n->whole);
    }
    namesakes_done(n);
    return false;
}
