"""clang-tidy over the sources of the program, as .clang-tidy says.

    python3 tests/tidy.py BUILD [--all]

Without --all, the files that were changed last come first, and none is begun once half a minute is over: the whole
takes several. `cmake --build BUILD --target tidy` looks at all of them. CLANG_TIDY names the program where it is not
the system's.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUDGET_S = 25


def sources(build):
    """Each once, though tests compile some again. The tables of the model are numbers and nothing else."""
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]).resolve() for command in commands}
    return {f for f in files if ROOT / "agent" in f.parents and f.parent.name != "model"}


def newest_first(files):
    """What is not committed, then by commit; in a tree without history, by name."""
    def names(*command):
        said = subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, text=True, check=False)
        return [ROOT / line for line in said.stdout.splitlines() if line]
    order = names("diff", "--name-only", "HEAD") + names("log", "-n", "40", "--name-only", "--format=")
    place = {file: number for number, file in reversed(list(enumerate(order)))}
    return sorted(files, key=lambda f: (place.get(f, len(order)), str(f)))


def look_at(file, build, until):
    if time.monotonic() > until:
        return None
    program = os.environ.get("CLANG_TIDY", "clang-tidy")
    ran = subprocess.run([program, "--quiet", "-p", str(build), str(file)], capture_output=True, text=True, check=False)
    found = re.findall(r"^.*(?:warning|error): .*$", ran.stdout, re.M)
    return found or ([f"{file}: clang-tidy failed: {ran.stderr.strip()}"] if ran.returncode else [])


options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
options.add_argument("build", type=pathlib.Path)
options.add_argument("--all", action="store_true")
given = options.parse_args()
until = float("inf") if given.all else time.monotonic() + BUDGET_S
files = newest_first(sources(given.build))
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    results = list(pool.map(lambda file: look_at(file, given.build, until), files))
looked_at = [result for result in results if result is not None]
findings = sorted({line.removeprefix(f"{ROOT}/") for result in looked_at for line in result})
print("\n".join(findings) or "nothing found", f"in {len(looked_at)} of {len(files)} files")
sys.exit(bool(findings))
