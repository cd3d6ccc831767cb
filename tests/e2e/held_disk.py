"""A loss of power at its worst: nothing that no fsync had reached is there any more (held_disk.c)."""

import glob
import os
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).with_name("held_disk.c")


class HeldDisk:
    def __init__(self, daemon, folder):
        """The daemon, and its commands, write to a disk that holds back what lies in their folder."""
        self.root, self.log = daemon.database.path.parent, folder / "held.log"
        self.before = dict(daemon.environment)
        library = folder / "held_disk.so"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", library, SOURCE, "-ldl"], check=True)
        runtime = glob.glob("/usr/lib/gcc/*/*/libasan.so")[:1]
        daemon.environment.update({"LD_PRELOAD": ":".join([*runtime, str(library)]), "HELD_ROOT": str(self.root),
                                   "HELD_LOG": str(self.log), "ASAN_OPTIONS": "detect_leaks=0"})

    def _records(self):
        with open(self.log, "rb") as log:
            while line := log.readline():
                kind, inode, *rest = line.rstrip(b"\n").split(b" ", 2)
                if kind == b"W":
                    at, count, size = map(int, rest[0].split())
                    yield "W", int(inode), (at, log.read(count), size)
                else:
                    yield kind.decode(), int(inode), rest[0].decode().split("\t") if rest else None

    def lose_power(self):
        """After a kill; returns how many writes there were, and how many of them are undone."""
        unsynced, writes = [], 0
        for record in self._records():
            writes += record[0] == "W"
            if record[0] == "S":
                unsynced = [other for other in unsynced if other[1] != record[1]]
            else:
                unsynced.append(record)
        files = {os.stat(path).st_ino: path for path in self.root.rglob("*")}
        for kind, inode, what in reversed(unsynced):
            if kind == "N":
                if os.path.isdir(what[1]):
                    shutil.rmtree(what[1])
                elif os.path.exists(what[1]):
                    os.rename(what[1], what[0])
            elif inode in files and files[inode].exists():
                at, old, size = what
                with open(files[inode], "r+b") as file:
                    file.seek(at)
                    file.write(old)
                    file.truncate(size)
        self.log.unlink()
        for path in self.root.glob("*-shm"):
            path.unlink()
        return writes, len(unsynced)
