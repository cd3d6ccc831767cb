/* What must hold between the keys of one section, beyond each key's own type. They add to the
 * reader's mistakes. `fields` is the struct of the section. */
#pragma once

#include "edge/config/reader.h"
#include "edge/config/yaml.h"

void check_settings(struct reader *r, const struct node *map, void *fields);
void check_account(struct reader *r, const struct node *map, void *fields);
void check_mqtt(struct reader *r, const struct node *map, void *fields);
void check_tls(struct reader *r, const struct node *map, void *fields);
void check_http(struct reader *r, const struct node *map, void *fields);
void check_audit(struct reader *r, const struct node *map, void *fields);
void check_rule(struct reader *r, const struct node *map, void *fields);
