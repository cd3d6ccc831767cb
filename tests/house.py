"""The rules of the house, checked on the sources: includes point downwards, each library has one door, lines are short.

    python3 tests/house.py [ROOT]
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1])
AGENT = ROOT / "agent"

# Floor by floor: what a file there may include of ours. The daemon is between cli and edge.
MAY_INCLUDE = {
    "base": {"base"},
    "core": {"core", "base"},
    "edge": {"edge", "core", "base", "sql"},
    "sim": {"sim", "core", "base"},
    "daemon": {"daemon", "edge", "core", "base"},
    "cli": {"cli", "sim", "daemon", "edge", "core", "base"},
    "main": {"cli"},
}

# Library header -> the only files that may include it; sim/ is a world of its own.
DOORS = {
    "curl/curl.h": {"edge/fetch.c"},
    "cjson/cJSON.h": {"edge/wire/json.h", "sim/json.c"},
    "sqlite3.h": {"edge/store/sqlite.c"},
    "mosquitto.h": {"edge/publish/client.c"},
    "mqtt_protocol.h": {"edge/publish/client.c"},
    "libfyaml.h": {"edge/config/yaml.c", "sim/yaml.c"},
    "microhttpd.h": {"sim/server.c"},
}
LIBRARY = re.compile(r"^(curl/|cjson/|sqlite3|mosquitto|mqtt_protocol|libfyaml|microhttpd)")
INCLUDE = re.compile(r'^\s*#include\s+([<"])([^>"]+)[>"]', re.M)

COLUMNS_MAX = 120
SOURCES = {".c", ".h", ".py", ".sql", ".cmake"}
# May be wider: what a program wrote, and migrations that were released and so stay as they are, to the byte.
WIDE = {
    "agent/core/forecast/table.c",
    "sql/migrations/0001_tables.sql",
    "sql/migrations/0003_money.sql",
    "sql/migrations/0004_views.sql",
}


def floor_of(path):
    parts = path.split("/")
    if len(parts) == 1:
        return "sql" if path == "sql.h" else "main"
    return parts[0]


def edge_of(path):
    """edge/store/load.c and edge/store.h are one edge, edge/fetch.c another."""
    return path.split("/")[1].split(".")[0]


def wrong_includes():
    for file in sorted(AGENT.rglob("*.[ch]")):
        here = str(file.relative_to(AGENT))
        for kind, target in INCLUDE.findall(file.read_text()):
            if LIBRARY.match(target):
                if here not in DOORS.get(target, ()):
                    door = ", ".join(sorted(DOORS.get(target, ["nobody"])))
                    yield f"{here} includes <{target}>, whose door is {door}"
            elif kind == '"':
                if floor_of(target) not in MAY_INCLUDE[floor_of(here)]:
                    yield f"{here} includes {target}: {floor_of(here)} may not know {floor_of(target)}"
                elif floor_of(here) == floor_of(target) == "edge" and edge_of(here) != edge_of(target):
                    yield f"{here} includes {target}: edges do not know each other"


def wide_lines():
    for folder in "agent", "tests", "sql", "cmake":
        for file in sorted((ROOT / folder).rglob("*")):
            here = file.relative_to(ROOT).as_posix()
            if file.suffix not in SOURCES and file.name != "CMakeLists.txt":
                continue
            if here in WIDE:
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if len(line) > COLUMNS_MAX:
                    yield f"{here}:{number} has {len(line)} columns: {COLUMNS_MAX} at most"


found = [*wrong_includes(), *wide_lines()]
print("\n".join(found) or "the house is in order")
sys.exit(bool(found))
