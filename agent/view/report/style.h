/* The style of the HTML report, as it stands in the page. */
#pragma once

extern const char report_style[];
