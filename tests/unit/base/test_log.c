/* Nobody reads the log, and nothing waits for it: lines queue, are lost beyond the queue, and that
 * is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

enum { TOO_LONG_S = 20 };

/* stderr leads to the first of the two ends; returns a copy of what it was. */
static int redirect(int to)
{
    int saved = dup(STDERR_FILENO);
    dup2(to, STDERR_FILENO);
    return saved;
}

static void restore(int saved)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
}

static size_t read_all(int fd, struct text *got)
{
    char bytes[8192];
    size_t before = got->len;
    for (ssize_t len; (len = read(fd, bytes, sizeof bytes)) > 0;)
        text_add(got, (struct span){ bytes, (size_t)len });
    return got->len - before;
}

static size_t lines_in(const struct text *got, const char *words)
{
    size_t count = 0;
    for (const char *at = text_z(got); (at = strstr(at, words)); at++)
        count++;
    return count;
}

/* Far more lines than the descriptor and the queue take: this must return. Then all that was kept
 * comes out in order, whole, and with the number of those that were lost. */
static void flood_and_read(int reader, int writer)
{
    enum { LINES = 20000 };
    struct text got = { 0 };
    size_t lost = 0, kept;
    int flags_before = fcntl(writer, F_GETFL), saved = redirect(writer);
    alarm(TOO_LONG_S); /* a log that waits ends the test here */
    for (int i = 0; i < LINES; i++)
        log_error("line %d of a flood that nobody reads", i);
    assert_int_equal(log_waits_for(), STDERR_FILENO);
    fcntl(reader, F_SETFL, O_NONBLOCK);
    do
        log_turn();
    while (read_all(reader, &got) > 0 || log_waits_for() >= 0);
    log_error("the last one");
    read_all(reader, &got);
    alarm(0);
    restore(saved);

    assert_int_equal(fcntl(writer, F_GETFL), flags_before);
    kept = lines_in(&got, "of a flood that nobody reads\n");
    const char *said = strstr(text_z(&got), "warning: ");
    assert_non_null(said);
    assert_int_equal(sscanf(said, "warning: %zu log lines were dropped", &lost), 1);
    assert_int_equal(kept + lost, LINES);
    assert_int_equal(lines_in(&got, "the last one\n"), 1);
    assert_true(strstr(text_z(&got), "the last one") > said);
    text_done(&got);
}

static void a_full_pipe_never_stops_the_log_and_what_was_lost_is_counted(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    flood_and_read(ends[0], ends[1]);
    close(ends[0]);
    close(ends[1]);
}

static void a_full_socket_never_stops_the_log_and_what_was_lost_is_counted(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    flood_and_read(ends[0], ends[1]);
    close(ends[0]);
    close(ends[1]);
}

static void a_reader_that_is_gone_holds_nothing_up(void **state)
{
    (void)state;
    int ends[2], saved;
    assert_int_equal(pipe(ends), 0);
    signal(SIGPIPE, SIG_IGN);
    saved = redirect(ends[1]);
    close(ends[0]);
    for (int i = 0; i < 5000; i++)
        log_error("into the void %d", i);
    assert_int_equal(log_waits_for(), -1);
    restore(saved);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_never_stops_the_log_and_what_was_lost_is_counted),
        cmocka_unit_test(a_full_socket_never_stops_the_log_and_what_was_lost_is_counted),
        cmocka_unit_test(a_reader_that_is_gone_holds_nothing_up),
    };
    log_never_wait();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
