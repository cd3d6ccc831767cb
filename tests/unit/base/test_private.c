/* A process that reads secrets keeps its memory to itself, in two ways that do not depend on each
 * other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/private.h"

enum { LIMITED = 1, NOT_DUMPABLE = 2 };

static void a_process_that_reads_secrets_is_not_dumpable(void **state)
{
    int status;
    (void)state;
    assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = { 1, 1 };
        memory_keep_private();
        getrlimit(RLIMIT_CORE, &limit);
        _exit((limit.rlim_cur == 0 && limit.rlim_max == 0 ? LIMITED : 0)
              | (prctl(PR_GET_DUMPABLE) == 0 ? NOT_DUMPABLE : 0));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), LIMITED | NOT_DUMPABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(
        a_process_that_reads_secrets_is_not_dumpable) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
