/* The table of endpoints. Order of checks: fault, key, rate, path, method, permission. */
#include "sim/routes.h"

#include <stdlib.h>
#include <time.h>

#include "base/xmalloc.h"

enum access {
    ACCESS_TOKENS, /* the main key, while v2 still lets keys manage tokens */
    ACCESS_MAIN_KEY,
    ACCESS_ANY_KEY, /* the main key or a token */
    ACCESS_ANYBODY, /* any management key */
    ACCESS_READ,
    ACCESS_WRITE,
    ACCESS_MINT, /* a management key with that scope */
    ACCESS_CONTROL,
};

static const struct route {
    const char *method, *path; /* "{name}" stands for one segment */
    enum access access;
    route_handler *handler;
} routes[] = {
    { "GET", "/v2/user/custom_token/me/", ACCESS_ANY_KEY, token_me },
    { "GET", "/v2/user/custom_token/", ACCESS_TOKENS, tokens_list },
    { "POST", "/v2/user/custom_token/", ACCESS_TOKENS, tokens_create },
    { "GET", "/v2/user/custom_token/{name}/", ACCESS_TOKENS, token_show },
    { "PATCH", "/v2/user/custom_token/{name}/", ACCESS_TOKENS, token_change },
    { "DELETE", "/v2/user/custom_token/{name}/", ACCESS_TOKENS, token_delete },
    { "POST", "/v2/user/custom_token/{name}/rotate/", ACCESS_TOKENS, token_rotate },
    { "GET", "/v2/cost_management/credits/", ACCESS_MAIN_KEY, credits_show },
    { "GET", "/v2/cost_management/", ACCESS_ANY_KEY, consumption_show },
    { "POST", "/v3/chat/completions", ACCESS_ANY_KEY, chat_complete },
    { "GET", "/v3/manage/keys/", ACCESS_READ, keys_list },
    { "POST", "/v3/manage/keys/", ACCESS_WRITE, keys_create },
    { "GET", "/v3/manage/keys/{id}/", ACCESS_READ, key_show },
    { "PATCH", "/v3/manage/keys/{id}/", ACCESS_WRITE, key_change },
    { "DELETE", "/v3/manage/keys/{id}/", ACCESS_WRITE, key_revoke },
    { "POST", "/v3/manage/keys/{id}/rotate/", ACCESS_WRITE, key_rotate },
    { "GET", "/v3/manage/keys/{id}/usage/", ACCESS_READ, key_usage_show },
    { "GET", "/v3/manage/usage/", ACCESS_READ, usage_show },
    { "GET", "/v3/manage/whoami/", ACCESS_ANYBODY, whoami_show },
    { "GET", "/v3/manage/members/", ACCESS_READ, members_list },
    { "GET", "/v3/manage/auth-keys/", ACCESS_MINT, auth_keys_list },
    { "POST", "/v3/manage/auth-keys/", ACCESS_MINT, auth_keys_create },
    { "DELETE", "/v3/manage/auth-keys/{id}/", ACCESS_MINT, auth_key_revoke },
    { "GET", "/control/state", ACCESS_CONTROL, control_state },
    { "POST", "/control/token", ACCESS_CONTROL, control_token },
    { "POST", "/control/setting", ACCESS_CONTROL, control_setting },
    { "POST", "/control/key", ACCESS_CONTROL, control_key },
    { "POST", "/control/clock", ACCESS_CONTROL, control_clock },
    { "POST", "/control/fault", ACCESS_CONTROL, control_fault },
    { "DELETE", "/control/fault", ACCESS_CONTROL, control_fault_clear },
    { "GET", "/control/requests", ACCESS_CONTROL, control_requests },
};

static struct span path_of(const struct sim_request *r)
{
    return (struct span){ r->target, strcspn(r->target, "?") };
}

static bool is_under(struct span path, const char *folder)
{
    return path.len >= strlen(folder) && memcmp(path.at, folder, strlen(folder)) == 0;
}

static bool is_control(struct span path)
{
    return is_under(path, "/control/");
}

static bool is_manage(struct span path)
{
    return is_under(path, "/v3/manage/");
}

/* Whether an undecoded path fits a pattern; then `ret_name` is the undecoded {name}. An encoded
 * slash is data. */
static bool fits(const char *pattern, struct span path, struct span *ret_name)
{
    const char *hole = strchr(pattern, '{');
    if (!hole)
        return span_is(path, pattern);
    size_t head = (size_t)(hole - pattern);
    const char *tail = strchr(hole, '}') + 1;
    if (path.len <= head + strlen(tail) || memcmp(path.at, pattern, head) != 0)
        return false;
    struct span name = { path.at + head, path.len - head - strlen(tail) };
    if (memchr(name.at, '/', name.len) || memcmp(name.at + name.len, tail, strlen(tail)) != 0)
        return false;
    *ret_name = name;
    return true;
}

/* The route for a path and method; `ret_known` tells whether the path exists under any method. */
static const struct route *find_route(const struct sim_request *r, struct span path,
                                      struct span *ret_name, bool *ret_known)
{
    *ret_known = false;
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (!fits(routes[i].path, path, ret_name))
            continue;
        *ret_known = true;
        if (strcmp(routes[i].method, r->method) == 0)
            return &routes[i];
    }
    return NULL;
}

/* What the bearer key opens. */
struct caller {
    struct tenant *tenant;     /* NULL: not a key of ours */
    struct sim_token *token;   /* NULL: the main key, or a management key */
    struct manage_key *manage; /* NULL: another kind of key */
};

static struct caller identify(const struct world *w, const char *authorization)
{
    struct caller nobody = { 0 };
    const char *scheme = "Bearer ";
    if (!authorization || strncmp(authorization, scheme, strlen(scheme)) != 0)
        return nobody;
    struct span key = span_of(authorization + strlen(scheme));
    for (size_t i = 0; i < w->tenant_count; i++) {
        struct tenant *t = &w->tenants[i];
        struct sim_token *token = account_with_secret(t->account, key);
        struct manage_key *manage = manage_key_with_secret(&t->account->manage_keys, key);
        if (token || manage || span_is(key, t->account->key))
            return (struct caller){ t, token, manage };
    }
    return nobody;
}

static int64_t real_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sim_fault *pick_sim_fault(struct world *w, struct span path, const char *account)
{
    char *terminated = xstrndup(path.at, path.len);
    struct sim_fault *t = sim_faults_take(&w->sim_faults, terminated, account);
    free(terminated);
    return t;
}

int64_t route_begin(struct world *w, const struct sim_request *request, struct visit *ret)
{
    *ret = (struct visit){ 0 };
    if (is_control(path_of(request)))
        return 0;

    unix_s now = world_advance(w);
    struct tenant *tenant = identify(w, request->authorization).tenant;
    const char *account = tenant ? tenant->account->name : NULL;
    ret->sim_fault = pick_sim_fault(w, path_of(request), account);
    struct request_row row = {
        .method = xstrdup(request->method),
        .target = xstrdup(request->target),
        .account = account ? xstrdup(account) : NULL,
        .virtual_s = now,
        .real_ms = real_ms(),
        .authorized = request->authorization != NULL,
        .client_port = request->client_port,
        .sim_fault = ret->sim_fault ? sim_fault_name(ret->sim_fault->kind) : NULL,
    };
    ret->log_number = request_log_add(&w->log, row)->number;
    return sim_fault_delay_ms(ret->sim_fault);
}

void route_done(struct visit *visit)
{
    sim_fault_free(visit->sim_fault);
    *visit = (struct visit){ 0 };
}

/* Like Django: the same path with a slash, when that would exist. */
static bool redirect_to_slash(const struct sim_request *r, struct span path, struct sim_answer *ret)
{
    struct text slashed = { 0 };
    struct span name;
    bool known;
    text_add(&slashed, path);
    text_addf(&slashed, "/");
    find_route(r, (struct span){ slashed.at, slashed.len }, &name, &known);
    if (known && path.at[path.len - 1] != '/') {
        text_addf(&slashed, "%s", r->target + path.len);
        answer_json(ret, 301, "");
        ret->location = xstrdup(slashed.at);
    }
    text_done(&slashed);
    return ret->status != 0;
}

static bool over_rate(const struct world *w, struct tenant *t, struct sim_answer *ret)
{
    if (!w->rate_limit)
        return false;
    mono_ms now = clock_mono();
    double limit = (double)w->rate_limit;
    double filled = t->bucket.tokens + limit * (double)(now - t->bucket.filled_at) / 1000;
    t->bucket = (struct rate_bucket){ filled < limit ? filled : limit, now };
    if (t->bucket.tokens >= 1) {
        t->bucket.tokens -= 1;
        return false;
    }
    answer_error(ret, 429, "throttled", "Request was throttled. Expected available in 1 second.");
    ret->retry_after = xstrdup("1");
    return true;
}

/* The scope that a route wants; 0: none. */
static unsigned scope_of(enum access access)
{
    return access == ACCESS_READ ? SCOPE_READ
        : access == ACCESS_WRITE ? SCOPE_WRITE
        : access == ACCESS_MINT  ? SCOPE_MINT
                                 : 0;
}

/* Whether the caller may do it; else an answer says why not. */
static bool permitted(const struct call *c, enum access access, struct sim_answer *ret)
{
    unsigned scope = scope_of(access);
    if (scope && !(c->manage->scopes & scope)) {
        answer_detail(ret, 403, "This management key lacks the scope for this action.");
        return false;
    }
    if (access == ACCESS_TOKENS && c->world->manners.is[MANNER_V2] == V2_CLOSED) {
        answer_detail(ret, 401, "Authentication credentials were not provided.");
        return false;
    }
    if ((access == ACCESS_MAIN_KEY || access == ACCESS_TOKENS) && c->caller) {
        answer_error(ret, 403, "permission_error",
                     "You do not have permission to perform this action.");
        return false;
    }
    return true;
}

static void dispatch(struct call *c, const struct route *route, struct span name,
                     struct sim_answer *ret)
{
    if (!permitted(c, route->access, ret))
        return;
    char *decoded = http_decode(name, false);
    if (!decoded) {
        answer_not_found(ret);
        return;
    }
    c->name = decoded;
    route->handler(c, ret);
    free(decoded);
}

/* What is wrong with a key under /v3/manage/; NULL: nothing. */
static const char *refuse_manage(const struct caller *caller, const struct call *c)
{
    if (!c->request->authorization)
        return "Authentication credentials were not provided.";
    if (caller->tenant && !caller->manage)
        return "This endpoint needs a management key. Make one under Account, Management Keys.";
    if (!caller->tenant || caller->manage->revoked)
        return "Invalid management key.";
    if (caller->manage->expires != TIME_NONE && caller->manage->expires <= c->now)
        return "This management key has expired.";
    return NULL;
}

/* The same elsewhere. */
static const char *refuse_token(const struct caller *caller, const struct call *c)
{
    if (!caller->tenant || caller->manage)
        return c->request->authorization ? "Invalid token."
                                         : "Authentication credentials were not provided.";
    if (caller->token && token_is_expired(caller->token, c->now))
        return "Token has expired.";
    return NULL;
}

static bool admit(struct world *w, struct call *c, bool manage, struct sim_answer *ret)
{
    struct caller caller = identify(w, c->request->authorization);
    const char *wrong = manage ? refuse_manage(&caller, c) : refuse_token(&caller, c);
    if (wrong && manage)
        answer_detail(ret, 401, wrong);
    else if (wrong)
        answer_error(ret, 401, "authentication_error", wrong);
    if (wrong)
        return false;
    c->tenant = caller.tenant;
    c->account = caller.tenant->account;
    c->caller = caller.token;
    c->manage = caller.manage;
    return !over_rate(w, c->tenant, ret);
}

bool route_body(const struct call *c, struct json **ret_body, struct sim_answer *ret)
{
    struct fault why;
    if (!json_read(c->request->body, ret_body, &why)) {
        answer_error(ret, 400, "parse_error", why.text);
        return false;
    }
    if (!json_is_object(*ret_body))
        answer_invalid(ret, "non_field_errors", "Invalid data. Expected a dictionary.");
    return json_is_object(*ret_body);
}

static void answer_call(struct call *c, struct span path, struct sim_answer *ret)
{
    struct span name = { "", 0 };
    bool known, control = is_control(path), manage = is_manage(path);
    struct text slashed = { 0 };
    if (manage && path.at[path.len - 1] != '/') { /* v3 answers with and without it */
        text_add(&slashed, path);
        text_addf(&slashed, "/");
        path = (struct span){ slashed.at, slashed.len };
    }
    const struct route *route = find_route(c->request, path, &name, &known);
    if (control && !c->world->control)
        known = false;

    if (!known && (control || !redirect_to_slash(c->request, path, ret)))
        answer_not_found(ret);
    else if (known && (control || admit(c->world, c, manage, ret))) {
        if (route)
            dispatch(c, route, name, ret);
        else
            answer_error(ret, 405, "method_not_allowed", "Method not allowed.");
    }
    text_done(&slashed);
}

static void note_status(struct world *w, const struct visit *visit, int status)
{
    struct request_row *row =
        visit->log_number ? &w->log.rows[(visit->log_number - 1) % REQUEST_LOG_ROWS] : NULL;
    if (row && row->number == visit->log_number)
        row->status = status;
}

void route_answer(struct world *w, const struct sim_request *request, struct visit *visit,
                  struct sim_answer *ret)
{
    struct span path = path_of(request);
    *ret = (struct sim_answer){ 0 };
    struct call c = {
        .world = w,
        .request = request,
        .name = "",
        .query = request->target[path.len] == '?' ? request->target + path.len + 1 : "",
        .now = world_advance(w),
        .sim_fault = visit->sim_fault,
    };
    if (!sim_fault_answers(visit->sim_fault, ret)) {
        answer_call(&c, path, ret);
        sim_fault_bend(visit->sim_fault, ret);
    }
    note_status(w, visit, ret->delivery == DELIVER_NOTHING ? 0 : ret->status);
}
