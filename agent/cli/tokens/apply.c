/* `ebb tokens apply`: the steps of the plan, one after the other, after one question.
 *
 * A token that the API refuses does not hold up the others; a service that does not answer, or a
 * key that it does not take, ends the run. Nothing is remembered between two runs but the empty
 * files of secrets: the next one compares anew and so goes on where this one stopped. */
#include <sys/stat.h>

#include "base/own.h"
#include "cli/tokens/creation.h"
#include "cli/tokens/diff.h"
#include "cli/tokens/tokens.h"

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
    bool stopped;           /* nothing more is tried */
    size_t of_outcome[STEP_OUTCOMES];
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
    const struct creation creation = { .name = step->name,
                                       .wish = &step->wish,
                                       .secret_path = path };
    struct creation_end end;
    return creation_run(&a->diff->session, &creation, &end, why);
}

static bool change(const struct application *a, const struct token_plan_step *step,
                   struct fault *why)
{
    struct decoded is, changed;
    struct client_ask ask = { .verb = CLIENT_CHANGE, .wish = &step->wish };
    if (!diff_find(a->diff, step->name, &is, why))
        return false;
    ask.token = client_ref(a->diff->session.account, &is);
    return session_change(&a->diff->session, &ask, &changed, why);
}

/* What is gone already is as wanted. */
static bool remove_token(const struct application *a, const struct token_plan_step *step,
                         struct fault *why)
{
    struct decoded is;
    if (!diff_find(a->diff, step->name, &is, why))
        return false;
    const struct token_ref token = client_ref(a->diff->session.account, &is);
    return client_delete(a->diff->session.client, &token, why)
        || client_is_missing(a->diff->session.client);
}

static bool refuse(const struct application *a, const struct token_plan_step *step,
                   struct fault *why)
{
    client_forget(a->diff->session.client);
    return fault(why, FAULT_REJECT, "its type is %s, the file wants %s: " DIFF_KEEPS_TYPE,
                 step->is->type, step->wish.wanted.type);
}

/* What each kind does, and its word in the past. Without a function there is nothing to do, without
 * a word there is no request. */
static const struct {
    bool (*run)(const struct application *a, const struct token_plan_step *step, struct fault *why);
    enum client_verb verb;
    const char *done;
} kinds[TOKEN_PLAN_KINDS] = {
    [TOKEN_PLAN_CREATE] = { create, CLIENT_CREATE, "created" },
    [TOKEN_PLAN_CHANGE] = { change, CLIENT_CHANGE, "changed" },
    [TOKEN_PLAN_DELETE] = { remove_token, CLIENT_DELETE, "deleted" },
    [TOKEN_PLAN_CONFLICT] = { refuse, CLIENT_SHOW, NULL },
};

static bool is_json(const struct application *a)
{
    return a->diff->session.out->format == FORMAT_JSON;
}

static void report_json(struct json_out *j, const struct token_plan_step *step,
                        enum outcome_of_step outcome)
{
    json_line(j, 2);
    json_open_object(j, NULL);
    json_add_z(j, "kind", token_plan_kind_name(step->kind));
    json_add_z(j, "token", step->name);
    json_add_z(j, "outcome", outcome_names[outcome]);
    json_close(j);
    json_line(j, 0);
}

/* People see each step when it is done; the run goes on without them. */
static void report_step(struct application *a, const struct token_plan_step *step,
                        enum outcome_of_step outcome)
{
    struct writer *w = a->diff->session.out;
    a->of_outcome[outcome]++;
    if (is_json(a)) {
        report_json(&w->json, step, outcome);
    } else if (outcome != STEP_NOT_TRIED) {
        writer_addf(w, "%s ", outcome == STEP_DONE ? kinds[step->kind].done : "failed:");
        writer_add_safe(w, span_of(step->name));
        writer_add(w, "\n");
        writer_flush(w);
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
        report_step(a, step, STEP_NOT_TRIED);
    } else if (kinds[step->kind].run(a, step, &why)) {
        report_step(a, step, STEP_DONE);
    } else {
        a->stopped = !goes_on(a, &why);
        report_step(a, step, STEP_FAILED);
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
    bool hidden = false;
    bool existed = step->is && step->kind != TOKEN_PLAN_DELETE && step->kind != TOKEN_PLAN_UNKNOWN;
    if (!path || !existed || a->stopped || !is_empty_file(path))
        return;
    if (secret_file_open(path, &file, &why)
        && secret_file_fill(&file, &a->diff->session, step->name, &hidden, &why))
        return;
    if (hidden)
        fault_within(&why, SESSION_NEW_SECRET);
    a->stopped = !goes_on(a, &why);
    a->of_outcome[STEP_FAILED]++;
    session_failed(&a->diff->session, step->name, &why);
}

static enum exit_status apply(struct application *a)
{
    const struct token_plan *p = &a->diff->plan;
    struct writer *w = a->diff->session.out;
    if (is_json(a))
        json_open_array(&w->json, NULL);
    for (size_t i = 0; i < p->count; i++)
        run_step(a, &p->steps[i]);
    for (size_t i = 0; i < p->count; i++)
        fetch_missing_secret(a, &p->steps[i]);
    const size_t *n = a->of_outcome;
    if (is_json(a)) {
        json_close(&w->json);
        writer_add(w, "\n");
    } else {
        writer_addf(w, "%zu done, %zu failed, %zu not tried\n", n[STEP_DONE], n[STEP_FAILED],
                    n[STEP_NOT_TRIED]);
    }
    writer_pass(w);
    if (!n[STEP_FAILED])
        return EXIT_OK;
    return complain(EXIT_FAILED, "not all steps were done; run the same command again to continue");
}

static void show_request(const struct diff *k, const struct token_plan_step *step)
{
    struct decoded is;
    struct fault why;
    struct client_ask ask = { .verb = kinds[step->kind].verb, .wish = &step->wish };
    if (step->kind == TOKEN_PLAN_CREATE)
        ask.name = step->name;
    else if (diff_find(k, step->name, &is, &why))
        ask.token = client_ref(k->session.account, &is);
    session_show_request(&k->session, &ask);
}

static void show_requests(const struct diff *k, struct writer *w)
{
    bool json = w->format == FORMAT_JSON;
    const char *before = "";
    if (json)
        json_open_array(&w->json, NULL);
    for (size_t i = 0; i < k->plan.count; i++) {
        const struct token_plan_step *step = &k->plan.steps[i];
        if (!kinds[step->kind].done)
            continue;
        if (json)
            json_line(&w->json, 0);
        else
            writer_add(w, before);
        show_request(k, step);
        before = "\n";
    }
    if (!json)
        return;
    if (token_plan_has_work(&k->plan))
        json_line(&w->json, 0);
    json_close(&w->json);
    writer_add(w, "\n");
}

static enum exit_status ask_and_apply(const struct context *c, const struct diff *k)
{
    struct application a = { .diff = k, .secret_dir = c->options[OPT_SECRET_DIR].text };
    if (c->options[OPT_DRY_RUN].given) {
        show_requests(k, c->out);
        return EXIT_OK;
    }
    if (!is_json(&a))
        diff_show(k);
    if (token_plan_has_work(&k->plan)) {
        enum consent consent =
            session_ask(&k->session, c->options[OPT_YES].given, "Apply these changes?");
        if (consent != CONSENT_GIVEN)
            return session_unwilling(consent);
    }
    return apply(&a);
}

static enum exit_status tokens_apply_run(const struct context *c)
{
    struct diff k;
    enum exit_status status;
    ask_json(c, OPT_JSON);
    if (diff_open(c, c->arguments[0], c->options[OPT_ACCOUNT].text, &k, &status))
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
