/* A token as the API writes it, through either door. */
#pragma once

#include "base/text.h"
#include "sim/world.h"

/* Which request is answered; decides what of a token is told. */
enum token_answer { ANSWER_GET, ANSWER_POST, ANSWER_PATCH, ANSWER_ROTATE, ANSWER_ME };

void token_text_add(struct text *out, const struct world *w, const struct sim_token *t,
                    enum token_answer answer); /* v2 */
void key_text_add(struct text *out, const struct world *w, const struct sim_token *t,
                  enum token_answer answer); /* v3 */

/* "sk-eden-Ab3d…9xYz", as a JSON string. */
void masked_text_add(struct text *out, const char *secret);

/* An amount as a JSON number without needless zeros ("50.0", "0.000000001") or as the string
 * "50.000000000". */
void amount_text_add(struct text *out, struct maybe_money amount, enum balance_form form);
void time_text_add(struct text *out, unix_s at);        /* TIME_NONE: null */
void word_text_add(struct text *out, const char *word); /* NULL: null */
