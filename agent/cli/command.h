/* A subcommand is one file around one const row; parsing, help and dispatch walk the rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/option.h"
#include "edge/config.h"

struct store;
struct writer;

/* Exit statuses, as documented in `ebb help`. */
enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILED = 1,   /* the work could not be done */
    EXIT_USAGE = 2,    /* the command line or the configuration is wrong */
    EXIT_UNKNOWN = 3,  /* no data to answer with */
    EXIT_WARNING = 10, /* `ebb audit` found something of this severity */
    EXIT_CRITICAL = 11,
};

enum needs {
    NEEDS_NOTHING = 0,
    NEEDS_SETTINGS = 1, /* configuration, checked */
    NEEDS_SECRETS = 2,  /* its keys and passwords must be readable too */
    NEEDS_STORE = 4,    /* the store, for reading */
};

enum { OPTIONS_MAX = 16, ARGUMENTS_MAX = 8 };

/* What a command is run with. All borrowed; settings and store are NULL when not asked for by
 * `needs`. */
struct context {
    const char *
        config_path; /* never NULL: the one that was named or found, else where a new one belongs */
    const struct settings *settings;
    struct store *store;
    struct writer *out;                       /* stdout */
    struct option_value options[OPTIONS_MAX]; /* in the order of the command's rows */
    const char *arguments[ARGUMENTS_MAX];
    size_t argument_count;
};

struct command {
    const char *name;
    const struct command *parent;     /* whose second word this is; NULL: it is a first word */
    const struct command *const *sub; /* its second words, ended by NULL; NULL: it has none */
    const char *arguments;            /* "TOKEN", "[FILE]"; "" for none */
    const char *help;                 /* one line */
    const char *example;              /* a whole command line */
    const char *statuses;             /* lines of help about exit statuses of its own; NULL: none */
    unsigned needs;                   /* enum needs */
    size_t arguments_min, arguments_max;
    const struct option_row *options;
    size_t option_count;
    enum exit_status (*run)(const struct context *c);
};

extern const struct command cmd_run, cmd_once, cmd_status, cmd_history, cmd_report, cmd_gate,
    cmd_alerts, cmd_audit, cmd_forecast, cmd_export, cmd_check, cmd_config, cmd_serve, cmd_sim,
    cmd_tokens, cmd_credits, cmd_metrics, cmd_version, cmd_help;

/* Every command in the order of help, ended by NULL. */
extern const struct command *const commands[];

enum { COMMAND_TITLE_BYTES = 40 };
const char *command_title(const struct command *c,
                          char out[COMMAND_TITLE_BYTES]); /* "status", "tokens list" */

/* Says "ebb: ..." on stderr, safe for a terminal, and returns `status`: failing is one line. */
enum exit_status complain(enum exit_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads and checks a configuration with the process's environment and credentials as sources; every
 * mistake in it is printed on stderr, `why` is the summary. */
MUST_CHECK bool settings_load(const char *path, enum secrets_wanted secrets, struct settings **ret,
                              struct fault *why);

/* TLS sessions can be decrypted only when EBB_SSLKEYLOGFILE asks for it. To be called before
 * anything else runs. */
void guard_tls_secrets(void);

/* Parses argv against the rows, opens what the row needs, runs it. Output that could not be written
 * is a failure. */
enum exit_status command_main(int argc, char **argv);
