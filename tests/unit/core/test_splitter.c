/* The list is cut the same way wherever its bytes are cut, and no secret ever comes out of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/random.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "split_scene.h"

#define SECRET "CANARY" /* every secret of the golden lists has it */

static void note_element(const struct element *e, struct text *transcript)
{
    assert_true(e->json.len <= LIST_ELEMENT_BYTES);
    if (e->flaw) {
        text_addf(transcript, "flaw %s: ", e->flaw);
    } else {
        assert_true(e->json.len >= 2 && e->json.at[0] == '{');
        assert_int_equal(e->json.at[e->json.len - 1], '}');
    }
    assert_null(memmem(e->json.at, e->json.len, SECRET, strlen(SECRET)));
    text_add(transcript, e->json);
    text_add(transcript, span_of("\n"));
}

/* Hands over a copy of the bytes that is gone afterwards, so that the sanitizer sees any use of
 * stale ones. */
static bool feed(struct splitter *s, struct span bytes, struct text *transcript, struct fault *why)
{
    own_free char *copy = xstrndup(bytes.at, bytes.len);
    struct element e;
    enum split split;
    splitter_feed(s, (struct span){ copy, bytes.len });
    while ((split = splitter_next(s, &e, why)) == SPLIT_ELEMENT)
        note_element(&e, transcript);
    return split == SPLIT_MORE;
}

/* Splits bytes that arrive in pieces as long as `next_len` says, and writes down all that comes
 * out: elements, then "end NEXT" or "fault TEXT". */
static struct text split(struct span bytes, size_t (*next_len)(void *), void *context)
{
    struct splitter *s = splitter_new(&list_shape);
    struct text transcript = { 0 };
    struct fault why = { .kind = FAULT_FATAL };
    struct span next;
    bool valid = true;

    while (valid && bytes.len) {
        size_t len = next_len(context);
        len = len < bytes.len ? len : bytes.len;
        valid = feed(s, (struct span){ bytes.at, len }, &transcript, &why);
        bytes = (struct span){ bytes.at + len, bytes.len - len };
    }
    if (valid && splitter_end(s, &next, &why)) {
        text_addf(&transcript, "end %.*s", (int)next.len, next.at);
    } else {
        assert_int_equal(why.kind, FAULT_REJECT);
        text_addf(&transcript, "fault %s", why.text);
    }
    assert_null(strstr(text_z(&transcript), SECRET));
    splitter_free(s);
    return transcript;
}

static size_t all_at_once(void *context)
{
    (void)context;
    return SIZE_MAX;
}

static size_t byte_by_byte(void *context)
{
    (void)context;
    return 1;
}

static size_t random_pieces(void *context)
{
    return random_next(context) % 30;
}

static size_t first_then_rest(void *context)
{
    size_t *first = context, len = *first;
    *first = SIZE_MAX;
    return len;
}

static void assert_split(struct span bytes, size_t (*next_len)(void *), void *context,
                         const char *expected)
{
    struct text transcript = split(bytes, next_len, context);
    assert_string_equal(text_z(&transcript), expected);
    text_done(&transcript);
}

static void assert_same_for_all_cuts(struct span bytes)
{
    struct random r = random_seeded(bytes.len);
    struct text whole = split(bytes, all_at_once, NULL);
    assert_split(bytes, byte_by_byte, NULL, text_z(&whole));
    for (int i = 0; i < 20; i++)
        assert_split(bytes, random_pieces, &r, text_z(&whole));
    for (size_t cut = 0; cut <= bytes.len; cut++) {
        size_t first = cut;
        assert_split(bytes, first_then_rest, &first, text_z(&whole));
    }
    text_done(&whole);
}

static struct text read_golden(const char *name)
{
    char path[512], bytes[4096];
    snprintf(path, sizeof path, "%s/list-%s.json", GOLDEN_DIR, name);
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    struct text t = { 0 };
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, file)) > 0;)
        text_add(&t, (struct span){ bytes, len });
    return t;
}

static const struct golden {
    const char *name, *expected;
} goldens[] = {
    { "array",
      "{\n    \"name\": \"prod-billing-api\",\n    \"token\": null,\n    \"token_type\": "
      "\"api_token\",\n"
      "    \"balance\": 42.5,\n    \"active_balance\": true,\n    \"expire_time\": null,\n"
      "    \"balance_reset_period\": \"monthly\",\n    \"balance_reset_amount\": 50.0\n  }\n"
      "{\n    \"name\": \"dev-ml-team\",\n    \"token\": null,\n    \"token_type\": "
      "\"api_token\",\n"
      "    \"balance\": \"-0.250000000\",\n    \"active_balance\": true,\n"
      "    \"expire_time\": \"2026-11-23T22:00:00Z\"\n  }\n"
      "{\n    \"name\": \"ci-sandbox\",\n    \"token\": null,\n    \"token_type\": "
      "\"sandbox_api_token\",\n"
      "    \"balance\": null,\n    \"active_balance\": false,\n    \"expire_time\": null\n  "
      "}\nend " },
    { "compact",
      "{\"name\":\"a\",\"token\":null,\"balance\":1.5}\n{\"token\":null,\"name\":\"b\",\"balance\":"
      "null}\n"
      "{\"name\":\"c\"}\n{}\nend " },
    { "empty", "end " },
    { "empty-page", "end " },
    { "page-next",
      "{\"name\": \"a\", \"token\": null}\n{\"name\": \"b\", \"token\": null}\n"
      "end https://api.edenai.run/v2/user/custom_token/?page=2&size=2" },
    { "page-last", "{\"name\": \"c\", \"token\": null}\nend " },
    { "page-escaped-keys", "{\"name\": \"c\", \"token\": null}\nend " },
    { "nasty-names",
      "{\"name\":\"\\\"token\\\":\\\"x\",\"token\":null}\n{\"name\":\"}],[{\",\"token\":null}\n"
      "{\"name\":\"caf\xc3\xa9 \xf0\x9f\x94\xa5 \\ud83d\\udd25\",\"token\":null}\n"
      "{\"name\":\"tail\\\\\",\"token\":null}\n{\"name\":\"/+#$\\n\\t'\",\"token\":null}\nend " },
    { "escaped-key",
      "{\"name\":\"a\",\"tok\\u0065n\":null}\n"
      "{\"name\":\"b\",\"\\u0074\\u006F\\u006b\\u0065\\u006e\":null}\n"
      "{\"name\":\"c\",\"\\u0074oken\" : null , \"balance\":1}\nend " },
    { "nasty-secrets",
      "{\"name\":\"a\",\"token\":null}\n{\"name\":\"b\",\"token\":null}\n"
      "{\"name\":\"c\",\"token\":null}\n{\"name\":\"d\",\"token\":null}\n"
      "{\"name\":\"e\",\"token\":null}\n{\"name\":\"f\",\"token\":null}\n"
      "{\"token\":null,\"name\":\"g\",\"token\":null}\nend " },
    { "nested-token",
      "{\"name\":\"a\",\"token\":null,\"owner\":{\"token\":\"kept\",\"list\":[{\"token\":\"kept "
      "too\"}]}}\n"
      "{\"tokens\":\"kept\",\"Token\":\"kept\",\"token \":\"kept\",\"toke\":\"kept\"}\nend " },
    { "bom", "{\"name\":\"a\",\"token\":null}\nend " },
    { "odd-number-leading-zero",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":01}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-number-no-fraction",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":5.}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-number-no-integer",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":-.5}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-number-plus",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":+1}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-number-hex",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":0x1F}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-number-exponent",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":1e}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-word-nan",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"balance\":NaN}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-word-case",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"active_balance\":True}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-word-long",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid JSON value: {\"name\":\"a\",\"active_balance\":truex}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-escape-hex",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid escape sequence: {\"name\":\"ab\\u12g4cd\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-escape-short",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid escape sequence: {\"name\":\"ab\\u12\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-escape-unknown",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid escape sequence: {\"name\":\"ab\\x41\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-surrogate-high",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an unpaired surrogate: {\"name\":\"ab\\ud83d\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-surrogate-low",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an unpaired surrogate: {\"name\":\"ab\\udd25\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-surrogate-two-high",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an unpaired surrogate: {\"name\":\"ab\\ud83d\\ud83d\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-surrogate-other-escape",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an unpaired surrogate: {\"name\":\"ab\\ud83d\\n\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-control",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an unescaped control character in a string: {\"name\":\"a\nb\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-control-in-key",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an unescaped control character in a string: {\"na\tme\":\"a\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-utf8-cut",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw invalid UTF-8: {\"name\":\"a\303\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-utf8-long",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw invalid UTF-8: {\"name\":\"a\300\257\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-utf8-surrogate",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw invalid UTF-8: {\"name\":\"a\355\240\200\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-utf8-beyond",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw invalid UTF-8: {\"name\":\"a\364\220\200\200\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-utf8-latin1",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw invalid UTF-8: {\"name\":\"caf\351\"}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-secret-escape",
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\n"
      "flaw an invalid escape sequence: {\"name\":\"a\",\"token\":null}\n"
      "{\"name\":\"ok\",\"token\":null,\"balance\":1}\nend " },
    { "odd-element-text", "{\"name\":\"a\"}\nflaw it is not an object: \nend " },
    { "odd-element-array", "flaw it is not an object: \nend " },
    { "odd-element-null", "flaw it is not an object: \nend " },
    { "odd-depth",
      "flaw nested too deeply: "
      "{\"name\":\"a\",\"token\":null,\"x\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}\nend " },
    { "odd-secret-depth", "flaw nested too deeply: {\"name\":\"a\",\"token\":null}\nend " },
    { "white-space", "{ \"name\" : \"a\" ,\t\"token\"\n:\rnull }\n{ }\nend " },
};

static void golden_lists_come_out_in_elements_without_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(goldens); i++) {
        struct text list = read_golden(goldens[i].name);
        assert_split((struct span){ list.at, list.len }, all_at_once, NULL, goldens[i].expected);
        text_done(&list);
    }
}

static void a_list_that_is_cut_anywhere_is_never_taken_for_a_whole_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(goldens); i++) {
        struct text list = read_golden(goldens[i].name);
        while (strchr(" \n", list.at[list.len - 1]))
            list.len--;
        for (size_t len = 0; len < list.len; len++) {
            struct text transcript = split((struct span){ list.at, len }, all_at_once, NULL);
            assert_non_null(strstr(text_z(&transcript), "fault token list: "));
            text_done(&transcript);
        }
        text_done(&list);
    }
}

static const struct golden bad_goldens[] = {
    { "bad-nothing", "truncated (byte 0)" },
    { "bad-white-space", "truncated (byte 2)" },
    { "bad-cut", "truncated (byte 56)" },
    { "bad-cut-between", "truncated" },
    { "bad-page-cut", "truncated" },
    { "bad-trailing-junk", "unexpected data after the end (byte 32)" },
    { "bad-two-documents", "unexpected data after the end" },
    { "bad-closed-twice", "unexpected data after the end" },
    { "bad-html", "a value is missing (byte 0)" },
    { "bad-detail", "an object without \"results\" and \"next\"" },
    { "bad-error", "an object without \"results\" and \"next\"" },
    { "bad-null", "neither an array nor an object" },
    { "bad-text", "neither an array nor an object" },
    { "bad-bracket", "a mismatched closing bracket" },
    { "bad-comma-missing", "a comma is missing" },
    { "bad-comma-last", "a value is missing" },
    { "bad-comma-in-object", "a member name is missing" },
    { "bad-colon", "a colon is missing" },
    { "bad-key", "a member name is missing" },
    { "bad-value", "a value is missing" },
    { "bad-secret-twice-valued", "a comma is missing" },
    { "bad-results-object", "\"results\" is not a single array" },
    { "bad-results-twice", "\"results\" is not a single array" },
    { "bad-next-number", "\"next\" is not a single string or null" },
    { "bad-next-missing", "an object without \"results\" and \"next\"" },
    { "bad-next-twice", "\"next\" is not a single string or null" },
    { "bad-next-not-a-url", "\"next\" is not a URL" },
    { "bad-next-too-long", "\"next\" is not a URL" },
    { "bad-bom-cut", "a byte order mark is incomplete" },
    { "bad-envelope-number", "an invalid JSON value (byte" },
    { "bad-envelope-escape", "an invalid escape sequence" },
    { "bad-envelope-key", "an invalid escape sequence" },
    { "bad-deeper-than-anything", "nested too deeply" },
    { "bad-binary", "a value is missing (byte 0)" },
};

static void broken_lists_are_refused_with_their_reason_and_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_goldens); i++) {
        struct text list = read_golden(bad_goldens[i].name);
        struct text transcript = split((struct span){ list.at, list.len }, all_at_once, NULL);
        const char *reason = strstr(text_z(&transcript), "fault token list: ");
        if (!reason || !strstr(reason, bad_goldens[i].expected))
            fail_msg("%s: %s", bad_goldens[i].name, text_z(&transcript));
        text_done(&transcript);
        text_done(&list);
    }
}

static void where_the_bytes_are_cut_makes_no_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(goldens) + COUNT(bad_goldens); i++) {
        struct text list = read_golden(
            (i < COUNT(goldens) ? &goldens[i] : &bad_goldens[i - COUNT(goldens)])->name);
        assert_same_for_all_cuts((struct span){ list.at, list.len });
        text_done(&list);
    }
}

static void every_golden_list_has_a_row(void **state)
{
    (void)state;
    size_t files = 0;
    DIR *folder = opendir(GOLDEN_DIR);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        files += strncmp(entry->d_name, "list-", 5) == 0;
    closedir(folder);
    assert_int_equal(files, COUNT(goldens) + COUNT(bad_goldens));
}

/* The key "token" with some of its letters escaped, in either case of hex digits. */
static void add_secret_key(struct random *r, struct text *t)
{
    text_add(t, span_of("\""));
    for (const char *c = "token"; *c; c++)
        switch (random_next(r) % 4) {
        case 0:
            text_addf(t, "\\u%04x", (unsigned)*c);
            break;
        case 1:
            text_addf(t, "\\u%04X", (unsigned)*c);
            break;
        default:
            text_addf(t, "%c", *c);
        }
    text_add(t, span_of("\":"));
}

/* A secret of nothing but tildes, escaped and not, and of what could end a string too early. */
static void add_secret(struct random *r, struct text *t)
{
    static const char *const pieces[] = { "~",     "~~~~~~~~~~~~~~", "\\u007e", "\\\"~",
                                          "~\\\\", "\\\\\\\"",       "}~]",     "{~[",
                                          ",~:" };
    text_add(t, span_of("\""));
    for (uint64_t i = random_next(r) % 40; i; i--)
        text_add(t, span_of(pieces[random_next(r) % COUNT(pieces)]));
    text_add(t, span_of("\""));
}

static void add_other(struct random *r, struct text *t)
{
    static const char *const members[] = {
        "\"name\":\"x\\\"\\\\\"",     "\"balance\":-1.5e-3",
        "\"active_balance\":true",    "\"expire_time\":null",
        "\"a\":{\"token\":\"mine\"}", "\"b\":[[],{},\"]\",[1]]",
        "\"\\\\\":\"\\u0000\"",       "\"\":\"\"",
    };
    text_add(t, span_of(members[random_next(r) % COUNT(members)]));
}

/* One element as sent, and as it must come out. */
static void add_element(struct random *r, struct text *sent, struct text *expected)
{
    text_add(sent, span_of("{"));
    text_add(expected, span_of("{"));
    for (uint64_t i = 0, members = random_next(r) % 6; i < members; i++) {
        struct text member = { 0 };
        text_addf(&member, "%s", i ? "," : "");
        if (random_next(r) % 3 == 0) {
            add_secret_key(r, &member);
            text_addf(expected, "%snull", text_z(&member));
            add_secret(r, &member);
        } else {
            add_other(r, &member);
            text_add(expected, (struct span){ member.at, member.len });
        }
        text_add(sent, (struct span){ member.at, member.len });
        text_done(&member);
    }
    text_add(sent, span_of("}"));
    text_add(expected, span_of("}\n"));
}

static void secrets_never_come_out_whatever_their_escapes_and_place(void **state)
{
    (void)state;
    struct random r = random_seeded(7);
    for (int round = 0; round < 2000; round++) {
        struct text sent = { 0 }, expected = { 0 };
        bool paged = random_next(&r) % 2;
        text_add(&sent, span_of(paged ? "{\"next\":null,\"results\":[" : "["));
        for (uint64_t i = 0, count = random_next(&r) % 5; i < count; i++) {
            text_add(&sent, span_of(i ? "," : ""));
            add_element(&r, &sent, &expected);
        }
        text_add(&sent, span_of(paged ? "]}" : "]"));
        text_add(&expected, span_of("end "));
        assert_null(strchr(text_z(&expected), '~'));
        assert_split((struct span){ sent.at, sent.len }, random_pieces, &r, text_z(&expected));
        text_done(&sent);
        text_done(&expected);
    }
}

static void add_repeated(struct text *t, const char *piece, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add(t, span_of(piece));
}

static void secrets_of_any_length_are_stepped_over(void **state)
{
    (void)state;
    static const size_t lengths[] = { 2000, 40000, 1000000 };
    static const char *const pieces[] = { "x", "\\u0078", "\\\"", "\\\\" };
    for (size_t i = 0; i < COUNT(lengths); i++)
        for (size_t k = 0; k < COUNT(pieces); k++) {
            struct text list = { 0 };
            text_add(&list, span_of("[{\"name\":\"a\",\"token\":\""));
            add_repeated(&list, pieces[k], lengths[i]);
            text_add(&list, span_of("\",\"balance\":1}]"));
            assert_split((struct span){ list.at, list.len }, all_at_once, NULL,
                         "{\"name\":\"a\",\"token\":null,\"balance\":1}\nend ");
            text_done(&list);
        }
}

static void an_element_longer_than_its_room_is_flawed_and_its_neighbour_is_not(void **state)
{
    (void)state;
    size_t frame = strlen("{\"name\":\"\"}");
    for (size_t extra = 0; extra < 2; extra++) {
        struct text list = { 0 };
        text_add(&list, span_of("[{\"name\":\""));
        add_repeated(&list, "x", LIST_ELEMENT_BYTES - frame + extra);
        text_add(&list, span_of("\"},{\"name\":\"neighbour\",\"token\":\"" SECRET "\"}]"));
        struct text transcript = split((struct span){ list.at, list.len }, all_at_once, NULL);
        bool flawed = strstr(text_z(&transcript), "flaw it is too long: {\"name\":\"xxx") != NULL;
        assert_int_equal(flawed, extra);
        assert_non_null(
            strstr(text_z(&transcript), "\n{\"name\":\"neighbour\",\"token\":null}\nend "));
        text_done(&transcript);
        text_done(&list);
    }
}

static void the_longest_name_with_every_character_escaped_fits(void **state)
{
    (void)state;
    struct text list = { 0 };
    text_add(&list, span_of("[{\"name\":\""));
    add_repeated(&list, "\\ud83d\\udd25", 200);
    text_add(&list, span_of("\",\"token\":\""));
    add_repeated(&list, "\\u0078", 2000);
    text_add(&list, span_of("\"}]"));
    struct text transcript = split((struct span){ list.at, list.len }, all_at_once, NULL);
    assert_non_null(strstr(text_z(&transcript), "\"token\":null}\nend "));
    text_done(&transcript);
    text_done(&list);
}

static void members_beside_the_results_may_be_longer_than_an_element(void **state)
{
    (void)state;
    struct text list = { 0 };
    text_add(&list, span_of("{\"help\":\""));
    add_repeated(&list, "x", 2 * LIST_ELEMENT_BYTES);
    text_add(&list, span_of("\",\""));
    add_repeated(&list, "k", 2 * LIST_ELEMENT_BYTES);
    text_add(&list, span_of("\":1,\"results\":[{}],\"next\":null}"));
    assert_split((struct span){ list.at, list.len }, all_at_once, NULL, "{}\nend ");
    text_done(&list);
}

static const struct siphash_key a_key = { 7, 42 };

static uint64_t keyed_hash_of_only_element(const char *list, size_t (*next_len)(void *),
                                           struct siphash_key key)
{
    struct splitter *s = splitter_new(&list_shape);
    struct element e = { .hash = 0 };
    struct fault why;
    enum split split = SPLIT_MORE;
    splitter_hash(s, key);
    for (struct span rest = span_of(list); split == SPLIT_MORE && rest.len;) {
        size_t len = next_len(NULL) < rest.len ? next_len(NULL) : rest.len;
        splitter_feed(s, (struct span){ rest.at, len });
        split = splitter_next(s, &e, &why);
        rest = (struct span){ rest.at + len, rest.len - len };
    }
    assert_int_equal(split, SPLIT_ELEMENT);
    splitter_free(s);
    return e.hash;
}

static uint64_t hash_of_only_element(const char *list, size_t (*next_len)(void *))
{
    return keyed_hash_of_only_element(list, next_len, a_key);
}

static void the_hash_is_of_the_element_and_not_of_its_secret(void **state)
{
    (void)state;
    uint64_t hash = hash_of_only_element("[{\"balance\":1.25,\"token\":\"x\"}]", all_at_once);
    assert_int_equal(hash,
                     hash_of_only_element("[{\"balance\":1.25,\"token\":\"yy\"}]", all_at_once));
    assert_int_equal(hash,
                     hash_of_only_element(" [ {\"balance\":1.25,\"token\":\"x\"}]", byte_by_byte));
    assert_int_not_equal(hash,
                         hash_of_only_element("[{\"balance\":1.24,\"token\":\"x\"}]", all_at_once));
    assert_int_not_equal(
        hash, hash_of_only_element("[{\"balance\":1.250,\"token\":\"x\"}]", all_at_once));
}

/* Bytes that collide under one key tell nothing of another one. */
static void the_hash_is_of_its_key(void **state)
{
    (void)state;
    const char *const list = "[{\"balance\":1.25}]";
    const struct siphash_key other = { a_key.k0, a_key.k1 + 1 };
    assert_int_not_equal(hash_of_only_element(list, all_at_once),
                         keyed_hash_of_only_element(list, all_at_once, other));
}

enum { HASHES = 20000 };

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void elements_that_differ_have_different_hashes(void **state)
{
    (void)state;
    uint64_t *hashes = calloc(HASHES, sizeof *hashes);
    assert_non_null(hashes);
    for (unsigned i = 0; i < HASHES; i++) {
        char list[64];
        snprintf(list, sizeof list, "[{\"name\":\"token-%u\",\"balance\":%u.5}]", i % 100, i / 100);
        hashes[i] = hash_of_only_element(list, all_at_once);
    }
    qsort(hashes, HASHES, sizeof *hashes, by_number);
    for (size_t i = 1; i < HASHES; i++)
        assert_int_not_equal(hashes[i - 1], hashes[i]);
    free(hashes);
}

enum { KNOWN_MAX = 64 };

/* The elements without a flaw that came out of one list. */
struct known {
    uint64_t hashes[KNOWN_MAX];
    size_t count;
};

static bool is_known(const struct known *k, uint64_t hash)
{
    for (size_t i = 0; k && i < k->count; i++)
        if (k->hashes[i] == hash)
            return true;
    return false;
}

/* What comes out, each element by its hash. With `known`: by their outlines as far as they are
 * known; `ret_passed` counts those. */
static struct text outline_split(struct span bytes, const struct known *known,
                                 struct known *ret_known, size_t *ret_passed)
{
    struct splitter *s = splitter_new(&list_shape);
    struct text transcript = { 0 };
    struct random r = random_seeded(bytes.len);
    struct element e;
    struct span next;
    struct fault why = { 0 };
    enum split split = SPLIT_MORE;
    splitter_hash(s, a_key);
    if (known)
        splitter_outline(s);
    while (bytes.len && split == SPLIT_MORE) {
        size_t len = 1 + random_next(&r) % 400;
        len = len < bytes.len ? len : bytes.len;
        own_free char *piece = xstrndup(bytes.at, len);
        splitter_feed(s, (struct span){ piece, len });
        while ((split = splitter_next(s, &e, &why)) == SPLIT_ELEMENT || split == SPLIT_OUTLINE) {
            bool passes = split == SPLIT_OUTLINE && is_known(known, e.hash);
            if (split == SPLIT_OUTLINE && !passes)
                continue;
            *ret_passed += passes;
            if (passes)
                splitter_pass(s);
            else if (!e.flaw && ret_known && ret_known->count < KNOWN_MAX)
                ret_known->hashes[ret_known->count++] = e.hash;
            text_addf(&transcript, "%" PRIx64 " %s\n", e.hash, passes || !e.flaw ? "" : e.flaw);
        }
        bytes = (struct span){ bytes.at + len, bytes.len - len };
    }
    bool whole = split == SPLIT_MORE && splitter_end(s, &next, &why);
    text_addf(&transcript, "%s", whole ? "end" : why.text);
    splitter_free(s);
    return transcript;
}

/* With outlines of what is known, `list` is the same list. Returns how many stood for an element.
 */
static size_t assert_same_by_outlines(struct span list, const struct known *known)
{
    size_t passed = 0;
    struct text read = outline_split(list, NULL, NULL, &passed);
    assert_int_equal(passed, 0);
    struct text outlined = outline_split(list, known, NULL, &passed);
    assert_string_equal(text_z(&read), text_z(&outlined));
    text_done(&read);
    text_done(&outlined);
    return passed;
}

static void a_known_outline_stands_for_its_element_and_for_no_other_bytes(void **state)
{
    (void)state;
    static const char letters[] = "[]{}\",:\\ nu0x\xef\x00";
    struct random r = random_seeded(11);
    size_t passed_whole = 0, passed_changed = 0;
    for (size_t g = 0; g < sizeof goldens / sizeof *goldens; g++) {
        struct text list = read_golden(goldens[g].name);
        struct known known = { .count = 0 };
        size_t none = 0;
        struct text read = outline_split((struct span){ list.at, list.len }, NULL, &known, &none);
        text_done(&read);
        passed_whole += assert_same_by_outlines((struct span){ list.at, list.len }, &known);
        for (int i = 0; list.len && i < 200; i++) {
            own_free char *changed = xstrndup(list.at, list.len);
            for (uint64_t k = 1 + random_next(&r) % 2; k; k--)
                changed[random_next(&r) % list.len] =
                    letters[random_next(&r) % (sizeof letters - 1)];
            passed_changed += assert_same_by_outlines((struct span){ changed, list.len }, &known);
        }
        text_done(&list);
    }
    assert_true(passed_whole > 20 && passed_changed > 1000);
}

static void changed_bytes_never_crash_nor_break_a_promise(void **state)
{
    (void)state;
    static const char letters[] = "[]{}\",:\\ nu0x\xef\x00";
    struct random r = random_seeded(9);
    struct text list = read_golden("nested-token");
    for (int i = 0; i < 20000; i++) {
        own_free char *changed = xstrndup(list.at, list.len);
        for (uint64_t k = 1 + random_next(&r) % 3; k; k--)
            changed[random_next(&r) % list.len] = letters[random_next(&r) % (sizeof letters - 1)];
        struct splitter *s = splitter_new(&list_shape);
        struct element e;
        struct fault why;
        enum split split;
        splitter_feed(s, (struct span){ changed, list.len });
        while ((split = splitter_next(s, &e, &why)) == SPLIT_ELEMENT)
            assert_true(e.flaw || e.json.at[e.json.len - 1] == '}');
        splitter_free(s);
    }
    text_done(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_lists_come_out_in_elements_without_secrets),
        cmocka_unit_test(a_list_that_is_cut_anywhere_is_never_taken_for_a_whole_one),
        cmocka_unit_test(broken_lists_are_refused_with_their_reason_and_place),
        cmocka_unit_test(where_the_bytes_are_cut_makes_no_difference),
        cmocka_unit_test(every_golden_list_has_a_row),
        cmocka_unit_test(secrets_never_come_out_whatever_their_escapes_and_place),
        cmocka_unit_test(secrets_of_any_length_are_stepped_over),
        cmocka_unit_test(an_element_longer_than_its_room_is_flawed_and_its_neighbour_is_not),
        cmocka_unit_test(the_longest_name_with_every_character_escaped_fits),
        cmocka_unit_test(members_beside_the_results_may_be_longer_than_an_element),
        cmocka_unit_test(the_hash_is_of_the_element_and_not_of_its_secret),
        cmocka_unit_test(the_hash_is_of_its_key),
        cmocka_unit_test(elements_that_differ_have_different_hashes),
        cmocka_unit_test(a_known_outline_stands_for_its_element_and_for_no_other_bytes),
        cmocka_unit_test(changed_bytes_never_crash_nor_break_a_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
