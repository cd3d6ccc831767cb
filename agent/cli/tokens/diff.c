/* The file is read before anything is asked of the API: its mistakes cost no call. */
#include "cli/tokens/diff.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/listed.h"
#include "base/xmalloc.h"
#include "view/token_row.h"

static bool load(const char *path, struct token_file **ret, enum exit_status *ret_status)
{
    struct text diagnostics = { 0 };
    struct fault why;
    bool ok = token_file_load(path, provider_limits(), ret, &diagnostics, &why);
    if (!ok) {
        fputs(text_z(&diagnostics), stderr);
        *ret_status = complain(EXIT_USAGE, "%s", why.text);
    }
    text_done(&diagnostics);
    return ok;
}

static bool is_wanted(const struct diff *c, const char *name)
{
    for (size_t i = 0; i < c->file->token_count; i++)
        if (strcmp(c->file->tokens[i].name, name) == 0)
            return true;
    return false;
}

/* Under the name that no other one has. */
static struct reading reading_shown(const struct token *t)
{
    struct reading r = t->last;
    r.name = t->name;
    return r;
}

bool diff_find(const struct diff *c, const char *name, struct decoded *ret, struct fault *why)
{
    bool missing;
    client_forget(c->session.client);
    return listed_find(c->fleet, name, ret, &missing, why);
}

/* Where several tokens share a name, no other one is meant to be made. */
static bool names_are_clear(const struct diff *c, struct fault *why)
{
    for (size_t i = 0; i < c->fleet->count; i++) {
        const struct token *t = &c->fleet->tokens[i];
        const char *called = token_identity(t).name;
        struct decoded d;
        if (strcmp(called, t->name) != 0 && is_wanted(c, called) && !diff_find(c, called, &d, why))
            return fault_within(why, "\"%s\" in the file", called);
    }
    return true;
}

/* A token that cannot be read is compared with nothing; one that the file names holds the plan up.
 */
static bool compare(struct diff *c, struct fault *why)
{
    const struct token_set *fleet = c->fleet;
    size_t count = 0;
    if (!names_are_clear(c, why))
        return false;
    c->readings = xcalloc(fleet->count + 1, sizeof *c->readings);
    for (size_t i = 0; i < fleet->count; i++) {
        const struct token *t = &fleet->tokens[i];
        if (!t->unread)
            c->readings[count++] = reading_shown(t);
        else if (is_wanted(c, t->name))
            return fault(why, FAULT_REJECT, "the API's answer for \"%s\" cannot be read: %s",
                         t->name, t->unread);
    }
    token_plan_make(c->file->tokens, c->file->token_count, c->readings, count, &c->plan);
    return true;
}

bool diff_open(const struct context *c, const char *path, const char *account, struct diff *ret,
               enum exit_status *ret_status)
{
    struct fault why;
    *ret = (struct diff){ 0 };
    if (!load(path, &ret->file, ret_status))
        return false;
    const char *named = account ? account : ret->file->account[0] ? ret->file->account : NULL;
    if (!session_open(c, named, &ret->session, &why)) {
        *ret_status = complain(EXIT_USAGE, "%s", why.text);
        return false;
    }
    if (!client_list(ret->session.client, &ret->fleet, &why)) {
        *ret_status = session_failed(&ret->session, NULL, &why);
        return false;
    }
    if (!compare(ret, &why)) {
        *ret_status = session_failed(&ret->session, NULL, &why);
        return false;
    }
    return true;
}

void diff_close(struct diff *c)
{
    token_plan_done(&c->plan);
    free(c->readings);
    token_file_free(c->file);
    session_close(&c->session);
}

static void show_step(const struct token_plan_step *step, struct writer *w)
{
    static const char *const words[TOKEN_PLAN_KINDS] = {
        [TOKEN_PLAN_CREATE] = "+ create ",
        [TOKEN_PLAN_CHANGE] = "~ change ",
        [TOKEN_PLAN_DELETE] = "- delete ",
        [TOKEN_PLAN_CONFLICT] = "! cannot change ",
        [TOKEN_PLAN_UNKNOWN] = "? not in the file: ",
    };
    if (!words[step->kind])
        return;
    writer_add(w, words[step->kind]);
    writer_add_safe(w, span_of(step->name));
    writer_add(w, "\n");
    token_row_show_change(&step->wish, step->kind == TOKEN_PLAN_CREATE ? NULL : step->is, w);
}

static void show_text(const struct diff *c, struct writer *w)
{
    const size_t *n = c->plan.of_kind;
    for (size_t i = 0; i < c->plan.count; i++)
        show_step(&c->plan.steps[i], w);
    writer_addf(w,
                "%zu to create, %zu to change, %zu to delete; %zu as wanted, %zu not in the file\n",
                n[TOKEN_PLAN_CREATE], n[TOKEN_PLAN_CHANGE], n[TOKEN_PLAN_DELETE],
                n[TOKEN_PLAN_SAME], n[TOKEN_PLAN_UNKNOWN]);
    if (n[TOKEN_PLAN_CONFLICT])
        writer_addf(w, "%zu cannot be changed: " DIFF_KEEPS_TYPE "\n", n[TOKEN_PLAN_CONFLICT]);
}

/* What is, in the fields that a step is about. */
static void add_is(const struct provider *p, struct text *out, const struct token_plan_step *step)
{
    struct token_spec is = step->wish;
    if (!step->is) {
        text_add(out, span_of("null"));
        return;
    }
    is.wanted = *step->is;
    p->add_request(out, &(struct token_request){ .wish = &is });
}

static void add_step(const struct provider *p, struct json_out *j,
                     const struct token_plan_step *step)
{
    json_open_object(j, NULL);
    json_add_z(j, "kind", token_plan_kind_name(step->kind));
    json_add_z(j, "token", step->name);
    add_is(p, json_begin(j, "is"), step);
    if (!token_spec_is_empty(&step->wish))
        p->add_request(json_begin(j, "wanted"), &(struct token_request){ .wish = &step->wish });
    else
        json_add_null(j, "wanted");
    json_close(j);
}

static void show_json(const struct diff *c, struct json_out *j)
{
    bool any = false;
    json_open_object(j, NULL);
    json_add_z(j, "account", c->session.account->name);
    for (enum token_plan_kind kind = 0; kind < TOKEN_PLAN_KINDS; kind++)
        json_add_integer(j, token_plan_kind_name(kind), (int64_t)c->plan.of_kind[kind]);
    json_open_array(j, "steps");
    for (size_t i = 0; i < c->plan.count; i++) {
        if (c->plan.steps[i].kind == TOKEN_PLAN_SAME)
            continue;
        json_line(j, 2);
        add_step(provider_of(c->session.account), j, &c->plan.steps[i]);
        any = true;
    }
    if (any)
        json_line(j, 0);
    json_close(j);
    json_close(j);
}

void diff_show(const struct diff *c)
{
    struct writer *w = c->session.out;
    if (w->format == FORMAT_JSON) {
        show_json(c, &w->json);
        writer_add(w, "\n");
    } else {
        show_text(c, w);
    }
    writer_pass(w);
}
