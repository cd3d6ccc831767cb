/* What `ebb check` says of the tokens that an account is known to have. */
#pragma once

#include "edge/config.h"

struct writer;

/* Warns of a list that takes more calls than fit into the account's interval. Nothing is asked of
 * the API. */
void check_calls(const struct settings *s);

/* Asks the API of each account for its list, and shows which known token each key would be taken
 * for. Nothing is stored. False, after complaining: a list could not be read. */
bool check_match(const struct settings *s, struct writer *out);
