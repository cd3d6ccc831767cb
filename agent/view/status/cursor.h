/* Where an answer about tokens ended, as a text for whoever asks for what follows: the urgency of
 * its last token, by which they are sorted, and its id. Nothing is kept here meanwhile. */
#pragma once

#include "base/text.h"
#include "core/state.h"

struct cursor {
    struct urgency urgency;
    int64_t id;
};

/* Digits, dots and minus signs: at home in an address. */
void cursor_add(const struct cursor *c, struct text *out);

/* FAULT_REJECT: no cursor of ours. */
MUST_CHECK bool cursor_parse(struct span text, struct cursor *ret, struct fault *why);
