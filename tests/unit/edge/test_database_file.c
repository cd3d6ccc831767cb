/* What may lie at the path of the database, or beside it: what is not ours is refused at once, and
 * not a byte of it changes; one file has one writer, whatever it is called. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "store_scene.h"

enum { USER_VERSION_AT = 60 };

static void add_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static size_t bytes_of(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, room, file);
    fclose(file);
    return len;
}

static void name_beside(const struct place *p, const char *suffix, char out[128])
{
    snprintf(out, 128, "%s%s", p->path, suffix);
}

static void assert_refused(const char *path, const char *words)
{
    struct store *s = NULL;
    struct fault why;
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        alarm(20); /* a FIFO keeps waiting whoever opens it */
        assert_false(store_open(path, mode, &s, &why));
        alarm(0);
        assert_int_equal(why.kind, FAULT_FATAL);
        if (!strstr(why.text, words))
            fail_msg("\"%s\" does not say \"%s\"", why.text, words);
    }
}

/* Both at the path and in the names that SQLite would use beside it, nothing changes and nothing
 * comes. */
static void assert_left_alone(const struct place *p, const char *file, const char *words)
{
    static char before[1 << 20], after[1 << 20];
    char side[128];
    size_t len = bytes_of(file, before, sizeof before);
    assert_refused(p->path, words);
    assert_int_equal(bytes_of(file, after, sizeof after), len);
    assert_memory_equal(before, after, len);
    name_beside(p, "-journal", side);
    assert_true(strcmp(side, file) == 0 || access(side, F_OK) != 0);
}

static void assert_no_lock(const struct place *p)
{
    char lock[128];
    name_beside(p, ".lock", lock);
    assert_int_not_equal(access(lock, F_OK), 0);
}

static void a_file_of_any_length_that_is_not_ours_is_never_written(void **state)
{
    static const size_t lengths[] = {
        1, 15, 16, 17, 99, 100, 101, 511, 512, 4095, 4096, 4097, 65536
    };
    static char bytes[65536];
    struct place *p = *state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(bytes, 'x', sizeof bytes);
        add_file(p->path, bytes, lengths[i]);
        assert_left_alone(p, p->path, "not an Ebb database");
        memset(bytes, 0, sizeof bytes);
        add_file(p->path, bytes, lengths[i]);
        assert_left_alone(p, p->path, "not an Ebb database");
        assert_no_lock(p);
    }
}

static void a_database_of_another_program_keeps_its_journals(void **state)
{
    struct place *p = *state;
    struct sqlite *db, *reader;
    struct fault why;
    char wal[128];
    add_file(p->path, "", 0);
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why)
              && sqlite_run(
                  db, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)",
                  &why),
          &why);
    check(sqlite_connect(p->path, SQLITE_ACCESS_READ, &reader, &why),
          &why); /* keeps the WAL from being emptied */
    name_beside(p, "-wal", wal);
    assert_left_alone(p, wal, "not an Ebb database");
    assert_left_alone(p, p->path, "not an Ebb database");
    sqlite_disconnect(reader);
    sqlite_disconnect(db);
}

static void what_lies_beside_and_is_not_of_sqlite_is_never_written(void **state)
{
    static const char *const sides[] = { "-wal", "-shm", "-journal" };
    struct place *p = *state;
    for (int made = 0; made <= 1; made++) {
        for (size_t i = 0; i < COUNT(sides); i++) {
            char side[128];
            name_beside(p, sides[i], side);
            unlink(side);
            add_file(side, "mine", 4);
            assert_left_alone(p, side, "was not touched");
            unlink(side);
        }
        open_store(p);
        store_close(p->store);
        p->store = NULL;
    }
}

static void a_lock_file_that_is_none_is_never_written(void **state)
{
    struct place *p = *state;
    struct store *s = NULL;
    struct fault why;
    char lock[128], bytes[64];
    name_beside(p, ".lock", lock);
    add_file(lock, "notes of mine\n", 14);
    assert_false(store_open(p->path, STORE_WRITE, &s, &why));
    assert_non_null(strstr(why.text, "not an Ebb lock file"));
    assert_int_equal(bytes_of(lock, bytes, sizeof bytes), 14);
    add_file(lock, "4711\n", 5); /* of a daemon that was killed */
    open_store(p);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    struct place *p = *state;
    assert_int_equal(mkfifo(p->path, 0600), 0);
    assert_refused(p->path, "a FIFO");
    unlink(p->path);

    assert_int_equal(mkdir(p->path, 0700), 0);
    assert_refused(p->path, "a directory");
    rmdir(p->path);

    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", p->path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_refused(p->path, "a socket");
    close(fd);
    unlink(p->path);

    assert_int_equal(symlink("/dev/null", p->path), 0);
    assert_refused(p->path, "a device");
    assert_int_not_equal(access("/dev/null.lock", F_OK), 0);
    assert_no_lock(p);
}

static void a_fifo_beside_the_database_is_refused_at_once(void **state)
{
    struct place *p = *state;
    char wal[128];
    open_store(p);
    store_close(p->store);
    p->store = NULL;
    name_beside(p, "-wal", wal);
    unlink(wal);
    assert_int_equal(mkfifo(wal, 0600), 0);
    assert_refused(p->path, "a FIFO");
}

static void a_version_that_is_none_is_refused(void **state)
{
    static const uint32_t versions[] = { 0, UINT32_MAX, 0x80000000, 0x7fffffff, 1000 };
    static char bytes[1 << 20];
    struct place *p = *state;
    open_store(p);
    store_close(p->store);
    p->store = NULL;
    size_t len = bytes_of(p->path, bytes, sizeof bytes);
    for (size_t i = 0; i < COUNT(versions); i++) {
        for (int byte = 0; byte < 4; byte++)
            bytes[USER_VERSION_AT + byte] = (char)(versions[i] >> (24 - 8 * byte));
        add_file(p->path, bytes, len);
        assert_left_alone(p, p->path, "has schema");
    }
}

/* The version that SQLite sees may be newer than the one in the file: it is in the WAL. */
static void a_version_in_the_journal_counts_too(void **state)
{
    struct place *p = *state;
    struct sqlite *db, *reader;
    struct fault why;
    open_store(p);
    store_close(p->store);
    p->store = NULL;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why)
              && sqlite_run(db, "PRAGMA user_version = -1", &why),
          &why);
    check(sqlite_connect(p->path, SQLITE_ACCESS_READ, &reader, &why), &why);
    assert_refused(p->path, "has schema -1");
    sqlite_disconnect(reader);
    sqlite_disconnect(db);
}

/* ---- one writer for one file ---- */

static void assert_in_use(const char *path)
{
    struct store *second = NULL;
    struct fault why;
    assert_false(store_open(path, STORE_WRITE, &second, &why));
    if (!strstr(why.text, "in use by another ebb"))
        fail_msg("%s: %s", path, why.text);
}

static void a_second_writer_is_refused_by_whatever_name_it_knows_the_file(void **state)
{
    struct place *p = *state;
    char name[128], folder[96];
    open_store(p);

    snprintf(name, sizeof name, "%s/link.db", p->folder);
    assert_int_equal(symlink("ebb.db", name), 0);
    assert_in_use(name);
    unlink(name);

    snprintf(folder, sizeof folder, "%s.also", p->folder);
    assert_int_equal(symlink(p->folder, folder), 0);
    snprintf(name, sizeof name, "%s/ebb.db", folder);
    assert_in_use(name);
    unlink(folder);

    snprintf(name, sizeof name, "%s/../%s/./ebb.db", p->folder, strrchr(p->folder, '/') + 1);
    assert_in_use(name);

    assert_int_equal(chdir(p->folder), 0);
    assert_in_use("ebb.db");
    assert_int_equal(chdir("/"), 0);
    assert_in_use(p->path);
}

static void a_second_writer_is_refused_through_a_hard_link(void **state)
{
    struct place *p = *state;
    char name[128], lock[160], wal[160];
    struct store *second = NULL;
    struct fault why;
    open_store(p);
    snprintf(name, sizeof name, "%s/second.db", p->folder);
    assert_int_equal(link(p->path, name), 0);
    assert_false(store_open(name, STORE_WRITE, &second, &why));
    assert_non_null(strstr(why.text, "hard link"));

    snprintf(wal, sizeof wal, "%s-wal",
             name); /* even where a journal of its own pretends that it is the first name */
    add_file(wal, "", 0);
    assert_in_use(name);
    store_close(p->store);
    p->store = NULL;
    open_store(p); /* the first name goes on working */
    snprintf(lock, sizeof lock, "%s.lock", name);
    unlink(name);
    unlink(lock);
    unlink(wal);
}

static void a_link_to_nothing_yet_makes_the_file_where_it_points(void **state)
{
    struct place *p = *state;
    char name[128];
    struct store *s;
    struct fault why;
    snprintf(name, sizeof name, "%s/link.db", p->folder);
    assert_int_equal(symlink("ebb.db", name), 0);
    check(store_open(name, STORE_WRITE, &s, &why), &why);
    assert_int_equal(access(p->path, F_OK), 0);
    assert_in_use(p->path);
    store_close(s);
    unlink(name);
    open_store(p);
}

/* Looking at a file must not cost the writer its locks: SQLite's own go with any descriptor that is
 * closed. */
static void the_lock_of_the_file_lives_as_long_as_the_store(void **state)
{
    struct place *p = *state;
    char name[128];
    open_store(p);
    snprintf(name, sizeof name, "%s/ebb.db.lock", p->folder);
    assert_int_equal(unlink(name), 0); /* somebody tidied up */
    assert_in_use(p->path);
    store_close(p->store);
    p->store = NULL;
    open_store(p);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_file_of_any_length_that_is_not_ours_is_never_written),
        ROW(a_database_of_another_program_keeps_its_journals),
        ROW(what_lies_beside_and_is_not_of_sqlite_is_never_written),
        ROW(a_lock_file_that_is_none_is_never_written),
        ROW(what_is_no_file_is_refused_at_once),
        ROW(a_fifo_beside_the_database_is_refused_at_once),
        ROW(a_version_that_is_none_is_refused),
        ROW(a_version_in_the_journal_counts_too),
        ROW(a_second_writer_is_refused_by_whatever_name_it_knows_the_file),
        ROW(a_second_writer_is_refused_through_a_hard_link),
        ROW(a_link_to_nothing_yet_makes_the_file_where_it_points),
        ROW(the_lock_of_the_file_lives_as_long_as_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
