/* The least that a poller of token balances can do and still do the job: fetch the list, find names
 * and balances in it, keep changed balances in SQLite, update a burn rate, publish low balances. No
 * retries, no validation, no history but the rows: a yardstick, not a product.
 *
 *     floor URL DATABASE INTERVAL_S MQTT_PORT THRESHOLD     (MQTT_PORT 0: no broker) */
#include <curl/curl.h>
#include <math.h>
#include <mosquitto.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_BYTES = 40, SLOTS_FIRST = 4096 };

struct token {
    char name[NAME_BYTES];
    int64_t balance; /* ten-thousandths of a dollar; -1: never read */
    double at, per_s;
    bool low;
};

static struct {
    struct token *tokens;
    size_t count, room, expected; /* the list mostly comes in the same order */
    uint32_t *slots;              /* place + 1 */
    size_t slot_count;
    char *bytes; /* read and not yet understood */
    size_t len, bytes_room;
    sqlite3 *db;
    sqlite3_stmt *add_token, *add_reading;
    struct mosquitto *broker;
    double threshold, now;
} poller;

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- tokens by name ---- */

static size_t slot_of(const char *name, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash & (poller.slot_count - 1);
}

static bool is_named(const struct token *t, const char *name, size_t len)
{
    return strncmp(t->name, name, len) == 0 && t->name[len] == '\0';
}

static void place(size_t token)
{
    size_t slot = slot_of(poller.tokens[token].name, strlen(poller.tokens[token].name));
    while (poller.slots[slot])
        slot = (slot + 1) & (poller.slot_count - 1);
    poller.slots[slot] = (uint32_t)token + 1;
}

static void grow(void)
{
    poller.slot_count = poller.slot_count ? poller.slot_count * 2 : SLOTS_FIRST;
    free(poller.slots);
    poller.slots = calloc(poller.slot_count, sizeof *poller.slots);
    for (size_t i = 0; i < poller.count; i++)
        place(i);
}

static struct token *add(const char *name, size_t len)
{
    if (poller.count == poller.room) {
        poller.room = poller.room ? poller.room * 2 : 1024;
        poller.tokens = realloc(poller.tokens, poller.room * sizeof *poller.tokens);
    }
    struct token *t = &poller.tokens[poller.count];
    *t = (struct token){ .balance = -1 };
    memcpy(t->name, name, len);
    sqlite3_bind_int64(poller.add_token, 1, (int64_t)poller.count);
    sqlite3_bind_text(poller.add_token, 2, t->name, -1, SQLITE_STATIC);
    sqlite3_step(poller.add_token);
    sqlite3_reset(poller.add_token);
    poller.count++;
    if (poller.count * 2 > poller.slot_count)
        grow();
    else
        place(poller.count - 1);
    return t;
}

static struct token *find(const char *name, size_t len)
{
    len = len < NAME_BYTES ? len : NAME_BYTES - 1;
    if (poller.expected < poller.count && is_named(&poller.tokens[poller.expected], name, len))
        return &poller.tokens[poller.expected++];
    for (size_t slot = poller.slot_count ? slot_of(name, len) : 0;
         poller.slot_count && poller.slots[slot]; slot = (slot + 1) & (poller.slot_count - 1)) {
        struct token *t = &poller.tokens[poller.slots[slot] - 1];
        if (is_named(t, name, len)) {
            poller.expected = poller.slots[slot];
            return t;
        }
    }
    return add(name, len);
}

/* ---- what a reading means ---- */

static void publish_low(const struct token *t)
{
    char topic[NAME_BYTES + 32], payload[160];
    double usd = (double)t->balance / 1e4;
    snprintf(topic, sizeof topic, "bench/alert/low/%s", t->name);
    snprintf(payload, sizeof payload, "{\"name\":\"%s\",\"balance\":%.4f,\"empty_at\":%.0f}",
             t->name, usd, t->per_s > 0 ? poller.now + usd / t->per_s : 0.0);
    mosquitto_publish(poller.broker, NULL, topic, (int)strlen(payload), payload, 1, false);
}

static void take(const char *name, size_t len, double usd)
{
    struct token *t = find(name, len);
    int64_t balance = llround(usd * 1e4);
    if (t->balance != balance) {
        sqlite3_bind_int64(poller.add_reading, 1, (int64_t)(poller.now * 1000));
        sqlite3_bind_int64(poller.add_reading, 2, t - poller.tokens);
        sqlite3_bind_int64(poller.add_reading, 3, balance);
        sqlite3_step(poller.add_reading);
        sqlite3_reset(poller.add_reading);
    }
    double passed = poller.now - t->at;
    if (t->balance >= 0 && passed > 0)
        t->per_s += ((double)(t->balance - balance) / 1e4 / passed - t->per_s)
            * (passed < 3600 ? passed / 3600 : 1);
    t->balance = balance;
    t->at = poller.now;
    bool low = usd < poller.threshold;
    if (low && !t->low && poller.broker)
        publish_low(t);
    t->low = low;
}

/* ---- the list, as it arrives ---- */

static const char *end_of_string(const char *at, const char *end)
{
    while ((at = memchr(at, '"', (size_t)(end - at)))) {
        const char *slash = at;
        while (slash[-1] == '\\')
            slash--;
        if ((at - slash) % 2 == 0)
            return at;
        at++;
    }
    return NULL;
}

/* The byte after a flat object; NULL: it has not arrived whole. */
static const char *read_object(const char *at, const char *end)
{
    const char *name = NULL, *balance = NULL;
    size_t name_len = 0;
    while (at < end && *at != '}') {
        if (*at != '"') {
            at++;
            continue;
        }
        const char *key = at + 1, *key_end = end_of_string(key, end);
        if (!key_end)
            return NULL;
        at = key_end + 1;
        while (at < end && (*at == ' ' || *at == ':'))
            at++;
        if (at >= end)
            return NULL;
        if (key_end - key == 7 && memcmp(key, "balance", 7) == 0 && *at != 'n')
            balance = at;
        if (*at != '"')
            continue;
        const char *text = at + 1, *text_end = end_of_string(text, end);
        if (!text_end)
            return NULL;
        if (key_end - key == 4 && memcmp(key, "name", 4) == 0) {
            name = text;
            name_len = (size_t)(text_end - text);
        }
        at = text_end + 1;
    }
    if (at >= end)
        return NULL;
    if (name && balance)
        take(name, name_len, strtod(balance, NULL));
    return at + 1;
}

static size_t arrived(char *bytes, size_t size, size_t count, void *unused)
{
    (void)unused;
    if (poller.len + size * count + 1 > poller.bytes_room) {
        poller.bytes_room = poller.len + size * count + 1;
        poller.bytes = realloc(poller.bytes, poller.bytes_room);
    }
    memcpy(poller.bytes + poller.len, bytes, size * count);
    poller.len += size * count;
    const char *at = poller.bytes, *end = at + poller.len;
    for (const char *object; (object = memchr(at, '{', (size_t)(end - at)));) {
        const char *next = read_object(object + 1, end);
        at = next ? next : object;
        if (!next)
            break;
    }
    poller.len = (size_t)(end - at);
    memmove(poller.bytes, at, poller.len);
    return size * count;
}

/* ---- the program ---- */

static bool ends(sigset_t *signals, double until)
{
    double left = until - seconds(CLOCK_MONOTONIC);
    struct timespec t = { (time_t)fmax(left, 0), (long)(fmod(fmax(left, 0), 1) * 1e9) };
    return sigtimedwait(signals, NULL, &t) > 0;
}

static void open_database(const char *path)
{
    sqlite3_open(path, &poller.db);
    sqlite3_exec(poller.db,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                 "CREATE TABLE IF NOT EXISTS token (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                 "CREATE TABLE IF NOT EXISTS reading (at INTEGER, token INTEGER, balance INTEGER, "
                 "PRIMARY KEY (at, token)) WITHOUT ROWID",
                 NULL, NULL, NULL);
    sqlite3_prepare_v2(poller.db, "INSERT INTO token VALUES (?, ?)", -1, &poller.add_token, NULL);
    sqlite3_prepare_v2(poller.db, "INSERT INTO reading VALUES (?, ?, ?)", -1, &poller.add_reading,
                       NULL);
}

static bool open_broker(int port)
{
    mosquitto_lib_init();
    if (port == 0)
        return true;
    poller.broker = mosquitto_new(NULL, true, NULL);
    mosquitto_max_inflight_messages_set(poller.broker, 1000);
    mosquitto_int_option(poller.broker, MOSQ_OPT_TCP_NODELAY, 1);
    return !mosquitto_connect(poller.broker, "127.0.0.1", port, 60)
        && !mosquitto_loop_start(poller.broker);
}

static void poll_once(CURL *curl)
{
    poller.now = seconds(CLOCK_REALTIME);
    poller.expected = poller.len = 0;
    sqlite3_exec(poller.db, "BEGIN", NULL, NULL, NULL);
    if (curl_easy_perform(curl) != CURLE_OK)
        fprintf(stderr, "floor: the list could not be read\n");
    sqlite3_exec(poller.db, "COMMIT", NULL, NULL, NULL);
}

int main(int argc, char **argv)
{
    sigset_t signals;
    if (argc != 6)
        return fprintf(stderr, "usage: floor URL DATABASE INTERVAL_S MQTT_PORT THRESHOLD\n"), 2;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    poller.threshold = strtod(argv[5], NULL);
    open_database(argv[2]);
    if (!open_broker((int)strtol(argv[4], NULL, 10)))
        return fprintf(stderr, "floor: no broker on port %s\n", argv[4]), 1;
    curl_global_init(CURL_GLOBAL_ALL);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, arrived);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 65536L);
    double interval_s = strtod(argv[3], NULL), due = seconds(CLOCK_MONOTONIC);
    do {
        poll_once(curl);
        due += interval_s;
    } while (!ends(&signals, due));
    sqlite3_finalize(poller.add_token);
    sqlite3_finalize(poller.add_reading);
    sqlite3_close(poller.db);
    return 0;
}
