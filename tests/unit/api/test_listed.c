/* The token that people mean by a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/listed.h"

/* Two members' keys of one name, one of its own, one that was renamed into the id of another. */
static void fill(struct token_set *list)
{
    static const struct {
        struct identity is;
        const char *shown;
    } rows[] = {
        { { "id-1", "billing", "ann@example.org", "" }, "billing (ann@example.org)" },
        { { "id-2", "billing", "bob@example.org", "" }, "billing (bob@example.org)" },
        { { "id-3", "search", "bob@example.org", "sk-...cdef" }, "search" },
        { { "id-4", "id-3", "", "" }, "id-3" },
        { { "", "old", "", "" }, "old" },
        { { "id-6", "odd", "", "" }, "odd" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        token_set_add_as(list, &rows[i].is, rows[i].shown);
    token_list_unread(token_set_find(list, span_of("id-6")), "balance is missing");
}

static void a_name_is_what_is_shown_then_what_one_alone_is_called_then_an_id(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id, *why; /* NULL: it is found */
        bool missing;
    } rows[] = {
        { "billing (bob@example.org)", "id-2", NULL, false },
        { "search", "id-3", NULL, false },
        { "id-3", "id-4", NULL, false },
        { "id-1", "id-1", NULL, false },
        { "old", "", NULL, false },
        { "billing", NULL,
          "several tokens are called so: choose one of \"billing (ann@example.org)\", \"billing "
          "(bob@example.org)\"",
          false },
        { "nobody", NULL, "there is no such token", true },
        { "odd", NULL, "the API's answer for it cannot be read: balance is missing", false },
    };
    struct token_set list = { 0 };
    fill(&list);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct decoded d;
        struct fault why;
        bool missing;
        bool found = listed_find(&list, rows[i].name, &d, &missing, &why);
        assert_int_equal(found, rows[i].id != NULL);
        assert_int_equal(missing, rows[i].missing);
        if (found)
            assert_string_equal(d.id, rows[i].id);
        else
            assert_string_equal(why.text, rows[i].why);
    }
    token_set_done(&list);
}

static void what_the_list_tells_of_a_token_comes_along(void **state)
{
    (void)state;
    struct token_set list = { 0 };
    struct decoded d;
    struct fault why;
    bool missing;
    fill(&list);
    assert_true(listed_find(&list, "search", &d, &missing, &why));
    token_set_done(&list);
    assert_string_equal(d.name, "search");
    assert_ptr_equal(d.reading.name, d.name);
    assert_string_equal(d.member, "bob@example.org");
    assert_string_equal(d.masked, "sk-...cdef");
    assert_false(d.revoked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_what_is_shown_then_what_one_alone_is_called_then_an_id),
        cmocka_unit_test(what_the_list_tells_of_a_token_comes_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
