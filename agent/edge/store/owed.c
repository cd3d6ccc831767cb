/* What could not be written, and is made up for when the store works again.
 *
 * Alerts and events were published under their ids, so they must be found in the store later as
 * they were published: they are kept as SQL. All else follows from the next reading. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"

enum { OWED_MAX = 50000 }; /* statements of some 300 bytes */

void store_owe(struct store *s, bool owes)
{
    s->owes = owes;
}

static void keep(struct store *s, struct statement *q)
{
    if (s->owed_count >= OWED_MAX)
        return;
    s->owed = xgrown(s->owed, s->owed_count, &s->owed_room, sizeof *s->owed);
    struct text *owed = &s->owed[s->owed_count++];
    *owed = (struct text){ 0 };
    statement_add_text(q, owed);
}

bool store_run_or_owe(struct store *s, int64_t token, struct statement *q, struct fault *why)
{
    if (!s->owes)
        return statement_run(q, why);
    if (token > 0)
        keep(s, q);
    statement_reset(q);
    return true;
}

bool store_make_up(struct store *s, struct fault *why)
{
    for (size_t i = 0; i < s->owed_count; i++)
        if (!sqlite_run_or_skip(s->db, text_z(&s->owed[i]), why))
            return false;
    return true;
}

void store_made_up(struct store *s)
{
    for (size_t i = 0; i < s->owed_count; i++)
        text_done(&s->owed[i]);
    s->owed_count = 0;
}

bool store_touch(struct store *s, struct fault *why)
{
    return statement_run(s->queries[SQL_TOUCH], why);
}

void owed_done(struct store *s)
{
    store_made_up(s);
    free(s->owed);
}
