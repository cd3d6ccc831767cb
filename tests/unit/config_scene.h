/* What the tests of the configuration share: files to read, and a world in which secrets are kept.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"
#include "edge/config.h"

#define CANARY "canary-of-the-environment"

static inline const char *scene_variable(const char *name)
{
    return strcmp(name, "EBB_KEY") == 0     ? CANARY
        : strcmp(name, "EBB_PASSWORD") == 0 ? "p@ss word"
                                            : NULL;
}

struct scene {
    char folder[64];
    struct config_sources from;
};

static inline int scene_open(void **state)
{
    static struct scene s;
    snprintf(s.folder, sizeof s.folder, "/tmp/ebb-config-XXXXXX");
    if (!mkdtemp(s.folder))
        return -1;
    s.from = (struct config_sources){ .environment = scene_variable };
    *state = &s;
    return 0;
}

static inline int scene_close(void **state)
{
    struct scene *s = *state;
    char pattern[128];
    glob_t files;
    snprintf(pattern, sizeof pattern, "%s/*", s->folder);
    if (glob(pattern, 0, NULL, &files) == 0)
        for (size_t i = 0; i < files.gl_pathc; i++)
            unlink(files.gl_pathv[i]);
    globfree(&files);
    return rmdir(s->folder);
}

/* The path of a file in the scene's folder; lives until the next call. */
static inline const char *scene_path(const struct scene *s, const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    return path;
}

static inline const char *scene_write(const struct scene *s, const char *name, struct span content)
{
    const char *path = scene_path(s, name);
    own_file FILE *file = fopen(path, "wb");
    if (!file || fwrite(content.at, 1, content.len, file) != content.len)
        fail_msg("cannot write %s", path);
    return path;
}

/* Reads a configuration given as text; NULL when it is wrong, and then `ret_told` (may be NULL)
 * says why. */
static inline struct settings *scene_read(const struct scene *s, struct span yaml,
                                          struct text *ret_told)
{
    struct settings *settings = NULL;
    struct text told = { 0 };
    struct fault why;
    if (!config_load(scene_write(s, "ebb.yaml", yaml), &s->from, &settings, &told, &why)) {
        assert_null(settings);
        text_addf(&told, "%s\n", why.text);
    }
    if (ret_told)
        *ret_told = told;
    else
        text_done(&told);
    return settings;
}

/* Passes when the configuration is refused with these words in it. */
static inline void scene_refuses(const struct scene *s, struct span yaml, const char *words)
{
    struct text told = { 0 };
    struct settings *settings = scene_read(s, yaml, &told);
    if (settings || !strstr(text_z(&told), words))
        fail_msg("%.*s\nis not refused with: %s\nbut: %s", (int)yaml.len, yaml.at, words,
                 text_z(&told));
    text_done(&told);
}
