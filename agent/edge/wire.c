/* Bytes of the API -> readings and error texts.
 *
 * Decoding is all or nothing: one doubtful member refuses the element, because half a reading would
 * look like spent money. What can mean one thing only is taken, whoever spells it so: 0 and 1 for a
 * boolean, an empty time for none, amounts as numbers or text. An error text never quotes what may
 * be a secret. */
#include "edge/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "base/hash.h"
#include "base/json_walk.h"
#include "core/calendar.h"
#include "edge/wire/json.h"

/* The members of a token that we read; anything else may come and go. */
enum wire_member { NAME, TYPE, BALANCE, ACTIVE, EXPIRE, PERIOD, AMOUNT, MEMBERS };

static const char *const member_names[] = {
    [NAME] = "name",
    [TYPE] = "token_type",
    [BALANCE] = "balance",
    [ACTIVE] = "active_balance",
    [EXPIRE] = "expire_time",
    [PERIOD] = "balance_reset_period",
    [AMOUNT] = "balance_reset_amount",
};
_Static_assert(COUNT(member_names) == MEMBERS, "the last member has no name");

static bool find_members(const cJSON *root, const cJSON *found[MEMBERS], struct fault *why)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, root)
    {
        for (size_t m = 0; m < MEMBERS; m++) {
            if (strcmp(each->string, member_names[m]) != 0)
                continue;
            if (found[m])
                return fault(why, FAULT_REJECT, "duplicate %s", member_names[m]);
            found[m] = each;
        }
    }
    return true;
}

static bool is_absent(const cJSON *value)
{
    return !value || cJSON_IsNull(value);
}

/* The longest start of `text` of at most `bytes` bytes that ends between two characters. */
static size_t cut_at(struct span text, size_t bytes)
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

enum { NAME_CHARACTERS_MAX = NAME_BYTES_MAX / 4 };

static bool decode_name(const cJSON *value, char ret[NAME_BYTES_MAX + 1], struct fault *why)
{
    if (!cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "name is missing or no text");
    struct span name = span_of(value->valuestring);
    long characters = json_characters(name);
    if (characters < 0)
        return fault(why, FAULT_REJECT, "name is not UTF-8");
    if (characters == 0 || characters > NAME_CHARACTERS_MAX)
        return fault(why, FAULT_REJECT, "name has %ld characters, not 1 to %d", characters,
                     NAME_CHARACTERS_MAX);
    memcpy(ret, name.at, name.len + 1);
    return true;
}

static bool decode_type(const cJSON *value, char ret[TYPE_BYTES], struct fault *why)
{
    if (!is_absent(value) && !cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "token_type is not a string");
    struct span type =
        span_of(is_absent(value) || !*value->valuestring ? "api_token" : value->valuestring);
    if (json_characters(type) < 0)
        return fault(why, FAULT_REJECT, "token_type is not UTF-8");
    snprintf(ret, TYPE_BYTES, "%.*s", (int)cut_at(type, TYPE_BYTES - 1), type.at);
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

/* Number, decimal string or null; the caller has seen to it that the member is there if it must be.
 */
static bool decode_money(const cJSON *value, const char *member, struct maybe_money *ret,
                         struct fault *why)
{
    struct money amount;
    if (is_absent(value)) {
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

/* True and false; a database's 1 and 0 are the same. */
static bool decode_flag(const cJSON *value, bool *ret)
{
    bool number = cJSON_IsNumber(value) && (value->valuedouble == 0 || value->valuedouble == 1);
    *ret = cJSON_IsTrue(value) || (number && value->valuedouble == 1);
    return number || cJSON_IsBool(value);
}

static bool decode_budget(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    if (!found[BALANCE])
        return fault(why, FAULT_REJECT, "balance is missing");
    if (!decode_flag(found[ACTIVE], &r->budgeted))
        return fault(why, FAULT_REJECT, "active_balance is missing or no boolean");
    return decode_money(found[BALANCE], "balance", &r->balance, why);
}

static bool decode_reset(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    const cJSON *period = found[PERIOD];
    if (!is_absent(period) && !cJSON_IsString(period))
        return fault(why, FAULT_REJECT, "balance_reset_period is not a string");
    if (!decode_money(found[AMOUNT], "balance_reset_amount", &r->reset_amount, why))
        return false;
    r->period = is_absent(period) || !*period->valuestring
        ? RESET_NONE
        : calendar_period_named(span_of(period->valuestring));
    if (r->period == RESET_NONE)
        r->reset_amount = (struct maybe_money){ 0 };
    return true;
}

/* An empty time is none, as null is. */
static bool decode_expiry(const cJSON *value, unix_s *ret, struct fault *why)
{
    if (is_absent(value) || (cJSON_IsString(value) && !*value->valuestring)) {
        *ret = TIME_NONE;
        return true;
    }
    if (!cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "expire_time is not a string");
    return calendar_parse(span_of(value->valuestring), ret, why)
        || fault_within(why, "expire_time");
}

bool wire_decode_token(struct span element, struct decoded *ret, struct fault *why)
{
    own_json cJSON *root = json_parse(element, why);
    if (!root)
        return false;
    if (!cJSON_IsObject(root))
        return fault(why, FAULT_REJECT, "it is not an object");

    const cJSON *found[MEMBERS] = { 0 };
    struct decoded d = { 0 };
    if (!find_members(root, found, why) || !decode_name(found[NAME], d.name, why)
        || !decode_type(found[TYPE], d.reading.type, why) || !decode_budget(found, &d.reading, why)
        || !decode_reset(found, &d.reading, why)
        || !decode_expiry(found[EXPIRE], &d.reading.expires, why))
        return false;
    *ret = d;
    ret->reading.name = ret->name;
    return true;
}

/* The string that is the member "name" of what there is of an object, quotes and all. False: there
 * is none, or more than one. What comes after it need not be JSON. */
static bool keep_name(struct span element, struct text *ret)
{
    struct json_walk w;
    struct fault broken;
    const char *from = NULL;
    bool is_next = false, found = false;
    walk_init(&w);
    walk_feed(&w, element);
    for (;;) {
        enum walk_event event = walk_next(&w, &broken);
        if (event == WALK_MORE || event == WALK_FAULT)
            return ret->len > 0;
        if (event == WALK_END && from && w.level == 1)
            text_add(ret, (struct span){ from, (size_t)(w.at - from) });
        from = event == WALK_BEGIN && is_next && w.at[-1] == '"' ? w.at - 1 : NULL;
        is_next = event == WALK_KEY && w.level == 1 && walk_key_is(&w, "name");
        if (is_next && found)
            return false;
        found |= is_next;
    }
}

/* A name that is too long to be kept: its start, and a number that two such names do not share. */
static void shorten_name(struct span name, char ret[NAME_BYTES_MAX + 1])
{
    enum { KEPT_CHARACTERS = 180 };
    size_t kept = 0;
    unsigned code_point;
    for (int i = 0; i < KEPT_CHARACTERS; i++)
        kept += utf8_step((struct span){ name.at + kept, name.len - kept }, &code_point);
    snprintf(ret, NAME_BYTES_MAX + 1, "%.*s...%08" PRIx32, (int)kept, name.at,
             (uint32_t)hash_of(name));
}

bool wire_name_of(struct span element, char ret[NAME_BYTES_MAX + 1])
{
    struct text written = { 0 };
    struct fault unreadable;
    own_json cJSON *name = keep_name(element, &written)
        ? json_parse((struct span){ written.at, written.len }, &unreadable)
        : NULL;
    text_done(&written);
    long characters = cJSON_IsString(name) ? json_characters(span_of(name->valuestring)) : 0;
    if (characters > NAME_CHARACTERS_MAX)
        shorten_name(span_of(name->valuestring), ret);
    else if (characters > 0)
        snprintf(ret, NAME_BYTES_MAX + 1, "%s", name->valuestring);
    return characters > 0;
}

/* Follows the members in which the API and its framework wrap what they have to say. */
static const cJSON *unwrap(const cJSON *value)
{
    static const char *const wrappers[] = { "error", "message", "detail", "details" };
    for (size_t w = 0; w < COUNT(wrappers); w++) {
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(value, wrappers[w]);
        if (inner)
            return unwrap(inner);
    }
    return value;
}

/* "name: text, text; balance: text" from {"name": ["text", "text"], "balance": "text"}. */
static void describe(const cJSON *value, int depth, struct text *out)
{
    enum { DEPTH_MAX = 3, ENOUGH_BYTES = 1024 };
    if (cJSON_IsString(value))
        text_add(out, span_of(value->valuestring));
    if (depth == DEPTH_MAX)
        return;
    const cJSON *each;
    cJSON_ArrayForEach(each, value)
    {
        if (out->len > ENOUGH_BYTES)
            return;
        if (each != value->child)
            text_add(out, span_of(each->string ? "; " : ", "));
        if (each->string)
            text_addf(out, "%s: ", each->string);
        describe(each, depth + 1, out);
    }
}

/* Only a bare text or a known wrapper speaks for people: any other JSON may be a token with its
 * secret. */
static void describe_json(struct span body, struct text *out)
{
    struct fault broken;
    own_json cJSON *root = json_parse(body, &broken);
    const cJSON *said = unwrap(root);
    if (said && (said != root || cJSON_IsString(root)))
        describe(said, 0, out);
}

static const char *find_without_case(struct span in, const char *what)
{
    size_t len = strlen(what);
    for (size_t i = 0; i + len <= in.len; i++)
        if (strncasecmp(in.at + i, what, len) == 0)
            return in.at + i;
    return NULL;
}

/* What stands in <title>, the one part of an error page that is short. */
static struct span page_title(struct span page)
{
    static const char open[] = "<title>";
    const char *end = page.at + page.len;
    const char *title = find_without_case(page, open);
    if (!title)
        return (struct span){ page.at, 0 };
    title += strlen(open);
    const char *close =
        find_without_case((struct span){ title, (size_t)(end - title) }, "</title>");
    return (struct span){ title, close ? (size_t)(close - title) : 0 };
}

/* The characters of a bearer token (RFC 7235, token68). */
static bool is_key_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c && strchr("-._~+/=", c));
}

static size_t key_length(struct span text)
{
    size_t run = 0;
    while (run < text.len && is_key_character(text.at[run]))
        run++;
    return run;
}

/* Long, or not so long but made like no word: names of tokens have no capitals between digits, keys
 * of all makes do. */
static bool may_be_key(struct span word)
{
    enum { KEY_BYTES_MIN = 24, MIXED_BYTES_MIN = 12 };
    bool upper = false, lower = false, digit = false;
    for (size_t i = 0; i < word.len; i++) {
        upper |= word.at[i] >= 'A' && word.at[i] <= 'Z';
        lower |= word.at[i] >= 'a' && word.at[i] <= 'z';
        digit |= word.at[i] >= '0' && word.at[i] <= '9';
    }
    return word.len >= KEY_BYTES_MIN || (word.len >= MIXED_BYTES_MIN && upper && lower && digit);
}

/* Copies text as one line. A server may quote the account's key or a token's secret, and no list of
 * secrets is kept to compare with, so a word that could be one is left out. */
static void add_line_without_keys(struct span text, struct text *out)
{
    for (size_t i = 0; i < text.len;) {
        size_t run = key_length((struct span){ text.at + i, text.len - i });
        bool visible = (unsigned char)text.at[i] > ' ';
        if (may_be_key((struct span){ text.at + i, run }))
            text_add(out, span_of("[...]"));
        else if (visible)
            text_add(out, (struct span){ text.at + i, run ? run : 1 });
        else if (out->len && out->at[out->len - 1] != ' ')
            text_add(out, span_of(" "));
        i += run ? run : 1;
    }
}

static struct span span_of_text(const struct text *t)
{
    return (struct span){ text_z(t), t->len };
}

static void add_said(struct span body, struct text *out)
{
    if (body.len && strchr("{[\"", body.at[0]))
        describe_json(body, out);
    else if (body.len && body.at[0] == '<')
        text_add(out, page_title(body));
    else
        text_add(out, body);
}

/* One line of what was said, without what could be a key; less than `room` bytes, cut between
 * characters. */
static size_t make_line(struct span said, char *out, size_t room)
{
    struct text line = { 0 }, shown = { 0 };
    add_line_without_keys(json_trim(said), &line);
    text_add_terminal(&shown, span_of_text(&line), 0);

    size_t kept = cut_at(span_of_text(&shown), room - 1);
    memcpy(out, text_z(&shown), kept);
    out[kept] = '\0';
    text_done(&line);
    text_done(&shown);
    return kept;
}

bool wire_error_text(struct span body, char *out, size_t room)
{
    enum { LOOK_AT_BYTES = 64 * 1024, TEXT_BYTES_MAX = 200 };
    struct text said = { 0 };
    add_said(
        json_trim((struct span){ body.at, body.len < LOOK_AT_BYTES ? body.len : LOOK_AT_BYTES }),
        &said);
    size_t kept =
        make_line(span_of_text(&said), out, room <= TEXT_BYTES_MAX ? room : TEXT_BYTES_MAX + 1);
    text_done(&said);
    return kept > 0;
}

size_t wire_complaints(struct span body, struct wire_complaint ret[WIRE_COMPLAINTS_MAX])
{
    struct fault broken;
    own_json cJSON *root = json_parse(body, &broken);
    const cJSON *fields = unwrap(root), *each;
    size_t count = 0;
    if (fields == root || !cJSON_IsObject(fields))
        return 0;
    cJSON_ArrayForEach(each, fields)
    {
        struct text said = { 0 };
        describe(each, 0, &said);
        if (said.len && count < WIRE_COMPLAINTS_MAX) {
            struct wire_complaint *c = &ret[count++];
            make_line(span_of(each->string), c->field, sizeof c->field);
            make_line(span_of_text(&said), c->text, sizeof c->text);
        }
        text_done(&said);
    }
    return count;
}
