/* The command line: what is accepted, what is refused and with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/own.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "core/option.h"

enum { NOW = 1800000000, WORDS_MAX = 8 };

enum { OPT_SINCE, OPT_FORMAT, OPT_LIMIT, OPT_EVERY, OPT_NAME, OPT_ALL, OPTS };

static const struct option_row options[] = {
    [OPT_SINCE] = { .name = "since",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .preset = "24h",
                    .help = "x" },
    [OPT_FORMAT] = { .name = "format",
                     .type = OPTION_CHOICE,
                     .value = "text|json|csv",
                     .preset = "text",
                     .help = "x" },
    [OPT_LIMIT] = { .name = "limit",
                    .type = OPTION_COUNT,
                    .value = "N",
                    .help = "x",
                    .min = 1,
                    .max = 100 },
    [OPT_EVERY] = { .name = "every",
                    .type = OPTION_DURATION,
                    .value = "TIME",
                    .help = "x",
                    .min = 10,
                    .max = 3600 },
    [OPT_NAME] = { .name = "name", .type = OPTION_TEXT, .value = "NAME", .help = "x" },
    [OPT_ALL] = { .name = "all", .type = OPTION_FLAG, .help = "x" },
};

static const struct command show = { .name = "show",
                                     .arguments = "TOKEN",
                                     .arguments_min = 1,
                                     .arguments_max = 2,
                                     .options = options,
                                     .option_count = OPTS };
static const struct command list = { .name = "list", .arguments = "" };
static const struct command *const known[] = { &show, &list, NULL };

struct row {
    const char *words[WORDS_MAX];
    const char *says; /* part of the refusal; NULL: accepted */
};

static bool parse_among(const struct command *const *rows, const char *const *words,
                        struct command_line *line, struct fault *why)
{
    char *argv[WORDS_MAX + 1] = { NULL };
    for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
        argv[i] = (char *)(uintptr_t)words[i];
    return command_line_parse(rows, argv, NOW, line, why);
}

static bool parse(const char *const *words, struct command_line *line, struct fault *why)
{
    return parse_among(known, words, line, why);
}

static void mistakes_are_refused_with_the_word_that_was_meant(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { { "shwo", "x" }, "did you mean \"show\"" },
        { { "completely-else" }, "unknown command \"completely-else\"" },
        { { "show", "x", "--sinse", "1h" }, "did you mean --since" },
        { { "show", "x", "--Since", "1h" }, "did you mean --since" },
        { { "show", "x", "--confg=f" }, "did you mean --config" },
        { { "--since", "1h", "show", "x" }, "follow its name" },
        { { "list", "--since", "1h" }, "list: unknown option --since" },
        { { "show" }, "missing argument TOKEN" },
        { { "list", "x" }, "unexpected argument \"x\"" },
        { { "show", "a", "b", "c" }, "unexpected argument \"c\"" },
        { { "show", "x", "--since" }, "--since requires a value: TIME" },
        { { "show", "x", "--since", "soon" }, "not \"soon\"" },
        { { "show", "x", "--since=" }, "--since takes" },
        { { "show", "x", "--format", "xml" }, "text|json|csv" },
        { { "show", "x", "--format", "tex" }, "text|json|csv" },
        { { "show", "x", "--format", "" }, "text|json|csv" },
        { { "show", "x", "--limit", "0" }, "1 to 100" },
        { { "show", "x", "--limit", "-5" }, "whole number" },
        { { "show", "x", "--limit", "5x" }, "whole number" },
        { { "show", "x", "--limit", "99999999999999999999" }, "whole number" },
        { { "show", "x", "--every", "5s" }, "10s to 1h" },
        { { "show", "x", "--every", "5" }, "--every" },
        { { "show", "x", "--all=yes" }, "--all takes no value" },
        { { "show", "x", "-q" }, "options are written --name" },
        { { "show", "x", "--log", "loud" }, "error|warning|notice|info|debug" },
        { { "show", "x", "--", "--all", "y" }, "unexpected argument" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct command_line line;
        struct fault why = { .text = "accepted" };
        bool ok = parse(rows[i].words, &line, &why);
        if (ok || !strstr(why.text, rows[i].says))
            fail_msg("row %zu: expected \"%s\", got \"%s\"", i, rows[i].says, why.text);
        assert_int_equal(why.kind, FAULT_REJECT);
    }
}

static void an_option_is_written_with_a_blank_or_with_an_equals_sign(void **state)
{
    (void)state;
    static const char *const lines[][WORDS_MAX] = {
        { "show", "tok", "--limit", "7", "--name", "a=b", "--all" },
        { "show", "--limit=7", "--name=a=b", "tok", "--all" },
        { "show", "--all", "--limit=3", "--limit=7", "--name=a=b", "--", "tok" },
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct command_line l;
        struct fault why;
        assert_true(parse(lines[i], &l, &why));
        assert_ptr_equal(l.command, &show);
        assert_int_equal(l.options[OPT_LIMIT].number, 7);
        assert_string_equal(l.options[OPT_NAME].text, "a=b");
        assert_true(l.options[OPT_ALL].given);
        assert_int_equal(l.argument_count, 1);
        assert_string_equal(l.arguments[0], "tok");
    }
}

static void global_options_go_before_or_after_the_command(void **state)
{
    (void)state;
    static const char *const lines[][WORDS_MAX] = {
        { "--config", "f", "--log=debug", "list" },
        { "list", "--log", "debug", "--config=f" },
        { "--config=f", "list", "--log", "debug" },
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct command_line l;
        struct fault why;
        assert_true(parse(lines[i], &l, &why));
        assert_string_equal(l.globals[GLOBAL_CONFIG].text, "f");
        assert_int_equal(l.globals[GLOBAL_LOG].number, LOG_DEBUG);
    }
}

static void help_needs_no_arguments(void **state)
{
    (void)state;
    struct command_line l;
    struct fault why;
    assert_true(parse((const char *const[WORDS_MAX]){ "show", "--help" }, &l, &why));
    assert_true(l.globals[GLOBAL_HELP].given);
    assert_true(parse((const char *const[WORDS_MAX]){ "show", "-h" }, &l, &why));
    assert_true(l.globals[GLOBAL_HELP].given);
}

static void what_is_not_given_has_its_preset(void **state)
{
    (void)state;
    struct command_line l;
    struct fault why;
    assert_true(parse((const char *const[WORDS_MAX]){ "show", "x" }, &l, &why));
    assert_false(l.options[OPT_SINCE].given);
    assert_int_equal(l.options[OPT_SINCE].number, NOW - 86400);
    assert_string_equal(l.options[OPT_FORMAT].text, "text");
    assert_null(l.options[OPT_NAME].text);
}

static void a_time_is_a_date_a_stamp_or_a_look_back(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t at;
    } rows[] = {
        { "90s", NOW - 90 },
        { "2w", NOW - 2 * 604800 },
        { "2026-08-01", 1785542400 },
        { "2026-08-01T12:00:00Z", 1785585600 },
        { "2026-08-01T14:00:00+02:00", 1785585600 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct command_line l;
        struct fault why;
        assert_true(parse((const char *const[WORDS_MAX]){ "show", "x", "--since", rows[i].text },
                          &l, &why));
        assert_int_equal(l.options[OPT_SINCE].number, rows[i].at);
    }
}

static void a_name_that_looks_like_an_option_goes_after_two_dashes(void **state)
{
    (void)state;
    struct command_line l;
    struct fault why;
    assert_true(
        parse((const char *const[WORDS_MAX]){ "show", "--all", "--", "--limit" }, &l, &why));
    assert_string_equal(l.arguments[0], "--limit");
    assert_true(parse((const char *const[WORDS_MAX]){ "show", "-" }, &l, &why));
    assert_string_equal(l.arguments[0], "-");
}

static void no_words_are_no_command_and_no_mistake(void **state)
{
    (void)state;
    struct command_line l;
    struct fault why;
    assert_true(parse((const char *const[WORDS_MAX]){ NULL }, &l, &why));
    assert_null(l.command);
}

/* Random words from a small alphabet of what matters: nothing but acceptance or a fault with words
 * may come of it. */
static void any_words_are_accepted_or_refused_with_words(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "show", "list", "--",   "-",  "--since", "--since=1h", "--limit=5", "--all",        "",
        "=",    "--=",  "--=x", "-h", "--help=", "tok",        "\xff\xfe",  "--format=json"
    };
    struct random random = random_seeded(7);
    for (int round = 0; round < 20000; round++) {
        const char *words[WORDS_MAX] = { NULL };
        size_t count = random_next(&random) % WORDS_MAX;
        for (size_t i = 0; i < count; i++)
            words[i] = pieces[random_next(&random) % COUNT(pieces)];
        struct command_line l;
        struct fault why = { .text = "" };
        if (!parse(words, &l, &why))
            assert_true(why.text[0]);
        else if (l.command && !l.globals[GLOBAL_HELP].given)
            assert_in_range(l.argument_count, l.command->arguments_min, l.command->arguments_max);
    }
}

/* ---- the real rows ---- */

static bool is_lower_word(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name);
}

static void assert_explained(const struct command *c)
{
    char title[COMMAND_TITLE_BYTES];
    struct text start = { 0 };
    text_addf(&start, "ebb %s", command_title(c, title));
    assert_true(is_lower_word(c->name));
    assert_non_null(c->help);
    assert_non_null(c->arguments);
    assert_true(strncmp(c->example, text_z(&start), start.len) == 0);
    assert_true(c->option_count <= OPTIONS_MAX && c->arguments_max <= ARGUMENTS_MAX);
    assert_non_null(c->run);
    text_done(&start);
    for (size_t i = 0; i < c->option_count; i++) {
        const struct option_row *row = &c->options[i];
        assert_true(is_lower_word(row->name));
        assert_true(row->help && *row->help);
        assert_true((row->type == OPTION_FLAG) == (row->value == NULL));
        for (size_t g = 0; g < GLOBAL_OPTIONS; g++)
            assert_string_not_equal(row->name, global_options[g].name);
    }
}

/* Splits at blanks; quotes of a shell hold no blanks in our examples. */
static void assert_example_parses(const struct command *c)
{
    char line[256], *words[16] = { NULL }, *rest = line;
    struct command_line parsed;
    struct fault why;
    size_t count = 0;
    assert_true(strlen(c->example) < sizeof line);
    strcpy(line, c->example);
    for (char *word = strsep(&rest, " "); word && *word != '>'; word = strsep(&rest, " "))
        words[count++] = word;
    if (!command_line_parse(commands, words + 1, NOW, &parsed, &why))
        fail_msg("%s: %s", c->example, why.text);
    assert_ptr_equal(c->sub ? parsed.command->parent : parsed.command, c);
}

/* First words and second words. */
static void for_each_command(void (*assert_it)(const struct command *c))
{
    for (const struct command *const *c = commands; *c; c++) {
        assert_it(*c);
        for (const struct command *const *sub = (*c)->sub; sub && *sub; sub++) {
            assert_ptr_equal((*sub)->parent, *c);
            assert_it(*sub);
        }
    }
}

static void every_command_can_be_explained(void **state)
{
    (void)state;
    for_each_command(assert_explained);
}

static void every_example_is_a_command_line_that_parses(void **state)
{
    (void)state;
    for_each_command(assert_example_parses);
}

static bool doc_has(const struct text *doc, const char *format, const char *word)
{
    struct text wanted = { 0 };
    for (const char *c = format; *c; c++)
        text_add(&wanted, *c == '@' ? span_of(word) : (struct span){ c, 1 });
    bool found = strstr(text_z(doc), text_z(&wanted));
    text_done(&wanted);
    return found;
}

static void the_commands_for_tokens_and_their_options_are_documented(void **state)
{
    (void)state;
    own_file FILE *file = fopen(GOLDEN_DIR "/../../docs/tokens.md", "r");
    struct text doc = { 0 };
    char line[1024];
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        text_add(&doc, span_of(line));
    for (const struct command *const *c = cmd_tokens.sub; *c; c++) {
        if (!doc_has(&doc, "`@ ", (*c)->name) && !doc_has(&doc, "`@`", (*c)->name))
            fail_msg("docs/tokens.md lacks the command %s", (*c)->name);
        for (size_t i = 0; i < (*c)->option_count; i++)
            if (!doc_has(&doc, "--@", (*c)->options[i].name))
                fail_msg("docs/tokens.md lacks --%s of %s", (*c)->options[i].name, (*c)->name);
    }
    text_done(&doc);
}

static void second_words_belong_to_their_first(void **state)
{
    (void)state;
    static const struct command *subs[2];
    static struct command group = { .name = "group", .arguments = "" };
    static struct command sub = {
        .name = "show", .arguments = "TOKEN", .arguments_min = 1, .arguments_max = 1
    };
    static const struct command *const rows[] = { &group, &show, NULL };
    struct command_line l;
    struct fault why;
    sub.parent = &group;
    subs[0] = &sub;
    group.sub = subs;
    assert_true(
        parse_among(rows, (const char *const[WORDS_MAX]){ "group", "show", "x" }, &l, &why));
    assert_ptr_equal(l.command, &sub);
    assert_string_equal(l.arguments[0], "x");
    assert_true(parse_among(rows, (const char *const[WORDS_MAX]){ "group" }, &l, &why));
    assert_ptr_equal(l.command, &group);
    assert_false(parse_among(rows, (const char *const[WORDS_MAX]){ "group", "shwo" }, &l, &why));
    assert_non_null(strstr(why.text, "did you mean \"show\""));
    assert_false(parse_among(rows, (const char *const[WORDS_MAX]){ "group", "show" }, &l, &why));
    assert_non_null(strstr(why.text, "group show: missing argument TOKEN"));
    assert_false(parse_among(rows, (const char *const[WORDS_MAX]){ "show", "show", "group", "x" },
                             &l, &why));
}

static void a_time_ahead_is_a_date_a_span_or_never(void **state)
{
    (void)state;
    static const struct option_row row = {
        .name = "expires", .type = OPTION_AHEAD, .value = "TIME", .help = "x"
    };
    static const struct {
        const char *text;
        int64_t at;
    } rows[] = { { "30d", NOW + 30 * 86400 },
                 { "never", TIME_NONE },
                 { "2031-01-01", 1924992000 } };
    static const struct option_reading how = { .lead = "--", .now = NOW };
    struct option_value v;
    struct fault why;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(option_read(&row, &how, rows[i].text, &v, &why));
        assert_int_equal(v.number, rows[i].at);
    }
    assert_false(option_read(&row, &how, "soon", &v, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_refused_with_the_word_that_was_meant),
        cmocka_unit_test(an_option_is_written_with_a_blank_or_with_an_equals_sign),
        cmocka_unit_test(global_options_go_before_or_after_the_command),
        cmocka_unit_test(help_needs_no_arguments),
        cmocka_unit_test(what_is_not_given_has_its_preset),
        cmocka_unit_test(a_time_is_a_date_a_stamp_or_a_look_back),
        cmocka_unit_test(a_name_that_looks_like_an_option_goes_after_two_dashes),
        cmocka_unit_test(no_words_are_no_command_and_no_mistake),
        cmocka_unit_test(any_words_are_accepted_or_refused_with_words),
        cmocka_unit_test(every_command_can_be_explained),
        cmocka_unit_test(every_example_is_a_command_line_that_parses),
        cmocka_unit_test(the_commands_for_tokens_and_their_options_are_documented),
        cmocka_unit_test(second_words_belong_to_their_first),
        cmocka_unit_test(a_time_ahead_is_a_date_a_span_or_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
