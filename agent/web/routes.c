/* Every path there is. Documented in docs/http.md; a test compares. */
#include "web/route.h"

const struct route routes[] = {
    { "/", "page: all tokens, the nearest exhaustion first", route_home },
    { "/token/{account}/{token}", "page: one token, its past and its forecast", route_token },
    { "/token", "the same, of `?account=` and `slug=`, for names that no path can hold",
      route_token },
    { "/alerts", "page: what fires, and what fired lately", route_alerts },
    { "/spend", "page: the report, by anything, over any period", route_spend },
    { "/spend.csv", "its rows as CSV", route_spend_csv },
    { "/accounts", "page: how the polls of each account go", route_accounts },
    { "/assets/{name}", "style sheet, script and icon of the pages", route_asset },
    { "/-/healthy", "200 as long as the program runs", route_healthy },
    { "/-/ready", "200 when what is shown is current, else 503 and why not", route_ready },
    { "/metrics", "every figure as Prometheus metrics, or OpenMetrics when asked for",
      route_metrics },
    { "/api/v1/accounts", "accounts: polls, credits, how good their forecasts have been",
      route_api_accounts },
    { "/api/v1/tokens", "tokens, the nearest exhaustion first", route_api_tokens },
    { "/api/v1/report", "what was spent, by token, environment, provider and more",
      route_api_report },
    { "/api/v1/openapi.yaml", "what these paths take and answer (OpenAPI 3.1)", route_api_openapi },
    { NULL, NULL, NULL },
};
