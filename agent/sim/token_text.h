/* A token as the API writes it. */
#pragma once

#include "base/text.h"
#include "sim/world.h"

enum token_view { TOKEN_WITHOUT_SECRET, TOKEN_WITH_SECRET };

void token_text_add(struct text *out, const struct sim_token *t, enum balance_form form,
                    enum token_view view);

/* An amount as a JSON number without needless zeros ("50.0", "0.000000001") or as the string
 * "50.000000000". */
void amount_text_add(struct text *out, struct maybe_money amount, enum balance_form form);
