/* `ebb tokens apply`: the steps of the plan, one after the other, after one question.
 *
 * A token that the API refuses does not hold up the others; a service that does not answer, or a
 * key that it does not take, ends the run. Nothing is remembered between two runs but the empty
 * files of secrets: the next one compares anew and so goes on where this one stopped. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/own.h"
#include "cli/tokens/creation.h"
#include "cli/tokens/diff.h"
#include "cli/tokens/tokens.h"
#include "cli/tokens/view.h"

enum { OPT_SECRET_DIR, OPT_YES, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_SECRET_DIR] = { .name = "secret-dir",
                         .type = OPTION_TEXT,
                         .value = "DIR",
                         .help = "write the secret of each new token to a file in this folder" },
    [OPT_YES] = OPTION_ROW_YES,
    [OPT_DRY_RUN] = { .name = "dry-run",
                      .type = OPTION_FLAG,
                      .help = "print the requests without sending them" },
    [OPT_ACCOUNT] = { .name = "account",
                      .type = OPTION_TEXT,
                      .value = "NAME",
                      .help = "account in the configuration (default: the file's `account`, else "
                              "the only one)" },
    [OPT_JSON] = { .name = "json",
                   .type = OPTION_FLAG,
                   .help = "print the outcome of each step as JSON" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

enum outcome_of_step { STEP_DONE, STEP_FAILED, STEP_NOT_TRIED, STEP_OUTCOMES };

static const char *const outcome_names[] = {
    [STEP_DONE] = "done",
    [STEP_FAILED] = "failed",
    [STEP_NOT_TRIED] = "not_tried",
};
_Static_assert(COUNT(outcome_names) == STEP_OUTCOMES, "an outcome has no name");

/* A run through the steps. */
struct application {
    const struct diff *diff;
    const char *secret_dir; /* NULL: secrets are not fetched */
    bool json;
    bool stopped; /* nothing more is tried */
    size_t of_outcome[STEP_OUTCOMES];
    struct text told; /* the JSON so far */
};

/* The file for a token's secret, named by its slug: any name makes one. */
static char *secret_path(const struct application *a, const char *token)
{
    struct text path = { 0 };
    char slug[SLUG_BYTES];
    if (!a->secret_dir)
        return NULL;
    naming_slug(span_of(token), slug);
    text_addf(&path, "%s/%s.key", a->secret_dir, slug);
    return path.at;
}

static bool create(const struct application *a, const struct token_plan_step *step,
                   struct fault *why)
{
    own_free char *path = secret_path(a, step->name);
    const struct creation creation = { step->name, &step->wish, path, false };
    struct decoded made;
    enum creation_end end;
    return creation_run(&a->diff->session, &creation, &made, &end, why);
}

static bool change(const struct application *a, const struct token_plan_step *step,
                   struct fault *why)
{
    struct decoded changed;
    return session_change(&a->diff->session, step->name, &step->wish, &changed, why);
}

/* What is gone already is as wanted. */
static bool remove_token(const struct application *a, const struct token_plan_step *step,
                         struct fault *why)
{
    return client_delete(a->diff->session.client, step->name, why)
        || session_not_found(&a->diff->session);
}

/* What each kind does, and its word in the past; NULL: nothing to do. */
static const struct {
    bool (*run)(const struct application *a, const struct token_plan_step *step, struct fault *why);
    enum method method;
    const char *done;
} kinds[TOKEN_PLAN_KINDS] = {
    [TOKEN_PLAN_CREATE] = { create, METHOD_POST, "created" },
    [TOKEN_PLAN_CHANGE] = { change, METHOD_PATCH, "changed" },
    [TOKEN_PLAN_DELETE] = { remove_token, METHOD_DELETE, "deleted" },
};

static void tell(struct application *a, const struct token_plan_step *step,
                 enum outcome_of_step outcome)
{
    a->of_outcome[outcome]++;
    if (a->json) {
        text_addf(&a->told, "%s\n  {\"kind\": \"%s\", \"token\": ", a->told.len ? "," : "[",
                  token_plan_kind_name(step->kind));
        text_add_json(&a->told, span_of(step->name));
        text_addf(&a->told, ", \"outcome\": \"%s\"}", outcome_names[outcome]);
    } else if (outcome != STEP_NOT_TRIED) {
        printf("%s ", outcome == STEP_DONE ? kinds[step->kind].done : "failed:");
        view_print_name(step->name);
        putchar('\n');
        fflush(stdout);
    }
}

/* A refusal of one token says nothing about the next one. */
static bool goes_on(const struct application *a, const struct fault *why)
{
    int status = client_status(a->diff->session.client);
    return why->kind == FAULT_REJECT && status != 401 && status != 403;
}

static void run_step(struct application *a, const struct token_plan_step *step)
{
    struct fault why = { 0 };
    if (!kinds[step->kind].run)
        return;
    if (a->stopped) {
        tell(a, step, STEP_NOT_TRIED);
    } else if (kinds[step->kind].run(a, step, &why)) {
        tell(a, step, STEP_DONE);
    } else {
        a->stopped = !goes_on(a, &why);
        tell(a, step, STEP_FAILED);
        session_failed(&a->diff->session, step->name, &why);
    }
}

static bool is_empty_file(const char *path)
{
    struct stat seen;
    return stat(path, &seen) == 0 && S_ISREG(seen.st_mode) && seen.st_size == 0;
}

/* A run that was interrupted between a creation and its read-back left an empty file. */
static void fetch_missing_secret(struct application *a, const struct token_plan_step *step)
{
    own_free char *path = secret_path(a, step->name);
    struct secret_file file = { 0 };
    struct fault why;
    bool existed = step->kind == TOKEN_PLAN_SAME || step->kind == TOKEN_PLAN_CHANGE;
    if (!path || !existed || a->stopped || !is_empty_file(path))
        return;
    if (secret_file_open(path, &file, &why)
        && secret_file_fill(&file, &a->diff->session, step->name, &why))
        return;
    a->stopped = !goes_on(a, &why);
    a->of_outcome[STEP_FAILED]++;
    session_failed(&a->diff->session, step->name, &why);
}

static enum exit_status apply(struct application *a)
{
    const struct token_plan *p = &a->diff->plan;
    for (size_t i = 0; i < p->count; i++)
        run_step(a, &p->steps[i]);
    for (size_t i = 0; i < p->count; i++)
        fetch_missing_secret(a, &p->steps[i]);
    const size_t *n = a->of_outcome;
    if (a->json)
        printf("%s%s\n", a->told.len ? text_z(&a->told) : "[", a->told.len ? "\n]" : "]");
    else
        printf("%zu done, %zu failed, %zu not tried\n", n[STEP_DONE], n[STEP_FAILED],
               n[STEP_NOT_TRIED]);
    text_done(&a->told);
    if (!n[STEP_FAILED])
        return EXIT_OK;
    return complain(EXIT_FAILED, "not all steps were done; run the same command again to continue");
}

static void print_requests(const struct diff *k, bool json)
{
    const char *before = json ? "[\n" : "";
    for (size_t i = 0; i < k->plan.count; i++) {
        const struct token_plan_step *step = &k->plan.steps[i];
        if (!kinds[step->kind].run)
            continue;
        fputs(before, stdout);
        session_print_request(&k->session, kinds[step->kind].method, step->name,
                              step->kind == TOKEN_PLAN_DELETE ? NULL : &step->wish, json);
        before = json ? "," : "\n";
    }
    if (json)
        puts(token_plan_has_work(&k->plan) ? "]" : "[]");
}

static enum exit_status ask_and_apply(const struct context *c, const struct diff *k)
{
    struct application a = { .diff = k,
                             .secret_dir = c->options[OPT_SECRET_DIR].text,
                             .json = c->options[OPT_JSON].given };
    if (c->options[OPT_DRY_RUN].given) {
        print_requests(k, a.json);
        return EXIT_OK;
    }
    if (!a.json)
        diff_print_text(k);
    if (token_plan_has_work(&k->plan)) {
        enum consent consent = session_ask(c->options[OPT_YES].given, "Apply these changes?");
        if (consent != CONSENT_GIVEN)
            return session_unwilling(consent);
    }
    return apply(&a);
}

static enum exit_status tokens_apply_run(const struct context *c)
{
    struct diff k;
    enum exit_status status;
    if (diff_open(c->settings, c->arguments[0], c->options[OPT_ACCOUNT].text, &k, &status))
        status = ask_and_apply(c, &k);
    diff_close(&k);
    return status;
}

const struct command cmd_tokens_apply = {
    .name = "apply",
    .parent = &cmd_tokens,
    .arguments = "FILE",
    .help = "bring the account in line with a fleet file; asks first",
    .example = "ebb tokens apply fleet.yaml --secret-dir secrets",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_apply_run,
};
