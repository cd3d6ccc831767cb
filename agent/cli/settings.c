/* The one place that reads the environment for the configuration: where the file is, and what it
 * may refer to. */
#include "cli/settings.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/private.h"
#include "cli/command.h"
#include "edge/config.h"

static const char system_path[] = "/etc/ebb/ebb.yaml";

/* NULL when unset or empty. */
static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static bool user_path(struct text *ret)
{
    const char *folder = environment("XDG_CONFIG_HOME"), *home = environment("HOME");
    text_clear(ret);
    if (folder)
        text_addf(ret, "%s/ebb/ebb.yaml", folder);
    else if (home)
        text_addf(ret, "%s/.config/ebb/ebb.yaml", home);
    return folder || home;
}

static bool is_file(const char *path)
{
    return access(path, F_OK) == 0;
}

bool config_find(struct text *ret_path)
{
    const char *named = environment("EBB_CONFIG");
    if (named) {
        text_clear(ret_path);
        text_add(ret_path, span_of(named));
        return true;
    }
    bool has_home = user_path(ret_path);
    if (has_home && is_file(text_z(ret_path)))
        return true;
    if (has_home && !is_file(system_path))
        return false;
    text_clear(ret_path);
    text_add(ret_path, span_of(system_path));
    return is_file(system_path);
}

/* libcurl writes the secrets of TLS sessions, and so the API's key for whoever recorded the
 * traffic, to the file that SSLKEYLOGFILE names. A variable that was meant for a browser must not
 * do that here; ours does. */
void guard_tls_secrets(void)
{
    const char *wanted = environment("EBB_SSLKEYLOGFILE");
    unsetenv("SSLKEYLOGFILE");
    if (wanted && setenv("SSLKEYLOGFILE", wanted, 1) == 0)
        log_warning("EBB_SSLKEYLOGFILE is set: TLS session secrets are written to %s", wanted);
}

bool settings_load(const char *path, enum secrets_wanted secrets, struct settings **ret,
                   struct fault *why)
{
    const struct config_sources from = {
        .environment = environment,
        .credentials_directory = environment("CREDENTIALS_DIRECTORY"),
        .secrets = secrets,
    };
    struct text diagnostics = { 0 };
    if (secrets != SECRETS_NONE)
        memory_keep_private();
    bool ok = config_load(path, &from, ret, &diagnostics, why);
    if (!ok)
        log_text((struct span){ text_z(&diagnostics), diagnostics.len });
    text_done(&diagnostics);
    return ok;
}
