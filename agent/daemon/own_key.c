/* An answer, or a refusal, is a fact about the key alone: no poll fails with it. A service that is
 * ill leaves what was known. */
#include "daemon/own_key.h"

#include <stdio.h>

#include "daemon/account.h"
#include "daemon/state.h"
#include "provider/provider.h"

enum {
    DAILY_MS = DAY_S * 1000,
    AGAIN_MS = HOUR_S * 1000, /* after no answer */
    ANSWER_BYTES_MAX = 64 * 1024,
};

static const char *path_of(const struct account *account)
{
    return provider_of(account->settings)->whoami_path;
}

/* A restart within the day need not ask again, unless there is another key. */
static int64_t first_delay_ms(const struct account *account, unix_s now)
{
    unix_s asked_at = account->own_key.is.asked_at;
    unix_s changed_at = config_key_changed_at(account->settings);
    if (asked_at == TIME_NONE || asked_at > now || now - asked_at >= DAY_S
        || (changed_at != TIME_FAR && changed_at > asked_at))
        return 0;
    return (DAY_S - (now - asked_at)) * 1000;
}

bool own_key_open(struct agent *a, struct account *account, struct fault *why)
{
    struct own_key_watch *w = &account->own_key;
    static const struct own_key unknown = { .asked_at = TIME_NONE, .ends_at = TIME_NONE };
    if (!store_load_own_key(a->store, account->id, &w->is, why))
        return false;
    w->due = clock_mono() + first_delay_ms(account, clock_unix());
    w->hash = config_key_hash(account->settings);
    if (path_of(account) || w->is.asked_at == TIME_NONE)
        return true;
    w->is = unknown; /* another API, and another kind of key */
    return store_put_own_key(a->store, account->id, &unknown, why);
}

static bool is_due(const struct account *account, mono_ms now)
{
    const struct own_key_watch *w = &account->own_key;
    return path_of(account) && account->polls > 0 && account->last_result == POLL_OK
        && (w->due <= now || w->hash != config_key_hash(account->settings));
}

void own_key_start(struct account *account, mono_ms now)
{
    struct own_key_watch *w = &account->own_key;
    struct text url = { 0 };
    if (w->call.state != API_CALL_NONE || !is_due(account, now)
        || rate_limit_ready(&account->api.rate_limit, RATE_LIMIT_SPARE, now) > now)
        return;
    text_addf(&url, "%s%s", account->settings->url, path_of(account));
    const struct api_request request = { .url = text_z(&url),
                                         .bytes_max = ANSWER_BYTES_MAX,
                                         .use = RATE_LIMIT_SPARE };
    w->hash = config_key_hash(account->settings);
    api_call_ask(&w->call, &account->api, &request);
    text_done(&url);
}

bool own_key_is_owed(const struct account *account, mono_ms now)
{
    return account->own_key.call.state != API_CALL_NONE || is_due(account, now);
}

mono_ms own_key_deadline(const struct account *account, mono_ms now)
{
    return api_call_deadline(&account->own_key.call, now);
}

static struct own_key described_by(const struct account *account, struct api_call *call, unix_s now)
{
    struct own_key k = { .ends_at = TIME_NONE };
    struct fault why = call->why;
    if (call->result != POLL_OK
        || !provider_of(account->settings)->decode_whoami(api_call_answer(call), &k, &why)) {
        k = (struct own_key){ .ends_at = TIME_NONE };
        snprintf(k.reason, sizeof k.reason, "%s", why.text);
    }
    k.asked_at = now;
    return k;
}

static bool store_description(struct agent *a, const struct account *account,
                              const struct own_key *k, struct fault *why)
{
    if (!store_begin(a->store, why))
        return false;
    if (store_put_own_key(a->store, account->id, k, why))
        return store_commit(a->store, why);
    store_rollback(a->store);
    return false;
}

/* Once a day is often enough for what is true for days. */
static void tell(const struct account *account, const struct own_key *k, unix_s now)
{
    struct text warning = { 0 };
    own_key_add_warning(k, now, &warning);
    if (warning.len)
        log_warning("%s: the key that Ebb uses for the API: %s", account->settings->name,
                    text_z(&warning));
    else if (k->reason[0])
        log_info("%s: the API does not describe Ebb's own key: %s", account->settings->name,
                 k->reason);
    text_done(&warning);
}

bool own_key_turn(struct agent *a, struct account *account, struct fault *why)
{
    struct own_key_watch *w = &account->own_key;
    struct element none;
    unix_s now = clock_unix();
    if (api_call_turn(&w->call, &none) != API_ENDED)
        return true;
    bool answered = w->call.result != POLL_BUSY && w->call.result != POLL_UNAVAILABLE;
    const struct own_key k = described_by(account, &w->call, now);
    api_call_done(&w->call);
    w->due = clock_mono() + (answered ? DAILY_MS : AGAIN_MS);
    if (!answered)
        return true;
    if (!store_description(a, account, &k, why)) {
        w->due = clock_mono() + AGAIN_MS;
        return false;
    }
    w->is = k;
    tell(account, &k, now);
    return true;
}

void own_key_done(struct own_key_watch *w)
{
    api_call_done(&w->call);
}
