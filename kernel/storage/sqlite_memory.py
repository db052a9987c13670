"""How SQLite keeps its memory, for the whole process."""

from __future__ import annotations

import _sqlite3
import ctypes

_MEMSTATUS = 9
"""`SQLITE_CONFIG_MEMSTATUS`"""


def stop_counting() -> bool:
    """Keep SQLite from counting its memory; whether it could be told.

    It counts under one lock for all connections, which it takes for every piece of memory: several
    readers then spend most of their time waiting for one another. Only before the first connection
    of a process is opened, since SQLite has to be shut down for it.
    """
    try:
        library = ctypes.CDLL(_sqlite3.__file__)  # finds what the module itself is linked with
        shut_down, configure, begin = (
            library.sqlite3_shutdown,
            library.sqlite3_config,
            library.sqlite3_initialize,
        )
    except (AttributeError, OSError):  # it is built into Python, or hides its functions
        return False
    configure.argtypes = [ctypes.c_int]  # what follows is of variable length
    if shut_down() != 0:
        return False
    told: int = configure(_MEMSTATUS, ctypes.c_int(0))
    begin()
    return told == 0
