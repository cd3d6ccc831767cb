/* Fleet files: what defaults do, and which mistakes are told with their places. */
#include "config_scene.h"

#include "edge/config.h"
#include "edge/config/rows.h"

static const struct token_limits limits = { .amount_digits = 5,
                                            .amount_decimals = 9,
                                            .name_characters = 200 };

static struct token_file *read_file(const struct scene *s, const char *yaml, struct text *told)
{
    struct token_file *f = NULL;
    struct fault why;
    if (!token_file_load(scene_write(s, "fleet.yaml", span_of(yaml)), &limits, &f, told, &why))
        text_addf(told, "%s\n", why.text);
    return f;
}

static struct token_file *accepts(const struct scene *s, const char *yaml)
{
    struct text told = { 0 };
    struct token_file *f = read_file(s, yaml, &told);
    if (!f)
        fail_msg("refused: %s", text_z(&told));
    text_done(&told);
    return f;
}

static const struct token_spec *token_spec_of(const struct token_file *f, const char *name)
{
    for (size_t i = 0; i < f->token_count; i++)
        if (strcmp(f->tokens[i].name, name) == 0)
            return &f->tokens[i].wish;
    fail_msg("no token %s", name);
    return NULL;
}

static const char whole[] = "account: main\n"
                            "defaults:\n"
                            "  ci: {type: sandbox_api_token, budget: false}\n"
                            "  dev: {reset: {period: weekly, amount: 5.00}}\n"
                            "  \"*\": {balance: 1.50, expires: 2030-01-01}\n"
                            "tokens:\n"
                            "  - name: ci-tests\n"
                            "  - {name: dev-ml-team, balance: 3, expires: never}\n"
                            "  - {name: dev-lone, reset: {period: none}}\n"
                            "  - {name: dev-more, reset: {amount: 7}}\n"
                            "  - {name: prod-free, budget: false}\n"
                            "  - {name: prod-old, absent: true}\n"
                            "  - {name: \"w\xc3\xa4hrung 100%\"}\n";

static void own_keys_win_over_the_environment_and_that_over_all(void **state)
{
    struct token_file *f = accepts(*state, whole);
    assert_string_equal(f->account, "main");
    assert_int_equal(f->token_count, 7);

    const struct token_spec *ci = token_spec_of(f, "ci-tests");
    assert_string_equal(ci->wanted.type, "sandbox_api_token");
    assert_true(ci->given[SPEC_BUDGET] && !ci->wanted.budgeted);
    assert_false(ci->given[SPEC_BALANCE]);
    assert_int_equal(ci->wanted.expires, 1893456000);

    const struct token_spec *dev = token_spec_of(f, "dev-ml-team");
    assert_int_equal(dev->wanted.balance.is.nano, 3 * NANO_PER_USD);
    assert_int_equal(dev->wanted.period, RESET_WEEKLY);
    assert_int_equal(dev->wanted.reset_amount.is.nano, 5 * NANO_PER_USD);
    assert_true(dev->given[SPEC_EXPIRES] && dev->wanted.expires == TIME_NONE);
    assert_true(dev->given[SPEC_BUDGET] && dev->wanted.budgeted);

    const struct token_spec *more = token_spec_of(f, "dev-more");
    assert_int_equal(more->wanted.period, RESET_WEEKLY);
    assert_int_equal(more->wanted.reset_amount.is.nano, 7 * NANO_PER_USD);
    token_file_free(f);
}

static void what_a_token_says_keeps_out_defaults_that_contradict_it(void **state)
{
    struct token_file *f = accepts(*state, whole);
    const struct token_spec *lone = token_spec_of(f, "dev-lone"),
                            *open = token_spec_of(f, "prod-free");
    assert_true(lone->given[SPEC_PERIOD] && lone->wanted.period == RESET_NONE);
    assert_false(lone->given[SPEC_AMOUNT]);
    assert_false(open->given[SPEC_BALANCE] || open->given[SPEC_PERIOD] || open->wanted.budgeted);
    token_file_free(f);
}

static void money_implies_a_budget(void **state)
{
    struct token_file *f = accepts(*state, "tokens:\n  - {name: a, balance: 5}\n  - {name: b}\n");
    assert_true(token_spec_of(f, "a")->given[SPEC_BUDGET]
                && token_spec_of(f, "a")->wanted.budgeted);
    assert_true(token_spec_is_empty(token_spec_of(f, "b")));
    token_file_free(f);
}

static void every_mistake_is_told_at_its_place(void **state)
{
    static const struct {
        const char *yaml, *says;
    } rows[] = {
        { "", "the file is empty" },
        { "tokens: {}", "`tokens` must be a list" },
        { "defaults: {}", "`tokens` is missing" },
        { "tokens:\n  - {nmae: a}", "2:6: unknown key \"nmae\"; did you mean \"name\"?" },
        { "tokens:\n  - {name: a, balance: 1.0000000001}",
          "2:24: `balance` takes at most 9 decimals" },
        { "tokens:\n  - {name: a, balance: 100000}", "at most 5 digits" },
        { "tokens:\n  - {name: a, type: sandbox_api_tokn}", "did you mean \"sandbox_api_token\"?" },
        { "tokens:\n  - {name: a, expires: 30d}", "`expires` must be a time such as" },
        { "tokens:\n  - {name: a, reset: {period: weekyl, amount: 1}}",
          "did you mean \"weekly\"?" },
        { "tokens:\n  - {name: a, reset: {period: weekly}}", "`reset` requires `amount`" },
        { "tokens:\n  - {name: a, reset: {amount: 5}}", "`reset` requires `period`" },
        { "tokens:\n  - {name: a, reset: {period: daily, amount: -5}}",
          "`amount` must be at least 0" },
        { "tokens:\n  - {name: a, reset: {period: none, amount: 5}}", "`amount` has no effect" },
        { "tokens:\n  - {name: a, budget: false, reset: {period: daily, amount: 5}}",
          "`reset` requires a budget" },
        { "tokens:\n  - {name: a, budget: false, balance: 5}", "`balance` has no effect" },
        { "tokens:\n  - {name: a, budget: true}", "a budget requires `balance`" },
        { "tokens:\n  - name: b\n  - name: a\n  - name: b\n",
          "4:11: duplicate token; first declared in line 2" },
        { "defaults: {ci: {balanec: 1}}\ntokens: []", "did you mean \"balance\"?" },
        { "defaults: {ci: {}, ci: {}}\ntokens: []", "names \"ci\" twice" },
        { "defaults: [a]\ntokens: []", "`defaults` must be a map" },
        { "tokens:\n  - {name: a, token: sk-1234567890abcdef}", "unknown key \"token\"" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text told = { 0 };
        struct token_file *f = read_file(*state, rows[i].yaml, &told);
        if (f || !strstr(text_z(&told), rows[i].says) || strstr(text_z(&told), "sk-1234"))
            fail_msg("row %zu: expected \"%s\", got: %s", i, rows[i].says, text_z(&told));
        text_done(&told);
    }
}

static void a_name_has_at_most_200_characters(void **state)
{
    for (int characters = 200; characters <= 201; characters++) {
        struct text yaml = { 0 }, told = { 0 };
        text_addf(&yaml, "tokens:\n  - name: \"");
        for (int i = 0; i < characters; i++)
            text_add(&yaml, span_of("\xf0\x9f\x92\xb6"));
        text_addf(&yaml, "\"\n");
        struct token_file *f = read_file(*state, text_z(&yaml), &told);
        assert_int_equal(f != NULL, characters == 200);
        token_file_free(f);
        text_done(&yaml);
        text_done(&told);
    }
}

static void assert_documented(const char *doc, const struct section *section)
{
    for (size_t i = 0; i < section->row_count; i++) {
        const struct row *row = &section->rows[i];
        char wanted[80];
        snprintf(wanted, sizeof wanted, "`%s`", row->name);
        if (!strstr(doc, wanted)
            && (snprintf(wanted, sizeof wanted, "\n%s:", row->name), !strstr(doc, wanted)))
            fail_msg("docs/tokens.md lacks the key %s", row->name);
        if (row->section)
            assert_documented(doc, row->section);
    }
}

static void every_key_is_documented(void **state)
{
    (void)state;
    own_file FILE *file = fopen(GOLDEN_DIR "/../../docs/tokens.md", "r");
    struct text doc = { 0 };
    char line[1024];
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        text_add(&doc, span_of(line));
    assert_documented(text_z(&doc), &section_fleet_file);
    text_done(&doc);
}

static void the_documented_file_is_read(void **state)
{
    own_file FILE *file = fopen(GOLDEN_DIR "/../../docs/tokens.md", "r");
    struct text yaml = { 0 };
    char line[1024];
    bool inside = false;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        inside = inside && strncmp(line, "```", 3) != 0;
        if (inside)
            text_add(&yaml, span_of(line));
        inside = inside || strcmp(line, "```yaml\n") == 0;
    }
    struct token_file *f = accepts(*state, text_z(&yaml));
    assert_int_equal(f->token_count, 4);
    assert_int_equal(token_spec_of(f, "dev-ml-team")->wanted.period, RESET_WEEKLY);
    token_file_free(f);
    text_done(&yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(own_keys_win_over_the_environment_and_that_over_all,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(what_a_token_says_keeps_out_defaults_that_contradict_it,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(money_implies_a_budget, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(every_mistake_is_told_at_its_place, scene_open,
                                        scene_close),
        cmocka_unit_test(every_key_is_documented),
        cmocka_unit_test_setup_teardown(the_documented_file_is_read, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(a_name_has_at_most_200_characters, scene_open, scene_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
