/* What other implementations of SipHash-1-3 say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/siphash.h"

enum { BYTES_MOST = 63 };

/* By OpenSSL's `openssl mac ... SIPHASH`, and CPython's hash of bytes with PYTHONHASHSEED=7; the
 * bytes are 0, 1, 2, ... */
static void hashes_are_those_of_openssl_and_cpython(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint64_t hash;
    } rows[] = {
        { 1, UINT64_C(0x7e255bf0210f9775) },  { 7, UINT64_C(0x987cfd95990dd34b) },
        { 8, UINT64_C(0x8450991e34fe08de) },  { 9, UINT64_C(0xa0a0a12bd6c44f35) },
        { 15, UINT64_C(0x1517e7dc54a43f5b) }, { BYTES_MOST, UINT64_C(0xb1eaa0579bb21aa3) },
    };
    const struct siphash_key key = { UINT64_C(0x12c874a1806f0e3d), UINT64_C(0x470a89d2f9d2784f) };
    char bytes[BYTES_MOST];
    for (size_t i = 0; i < BYTES_MOST; i++)
        bytes[i] = (char)i;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(siphash(key, (struct span){ bytes, rows[i].len }) == rows[i].hash);
}

static void keys_are_drawn_anew(void **state)
{
    (void)state;
    const struct siphash_key x = siphash_key_from_system(), y = siphash_key_from_system();
    assert_true(x.k0 != y.k0 && x.k1 != y.k1 && x.k0 != x.k1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_openssl_and_cpython),
        cmocka_unit_test(keys_are_drawn_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
