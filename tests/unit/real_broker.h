/* A real mosquitto on a free loopback port, and an ear that tells what it was sent. */
#pragma once

#include <mosquitto.h>

#include "base/text.h"
#include "child.h"

struct real_broker {
    char folder[64];
    int port;
    struct child child;
};

/* Writes the configuration, to which `more` is added. */
static inline struct real_broker broker_new(const char *more)
{
    struct real_broker b = { .port = free_port() };
    char path[128];
    make_folder(b.folder);
    snprintf(path, sizeof path, "%s/broker.conf", b.folder);
    FILE *f = fopen(path, "w");
    if (!f)
        abort();
    fprintf(f, "listener %d 127.0.0.1\npersistence false\nlog_dest stderr\nuser root\n%s\n", b.port,
            more);
    fclose(f);
    return b;
}

/* Its log goes to stderr, since its stdout would be buffered. */
static inline void broker_run(struct real_broker *b)
{
    char command[128];
    snprintf(command, sizeof command, "/usr/sbin/mosquitto -c %s/broker.conf", b->folder);
    b->child = child_start(command, "running");
}

static inline void broker_free(struct real_broker *b)
{
    child_kill(&b->child);
    remove_folder(b->folder);
}

/* Subscribed to everything; `heard` has a line "topic=payload" for each message, with " (retained)"
 * where so. */
struct ear {
    struct mosquitto *client;
    bool subscribed;
    struct text heard;
};

static inline void ear_on_subscribe(struct mosquitto *client, void *context, int mid, int count,
                                    const int *granted)
{
    (void)client, (void)mid, (void)count, (void)granted;
    ((struct ear *)context)->subscribed = true;
}

static inline void ear_on_message(struct mosquitto *client, void *context,
                                  const struct mosquitto_message *m)
{
    struct ear *e = context;
    (void)client;
    text_addf(&e->heard, "%s=%.*s%s\n", m->topic, m->payloadlen, (const char *)m->payload,
              m->retain ? " (retained)" : "");
}

static inline void ear_turn(struct ear *e)
{
    mosquitto_loop(e->client, 20, 1);
}

static inline void ear_open(struct ear *e, int port)
{
    *e = (struct ear){ .client = mosquitto_new(NULL, true, e) };
    mosquitto_subscribe_callback_set(e->client, ear_on_subscribe);
    mosquitto_message_callback_set(e->client, ear_on_message);
    if (mosquitto_connect(e->client, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS)
        abort();
    mosquitto_subscribe(e->client, NULL, "#", 1);
    while (!e->subscribed)
        ear_turn(e);
}

static inline void ear_close(struct ear *e)
{
    mosquitto_destroy(e->client);
    text_done(&e->heard);
}
