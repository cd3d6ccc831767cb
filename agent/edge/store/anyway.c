/* Transactions that go on when the store cannot be written or read, and what is made up for when it
 * can again.
 *
 * Alerts and events were published under their ids, so they must be found in the store later as
 * they were published: they are kept as SQL. All else follows from the next reading. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"

enum { OWED_MAX = 50000 }; /* statements of some 300 bytes */

bool store_begin_anyway(struct store *s, const struct fault *lost, struct fault *why)
{
    s->anyway = true;
    sqlite_go_on(s->db, lost);
    if (sqlite_run(s->db, "BEGIN IMMEDIATE", why))
        return true;
    store_rollback(s);
    return false;
}

bool store_run_kept(struct store *s, struct statement *q, struct fault *why)
{
    size_t count = s->owed_count + s->owed_noted;
    if (s->anyway && count < OWED_MAX) {
        if (count == s->owed_room) {
            s->owed_room = s->owed_room ? s->owed_room * 2 : 16;
            s->owed = xrealloc(s->owed, s->owed_room, sizeof *s->owed);
        }
        s->owed[count] = (struct text){ 0 };
        statement_add_text(q, &s->owed[count]);
        s->owed_noted++;
    }
    return statement_run(q, why);
}

static void forget(struct store *s, size_t from)
{
    for (size_t i = from; i < s->owed_count + s->owed_noted; i++)
        text_done(&s->owed[i]);
}

void owed_settle(struct store *s, bool stored)
{
    if (stored)
        forget(s, s->owed_count);
    else
        s->owed_count += s->owed_noted;
    s->owed_noted = 0;
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
    forget(s, 0);
    s->owed_count = s->owed_noted = 0;
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
