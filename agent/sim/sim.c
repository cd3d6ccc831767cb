/* Puts the parts together: scenario, world, server, and the signals that end it. */
#include "sim/sim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sim/server.h"
#include "sim/yaml.h"

static bool open_signals(int *ret_fd, struct fault *why)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    signal(SIGPIPE, SIG_IGN);
    int fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return fault(why, FAULT_FATAL, "signalfd: %s", strerror(errno));
    *ret_fd = fd;
    return true;
}

static bool tell_ready(const struct server *s, struct fault *why)
{
    unsigned port = server_port(s);
    printf("{\"port\":%u,\"url\":\"http://127.0.0.1:%u\"}\n", port, port);
    return fflush(stdout) == 0 || fault(why, FAULT_FATAL, "stdout: %s", strerror(errno));
}

static bool serve(const struct sim_options *options, struct world *w, int stop_fd,
                  struct fault *why)
{
    struct server *server = NULL;
    bool served = server_open(options->port, w, &server, why);
    if (served) {
        w->port = server_port(server);
        served = tell_ready(server, why) && server_serve(server, stop_fd, why);
    }
    server_close(server);
    return served;
}

bool sim_run(const struct sim_options *options, struct fault *why)
{
    struct world world = { 0 };
    int stop_fd = -1;
    bool served = open_signals(&stop_fd, why) && yaml_open_scenario(options, &world, why)
        && serve(options, &world, stop_fd, why);
    world_done(&world);
    if (stop_fd >= 0)
        close(stop_fd);
    return served;
}
