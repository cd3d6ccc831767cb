/* The pages that a browser shows: HTML and SVG, readable without a script, whole with a style sheet
 * of their own (assets.h). A page is made of a store, a question and a moment; nothing here knows
 * who asks, or how. */
#pragma once

#include "core/rule.h"
#include "edge/store.h"
#include "view/writer.h"

/* What every page is made from. */
struct page_source {
    struct store *store;
    const struct settings *settings; /* whose rules say what fires; NULL: not known */
    unix_s now;
};

/* The overview: who is empty soonest. Texts are borrowed; NULL or "": not restricted. */
struct home_question {
    const char *account, *environment;
    const char *state; /* a slug of core/state.h */
    const char *match; /* part of a name, in any case; with '*' or '?' a glob over all of it */
    size_t page;       /* from 1 */
};

/* In pieces, each of some milliseconds: page_home_next until it says that there is no more, then
 * page_home_end. The question is copied; its texts and the store are the caller's until then. Rows
 * are read in the pieces before the first that writes anything, so nobody waits for a client with
 * the database open. */
struct home;
MUST_CHECK bool page_home_begin(const struct page_source *from, const struct home_question *q,
                                struct home **ret, struct fault *why);
MUST_CHECK bool page_home_next(struct home *h, struct writer *w, bool *ret_more, struct fault *why);
void page_home_end(struct home *h); /* accepts NULL */

/* One token: its balance, past and to come, and all that explains it. FAULT_REJECT: there is none
 * of that name. */
struct token_question {
    const char *account, *token;
    const char *slug;    /* of core/naming.h, in place of the name; NULL: the name is given */
    const char *span;    /* of the picture: "1d", "1w" or "4w"; NULL: as suits the forecast */
    const char *what_if; /* "20", "+20", "-5", "burn x1.5"; NULL: not asked */
};
/* In pieces, as the overview. */
struct token_page;
MUST_CHECK bool page_token_begin(const struct page_source *from, const struct token_question *q,
                                 struct token_page **ret, struct fault *why);
MUST_CHECK bool page_token_next(struct token_page *p, struct writer *w, bool *ret_more,
                                struct fault *why);
void page_token_end(struct token_page *p); /* accepts NULL */

/* What fires, and what fired lately. `span`: "1d", "1w", "4w" or "1y"; NULL: a week. In steps, each
 * of some milliseconds; the last writes the page. The question may be forgotten at once; a query
 * may be open between two steps, so none is to wait for a client. */
struct alerts_page;
MUST_CHECK bool page_alerts_begin(const struct page_source *from, const char *span,
                                  struct alerts_page **ret, struct fault *why);
MUST_CHECK bool page_alerts_step(struct alerts_page *p, struct writer *w, bool *ret_more,
                                 struct fault *why);
void page_alerts_end(struct alerts_page *p); /* accepts NULL */

/* How the polls of each account go, and what is left on it. */
MUST_CHECK bool page_accounts(const struct page_source *from, struct writer *w, struct fault *why);

/* A page for what cannot be shown, and why. */
void page_refusal(struct writer *w, const char *title, const char *words);
