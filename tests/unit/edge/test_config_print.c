/* Printing a configuration: it reads back as what it was, and example and reference know every key.
 */
#include "config_scene.h"

#include "base/random.h"
#include "base/xmalloc.h"
#include "core/rate_limit.h"
#include "edge/config/reader.h"
#include "edge/config/scalar.h"

static const char *const pieces[] = {
    "a",
    "Z",
    "0",
    "-",
    "_",
    ".",
    "/",
    " ",
    ":",
    ": ",
    " #",
    "#",
    "'",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&",
    "*",
    "!",
    "|",
    ">",
    "%",
    "@",
    "`",
    "~",
    "null",
    "true",
    "- ",
    "? ",
    "é",
    "\xc2\x85",
    "\xc2\xa0",
    "\xe2\x80\xa8",
    "\xe2\x80\xa9",
    "\xef\xbb\xbf",
    "\xf0\x9f\x8e\x89",
    "日本",
};

static uint64_t below(struct random *random, uint64_t limit)
{
    return random_next(random) % limit;
}

static char *any_text(struct random *random, const char *prefix)
{
    struct text t = { 0 };
    text_add(&t, span_of(prefix));
    for (uint64_t n = 1 + below(random, 8); n > 0; n--)
        text_add(&t, span_of(pieces[below(random, COUNT(pieces))]));
    return t.at;
}

static char *one_of(struct random *random, const char *const *choices, size_t count)
{
    return xstrdup(choices[below(random, count)]);
}
#define ONE_OF(random, ...)                                                                        \
    one_of(random, (const char *const[]){ __VA_ARGS__ },                                           \
           COUNT(((const char *const[]){ __VA_ARGS__ })))

static void any_pattern(struct random *random, char field[PATTERN_BYTES])
{
    if (below(random, 2))
        return;
    char *text = any_text(random, "*");
    snprintf(field, PATTERN_BYTES, "%s%s", text, below(random, 4) ? "" : "\n\t\x01\x7f");
    free(text);
}

/* A value of a row's type; texts without a default are there every second time. */
static void any_value(struct random *random, const struct row *row, void *field)
{
    bool given = row->preset || below(random, 2);
    switch (row->type) {
    case VALUE_TEXT:
        *(char **)field = given ? any_text(random, "") : NULL;
        break;
    case VALUE_PATH:
        *(char **)field = given ? any_text(random, "/") : NULL;
        break;
    case VALUE_HOST:
        *(char **)field =
            given ? ONE_OF(random, "localhost", "10.0.0.1", "::1", "a-b.example.org") : NULL;
        break;
    case VALUE_URL:
        *(char **)field =
            given ? ONE_OF(random, "https://a.org", "https://[::1]:8443", "http://[::1]:1") : NULL;
        break;
    case VALUE_TOPIC:
        *(char **)field = given ? ONE_OF(random, "ebb", "a/b c", "ü/\"x\"", "a: b") : NULL;
        break;
    case VALUE_VARIABLE:
    case VALUE_CREDENTIAL:
        *(char **)field = given ? ONE_OF(random, "EBB_KEY", "a", "_9", "null") : NULL;
        break;
    case VALUE_PATTERN:
        any_pattern(random, field);
        break;
    case VALUE_PATTERNS:
        *(char **)field =
            given ? ONE_OF(random, "prod, production", "a", "te*t, [x-z], é: #", "*") : NULL;
        break;
    case VALUE_ADDRESSES:
        *(char **)field =
            given ? ONE_OF(random, "127.0.0.1:5322", "127.0.0.2:1, [::1]:65535") : NULL;
        break;
    case VALUE_PATHS:
        *(char **)field = given ? ONE_OF(random, "/a, /b c/d.key", "/x") : NULL;
        break;
    case VALUE_HOSTS:
        *(char **)field = given ? ONE_OF(random, "a.example", "a, b-c.example, ::1") : NULL;
        break;
    case VALUE_CHECKS:
        break; /* each check once */
    case VALUE_COUNT:
    case VALUE_DURATION:
    case VALUE_RATE:
        *(int64_t *)field = row->min + (int64_t)below(random, (uint64_t)(row->max - row->min + 1));
        break;
    case VALUE_FLAG:
        *(bool *)field = below(random, 2);
        break;
    case VALUE_LOG_LEVEL:
        *(enum log_level *)field = (enum log_level)below(random, LOG_LEVELS);
        break;
    case VALUE_RULE_KIND:
        *(enum rule_kind *)field = (enum rule_kind)below(random, RULE_KINDS);
        break;
    case VALUE_SERIES:
        *(enum series *)field = (enum series)below(random, SERIES_CREDITS + 1);
        break;
    case VALUE_MQTT_VERSION:
        *(enum mqtt_version *)field = (enum mqtt_version)below(random, MQTT_VERSIONS);
        break;
    case VALUE_API_VERSION:
        *(enum api_version *)field = (enum api_version)below(random, API_VERSIONS);
        break;
    case VALUE_NAME:
    case VALUE_LEVEL:
    case VALUE_LEVELS:
    case VALUE_SECTION:
    case VALUE_LIST:
    case VALUE_AMOUNT:
    case VALUE_MOMENT:
    case VALUE_PERIOD:
    case VALUE_TOKEN_TYPE:
    case VALUE_NAMED:
    case VALUE_TYPES:
        break; /* made by whoever knows the neighbours */
    }
}

static void any_rows(struct random *random, const struct section *section, void *fields)
{
    for (size_t i = 0; i < section->row_count; i++)
        any_value(random, &section->rows[i], row_field(&section->rows[i], fields));
}

static const struct section *part(const struct section *section, const char *name)
{
    return row_named(section, span_of(name))->section;
}

static void drop(char **text)
{
    free(*text);
    *text = NULL;
}

/* Leaves exactly one of the sources. */
static void keep_one(struct random *random, char **file, char **env, char **credential)
{
    char **sources[] = { file, env, credential };
    for (size_t i = 0; i < COUNT(sources); i++)
        drop(sources[i]);
    size_t kept = below(random, COUNT(sources));
    *sources[kept] = xstrdup(kept == 0 ? "/etc/ebb/x" : "X");
}

static void any_account(struct random *random, struct account_settings *a, size_t index)
{
    any_rows(random, &section_account, a);
    snprintf(a->name, sizeof a->name, "account_%zu", index);
    keep_one(random, &a->key_file, &a->key_env, &a->key_credential);
    if (a->token_key_files && below(random, 2)) {
        drop(&a->key_file);
        drop(&a->key_env);
        drop(&a->key_credential);
        a->api = API_AUTO;
    } else {
        drop(&a->token_key_files);
    }
    if (a->connect_timeout_s > a->timeout_s)
        a->connect_timeout_s = a->timeout_s;
    if (a->interval_s < 10)
        a->interval_s = 10;
    if (a->interval_min_s < 10 || a->interval_min_s > a->interval_s)
        a->interval_min_s = a->interval_s;
    if (a->interval_max_s < a->interval_s)
        a->interval_max_s = a->interval_s;
    if (a->calls_milli_per_s < rate_limit_rate_for(a->interval_min_s))
        a->calls_milli_per_s = rate_limit_rate_for(a->interval_min_s);
}

static void any_mqtt(struct random *random, struct mqtt_settings *m)
{
    m->enabled = true;
    any_rows(random, part(&section_settings, "mqtt"), m);
    if (!m->client_id)
        m->client_id = xstrdup("~");
    keep_one(random, &m->password_file, &m->password_env, &m->password_credential);
    if (!m->user) {
        drop(&m->password_file);
        drop(&m->password_env);
        drop(&m->password_credential);
    }
    m->tls = below(random, 2);
    if (!m->tls)
        return;
    any_rows(random, part(part(&section_settings, "mqtt"), "tls"), m);
    if (!m->tls_cert || !m->tls_key) {
        drop(&m->tls_cert);
        drop(&m->tls_key);
    }
}

static void any_http(struct random *random, struct http_settings *h)
{
    h->enabled = true;
    any_rows(random, part(&section_settings, "http"), h);
    if (h->password_file)
        h->open = false;
    if (!h->cert || !h->key) {
        drop(&h->cert);
        drop(&h->key);
    }
}

static void any_levels(struct random *random, struct rule *rule)
{
    static const int64_t largest[] = {
        [UNIT_NANO_USD] = 1000000 * NANO_PER_USD,
        [UNIT_BASIS_POINTS] = 10000,
        [UNIT_SECONDS] = 520 * (int64_t)WEEK_S,
    };
    int64_t most = largest[rule_unit_of(rule->kind)];
    unsigned chosen = 1 + (unsigned)below(random, 7);
    for (enum level l = LEVEL_CRITICAL; l > LEVEL_NONE; l--) { /* from the lowest threshold up */
        int64_t at =
            1 + most / 3 * (LEVEL_CRITICAL - l) + (int64_t)below(random, (uint64_t)(most / 3));
        if (chosen & (1u << (l - 1)))
            rule->levels[l] =
                (struct threshold){ true, at, at + (int64_t)below(random, (uint64_t)most) };
        if (rule->levels[l].set && rule_kind_has(rule->kind, KIND_ABOVE)) { /* mirrored */
            rule->levels[l].at = most + 1 - at;
            rule->levels[l].clear = 1 + (int64_t)below(random, (uint64_t)(most + 1 - at));
        }
    }
    if (rule_kind_has(rule->kind, KIND_PLAIN) && below(random, 2)) {
        int64_t at = rule_kind_threshold(rule->kind);
        memset(rule->levels, 0, sizeof rule->levels);
        rule->levels[1 + below(random, 3)] = (struct threshold){ true, at, at };
    }
}

static void any_rule(struct random *random, struct rule *rule, size_t index)
{
    const struct section *rules = part(&section_settings, "rules");
    any_rows(random, rules, rule);
    any_rows(random, part(rules, "match"), rule);
    snprintf(rule->name, sizeof rule->name, "rule-%zu", index);
    if (rule_kind_has(rule->kind, KIND_OF_ACCOUNT))
        rule->series = SERIES_ACCOUNT;
    else if (rule->series == SERIES_ACCOUNT)
        rule->series = SERIES_TOKEN;
    if (rule->series != SERIES_TOKEN)
        rule->token[0] = rule->environment[0] = rule->type[0] = rule->member[0] = '\0';
    any_levels(random, rule);
    rule->beyond_reset &= rule_kind_has(rule->kind, KIND_BEYOND_RESET);
}

static void any_audit(struct random *random, struct audit_policy *policy)
{
    any_rows(random, part(&section_settings, "audit"), policy);
    uint32_t *const sets[] = { &policy->ignored, &policy->severity[LEVEL_INFO],
                               &policy->severity[LEVEL_CRITICAL] };
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
        if (below(random, 2))
            *sets[below(random, COUNT(sets))] |= (uint32_t)1 << c;
}

static struct settings *any_settings(struct random *random)
{
    struct settings *s = xcalloc(1, sizeof *s);
    any_rows(random, &section_settings, s);
    s->account_count = 1 + below(random, 4);
    s->accounts = xcalloc(s->account_count, sizeof *s->accounts);
    for (size_t i = 0; i < s->account_count; i++)
        any_account(random, &s->accounts[i], i);
    if (below(random, 3))
        any_mqtt(random, &s->mqtt);
    if (below(random, 3))
        any_http(random, &s->http);
    any_audit(random, &s->audit);
    any_rows(random, part(&section_settings, "retention"), &s->retention);
    s->rule_count = below(random, 5);
    s->rules = xcalloc(s->rule_count, sizeof *s->rules);
    for (size_t i = 0; i < s->rule_count; i++)
        any_rule(random, &s->rules[i], i);
    return s;
}

static bool same_section(const struct section *section, const void *a, const void *b);

static bool same_list(const struct row *row, const void *a, const void *b)
{
    size_t count = *(const size_t *)(const void *)((const char *)a + row->count_offset);
    const char *x = *(char *const *)row_field_const(row, a),
               *y = *(char *const *)row_field_const(row, b);
    if (count != *(const size_t *)(const void *)((const char *)b + row->count_offset))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!same_section(row->section, x + i * row->section->bytes, y + i * row->section->bytes))
            return false;
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_levels(const struct threshold *a, const struct threshold *b)
{
    for (int l = 0; l < LEVELS; l++)
        if (a[l].set != b[l].set || a[l].at != b[l].at || a[l].clear != b[l].clear)
            return false;
    return true;
}

static bool same_value(const struct row *row, const void *a, const void *b)
{
    const void *x = row_field_const(row, a), *y = row_field_const(row, b);
    switch (row->type) {
    case VALUE_TEXT:
    case VALUE_PATH:
    case VALUE_HOST:
    case VALUE_URL:
    case VALUE_TOPIC:
    case VALUE_VARIABLE:
    case VALUE_CREDENTIAL:
    case VALUE_ADDRESSES:
    case VALUE_HOSTS:
    case VALUE_PATHS:
    case VALUE_PATTERNS:
        return same_text(*(char *const *)x, *(char *const *)y);
    case VALUE_NAME:
    case VALUE_PATTERN:
        return same_text(x, y);
    case VALUE_COUNT:
    case VALUE_DURATION:
    case VALUE_RATE:
        return *(const int64_t *)x == *(const int64_t *)y;
    case VALUE_CHECKS:
        return *(const uint32_t *)x == *(const uint32_t *)y;
    case VALUE_FLAG:
        return *(const bool *)x == *(const bool *)y;
    case VALUE_LOG_LEVEL:
        return *(const enum log_level *)x == *(const enum log_level *)y;
    case VALUE_RULE_KIND:
        return *(const enum rule_kind *)x == *(const enum rule_kind *)y;
    case VALUE_SERIES:
        return *(const enum series *)x == *(const enum series *)y;
    case VALUE_MQTT_VERSION:
        return *(const enum mqtt_version *)x == *(const enum mqtt_version *)y;
    case VALUE_API_VERSION:
        return *(const enum api_version *)x == *(const enum api_version *)y;
    case VALUE_LEVEL:
    case VALUE_LEVELS:
        return same_levels(x, y);
    case VALUE_SECTION:
        return same_section(row->section, x, y);
    case VALUE_LIST:
        return same_list(row, a, b);
    case VALUE_AMOUNT:
    case VALUE_MOMENT:
    case VALUE_PERIOD:
    case VALUE_TOKEN_TYPE:
    case VALUE_NAMED:
    case VALUE_TYPES:
        break;
    }
    return false;
}

static bool same_section(const struct section *section, const void *a, const void *b)
{
    if (section->tracked) {
        bool given = *(const bool *)((const char *)a + section->given_offset);
        if (given != *(const bool *)((const char *)b + section->given_offset))
            return false;
    }
    for (size_t i = 0; i < section->row_count; i++)
        if (!same_value(&section->rows[i], a, b)) {
            print_error("%s differs\n", section->rows[i].name);
            return false;
        }
    return true;
}

static void what_is_printed_reads_back_as_what_it_was(void **state)
{
    struct scene *scene = *state;
    struct random random = random_seeded(20260801);
    scene->from.secrets = SECRETS_NONE;
    for (int round = 0; round < 1500; round++) {
        struct settings *s = any_settings(&random);
        struct text printed = { 0 }, told = { 0 };
        config_print(s, &printed);
        assert_null(strstr(text_z(&printed),
                           "\xc2\x85")); /* breaks a line on some terminals and in YAML 1.1 */
        assert_null(strstr(text_z(&printed), "\xe2\x80\xa8"));
        struct settings *again = scene_read(scene, span_of(text_z(&printed)), &told);
        if (!again || !same_section(&section_settings, s, again))
            fail_msg("round %d: %s\n%s", round, text_z(&told), text_z(&printed));
        settings_free(s);
        settings_free(again);
        text_done(&printed);
        text_done(&told);
    }
}

static void a_printed_configuration_names_the_sources_of_secrets_and_never_the_secrets(void **state)
{
    const struct scene *s = *state;
    struct text printed = { 0 };
    struct settings *settings = scene_read(s,
                                           span_of("accounts: [{name: main, key_env: EBB_KEY}]\n"
                                                   "mqtt: {user: u, password_env: EBB_PASSWORD}\n"),
                                           NULL);
    assert_non_null(settings);
    assert_string_equal(settings->accounts[0].key, CANARY);
    assert_string_equal(settings->mqtt.password, "p@ss word");
    config_print(settings, &printed);
    assert_non_null(strstr(text_z(&printed), "key_env: EBB_KEY"));
    assert_non_null(strstr(text_z(&printed), "password_env: EBB_PASSWORD"));
    assert_null(strstr(text_z(&printed), CANARY));
    assert_null(strstr(text_z(&printed), "p@ss word"));
    settings_free(settings);
    text_done(&printed);
}

static void durations_are_printed_as_a_person_would_write_them(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = { { 207360, "2d 9h 36m" }, { 5400, "90m" }, { 129600, "36h" },
                 { 30 * DAY_S, "30d" },   { 0, "0s" },     { 52 * WEEK_S, "52w" },
                 { 6001, "1h 40m 1s" },   { 90, "90s" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text out = { 0 };
        scalar_add_duration(&out, rows[i].seconds);
        assert_string_equal(text_z(&out), rows[i].text);
        text_done(&out);
    }
}

static void the_port_and_the_client_id_default_to_what_fits(void **state)
{
    const struct scene *s = *state;
    static const struct {
        const char *tls;
        bool on;
        int64_t port;
    } rows[] = { { "", false, 1883 },
                 { "tls: true", true, 8883 },
                 { "tls: false", false, 1883 },
                 { "tls: {ca: x}", true, 8883 },
                 { "tls: true, port: 1", true, 1 } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text yaml = { 0 };
        text_addf(&yaml, "accounts: [{name: main, key_env: EBB_KEY}]\nmqtt: {%s}\n", rows[i].tls);
        struct settings *settings = scene_read(s, span_of(text_z(&yaml)), NULL);
        assert_non_null(settings);
        assert_true(settings->mqtt.enabled);
        assert_int_equal(settings->mqtt.tls, rows[i].on);
        assert_int_equal(settings->mqtt.port, rows[i].port);
        assert_null(settings->mqtt.client_id); /* it is the database's */
        assert_string_equal(settings->mqtt.host, "localhost");
        settings_free(settings);
        text_done(&yaml);
    }
}

/* Calls `each` for every row below a section, with the title of its table in the reference. */
static void walk(const struct section *section, const char *title, const char *text,
                 void (*each)(const struct row *row, const char *title, const char *text))
{
    for (size_t i = 0; i < section->row_count; i++) {
        const struct row *row = &section->rows[i];
        each(row, title, text);
        if (row->section)
            walk(row->section, row->name, text, each);
    }
}

static void assert_in_example(const struct row *row, const char *title, const char *text)
{
    char key[64];
    snprintf(key, sizeof key, "%s:", row->name);
    if (!strstr(text, key))
        fail_msg("the example lacks %s of %s", row->name, title);
}

static void the_example_is_accepted_and_shows_every_key(void **state)
{
    struct scene *s = *state;
    struct text example = { 0 }, told = { 0 };
    config_example(&example);
    walk(&section_settings, "top", text_z(&example), assert_in_example);
    for (int kind = 0; kind < RULE_KINDS; kind++)
        assert_non_null(strstr(text_z(&example), rule_kind_name((enum rule_kind)kind)));
    s->from.secrets = SECRETS_NONE;
    struct settings *settings = scene_read(s, span_of(text_z(&example)), &told);
    if (!settings)
        fail_msg("%s", text_z(&told));
    settings_free(settings);
    text_done(&example);
}

/* With every line switched on, only the either-ors may be wrong: no sample is refused by its own
 * type. */
static void every_sample_in_the_example_is_a_good_value(void **state)
{
    struct scene *s = *state;
    struct text example = { 0 }, on = { 0 }, told = { 0 };
    s->from.secrets = SECRETS_NONE;
    config_example(&example);
    for (const char *c = text_z(&example); *c; c++)
        if (*c != '#' || c[1] == ' ')
            text_add(&on, (struct span){ c, 1 });
    assert_null(scene_read(s, span_of(text_z(&on)), &told));
    assert_null(strstr(text_z(&told), "must be"));
    assert_null(strstr(text_z(&told), "unknown"));
    assert_null(strstr(text_z(&told), "YAML"));
    text_done(&example);
    text_done(&on);
    text_done(&told);
}

static void assert_in_reference(const struct row *row, const char *title, const char *reference)
{
    struct text line = { 0 };
    text_addf(&line, "\n| `%s` | ", row->name);
    row_describe(row, &line);
    if (row->required)
        text_add(&line, span_of(" | required |"));
    else if (row->preset)
        text_addf(&line, " | `%s` |", row->preset);
    else
        text_addf(&line, " | %s |", row->preset_note ? row->preset_note : "");
    text_addf(&line, " %s |\n", row->help);
    if (!strstr(reference, text_z(&line)))
        fail_msg("docs/configuration.md lacks this line of %s:%s", title, text_z(&line));
    text_done(&line);
}

static void the_reference_has_a_line_for_every_key_that_says_what_the_program_does(void **state)
{
    (void)state;
    static char reference[65536];
    own_file FILE *file = fopen(GOLDEN_DIR "/../../docs/configuration.md", "r");
    assert_non_null(file);
    reference[fread(reference, 1, sizeof reference - 1, file)] = '\0';
    walk(&section_settings, "the top", reference, assert_in_reference);
    for (enum rule_kind kind = 0; kind < RULE_KINDS; kind++) {
        char line[256];
        snprintf(line, sizeof line, "\n- `%s`: %s\n", rule_kind_name(kind), rule_kind_help(kind));
        if (!strstr(reference, line))
            fail_msg("docs/configuration.md lacks this line:%s", line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_printed_reads_back_as_what_it_was, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(
            a_printed_configuration_names_the_sources_of_secrets_and_never_the_secrets, scene_open,
            scene_close),
        cmocka_unit_test(durations_are_printed_as_a_person_would_write_them),
        cmocka_unit_test_setup_teardown(the_port_and_the_client_id_default_to_what_fits, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(the_example_is_accepted_and_shows_every_key, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(every_sample_in_the_example_is_a_good_value, scene_open,
                                        scene_close),
        cmocka_unit_test(the_reference_has_a_line_for_every_key_that_says_what_the_program_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
