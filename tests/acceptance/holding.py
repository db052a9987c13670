"""A server whose long work stands still where a test wants to do something in its middle.

How far work is when a test has seen that it goes on is a matter of luck otherwise.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Hold:
    """While it is closed, a function of the server that work calls again and again does not return any more
    once something is more than it may be: the number of its calls, or one of its arguments.

    `environment` makes a server process mind it.
    """

    def __init__(self, folder: Path, function: str, argument: int | None = None) -> None:
        """`function` is written `module:name` or `module:class.name`, and is called beside the event loop."""
        folder.mkdir()
        self._file = folder / "closed"
        call = f"hold({function!r}, {str(self._file)!r}, {argument})"
        (folder / "sitecustomize.py").write_text(f"from tests.acceptance.holding import hold\n{call}\n")
        self.environment = {"PYTHONPATH": f"{folder}:{ROOT}"}

    def close(self, most: int) -> None:
        """Calls are counted from now on."""
        part = self._file.with_suffix(".part")
        part.write_text(str(most))
        part.replace(self._file)

    def open(self) -> None:
        self._file.unlink()


def hold(function: str, file: str, argument: int | None) -> None:
    """In the server: put the hold into place."""
    module, _, names = function.partition(":")
    *path, last = names.split(".")
    owner: Any = import_module(module)
    for name in path:
        owner = getattr(owner, name)
    setattr(owner, last, _held(getattr(owner, last), Path(file), argument))


def _held(function: Callable[..., Any], file: Path, argument: int | None) -> Callable[..., Any]:
    calls = 0

    @wraps(function)
    def held(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        result = function(*arguments, **named)
        calls = calls + 1 if file.exists() else 0
        much = calls if argument is None else arguments[argument]
        while _most(file) < much:
            time.sleep(0.02)
        return result

    return held


def _most(file: Path) -> float:
    try:
        return float(file.read_text())
    except FileNotFoundError:
        return sys.maxsize
