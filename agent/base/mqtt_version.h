/* The versions of MQTT that Ebb speaks, the one with more answers first. */
#pragma once

enum mqtt_version { MQTT_5, MQTT_311, MQTT_VERSIONS };

const char *mqtt_version_name(enum mqtt_version version); /* "5", "3.1.1" */
