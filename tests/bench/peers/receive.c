/* Prints a line for each MQTT message on its arrival: Unix time and topic; "ready" once subscribed.
 *
 *     receive PORT TOPIC */
#include <mosquitto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void connected(struct mosquitto *m, void *topic, int failed)
{
    if (!failed)
        mosquitto_subscribe(m, NULL, topic, 1);
}

static void subscribed(struct mosquitto *m, void *topic, int id, int count, const int *qos)
{
    (void)m, (void)topic, (void)id, (void)count, (void)qos;
    puts("ready");
    fflush(stdout);
}

static void received(struct mosquitto *m, void *topic, const struct mosquitto_message *message)
{
    struct timespec t;
    (void)m, (void)topic;
    clock_gettime(CLOCK_REALTIME, &t);
    printf("%ld.%06ld %s\n", (long)t.tv_sec, t.tv_nsec / 1000, message->topic);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fprintf(stderr, "usage: receive PORT TOPIC\n"), 2;
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new(NULL, true, argv[2]);
    mosquitto_connect_callback_set(m, connected);
    mosquitto_subscribe_callback_set(m, subscribed);
    mosquitto_message_callback_set(m, received);
    if (mosquitto_connect(m, "127.0.0.1", (int)strtol(argv[1], NULL, 10), 60))
        return fprintf(stderr, "receive: no broker on port %s\n", argv[1]), 1;
    return mosquitto_loop_forever(m, -1, 1);
}
