/* A store in a folder of its own, and what tests of its parts do with it: open it, poll, ask it for
 * a number. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/xmalloc.h"
#include "core/usage.h"
#include "edge/store.h"
#include "edge/store/sqlite.h"

#define START INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

struct place {
    char folder[64];
    char path[96];
    struct store *store; /* NULL: not open */
    int64_t account;
    unix_s last_ok;
    struct token_set fleet;
    struct usage_book book; /* what is to be stored of consumption */
};

static inline void check(bool ok, const struct fault *why)
{
    if (!ok)
        fail_msg("%s", why->text);
}

/* In memory where there is such a folder: tests commit thousands of times, and each time is synced.
 */
static inline void make_place(struct place *p)
{
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    *p = (struct place){ 0 };
    snprintf(p->folder, sizeof p->folder, "%s/ebb-store-XXXXXX", root);
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/ebb.db", p->folder);
}

static inline void remove_place(struct place *p)
{
    static const char *const files[] = { "", ".lock", "-wal", "-shm" };
    token_set_done(&p->fleet);
    usage_done(&p->book);
    store_close(p->store);
    for (size_t i = 0; i < COUNT(files); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", p->path, files[i]);
        unlink(file);
    }
    rmdir(p->folder);
}

/* With its one account. */
static inline void open_store(struct place *p)
{
    struct fault why;
    check(store_open(p->path, STORE_WRITE, &p->store, &why), &why);
    check(store_begin(p->store, &why)
              && store_account(p->store, "main", 60, &p->account, &p->last_ok, &why)
              && store_commit(p->store, &why),
          &why);
}

/* Fixtures of cmocka; the store is not open yet. */
static inline int set_up(void **state)
{
    struct place *p = xcalloc(1, sizeof *p);
    make_place(p);
    *state = p;
    return 0;
}

static inline int tear_down(void **state)
{
    remove_place(*state);
    free(*state);
    return 0;
}

static inline void begin_poll(struct place *p, unix_s at)
{
    struct poll_row row = {
        .account = p->account, .at = at, .result = POLL_OK, .http_status = 200
    };
    struct fault why;
    check(store_begin(p->store, &why) && store_add_poll(p->store, &row, &why), &why);
}

static inline void commit(struct place *p)
{
    struct fault why;
    check(store_commit(p->store, &why), &why);
}

/* Between polls, all that is due. */
static inline void checkpoint(struct place *p, unix_s at)
{
    struct fault why;
    bool more = true;
    while (more) {
        check(store_begin(p->store, &why) && store_checkpoint(p->store, at, &more, &why), &why);
        commit(p);
    }
}

static inline void retain(struct place *p, const struct retention *keep, unix_s at)
{
    struct fault why;
    bool more = true;
    while (more) {
        check(store_begin(p->store, &why) && store_retain(p->store, keep, at, &more, &why), &why);
        commit(p);
    }
}

/* One number, read by another connection, so it is of what was committed; -1 for NULL. */
static inline int64_t ask(const struct place *p, const char *sql)
{
    struct sqlite *db = NULL;
    struct statement *q = NULL;
    struct fault why;
    bool row = false;
    check(sqlite_connect(p->path, SQLITE_ACCESS_READ, &db, &why)
              && sqlite_prepare(db, sql, &q, &why) && statement_step(q, &row, &why),
          &why);
    assert_true(row);
    int64_t value = statement_is_null(q, 0) ? -1 : statement_integer(q, 0);
    statement_free(q);
    sqlite_disconnect(db);
    return value;
}
