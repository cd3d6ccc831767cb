/* What stands around the parts of every page: its head, the way to the others, and its foot.
 *
 * A part with an id and the attribute data-part is what the script puts in place of its older self;
 * all else of a page stays as it was when it was opened. */
#pragma once

#include "view/page/pulse.h"

enum page_place { AT_HOME, AT_ALERTS, AT_SPEND, AT_ACCOUNTS, PAGE_PLACES, AT_TOKEN = PAGE_PLACES };

struct page_frame {
    enum page_place place;
    struct span title; /* foreign text */
    const struct pulse *pulse;
    unix_s now;
};

/* Up to the first part of the page, and from behind its last one. */
void page_begin(struct text *out, const struct page_frame *f);
void page_end(struct text *out);
