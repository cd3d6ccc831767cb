/* What the API writes and takes of a token, and what is common to its versions.
 *
 * Decoding a token is all or nothing: one doubtful member refuses the element. Amounts are written
 * as exact decimal text. */
#include "provider/eden_token.h"

#include <stdio.h>

#include "core/calendar.h"
#include "provider/member.h"

/* The members of a token that we read or write; anything else may come and go. */
enum member { NAME = SPEC_FIELDS, ID, OWNER, MASKED, REVOKED, REVOKED_AT, MEMBERS };

static const char *const members[] = {
    [SPEC_TYPE] = "token_type",
    [SPEC_BUDGET] = "active_balance",
    [SPEC_BALANCE] = "balance",
    [SPEC_EXPIRES] = "expire_time",
    [SPEC_PERIOD] = "balance_reset_period",
    [SPEC_AMOUNT] = "balance_reset_amount",
    [NAME] = "name",
    [ID] = "id",
    [OWNER] = "member",
    [MASKED] = "masked",
    [REVOKED] = "revoked",
    [REVOKED_AT] = "revoked_at",
};
_Static_assert(COUNT(members) == MEMBERS, "the last member has no name");

/* Its words for the periods that are reset at midnight in Paris: each night, on Monday, on the 1st.
 * Its types are called as ours are. */
static const char *const periods[] = {
    [RESET_NONE] = "none",       [RESET_DAILY] = "daily", [RESET_WEEKLY] = "weekly",
    [RESET_MONTHLY] = "monthly", [RESET_OTHER] = "other", /* in plans alone: it is never sent */
};

static void add_amount(struct text *out, struct maybe_money amount, const char *quote)
{
    char exact[MONEY_TEXT_BYTES];
    if (amount.known)
        text_addf(out, "%s%s%s", quote, money_format(amount.is, exact), quote);
    else
        text_add(out, span_of("null"));
}

/* A balance is a text where a token is made, and a number where it is changed. */
static void add_value(struct text *out, enum token_spec_field field, const struct reading *wanted,
                      bool makes)
{
    char stamp[TIME_TEXT_BYTES];
    switch (field) {
    case SPEC_TYPE:
        text_add_json(out, span_of(wanted->type));
        break;
    case SPEC_BUDGET:
        text_add(out, span_of(wanted->budgeted ? "true" : "false"));
        break;
    case SPEC_BALANCE:
        add_amount(out, wanted->balance, makes ? "\"" : "");
        break;
    case SPEC_EXPIRES:
        if (wanted->expires == TIME_NONE)
            text_add(out, span_of("null"));
        else
            text_addf(out, "\"%s\"", calendar_format(wanted->expires, stamp));
        break;
    case SPEC_PERIOD:
        text_addf(out, "\"%s\"", periods[wanted->period]);
        break;
    case SPEC_AMOUNT:
        add_amount(out, wanted->reset_amount, "\"");
        break;
    case SPEC_FIELDS:
        break;
    }
}

static void add_text_member(struct text *out, enum member member, const char *value,
                            const char **before)
{
    if (!value)
        return;
    text_addf(out, "%s\"%s\": ", *before, members[member]);
    text_add_json(out, span_of(value));
    *before = ", ";
}

void eden_add_request(struct text *out, const struct token_request *r)
{
    const char *before = "{";
    add_text_member(out, NAME, r->name, &before);
    add_text_member(out, OWNER, r->member, &before);
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        if (!r->wish || !r->wish->given[f])
            continue;
        text_addf(out, "%s\"%s\": ", before, members[f]);
        add_value(out, f, &r->wish->wanted, r->makes);
        before = ", ";
    }
    text_add(out, span_of(*before == '{' ? "{}" : "}"));
}

static bool decode_type(const cJSON *value, char ret[TYPE_BYTES], struct fault *why)
{
    if (!member_is_absent(value) && !cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "token_type is not a string");
    struct span type = span_of(
        member_is_absent(value) || !*value->valuestring ? TYPE_ORDINARY : value->valuestring);
    if (utf8_characters(type) < 0)
        return fault(why, FAULT_REJECT, "token_type is not UTF-8");
    snprintf(ret, TYPE_BYTES, "%.*s", (int)member_cut(type, TYPE_BYTES - 1), type.at);
    return true;
}

/* A budget of null is no cap, which is what a token without a budget is. */
static bool decode_budget(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    if (!found[SPEC_BALANCE])
        return fault(why, FAULT_REJECT, "balance is missing");
    if (!member_flag(found[SPEC_BUDGET], &r->budgeted))
        return fault(why, FAULT_REJECT, "active_balance is missing or no boolean");
    if (!member_amount(found[SPEC_BALANCE], members[SPEC_BALANCE], &r->balance, why))
        return false;
    r->budgeted &= r->balance.known;
    return true;
}

/* Absent from the first descriptions. */
static bool decode_revoked(const cJSON *value, bool *ret, struct fault *why)
{
    *ret = false;
    return member_is_absent(value) || member_flag(value, ret)
        || fault(why, FAULT_REJECT, "revoked is no boolean");
}

static enum reset_period period_named(struct span word)
{
    enum reset_period period = RESET_NONE;
    while (period < RESET_OTHER && !span_is(word, periods[period]))
        period++;
    return period;
}

static bool decode_reset(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    const cJSON *period = found[SPEC_PERIOD];
    if (!member_is_absent(period) && !cJSON_IsString(period))
        return fault(why, FAULT_REJECT, "balance_reset_period is not a string");
    if (!member_amount(found[SPEC_AMOUNT], members[SPEC_AMOUNT], &r->reset_amount, why))
        return false;
    r->period = member_is_absent(period) || !*period->valuestring
        ? RESET_NONE
        : period_named(span_of(period->valuestring));
    if (r->period == RESET_NONE)
        r->reset_amount = (struct maybe_money){ 0 };
    return true;
}

static bool decode_members(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    return decode_type(found[SPEC_TYPE], r->type, why) && decode_budget(found, r, why)
        && decode_reset(found, r, why)
        && member_moment(found[SPEC_EXPIRES], members[SPEC_EXPIRES], &r->expires, why);
}

/* What only describes a token is no reason to refuse it: what is no text is as if not there. */
static void copy_text(const cJSON *value, char *ret, size_t room)
{
    struct span text = span_of(cJSON_IsString(value) ? value->valuestring : "");
    if (utf8_characters(text) > 0)
        snprintf(ret, room, "%.*s", (int)member_cut(text, room - 1), text.at);
}

/* A secret of which a part is hidden. One that hides nothing would be the secret. */
static void decode_masked(const cJSON *value, char ret[MASKED_BYTES])
{
    static const char *const hides[] = { "*", "...", "\xe2\x80\xa6", "\xe2\x80\xa2" };
    bool hidden = false;
    for (size_t i = 0; i < COUNT(hides); i++)
        hidden |= cJSON_IsString(value) && strstr(value->valuestring, hides[i]);
    if (hidden && strlen(value->valuestring) < MASKED_BYTES)
        copy_text(value, ret, MASKED_BYTES);
}

/* What is over needs no more than its name: its other members are as they may be. */
static bool decode_all(const cJSON *const found[MEMBERS], struct decoded *d, struct fault *why)
{
    struct fault odd;
    if (!member_name(found[NAME], d->name, why) || !member_id(found[ID], d->id, why)
        || !decode_revoked(found[REVOKED], &d->revoked, why))
        return false;
    copy_text(found[OWNER], d->member, sizeof d->member);
    decode_masked(found[MASKED], d->masked);
    d->revoked_at = TIME_NONE;
    if (!d->revoked)
        return decode_members(found, &d->reading, why);
    if (!member_moment(found[REVOKED_AT], members[REVOKED_AT], &d->revoked_at, &odd))
        d->revoked_at = TIME_NONE;
    if (!decode_members(found, &d->reading, &odd))
        d->reading = (struct reading){ .type = TYPE_ORDINARY, .expires = TIME_NONE };
    return true;
}

bool eden_decode_token(struct span element, bool has_id, struct decoded *ret, struct fault *why)
{
    own_json cJSON *root = json_parse_object(element, why);
    if (!root)
        return false;

    const cJSON *found[MEMBERS] = { 0 };
    struct decoded d = { 0 };
    if (!member_find(root, members, found, MEMBERS, why))
        return false;
    found[ID] = has_id ? found[ID] : NULL;
    if (!decode_all(found, &d, why))
        return false;
    *ret = d;
    ret->reading.name = ret->name;
    ret->reading.reset_untold = has_id && member_is_absent(found[SPEC_PERIOD]);
    return true;
}

void eden_add_range(struct text *out, unix_s first, unix_s last)
{
    struct date begin = calendar_date(first / DAY_S), end = calendar_date(last / DAY_S + 1);
    text_addf(out, "?begin=%04d-%02d-%02d&end=%04d-%02d-%02d&step=1", begin.year, begin.month,
              begin.day, end.year, end.month, end.day);
}

/* "details" is what the service itself says of data that it does not have; a path that is not there
 * is answered with "detail", or with a page. */
bool eden_says_unspent(int status, struct span body)
{
    struct fault broken;
    const cJSON *details;
    if (status != 404)
        return false;
    own_json cJSON *root = json_parse_object(body, &broken);
    return root && member_once(root, "details", &details, &broken) && cJSON_IsString(details);
}

const char *const eden_wrappers[] = { "error", "message", "detail", "details", NULL };
