/* Tokens, requests and refusals as all versions of Eden AI write them. */
#pragma once

#include "provider/provider.h"

enum {
    EDEN_VALIDATION_STATUS = 400,
    EDEN_TOKEN_BYTES = 32 * 1024, /* a name of 200 and a secret of 2000 characters, \u-escaped */
};

#define EDEN_LIMITS                                                                                \
    {                                                                                              \
        .amount_digits = 5, .amount_decimals = 9, .name_characters = 200                           \
    }

extern const char *const eden_wrappers[];

/* See decode_token in provider.h. Refused are, besides U+0000 and a member given twice: a name that
 * is missing, empty or longer than 200 characters; an id that is no short visible ASCII; a missing
 * balance; a balance or reset amount that is neither number, decimal text nor null; active_balance
 * that is no boolean; expire_time that is no time; a type or period that is no text. A type is cut
 * to TYPE_BYTES - 1; an amount without a period is no reset amount. Of a revoked token only name,
 * id and `revoked` itself matter. `has_id`: this version knows tokens by their ids. */
bool eden_decode_token(struct span element, bool has_id, struct decoded *ret, struct fault *why);

/* See add_request in provider.h. */
void eden_add_request(struct text *out, const struct token_request *r);

/* The query that asks for the UTC days from `first` to `last`, where `end` is exclusive. */
void eden_add_range(struct text *out, unix_s first, unix_s last);

/* See says_unspent in provider.h. */
bool eden_says_unspent(int status, struct span body);
