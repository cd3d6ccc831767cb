/* Consumption and credits, as the API tells them, into lines and amounts.
 *
 * One element of the consumption answer is one payer. It adds all its lines or none: half a day would look cheap. */
#include <inttypes.h>

#include "core/calendar.h"
#include "edge/wire.h"
#include "edge/wire/json.h"

enum { WORD_BYTES_MAX = 200 };

#define CALLS_LIMIT 9007199254740992.0 /* 2^53: what a JSON number counts exactly */

/* The member of that name, which must not be given twice; NULL in `ret` when it is not there. */
static bool find_once(const cJSON *object, const char *name, const cJSON **ret, struct fault *why)
{
    const cJSON *each, *found = NULL;
    cJSON_ArrayForEach(each, object) {
        if (strcmp(each->string, name) != 0)
            continue;
        if (found)
            return fault(why, FAULT_REJECT, "%s is given twice", name);
        found = each;
    }
    *ret = found;
    return true;
}

static bool is_word(struct span text)
{
    return text.len >= 1 && text.len <= WORD_BYTES_MAX && json_characters(text) > 0;
}

static bool read_cost(const cJSON *value, const char *member, struct money *ret, struct fault *why)
{
    if (cJSON_IsNumber(value))
        return money_from_double(value->valuedouble, ret, why) || fault_within(why, "%s", member);
    if (cJSON_IsString(value))
        return money_parse(span_of(value->valuestring), ret, why) || fault_within(why, "%s", member);
    return fault(why, FAULT_REJECT, "%s is missing or no amount", member);
}

static bool read_calls(const cJSON *value, int64_t *ret, struct fault *why)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= CALLS_LIMIT)
        || (double)(int64_t)value->valuedouble != value->valuedouble)
        return fault(why, FAULT_REJECT, "details is no number of calls");
    *ret = (int64_t)value->valuedouble;
    return true;
}

/* That all members of an object have names, and each another one: the second of two would double the figure. A table
 * of them, as an answer may hold so many that comparing each with each would never end. */
static bool check_names(const cJSON *object, const char *what, struct fault *why)
{
    struct words seen = { 0 };
    const cJSON *each;
    bool ok = true;
    cJSON_ArrayForEach(each, object) {
        uint32_t known = seen.count;
        if (!is_word(span_of(each->string)))
            ok = fault(why, FAULT_REJECT, "the name of a %s is empty, too long or not UTF-8", what);
        else if (words_number(&seen, span_of(each->string)) < known)
            ok = fault(why, FAULT_REJECT, "a %s is given twice", what);
        if (!ok)
            break;
    }
    words_done(&seen);
    return ok;
}

static bool read_providers(const cJSON *providers, struct usage_line line, struct usage_book *b, struct fault *why)
{
    const cJSON *each;
    line.calls = 0;
    if (!providers || cJSON_IsNull(providers))
        return true;
    if (!cJSON_IsObject(providers))
        return fault(why, FAULT_REJECT, "cost_per_provider is no object");
    if (!check_names(providers, "provider", why))
        return false;
    cJSON_ArrayForEach(each, providers) {
        if (!read_cost(each, "a provider's cost", &line.cost, why))
            return false;
        line.provider = words_number(&b->words, span_of(each->string));
        usage_add(b, &line);
    }
    return true;
}

static bool read_feature(const cJSON *feature, struct usage_line line, struct usage_book *b, struct fault *why)
{
    const cJSON *cost, *calls, *providers;
    if (!cJSON_IsObject(feature))
        return fault(why, FAULT_REJECT, "a feature is no object");
    if (!find_once(feature, "total_cost", &cost, why) || !find_once(feature, "details", &calls, why)
        || !find_once(feature, "cost_per_provider", &providers, why) || !read_cost(cost, "total_cost", &line.cost, why)
        || !read_calls(calls, &line.calls, why))
        return false;
    line.feature = words_number(&b->words, span_of(feature->string));
    line.provider = USAGE_WHOLE;
    usage_add(b, &line);
    return read_providers(providers, line, b, why);
}

static bool read_day(const cJSON *day, struct usage_line line, struct usage_book *b, struct fault *why)
{
    const cJSON *each;
    if (strlen(day->string) != strlen("YYYY-MM-DD")) /* one day has one spelling, else it could come twice */
        return fault(why, FAULT_REJECT, "a date is not YYYY-MM-DD");
    if (!calendar_parse(span_of(day->string), &line.day, why))
        return fault_within(why, "a date");
    if (!cJSON_IsObject(day))
        return fault(why, FAULT_REJECT, "a day is no object");
    if (!check_names(day, "feature", why))
        return false;
    cJSON_ArrayForEach(each, day) {
        if (!read_feature(each, line, b, why))
            return false;
    }
    return true;
}

static bool read_payer(const cJSON *root, struct usage_book *b, struct fault *why)
{
    enum { NAME_CHARACTERS_MAX = NAME_BYTES_MAX / 4 };
    const cJSON *name, *data, *each;
    if (!find_once(root, "token", &name, why) || !find_once(root, "data", &data, why))
        return false;
    long characters = cJSON_IsString(name) ? json_characters(span_of(name->valuestring)) : 0;
    if (characters < 1 || characters > NAME_CHARACTERS_MAX)
        return fault(why, FAULT_REJECT, "token is no name of 1 to %d characters", NAME_CHARACTERS_MAX);
    if (!cJSON_IsObject(data))
        return fault(why, FAULT_REJECT, "data is missing or no object");

    uint32_t known = b->payers.count;
    struct usage_line line = { .payer = words_number(&b->payers, span_of(name->valuestring)) };
    if (line.payer < known)
        return fault(why, FAULT_REJECT, "a token has two elements");
    if (!check_names(data, "date", why))
        return false;
    cJSON_ArrayForEach(each, data) {
        if (!read_day(each, line, b, why))
            return false;
    }
    return true;
}

bool wire_decode_usage(struct span element, struct usage_book *b, struct fault *why)
{
    own_json cJSON *root = json_parse(element, why);
    if (!root)
        return fault_within(why, "consumption");
    if (!cJSON_IsObject(root))
        return fault(why, FAULT_REJECT, "consumption: an element is not an object");
    size_t count = b->count;
    if (read_payer(root, b, why))
        return true;
    b->count = count;
    return fault_within(why, "consumption");
}

bool wire_decode_credits(struct span body, struct money *ret, struct fault *why)
{
    const cJSON *credits;
    own_json cJSON *root = json_parse(body, why);
    if (!root)
        return fault_within(why, "credits");
    if (!cJSON_IsObject(root))
        return fault(why, FAULT_REJECT, "credits: the answer is not an object");
    return (find_once(root, "credits", &credits, why) && read_cost(credits, "credits", ret, why))
        || fault_within(why, "credits");
}
