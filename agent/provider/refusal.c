/* A line for people from whatever a server sends along with a refusal. */
#include "provider/refusal.h"

#include <strings.h>

#include "provider/json.h"
#include "provider/member.h"

/* Follows the members in which the API and its framework wrap what they have to say. */
static const cJSON *unwrap(const struct provider *p, const cJSON *value)
{
    for (const char *const *w = p->wrappers; *w; w++) {
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(value, *w);
        if (inner)
            return unwrap(p, inner);
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
static void describe_json(const struct provider *p, struct span body, struct text *out)
{
    struct fault broken;
    own_json cJSON *root = json_parse(body, &broken);
    const cJSON *said = unwrap(p, root);
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

static void add_said(const struct provider *p, struct span body, struct text *out)
{
    if (body.len && strchr("{[\"", body.at[0]))
        describe_json(p, body, out);
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

    size_t kept = member_cut(span_of_text(&shown), room - 1);
    memcpy(out, text_z(&shown), kept);
    out[kept] = '\0';
    text_done(&line);
    text_done(&shown);
    return kept;
}

bool refusal_text(const struct provider *p, struct span body, char *out, size_t room)
{
    enum { LOOK_AT_BYTES = 64 * 1024, TEXT_BYTES_MAX = 200 };
    struct text said = { 0 };
    add_said(
        p, json_trim((struct span){ body.at, body.len < LOOK_AT_BYTES ? body.len : LOOK_AT_BYTES }),
        &said);
    size_t kept =
        make_line(span_of_text(&said), out, room <= TEXT_BYTES_MAX ? room : TEXT_BYTES_MAX + 1);
    text_done(&said);
    return kept > 0;
}

size_t refusal_complaints(const struct provider *p, struct span body,
                          struct complaint ret[COMPLAINTS_MAX])
{
    struct fault broken;
    own_json cJSON *root = json_parse(body, &broken);
    const cJSON *fields = unwrap(p, root), *each;
    size_t count = 0;
    if (fields == root || !cJSON_IsObject(fields))
        return 0;
    cJSON_ArrayForEach(each, fields)
    {
        struct text said = { 0 };
        describe(each, 0, &said);
        if (said.len && count < COMPLAINTS_MAX) {
            struct complaint *c = &ret[count++];
            make_line(span_of(each->string), c->field, sizeof c->field);
            make_line(span_of_text(&said), c->text, sizeof c->text);
        }
        text_done(&said);
    }
    return count;
}
