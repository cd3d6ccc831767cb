/* The file is read before anything is asked of the API: its mistakes cost no call. */
#include "cli/tokens/diff.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "cli/tokens/view.h"

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

/* A token that cannot be read is compared with nothing; one that the file names holds the plan up.
 */
static bool compare(struct diff *c, const struct token_set *fleet, struct fault *why)
{
    size_t count = 0;
    c->readings = xcalloc(fleet->count + 1, sizeof *c->readings);
    for (size_t i = 0; i < fleet->count; i++) {
        const struct token *t = &fleet->tokens[i];
        if (!t->unread)
            c->readings[count++] = t->last;
        else if (is_wanted(c, t->name))
            return fault(why, FAULT_REJECT, "the API's answer for \"%s\" cannot be read: %s",
                         t->name, t->unread);
    }
    token_plan_make(c->file->tokens, c->file->token_count, c->readings, count, &c->plan);
    return true;
}

bool diff_open(const struct settings *settings, const char *path, const char *account,
               struct diff *ret, enum exit_status *ret_status)
{
    const struct token_set *fleet;
    struct fault why;
    *ret = (struct diff){ 0 };
    if (!load(path, &ret->file, ret_status))
        return false;
    const char *named = account ? account : ret->file->account[0] ? ret->file->account : NULL;
    if (!session_open(settings, named, &ret->session, &why)) {
        *ret_status = complain(EXIT_USAGE, "%s", why.text);
        return false;
    }
    if (!client_list(ret->session.client, &fleet, &why)) {
        *ret_status = session_failed(&ret->session, NULL, &why);
        return false;
    }
    if (!compare(ret, fleet, &why)) {
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

static void print_step(const struct token_plan_step *step)
{
    static const char *const words[TOKEN_PLAN_KINDS] = {
        [TOKEN_PLAN_CREATE] = "+ create ",
        [TOKEN_PLAN_CHANGE] = "~ change ",
        [TOKEN_PLAN_DELETE] = "- delete ",
        [TOKEN_PLAN_UNKNOWN] = "? not in the file: ",
    };
    if (!words[step->kind])
        return;
    fputs(words[step->kind], stdout);
    view_print_name(step->name);
    putchar('\n');
    view_print_change(&step->wish, step->kind == TOKEN_PLAN_CREATE ? NULL : step->is);
}

void diff_print_text(const struct diff *c)
{
    const size_t *n = c->plan.of_kind;
    for (size_t i = 0; i < c->plan.count; i++)
        print_step(&c->plan.steps[i]);
    printf("%zu to create, %zu to change, %zu to delete; %zu as wanted, %zu not in the file\n",
           n[TOKEN_PLAN_CREATE], n[TOKEN_PLAN_CHANGE], n[TOKEN_PLAN_DELETE], n[TOKEN_PLAN_SAME],
           n[TOKEN_PLAN_UNKNOWN]);
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
    p->add_spec(out, NULL, &is);
}

static void add_step(const struct provider *p, struct text *out, const struct token_plan_step *step)
{
    text_addf(out, "{\"kind\": \"%s\", \"token\": ", token_plan_kind_name(step->kind));
    text_add_json(out, span_of(step->name));
    text_add(out, span_of(", \"is\": "));
    add_is(p, out, step);
    text_add(out, span_of(", \"wanted\": "));
    if (step->kind == TOKEN_PLAN_CREATE || step->kind == TOKEN_PLAN_CHANGE)
        p->add_spec(out, NULL, &step->wish);
    else
        text_add(out, span_of("null"));
    text_add(out, span_of("}"));
}

void diff_print_json(const struct diff *c)
{
    struct text out = { 0 };
    const char *before = "";
    text_addf(&out, "{\"account\": \"%s\", ", c->session.account->name);
    for (enum token_plan_kind kind = 0; kind < TOKEN_PLAN_KINDS; kind++)
        text_addf(&out, "\"%s\": %zu, ", token_plan_kind_name(kind), c->plan.of_kind[kind]);
    text_add(&out, span_of("\"steps\": ["));
    for (size_t i = 0; i < c->plan.count; i++) {
        if (c->plan.steps[i].kind == TOKEN_PLAN_SAME)
            continue;
        text_addf(&out, "%s\n  ", before);
        add_step(provider_of(c->session.account), &out, &c->plan.steps[i]);
        before = ",";
    }
    text_add(&out, span_of(*before ? "\n]}" : "]}"));
    puts(text_z(&out));
    text_done(&out);
}
