/* Members that payloads share. */
#pragma once

#include "base/json_write.h"
#include "edge/wire.h"

/* Opens the payload: schema and time. */
void wire_begin(struct json_out *j, unix_s at);
void wire_add_token(struct json_out *j, const char *account, const struct token *t);
void wire_add_member(struct json_out *j, const struct token *t);
void wire_add_burn(struct json_out *j, const struct burn_history *h);
/* State, exhaustion and runway; `f` NULL: of what has no balance to forecast. */
void wire_add_forecast(struct json_out *j, const struct forecast *f, unix_s at);
