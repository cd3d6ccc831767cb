/* Base addresses of an API: https to anywhere, plain http to this machine only. */
#pragma once

#include "base/fault.h"
#include "base/span.h"

/* Checks scheme, host and port; nothing may follow but slashes, which are cut from `text`. User
 * names and passwords are refused. FAULT_REJECT: says what is wrong in words that follow "`url` ".
 */
MUST_CHECK bool url_check(struct span *text, struct fault *why);

/* True for letters, digits, dots, hyphens, and for an IPv6 address without brackets. */
bool host_is_valid(struct span host);
