/* A real mosquitto on a free loopback port, and an ear that tells what it was sent. */
#pragma once

#include <arpa/inet.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

struct real_broker {
    char folder[64];
    int port;
    pid_t pid;     /* 0: not running */
    int log;       /* what the broker prints; read up to "running" */
};

static inline int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0
        || getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        abort();
    close(fd);
    return ntohs(address.sin_port);
}

/* Runs a program to its end; arguments as for execvp. */
static inline void run_program(const char *const *argv)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *copy[32] = { 0 };
        for (size_t i = 0; argv[i]; i++)
            copy[i] = strdup(argv[i]);
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        execvp(copy[0], copy);
        _exit(127);
    }
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "%s failed: %d\n", argv[0], status);
        abort();
    }
}

/* Reads what the broker prints up to the word that says that it listens. */
static inline void broker_await(struct real_broker *b)
{
    char words[4096] = "";
    size_t len = 0;
    while (!strstr(words, "running")) {
        ssize_t got = read(b->log, words + len, sizeof words - 1 - len);
        if (got <= 0) {
            fprintf(stderr, "mosquitto does not start: %s\n", words);
            abort();
        }
        len += (size_t)got;
        words[len] = '\0';
    }
}

static inline void broker_run(struct real_broker *b)
{
    char config[128];
    int ends[2];
    snprintf(config, sizeof config, "%s/broker.conf", b->folder);
    if (pipe(ends) < 0)
        abort();
    b->pid = fork();
    if (b->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDERR_FILENO); /* its stdout would be buffered */
        close(ends[0]);
        close(ends[1]);
        execl("/usr/sbin/mosquitto", "mosquitto", "-c", config, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    b->log = ends[0];
    broker_await(b);
}

/* Writes the configuration; `more` is added to it. */
static inline struct real_broker broker_new(const char *more)
{
    struct real_broker b = { .port = free_port() };
    snprintf(b.folder, sizeof b.folder, "/tmp/ebb-test-XXXXXX");
    char path[128];
    if (!mkdtemp(b.folder))
        abort();
    snprintf(path, sizeof path, "%s/broker.conf", b.folder);
    FILE *f = fopen(path, "w");
    if (!f)
        abort();
    fprintf(f, "listener %d 127.0.0.1\npersistence false\nlog_dest stderr\nuser root\n%s\n", b.port, more);
    fclose(f);
    return b;
}

static inline void broker_stop(struct real_broker *b)
{
    if (b->pid == 0)
        return;
    kill(b->pid, SIGKILL);
    waitpid(b->pid, NULL, 0);
    close(b->log);
    b->pid = 0;
}

static inline void broker_free(struct real_broker *b)
{
    broker_stop(b);
    run_program((const char *const[]){ "rm", "-rf", b->folder, NULL });
}

/* Subscribed to everything; `heard` has a line "topic=payload" for each message, with " (retained)" where so. */
struct ear {
    struct mosquitto *client;
    bool subscribed;
    struct text heard;
};

static inline void ear_on_subscribe(struct mosquitto *client, void *context, int mid, int count, const int *granted)
{
    (void)client, (void)mid, (void)count, (void)granted;
    ((struct ear *)context)->subscribed = true;
}

static inline void ear_on_message(struct mosquitto *client, void *context, const struct mosquitto_message *m)
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
