/* A broker with one fault, on a free loopback port, in a thread of its own: small enough to be
 * wrong in ways that a real one is not. Start it, end the client, stop it. */
#pragma once

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum script {
    SCRIPT_TAKEN_OVER, /* in MQTT 5, right after the CONNACK */
    SCRIPT_311_REFUSES_5,
    SCRIPT_311_CLOSES_ON_5,
    SCRIPT_NEVER_ACKNOWLEDGES,
};

struct scripted_broker {
    int port, listener;
    pthread_t thread;
    struct scripted_play {
        enum script script;
        int listener;
    } * play;
};

static inline bool scripted_read(int fd, unsigned char *at, size_t len)
{
    for (ssize_t got; len; at += got, len -= (size_t)got)
        if ((got = read(fd, at, len)) <= 0)
            return false;
    return true;
}

/* One packet: its first byte, and the rest; false: the peer is gone. */
static inline bool scripted_packet(int fd, unsigned char *ret_head, unsigned char *body,
                                   size_t size, size_t *ret_len)
{
    size_t len = 0, shift = 0;
    unsigned char byte;
    if (!scripted_read(fd, ret_head, 1))
        return false;
    do {
        if (!scripted_read(fd, &byte, 1))
            return false;
        len |= (size_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    *ret_len = len;
    return len <= size && scripted_read(fd, body, len);
}

static inline void scripted_send(int fd, const unsigned char *bytes, size_t len)
{
    if (send(fd, bytes, len, MSG_NOSIGNAL) < 0)
        return;
}

/* False: the connection is to be closed. */
static inline bool scripted_answer(enum script script, int fd, unsigned char head,
                                   const unsigned char *body, size_t len)
{
    static const unsigned char accepted[] = { 0x20, 2, 0, 0 }, bad_version[] = { 0x20, 2, 0, 1 };
    static const unsigned char taken_over[] = {
        0x20, 3, 0, 0, 0, 0xe0, 2, 0x8e, 0
    };                           /* CONNACK and DISCONNECT */
    if ((head & 0xf0) == 0x10) { /* CONNECT: the level follows the name "MQTT" */
        bool five = body[6] == 5;
        if (five && script == SCRIPT_311_REFUSES_5)
            scripted_send(fd, bad_version, sizeof bad_version);
        if (five && (script == SCRIPT_311_REFUSES_5 || script == SCRIPT_311_CLOSES_ON_5))
            return false;
        scripted_send(fd, script == SCRIPT_TAKEN_OVER ? taken_over : accepted,
                      script == SCRIPT_TAKEN_OVER ? sizeof taken_over : sizeof accepted);
    }
    if ((head & 0xf0) == 0x80) { /* SUBSCRIBE */
        const unsigned char suback[] = { 0x90, 3, body[0], body[1], 1 };
        scripted_send(fd, suback, sizeof suback);
    }
    if ((head & 0xf0) == 0x30 && (head & 6)
        && script != SCRIPT_NEVER_ACKNOWLEDGES) { /* PUBLISH, QoS 1 */
        size_t id = 2 + ((size_t)body[0] << 8 | body[1]);
        const unsigned char puback[] = { 0x40, 2, body[id], body[id + 1] };
        if (id + 1 < len)
            scripted_send(fd, puback, sizeof puback);
    }
    return true;
}

static inline void *scripted_run(void *context)
{
    struct scripted_play *play = context;
    unsigned char head, body[4096];
    size_t len;
    for (int fd; (fd = accept(play->listener, NULL, NULL)) >= 0; close(fd))
        while (scripted_packet(fd, &head, body, sizeof body, &len)
               && scripted_answer(play->script, fd, head, body, len))
            ;
    free(play);
    return NULL;
}

static inline struct scripted_broker scripted_start(enum script script)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    struct scripted_broker b = { .listener = socket(AF_INET, SOCK_STREAM, 0),
                                 .play = malloc(sizeof *b.play) };
    if (!b.play || bind(b.listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(b.listener, 4) < 0
        || getsockname(b.listener, (struct sockaddr *)&address, &len) < 0)
        abort();
    b.port = ntohs(address.sin_port);
    *b.play = (struct scripted_play){ script, b.listener };
    if (pthread_create(&b.thread, NULL, scripted_run, b.play) != 0)
        abort();
    return b;
}

static inline void scripted_stop(struct scripted_broker *b)
{
    shutdown(b->listener, SHUT_RDWR);
    pthread_join(b->thread, NULL);
    close(b->listener);
}
