"""A disk of a process's own, which is full, read-only or limited; it takes no rights and is gone with the process."""

import ctypes
import os
import resource
import subprocess
from pathlib import Path

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_FILL = "dd if=/dev/zero of=data/filler bs=1k 2> /dev/null"
FULL = f"mount -t tmpfs -o size=2m none data; cp seed/nija.db data; {_FILL}"
FULL_AND_EMPTY = "mount -t tmpfs -o size=100k none data"
READ_ONLY = "mount -t tmpfs none data; cp seed/nija.db data; mount -o remount,ro data"
#: Any machine can set a limit; the kernel refuses what goes beyond it as it does on a full disk.
LIMITED = "cp seed/nija.db data"
MOUNTED = frozenset({FULL, FULL_AND_EMPTY, READ_ONLY})
_LIMIT_BYTES = 512


def take_disk(disk):
    """Let this process, which must have one thread, go on with such a disk at `data` in its folder."""
    if disk in MOUNTED:
        _leave_namespaces()
    subprocess.run(["/bin/sh", "-c", disk], check=False)
    if disk == LIMITED:
        resource.setrlimit(resource.RLIMIT_FSIZE, (_LIMIT_BYTES, _LIMIT_BYTES))


def _leave_namespaces():
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER | _CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, words in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        Path(f"/proc/self/{name}").write_text(words)
