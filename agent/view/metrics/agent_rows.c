/* What is known of this program: the broker and its outbox, the database, and, of a running
 * daemon, its loop and its process. Names of the process are those that every exporter uses. */
#include "base/span.h"
#include "view/metrics/row.h"

static int64_t info(const struct subject *s, size_t place)
{
    (void)s, (void)place;
    return 1;
}

static int64_t left_out(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.tokens_left_out;
}

static int64_t connected(const struct subject *s, size_t place)
{
    (void)place;
    const struct live *l = &s->agent.live;
    return s->agent.is_running && l->mqtt_configured ? l->mqtt_connected : METRIC_ABSENT;
}

static int64_t connections(const struct subject *s, size_t place)
{
    (void)place;
    const struct live *l = &s->agent.live;
    return s->agent.is_running && l->mqtt_configured ? l->mqtt_connections : METRIC_ABSENT;
}

static int64_t outbox_events(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.outbox_events;
}

static int64_t outbox_bytes(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.outbox_bytes;
}

static int64_t outbox_oldest(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.outbox_oldest_at;
}

static int64_t refused(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.refused;
}

static int64_t delivered(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.delivered_at;
}

static int64_t store_bytes(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.store_bytes;
}

static int64_t store_free_bytes(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.store_free_bytes;
}

static int64_t journal_bytes(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.journal_bytes;
}

static int64_t writable(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.is_running ? s->agent.live.store_writable : METRIC_ABSENT;
}

static int64_t turns(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.is_running ? s->agent.live.loop_turns : METRIC_ABSENT;
}

static int64_t longest_turn(const struct subject *s, size_t place)
{
    (void)place;
    return s->agent.is_running ? s->agent.live.loop_longest_ms : METRIC_ABSENT;
}

/* What the kernel did not say is below zero. */
static int64_t of_process(const struct subject *s, int64_t value)
{
    return s->agent.is_running && value >= 0 ? value : METRIC_ABSENT;
}

static int64_t cpu(const struct subject *s, size_t place)
{
    (void)place;
    return of_process(s, s->agent.process.cpu_ns);
}

static int64_t resident(const struct subject *s, size_t place)
{
    (void)place;
    return of_process(s, s->agent.process.resident_bytes);
}

static int64_t virtual(const struct subject *s, size_t place)
{
    (void)place;
    return of_process(s, s->agent.process.virtual_bytes);
}

static int64_t open_fds(const struct subject *s, size_t place)
{
    (void)place;
    return of_process(s, s->agent.process.open_fds);
}

static int64_t max_fds(const struct subject *s, size_t place)
{
    (void)place;
    return of_process(s, s->agent.process.max_fds);
}

static int64_t started(const struct subject *s, size_t place)
{
    (void)place;
    return of_process(s, s->agent.process.started_at);
}

static const struct metric of_agent[] = {
    { "ebb_build_info", "Version of Ebb.", NULL, METRIC_INFO, METRIC_WHOLE, NULL, info },
    { "ebb_metrics_left_out_tokens", "Tokens left out of the metrics because of the limit.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, NULL, left_out },
    { "ebb_mqtt_connected", "1 if the broker is connected, else 0.", NULL, METRIC_GAUGE,
      METRIC_WHOLE, NULL, connected },
    { "ebb_mqtt_connections_total", "Connections to the broker since the daemon started.", NULL,
      METRIC_COUNTER, METRIC_WHOLE, NULL, connections },
    { "ebb_mqtt_outbox_messages", "Events queued for the broker.", NULL, METRIC_GAUGE, METRIC_WHOLE,
      NULL, outbox_events },
    { "ebb_mqtt_outbox_bytes", "Size of the queued events.", "bytes", METRIC_GAUGE, METRIC_WHOLE,
      NULL, outbox_bytes },
    { "ebb_mqtt_outbox_oldest_timestamp_seconds",
      "Time of the oldest queued event. Absent when none is queued.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, outbox_oldest },
    { "ebb_mqtt_refused_messages", "Messages refused by the broker.", NULL, METRIC_GAUGE,
      METRIC_WHOLE, NULL, refused },
    { "ebb_mqtt_last_delivery_timestamp_seconds", "Last acknowledgement from the broker.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, delivered },
    { "ebb_store_size_bytes", "Size of the database.", "bytes", METRIC_GAUGE, METRIC_WHOLE, NULL,
      store_bytes },
    { "ebb_store_free_bytes", "Free space inside the database.", "bytes", METRIC_GAUGE,
      METRIC_WHOLE, NULL, store_free_bytes },
    { "ebb_store_journal_bytes", "Size of the database journal (WAL).", "bytes", METRIC_GAUGE,
      METRIC_WHOLE, NULL, journal_bytes },
    { "ebb_store_writable", "1 if the last write to the database succeeded, else 0.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, NULL, writable },
    { "ebb_loop_turns_total", "Turns of the event loop.", NULL, METRIC_COUNTER, METRIC_WHOLE, NULL,
      turns },
    { "ebb_loop_longest_turn_seconds", "Longest turn of the event loop since the daemon started.",
      "seconds", METRIC_GAUGE, METRIC_MILLI, NULL, longest_turn },
    { "process_cpu_seconds_total", "User and system CPU time of the daemon.", "seconds",
      METRIC_COUNTER, METRIC_NANO, NULL, cpu },
    { "process_resident_memory_bytes", "Resident memory of the daemon.", "bytes", METRIC_GAUGE,
      METRIC_WHOLE, NULL, resident },
    { "process_virtual_memory_bytes", "Virtual memory of the daemon.", "bytes", METRIC_GAUGE,
      METRIC_WHOLE, NULL, virtual },
    { "process_open_fds", "Open file descriptors of the daemon.", NULL, METRIC_GAUGE, METRIC_WHOLE,
      NULL, open_fds },
    { "process_max_fds", "Limit of open file descriptors of the daemon.", NULL, METRIC_GAUGE,
      METRIC_WHOLE, NULL, max_fds },
    { "process_start_time_seconds", "Start time of the daemon process.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, started },
};

const struct metric_rows metric_rows_of_agent = { SUBJECT_AGENT, of_agent, COUNT(of_agent) };
