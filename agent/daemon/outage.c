/* A database that cannot be written or read for a while: a full disk, a file system that became
 * read-only, I/O errors.
 *
 * Polls go on and are judged in memory; transitions are published with their ids as not stored
 * (bypass.c), and made up for in the store later (store_make_up). Balances need no making up: the
 * first poll after the outage compares with the last one before it. */
#include "daemon/outage.h"

#include <inttypes.h>
#include <string.h>

#include "core/calendar.h"
#include "daemon/account.h"
#include "daemon/bypass.h"
#include "daemon/state.h"

enum { MEND_EVERY_MS = 5 * 1000 };

static const struct condition_kind writes = { "writes", "the database is writable again",
                                              LOG_ERROR };

static void feed(struct agent *a, bool ill, const char *text)
{
    const struct condition_now is = { "database", ill, text };
    a->store_ill = ill;
    conditions_feed(&a->conditions, &writes, &is, clock_mono());
}

void outage_feed(struct agent *a, const struct fault *why)
{
    struct text words = { 0 };
    bool news = !a->store_ill || strcmp(a->outage.why.text, why->text) != 0;
    if (!a->store_ill)
        a->outage.since = clock_unix();
    a->outage.why = *why;
    text_addf(&words,
              "%s; polls continue in memory and alerts are published as not stored until writing "
              "works again",
              why->text);
    feed(a, true, text_z(&words));
    text_done(&words);
    if (news)
        retained_tell_status(a);
}

static bool is_ahead(const struct agent *a)
{
    for (size_t i = 0; i < a->account_count; i++)
        if (a->accounts[i].ahead)
            return true;
    return false;
}

/* Even with nothing to make up for it writes: only so is it known whether that works. */
static bool make_up(struct agent *a, struct fault *why)
{
    if (!store_begin(a->store, why))
        return false;
    if (store_make_up(a->store, why) && bypass_store(&a->bypass, a->store, why)
        && store_touch(a->store, why) && store_commit(a->store, why)) {
        store_made_up(a->store);
        bypass_clear(&a->bypass);
        a->outbox_waits = true;
        return true;
    }
    store_rollback(a->store);
    return false;
}

static void follow(struct agent *a)
{
    for (size_t i = 0; i < a->account_count; i++) {
        struct account *account = &a->accounts[i];
        if (account->ahead && !account->poll)
            account_return(account);
    }
}

bool outage_mend(struct agent *a, struct fault *why)
{
    if (!is_ahead(a))
        return true;
    a->outage.mend_at = clock_mono() + MEND_EVERY_MS;
    if (!make_up(a, why))
        return why->kind != FAULT_FATAL;
    follow(a);
    return true;
}

mono_ms outage_deadline(const struct agent *a)
{
    return is_ahead(a) ? a->outage.mend_at : MONO_NEVER;
}

void outage_end(struct agent *a)
{
    if (!a->store_ill || is_ahead(a)) /* a poll that began in the outage ends in it */
        return;
    a->starts_over |= bypass_end(&a->bypass);
    feed(a, false, NULL);
    retained_store_returned(a);
}

void outage_last_word(const struct agent *a)
{
    char stamp[TIME_TEXT_BYTES];
    if (a->store_ill)
        log_error("%s: nothing has been stored since %s; %zu events since then were published as "
                  "not stored and will "
                  "be raised again under the same ids",
                  a->outage.why.text, calendar_format(a->outage.since, stamp),
                  bypass_events(&a->bypass));
}

static const struct condition_kind journals = { "journal",
                                                "the journal of the database is emptied again",
                                                LOG_WARNING };

bool journal_tend(struct agent *a, struct fault *why)
{
    bool held;
    struct text words = { 0 };
    if (!store_tend_journal(a->store, &held, why))
        return false;
    const char *path = a->settings->store;
    text_addf(
        &words,
        "the journal %s-wal has grown to %.1f MB and cannot be emptied: another program holds a "
        "transaction open on the database; find it with `fuser -v %s` and end its query",
        path, (double)store_journal_bytes(a->store) / 1e6, path);
    conditions_feed(&a->conditions, &journals,
                    &(struct condition_now){ "database", held, text_z(&words) }, clock_mono());
    text_done(&words);
    return true;
}
