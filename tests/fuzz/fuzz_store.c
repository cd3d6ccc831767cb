/* Opening a database: whatever bytes the file has, it is opened or refused, and one that is not
 * ours keeps every byte, with nothing made beside it.
 *
 * The input is a list of edits of a real database, five bytes each: kind, place (two bytes), and
 * two bytes more that the kind gives a meaning. What is left over is ignored. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "edge/store.h"
#include "edge/store/sqlite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    EDIT_BYTES = 5,
    PAGE_BYTES = 4096,
    HEADER_BYTES = 100,
    APPLICATION_AT = 68,
    IMAGE_MAX = 1 << 20
};
enum edit {
    EDIT_HEADER,
    EDIT_BYTE,
    EDIT_CUT,
    EDIT_SWAP,
    EDIT_ZERO_PAGE,
    EDIT_VERSION,
    EDIT_SCHEMA,
    EDIT_EMPTY,
    EDITS
};

static char folder[64], path[96];

static void name_of(const char *suffix, char out[128])
{
    snprintf(out, 128, "%s%s", path, suffix);
}

static void clear(void)
{
    static const char *const files[] = { "", ".lock", "-wal", "-shm", "-journal", ".first-start" };
    char file[128];
    for (size_t i = 0; i < COUNT(files); i++) {
        name_of(files[i], file);
        unlink(file);
    }
}

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    abort();
}

static size_t read_image(uint8_t image[IMAGE_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, image, IMAGE_MAX) : -1;
    close(fd);
    if (len < 0 || len == IMAGE_MAX)
        die("the database could not be read");
    return (size_t)len;
}

static void write_image(const uint8_t *image, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0 || write(fd, image, len) != (ssize_t)len)
        die("the database could not be written");
    close(fd);
}

static void remove_folder(void)
{
    clear();
    rmdir(folder);
}

/* A database with one account, one token and some polls. */
static size_t make_original(uint8_t image[IMAGE_MAX])
{
    struct store *s;
    struct fault why;
    int64_t account = 0;
    unix_s last_ok;
    snprintf(folder, sizeof folder, "%s/ebb-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder))
        die("no folder");
    snprintf(path, sizeof path, "%s/ebb.db", folder);
    atexit(remove_folder);
    struct poll_row row = { .at = 1767225600, .result = POLL_OK, .http_status = 200 };
    struct token_set f = { 0 };
    struct token *t = token_set_add(&f, "prod-a");
    t->last.balance = money_known((struct money){ 5 });
    t->seen_at = row.at;
    if (!store_open(path, STORE_WRITE, &s, &why) || !store_begin(s, &why)
        || !store_account(s, "main", 60, &account, &last_ok, &why))
        die(why.text);
    row.account = account;
    if (!store_add_poll(s, &row, &why) || !store_add_token(s, account, t, row.at, &why)
        || !store_add_reading(s, t, NULL, &why) || !store_put_token(s, t, &why)
        || !store_commit(s, &why))
        die(why.text);
    token_set_done(&f);
    store_close(s);
    size_t len = read_image(image);
    clear();
    return len;
}

static void apply_edit(const uint8_t e[EDIT_BYTES], uint8_t *image, size_t *len)
{
    size_t place = (size_t)e[1] << 8 | e[2], pages = *len / PAGE_BYTES;
    switch ((enum edit)(e[0] % EDITS)) {
    case EDIT_HEADER:
        if (*len >= HEADER_BYTES)
            image[place % HEADER_BYTES] = e[3];
        break;
    case EDIT_BYTE:
        if (*len)
            image[((size_t)e[4] << 16 | place) % *len] = e[3];
        break;
    case EDIT_CUT:
        *len = *len ? ((size_t)e[4] << 16 | place) % *len : 0;
        break;
    case EDIT_SWAP:
        if (pages > 1) {
            uint8_t page[PAGE_BYTES], *a = image + place % pages * PAGE_BYTES,
                                      *b = image + e[3] % pages * PAGE_BYTES;
            memcpy(page, a, sizeof page);
            memmove(a, b, sizeof page);
            memcpy(b, page, sizeof page);
        }
        break;
    case EDIT_ZERO_PAGE:
        if (pages)
            memset(image + place % pages * PAGE_BYTES, 0, PAGE_BYTES);
        break;
    case EDIT_VERSION:
        if (*len >= HEADER_BYTES)
            memcpy(image + 60, (uint8_t[]){ e[3], e[4], e[1], e[2] }, 4);
        break;
    case EDIT_SCHEMA: /* the words of the schema */
        if (*len > PAGE_BYTES)
            image[HEADER_BYTES + place % (PAGE_BYTES - HEADER_BYTES)] = e[3];
        break;
    case EDIT_EMPTY:
        *len = e[3] % 2 ? 0 : *len;
        break;
    case EDITS:
        break;
    }
}

static bool is_ours(const uint8_t *image, size_t len)
{
    static const uint8_t id[] = { 0x45, 0x62, 0x62, 0x21 };
    return len >= HEADER_BYTES && memcmp(image, "SQLite format 3", 16) == 0
        && memcmp(image + APPLICATION_AT, id, sizeof id) == 0;
}

/* The daemon's first reading, and everything that a command can ask. */
static void use(struct store *s, enum store_mode mode)
{
    struct fault why;
    struct cell cells[1];
    const struct query_filter scope = { .now = 1767229200, .since = TIME_NONE, .until = TIME_NONE };
    for (enum query q = 0; q < QUERIES; q++) {
        struct query_result *a;
        bool more = true;
        if (!query_open(s, q, &scope, &a, &why))
            continue;
        for (int rows = 0; more && rows < 100; rows++)
            if (!query_next(a, cells, COUNT(cells), &more, &why))
                break;
        query_close(a);
    }
    struct token_set f;
    struct orphan_alerts orphans;
    if (mode == STORE_WRITE
        && store_load_tokens(s, 1, &(struct rule_set){ 0 }, &f, &orphans, &why)) {
        token_set_done(&f);
        orphan_alerts_done(&orphans);
    }
}

static void open_and_use(enum store_mode mode)
{
    struct store *s;
    struct fault why;
    if (!store_open(path, mode, &s, &why))
        return;
    use(s, mode);
    store_close(s);
}

static void assert_untouched(const uint8_t *image, size_t len)
{
    static uint8_t after[IMAGE_MAX];
    static const char *const sides[] = { ".lock", "-wal", "-shm", "-journal", ".first-start" };
    char side[128];
    if (read_image(after) != len || memcmp(image, after, len) != 0)
        die("a file that is not ours was written");
    for (size_t i = 0; i < COUNT(sides); i++) {
        name_of(sides[i], side);
        if (access(side, F_OK) == 0)
            die("something was made beside a file that is not ours");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t original[IMAGE_MAX], image[IMAGE_MAX];
    static size_t original_len;
    if (!original_len)
        original_len = make_original(original);
    size_t len = original_len;
    memcpy(image, original, len);
    for (; size >= EDIT_BYTES; data += EDIT_BYTES, size -= EDIT_BYTES)
        apply_edit(data, image, &len);
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        write_image(image, len);
        open_and_use(mode);
        if (len > 0 && !is_ours(image, len))
            assert_untouched(image, len);
        clear();
    }
    return 0;
}
