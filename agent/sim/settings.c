/* One row for each number or time; choices between words are manners. */
#include "sim/settings.h"

#include "base/text.h"
#include "core/calendar.h"
#include "sim/sim.h"

enum { RATE_MAX = 1000000, KEYS_MAX = 1000000 };

bool setting_read_count(struct span value, int64_t max, int64_t *ret, struct fault *why)
{
    int64_t number = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || number > max)
            return fault(why, FAULT_REJECT, "a whole number up to %lld is required",
                         (long long)max);
        number = number * 10 + (value.at[i] - '0');
    }
    if (!value.len || number > max)
        return fault(why, FAULT_REJECT, "a whole number up to %lld is required", (long long)max);
    *ret = number;
    return true;
}

static bool set_speed(struct world *w, struct span value, struct fault *why)
{
    return setting_read_count(value, SIM_SPEED_MAX, &w->clock.speed, why);
}

static bool set_seed(struct world *w, struct span value, struct fault *why)
{
    int64_t seed = 0;
    if (!setting_read_count(value, INT64_MAX / 20, &seed, why))
        return false;
    w->seed = (uint64_t)seed;
    return true;
}

static bool set_start(struct world *w, struct span value, struct fault *why)
{
    return calendar_parse(value, &w->started, why);
}

static bool set_rate_limit(struct world *w, struct span value, struct fault *why)
{
    return setting_read_count(value, RATE_MAX, &w->rate_limit, why);
}

static bool set_key_limit(struct world *w, struct span value, struct fault *why)
{
    return setting_read_count(value, KEYS_MAX, &w->key_limit, why);
}

static bool set_v2_page(struct world *w, struct span value, struct fault *why)
{
    return setting_read_count(value, KEYS_MAX, &w->v2_page, why);
}

static bool set_v2_lag(struct world *w, struct span value, struct fault *why)
{
    int64_t every_s = 0;
    if (!span_is(value, "0") && !duration_parse(value, &every_s, why))
        return false;
    world_settle_every(w, every_s);
    return true;
}

static const struct setting {
    const char *name;
    bool at_start; /* not once the sim runs */
    bool (*set)(struct world *, struct span, struct fault *);
} settings[] = {
    { "speed", true, set_speed },          { "seed", true, set_seed },
    { "start", true, set_start },          { "rate_limit", false, set_rate_limit },
    { "key_limit", false, set_key_limit }, { "v2_page", false, set_v2_page },
    { "v2_lag", false, set_v2_lag },
};

static const struct setting *find(struct span key)
{
    for (size_t i = 0; i < COUNT(settings); i++)
        if (span_is(key, settings[i].name))
            return &settings[i];
    return NULL;
}

bool setting_known(struct span key)
{
    enum manner unused;
    return find(key) || manner_named(key, &unused);
}

bool setting_set(struct world *w, struct span key, struct span value, struct fault *why)
{
    enum manner manner;
    const struct setting *s = find(key);
    bool set = s                     ? s->set(w, value, why)
        : manner_named(key, &manner) ? manner_set(&w->manners, manner, value, why)
                                     : fault(why, FAULT_REJECT, "no such setting");
    return set || fault_within(why, "%.*s", (int)key.len, key.at);
}

bool setting_change(struct world *w, struct span key, struct span value, struct fault *why)
{
    const struct setting *s = find(key);
    if (s && s->at_start)
        return fault(why, FAULT_REJECT, "%s: set only at the start", s->name);
    if (!setting_set(w, key, value, why))
        return false;
    for (size_t i = 0; i < w->tenant_count; i++)
        w->tenants[i].account->version++;
    return true;
}
