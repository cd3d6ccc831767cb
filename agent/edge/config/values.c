/* One row for each type: its name, how it is printed and whether the field owns a text. */
#include "edge/config/values.h"

#include <inttypes.h>
#include <stdlib.h>

#include "edge/config/scalar.h"

static bool print_text(const void *field, struct text *out)
{
    const char *text = *(char *const *)field;
    if (text)
        scalar_add(out, span_of(text));
    return text;
}

static bool print_array(const void *field, struct text *out)
{
    struct span text = span_of(field);
    if (text.len)
        scalar_add(out, text);
    return text.len > 0;
}

static bool print_count(const void *field, struct text *out)
{
    text_addf(out, "%" PRId64, *(const int64_t *)field);
    return true;
}

static bool print_duration(const void *field, struct text *out)
{
    scalar_add_duration(out, *(const int64_t *)field);
    return true;
}

static bool print_rate(const void *field, struct text *out)
{
    scalar_add_rate(out, *(const int64_t *)field);
    return true;
}

static bool print_flag(const void *field, struct text *out)
{
    text_add(out, span_of(*(const bool *)field ? "true" : "false"));
    return true;
}

static bool print_log_level(const void *field, struct text *out)
{
    text_add(out, span_of(log_level_name(*(const enum log_level *)field)));
    return true;
}

static bool print_rule_kind(const void *field, struct text *out)
{
    text_add(out, span_of(rule_kind_name(*(const enum rule_kind *)field)));
    return true;
}

static bool print_series(const void *field, struct text *out)
{
    text_add(out, span_of(series_name(*(const enum series *)field)));
    return true;
}

static bool print_mqtt_version(const void *field, struct text *out)
{
    text_add(out, span_of(mqtt_version_name(*(const enum mqtt_version *)field)));
    return true;
}

static bool print_api_version(const void *field, struct text *out)
{
    text_add(out, span_of(api_version_name(*(const enum api_version *)field)));
    return true;
}

static bool print_checks(const void *field, struct text *out)
{
    uint32_t checks = *(const uint32_t *)field;
    bool first = true;
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
        if (checks >> c & 1) {
            text_addf(out, "%s%s", first ? "" : ", ", audit_check_name(c));
            first = false;
        }
    return checks;
}

static const struct {
    const char *name; /* for people */
    bool (*print)(const void *field, struct text *out);
    bool owned; /* the field is a char * of its own */
} types[] = {
    [VALUE_TEXT] = { "text", print_text, true },
    [VALUE_PATH] = { "path", print_text, true },
    [VALUE_HOST] = { "host", print_text, true },
    [VALUE_URL] = { "URL", print_text, true },
    [VALUE_TOPIC] = { "topic", print_text, true },
    [VALUE_VARIABLE] = { "variable", print_text, true },
    [VALUE_CREDENTIAL] = { "credential", print_text, true },
    [VALUE_NAME] = { "name", print_array, false },
    [VALUE_PATTERN] = { "pattern", print_array, false },
    [VALUE_ADDRESSES] = { "addresses", print_text, true },
    [VALUE_HOSTS] = { "hosts", print_text, true },
    [VALUE_PATHS] = { "paths", print_text, true },
    [VALUE_PATTERNS] = { "patterns", print_text, true },
    [VALUE_CHECKS] = { "checks", print_checks, false },
    [VALUE_COUNT] = { "number", print_count, false },
    [VALUE_DURATION] = { "duration", print_duration, false },
    [VALUE_RATE] = { "rate", print_rate, false },
    [VALUE_FLAG] = { "true or false", print_flag, false },
    [VALUE_LOG_LEVEL] = { "log level", print_log_level, false },
    [VALUE_RULE_KIND] = { "rule kind", print_rule_kind, false },
    [VALUE_SERIES] = { "series", print_series, false },
    [VALUE_MQTT_VERSION] = { "MQTT version", print_mqtt_version, false },
    [VALUE_API_VERSION] = { "version", print_api_version, false },
    [VALUE_LEVEL] = { "level", NULL, false },
    [VALUE_LEVELS] = { "thresholds by level", NULL, false },
    [VALUE_AMOUNT] = { "USD", NULL, false },
    [VALUE_MOMENT] = { "time", NULL, false },
    [VALUE_PERIOD] = { "period", NULL, false },
    [VALUE_TOKEN_TYPE] = { "type of token", NULL, false },
    [VALUE_SECTION] = { "map", NULL, false },
    [VALUE_LIST] = { "list", NULL, false },
    [VALUE_NAMED] = { "map of names", NULL, false },
};
_Static_assert(COUNT(types) == VALUE_TYPES, "a type of value has no row");

bool value_print(const struct row *row, const void *field, struct text *out)
{
    return types[row->type].print && types[row->type].print(field, out);
}

void value_free(const struct row *row, void *field)
{
    if (!types[row->type].owned)
        return;
    free(*(char **)field);
    *(char **)field = NULL;
}

const char *value_type_name(enum value_type type)
{
    return types[type].name;
}
