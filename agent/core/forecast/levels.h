/* The levels of a distribution that a forecast holds: 10, 25, 50, 75 and 90 %. */
#pragma once

enum { LEVELS_ASKED = 5, LEVEL_EARLY = 0, LEVEL_LIKELY = 2 };

extern const double asked_levels[LEVELS_ASKED];
