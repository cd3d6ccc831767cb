/* How each type is read; strict: nothing before or after a value, no unit guessed. Texts are in
 * value_text.c. */
#include "edge/config/value_parse.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/nearest.h"
#include "core/calendar.h"
#include "core/token_spec.h"
#include "edge/config/choice.h"
#include "edge/config/scalar.h"

/* Keeps a number; one beyond the row's bounds is refused, and the bounds are shown as `add` writes
 * them. */
static bool keep(const struct place *p, int64_t number, void (*add)(struct text *, int64_t),
                 struct fault *why)
{
    if (number >= p->row->min && number <= p->row->max) {
        *(int64_t *)p->field = number;
        return true;
    }
    struct text range = { 0 };
    add(&range, p->row->min);
    text_add(&range, span_of(" and "));
    add(&range, p->row->max);
    fault(why, FAULT_REJECT, "`%s` must be between %s", p->row->name, text_z(&range));
    text_done(&range);
    return false;
}

static void add_count(struct text *out, int64_t count)
{
    text_addf(out, "%" PRId64, count);
}

static bool parse_count(const struct place *p, struct span text, struct fault *why)
{
    int64_t count = 0;
    bool valid = text.len > 0 && text.len <= 18;
    for (size_t i = 0; valid && i < text.len; i++) {
        valid = isdigit((unsigned char)text.at[i]);
        count = count * 10 + (text.at[i] - '0');
    }
    if (!valid)
        return value_wanted(p, why, "a whole number");
    return keep(p, count, add_count, why);
}

static bool parse_duration(const struct place *p, struct span text, struct fault *why)
{
    int64_t seconds;
    if (!duration_parse(text, &seconds, why))
        return value_wanted(p, why, "a number with a unit, such as 90s, 5m, 6h, 7d or 2w");
    return keep(p, seconds, scalar_add_duration, why);
}

/* A decimal of at most three places, exactly; the row's bounds are in thousandths. */
static bool parse_rate(const struct place *p, struct span text, struct fault *why)
{
    const char *point = memchr(text.at, '.', text.len);
    size_t whole = point ? (size_t)(point - text.at) : text.len,
           places = point ? text.len - whole - 1 : 0;
    bool valid = whole > 0 && whole <= 12 && places <= 3 && (!point || places > 0);
    int64_t milli = 0;
    for (size_t i = 0; valid && i < text.len; i++) {
        valid = i == whole || isdigit((unsigned char)text.at[i]);
        if (i != whole)
            milli = milli * 10 + (text.at[i] - '0');
    }
    for (size_t i = places; i < 3; i++)
        milli *= 10;
    if (!valid)
        return value_wanted(p, why, "a number with at most three decimals, such as 0.2");
    return keep(p, milli, scalar_add_rate, why);
}

static bool parse_flag(const struct place *p, struct span text, struct fault *why)
{
    bool on = span_is(text, "true");
    if (!on && !span_is(text, "false"))
        return value_wanted(p, why, "true or false");
    *(bool *)p->field = on;
    return true;
}

/* Into an enum, whose words are in its order. */
static bool parse_word(const struct place *p, struct span text, struct fault *why)
{
    int word;
    if (!choice_find(p->row, text, &word, why))
        return false;
    memcpy(p->field, &word, sizeof word);
    return true;
}
_Static_assert(sizeof(enum log_level) == sizeof(int) && sizeof(enum rule_kind) == sizeof(int)
                   && sizeof(enum series) == sizeof(int)
                   && sizeof(enum reset_period) == sizeof(int),
               "copied as an int");

static bool parse_checks(const struct place *p, struct span text, struct fault *why)
{
    uint32_t checks = 0;
    for (bool more = true; more;) {
        int check;
        more = text.len && memchr(text.at, ',', text.len);
        if (!choice_find(p->row, value_take_member(&text), &check, why))
            return false;
        checks |= (uint32_t)1 << check;
    }
    *(uint32_t *)p->field = checks;
    return true;
}

static bool parse_amount(const struct place *p, struct span text, struct fault *why)
{
    struct money amount;
    if (!token_spec_parse_amount(text, p->context->limits, &amount, why)) {
        struct fault inner = *why;
        return fault(why, FAULT_REJECT, "`%s` %s", p->row->name, inner.text);
    }
    if (amount.nano < p->row->min)
        return value_wanted(p, why, "at least 0");
    *(struct maybe_money *)p->field = money_known(amount);
    return true;
}

static bool parse_moment(const struct place *p, struct span text, struct fault *why)
{
    unix_s at = TIME_NONE;
    if (!span_is(text, "never") && !calendar_parse(text, &at, why))
        return value_wanted(p, why, "a time such as 2027-01-31 or 2027-01-31T18:00:00Z, or never");
    *(unix_s *)p->field = at;
    return true;
}

/* The future may bring other types: only a slip of the pen is refused. */
static bool parse_token_type(const struct place *p, struct span text, struct fault *why)
{
    static const char *const known[] = { TYPE_ORDINARY, TYPE_FREE };
    struct nearest nearest = nearest_to(text);
    for (size_t i = 0; i < COUNT(known); i++)
        nearest_try(&nearest, known[i]);
    if (!value_is_made_of(text, "_") || text.len >= TYPE_BYTES)
        return value_wanted(p, why, "a token type: " TYPE_ORDINARY " or " TYPE_FREE);
    if (nearest.best && nearest.distance)
        return fault(why, FAULT_REJECT, "`%s`: unknown token type; did you mean \"%s\"?",
                     p->row->name, nearest.best);
    value_store_array(p, text);
    return true;
}

/* NULL: not read here. */
static bool (*const parsers[VALUE_TYPES])(const struct place *p, struct span text,
                                          struct fault *why) = {
    [VALUE_TEXT] = value_parse_text,
    [VALUE_PATH] = value_parse_path,
    [VALUE_HOST] = value_parse_host,
    [VALUE_URL] = value_parse_url,
    [VALUE_TOPIC] = value_parse_topic,
    [VALUE_VARIABLE] = value_parse_variable,
    [VALUE_CREDENTIAL] = value_parse_credential,
    [VALUE_NAME] = value_parse_name,
    [VALUE_PATTERN] = value_parse_pattern,
    [VALUE_ADDRESSES] = value_parse_addresses,
    [VALUE_HOSTS] = value_parse_hosts,
    [VALUE_PATHS] = value_parse_paths,
    [VALUE_PATTERNS] = value_parse_patterns,
    [VALUE_CHECKS] = parse_checks,
    [VALUE_COUNT] = parse_count,
    [VALUE_DURATION] = parse_duration,
    [VALUE_RATE] = parse_rate,
    [VALUE_FLAG] = parse_flag,
    [VALUE_LOG_LEVEL] = parse_word,
    [VALUE_RULE_KIND] = parse_word,
    [VALUE_SERIES] = parse_word,
    [VALUE_MQTT_VERSION] = parse_word,
    [VALUE_API_VERSION] = parse_word,
    [VALUE_AMOUNT] = parse_amount,
    [VALUE_MOMENT] = parse_moment,
    [VALUE_PERIOD] = parse_word,
    [VALUE_TOKEN_TYPE] = parse_token_type,
};

bool value_parse(const struct row *row, struct span text, const struct value_context *context,
                 void *field, struct fault *why)
{
    struct place p = { .row = row, .context = context, .field = field };
    return parsers[row->type](&p, text, why);
}
