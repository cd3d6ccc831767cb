/* One row for each choice, its words in the order of its enum. */
#include "sim/manners.h"

#include "base/text.h"

enum { WORDS_MAX = 6 };

static const struct manner_row {
    const char *key;
    const char *words[WORDS_MAX + 1];
} rows[] = {
    [MANNER_V2] = { "v2", { "first", "september", "closed" } },
    [MANNER_BALANCE_FORM] = { "balance_form", { "number", "string", "string_in_post" } },
    [MANNER_SECRET_IN] = { "secret_in", { "documented", "get", "post", "none" } },
    [MANNER_PATCH_BALANCE] = { "patch_balance", { "any", "number" } },
    [MANNER_USAGE_END] = { "usage_end", { "inclusive", "exclusive" } },
    [MANNER_USAGE_ROWS] = { "usage_rows", { "name", "key" } },
    [MANNER_NO_DATA] = { "no_data", { "empty", "404" } },
    [MANNER_LIST_COUNT] = { "list_count", { "total_count", "count" } },
    [MANNER_LIST_ORDER] = { "list_order", { "oldest", "newest" } },
    [MANNER_NEXT] = { "next_form",
                      { "url", "path", "query", "other_scheme", "elsewhere", "none" } },
    [MANNER_REVOKE_STATUS] = { "revoke_status", { "200", "204" } },
    [MANNER_RESET_FIELDS] = { "reset_fields", { "hidden", "shown" } },
};
_Static_assert(COUNT(rows) == MANNERS, "a manner has no row");

bool manner_named(struct span key, enum manner *ret)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (span_is(key, rows[i].key)) {
            *ret = (enum manner)i;
            return true;
        }
    return false;
}

bool manner_set(struct manners *m, enum manner which, struct span word, struct fault *why)
{
    const char *const *words = rows[which].words;
    struct text known = { 0 };
    for (unsigned i = 0; words[i]; i++) {
        if (span_is(word, words[i])) {
            m->is[which] = i;
            text_done(&known);
            return true;
        }
        text_addf(&known, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    (void)fault(why, FAULT_REJECT, "%s is required", text_z(&known));
    text_done(&known);
    return false;
}
