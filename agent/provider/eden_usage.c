/* Consumption, as the API reports it, into lines.
 *
 * One element of the consumption answer is one payer. A line that cannot be read is refused alone,
 * and its day of its payer is unknown from then on: half a day would look cheap. */
#include "provider/eden_usage.h"

#include "base/text.h"
#include "core/calendar.h"
#include "provider/json.h"
#include "provider/member.h"

enum { WORD_BYTES_MAX = 200 };

#define CALLS_LIMIT 9007199254740992.0 /* 2^53: what a JSON number counts exactly */

static bool is_word(struct span text)
{
    return text.len >= 1 && text.len <= WORD_BYTES_MAX && utf8_characters(text) > 0;
}

static bool read_cost(const cJSON *value, const char *member, struct money *ret, struct fault *why)
{
    if (cJSON_IsNumber(value))
        return money_from_double(value->valuedouble, ret, why) || fault_within(why, "%s", member);
    if (cJSON_IsString(value))
        return money_parse(span_of(value->valuestring), ret, why)
            || fault_within(why, "%s", member);
    return fault(why, FAULT_REJECT, "%s is missing or not a valid amount", member);
}

static bool read_calls(const cJSON *value, int64_t *ret, struct fault *why)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= CALLS_LIMIT)
        || (double)(int64_t)value->valuedouble != value->valuedouble)
        return fault(why, FAULT_REJECT, "details is not a valid call count");
    *ret = (int64_t)value->valuedouble;
    return true;
}

/* One element on its way into the book. */
struct reading_usage {
    struct usage_book *book;
    struct usage_line line; /* payer, day and feature as far as they are known */
    struct intern seen;     /* names of the object that is being read */
};

static const char *name_of(const struct intern *words, uint32_t number)
{
    enum { SHOWN_BYTES_MAX = 80 };
    return strlen(words->at[number]) <= SHOWN_BYTES_MAX ? words->at[number] : "(a long name)";
}

/* Refuses a part of a day: what the payer spent on that day is unknown. */
static void refuse_day(struct reading_usage *r, const char *part, struct fault *why)
{
    char day[TIME_TEXT_BYTES];
    if (part)
        fault_within(why, "%.80s", part);
    fault_within(why, "%s, %.10s", name_of(&r->book->payers, r->line.payer),
                 calendar_format(r->line.day, day));
    usage_refuse(r->book, why);
    usage_add_gap(r->book, r->line.payer, r->line.day);
}

/* The name of a member: empty, unreadable, or given a second time, which would double the figure.
 * `seen` is a table, as an answer may hold so many names that comparing each with each would never
 * end. */
static bool check_name(struct intern *seen, const cJSON *member, const char *what,
                       struct fault *why)
{
    uint32_t known = seen->count;
    if (!is_word(span_of(member->string)))
        return fault(why, FAULT_REJECT, "the name of a %s is empty, too long or not UTF-8", what);
    if (intern_number(seen, span_of(member->string)) < known)
        return fault(why, FAULT_REJECT, "duplicate %s", what);
    return true;
}

/* A provider that cannot be read leaves its feature's own cost as it is: the day stays known. */
static void read_providers(const cJSON *providers, struct reading_usage *r)
{
    struct intern seen = { 0 };
    struct usage_line line = r->line;
    struct fault why;
    const cJSON *each;
    if (!providers || cJSON_IsNull(providers))
        return;
    if (!cJSON_IsObject(providers)) {
        fault(&why, FAULT_REJECT, "%s: cost_per_provider is not an object",
              name_of(&r->book->payers, line.payer));
        usage_refuse(r->book, &why);
        return;
    }
    line.calls = 0;
    cJSON_ArrayForEach(each, providers)
    {
        if (!check_name(&seen, each, "provider", &why)
            || !read_cost(each, "a provider's cost", &line.cost, &why)) {
            fault_within(&why, "%s", name_of(&r->book->payers, line.payer));
            usage_refuse(r->book, &why);
            continue;
        }
        line.provider = intern_number(&r->book->words, span_of(each->string));
        usage_add(r->book, &line);
    }
    intern_done(&seen);
}

static bool read_feature(const cJSON *feature, struct reading_usage *r, struct fault *why)
{
    const cJSON *cost, *calls, *providers;
    struct usage_line *line = &r->line;
    if (!cJSON_IsObject(feature))
        return fault(why, FAULT_REJECT, "a feature is not an object");
    if (!member_once(feature, "total_cost", &cost, why)
        || !member_once(feature, "details", &calls, why)
        || !member_once(feature, "cost_per_provider", &providers, why)
        || !read_cost(cost, "total_cost", &line->cost, why)
        || !read_calls(calls, &line->calls, why))
        return false;
    line->feature = intern_number(&r->book->words, span_of(feature->string));
    line->provider = USAGE_WHOLE;
    usage_add(r->book, line);
    read_providers(providers, r);
    return true;
}

static void read_features(const cJSON *day, struct reading_usage *r)
{
    struct intern seen = { 0 };
    struct fault why;
    const cJSON *each;
    cJSON_ArrayForEach(each, day)
    {
        bool is_named = check_name(&seen, each, "feature", &why);
        if (!is_named || !read_feature(each, r, &why))
            refuse_day(r, is_named ? each->string : NULL, &why);
    }
    intern_done(&seen);
}

/* One day has one spelling, else it could come twice. */
static bool read_date(const cJSON *day, unix_s *ret, struct fault *why)
{
    if (strlen(day->string) != strlen("YYYY-MM-DD"))
        return fault(why, FAULT_REJECT, "a date is not YYYY-MM-DD");
    return calendar_parse(span_of(day->string), ret, why) || fault_within(why, "a date");
}

/* A date that cannot be read may be any of those that are not reported
 * otherwise. */
static void read_days(const cJSON *data, struct reading_usage *r)
{
    struct intern seen = { 0 };
    struct fault why;
    const cJSON *each;
    cJSON_ArrayForEach(each, data)
    {
        if (!read_date(each, &r->line.day, &why)) {
            fault_within(&why, "%s", name_of(&r->book->payers, r->line.payer));
            usage_refuse(r->book, &why);
            usage_add_gap(r->book, r->line.payer, TIME_NONE);
        } else if (!check_name(&seen, each, "date", &why)) {
            refuse_day(r, NULL, &why);
        } else if (!cJSON_IsObject(each)) {
            fault(&why, FAULT_REJECT, "a day is not an object");
            refuse_day(r, NULL, &why);
        } else {
            read_features(each, r);
        }
    }
    intern_done(&seen);
}

static bool read_payer(const cJSON *root, struct usage_book *b, struct fault *why)
{
    const cJSON *name, *data;
    struct fault later;
    uint32_t known = b->payers.count;
    if (!member_once(root, "token", &name, why))
        return false;
    long characters = cJSON_IsString(name) ? utf8_characters(span_of(name->valuestring)) : 0;
    if (characters < 1 || characters > NAME_CHARACTERS_MAX)
        return fault(why, FAULT_REJECT, "token is not a name of 1 to %d characters",
                     NAME_CHARACTERS_MAX);

    struct reading_usage r = { .book = b,
                               .line.payer =
                                   intern_number(&b->payers, span_of(name->valuestring)) };
    bool has_data = member_once(root, "data", &data, &later);
    if (has_data && !cJSON_IsObject(data))
        has_data = fault(&later, FAULT_REJECT, "data is missing or not an object");
    if (r.line.payer < known)
        usage_add_again(b, r.line.payer);
    if (has_data) {
        read_days(data, &r);
        return true;
    }
    usage_add_gap(b, r.line.payer, TIME_NONE);
    fault_within(&later, "%s", name_of(&b->payers, r.line.payer));
    usage_refuse(b, &later);
    return true;
}

static bool read_element(struct span element, struct usage_book *b, struct fault *why)
{
    own_json cJSON *root = json_parse_object(element, why);
    return root && read_payer(root, b, why);
}

bool eden_decode_usage(struct span element, struct usage_book *b)
{
    struct fault why;
    if (read_element(element, b, &why))
        return true;
    usage_refuse_element(b, why.text);
    return false;
}
