"""Zip files from outside, opened without trust in what they say of themselves."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, Final, cast

from kernel.errors import InvalidInputError

LARGEST_DIRECTORY: Final = 2 * 1024 * 1024
"""Bytes of a table of contents: tens of thousands of parts, each of which becomes an object."""

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError, NotImplementedError,
           RuntimeError)  # fmt: skip


@contextmanager
def opened_zip(source: BinaryIO, damaged: str) -> Iterator[zipfile.ZipFile]:
    """A zip file. InvalidInputError with the sentence `damaged` for what is none, here and in the block."""
    source.seek(0)
    try:
        with zipfile.ZipFile(cast(IO[bytes], _Sparing(source))) as archive:
            yield archive
    except InvalidInputError:
        raise
    except _BROKEN as error:
        raise InvalidInputError(damaged) from error


class _Sparing:
    """A file of which no more is read at once than a table of contents may have."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.seek = source.seek
        self.tell = source.tell
        self.seekable = source.seekable

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("The table of contents is too large.")
        return self._source.read(LARGEST_DIRECTORY if size < 0 else size)
