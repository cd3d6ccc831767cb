/* Plays files to a fuzz target without libFuzzer: each of them whole, and every beginning of it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory of exactly that size, so that the sanitizer guards its end. */
static void play(const struct text *bytes, size_t len)
{
    own_free uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        abort();
    if (len)
        memcpy(copy, bytes->at, len);
    LLVMFuzzerTestOneInput(copy, len);
}

static bool read_file(const char *path, struct text *ret)
{
    char bytes[4096];
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, file)) > 0;)
        text_add(ret, (struct span){ bytes, len });
    return !ferror(file);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct text bytes = { 0 };
        if (!read_file(argv[i], &bytes)) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
        for (size_t len = 0; len <= bytes.len; len++)
            play(&bytes, len);
        text_done(&bytes);
    }
    printf("%d files played\n", argc - 1);
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
