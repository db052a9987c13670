"""Names by which processes own work, such that others can tell when an owner is gone."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path


def owner_name() -> str:
    """A name for something in this process, different from every other one."""
    return f"{_place()}:{os.getpid()}:{_started(os.getpid())}:{secrets.token_hex(8)}"


def _place() -> str:
    """This machine and, in a container, its own view of processes."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()}{namespace}".replace(":", "")


def _started(process: int) -> str | None:
    """What tells a process from a later one of the same number; None when it does not run."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else ""
    except (OSError, IndexError):
        return ""


def is_gone(owner: str | None) -> bool:
    """Whether an owner is certainly gone: a process of this machine that does not run any more."""
    if owner is None:
        return True
    place, process, started, _ = owner.split(":")
    return place == _place() and _started(int(process)) not in (started, "")
