/* Memory keeps all of it, a stream gets it as it is passed on, and the first write that failed is
 * what is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "view/table.h"

static void memory_keeps_everything_in_order(void **state)
{
    (void)state;
    struct writer w;
    writer_init(&w, NULL, NULL);
    writer_add(&w, "one\n");
    writer_pass(&w);
    writer_addf(&w, "%d%s\n", 2, "");
    assert_true(writer_flush(&w));
    writer_add_safe(&w, span_of("a\x1b"));
    assert_string_equal(text_z(&w.text), "one\n2\na\xef\xbf\xbd");
    writer_done(&w);
}

static void a_stream_gets_what_is_passed_on_and_nothing_is_held(void **state)
{
    (void)state;
    char got[64] = "";
    FILE *file = tmpfile();
    struct writer w;
    writer_init(&w, file, NULL);
    writer_add(&w, "one ");
    writer_add(&w, "row\n");
    assert_int_equal(ftell(file), 0);
    writer_pass(&w);
    assert_int_equal(ftell(file), strlen("one row\n"));
    assert_int_equal(w.text.len, 0);
    fputs("beside\n", file); /* what others write keeps its place */
    writer_add(&w, "two\n");
    assert_true(writer_flush(&w));
    rewind(file);
    assert_int_equal(fread(got, 1, sizeof got - 1, file), strlen("one row\nbeside\ntwo\n"));
    assert_string_equal(got, "one row\nbeside\ntwo\n");
    writer_done(&w);
    fclose(file);
}

/* A long answer is not gathered before it leaves. */
static void rows_of_programs_leave_as_they_come(void **state)
{
    (void)state;
    static const struct column one[] = { { "n", "N", COLUMN_COUNT, 0 } };
    static const enum format formats[] = { FORMAT_JSON, FORMAT_CSV };
    for (size_t f = 0; f < COUNT(formats); f++) {
        FILE *file = tmpfile();
        struct writer w;
        writer_init(&w, file, NULL);
        w.format = formats[f];
        struct table *t = table_begin(&w, one, COUNT(one));
        for (int i = 0; i < 3; i++) {
            long before = ftell(file);
            table_row(t, &(struct cell){ .kind = CELL_INTEGER, .integer = i });
            assert_true(ftell(file) > before);
            assert_int_equal(w.text.len, 0);
        }
        table_end(t);
        writer_done(&w);
        fclose(file);
    }
}

static void the_first_failure_is_remembered_and_nothing_more_is_tried(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    FILE *full = fopen("/dev/full", "w");
    struct writer w;
    writer_init(&w, full, NULL);
    assert_false(writer_is_lost(&w));
    writer_add(&w, "lost");
    assert_false(writer_flush(&w));
    assert_true(writer_is_lost(&w));
    assert_int_equal(w.error, ENOSPC);
    w.file = fdopen(ends[1], "w"); /* one that would take it */
    writer_add(&w, "more");
    assert_false(writer_flush(&w));
    assert_int_equal(w.error, ENOSPC);
    fclose(w.file);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    writer_abandon(&w); /* it was said: the command ends with a status of its own */
    assert_true(writer_flush(&w));
    writer_done(&w);
    fclose(full);
}

static void words_are_broken_where_the_screen_ends(void **state)
{
    (void)state;
    struct writer w;
    writer_init(&w, NULL, &(struct screen){ .columns = 10 });
    writer_add_lines(&w, "one two three\n\nfour");
    assert_string_equal(text_z(&w.text), "one two\nthree\n\nfour\n");
    writer_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_keeps_everything_in_order),
        cmocka_unit_test(a_stream_gets_what_is_passed_on_and_nothing_is_held),
        cmocka_unit_test(rows_of_programs_leave_as_they_come),
        cmocka_unit_test(the_first_failure_is_remembered_and_nothing_more_is_tried),
        cmocka_unit_test(words_are_broken_where_the_screen_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
