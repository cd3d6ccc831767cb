/* The names are those of the enums: no word is written here. */
#include "edge/config/choice.h"

#include "base/nearest.h"
#include "core/calendar.h"

static const char *log_level_at(int i)
{
    return log_level_name((enum log_level)i);
}

static const char *rule_kind_at(int i)
{
    return rule_kind_name((enum rule_kind)i);
}

static const char *series_at(int i)
{
    return series_name((enum series)i);
}

static const char *audit_check_at(int i)
{
    return audit_check_name((enum audit_check)i);
}

static const char *period_at(int i)
{
    return calendar_period_name((enum reset_period)i);
}

static const char *mqtt_version_at(int i)
{
    return mqtt_version_name((enum mqtt_version)i);
}

static const char *api_version_at(int i)
{
    return api_version_name((enum api_version)i);
}

static const struct set {
    const char *(*name)(int);
    int count;
} sets[VALUE_TYPES] = {
    [VALUE_LOG_LEVEL] = { log_level_at, LOG_LEVELS },
    [VALUE_RULE_KIND] = { rule_kind_at, RULE_KINDS },
    [VALUE_SERIES] = { series_at,
                       SERIES_ACCOUNT + 1 }, /* no rule is about the main key: it has no balance */
    [VALUE_MQTT_VERSION] = { mqtt_version_at, MQTT_VERSIONS },
    [VALUE_API_VERSION] = { api_version_at, API_VERSIONS },
    [VALUE_CHECKS] = { audit_check_at, AUDIT_CHECKS },
    [VALUE_PERIOD] = { period_at, RESET_OTHER },
};

static bool refuse(const struct row *row, struct span text, struct fault *why)
{
    const struct set *s = &sets[row->type];
    struct text names = { 0 };
    struct nearest nearest = nearest_to(text);
    for (int i = 0; i < s->count; i++) {
        text_addf(&names, "%s%s", i == 0 ? "" : i + 1 < s->count ? ", " : " or ", s->name(i));
        nearest_try(&nearest, s->name(i));
    }
    if (nearest.best)
        fault(why, FAULT_REJECT, "`%s` must be %s; did you mean \"%s\"?", row->name, text_z(&names),
              nearest.best);
    else
        fault(why, FAULT_REJECT, "`%s` must be %s", row->name, text_z(&names));
    text_done(&names);
    return false;
}

bool choice_find(const struct row *row, struct span text, int *ret, struct fault *why)
{
    for (int i = 0; i < sets[row->type].count; i++)
        if (span_is(text, sets[row->type].name(i))) {
            *ret = i;
            return true;
        }
    return refuse(row, text, why);
}

void choice_add(enum value_type type, struct text *out)
{
    for (int i = 0; i < sets[type].count; i++)
        text_addf(out, "%s%s", i ? ", " : ": ", sets[type].name(i));
}
