/* The sim's one user of libfyaml: walks the tree and hands each scalar to the row that knows its
 * key. */
#include "sim/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "sim/demo_text.h"
#include "sim/scenario.h"
#include "sim/settings.h"

struct file {
    const char *name;
    struct world *world;
    const struct sim_options *options;
};

/* Puts file:line:column of a scalar, or of a mapping's first key, in front of what is wrong. */
static bool wrong_at(const struct file *f, struct fy_node *node, struct fault *why)
{
    void *first = NULL;
    if (fy_node_is_mapping(node))
        node = fy_node_pair_key(fy_node_mapping_iterate(node, &first));
    struct fy_token *token = fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : NULL;
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    if (mark)
        return fault_within(why, "%s:%d:%d", f->name, mark->line + 1, mark->column + 1);
    return fault_within(why, "%s", f->name);
}

static bool read_scalar(struct fy_node *node, struct span *ret, struct fault *why)
{
    ret->at = node && fy_node_is_scalar(node) ? fy_node_get_scalar(node, &ret->len) : NULL;
    return ret->at || fault(why, FAULT_REJECT, "a single value is required");
}

/* `uses: [llm__chat/openai, ocr__ocr/google]` */
static bool read_uses(const struct file *f, struct fy_node *node, struct token_draft *draft,
                      struct fault *why)
{
    struct fy_node *item;
    struct span text;
    for (void *at = NULL; (item = fy_node_sequence_iterate(node, &at));)
        if (!read_scalar(item, &text, why) || !scenario_add_use(f->world, draft, text, why))
            return wrong_at(f, item, why);
    return true;
}

static bool read_token(const struct file *f, struct fy_node *node, struct token_draft *draft,
                       struct fault *why);

static bool read_member(const struct file *f, struct fy_node_pair *pair, struct token_draft *draft,
                        struct fault *why)
{
    struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
    struct span name, text;
    if (!read_scalar(key, &name, why))
        return wrong_at(f, value, why);
    if (span_is(name, "profile") && fy_node_is_mapping(value))
        return read_token(f, value, draft, why); /* its keys are a token's, too */
    if (span_is(name, "uses") && fy_node_is_sequence(value))
        return read_uses(f, value, draft, why);
    if (!read_scalar(value, &text, why) || !scenario_set_token(draft, name, text, why))
        return wrong_at(f, key, why);
    return true;
}

static bool read_token(const struct file *f, struct fy_node *node, struct token_draft *draft,
                       struct fault *why)
{
    struct fy_node_pair *pair;
    for (void *at = NULL; (pair = fy_node_mapping_iterate(node, &at));)
        if (!read_member(f, pair, draft, why))
            return false;
    return true;
}

static bool add_token(const struct file *f, struct sim_account *a, struct fy_node *node,
                      struct fault *why)
{
    struct token_draft draft;
    scenario_draft(f->world, &draft);
    bool read = read_token(f, node, &draft, why);
    bool added = read && scenario_add_tokens(a, &draft, why);
    scenario_draft_done(&draft);
    return added || (read ? wrong_at(f, node, why) : false);
}

static bool add_tokens(const struct file *f, struct sim_account *a, struct fy_node *list,
                       struct fault *why)
{
    struct fy_node *item;
    if (!fy_node_is_sequence(list))
        return fault(why, FAULT_REJECT, "%s: tokens: a list is required", f->name);
    for (void *at = NULL; (item = fy_node_sequence_iterate(list, &at));)
        if (!add_token(f, a, item, why))
            return false;
    return true;
}

static struct fy_node *member(struct fy_node *mapping, const char *name)
{
    return fy_node_mapping_lookup_by_string(mapping, name, FY_NT);
}

/* `members: [ann@example.com, bob@example.com]` */
static bool add_members(const struct file *f, struct sim_account *a, struct fy_node *list,
                        struct fault *why)
{
    struct fy_node *item;
    struct span text;
    for (void *at = NULL; (item = fy_node_sequence_iterate(list, &at));) {
        if (!read_scalar(item, &text, why))
            return wrong_at(f, item, why);
        char *email = xstrndup(text.at, text.len);
        account_add_member(a, email);
        free(email);
    }
    return true;
}

static bool read_manage_key(const struct file *f, struct fy_node *node, struct manage_draft *draft,
                            struct fault *why)
{
    struct fy_node_pair *pair;
    struct span key, value;
    for (void *at = NULL; (pair = fy_node_mapping_iterate(node, &at));)
        if (!read_scalar(fy_node_pair_key(pair), &key, why)
            || !read_scalar(fy_node_pair_value(pair), &value, why)
            || !scenario_set_manage_key(draft, key, value, why))
            return wrong_at(f, fy_node_pair_key(pair), why);
    return true;
}

static bool add_manage_keys(const struct file *f, struct sim_account *a, struct fy_node *list,
                            struct fault *why)
{
    struct fy_node *item;
    bool good = true;
    for (void *at = NULL; good && (item = fy_node_sequence_iterate(list, &at));) {
        struct manage_draft draft;
        scenario_manage_draft(f->world, &draft);
        good = read_manage_key(f, item, &draft, why)
            && (scenario_add_manage_key(a, &draft, why) || wrong_at(f, item, why));
        scenario_manage_draft_done(&draft);
    }
    return good;
}

/* The people and the management keys of an account. */
static bool add_organization(const struct file *f, struct sim_account *a, struct fy_node *node,
                             struct fault *why)
{
    struct fy_node *members = member(node, "members"), *keys = member(node, "management_keys");
    if (!keys)
        scenario_default_manage_keys(a);
    return (!members || add_members(f, a, members, why))
        && (!keys || add_manage_keys(f, a, keys, why));
}

/* The keys of the account that `node` is; the others, and the list of tokens, are read elsewhere.
 */
static bool add_account(const struct file *f, struct fy_node *node, struct fault *why)
{
    struct account_draft draft = { .name = "main", .key = SIM_DEFAULT_KEY };
    struct fy_node *value;
    for (size_t i = 0; i < scenario_account_key_count; i++) {
        struct span text;
        value = member(node, scenario_account_keys[i]);
        if (value
            && (!read_scalar(value, &text, why)
                || !scenario_set_account(f->world, &draft, i, text, why)))
            return wrong_at(f, value, why);
    }
    if (f->options->key && f->world->tenant_count == 0)
        draft.key = f->options->key;
    struct sim_account *a = world_add_account(f->world, draft.name, draft.key);
    a->credits = draft.credits.known ? draft.credits.is : (struct money){ SCENARIO_CREDITS_NANO };
    if (!add_organization(f, a, node, why))
        return false;
    value = member(node, "tokens");
    return !value || add_tokens(f, a, value, why);
}

static bool add_accounts(const struct file *f, struct fy_node *root, struct fault *why)
{
    struct fy_node *list = member(root, "accounts"), *item;
    if (!list)
        return add_account(f, root, why);
    for (void *at = NULL; (item = fy_node_sequence_iterate(list, &at));)
        if (!add_account(f, item, why))
            return false;
    return true;
}

static bool check_keys(const struct file *f, struct fy_node *mapping, bool root, struct fault *why)
{
    struct fy_node_pair *pair;
    struct span name;
    for (void *at = NULL; (pair = fy_node_mapping_iterate(mapping, &at));)
        if (!read_scalar(fy_node_pair_key(pair), &name, why)
            || !scenario_key_known(name, root, why))
            return wrong_at(f, fy_node_pair_key(pair), why);
    return true;
}

static bool check_shape(const struct file *f, struct fy_node *root, struct fault *why)
{
    struct fy_node *list, *item;
    if (!root || !fy_node_is_mapping(root))
        return fault(why, FAULT_REJECT, "%s: a mapping is required", f->name);
    if (!check_keys(f, root, true, why))
        return false;
    list = member(root, "accounts");
    if (list && !fy_node_is_sequence(list))
        return fault(why, FAULT_REJECT, "%s: accounts: a list is required", f->name);
    for (void *at = NULL; list && (item = fy_node_sequence_iterate(list, &at));)
        if (!check_keys(f, item, false, why))
            return false;
    return true;
}

/* Whatever belongs to the sim as a whole; options win over the file. */
static bool read_world(const struct file *f, struct fy_node *root, struct fault *why)
{
    struct fy_node_pair *pair;
    struct span key, text;
    for (void *at = NULL; (pair = fy_node_mapping_iterate(root, &at));) {
        struct fy_node *value = fy_node_pair_value(pair);
        if (!read_scalar(fy_node_pair_key(pair), &key, why))
            return wrong_at(f, value, why);
        if (setting_known(key)
            && (!read_scalar(value, &text, why) || !setting_set(f->world, key, text, why)))
            return wrong_at(f, value, why);
    }
    return true;
}

/* Without a diagnostic object of ours the library prints to stderr, whatever the flags. */
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

static bool not_yaml(const struct file *f, struct fy_diag *diag, struct fault *why)
{
    void *place = NULL;
    struct fy_diag_error *e = diag ? fy_diag_errors_iterate(diag, &place) : NULL;
    if (!e)
        return fault(why, FAULT_REJECT, "%s: not YAML", f->name);
    return fault(why, FAULT_REJECT, "%s:%d:%d: not YAML: %s", f->name, e->line + 1, e->column + 1,
                 e->msg);
}

static bool take_document(const struct file *f, struct fy_document *doc, struct fault *why)
{
    struct fy_node *root = fy_document_root(doc);
    if (!check_shape(f, root, why) || !read_world(f, root, why))
        return false;
    scenario_start_clock(f->world, f->options);
    return add_accounts(f, root, why);
}

static bool read_text(const struct file *f, struct span text, struct fault *why)
{
    struct fy_diag *diag = new_diag();
    struct fy_parse_cfg quiet = { .flags =
                                      FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_RESOLVE_DOCUMENT,
                                  .diag = diag };
    struct fy_document *doc = fy_document_build_from_string(&quiet, text.at, text.len);
    bool ok = doc ? take_document(f, doc, why) : not_yaml(f, diag, why);
    fy_document_destroy(doc);
    fy_diag_destroy(diag);
    return ok;
}

static bool read_file(const struct file *f, struct fault *why)
{
    char piece[4096];
    struct text text = { 0 };
    own_file FILE *file = fopen(f->name, "re");
    if (!file)
        return fault(why, FAULT_REJECT, "cannot read the scenario %s: %s (--demo needs no file)",
                     f->name, strerror(errno));
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        text_add(&text, (struct span){ piece, got });
    bool ok = ferror(file)
        ? fault(why, FAULT_REJECT, "cannot read the scenario %s: %s", f->name, strerror(errno))
        : read_text(f, (struct span){ text_z(&text), text.len }, why);
    text_done(&text);
    return ok;
}

bool yaml_open_scenario(const struct sim_options *options, struct world *w, struct fault *why)
{
    struct file f = { options->demo ? "demo" : options->scenario, w, options };
    w->control = options->control;
    w->started = TIME_NONE;
    w->clock.speed = 1;
    if (options->demo)
        return read_text(&f, span_of(sim_demo_text), why);
    if (options->scenario)
        return read_file(&f, why);
    scenario_start_clock(w, options);
    struct sim_account *a =
        world_add_account(w, "main", options->key ? options->key : SIM_DEFAULT_KEY);
    a->credits.nano = SCENARIO_CREDITS_NANO;
    scenario_default_manage_keys(a);
    return true;
}
