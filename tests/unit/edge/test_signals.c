/* signals: what arrives is told once, and systemd's datagram has the right bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/span.h"
#include "edge/signals.h"

static int open_signals(void)
{
    int fd = -1;
    struct fault why;
    assert_true(signals_open(&fd, &why));
    return fd;
}

static bool readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

static void each_signal_is_told_once(void **state)
{
    (void)state;
    static const struct {
        int first, second;
        bool stop, reload;
    } rows[] = {
        { SIGTERM, 0, true, false },
        { SIGINT, 0, true, false },
        { SIGHUP, 0, false, true },
        { SIGHUP, SIGTERM, true, true },
    };
    int fd = open_signals();
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_false(readable(fd));
        kill(getpid(), rows[i].first);
        if (rows[i].second)
            kill(getpid(), rows[i].second);
        assert_true(readable(fd));
        struct signals_seen seen = signals_take(fd);
        assert_int_equal(seen.stop, rows[i].stop);
        assert_int_equal(seen.reload, rows[i].reload);
        seen = signals_take(fd);
        assert_false(seen.stop || seen.reload);
    }
    signals_close(fd);
}

static void a_broken_pipe_does_not_kill(void **state)
{
    (void)state;
    int fd = open_signals(), ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
    signals_close(fd);
    signals_close(-1);
}

/* A socket as systemd has it: a path, or an abstract name where the first byte is zero. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(name);
    memcpy(address.sun_path, name, len);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] != '@'));
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    return fd;
}

static void systemd_hears_the_state(void **state)
{
    (void)state;
    char folder[] = "/tmp/ebb-test-XXXXXX", names[2][64];
    assert_non_null(mkdtemp(folder));
    snprintf(names[0], sizeof names[0], "%s/notify", folder);
    snprintf(names[1], sizeof names[1], "@ebb-test-%d", (int)getpid());
    for (size_t i = 0; i < COUNT(names); i++) {
        int fd = listen_at(names[i]);
        char heard[64] = "";
        signals_notify(names[i], "READY=1\nSTATUS=watching");
        assert_true(readable(fd));
        assert_true(recv(fd, heard, sizeof heard - 1, 0) > 0);
        assert_string_equal(heard, "READY=1\nSTATUS=watching");
        close(fd);
    }
    unlink(names[0]);
    rmdir(folder);
}

static void without_a_listener_nothing_happens(void **state)
{
    (void)state;
    char too_long[300];
    memset(too_long, 'a', sizeof too_long);
    too_long[0] = '/';
    too_long[sizeof too_long - 1] = '\0';
    signals_notify(NULL, "READY=1");
    signals_notify("", "READY=1");
    signals_notify("/no/such/socket", "READY=1");
    signals_notify("relative", "READY=1");
    signals_notify(too_long, "READY=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signal_is_told_once),
        cmocka_unit_test(a_broken_pipe_does_not_kill),
        cmocka_unit_test(systemd_hears_the_state),
        cmocka_unit_test(without_a_listener_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
