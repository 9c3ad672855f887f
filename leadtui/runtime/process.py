"""Who a process is, so that another one can tell whether it still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def identity() -> str:
    """Return host, boot, pid and the pid's start time: no other process, before or after, has the same."""
    return f"{socket.gethostname()}/{_boot()}/{os.getpid()}/{_start(os.getpid())}"


def pid_of(owner: str) -> int | None:
    """Return the pid in an identity, or None when it is none."""
    parts = owner.split("/")
    return int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else None


def is_known_dead(owner: str) -> bool:
    """Whether the process with this identity ran on this machine and is certainly gone."""
    parts = owner.split("/")
    pid = pid_of(owner)
    if pid is None or parts[0] != socket.gethostname():
        return False
    if parts[1] != _boot():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _start(pid) != parts[3]


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "-"


def _start(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot, or "-" where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return "-"
    # The name, in brackets, may hold blanks and brackets; a zombie has ended for everybody but its parent.
    fields = text.rpartition(")")[2].split()
    return fields[19] if fields and fields[0] != "Z" else "-"
