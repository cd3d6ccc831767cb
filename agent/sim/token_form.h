/* What a client may say about a token in POST and PATCH, field by field, and the errors it gets. */
#pragma once

#include "base/text.h"
#include "sim/account.h"
#include "sim/json.h"

/* Reads a POST: the name (borrowed from `body`) and the terms. On false, `errors` holds
 * {"FIELD":["..."]}. */
bool token_form_create(const struct json *body, const struct sim_account *a,
                       struct token_order *ret, struct text *errors);

/* Reads a PATCH over the token's present terms. */
bool token_form_change(const struct json *body, const struct terms *now, struct terms *ret,
                       struct text *errors);

/* What follows from the fields together: a period turns the budget on, fills a missing balance,
 * needs an amount; no period has no amount. Returns the name of the field that is wrong, or NULL.
 */
const char *terms_settle(struct terms *terms, bool amount_given);
