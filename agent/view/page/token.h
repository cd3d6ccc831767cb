/* The page of one token, while it is made. */
#pragma once

#include "view/forecast/view.h"
#include "view/page/page.h"
#include "view/page/pulse.h"

enum { TOKEN_MARKS_MAX = 64 };

/* Something that happened to it. */
struct token_mark {
    unix_s at;
    const char *shape; /* of the page's head */
    bool alert;        /* else an entry of its book */
    char *words;       /* owned */
    char *what;        /* owned; one word */
};

struct token_page {
    struct page_source from;
    struct token_question q; /* with the name */
    struct text name, asked; /* of a slug; what would be */
    size_t step;
    struct pulse pulse;
    struct forecast_input input;
    struct forecast_view view; /* of it, with what was asked */
    struct fault refusal;      /* of what was asked; meaningful when it is refused */
    bool refused;
    unix_s since, until;                      /* of the picture */
    const char *span;                         /* its name */
    struct token_mark marks[TOKEN_MARKS_MAX]; /* the newest within the picture, in order of time */
    size_t mark_count, marks_left_out;
    struct text ids; /* the token as a JSON array, for questions about it */
};

bool token_marks_load(struct token_page *p, struct fault *why);
void token_marks_done(struct token_page *p);

/* The parts of it. */
void token_add_head(struct text *out, const struct token_page *p);
void token_add_what_if(struct text *out, const struct token_page *p);
void token_add_chart(struct text *out, const struct token_page *p);
void token_add_marks(struct text *out, const struct token_page *p);
void token_add_heat(struct text *out, const struct token_page *p);
void token_add_record(struct text *out, const struct token_page *p);
MUST_CHECK bool token_add_usage(struct text *out, const struct token_page *p, struct fault *why);

/* The address of the page with another span and another question (NULL: none). */
void token_add_address(struct text *out, const struct token_page *p, const char *span,
                       const char *what_if);
