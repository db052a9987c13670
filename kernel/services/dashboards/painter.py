"""The helper process that paints pictures: started when the first one is wanted, asked in turn."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import OrderedDict
from hashlib import blake2b
from importlib.util import find_spec
from typing import Any, Final

from kernel.drawing.raster import BAD, LENGTH
from kernel.errors import NotInstalledError, UnavailableError

LIBRARY: Final = "vl_convert"
SECONDS: Final = 30.0
REMEMBERED: Final = 100
LARGEST: Final = 512 * 1024
"""Bytes of a picture that is remembered."""

_MISSING: Final = (
    "PNG, PDF and Vega-Lite need an extra: pip install 'smalt[vega]', then start the server again."
)


class Painter:
    """Paints, and remembers what it painted last: the same picture is never painted twice in a row.

    Pictures are known by their whole content, so none is ever out of date.
    """

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._known: OrderedDict[bytes, bytes] = OrderedDict()

    async def png(self, svg: str, scale: float) -> bytes:
        """A picture as PNG, so many pixels for each of its own. NotInstalledError without the extra."""
        return await self._painted({"svg": svg, "scale": scale})

    async def pdf(self, svg: str, scale: float = 1) -> bytes:
        """A picture as a PDF of one page, a point for each of its pixels. Raises as `png` does."""
        return await self._painted({"svg": svg, "scale": scale, "pdf": True})

    async def svg(self, specification: Any, theme: str | None) -> str:
        """A Vega-Lite specification as SVG; raises UnavailableError for one that cannot be drawn."""
        task = {"vega": specification, "theme": "dark" if theme == "dark" else None}
        return (await self._painted(task)).decode()

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _painted(self, task: dict[str, Any]) -> bytes:
        if find_spec(LIBRARY) is None:
            raise NotInstalledError(_MISSING)
        raw = json.dumps(task).encode()
        key = blake2b(raw, digest_size=16).digest()
        async with self._turn:
            painted = self._known.pop(key, None) or await self._asked(raw)
            if len(painted) <= LARGEST:
                self._known[key] = painted
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return painted

    async def _asked(self, raw: bytes) -> bytes:
        """What the process answers. One that hangs or dies is ended; the next task starts another."""
        try:
            async with asyncio.timeout(SECONDS):
                state, answer = await self._exchange(await self._running(), raw)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            await self.stop()
            raise UnavailableError("The picture could not be painted in time. Try again.") from error
        except BaseException:
            with contextlib.suppress(Exception):
                await asyncio.shield(self.stop())
            raise
        if state == BAD:
            raise UnavailableError(f"The picture could not be painted: {answer.decode(errors='replace')}")
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "kernel.drawing.raster", stdin=pipe, stdout=pipe,
                stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        return self._process

    async def _exchange(self, process: asyncio.subprocess.Process, raw: bytes) -> tuple[bytes, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(LENGTH.pack(len(raw)) + raw)
        await process.stdin.drain()
        state = await process.stdout.readexactly(1)
        length = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))[0]
        return state, await process.stdout.readexactly(length)
