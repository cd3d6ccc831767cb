"""The rules of the house, checked on the sources: includes point downwards, each library has one door, secrets none.

    python3 tests/house.py [ROOT]
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1])
AGENT = ROOT / "agent"

# Floor by floor: what a file there may include of ours. The wiring (agent.c and its stages) is between cli and edge.
MAY_INCLUDE = {
    "base": {"base"},
    "core": {"core", "base"},
    "edge": {"edge", "core", "base", "sql"},
    "sim": {"sim", "core", "base"},
    "wiring": {"wiring", "edge", "core", "base"},
    "cli": {"cli", "sim", "wiring", "edge", "core", "base"},
    "main": {"cli"},
}

# Library header -> the only files that may include it; sim/ is a world of its own.
DOORS = {
    "curl/curl.h": {"edge/fetch.c"},
    "cjson/cJSON.h": {"edge/wire/json.h", "sim/json.c"},
    "sqlite3.h": {"edge/store/sqlite.c"},
    "mosquitto.h": {"edge/publish.c"},
    "libfyaml.h": {"edge/config/yaml.c", "sim/yaml.c"},
    "microhttpd.h": {"sim/server.c"},
}
LIBRARY = re.compile(r"^(curl/|cjson/|sqlite3|mosquitto|libfyaml|microhttpd)")
INCLUDE = re.compile(r'^\s*#include\s+([<"])([^>"]+)[>"]', re.M)


def floor_of(path):
    parts = path.split("/")
    if len(parts) == 1:
        return "main" if path == "main.c" else "sql" if path == "sql.h" else "wiring"
    return parts[0]


def edge_of(path):
    """edge/store/load.c and edge/store.h and edge/archive.h are one edge, edge/fetch.c another."""
    name = path.split("/")[1].split(".")[0]
    return {"archive": "store", "fleet_file": "config"}.get(name, name)


def complaints():
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


found = list(complaints())
print("\n".join(found) or "the house is in order")
sys.exit(bool(found))
