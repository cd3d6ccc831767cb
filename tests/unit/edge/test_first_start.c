/* A first start that is interrupted anywhere is taken up again: killed at each call that changes a
 * file, or with room for only so many bytes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "store_scene.h"

enum { OPENED = 0, REFUSED = 1, POINTS_MAX = 1000 };

/* What the daemon does at its start, in a process of its own; ends it. */
static void start_and_end(const char *path)
{
    struct store *s = NULL;
    struct fault why;
    int64_t id;
    unix_s last_ok;
    bool ok = store_open(path, STORE_WRITE, &s, &why) && store_begin(s, &why)
        && store_account(s, "main", 60, &id, &last_ok, &why) && store_commit(s, &why);
    store_close(s);
    _exit(ok ? OPENED : REFUSED);
}

static bool is_change(const struct __ptrace_syscall_info *call)
{
    static const long changes[] = { SYS_write,     SYS_pwrite64, SYS_ftruncate,
                                    SYS_renameat2, SYS_openat,
#ifdef SYS_unlink
                                    SYS_unlink,    SYS_rename,
#endif
                                    SYS_unlinkat,  SYS_fallocate };
    for (size_t i = 0; i < COUNT(changes); i++)
        if (call->op == PTRACE_SYSCALL_INFO_ENTRY && (long)call->entry.nr == changes[i])
            return true;
    return false;
}

/* Lets it run to the next system call's beginning or end; false when it ended by itself. */
static bool advance(pid_t child)
{
    int status;
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), OPENED);
    return WIFSTOPPED(status);
}

static pid_t start_traced(const char *path)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        start_and_end(path);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)PTRACE_O_TRACESYSGOOD), 0);
    return child;
}

static void assert_taken_up(struct place *p, const char *after, int point)
{
    struct fault why;
    if (!store_open(p->path, STORE_WRITE, &p->store, &why))
        fail_msg("%s %d: %s", after, point, why.text);
    store_close(p->store);
    p->store = NULL;
    assert_int_equal(ask(p, "SELECT count(*) FROM store"), 1);
    assert_int_equal(ask(p, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(
        ask(p, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

static const char *const files[] = { "", ".lock", "-wal", "-shm", "-journal", ".first-start" };

static void clear(const struct place *p)
{
    for (size_t i = 0; i < COUNT(files); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", p->path, files[i]);
        unlink(file);
    }
}

/* What a process that is killed now leaves behind: its files, byte for byte, and none of its locks.
 */
static void copy_files(const struct place *from, const struct place *to)
{
    for (size_t i = 0; i < COUNT(files); i++) {
        char source[128], target[128];
        snprintf(source, sizeof source, "%s%s", from->path, files[i]);
        snprintf(target, sizeof target, "%s%s", to->path, files[i]);
        int in = open(source, O_RDONLY | O_CLOEXEC);
        if (in < 0)
            continue;
        int out = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        assert_true(out >= 0);
        while (sendfile(out, in, NULL, 1 << 20) > 0)
            ;
        close(in);
        close(out);
    }
}

/* One start is watched; before each of its changes, what a kill would leave is taken up elsewhere.
 */
static void a_first_start_killed_at_any_change_of_a_file_is_taken_up_again(void **state)
{
    struct place *p = *state, left;
    struct __ptrace_syscall_info call;
    int point = 0;
    make_place(&left);
    for (pid_t child = start_traced(p->path); advance(child);) {
        assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call) > 0);
        if (!is_change(&call))
            continue;
        copy_files(p, &left);
        assert_taken_up(&left, "killed at change", ++point);
        clear(&left);
    }
    assert_in_range(point, 20, POINTS_MAX - 1);
    clear(p);
    remove_place(&left);
}

/* With room for `bytes` in each file, as a full disk has. */
static int start_in(const char *path, rlim_t bytes)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){ bytes, bytes });
        start_and_end(path);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_first_start_on_a_full_disk_is_taken_up_when_there_is_room(void **state)
{
    struct place *p = *state;
    int refused = 0;
    for (int bytes = 0; bytes < 1 << 20; bytes += bytes < 4096 ? 512 : 32768) {
        refused += start_in(p->path, (rlim_t)bytes) == REFUSED;
        assert_taken_up(p, "room for bytes", bytes);
        clear(p);
    }
    assert_true(refused > 8);
}

/* What versions up to schema 5 left: the first page, before the id of the program. */
static void the_one_page_that_an_older_version_left_is_taken_up(void **state)
{
    struct place *p = *state;
    struct sqlite *db;
    struct fault why;
    FILE *file = fopen(p->path, "wb");
    assert_non_null(file);
    fclose(file);
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why)
              && sqlite_run(db, "PRAGMA auto_vacuum = INCREMENTAL", &why),
          &why);
    sqlite_disconnect(db);
    struct stat about;
    assert_int_equal(stat(p->path, &about), 0);
    assert_int_equal(about.st_size, 4096);
    assert_taken_up(p, "a page of an older version", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_first_start_killed_at_any_change_of_a_file_is_taken_up_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_first_start_on_a_full_disk_is_taken_up_when_there_is_room,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_one_page_that_an_older_version_left_is_taken_up, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
