/* A ring of rows; the oldest give way. */
#include "sim/request_log.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"

static void row_done(struct request_row *row)
{
    free(row->method);
    free(row->target);
    free(row->account);
}

struct request_row *request_log_add(struct request_log *log, struct request_row row)
{
    if (!log->rows)
        log->rows = xcalloc(REQUEST_LOG_ROWS, sizeof *log->rows);
    struct request_row *place = &log->rows[log->seen % REQUEST_LOG_ROWS];
    row_done(place);
    *place = row;
    place->number = ++log->seen;
    return place;
}

static void render_row(const struct request_row *row, struct text *out)
{
    char virtual[TIME_TEXT_BYTES];
    text_addf(out, "{\"number\":%" PRIu64 ",\"method\":", row->number);
    text_add_json(out, span_of(row->method));
    text_addf(out, ",\"path\":");
    text_add_json(out, span_of(row->target));
    text_addf(out, ",\"virtual\":\"%s\",\"real\":%" PRId64 ".%03d",
              calendar_format(row->virtual_s, virtual), row->real_ms / 1000,
              (int)(row->real_ms % 1000));
    text_addf(out, ",\"authorization\":%s,\"client_port\":%u,\"account\":",
              row->authorized ? "true" : "false", row->client_port);
    if (row->account)
        text_add_json(out, span_of(row->account));
    else
        text_addf(out, "null");
    text_addf(out, ",\"status\":%d,\"fault\":", row->status);
    if (row->sim_fault)
        text_add_json(out, span_of(row->sim_fault));
    else
        text_addf(out, "null");
    text_addf(out, "}");
}

void request_log_render(const struct request_log *log, uint64_t after, struct text *out)
{
    uint64_t oldest = log->seen > REQUEST_LOG_ROWS ? log->seen - REQUEST_LOG_ROWS : 0;
    uint64_t first = after > oldest ? after : oldest;
    text_addf(out, "{\"seen\":%" PRIu64 ",\"requests\":[", log->seen);
    for (uint64_t i = first; i < log->seen; i++) {
        text_addf(out, "%s", i > first ? "," : "");
        render_row(&log->rows[i % REQUEST_LOG_ROWS], out);
    }
    text_addf(out, "]}");
}

void request_log_done(struct request_log *log)
{
    for (size_t i = 0; log->rows && i < REQUEST_LOG_ROWS; i++)
        row_done(&log->rows[i]);
    free(log->rows);
    *log = (struct request_log){ 0 };
}
