/* From options to what is asked of the store. */
#include "cli/ask.h"

#include "edge/store.h"

void ask_json(const struct context *c, size_t json)
{
    if (c->options[json].given)
        c->out->format = FORMAT_JSON;
}

void ask_format(const struct context *c, size_t format, size_t json)
{
    c->out->format = c->options[json].given ? FORMAT_JSON : (enum format)c->options[format].number;
}

unix_s ask_time(const struct option_value *value)
{
    return value->text ? value->number : TIME_NONE;
}

bool ask_account(struct store *s, const char *account, struct fault *why)
{
    const struct query_filter scope = {
        .now = TIME_NONE, .since = TIME_NONE, .until = TIME_NONE, .account = account
    };
    struct cell name;
    struct query_result *a;
    bool found;
    if (!account)
        return true;
    if (!query_open(s, QUERY_ACCOUNTS, &scope, &a, why))
        return false;
    bool ok = query_next(a, &name, 1, &found, why);
    query_close(a);
    if (ok && !found)
        return fault(why, FAULT_REJECT, "no data for account \"%s\": see `ebb status`", account);
    return ok;
}

/* What cannot be read is said by whoever asks for more than the name. */
const char *ask_token(struct store *s, const char *account, const char *name, struct text *ret)
{
    struct query_filter scope = query_at(TIME_NONE, account);
    struct cell cells[QUERY_NAMED_COLUMNS];
    struct query_result *a;
    struct fault why;
    bool found = false;
    scope.token = name;
    if (!query_open(s, QUERY_NAMED, &scope, &a, &why))
        return name;
    if (query_next(a, cells, COUNT(cells), &found, &why) && found)
        text_add(ret, cells[QUERY_NAMED_TOKEN].text);
    query_close(a);
    return ret->len ? text_z(ret) : name;
}

enum exit_status ask_failed(const struct fault *why)
{
    return complain(why->kind == FAULT_REJECT ? EXIT_UNKNOWN : EXIT_FAILED, "%s", why->text);
}
