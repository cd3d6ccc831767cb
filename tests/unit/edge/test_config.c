/* Reading a configuration: what is meant is understood, every mistake is told where it is, and no
 * secret with it. */
#include "config_scene.h"

#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/random.h"
#include "base/xmalloc.h"

static struct text read_file(const char *path)
{
    struct text t = { 0 };
    char piece[4096];
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        text_add(&t, (struct span){ piece, got });
    return t;
}

static struct settings *load_golden(const char *name)
{
    const struct config_sources from = { .environment = scene_variable,
                                         .credentials_directory = GOLDEN_DIR };
    struct settings *s = NULL;
    struct text told = { 0 };
    struct fault why;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", GOLDEN_DIR, name);
    if (!config_load(path, &from, &s, &told, &why))
        fail_msg("%s%s", text_z(&told), why.text);
    assert_null(told.at);
    return s;
}

static void the_least_configuration_gets_every_default(void **state)
{
    (void)state;
    struct settings *s = load_golden("config-good-least.yaml");
    assert_string_equal(s->store, "/var/lib/ebb/ebb.db");
    assert_int_equal(s->log, LOG_NOTICE);
    assert_int_equal(s->account_count, 1);
    assert_string_equal(s->accounts[0].url, "https://api.edenai.run");
    assert_string_equal(s->accounts[0].key, CANARY);
    assert_int_equal(s->accounts[0].interval_s, 300);
    assert_int_equal(s->accounts[0].interval_min_s, 60);
    assert_int_equal(s->accounts[0].interval_max_s, 1200);
    assert_int_equal(s->accounts[0].calls_milli_per_s, 200);
    assert_int_equal(s->accounts[0].timeout_s, 60);
    assert_int_equal(s->accounts[0].connect_timeout_s, 10);
    assert_false(s->accounts[0].compression);
    assert_int_equal(s->accounts[0].max_tokens, 200000);
    assert_false(s->mqtt.enabled);
    assert_int_equal(s->rule_count, 0);
    settings_free(s);
}

static void assert_threshold(const struct rule *rule, enum level level, int64_t at, int64_t clear)
{
    assert_true(rule->levels[level].set);
    assert_int_equal(rule->levels[level].at, at);
    assert_int_equal(rule->levels[level].clear, clear);
}

static void every_key_reaches_its_field(void **state)
{
    (void)state;
    struct settings *s = load_golden("config-good-full.yaml");
    assert_string_equal(s->store, GOLDEN_DIR "/history/ebb.db");
    assert_int_equal(s->log, LOG_INFO);

    const struct account_settings *a = s->accounts;
    assert_int_equal(s->account_count, 2);
    assert_string_equal(a[0].url, "https://api.eu.edenai.run");
    assert_int_equal(a[0].interval_s, 90);
    assert_int_equal(a[0].interval_min_s, 30);
    assert_int_equal(a[0].interval_max_s, 3600);
    assert_int_equal(a[0].calls_milli_per_s, 250);
    assert_int_equal(a[0].timeout_s, 120);
    assert_int_equal(a[0].connect_timeout_s, 5);
    assert_true(a[0].compression);
    assert_int_equal(a[0].max_tokens, 1000);
    assert_string_equal(a[1].name, "local_2");
    assert_string_equal(a[1].url, "http://[::1]:8080");
    assert_string_equal(a[1].key, "canary of a credential");
    assert_int_equal(a[1].interval_min_s, 1);
    assert_int_equal(a[1].interval_max_s, 4);
    assert_int_equal(a[1].calls_milli_per_s, 2000); /* what its interval needs */

    const struct mqtt_settings *m = &s->mqtt;
    assert_true(m->enabled && m->tls);
    assert_string_equal(m->host, "broker.example.org");
    assert_int_equal(m->port, 8884);
    assert_string_equal(m->user, "näme: #1");
    assert_string_equal(m->password, "p@ss word");
    assert_string_equal(m->tls_ca, GOLDEN_DIR "/tls/ca.pem");
    assert_string_equal(m->tls_cert, "/etc/ebb/client.pem");
    assert_string_equal(m->tls_key, "/etc/ebb/client.key");
    assert_string_equal(m->base_topic, "site/ebb");
    assert_string_equal(m->client_id, "ebb-7");
    assert_int_equal(m->qos, 0);
    settings_free(s);
}

static void thresholds_are_read_in_the_unit_of_their_kind_and_clear_a_little_above(void **state)
{
    (void)state;
    struct settings *s = load_golden("config-good-full.yaml");
    const struct rule *r = s->rules;
    assert_int_equal(s->rule_count, 5);
    assert_threshold(&r[0], LEVEL_INFO, 20 * NANO_PER_USD, 21 * NANO_PER_USD);
    assert_threshold(&r[0], LEVEL_WARNING, 10 * NANO_PER_USD, 12 * NANO_PER_USD);
    assert_threshold(&r[0], LEVEL_CRITICAL, 1, 1);
    assert_int_equal(r[0].hold_s, 600);
    assert_string_equal(r[0].token, "prod-*");
    assert_string_equal(r[0].account, "main");
    assert_string_equal(r[0].environment, "prod");
    assert_string_equal(r[0].type, "api_token");
    assert_threshold(&r[1], LEVEL_WARNING, 1250, 1312);
    assert_threshold(&r[1], LEVEL_CRITICAL, 500, 15000);
    assert_false(r[1].levels[LEVEL_INFO].set);
    assert_threshold(&r[2], LEVEL_WARNING, 2 * DAY_S, 2 * DAY_S * 6 / 5);
    assert_threshold(&r[3], LEVEL_CRITICAL, 1, 1);
    assert_threshold(&r[4], LEVEL_INFO, 1, 1);
    assert_false(r[4].levels[LEVEL_CRITICAL].set);
    settings_free(s);
}

/* Starts to collect what the process writes to stderr. */
static int divert_stderr(FILE *into)
{
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    dup2(fileno(into), STDERR_FILENO);
    return kept;
}

static long restore_stderr(int kept, FILE *from)
{
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    return (long)lseek(fileno(from), 0, SEEK_CUR);
}

/* What is told of a golden file, with the folder taken out of it. */
static struct text told_of(const char *path)
{
    const struct config_sources from = { .environment = scene_variable };
    struct settings *s = NULL;
    struct text told = { 0 }, bare = { 0 };
    struct fault why;
    own_file FILE *noise = tmpfile();
    int kept = divert_stderr(noise);
    bool loaded = config_load(path, &from, &s, &told, &why);
    if (restore_stderr(kept, noise) > 0)
        fail_msg("%s: something was printed to stderr", path);
    if (loaded)
        fail_msg("%s is accepted", path);
    text_addf(&told, "%s\n", why.text);
    const char *at = text_z(&told);
    for (const char *hit; (hit = strstr(at, GOLDEN_DIR "/")); at = hit + strlen(GOLDEN_DIR "/"))
        text_add(&bare, (struct span){ at, (size_t)(hit - at) });
    text_add(&bare, span_of(at));
    text_done(&told);
    return bare;
}

static void every_mistake_is_told_as_the_golden_text_says(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob(GOLDEN_DIR "/config-bad-*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc > 20);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char path[512];
        snprintf(path, sizeof path, "%.*s.txt", (int)(strlen(files.gl_pathv[i]) - strlen(".yaml")),
                 files.gl_pathv[i]);
        struct text told = told_of(files.gl_pathv[i]), expected = read_file(path);
        assert_string_equal(text_z(&told), text_z(&expected));
        assert_null(strstr(text_z(&told), "canary"));
        text_done(&told);
        text_done(&expected);
    }
    globfree(&files);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    const struct scene *s = *state;
    struct settings *settings = NULL;
    struct text told = { 0 };
    struct fault why;
    assert_false(config_load(scene_path(s, "nowhere.yaml"), &s->from, &settings, &told, &why));
    assert_non_null(strstr(why.text, "nowhere.yaml: No such file"));
    assert_int_equal(why.kind, FAULT_FATAL);
    assert_false(config_load(s->folder, &s->from, &settings, &told, &why));
    assert_non_null(strstr(why.text, "is a directory"));
    assert_null(told.at);
}

static void a_file_of_a_mebibyte_is_read_and_a_longer_one_refused(void **state)
{
    const struct scene *s = *state;
    const char *yaml = "accounts: [{name: main, key_env: EBB_KEY}]\n#";
    struct text t = { 0 };
    struct settings *settings = NULL;
    struct fault why;
    text_add(&t, span_of(yaml));
    while (t.len < 1024 * 1024)
        text_add(&t, span_of("#"));
    settings = scene_read(s, (struct span){ t.at, t.len }, NULL);
    assert_non_null(settings);
    settings_free(settings);
    text_add(&t, span_of("#"));
    assert_false(config_load(scene_write(s, "long.yaml", (struct span){ t.at, t.len }), &s->from,
                             &settings, &t, &why));
    assert_non_null(strstr(why.text, "longer than 1048576 bytes"));
    text_done(&t);
}

static void byte_order_mark_and_foreign_line_ends_do_not_matter(void **state)
{
    const struct scene *s = *state;
    struct settings *settings = scene_read(
        s,
        span_of("\xef\xbb\xbf"
                "store: /x.db\r\naccounts:\r\n  - name: main\r\n    key_env: EBB_KEY\r\n"),
        NULL);
    assert_non_null(settings);
    assert_string_equal(settings->store, "/x.db");
    assert_string_equal(settings->accounts[0].key, CANARY);
    settings_free(settings);
    scene_refuses(s, span_of("\xef\xbb\xbfstor: x\r\n"), ":1:1: unknown key \"stor\"");
}

static void many_mistakes_are_told_up_to_a_bound_and_counted(void **state)
{
    const struct scene *s = *state;
    struct text yaml = { 0 };
    for (int i = 0; i < 5000; i++)
        text_addf(&yaml, "unknown_key_%d: x\n", i);
    scene_refuses(s, span_of(text_z(&yaml)), "... and 4951 more\n");
    text_done(&yaml);
}

static void nothing_expands_and_nothing_nests_for_ever(void **state)
{
    const struct scene *s = *state;
    struct text yaml = { 0 };
    for (int i = 0; i < 20000; i++)
        text_add(&yaml, span_of("["));
    scene_refuses(s, span_of(text_z(&yaml)), "nested too deeply");
    text_clear(&yaml);
    text_add(&yaml, span_of("a0: &a0 [x, x]\n"));
    for (int i = 1; i < 30; i++)
        text_addf(&yaml, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1);
    scene_refuses(s, span_of(text_z(&yaml)), "aliases (*) are not supported");
    text_done(&yaml);
}

static const char *const words[] = {
    "accounts", "name",  "key_env", "EBB_KEY", "mqtt", "rules", "kind",     "exhausted",
    "levels",   "level", "match",   "tls",     "true", "10.00", "5m",       "20%",
    "null",     ":",     ": ",      "- ",      "\n",   "\n  ",  "\n    ",   "{",
    "}",        "[",     "]",       ", ",      "\"",   "'",     "&a ",      "*a",
    "!t ",      "|",     ">",       "#",       "%",    "---\n", "...",      "?",
    "\t",       "\\",    "é",       "\xff",    "\x01", "key",   "password",
};

/* No assertion but the sanitizers' and the promise that a refusal is never silent. */
static void random_words_never_do_worse_than_be_refused(void **state)
{
    struct scene *s = *state;
    struct random random = random_seeded(7);
    for (int round = 0; round < 3000; round++) {
        struct text yaml = { 0 }, told = { 0 };
        for (uint64_t n = random_next(&random) % 40; n > 0; n--)
            text_add(&yaml, span_of(words[random_next(&random) % COUNT(words)]));
        struct settings *settings = scene_read(s, span_of(text_z(&yaml)), &told);
        assert_true(settings || strstr(told.at, "error"));
        assert_null(strstr(text_z(&told), CANARY));
        settings_free(settings);
        text_done(&yaml);
        text_done(&told);
    }
}

/* A configuration whose key comes from `source`. */
static struct span with_key(const char *source)
{
    static char yaml[256];
    snprintf(yaml, sizeof yaml, "accounts:\n  - name: main\n    %s\n", source);
    return span_of(yaml);
}

static void assert_key(const struct scene *s, const char *source, const char *key)
{
    struct settings *settings = scene_read(s, with_key(source), NULL);
    assert_non_null(settings);
    assert_string_equal(settings->accounts[0].key, key);
    settings_free(settings);
}

static void a_secret_comes_from_a_file_a_variable_or_a_credential(void **state)
{
    struct scene *s = *state;
    chmod(scene_write(s, "main.key", span_of("from a file\n")), 0600);
    assert_key(s, "key_file: main.key", "from a file");
    assert_key(s, "key_env: EBB_KEY", CANARY);
    s->from.credentials_directory = s->folder;
    assert_key(s, "key_credential: main.key", "from a file");
}

static void a_secret_that_cannot_be_used_is_refused_and_not_repeated(void **state)
{
    const struct scene *s = *state;
    static const struct {
        const char *content, *words;
    } rows[] = {
        { "", "is empty" },
        { "\n", "is empty" },
        { "canary\n\n", "control character at byte 7" },
        { "canary\r\n", "control character at byte 7" },
        { "\tcanary", "control character at byte 1" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text told = { 0 };
        scene_write(s, "bad.key", span_of(rows[i].content));
        assert_null(scene_read(s, with_key("key_file: bad.key"), &told));
        assert_non_null(strstr(text_z(&told), rows[i].words));
        assert_non_null(strstr(text_z(&told), "bad.key"));
        assert_null(strstr(text_z(&told), "canary"));
        text_done(&told);
    }
    scene_refuses(s, with_key("key_file: nowhere.key"), "nowhere.key: No such file");
    scene_refuses(s, with_key("key_file: ."), "is a directory");
    scene_refuses(s, with_key("key_env: EBB_NOT_SET"),
                  "environment variable EBB_NOT_SET is not set");
    scene_refuses(s, with_key("key_credential: x"), "LoadCredential=");
    scene_refuses(s, with_key("key_credential: ../x"), "must be the name of a systemd credential");
}

static void a_secret_has_at_most_4096_bytes(void **state)
{
    const struct scene *s = *state;
    char content[SECRET_BYTES_MAX + 2];
    memset(content, 'k', sizeof content);
    content[SECRET_BYTES_MAX] = '\n';
    chmod(scene_write(s, "long.key", (struct span){ content, SECRET_BYTES_MAX + 1 }), 0600);
    struct settings *settings = scene_read(s, with_key("key_file: long.key"), NULL);
    assert_non_null(settings);
    assert_int_equal(strlen(settings->accounts[0].key), SECRET_BYTES_MAX);
    settings_free(settings);
    content[SECRET_BYTES_MAX] = 'k';
    scene_write(s, "long.key", (struct span){ content, SECRET_BYTES_MAX + 1 });
    scene_refuses(s, with_key("key_file: long.key"), "is longer than 4096 bytes");
}

static void a_key_file_that_everyone_can_read_is_warned_about(void **state)
{
    const struct scene *s = *state;
    static const struct {
        mode_t mode;
        bool warns;
    } rows[] = { { 0644, true }, { 0604, true }, { 0640, false }, { 0600, false } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        chmod(scene_write(s, "main.key", span_of("canary\n")), rows[i].mode);
        own_file FILE *log = tmpfile();
        int kept = divert_stderr(log);
        struct settings *settings = scene_read(s, with_key("key_file: main.key"), NULL);
        long logged = restore_stderr(kept, log);
        assert_non_null(settings);
        settings_free(settings);
        assert_int_equal(logged > 0, rows[i].warns);
        char logged_text[1024] = { 0 };
        rewind(log);
        assert_int_equal(fread(logged_text, 1, sizeof logged_text - 1, log), logged);
        assert_null(strstr(logged_text, "canary"));
        assert_true(!rows[i].warns || strstr(logged_text, "chmod o= "));
    }
}

static void commands_that_need_no_secret_do_not_look_for_one(void **state)
{
    struct scene *s = *state;
    s->from.secrets = SECRETS_NONE;
    struct settings *settings = scene_read(s, with_key("key_file: nowhere.key"), NULL);
    assert_non_null(settings);
    assert_null(settings->accounts[0].key);
    settings_free(settings);
}

static void plain_http_is_for_this_machine_only(void **state)
{
    const struct scene *s = *state;
    static const char *const allowed[] = {
        "http://localhost",           "http://LOCALHOST:80/", "http://127.0.0.1:1",
        "http://127.255.255.254",     "http://[::1]",         "https://example.org",
        "HTTPS://[2001:db8::1]:8443", "https://10.0.0.1"
    };
    static const char *const refused[] = { "http://10.0.0.1",
                                           "http://128.0.0.1",
                                           "http://localhost.example.org",
                                           "http://127.0.0.1.example.org",
                                           "http://[::2]",
                                           "http://[::ffff:127.0.0.1]",
                                           "http://127.1",
                                           "http://2130706433",
                                           "http://0.0.0.0",
                                           "http://localhost@x.org",
                                           "http://127.0.0.1:0",
                                           "http://127.0.0.1:65536",
                                           "https://",
                                           "https://a b",
                                           "https://[::1",
                                           "https://a/b",
                                           "https://a?b",
                                           "https://a#b",
                                           "a.org",
                                           "https://a:443x",
                                           "https://-a" };
    for (size_t i = 0; i < COUNT(allowed); i++) {
        struct text yaml = { 0 }, told = { 0 };
        text_addf(&yaml, "accounts: [{url: \"%s\", key_env: EBB_KEY, name: main}]\n", allowed[i]);
        struct settings *settings = scene_read(s, span_of(text_z(&yaml)), &told);
        if (!settings)
            fail_msg("%s: %s", allowed[i], text_z(&told));
        settings_free(settings);
        text_done(&yaml);
    }
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct text yaml = { 0 };
        text_addf(&yaml, "accounts: [{url: \"%s\", key_env: EBB_KEY, name: main}]\n", refused[i]);
        scene_refuses(s, span_of(text_z(&yaml)), "`url` ");
        text_done(&yaml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_configuration_gets_every_default),
        cmocka_unit_test(every_key_reaches_its_field),
        cmocka_unit_test(thresholds_are_read_in_the_unit_of_their_kind_and_clear_a_little_above),
        cmocka_unit_test(every_mistake_is_told_as_the_golden_text_says),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_is_named, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(a_file_of_a_mebibyte_is_read_and_a_longer_one_refused,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(byte_order_mark_and_foreign_line_ends_do_not_matter,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(many_mistakes_are_told_up_to_a_bound_and_counted,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(nothing_expands_and_nothing_nests_for_ever, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(random_words_never_do_worse_than_be_refused, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(a_secret_comes_from_a_file_a_variable_or_a_credential,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(a_secret_that_cannot_be_used_is_refused_and_not_repeated,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(a_secret_has_at_most_4096_bytes, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(a_key_file_that_everyone_can_read_is_warned_about,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(commands_that_need_no_secret_do_not_look_for_one,
                                        scene_open, scene_close),
        cmocka_unit_test_setup_teardown(plain_http_is_for_this_machine_only, scene_open,
                                        scene_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
