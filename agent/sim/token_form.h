/* What a client may say about a token when it makes or changes one, field by field, and the errors
 * it gets. */
#pragma once

#include "base/text.h"
#include "sim/account.h"
#include "sim/json.h"

enum form_kind { FORM_V2_CREATE = 1, FORM_V2_CHANGE = 2, FORM_V3_CREATE = 4, FORM_V3_CHANGE = 8 };

struct form_rules {
    enum form_kind kind;
    const struct sim_account *account;
    const struct terms *present; /* of a change; NULL: of a creation */
    bool numbers_only;           /* amounts as strings are refused */
};

/* What was asked for. The texts are borrowed from the body; NULL: not said. */
struct token_form {
    const char *name, *member;
    struct terms terms;
    bool amount_given;
};

/* On false, `errors` holds {"FIELD":["..."]}. */
bool token_form_read(const struct form_rules *rules, const struct json *body,
                     struct token_form *ret, struct text *errors);

/* What follows from the fields together: a period turns the budget on, fills a missing balance,
 * needs an amount; no period has no amount. Returns the name of the field that is wrong, or NULL.
 */
const char *terms_settle(struct terms *terms, bool amount_given);
