/* Values of members: every doubt is refused, because half a reading would look like spent money. */
#include "provider/member.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/calendar.h"

bool member_find(const cJSON *object, const char *const names[], const cJSON *found[], size_t count,
                 struct fault *why)
{
    const cJSON *each;
    memset(found, 0, count * sizeof *found);
    cJSON_ArrayForEach(each, object)
    {
        for (size_t m = 0; m < count; m++) {
            if (each->string[0] != names[m][0] || strcmp(each->string, names[m]) != 0)
                continue; /* most differ in their first letter, which spares the call */
            if (found[m])
                return fault(why, FAULT_REJECT, "duplicate %s", names[m]);
            found[m] = each;
        }
    }
    return true;
}

bool member_once(const cJSON *object, const char *name, const cJSON **ret, struct fault *why)
{
    return member_find(object, &name, ret, 1, why);
}

bool member_is_absent(const cJSON *value)
{
    return !value || cJSON_IsNull(value);
}

size_t member_cut(struct span text, size_t bytes)
{
    size_t kept = 0, step;
    unsigned code_point;
    while (kept < text.len
           && (step = utf8_step((struct span){ text.at + kept, text.len - kept }, &code_point))) {
        if (kept + step > bytes)
            break;
        kept += step;
    }
    return kept;
}

bool member_name(const cJSON *value, char ret[NAME_BYTES_MAX + 1], struct fault *why)
{
    if (!cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "name is missing or no text");
    struct span name = span_of(value->valuestring);
    long characters = utf8_characters(name);
    if (characters < 0)
        return fault(why, FAULT_REJECT, "name is not UTF-8");
    if (characters == 0 || characters > NAME_CHARACTERS_MAX)
        return fault(why, FAULT_REJECT, "name has %ld characters, not 1 to %d", characters,
                     NAME_CHARACTERS_MAX);
    memcpy(ret, name.at, name.len + 1);
    return true;
}

bool member_id(const cJSON *value, char ret[ID_BYTES], struct fault *why)
{
    ret[0] = '\0';
    if (member_is_absent(value) || (cJSON_IsString(value) && !*value->valuestring))
        return true;
    if (!cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "id is no text");
    size_t len = strlen(value->valuestring);
    for (size_t i = 0; i < len; i++)
        if (value->valuestring[i] <= ' ' || value->valuestring[i] > '~')
            return fault(why, FAULT_REJECT, "id is not visible ASCII");
    if (len >= ID_BYTES)
        return fault(why, FAULT_REJECT, "id is longer than %d characters", ID_BYTES - 1);
    memcpy(ret, value->valuestring, len + 1);
    return true;
}

/* ".5" and "5." are amounts, too, where a program wrote them. */
static bool parse_money(const char *text, struct money *ret, struct fault *why)
{
    char whole[64];
    size_t sign = *text == '-' || *text == '+', len = strlen(text);
    bool bare = text[sign] == '.', ends = len && text[len - 1] == '.';
    if (bare == ends || len + 2 > sizeof whole) /* neither, or both: a point alone is no amount */
        return money_parse(span_of(text), ret, why);
    snprintf(whole, sizeof whole, "%.*s%s%s%s", (int)sign, text, bare ? "0" : "", text + sign,
             ends ? "0" : "");
    return money_parse(span_of(whole), ret, why);
}

bool member_amount(const cJSON *value, const char *member, struct maybe_money *ret,
                   struct fault *why)
{
    struct money amount;
    if (member_is_absent(value)) {
        *ret = (struct maybe_money){ 0 };
        return true;
    }
    if (cJSON_IsNumber(value)) {
        if (!money_from_double(value->valuedouble, &amount, why))
            return fault_within(why, "%s", member);
    } else if (cJSON_IsString(value)) {
        if (!parse_money(value->valuestring, &amount, why))
            return fault_within(why, "%s", member);
    } else {
        return fault(why, FAULT_REJECT, "%s is neither number, decimal text nor null", member);
    }
    *ret = money_known(amount);
    return true;
}

bool member_flag(const cJSON *value, bool *ret)
{
    bool number = cJSON_IsNumber(value) && (value->valuedouble == 0 || value->valuedouble == 1);
    *ret = cJSON_IsTrue(value) || (number && value->valuedouble == 1);
    return number || cJSON_IsBool(value);
}

bool member_moment(const cJSON *value, const char *member, unix_s *ret, struct fault *why)
{
    if (member_is_absent(value) || (cJSON_IsString(value) && !*value->valuestring)) {
        *ret = TIME_NONE;
        return true;
    }
    if (!cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "%s is not a string", member);
    return calendar_parse(span_of(value->valuestring), ret, why) || fault_within(why, "%s", member);
}
