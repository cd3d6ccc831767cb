/* What lies at the path of a database, looked at before SQLite gets it: SQLite rolls back journals,
 * copies WALs and makes side files on the word of a name alone, and waits for ever for a FIFO. */
#pragma once

#include "base/text.h"

enum file_state {
    FILE_ABSENT,
    FILE_UNFINISHED, /* empty, or what an interrupted first start of an older version left: nothing
                        was ever in it */
    FILE_OURS,
};

/* The path behind all symbolic links, of a file that need not exist yet; its folder must.
 * FAULT_FATAL. */
MUST_CHECK bool file_resolve(const char *path, struct text *ret, struct fault *why);

/* Opens it without waiting and without writing; *ret_fd is -1 when it is absent. Closing a
 * descriptor of a file drops every lock that SQLite holds on it in this process: close it before
 * SQLite opens the file, or after it closed it. FAULT_FATAL: not a regular file, not a database of
 * Ebb, of a version that is none, reached by a hard link that has no journal, or the files beside
 * it are not SQLite's. */
MUST_CHECK bool file_open(const char *path, bool for_writing, int *ret_fd, enum file_state *ret,
                          struct fault *why);

/* Keeps other writers away from the file itself, whatever its name, for as long as `fd` is open.
 * FAULT_FATAL. */
MUST_CHECK bool file_hold(int fd, const char *path, struct fault *why);

/* Gives the file its content whole or not at all: an absent or unfinished one is replaced.
 * FAULT_FATAL. */
MUST_CHECK bool file_create(const char *path, enum file_state was, struct span content,
                            struct fault *why);
