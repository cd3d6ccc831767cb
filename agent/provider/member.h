/* Values of JSON members, as every dialect reads them.
 *
 * What can mean one thing only is taken, whoever spells it so: 0 and 1 for a boolean, an empty time
 * for none, amounts as numbers or text. Anything doubtful is FAULT_REJECT and names the member. */
#pragma once

#include "base/money.h"
#include "core/identity.h"
#include "core/reading.h"
#include "provider/json.h"

/* Finds each of `names` among the members of an object: NULL where it is not there. FAULT_REJECT:
 * one of them is given twice. */
MUST_CHECK bool member_find(const cJSON *object, const char *const names[], const cJSON *found[],
                            size_t count, struct fault *why);

/* The same of one name. */
MUST_CHECK bool member_once(const cJSON *object, const char *name, const cJSON **ret,
                            struct fault *why);

bool member_is_absent(const cJSON *value); /* not there, or null */

/* The longest start of `text` of at most `bytes` bytes that ends between two characters. */
size_t member_cut(struct span text, size_t bytes);

/* A text of 1 to NAME_CHARACTERS_MAX characters. */
MUST_CHECK bool member_name(const cJSON *value, char ret[NAME_BYTES_MAX + 1], struct fault *why);

/* What a token is known by: visible ASCII of fewer than ID_BYTES characters. Null and an empty text
 * are "": it has none. */
MUST_CHECK bool member_id(const cJSON *value, char ret[ID_BYTES], struct fault *why);

/* Number, decimal text (".5" and "5." are amounts, too, where a program wrote them) or null, which
 * is unknown; so is a member that is not there. */
MUST_CHECK bool member_amount(const cJSON *value, const char *member, struct maybe_money *ret,
                              struct fault *why);

/* True and false; a database's 1 and 0 are the same. False: it is neither. */
bool member_flag(const cJSON *value, bool *ret);

/* A time; null and an empty text are TIME_NONE. */
MUST_CHECK bool member_moment(const cJSON *value, const char *member, unix_s *ret,
                              struct fault *why);
