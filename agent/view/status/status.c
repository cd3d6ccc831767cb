/* The order of the parts: people see tokens first, programs what they are read by. */
#include "view/status/status.h"

#include "core/calendar.h"
#include "view/accuracy.h"

struct cell status_ago(const struct cell *at, const char *never, unix_s now, struct text *room)
{
    char age[DURATION_TEXT_BYTES];
    if (at->kind != CELL_INTEGER)
        return cell_text(never);
    text_clear(room);
    text_addf(room, "%s ago", duration_format(seconds_between(at->integer, now), age));
    return cell_text(text_z(room));
}

static bool show_accuracy(struct store *s, const struct status_view *view, struct writer *w,
                          struct fault *why)
{
    const struct query_filter scope = query_at(view->now, view->account);
    size_t rows;
    return w->format == FORMAT_JSON ? record_table(s, &scope, w, &rows, why)
                                    : record_lines(s, &scope, w, why);
}

static void name_on_its_line(struct writer *w, const char *name)
{
    json_line(&w->json, 0);
    json_name(&w->json, name);
}

/* Members of an object that is open. */
static bool add_accounts(struct store *s, const struct status_view *view, struct writer *w,
                         struct status_seen *ret, struct fault *why)
{
    name_on_its_line(w, "accounts");
    if (!status_accounts(s, view, w, &ret->accounts, why))
        return false;
    name_on_its_line(w, "credits");
    if (!status_credits(s, view, w, why))
        return false;
    name_on_its_line(w, "forecasts");
    return show_accuracy(s, view, w, why);
}

static bool show_json(struct store *s, const struct status_view *view, struct writer *w,
                      struct status_seen *ret, struct fault *why)
{
    json_open_object(&w->json, NULL);
    calendar_add_json(&w->json, "at", view->now);
    if (!add_accounts(s, view, w, ret, why))
        return false;
    name_on_its_line(w, "tokens");
    if (!status_tokens(s, view, w, &ret->tokens, why))
        return false;
    name_on_its_line(w, "broker");
    if (!status_broker(s, view, w, why))
        return false;
    name_on_its_line(w, "store");
    if (!status_store(s, w, why))
        return false;
    json_close(&w->json);
    writer_add(w, "\n");
    return true;
}

bool status_accounts_show(struct store *s, const struct status_view *view, struct writer *w,
                          struct fault *why)
{
    struct status_seen seen;
    json_open_object(&w->json, NULL);
    if (!add_accounts(s, view, w, &seen, why))
        return false;
    json_close(&w->json);
    writer_add(w, "\n");
    writer_pass(w);
    return true;
}

static bool show_text(struct store *s, const struct status_view *view, struct writer *w,
                      struct status_seen *ret, struct fault *why)
{
    if (!status_tokens(s, view, w, &ret->tokens, why))
        return false;
    writer_add(w, "\n");
    if (!status_credits(s, view, w, why))
        return false;
    writer_add(w, "\n");
    if (!status_accounts(s, view, w, &ret->accounts, why) || !show_accuracy(s, view, w, why))
        return false;
    writer_add(w, "\n");
    return status_broker(s, view, w, why) && status_store(s, w, why);
}

bool status_show(struct store *s, const struct status_view *view, struct writer *w,
                 struct status_seen *ret, struct fault *why)
{
    bool ok = w->format == FORMAT_JSON ? show_json(s, view, w, ret, why)
                                       : show_text(s, view, w, ret, why);
    writer_pass(w);
    return ok;
}
