/* What a list says of each known token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "api/matched.h"
#include "api/settle.h"
#include "base/xmalloc.h"

static void end(struct poll *p, struct token_set *known)
{
    poll_free(p);
    token_set_done(known);
}

static void each_known_token_has_what_the_list_says_of_it(void **state)
{
    (void)state;
    struct token_set known = { 0 };
    struct poll *p = xcalloc(1, sizeof *p);
    p->known = &known;
    static const struct {
        struct identity was, is;
        const char *shown;
        enum match match;
    } rows[] = {
        { { "", "a", "", "" }, { "id-a", "a", "", "" }, "a", MATCH_GOT_ID },
        { { "id-b", "b", "", "" }, { "id-b", "c", "", "" }, "c", MATCH_RENAMED },
        { { "id-d", "d", "", "" }, { "id-d", "d", "", "" }, "d (2)", MATCH_RESHOWN },
        { { "id-e", "e", "", "" }, { "id-e", "e", "x@y", "" }, "e", MATCH_SAME },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        token_set_add_as(&known, &rows[i].was, rows[i].was.name)->listed = true;
    token_set_add(&known, "same")->listed = true;
    token_set_add(&known, "absent");
    token_set_add(&known, "revoked")->listed = true;
    for (size_t i = COUNT(rows); i-- > 0;)
        settle_rename(p, &known.tokens[i], &rows[i].is, rows[i].shown);
    struct ended *ended = xcalloc(1, sizeof *ended);
    *ended = (struct ended){ &known.tokens[COUNT(rows) + 2], TIME_NONE };
    p->ended = ended;
    p->ended_count = 1;

    enum match *all = matched(p);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(all[i], rows[i].match);
    assert_int_equal(all[COUNT(rows)], MATCH_SAME);
    assert_int_equal(all[COUNT(rows) + 1], MATCH_ABSENT);
    assert_int_equal(all[COUNT(rows) + 2], MATCH_REVOKED);
    free(all);
    end(p, &known);
}

/* Were each looked for among all the others, this would take minutes. */
static void a_long_list_in_which_everybody_is_renamed_is_matched_at_once(void **state)
{
    (void)state;
    enum { KEYS = 100000 };
    struct token_set known = { 0 };
    struct poll *p = xcalloc(1, sizeof *p);
    p->known = &known;
    for (int i = 0; i < KEYS; i++) {
        char name[16];
        snprintf(name, sizeof name, "key-%d", i);
        token_set_add_as(&known, &(struct identity){ name, name, "", "" }, name)->listed = true;
    }
    for (size_t i = KEYS; i-- > 0;) {
        struct identity is = token_identity(&known.tokens[i]);
        is.name = "renamed";
        settle_rename(p, &known.tokens[i], &is, is.name);
    }
    enum match *all = matched(p);
    for (size_t i = 0; i < KEYS; i++)
        assert_int_equal(all[i], MATCH_RENAMED);
    free(all);
    end(p, &known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_known_token_has_what_the_list_says_of_it),
        cmocka_unit_test(a_long_list_in_which_everybody_is_renamed_is_matched_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
