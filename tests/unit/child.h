/* Programs that a test runs: to their end, or until they say that they are ready. They end with the
 * test. */
#pragma once

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    pid_t pid; /* 0: not running */
    int words; /* what it prints; read up to the sign of being ready */
};

static inline int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0
        || getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        abort();
    close(fd);
    return ntohs(address.sin_port);
}

/* Runs a shell command to its end; what it prints is dropped, its failure ends the test. */
static inline void run_shell(const char *command)
{
    char line[2048];
    snprintf(line, sizeof line, "(%s) >/dev/null 2>&1", command);
    if (system(line) != 0) {
        fprintf(stderr, "this failed: %s\n", command);
        abort();
    }
}

/* Reads until the child says `ready`; a child that ends before ends the test. */
static inline void child_await(struct child *c, const char *ready)
{
    char words[4096] = "";
    size_t len = 0;
    while (!strstr(words, ready)) {
        ssize_t got = read(c->words, words + len, sizeof words - 1 - len);
        if (got <= 0) {
            fprintf(stderr, "no \"%s\" was said, but: %s\n", ready, words);
            abort();
        }
        len += (size_t)got;
        words[len] = '\0';
    }
}

/* Starts `program` with the arguments of a shell line, so that the child is the program itself. */
static inline struct child child_start(const char *command, const char *ready)
{
    char line[1024];
    int ends[2];
    struct child c;
    snprintf(line, sizeof line, "exec %s", command);
    if (pipe(ends) < 0)
        abort();
    c.pid = fork();
    if (c.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    c.words = ends[0];
    child_await(&c, ready);
    return c;
}

static inline void child_kill(struct child *c)
{
    if (c->pid == 0)
        return;
    kill(c->pid, SIGKILL);
    waitpid(c->pid, NULL, 0);
    close(c->words);
    c->pid = 0;
}

/* A new folder under /tmp; `ret` has room for 64 bytes. */
static inline void make_folder(char *ret)
{
    snprintf(ret, 64, "/tmp/ebb-test-XXXXXX");
    if (!mkdtemp(ret))
        abort();
}

static inline void remove_folder(const char *folder)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    run_shell(line);
}

/* Writes cert.pem, its own authority, and key.pem; the name is "IP:..." or "DNS:...". */
static inline void make_certificate(const char *folder, const char *alternative_name)
{
    char line[512];
    snprintf(
        line, sizeof line,
        "cd '%s' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        " -subj /CN=ebb-test -addext subjectAltName=%s -keyout key.pem -out cert.pem",
        folder, alternative_name);
    run_shell(line);
}
