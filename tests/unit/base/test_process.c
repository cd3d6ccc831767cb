/* What the kernel says of this very process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"

static void the_figures_are_those_of_this_process(void **state)
{
    const struct process_usage before = process_usage();
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const struct process_usage after = process_usage();
    close(fd);
    (void)state;
    assert_int_equal(after.open_fds, before.open_fds + 1);
    assert_true(after.max_fds > after.open_fds);
    assert_true(before.cpu_ns > 0 && after.cpu_ns > before.cpu_ns);
    assert_true(before.resident_bytes > 0 && before.virtual_bytes > before.resident_bytes);
    assert_int_equal(after.started_at, before.started_at);
    assert_in_range(before.started_at, time(NULL) - 600, time(NULL) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_are_those_of_this_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
