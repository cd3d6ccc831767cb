/* An account is ready as long as its last good poll is not stale, by the measure of its tokens. */
#include "view/ready.h"

#include "core/reading.h"
#include "edge/store.h"
#include "view/writer.h"

/* Adds why an account is not ready; nothing when it is. */
static void add_account(struct writer *w, const struct cell *cells, unix_s now)
{
    char age[DURATION_TEXT_BYTES];
    const struct cell *reason = &cells[QUERY_READY_REASON];
    unix_s last_ok = cell_time(&cells[QUERY_READY_LAST_OK_AT]);
    if (!stamp_is_stale(last_ok, cells[QUERY_READY_STALE_S].integer, now))
        return;
    writer_addf(w, "%.*s: ", (int)cells[QUERY_READY_ACCOUNT].text.len,
                cells[QUERY_READY_ACCOUNT].text.at);
    if (last_ok == TIME_NONE)
        writer_add(w, "not polled yet");
    else
        writer_addf(w, "last good poll %s ago",
                    duration_format(seconds_between(last_ok, now), age));
    if (reason->kind == CELL_TEXT)
        writer_addf(w, ": %.*s", (int)reason->text.len, reason->text.at);
    writer_add(w, "\n");
}

bool ready_show(struct store *s, unix_s now, struct writer *w, bool *ret_ready, struct fault *why)
{
    const struct query_filter scope = query_at(now, NULL);
    struct cell cells[QUERY_READY_COLUMNS];
    struct query_result *a;
    size_t accounts = 0;
    bool more = true, ok = true;
    if (!query_open(s, QUERY_READY, &scope, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, COUNT(cells), &more, why)) && more) {
        add_account(w, cells, now);
        accounts++;
    }
    query_close(a);
    if (!accounts)
        writer_add(w, "no account has been polled yet\n");
    *ret_ready = w->text.len == 0;
    if (*ret_ready)
        writer_add(w, "ready\n");
    return ok;
}
