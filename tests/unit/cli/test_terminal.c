/* What the environment says of the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "cli/terminal.h"

static void a_locale_without_utf8_gets_ascii(void **state)
{
    (void)state;
    static const struct {
        const char *all, *ctype, *lang;
        bool ascii;
    } rows[] = {
        { NULL, NULL, NULL, false },        { "C", NULL, NULL, true },
        { "POSIX", "C.UTF-8", NULL, true }, { "C.UTF-8", NULL, "C", false },
        { "", "en_US.utf8", "C", false },   { NULL, NULL, "de_DE", true },
        { NULL, "C", "en_US.UTF-8", true }, { NULL, NULL, "de_DE.UTF-8@euro", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rows[i].all ? setenv("LC_ALL", rows[i].all, 1) : unsetenv("LC_ALL");
        rows[i].ctype ? setenv("LC_CTYPE", rows[i].ctype, 1) : unsetenv("LC_CTYPE");
        rows[i].lang ? setenv("LANG", rows[i].lang, 1) : unsetenv("LANG");
        if (terminal_ascii() != rows[i].ascii)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locale_without_utf8_gets_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
