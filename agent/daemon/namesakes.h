/* Usage of tokens that share a name. The account's answer is by name, so each of them is then asked
 * for by its id, and the answers are combined. */
#pragma once

#include "api/usage_call.h"
#include "edge/store.h"

struct agent;
struct account;

struct namesakes {
    struct usage_book whole;         /* the account's answer; while `under_way` */
    struct usage_book parts, latest; /* of names that are through; of the one that is asked for */
    struct shares shares;
    size_t first,
        next; /* of the shares: the first of the present name, the one that is asked for */
    bool under_way;
};

/* After a call of the account's consumption has ended. True: another one is under way. Else the
 * call's book is all that there is to know, or the call has failed. */
bool namesakes_go_on(struct agent *a, struct account *account);
void namesakes_done(struct namesakes *n); /* leaves none */
