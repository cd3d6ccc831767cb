/* The tree is built from the library's events, not by its document builder: that would resolve
 * aliases, stop at the first doubled key and recurse.
 *
 * Facts of libfyaml 0.7.12, tried: without a diagnostic object of ours it prints to stderr,
 * whatever the flags; it ends silently at U+0000 and at invalid UTF-8 in a plain scalar; a bad
 * %YAML directive fails without a message; an empty value has no mark. Hence the checks in front of
 * it. */
#include "edge/config/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>

#include "base/xmalloc.h"

struct container {
    struct node *node;
    struct node *last; /* member */
    struct node *key;  /* read, its value not yet */
};

struct builder {
    struct diagnostics *diagnostics;
    struct node *root;
    struct container open[YAML_DEPTH_MAX];
    size_t depth;
    size_t deeper; /* containers open beyond the limit; their content is dropped */
    size_t end;    /* of the last thing read: the place of an empty value */
};

const char *node_kind_name(enum node_kind kind)
{
    static const char *const names[] = {
        [NODE_SCALAR] = "text",
        [NODE_LIST] = "a list",
        [NODE_MAP] = "a map of keys",
        [NODE_REFUSED] = "refused",
    };
    return names[kind];
}

void node_free(struct node *n)
{
    while (n) {
        struct node *next = n->next;
        node_free(n->key);
        node_free(n->first);
        free((char *)(uintptr_t)n->text.at);
        free(n);
        n = next;
    }
}

const struct node *node_member(const struct node *map, const char *key)
{
    for (const struct node *n = map->first; n; n = n->next)
        if (n->key && n->key->kind == NODE_SCALAR && span_is(n->key->text, key))
            return n;
    return NULL;
}

static struct range event_range(struct builder *b, struct fy_event *event)
{
    const struct fy_mark *start = fy_event_start_mark(event), *end = fy_event_end_mark(event);
    if (!start || !end)
        return (struct range){ b->end, b->end };
    b->end = end->input_pos;
    return (struct range){ start->input_pos, end->input_pos };
}

static struct node *new_node(enum node_kind kind, struct range where)
{
    struct node *n = xcalloc(1, sizeof *n);
    n->kind = kind;
    n->where = where;
    return n;
}

static struct node *new_scalar(struct fy_event *event, struct range where)
{
    struct node *n = new_node(NODE_SCALAR, where);
    size_t len = 0;
    const char *text = fy_token_get_text(event->scalar.value, &len);
    n->text = (struct span){ xstrndup(text ? text : "", len), len };
    n->plain = fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
    return n;
}

static void place_key(struct builder *b, struct container *in, struct node *n)
{
    if (n->kind != NODE_SCALAR && n->kind != NODE_REFUSED) {
        diagnostic_at(b->diagnostics, n->where.start, "a key must be plain text");
        n->kind = NODE_REFUSED;
    }
    in->key = n;
}

/* Puts a node where the document has come to. It is owned by the tree afterwards. */
static void place(struct builder *b, struct node *n)
{
    if (b->depth == 0) {
        node_free(b->root);
        b->root = n;
        return;
    }
    struct container *in = &b->open[b->depth - 1];
    if (in->node->kind == NODE_MAP && !in->key) {
        place_key(b, in, n);
        return;
    }
    n->key = in->key;
    in->key = NULL;
    if (in->last)
        in->last->next = n;
    else
        in->node->first = n;
    in->last = n;
}

static void open_container(struct builder *b, enum node_kind kind, struct range where)
{
    if (b->depth == YAML_DEPTH_MAX) {
        if (b->deeper++ == 0)
            diagnostic_at(b->diagnostics, where.start, "nested too deeply");
        return;
    }
    struct node *n = new_node(kind, where);
    place(b, n);
    b->open[b->depth++] = (struct container){ .node = n };
}

static void close_container(struct builder *b, struct range where)
{
    if (b->deeper > 0) {
        b->deeper--;
        return;
    }
    struct container *done = &b->open[--b->depth];
    done->node->where.end = where.end;
    node_free(done->key);
}

static void refuse_decoration(struct builder *b, struct fy_event *event, struct node *n)
{
    struct fy_token *anchor = fy_event_get_anchor_token(event),
                    *tag = fy_event_get_tag_token(event);
    if (!anchor && !tag)
        return;
    if (anchor)
        diagnostic_at(b->diagnostics,
                      fy_token_start_mark(anchor)->input_pos - 1, /* its mark is behind the & */
                      "anchors (&) are not supported: write the value out");
    else
        diagnostic_at(b->diagnostics, fy_token_start_mark(tag)->input_pos,
                      "tags (!) are not supported: every value is read as text");
    n->kind = NODE_REFUSED;
}

static void add_scalar(struct builder *b, struct fy_event *event, struct range where)
{
    if (b->deeper > 0)
        return;
    struct node *n = new_scalar(event, where);
    refuse_decoration(b, event, n);
    place(b, n);
}

static void add_alias(struct builder *b, struct range where)
{
    if (b->deeper > 0)
        return;
    diagnostic_at(b->diagnostics, where.start - 1, /* its mark is behind the * */
                  "aliases (*) are not supported: write the value out");
    place(b, new_node(NODE_REFUSED, where));
}

static void add_container(struct builder *b, struct fy_event *event, enum node_kind kind,
                          struct range where)
{
    size_t depth = b->depth;
    open_container(b, kind, where);
    if (b->depth > depth)
        refuse_decoration(b, event, b->open[depth].node);
}

/* False when the rest of the stream is of no use. */
static bool take_event(struct builder *b, struct fy_event *event)
{
    struct range where = event_range(b, event);
    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (b->root)
            diagnostic_at(b->diagnostics, where.start,
                          "the file must contain a single YAML document");
        return !b->root;
    case FYET_MAPPING_START:
        add_container(b, event, NODE_MAP, where);
        break;
    case FYET_SEQUENCE_START:
        add_container(b, event, NODE_LIST, where);
        break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        close_container(b, where);
        break;
    case FYET_SCALAR:
        add_scalar(b, event, where);
        break;
    case FYET_ALIAS:
        add_alias(b, where);
        break;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END:
        break;
    }
    return true;
}

/* What the library says, and what a person should look for. */
static const char *advice(const char *message)
{
    static const struct {
        const char *says, *advice;
    } rows[] = {
        { "invalid multiline plain key", "; is a line below this one indented too far?" },
        { "invalid nested block mapping on the same line", "; quote values that contain \": \"" },
        { "plain scalar cannot start with", "; quote the value" },
        { "could not find expected ':'", "; write keys as \"name: value\"" },
        { "tab", "; indent with spaces" },
        { "invalid escape", "; use single quotes for values that contain backslashes" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (strstr(message, rows[i].says))
            return rows[i].advice;
    return "";
}

static void tell_syntax_errors(struct diagnostics *m, struct fy_diag *diag)
{
    void *place = NULL;
    bool told = false;
    diagnostics_hide_by_looks(m);
    for (struct fy_diag_error *e; (e = fy_diag_errors_iterate(diag, &place)); told = true) {
        const struct fy_mark *mark = e->fyt ? fy_token_start_mark(e->fyt) : NULL;
        diagnostic_at(m, mark ? mark->input_pos : 0, "invalid YAML: %s%s", e->msg, advice(e->msg));
    }
    if (!told)
        diagnostic_at(m, 0, "invalid YAML");
}

/* Bytes that YAML does not allow, reported before the library meets them; false if there are any.
 */
static bool check_bytes(struct diagnostics *m)
{
    size_t at = 0;
    while (at < m->source.len) {
        unsigned code_point;
        size_t step =
            utf8_step((struct span){ m->source.at + at, m->source.len - at }, &code_point);
        if (step == 0)
            diagnostic_at(m, at, "invalid UTF-8");
        else if (code_point < 0x20 && code_point != '\t' && code_point != '\n'
                 && code_point != '\r')
            diagnostic_at(m, at, "control character not allowed");
        else
            at += step;
        if (m->count > 0) {
            diagnostics_hide_by_looks(m);
            return false;
        }
    }
    return true;
}

static struct fy_diag *new_diag(void)
{
    struct fy_diag_cfg config;
    fy_diag_cfg_default(&config);
    config.fp = NULL;
    config.level = FYET_ERROR;
    struct fy_diag *diag = fy_diag_create(&config);
    if (diag)
        fy_diag_set_collect_errors(diag, true);
    return diag;
}

static void build(struct builder *b, struct fy_parser *parser)
{
    struct fy_event *event;
    bool go_on = true;
    while (go_on && (event = fy_parser_parse(parser))) {
        go_on = take_event(b, event);
        fy_parser_event_free(parser, event);
    }
    for (size_t i = 0; i < b->depth; i++)
        node_free(b->open[i].key);
}

struct node *yaml_parse(struct diagnostics *m)
{
    if (!check_bytes(m))
        return NULL;

    struct builder b = { .diagnostics = m };
    struct fy_diag *diag = new_diag();
    struct fy_parse_cfg config = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
        .diag = diag,
    };
    struct fy_parser *parser = diag ? fy_parser_create(&config) : NULL;
    if (!parser || fy_parser_set_string(parser, m->source.at, m->source.len) != 0) {
        diagnostic_at(m, 0, "cannot start the YAML parser");
    } else {
        build(&b, parser);
        if (fy_diag_got_error(diag)) {
            tell_syntax_errors(m, diag);
            node_free(b.root);
            b.root = NULL;
        }
    }
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return b.root;
}
