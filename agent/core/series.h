/* What a series of balances, costs or alerts is of: a token, the account's credits, the account, or
 * the main key. */
#pragma once

enum series {
    SERIES_TOKEN,
    SERIES_CREDITS, /* what is left on the account; one for each account, its name is empty */
    SERIES_ACCOUNT, /* the account itself: no balances, but alerts about it; one each, its name is
                       empty */
    SERIES_KEY,     /* what the main key spends itself; only the consumption endpoint knows it */
    SERIES_KINDS,
};

const char *series_name(enum series series); /* "token", "credits", "account", "key" */

/* Levels in topics that no token's name can give. */
#define CREDITS_SLUG "@credits"
#define KEY_SLUG "@key"
#define ACCOUNT_SLUG "@account"
