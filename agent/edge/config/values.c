/* One row for each type; strict: nothing before or after a value, no unit guessed. */
#include "edge/config/values.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/wish.h"
#include "edge/config/scalar.h"
#include "edge/config/url.h"

_Static_assert(ACCOUNT_NAME_BYTES == (int)RULE_NAME_BYTES, "one type of value serves both names");

/* What a parser is handed besides the text. */
struct place {
    const struct row *row;
    const char *folder;
    void *field;
};

static bool wanted(const struct place *p, struct fault *why, const char *what)
{
    return fault(why, FAULT_REJECT, "`%s` must be %s", p->row->name, what);
}

static void store_text(const struct place *p, struct span text)
{
    char **field = p->field;
    free(*field);
    *field = xstrndup(text.at, text.len);
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (iscntrl((unsigned char)text.at[i]))
            return true;
    return false;
}

/* Made of letters, digits and the given others. */
static bool is_made_of(struct span text, const char *others)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.at[i]) && !memchr(others, text.at[i], strlen(others)))
            return false;
    return text.len > 0;
}

static bool fits_text(const struct place *p, struct span text, struct fault *why)
{
    if (text.len == 0)
        return fault(why, FAULT_REJECT, "`%s` is empty", p->row->name);
    if (text.len > (size_t)p->row->max)
        return fault(why, FAULT_REJECT, "`%s` is longer than %" PRId64 " bytes", p->row->name,
                     p->row->max);
    if (has_control(text))
        return fault(why, FAULT_REJECT, "`%s` holds a control character", p->row->name);
    return true;
}

static bool parse_text(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    store_text(p, text);
    return true;
}

static bool parse_path(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    struct text absolute = { 0 };
    if (text.at[0] != '/')
        text_addf(&absolute, "%s/", p->folder);
    text_add(&absolute, text);
    store_text(p, span_of(text_z(&absolute)));
    text_done(&absolute);
    return true;
}

static bool parse_host(const struct place *p, struct span text, struct fault *why)
{
    if (!host_is_valid(text))
        return wanted(p, why, "a host name or address, without scheme and port");
    store_text(p, text);
    return true;
}

static bool parse_url(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    if (!url_check(&text, why)) {
        struct fault inner = *why;
        return fault(why, FAULT_REJECT, "`%s` %s", p->row->name, inner.text);
    }
    store_text(p, text);
    return true;
}

static bool parse_topic(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    if (memchr(text.at, '+', text.len) || memchr(text.at, '#', text.len))
        return wanted(p, why, "without the wildcards + and #");
    if (text.at[0] == '/' || text.at[text.len - 1] == '/' || memmem(text.at, text.len, "//", 2))
        return wanted(p, why, "without leading, trailing and doubled slashes");
    if (text.at[0] == '$')
        return wanted(p, why, "a topic of your own: those with a leading $ are the broker's");
    store_text(p, text);
    return true;
}

static bool parse_variable(const struct place *p, struct span text, struct fault *why)
{
    if (text.len > (size_t)p->row->max || !is_made_of(text, "_")
        || isdigit((unsigned char)text.at[0]))
        return wanted(p, why, "the name of an environment variable, not its content");
    store_text(p, text);
    return true;
}

static bool parse_credential(const struct place *p, struct span text, struct fault *why)
{
    if (text.len > (size_t)p->row->max || !is_made_of(text, "._-") || text.at[0] == '.')
        return wanted(p, why, "the name of a systemd credential, not its content");
    store_text(p, text);
    return true;
}

static bool parse_name(const struct place *p, struct span text, struct fault *why)
{
    if (!is_made_of(text, "_-") || text.len >= ACCOUNT_NAME_BYTES)
        return wanted(p, why, "1 to 63 letters, digits, - and _ (it becomes part of topics)");
    char *field = p->field;
    memcpy(field, text.at, text.len);
    field[text.len] = '\0';
    return true;
}

static bool parse_pattern(const struct place *p, struct span text, struct fault *why)
{
    if (text.len == 0 || text.len >= PATTERN_BYTES || memchr(text.at, '\0', text.len))
        return wanted(p, why, "a pattern of 1 to 255 bytes");
    char *field = p->field;
    memcpy(field, text.at, text.len);
    field[text.len] = '\0';
    return true;
}

/* Takes one member off a list of texts separated by commas, blanks around it dropped. */
static struct span take_member(struct span *list)
{
    const char *comma = list->len ? memchr(list->at, ',', list->len) : NULL;
    struct span member = { list->at, comma ? (size_t)(comma - list->at) : list->len };
    size_t taken = member.len + (comma ? 1 : 0);
    *list = (struct span){ list->at + taken, list->len - taken };
    for (; member.len && *member.at == ' '; member.at++)
        member.len--;
    while (member.len && member.at[member.len - 1] == ' ')
        member.len--;
    return member;
}

static bool parse_patterns(const struct place *p, struct span text, struct fault *why)
{
    struct text joined = { 0 };
    bool ok = fits_text(p, text, why);
    for (bool more = ok; more;) {
        more = memchr(text.at, ',', text.len);
        struct span member = take_member(&text);
        if (member.len == 0 || member.len >= PATTERN_BYTES)
            more = ok = wanted(p, why, "patterns of 1 to 255 bytes, separated by commas or as a list");
        if (joined.len)
            text_add(&joined, span_of(", "));
        text_add(&joined, member);
    }
    if (ok)
        store_text(p, span_of(text_z(&joined)));
    text_done(&joined);
    return ok;
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
        return wanted(p, why, "a whole number");
    if (count < p->row->min || count > p->row->max)
        return fault(why, FAULT_REJECT, "`%s` must be from %" PRId64 " to %" PRId64, p->row->name,
                     p->row->min, p->row->max);
    *(int64_t *)p->field = count;
    return true;
}

static bool parse_duration(const struct place *p, struct span text, struct fault *why)
{
    int64_t seconds;
    if (!duration_parse(text, &seconds, why))
        return wanted(p, why, "a number with a unit, such as 90s, 5m, 6h, 7d or 2w");
    if (seconds < p->row->min || seconds > p->row->max) {
        struct text range = { 0 };
        scalar_add_duration(&range, p->row->min);
        text_add(&range, span_of(" to "));
        scalar_add_duration(&range, p->row->max);
        fault(why, FAULT_REJECT, "`%s` must be from %s", p->row->name, text_z(&range));
        text_done(&range);
        return false;
    }
    *(int64_t *)p->field = seconds;
    return true;
}

/* A decimal of at most three places, exactly; the row's bounds are in thousandths. */
static bool parse_rate(const struct place *p, struct span text, struct fault *why)
{
    const char *point = memchr(text.at, '.', text.len);
    size_t whole = point ? (size_t)(point - text.at) : text.len, places = point ? text.len - whole - 1 : 0;
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
        return wanted(p, why, "a number with at most three decimals, such as 0.2");
    if (milli < p->row->min || milli > p->row->max) {
        struct text range = { 0 };
        scalar_add_rate(&range, p->row->min);
        text_add(&range, span_of(" to "));
        scalar_add_rate(&range, p->row->max);
        fault(why, FAULT_REJECT, "`%s` must be from %s", p->row->name, text_z(&range));
        text_done(&range);
        return false;
    }
    *(int64_t *)p->field = milli;
    return true;
}

static bool parse_flag(const struct place *p, struct span text, struct fault *why)
{
    bool on = span_is(text, "true");
    if (!on && !span_is(text, "false"))
        return wanted(p, why, "true or false");
    *(bool *)p->field = on;
    return true;
}

/* Refuses a word that is not one of `count` names, and tells them all. */
static bool wanted_one_of(const struct place *p, struct span text, const char *(*name)(int),
                          int count, struct fault *why)
{
    struct text names = { 0 };
    struct nearest nearest = nearest_to(text);
    for (int i = 0; i < count; i++) {
        text_addf(&names, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", name(i));
        nearest_try(&nearest, name(i));
    }
    if (nearest.best)
        fault(why, FAULT_REJECT, "`%s` must be %s; did you mean \"%s\"?", p->row->name,
              text_z(&names), nearest.best);
    else
        fault(why, FAULT_REJECT, "`%s` must be %s", p->row->name, text_z(&names));
    text_done(&names);
    return false;
}

static const char *log_level_at(int i)
{
    return log_level_name((enum log_level)i);
}

static bool parse_log_level(const struct place *p, struct span text, struct fault *why)
{
    for (int i = 0; i < LOG_LEVELS; i++)
        if (span_is(text, log_level_at(i))) {
            *(enum log_level *)p->field = (enum log_level)i;
            return true;
        }
    return wanted_one_of(p, text, log_level_at, LOG_LEVELS, why);
}

static const char *rule_kind_at(int i)
{
    return rule_kind_name((enum rule_kind)i);
}

static bool parse_rule_kind(const struct place *p, struct span text, struct fault *why)
{
    return rule_kind_named(text, p->field) || wanted_one_of(p, text, rule_kind_at, RULE_KINDS, why);
}

/* The main key has no balance, so no rule is about it. */
enum { SERIES_WITH_BALANCE = SERIES_CREDITS + 1 };

static const char *series_at(int i)
{
    return series_name((enum series)i);
}

static bool parse_series(const struct place *p, struct span text, struct fault *why)
{
    enum series series;
    if (!series_named(text, &series) || (int)series >= SERIES_WITH_BALANCE)
        return wanted_one_of(p, text, series_at, SERIES_WITH_BALANCE, why);
    *(enum series *)p->field = series;
    return true;
}

static const char *audit_check_at(int i)
{
    return audit_check_name((enum audit_check)i);
}

static bool parse_checks(const struct place *p, struct span text, struct fault *why)
{
    uint32_t checks = 0;
    for (bool more = true; more;) {
        enum audit_check check;
        more = text.len && memchr(text.at, ',', text.len);
        struct span member = take_member(&text);
        if (!audit_check_named(member, &check))
            return wanted_one_of(p, member, audit_check_at, AUDIT_CHECKS, why);
        checks |= (uint32_t)1 << check;
    }
    *(uint32_t *)p->field = checks;
    return true;
}

static bool parse_amount(const struct place *p, struct span text, struct fault *why)
{
    struct money amount;
    if (!wish_parse_amount(text, &amount, why)) {
        struct fault inner = *why;
        return fault(why, FAULT_REJECT, "`%s` %s", p->row->name, inner.text);
    }
    if (amount.nano < p->row->min)
        return wanted(p, why, "at least 0");
    *(struct maybe_money *)p->field = money_known(amount);
    return true;
}

static bool parse_moment(const struct place *p, struct span text, struct fault *why)
{
    unix_s at = TIME_NONE;
    if (!span_is(text, "never") && !calendar_parse(text, &at, why))
        return wanted(p, why, "a time such as 2027-01-31 or 2027-01-31T18:00:00Z, or never");
    *(unix_s *)p->field = at;
    return true;
}

static const char *period_at(int i)
{
    return calendar_period_name((enum reset_period)i);
}

static bool parse_period(const struct place *p, struct span text, struct fault *why)
{
    enum reset_period period = calendar_period_named(text);
    if (period == RESET_OTHER)
        return wanted_one_of(p, text, period_at, RESET_OTHER, why);
    *(enum reset_period *)p->field = period;
    return true;
}

/* The future may bring other types: only a slip of the pen is refused. */
static bool parse_token_type(const struct place *p, struct span text, struct fault *why)
{
    static const char *const known[] = { "api_token", "sandbox_api_token" };
    struct nearest nearest = nearest_to(text);
    for (size_t i = 0; i < COUNT(known); i++)
        nearest_try(&nearest, known[i]);
    if (!is_made_of(text, "_") || text.len >= TYPE_BYTES)
        return wanted(p, why, "a type of token: api_token or sandbox_api_token");
    if (nearest.best && nearest.distance)
        return fault(why, FAULT_REJECT, "`%s`: there is no such type of token; did you mean \"%s\"?", p->row->name,
                     nearest.best);
    char *field = p->field;
    memcpy(field, text.at, text.len);
    field[text.len] = '\0';
    return true;
}

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
    bool (*parse)(const struct place *p, struct span text, struct fault *why);
    bool (*print)(const void *field, struct text *out);
    bool owned; /* the field is a char * of its own */
} types[] = {
    [VALUE_TEXT] = { "text", parse_text, print_text, true },
    [VALUE_PATH] = { "path", parse_path, print_text, true },
    [VALUE_HOST] = { "host", parse_host, print_text, true },
    [VALUE_URL] = { "URL", parse_url, print_text, true },
    [VALUE_TOPIC] = { "topic", parse_topic, print_text, true },
    [VALUE_VARIABLE] = { "variable", parse_variable, print_text, true },
    [VALUE_CREDENTIAL] = { "credential", parse_credential, print_text, true },
    [VALUE_NAME] = { "name", parse_name, print_array, false },
    [VALUE_PATTERN] = { "pattern", parse_pattern, print_array, false },
    [VALUE_PATTERNS] = { "patterns", parse_patterns, print_text, true },
    [VALUE_CHECKS] = { "checks", parse_checks, print_checks, false },
    [VALUE_COUNT] = { "number", parse_count, print_count, false },
    [VALUE_DURATION] = { "duration", parse_duration, print_duration, false },
    [VALUE_RATE] = { "rate", parse_rate, print_rate, false },
    [VALUE_FLAG] = { "true or false", parse_flag, print_flag, false },
    [VALUE_LOG_LEVEL] = { "log level", parse_log_level, print_log_level, false },
    [VALUE_RULE_KIND] = { "rule kind", parse_rule_kind, print_rule_kind, false },
    [VALUE_SERIES] = { "series", parse_series, print_series, false },
    [VALUE_LEVEL] = { "level", NULL, NULL, false },
    [VALUE_LEVELS] = { "thresholds by level", NULL, NULL, false },
    [VALUE_AMOUNT] = { "USD", parse_amount, NULL, false },
    [VALUE_MOMENT] = { "time", parse_moment, NULL, false },
    [VALUE_PERIOD] = { "period", parse_period, NULL, false },
    [VALUE_TOKEN_TYPE] = { "type of token", parse_token_type, NULL, false },
    [VALUE_SECTION] = { "map", NULL, NULL, false },
    [VALUE_LIST] = { "list", NULL, NULL, false },
    [VALUE_NAMED] = { "map of names", NULL, NULL, false },
};
_Static_assert(COUNT(types) == VALUE_TYPES, "a type of value has no row");

bool value_parse(const struct row *row, struct span text, const char *folder, void *field,
                 struct fault *why)
{
    struct place p = { .row = row, .folder = folder, .field = field };
    return types[row->type].parse(&p, text, why);
}

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
