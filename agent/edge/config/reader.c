/* One walk for every section; whatever is wrong is reported and skipped, so that one run reports
 * all of it. */
#include "edge/config/reader.h"

#include <assert.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/xmalloc.h"
#include "edge/config/values.h"

/* `key_fil` is a slip of the pen for key_file; `password` is none for password_env. */
enum { SECRET_TYPOS_MAX = 2 };

static bool *given_flag(const struct section *section, void *fields)
{
    return (bool *)((char *)fields + section->given_offset);
}

bool scalar_text(struct reader *r, const struct node *n, const char *name, struct span *ret)
{
    if (n->kind == NODE_REFUSED)
        return false;
    if (n->kind != NODE_SCALAR) {
        diagnostic_at(r->diagnostics, n->where.start, "`%s` must be a single value, not %s", name,
                      node_kind_name(n->kind));
        return false;
    }
    if (n->plain && (n->text.len == 0 || span_is(n->text, "~") || span_is(n->text, "null"))) {
        diagnostic_at(r->diagnostics, n->where.start, "`%s` has no value", name);
        return false;
    }
    *ret = n->text;
    return true;
}

/* The section in which a key is at home, by the name of the row that holds that section; NULL: in
 * none. */
static const char *home_of(const struct section *within, struct span key)
{
    for (size_t i = 0; i < within->row_count; i++) {
        const struct row *row = &within->rows[i];
        const char *deeper = row->section ? home_of(row->section, key) : NULL;
        if (deeper)
            return deeper;
        if (row->section && row_named(row->section, key))
            return row->name;
    }
    return NULL;
}

static struct range value_range(const struct node *n)
{
    struct range r = n->where;
    for (const struct node *child = n->first; child; child = child->next)
        if (child->where.end > r.end)
            r.end = child->where.end;
    return r;
}

static void tell_unknown(struct reader *r, const struct section *section, const struct node *n)
{
    struct span key = n->key->text;
    size_t at = n->key->where.start;
    int shown = (int)(key.len < 60 ? key.len : 60);
    struct nearest nearest = nearest_to(key);
    for (size_t i = 0; i < section->row_count; i++)
        nearest_try(&nearest, section->rows[i].name);
    bool secret = sounds_secret(key);
    if (secret)
        diagnostics_hide(r->diagnostics, value_range(n));

    bool misplaced = secret && section->secret && nearest.distance > SECRET_TYPOS_MAX;
    const char *home = home_of(r->root, key);
    if (nearest.best && !misplaced)
        diagnostic_at(r->diagnostics, at, "unknown key \"%.*s\"; did you mean \"%s\"?", shown,
                      key.at, nearest.best);
    else if (misplaced)
        diagnostic_at(
            r->diagnostics, at,
            "unknown key \"%.*s\": secrets must not be in this file; set their source with "
            "`%s_file: PATH`, `%s_env: VARIABLE` or `%s_credential: NAME`",
            shown, key.at, section->secret, section->secret, section->secret);
    else if (home)
        diagnostic_at(r->diagnostics, at, "unknown key \"%.*s\"; it belongs under `%s`", shown,
                      key.at, home);
    else
        diagnostic_at(r->diagnostics, at, "unknown key \"%.*s\"", shown, key.at);
}

static void read_list(struct reader *r, const struct row *row, const struct node *n, void *fields)
{
    if (n->kind != NODE_LIST) {
        diagnostic_at(r->diagnostics, n->where.start,
                      "`%s` must be a list of lines that begin with \"- \"", row->name);
        return;
    }
    size_t count = 0;
    for (const struct node *child = n->first; child; child = child->next)
        count++;
    if (count < (size_t)row->min || count > (size_t)row->max) {
        diagnostic_at(r->diagnostics, n->where.start, "`%s` must have %d to %d members", row->name,
                      (int)row->min, (int)row->max);
        return;
    }
    char *members = xcalloc(count, row->section->bytes), *member = members;
    for (const struct node *child = n->first; child;
         child = child->next, member += row->section->bytes)
        read_section(r, row->section, child, member);
    *(void **)row_field(row, fields) = members;
    *(size_t *)(void *)((char *)fields + row->count_offset) = count;
}

/* Members of a map whose keys are names. */
static void read_named(struct reader *r, const struct row *row, const struct node *map,
                       void *fields)
{
    size_t count = 0;
    if (map->kind != NODE_MAP) {
        diagnostic_at(r->diagnostics, map->where.start, "`%s` must be a map of names", row->name);
        return;
    }
    for (const struct node *n = map->first; n; n = n->next)
        count++;
    char *members = xcalloc(count, row->section->bytes);
    *(void **)row_field(row, fields) = members;
    size_t *taken = (size_t *)(void *)((char *)fields + row->count_offset);
    for (const struct node *n = map->first; n; n = n->next) {
        if (n->key->kind == NODE_REFUSED)
            continue;
        struct span name = n->key->text;
        if (name.len == 0 || name.len >= PATTERN_BYTES) {
            diagnostic_at(r->diagnostics, n->key->where.start, "a name has 1 to %d bytes",
                          PATTERN_BYTES - 1);
            continue;
        }
        char *member = members + (*taken)++ * row->section->bytes;
        memcpy(member, name.at, name.len);
        read_section(r, row->section, n, member);
    }
}

/* A section without a word in the file has its defaults too, unless its absence says something
 * (`tracked`). */
void read_defaults(const struct section *section, void *fields)
{
    static const struct value_context anywhere = { .folder = "/" };
    for (size_t i = 0; i < section->row_count; i++) {
        const struct row *row = &section->rows[i];
        struct fault why;
        if (row->type == VALUE_SECTION && !row->section->tracked)
            read_defaults(row->section, row_field(row, fields));
        if (row->preset
            && !value_parse(row, span_of(row->preset), &anywhere, row_field(row, fields), &why))
            assert(false && "a default that its own type refuses");
    }
}

static void read_subsection(struct reader *r, const struct row *row, const struct node *n,
                            void *fields)
{
    const struct section *section = row->section;
    void *part = row_field(row, fields);
    bool brief = section->brief && n->kind == NODE_SCALAR;
    if (brief && span_is(n->text, "false"))
        return;
    if (brief && !span_is(n->text, "true")) {
        diagnostic_at(r->diagnostics, n->where.start, "`%s` must be true, false or a map of keys",
                      row->name);
        return;
    }
    if (section->tracked)
        *given_flag(section, part) = true;
    if (brief)
        read_defaults(section, part);
    else
        read_section(r, section, n, part);
}

/* What was refused as the name of a secret's source, or holds a login, may be the secret itself. */
static void hide_misplaced_secret(struct reader *r, const struct row *row, const struct node *n)
{
    bool names_source = row->type == VALUE_VARIABLE || row->type == VALUE_CREDENTIAL;
    if (names_source || (row->type == VALUE_URL && memchr(n->text.at, '@', n->text.len)))
        diagnostics_hide(r->diagnostics, n->where);
}

/* A list of texts is read as if it were written in one line, its members separated by commas. */
static bool joined_text(struct reader *r, const struct node *list, const char *name,
                        struct text *ret)
{
    for (const struct node *n = list->first; n; n = n->next) {
        struct span member;
        if (!scalar_text(r, n, name, &member))
            return false;
        if (memchr(member.at, ',', member.len)) {
            diagnostic_at(r->diagnostics, n->where.start, "a member of `%s` must be without commas",
                          name);
            return false;
        }
        text_addf(ret, "%s", n == list->first ? "" : ", ");
        text_add(ret, member);
    }
    return true;
}

static void read_texts(struct reader *r, const struct row *row, const struct node *n, void *fields)
{
    struct text joined = { 0 };
    struct span text;
    struct fault why;
    bool ok = n->kind == NODE_LIST ? joined_text(r, n, row->name, &joined)
                                   : scalar_text(r, n, row->name, &text);
    if (n->kind == NODE_LIST)
        text = span_of(text_z(&joined));
    if (ok && !value_parse(row, text, &r->values, row_field(row, fields), &why))
        diagnostic_at(r->diagnostics, n->where.start, "%s", why.text);
    text_done(&joined);
}

static void read_scalar(struct reader *r, const struct row *row, const struct node *n, void *fields)
{
    struct span text;
    struct fault why;
    if (!scalar_text(r, n, row->name, &text)
        || value_parse(row, text, &r->values, row_field(row, fields), &why))
        return;
    diagnostic_at(r->diagnostics, n->where.start, "%s", why.text);
    hide_misplaced_secret(r, row, n);
}

static void read_value(struct reader *r, const struct row *row, const struct node *n, void *fields)
{
    switch (row->type) {
    case VALUE_LEVEL:
    case VALUE_LEVELS:
        break; /* by the rule's check, which knows the unit */
    case VALUE_LIST:
        if (n->kind != NODE_REFUSED)
            read_list(r, row, n, fields);
        break;
    case VALUE_SECTION:
        if (n->kind != NODE_REFUSED)
            read_subsection(r, row, n, fields);
        break;
    case VALUE_NAMED:
        if (n->kind != NODE_REFUSED)
            read_named(r, row, n, fields);
        break;
    case VALUE_ADDRESSES:
    case VALUE_HOSTS:
    case VALUE_PATHS:
    case VALUE_PATTERNS:
    case VALUE_CHECKS:
        read_texts(r, row, n, fields);
        break;
    case VALUE_TEXT:
    case VALUE_PATH:
    case VALUE_HOST:
    case VALUE_URL:
    case VALUE_TOPIC:
    case VALUE_VARIABLE:
    case VALUE_CREDENTIAL:
    case VALUE_NAME:
    case VALUE_PATTERN:
    case VALUE_COUNT:
    case VALUE_DURATION:
    case VALUE_RATE:
    case VALUE_FLAG:
    case VALUE_LOG_LEVEL:
    case VALUE_RULE_KIND:
    case VALUE_SERIES:
    case VALUE_MQTT_VERSION:
    case VALUE_API_VERSION:
    case VALUE_AMOUNT:
    case VALUE_MOMENT:
    case VALUE_PERIOD:
    case VALUE_TOKEN_TYPE:
    case VALUE_TYPES:
        read_scalar(r, row, n, fields);
        break;
    }
}

/* The keys of a map, each at most once. */
static void read_members(struct reader *r, const struct section *section, const struct node *map,
                         void *fields)
{
    const struct node *seen[SECTION_ROWS_MAX] = { NULL };
    assert(section->row_count <= COUNT(seen));
    for (const struct node *n = map->first; n; n = n->next) {
        if (n->key->kind == NODE_REFUSED)
            continue;
        const struct row *row = row_named(section, n->key->text);
        if (!row) {
            tell_unknown(r, section, n);
            continue;
        }
        const struct node **first = &seen[row - section->rows];
        if (*first)
            diagnostic_at(r->diagnostics, n->key->where.start,
                          "`%s` is a duplicate; first set in line %zu", row->name,
                          diagnostics_line(r->diagnostics, (*first)->key->where.start));
        else
            read_value(r, row, *first = n, fields);
    }
    for (size_t i = 0; i < section->row_count; i++)
        if (section->rows[i].required && !seen[i])
            diagnostic_at(r->diagnostics, map->where.start, "`%s` is missing",
                          section->rows[i].name);
}

void read_section(struct reader *r, const struct section *section, const struct node *map,
                  void *fields)
{
    read_defaults(section, fields);
    if (map->kind == NODE_REFUSED)
        return;
    if (map->kind != NODE_MAP) {
        diagnostic_at(r->diagnostics, map->where.start, "expected keys, as in \"%s: ...\"",
                      section->rows[0].name);
        return;
    }
    read_members(r, section, map, fields);
    if (section->check)
        section->check(r, map, fields);
}

static void free_list(const struct row *row, void *fields)
{
    char *members = *(char **)row_field(row, fields);
    size_t count = *(size_t *)(void *)((char *)fields + row->count_offset);
    for (size_t i = 0; i < count; i++)
        free_section(row->section, members + i * row->section->bytes);
    free(members);
}

void free_section(const struct section *section, void *fields)
{
    for (size_t i = 0; i < section->row_count; i++) {
        const struct row *row = &section->rows[i];
        if (row->type == VALUE_LIST || row->type == VALUE_NAMED)
            free_list(row, fields);
        else if (row->type == VALUE_SECTION)
            free_section(row->section, row_field(row, fields));
        else
            value_free(row, row_field(row, fields));
    }
}
