/* A stand-in for the token API that costs next to nothing, so that a benchmark measures its client.
 * Loopback only.
 *
 *     stand_in PORT TOKENS SHARE
 *
 * GET /v2/user/custom_token/   the token list; before each answer SHARE of the balances fall a bit
 * GET /metrics                 the same balances as Prometheus text
 * GET /drop?token=K            token K falls from 10.01 to 9.99 USD and stays there; for every K
 *                              that leaves 7 when divided by 50, and rests at 10.01 until then
 * GET /drops                   for each drop: the token, and when it was first served (Unix time)
 * GET /polls                   how many lists and metrics pages were served
 *
 * Every balance has a slot of fixed width in two prepared pages, so an answer is a few patches and
 * one send. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SECRET_BYTES = 200,
    LIST_BYTES_PER_TOKEN = SECRET_BYTES + 256,
    METRICS_BYTES_PER_TOKEN = 96,
    SLOT_BYTES = 12,
    DROPS_MAX = 4096,
    NEAR_EVERY = 50, /* tokens that rest just above the threshold of 10 USD */
    NEAR_FIRST = 7,
};

#define NEAR_USD 10.01
#define DROPPED_USD 9.99

struct page {
    char *at;
    size_t len;
    size_t *slots; /* where the balance of each token stands */
    long served;
};

static struct {
    size_t tokens;
    double share;
    double *balances, *firsts;
    unsigned char *pinned;
    struct page list, metrics;
    int sending;
    struct drop {
        size_t token;
        double served; /* 0: not yet */
    } drops[DROPS_MAX];
    size_t drop_count, unserved;
    uint64_t random;
} api = { .random = UINT64_C(88172645463325252) };

static uint64_t draw(void)
{
    api.random ^= api.random << 13;
    api.random ^= api.random >> 7;
    api.random ^= api.random << 17;
    return api.random;
}

static double unix_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void patch(struct page *page, size_t token)
{
    char number[SLOT_BYTES + 1];
    snprintf(number, sizeof number, "%-*.4f", SLOT_BYTES, api.balances[token]);
    memcpy(page->at + page->slots[token], number, SLOT_BYTES);
}

static void patch_both(size_t token)
{
    patch(&api.list, token);
    patch(&api.metrics, token);
}

static void append(struct page *page, const char *text)
{
    size_t len = strlen(text);
    memcpy(page->at + page->len, text, len);
    page->len += len;
}

static void append_slot(struct page *page, size_t token)
{
    page->slots[token] = page->len;
    memset(page->at + page->len, ' ', SLOT_BYTES);
    page->len += SLOT_BYTES;
}

static const char *kind_of(size_t token)
{
    return token % 3 ? "prod" : "staging";
}

static void append_token(size_t token)
{
    char text[SECRET_BYTES + 128], secret[SECRET_BYTES + 1];
    for (size_t i = 0; i < SECRET_BYTES; i++)
        secret[i] = (char)('a' + draw() % 26);
    secret[SECRET_BYTES] = '\0';
    snprintf(text, sizeof text,
             "%s{\"name\":\"customer-%06zu-%s\",\"token\":\"%s\",\"token_type\":\"api_token\","
             "\"balance\":",
             token ? "," : "", token, kind_of(token), secret);
    append(&api.list, text);
    append_slot(&api.list, token);
    append(&api.list,
           token % 4 ? ",\"active_balance\":true,"
                       "\"expire_time\":\"2037-06-30T23:59:59.000000Z\"}"
                     : ",\"active_balance\":true,\"expire_time\":null}");
    snprintf(text, sizeof text, "token_balance{name=\"customer-%06zu-%s\"} ", token,
             kind_of(token));
    append(&api.metrics, text);
    append_slot(&api.metrics, token);
    append(&api.metrics, "\n");
}

static void build(void)
{
    api.balances = calloc(api.tokens, sizeof *api.balances);
    api.firsts = calloc(api.tokens, sizeof *api.firsts);
    api.pinned = calloc(api.tokens, 1);
    api.list = (struct page){ .at = malloc(api.tokens * LIST_BYTES_PER_TOKEN + 16),
                              .slots = calloc(api.tokens, sizeof(size_t)) };
    api.metrics = (struct page){ .at = malloc(api.tokens * METRICS_BYTES_PER_TOKEN + 64),
                                 .slots = calloc(api.tokens, sizeof(size_t)) };
    append(&api.metrics, "# TYPE token_balance gauge\n");
    append(&api.list, "[");
    for (size_t i = 0; i < api.tokens; i++) {
        api.pinned[i] = i % NEAR_EVERY == NEAR_FIRST;
        double usd = 500 + (double)(draw() % 45000000) / 10000;
        api.balances[i] = api.firsts[i] = api.pinned[i] ? NEAR_USD : usd;
        append_token(i);
        patch_both(i);
    }
    append(&api.list, "]");
}

static void spend(void)
{
    size_t count = (size_t)(api.share * (double)api.tokens + 0.5);
    for (size_t n = 0; n < count; n++) {
        size_t i = api.share >= 1 ? n : (size_t)(draw() % api.tokens);
        if (api.pinned[i])
            continue;
        api.balances[i] -= 0.0001 * (double)(1 + draw() % 200);
        if (api.balances[i] < 100)
            api.balances[i] = api.firsts[i];
        patch_both(i);
    }
}

static enum MHD_Result answer(struct MHD_Connection *c, const char *text, size_t len,
                              enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)text, mode);
    enum MHD_Result result = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *c, const char *text)
{
    return answer(c, text, strlen(text), MHD_RESPMEM_MUST_COPY);
}

/* Bytes that are being sent do not change. */
static enum MHD_Result answer_page(struct MHD_Connection *c, struct page *page, void **request)
{
    if (api.sending == 0)
        spend();
    api.sending++;
    *request = &api.sending;
    page->served++;
    for (double now = unix_now(); api.unserved < api.drop_count; api.unserved++)
        api.drops[api.unserved].served = now;
    return answer(c, page->at, page->len, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result drop(struct MHD_Connection *c)
{
    const char *named = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "token");
    size_t token = named ? strtoul(named, NULL, 10) : 0;
    if (token >= api.tokens || !api.pinned[token] || api.drop_count == DROPS_MAX)
        return MHD_NO;
    api.balances[token] = DROPPED_USD;
    patch_both(token);
    api.drops[api.drop_count++] = (struct drop){ .token = token };
    return answer_text(c, "dropped\n");
}

static enum MHD_Result list_drops(struct MHD_Connection *c)
{
    char *text;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    for (size_t i = 0; i < api.drop_count; i++)
        fprintf(f, "customer-%06zu-%s %.6f\n", api.drops[i].token, kind_of(api.drops[i].token),
                api.drops[i].served);
    fclose(f);
    return answer(c, text, len, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result handle(void *unused, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_len, void **request)
{
    static int headers_read;
    char polls[64];
    (void)unused, (void)method, (void)version, (void)body, (void)body_len;
    if (!*request) {
        *request = &headers_read;
        return MHD_YES;
    }
    if (strcmp(url, "/metrics") == 0)
        return answer_page(c, &api.metrics, request);
    if (strncmp(url, "/v2/user/custom_token", 21) == 0)
        return answer_page(c, &api.list, request);
    if (strcmp(url, "/drop") == 0)
        return drop(c);
    if (strcmp(url, "/drops") == 0)
        return list_drops(c);
    snprintf(polls, sizeof polls, "%ld\n", api.list.served + api.metrics.served);
    return strcmp(url, "/polls") == 0 ? answer_text(c, polls) : MHD_NO;
}

static void completed(void *unused, struct MHD_Connection *c, void **request,
                      enum MHD_RequestTerminationCode how)
{
    (void)unused, (void)c, (void)how;
    api.sending -= *request == &api.sending;
}

int main(int argc, char **argv)
{
    sigset_t ends;
    int received;
    if (argc != 4)
        return fprintf(stderr, "usage: stand_in PORT TOKENS SHARE\n"), 2;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    api.tokens = strtoul(argv[2], NULL, 10);
    api.share = strtod(argv[3], NULL);
    build();
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, port, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR,
        &address, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    if (!d)
        return fprintf(stderr, "stand_in: cannot listen on port %u\n", port), 1;
    sigwait(&ends, &received);
    MHD_stop_daemon(d);
    return 0;
}
