/* The second words of `ebb tokens`, in the order of help. */
#pragma once

#include "cli/command.h"

extern const struct command cmd_tokens_list, cmd_tokens_show, cmd_tokens_create, cmd_tokens_update,
    cmd_tokens_delete, cmd_tokens_rotate, cmd_tokens_retire, cmd_tokens_plan, cmd_tokens_apply;
