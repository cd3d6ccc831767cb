"""The rules of the house, checked on the sources:

* Includes point downwards, floor by floor (MAY_INCLUDE).
* An edge is edge/NAME.h, which is all that others may include of it, and the folder edge/NAME, where all else is. The
  header may be made of several in the folder, which it includes. Edges do not know each other. Tests may look inside.
* The header of a library is included by one file (DOORS).
* Only commands know stdout: what is below them writes into a writer, which may be a server's.
* Lines are short, and C is formatted as .clang-format says.

    python3 tests/house.py [ROOT]
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1])
AGENT = ROOT / "agent"

# Floor by floor: what a file there may include of ours. A view is handed rows by the store, so it knows the edges.
MAY_INCLUDE = {
    "base": {"base"},
    "core": {"core", "base"},
    "edge": {"edge", "core", "base", "sql", "sql_columns", "sql_schema"},
    "sim": {"sim", "core", "base"},
    "view": {"view", "edge", "core", "base", "assets"},
    "provider": {"provider", "edge", "core", "base"},
    "api": {"api", "provider", "edge", "core", "base"},
    "web": {"web", "view", "edge", "core", "base"},
    "daemon": {"daemon", "web", "view", "api", "provider", "edge", "core", "base"},
    "cli": {"cli", "sim", "daemon", "web", "view", "api", "provider", "edge", "core", "base"},
    "main": {"cli"},
}

# Library header -> the only files that may include it; sim/ is a world of its own.
DOORS = {
    "curl/curl.h": {"edge/fetch/transfer.h"},
    "cjson/cJSON.h": {"provider/json.h", "sim/json.c"},
    "sqlite3.h": {"edge/store/sqlite.c"},
    "mosquitto.h": {"edge/publish/client.c"},
    "mqtt_protocol.h": {"edge/publish/client.c"},
    "libfyaml.h": {"edge/config/yaml.c", "sim/yaml.c"},
    "microhttpd.h": {"edge/serve/http.c", "sim/server.c"},
    "crypt.h": {"edge/serve/logins.c"},
}
LIBRARY = re.compile(r"^(curl/|cjson/|sqlite3|mosquitto|mqtt_protocol|libfyaml|microhttpd|crypt\.h)")
INCLUDE = re.compile(r'^\s*#include\s+([<"])([^>"]+)[>"]', re.M)

STDOUT = re.compile(r"\bstdout\b|\b(?:printf|puts|putchar|vprintf)\(")
KNOW_STDOUT = {"cli", "sim"}

COLUMNS_MAX = {".c": 100, ".h": 100, ".py": 120, ".sql": 120, ".cmake": 120, ".txt": 120}
# May be wider: what a program wrote, and migrations that were released and so stay as they are, to the byte.
WIDE = {
    "agent/core/forecast/model/near_table.c",
    "agent/core/forecast/model/reset_table.c",
    "agent/core/forecast/model/table.c",
    "sql/migrations/0001_tables.sql",
    "sql/migrations/0003_money.sql",
    "sql/migrations/0004_views.sql",
}


def floor_of(path):
    """A floor is a folder, or the one file of that name: main.c, the generated sql.h and its like."""
    return path.split("/")[0].split(".")[0]


def edge_of(path):
    """edge/store/load.c and edge/store.h are one edge."""
    return path.split("/")[1].split(".")[0]


def misplaced():
    """An edge is one header with a folder of its name, and nothing else."""
    edge = AGENT / "edge"
    for file in sorted(edge.iterdir()):
        partner = file.with_suffix("") if file.suffix == ".h" else file.with_suffix(".h")
        if not (file.is_dir() or file.suffix == ".h") or not partner.exists():
            yield f"edge/{file.name}: an edge is edge/NAME.h and the folder edge/NAME"


def may_know_edge(here, target):
    if floor_of(here) == "edge":
        return edge_of(here) == edge_of(target)
    return target.count("/") == 1


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
                elif floor_of(target) == "edge" and not may_know_edge(here, target):
                    yield f"{here} includes {target}: of an edge others see edge/NAME.h alone, and edges see no other"


def writes_to_stdout():
    for file in sorted(AGENT.rglob("*.[ch]")):
        here = file.relative_to(AGENT).as_posix()
        if floor_of(here) in KNOW_STDOUT:
            continue
        code = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), file.read_text(), flags=re.S)
        for number, line in enumerate(code.splitlines(), 1):
            if STDOUT.search(line):
                yield f"{here}:{number} writes to stdout: a writer may be somebody else's"


def wide_lines():
    for folder in "agent", "tests", "tools", "sql", "cmake", "grafana", "packaging":
        for file in sorted((ROOT / folder).rglob("*")):
            here = file.relative_to(ROOT).as_posix()
            most = COLUMNS_MAX.get(file.suffix)
            if most is None or here in WIDE or (file.suffix == ".txt" and file.name != "CMakeLists.txt"):
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if len(line) > most:
                    yield f"{here}:{number} has {len(line)} columns: {most} at most"


def unformatted():
    """What clang-format would write otherwise. CLANG_FORMAT names the program where it is not the system's."""
    files = [str(f) for folder in ("agent", "tests") for f in sorted((ROOT / folder).rglob("*.[ch]"))
             if f.relative_to(ROOT).as_posix() not in WIDE]
    program = os.environ.get("CLANG_FORMAT", "clang-format")
    said = subprocess.run([program, "--dry-run", *files], capture_output=True, text=True, check=True, cwd=ROOT).stderr
    for line in said.splitlines():
        if "[-Wclang-format-violations]" in line:
            yield line.removeprefix(f"{ROOT}/")


found = [*misplaced(), *wrong_includes(), *writes_to_stdout(), *wide_lines(), *unformatted()]
print("\n".join(found) or "the house is in order")
sys.exit(bool(found))
