/* Loads slice by slice, then writes piece by piece. */
#include "view/metrics.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/metrics/facts.h"
#include "view/metrics/format.h"
#include "view/standing.h"
#include "view/writer.h"

enum {
    SLICE_TOKENS = 256,      /* loaded at once */
    PIECE_BYTES = 64 * 1024, /* written at once, and one subject more */
    BY_PLAN = -1,            /* how old a reading may be: as the plan of the polls says */
};

const struct metric_rows *const metric_rows[] = {
    &metric_rows_of_agent,    &metric_rows_of_accounts,
    &metric_rows_of_requests, &metric_rows_of_alerts,
    &metric_rows_of_credits,  &metric_rows_of_tokens,
    &metric_rows_of_usage,    NULL,
};

/* Where the writing is: of a list of rows one family, of that one subject. */
struct place {
    const struct metric_rows *const *rows;
    size_t row, subject;
    bool headed; /* the family has a sample */
    struct metric_line lines[METRIC_VALUES_MAX];
};

struct metrics {
    struct store *store; /* borrowed */
    struct metrics_query query;
    struct query_filter scope;
    struct metric_facts facts;
    size_t parts; /* of the facts, that are loaded; then come credits and tokens */
    struct standing *tokens;
    struct query_filter alerts, usage; /* what is asked of them next */
    bool alerts_loaded, tokens_loaded, loaded;
    struct place at;
};

bool metrics_open(struct store *s, const struct metrics_query *q, struct metrics **ret,
                  struct fault *why)
{
    struct metrics *m = xcalloc(1, sizeof *m);
    m->store = s;
    m->query = *q;
    m->query.live = NULL;
    m->scope = m->alerts = m->usage = query_at(q->now, NULL);
    m->alerts.most = m->usage.most = SLICE_TOKENS;
    m->at.rows = metric_rows;
    if (!facts_begin(s, q, &m->facts, why)) {
        metrics_close(m);
        return false;
    }
    *ret = m;
    return true;
}

size_t metrics_bytes(const struct metrics *m)
{
    size_t bytes = m->facts.label_bytes;
    for (size_t of = 0; of < SUBJECTS; of++)
        bytes += m->facts.of[of].room * sizeof *m->facts.of[of].at;
    return bytes;
}

void metrics_close(struct metrics *m)
{
    if (!m)
        return;
    standing_end(m->tokens);
    facts_done(&m->facts);
    free(m);
}

static bool load_credits(struct metrics *m, struct fault *why)
{
    struct standing *credits;
    if (!standing_of_credits(m->store, &m->scope, BY_PLAN, &credits, why))
        return false;
    facts_take_credits(&m->facts, credits);
    standing_end(credits);
    return true;
}

static void end_tokens(struct metrics *m)
{
    struct metric_facts *f = &m->facts;
    int64_t left_out = f->living - (int64_t)f->of[SUBJECT_TOKEN].count;
    f->of[SUBJECT_AGENT].at[0].agent.tokens_left_out = left_out > 0 ? left_out : 0;
    f->whole = left_out <= 0;
    m->tokens_loaded = true;
}

static bool load_slice(struct metrics *m, struct fault *why)
{
    int64_t room = m->query.tokens_max - (int64_t)m->facts.of[SUBJECT_TOKEN].count;
    bool more;
    if (!standing_load(m->tokens, (size_t)(room < SLICE_TOKENS ? room : SLICE_TOKENS), &more, why))
        return false;
    facts_take_tokens(&m->facts, m->tokens, m->query.now);
    standing_forget(m->tokens);
    if (!more || room <= SLICE_TOKENS)
        end_tokens(m);
    return true;
}

static bool load_alerts(struct metrics *m, struct fault *why)
{
    bool more;
    if (!facts_load_alerts(m->store, &m->query, &m->alerts, &m->facts, &more, why))
        return false;
    m->alerts_loaded = !more;
    return true;
}

static bool load_usage(struct metrics *m, struct fault *why)
{
    bool more;
    if (!facts_load_usage(m->store, &m->usage, &m->facts, &more, why))
        return false;
    m->loaded = !more;
    return true;
}

static bool load(struct metrics *m, struct fault *why)
{
    if (m->parts < FACTS_PARTS)
        return facts_load(m->store, &m->query, m->parts++, &m->facts, why);
    if (!m->alerts_loaded)
        return load_alerts(m, why);
    if (!m->tokens)
        return load_credits(m, why)
            && standing_begin(m->store, &m->scope, BY_PLAN, &m->tokens, why);
    return m->tokens_loaded ? load_usage(m, why) : load_slice(m, why);
}

static size_t values_of(const struct metric *family)
{
    return family->by ? family->by->count : 1;
}

static void begin_family(struct metrics *m, const struct metric *family, struct text *out)
{
    metric_add_head(out, family, m->query.format);
    for (size_t i = 0; i < values_of(family); i++)
        m->at.lines[i] = metric_line_of(family, i);
    m->at.headed = true;
}

static void add_samples(struct metrics *m, const struct metric *family, const struct subject *s,
                        struct text *out)
{
    for (size_t i = 0; i < values_of(family); i++) {
        int64_t value = family->value(s, i);
        if (value == METRIC_ABSENT)
            continue;
        if (!m->at.headed)
            begin_family(m, family, out);
        metric_add_sample(out, &m->at.lines[i], s, value);
    }
}

/* Moves on to the next family when the subjects of this one are through. */
static void step(struct metrics *m, struct text *out)
{
    struct place *at = &m->at;
    const struct metric_rows *rows = *at->rows;
    const struct subjects *subjects = &m->facts.of[rows->of];
    if (at->subject < subjects->count) {
        add_samples(m, &rows->rows[at->row], &subjects->at[at->subject++], out);
        return;
    }
    at->subject = 0;
    at->headed = false;
    if (++at->row < rows->count)
        return;
    at->row = 0;
    at->rows++;
}

static void write_piece(struct metrics *m, struct text *out)
{
    size_t end = out->len + PIECE_BYTES;
    while (*m->at.rows && out->len < end)
        step(m, out);
    if (!*m->at.rows)
        metric_add_end(out, m->query.format);
}

bool metrics_next(struct metrics *m, struct writer *w, bool *ret_more, struct fault *why)
{
    if (!m->loaded) {
        *ret_more = true;
        return load(m, why);
    }
    write_piece(m, &w->text);
    *ret_more = *m->at.rows;
    return true;
}
