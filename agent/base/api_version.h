/* The versions of the token API that an account may be asked in; `auto` goes by its key. */
#pragma once

enum api_version { API_AUTO, API_V2, API_V3, API_VERSIONS };

const char *api_version_name(enum api_version version); /* "auto", "v2", "v3" */
