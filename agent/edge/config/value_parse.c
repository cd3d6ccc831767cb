/* How each type is read; strict: nothing before or after a value, no unit guessed. */
#include "edge/config/values.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/endpoint.h"
#include "base/nearest.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/token_spec.h"
#include "edge/config/choice.h"
#include "edge/config/scalar.h"
#include "edge/config/url.h"

_Static_assert(ACCOUNT_NAME_BYTES == (int)RULE_NAME_BYTES, "one type of value serves both names");

/* What a parser is handed besides the text. */
struct place {
    const struct row *row;
    const struct value_context *context;
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

static void store_array(const struct place *p, struct span text)
{
    char *field = p->field;
    memcpy(field, text.at, text.len);
    field[text.len] = '\0';
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
        return fault(why, FAULT_REJECT, "`%s` contains a control character", p->row->name);
    return true;
}

static bool parse_text(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    store_text(p, text);
    return true;
}

/* "/a/./b//c" is "/a/b/c". What ".." means depends on symbolic links: it stays. */
static void add_tidy_path(struct text *out, struct span path)
{
    while (path.len) {
        const char *slash = memchr(path.at, '/', path.len);
        size_t len = slash ? (size_t)(slash - path.at) : path.len;
        struct span step = { path.at, len };
        if (len && !span_is(step, ".")) {
            text_add(out, span_of("/"));
            text_add(out, step);
        }
        len += slash ? 1 : 0;
        path = (struct span){ path.at + len, path.len - len };
    }
}

static bool parse_path(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    struct text absolute = { 0 };
    if (text.at[0] != '/') {
        add_tidy_path(&absolute, span_of(p->context->folder));
        add_tidy_path(&absolute, text);
    }
    store_text(p, absolute.len ? span_of(text_z(&absolute)) : text);
    text_done(&absolute);
    return true;
}

static void add_absolute(const struct place *p, struct span path, struct text *out)
{
    if (path.at[0] != '/')
        add_tidy_path(out, span_of(p->context->folder));
    add_tidy_path(out, path);
}

static struct span take_member(struct span *list);

static bool parse_paths(const struct place *p, struct span text, struct fault *why)
{
    struct text joined = { 0 };
    bool ok = fits_text(p, text, why);
    for (bool more = ok; more;) {
        more = memchr(text.at, ',', text.len);
        struct span member = take_member(&text);
        text_add(&joined, span_of(joined.len ? ", " : ""));
        if (member.len)
            add_absolute(p, member, &joined);
        else
            more = ok = wanted(p, why, "paths, separated by commas or as a list");
    }
    if (ok)
        store_text(p, span_of(text_z(&joined)));
    text_done(&joined);
    return ok;
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
        return wanted(p, why, "a topic without the wildcards + and #");
    if (text.at[0] == '/' || text.at[text.len - 1] == '/' || memmem(text.at, text.len, "//", 2))
        return wanted(p, why, "a topic without leading, trailing or double slashes");
    if (text.at[0] == '$')
        return wanted(p, why, "a topic without a leading $, which is reserved for the broker");
    store_text(p, text);
    return true;
}

static bool parse_variable(const struct place *p, struct span text, struct fault *why)
{
    if (text.len > (size_t)p->row->max || !is_made_of(text, "_")
        || isdigit((unsigned char)text.at[0]))
        return wanted(p, why, "the name of an environment variable, not its value");
    store_text(p, text);
    return true;
}

static bool parse_credential(const struct place *p, struct span text, struct fault *why)
{
    if (text.len > (size_t)p->row->max || !is_made_of(text, "._-") || text.at[0] == '.')
        return wanted(p, why, "the name of a systemd credential, not its value");
    store_text(p, text);
    return true;
}

static bool parse_name(const struct place *p, struct span text, struct fault *why)
{
    if (!is_made_of(text, "_-") || text.len >= ACCOUNT_NAME_BYTES)
        return wanted(p, why, "1 to 63 letters, digits, - and _ (it becomes part of topics)");
    store_array(p, text);
    return true;
}

static bool parse_pattern(const struct place *p, struct span text, struct fault *why)
{
    if (text.len == 0 || text.len >= PATTERN_BYTES || memchr(text.at, '\0', text.len))
        return wanted(p, why, "a pattern of 1 to 255 bytes");
    store_array(p, text);
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

/* Reads a list of members, each of which `add` checks and writes in its usual form. */
static bool parse_members(const struct place *p, struct span text,
                          bool (*add)(struct span member, struct text *out), const char *what,
                          struct fault *why)
{
    struct text joined = { 0 };
    bool ok = fits_text(p, text, why);
    for (bool more = ok; more;) {
        more = memchr(text.at, ',', text.len);
        struct span member = take_member(&text);
        if (joined.len)
            text_add(&joined, span_of(", "));
        if (!add(member, &joined))
            more = ok = wanted(p, why, what);
    }
    if (ok)
        store_text(p, span_of(text_z(&joined)));
    text_done(&joined);
    return ok;
}

static bool add_pattern(struct span member, struct text *out)
{
    text_add(out, member);
    return member.len > 0 && member.len < PATTERN_BYTES;
}

static bool parse_patterns(const struct place *p, struct span text, struct fault *why)
{
    return parse_members(p, text, add_pattern,
                         "patterns of 1 to 255 bytes, separated by commas or as a list", why);
}

static bool add_address(struct span member, struct text *out)
{
    struct endpoint e;
    char words[ENDPOINT_TEXT_BYTES];
    if (!endpoint_parse(member, HTTP_PORT, &e))
        return false;
    text_add(out, span_of(endpoint_format(&e, words)));
    return true;
}

static bool parse_addresses(const struct place *p, struct span text, struct fault *why)
{
    return parse_members(
        p, text, add_address,
        "numeric addresses with ports, such as 127.0.0.1:5322, [::1]:5322 or 0.0.0.0:5322", why);
}

static bool add_host(struct span member, struct text *out)
{
    text_add(out, member);
    return host_is_valid(member);
}

static bool parse_hosts(const struct place *p, struct span text, struct fault *why)
{
    return parse_members(p, text, add_host,
                         "host names, without scheme and port, separated by commas or as a list",
                         why);
}

/* Keeps a number; one beyond the row's bounds is refused, and the bounds are told as `add` writes
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
        return wanted(p, why, "a whole number");
    return keep(p, count, add_count, why);
}

static bool parse_duration(const struct place *p, struct span text, struct fault *why)
{
    int64_t seconds;
    if (!duration_parse(text, &seconds, why))
        return wanted(p, why, "a number with a unit, such as 90s, 5m, 6h, 7d or 2w");
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
        return wanted(p, why, "a number with at most three decimals, such as 0.2");
    return keep(p, milli, scalar_add_rate, why);
}

static bool parse_flag(const struct place *p, struct span text, struct fault *why)
{
    bool on = span_is(text, "true");
    if (!on && !span_is(text, "false"))
        return wanted(p, why, "true or false");
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
        if (!choice_find(p->row, take_member(&text), &check, why))
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

/* The future may bring other types: only a slip of the pen is refused. */
static bool parse_token_type(const struct place *p, struct span text, struct fault *why)
{
    static const char *const known[] = { TYPE_ORDINARY, TYPE_FREE };
    struct nearest nearest = nearest_to(text);
    for (size_t i = 0; i < COUNT(known); i++)
        nearest_try(&nearest, known[i]);
    if (!is_made_of(text, "_") || text.len >= TYPE_BYTES)
        return wanted(p, why, "a token type: " TYPE_ORDINARY " or " TYPE_FREE);
    if (nearest.best && nearest.distance)
        return fault(why, FAULT_REJECT, "`%s`: unknown token type; did you mean \"%s\"?",
                     p->row->name, nearest.best);
    store_array(p, text);
    return true;
}

/* NULL: not read here. */
static bool (*const parsers[VALUE_TYPES])(const struct place *p, struct span text,
                                          struct fault *why) = {
    [VALUE_TEXT] = parse_text,
    [VALUE_PATH] = parse_path,
    [VALUE_HOST] = parse_host,
    [VALUE_URL] = parse_url,
    [VALUE_TOPIC] = parse_topic,
    [VALUE_VARIABLE] = parse_variable,
    [VALUE_CREDENTIAL] = parse_credential,
    [VALUE_NAME] = parse_name,
    [VALUE_PATTERN] = parse_pattern,
    [VALUE_ADDRESSES] = parse_addresses,
    [VALUE_HOSTS] = parse_hosts,
    [VALUE_PATHS] = parse_paths,
    [VALUE_PATTERNS] = parse_patterns,
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
