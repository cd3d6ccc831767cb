/* What an audit judges by: the store's accounts and tokens, and a fleet file if there is one. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "core/audit.h"
#include "edge/config.h"

struct settings;
struct store;

struct audit_facts {
    struct audit_account
        *accounts; /* owned, and what they point to; those of the configuration only */
    size_t count;
    struct token_file *fleet; /* owned; NULL: none */
    struct text diagnostics;  /* of a fleet file that is wrong: one line for each error */
};

struct audit_query {
    const struct settings *settings;
    const char *account, *only;        /* NULL: all */
    const char *fleet;                 /* path; NULL: none */
    const struct token_limits *limits; /* of what the file may ask for */
    unix_s now;
};

/* The facts of the accounts of the configuration; one that was never polled is there without an
 * answer. FAULT_REJECT: the fleet file is wrong (see ret->diagnostics) or about no account; else as
 * query_open. To be released by audit_facts_done, also after a failure. */
MUST_CHECK bool audit_facts_load(struct store *store, const struct audit_query *q,
                                 struct audit_facts *ret, struct fault *why);
void audit_facts_done(struct audit_facts *f);
