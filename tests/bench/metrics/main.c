/* What a scrape costs; see tests/bench/metrics.py.
 *
 *     metrics FILE NOW TIMES
 *
 * Reads the database as of NOW (Unix seconds) so many times, as a server does: a piece of work, its
 * bytes handed on, the next piece. Prints a JSON object: of the fastest time the CPU it took and
 * its longest piece, the bytes that came out, and the memory that the process had at most. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "edge/store.h"
#include "view/metrics.h"
#include "view/writer.h"

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct cost {
    double all_ms, first_ms, longest_ms;
    size_t bytes, pieces;
};

static void die(const struct fault *why)
{
    fprintf(stderr, "%s\n", why->text);
    exit(1);
}

static struct cost scrape(struct store *s, unix_s now)
{
    const struct metrics_query q = { .now = now, .tokens_max = METRICS_TOKENS_MAX };
    struct cost c = { 0 };
    struct metrics *m;
    struct writer w;
    struct fault why;
    bool more = true;
    double began = cpu_ms(), before = began;
    writer_init(&w, NULL, NULL);
    if (!metrics_open(s, &q, &m, &why))
        die(&why);
    for (c.first_ms = c.longest_ms = cpu_ms() - before; more; c.pieces++) {
        before = cpu_ms();
        if (!metrics_next(m, &w, &more, &why))
            die(&why);
        double took = cpu_ms() - before;
        c.longest_ms = took > c.longest_ms ? took : c.longest_ms;
        c.bytes += w.text.len;
        text_clear(&w.text);
    }
    metrics_close(m);
    writer_done(&w);
    c.all_ms = cpu_ms() - began;
    return c;
}

int main(int argc, char **argv)
{
    struct store *s;
    struct fault why;
    struct rusage used;
    if (argc != 4)
        return 2;
    if (!store_open(argv[1], STORE_READ, &s, &why))
        die(&why);
    struct cost best = { .all_ms = 1e9 };
    for (long left = strtol(argv[3], NULL, 10); left > 0; left--) {
        struct cost c = scrape(s, strtoll(argv[2], NULL, 10));
        best = c.all_ms < best.all_ms ? c : best;
    }
    store_close(s);
    getrusage(RUSAGE_SELF, &used);
    printf("{\"cpu_ms\": %.1f, \"open_ms\": %.1f, \"longest_piece_ms\": %.1f, \"pieces\": %zu, "
           "\"bytes\": %zu, \"peak_mb\": %.1f}\n",
           best.all_ms, best.first_ms, best.longest_ms, best.pieces, best.bytes,
           (double)used.ru_maxrss / 1024);
    return 0;
}
