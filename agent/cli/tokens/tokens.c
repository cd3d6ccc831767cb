/* `ebb tokens`: the token API from the command line; each of its commands is a file of its own. */
#include "cli/tokens/tokens.h"

#include "cli/help.h"

static const struct command *const second_words[] = {
    &cmd_tokens_list,   &cmd_tokens_show,
    &cmd_tokens_create, &cmd_tokens_update,
    &cmd_tokens_delete, &cmd_tokens_rotate,
    &cmd_tokens_retire, &cmd_tokens_plan,
    &cmd_tokens_apply,  NULL,
};

static enum exit_status tokens_run(const struct context *c)
{
    help_command(&cmd_tokens, c->out);
    return EXIT_OK;
}

const struct command cmd_tokens = {
    .name = "tokens",
    .sub = second_words,
    .arguments = "",
    .help = "list, create, update, rotate and delete tokens; apply a fleet file",
    .example = "ebb tokens create prod-billing-api --balance 50.00 --secret-file billing.key",
    .needs = NEEDS_NOTHING,
    .run = tokens_run,
};
