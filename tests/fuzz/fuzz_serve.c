/* Any bytes from a client, in two parts with a pause between: no crash, nobody is handed a request
 * that is not one, and the server goes on serving. Half of the answers come in pieces, some clients
 * leave before them. Seeds: tests/golden/http-*.txt. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "edge/serve.h"

enum { TURNS = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct server *server;
static struct endpoint address;
static mono_ms now;
static int pieces;

static void require(bool promise)
{
    if (!promise)
        abort();
}

static void open_once(void)
{
    char listen[ENDPOINT_TEXT_BYTES];
    struct fault why;
    if (server)
        return;
    snprintf(listen, sizeof listen, "127.200.%d.%d:5322", getpid() / 250 % 250, 1 + getpid() % 250);
    struct serve_options o = { .listen = listen };
    require(endpoint_parse(span_of(listen), 0, &address) && serve_open(&o, &server, &why));
}

static void answer(struct exchange *x)
{
    const char *target = exchange_target(x);
    struct serve_head head = { .status = 200, .type = "text/plain", .etag = "\"x\"" };
    struct text body = { 0 };
    require(target[0] == '/');
    bool in_pieces = strlen(target) % 2;
    text_addf(&body, "%s", in_pieces ? "" : target);
    *exchange_answering(x) = in_pieces ? &pieces : NULL;
    pieces = 0;
    serve_answer(x, &head, &body, in_pieces);
}

static void serve_one(enum serve_event event, struct exchange *x)
{
    struct text piece = { 0 };
    if (event == SERVE_ASKED) {
        answer(x);
    } else if (event == SERVE_ROOM && ++pieces % 3 == 2) {
        serve_cut(x);
    } else if (event == SERVE_ROOM) {
        text_addf(&piece, "%*d", pieces * 1000, pieces);
        serve_add(x, &piece, pieces < 5);
    } else if (event == SERVE_OVER) {
        serve_forget(x);
    }
}

static void turns(void)
{
    for (int i = 0; i < TURNS; i++) {
        struct exchange *x;
        enum serve_event event;
        serve_turn(server, now);
        while ((event = serve_next(server, &x)) != SERVE_NOTHING)
            serve_one(event, x);
    }
}

static int dial(void)
{
    const struct linger at_once = { 1, 0 }; /* no port of ours is left waiting */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(fd >= 0 && connect(fd, &address.address.any, address.len) == 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return fd;
}

static void say(int fd, const void *bytes, size_t len)
{
    if (len && send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return; /* it was let go */
    turns();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char good[] = "GET /abc HTTP/1.0\r\n\r\n";
    char heard[4096];
    size_t first = size ? data[0] % size : 0;
    open_once();
    int fd = dial();
    say(fd, data, first);
    say(fd, data + first, size - first);
    now += size % 7 ? 10 : 40 * 1000;
    close(fd);
    turns();

    fd = dial();
    say(fd, good, strlen(good));
    ssize_t got = recv(fd, heard, sizeof heard, MSG_DONTWAIT);
    require(got > 0 && memmem(heard, (size_t)got, " 200 OK\r\n", 9));
    close(fd);
    turns();
    return 0;
}
