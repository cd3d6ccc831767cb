/* Read from /proc, as every exporter of process_* metrics does, so that the figures compare. */
#include "base/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { NOT_KNOWN = -1, FIELD_STARTED = 22 }; /* of /proc/self/stat, counted from 1 */

static int64_t cpu_ns(void)
{
    struct timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return NOT_KNOWN;
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static void read_memory(struct process_usage *p)
{
    int64_t pages = 0, resident = 0, page_bytes = sysconf(_SC_PAGESIZE);
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return;
    if (fscanf(f, "%" SCNd64 " %" SCNd64, &pages, &resident) == 2) {
        p->virtual_bytes = pages * page_bytes;
        p->resident_bytes = resident * page_bytes;
    }
    fclose(f);
}

static int64_t open_fds(void)
{
    int64_t count = 0;
    DIR *d = opendir("/proc/self/fd");
    if (!d)
        return NOT_KNOWN;
    for (const struct dirent *e = readdir(d); e; e = readdir(d))
        count += e->d_name[0] != '.';
    closedir(d);
    return count - 1; /* the one that counts */
}

static int64_t max_fds(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return NOT_KNOWN;
    return (int64_t)limit.rlim_cur;
}

static int64_t boot_time(void)
{
    char line[256];
    int64_t at = NOT_KNOWN;
    FILE *f = fopen("/proc/stat", "re");
    while (f && at == NOT_KNOWN && fgets(line, sizeof line, f))
        if (sscanf(line, "btime %" SCNd64, &at) != 1)
            at = NOT_KNOWN;
    if (f)
        fclose(f);
    return at;
}

/* The name of the program, which may hold anything, ends at the last parenthesis. */
static int64_t started_ticks(void)
{
    char line[1024];
    int64_t ticks = NOT_KNOWN;
    FILE *f = fopen("/proc/self/stat", "re");
    size_t len = f ? fread(line, 1, sizeof line - 1, f) : 0;
    line[len] = '\0';
    char *at = strrchr(line, ')');
    for (int field = 2; at && field < FIELD_STARTED; field++)
        at = strchr(at + 1, ' ');
    if (at && sscanf(at, " %" SCNd64, &ticks) != 1)
        ticks = NOT_KNOWN;
    if (f)
        fclose(f);
    return ticks;
}

static int64_t started_at(void)
{
    int64_t boot = boot_time(), ticks = started_ticks(), per_s = sysconf(_SC_CLK_TCK);
    return boot < 0 || ticks < 0 || per_s <= 0 ? NOT_KNOWN : boot + ticks / per_s;
}

struct process_usage process_usage(void)
{
    struct process_usage p = { .resident_bytes = NOT_KNOWN, .virtual_bytes = NOT_KNOWN };
    read_memory(&p);
    p.cpu_ns = cpu_ns();
    p.open_fds = open_fds();
    p.max_fds = max_fds();
    p.started_at = started_at();
    return p;
}
