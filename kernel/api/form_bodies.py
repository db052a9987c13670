"""What is sent to a public form: JSON, or what browsers send, files as they arrive."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header  # type: ignore[import-untyped]

from kernel.api.decoding import decode
from kernel.errors import Fault, InvalidInputError, TooLargeError, UnsupportedMediaTypeError
from kernel.runtime import Kernel
from kernel.services.forms.entries import Entry, is_blank, named
from kernel.services.forms.filling import OpenForm, Submission
from kernel.services.forms.uploads import MOST_FILES

KEY: Final = "_key"
TRAP: Final = "_website"
"""A field that people do not see; who fills it in is a machine."""
MOST_TEXT: Final = 1024 * 1024
MOST_PARTS: Final = 2000
_COMMA: Final = re.compile(r"(-?\d{1,3}(?:\s?\d{3})*|-?\d+),(\d+)(\s*[^\d.,]*)")


class SubmissionInput(msgspec.Struct, forbid_unknown_fields=True):
    """What is filled in, by key or id of the fields. With the `key` that the form was given out with, it
    happens once, however often it is sent."""

    fields: dict[str, Any]
    key: str | None = None


@dataclass
class Sent:
    """A body that was read: names and texts in their order, and the files that came along."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, int]] = field(default_factory=list)

    def last(self, name: str) -> str | None:
        return next((value for given, value in reversed(self.pairs) if given == name), None)

    def values(self, opened: OpenForm, comma: bool = False) -> dict[str, Any]:
        """Values by name: lists for fields that hold many, else what was sent last.

        With `comma`, people write numbers as `1 200,50`.
        """
        found: dict[str, Any] = {}
        for name, text in self.pairs:
            if name in (KEY, TRAP):
                continue
            entry = named(opened.settable, name)
            if entry is None or not entry.many:
                found[name] = text
            elif not is_blank(text):
                found.setdefault(name, []).append(text)
        for name, file_id in self.files:
            found.setdefault(name, []).append(str(file_id))
        return with_points(found, opened) if comma else found


async def read_json(request: Request[Any, Any, Any], address: str) -> Submission:
    """A submission of a program."""
    raw = await _whole(request)
    body: SubmissionInput = decode(raw, SubmissionInput)
    return Submission(body.fields, address, body.key, msgspec.json.encode(body.fields, order="sorted"))


async def read_form(kernel: Kernel, request: Request[Any, Any, Any], opened: OpenForm) -> Sent:
    """What a browser sends. Files that came before a fault are thrown away."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == "application/x-www-form-urlencoded":
        return Sent(_pairs(await _whole(request)))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise UnsupportedMediaTypeError("Send the form as application/json, form-encoded or as multipart.")
    reading = _Multipart(kernel, request, opened, options["boundary"])
    try:
        await reading.run()
    except MultipartError as error:
        await kernel.forms.uploads.discard(id_ for _, id_ in reading.sent.files)
        raise InvalidInputError(f"The form cannot be read: {error}.") from error
    except BaseException:
        await kernel.forms.uploads.discard(id_ for _, id_ in reading.sent.files)
        raise
    return reading.sent


def submission(sent: Sent, opened: OpenForm, address: str, comma: bool = False) -> Submission:
    """What was sent, as a submission; `comma` as above."""
    alike = urlencode(sorted(p for p in sent.pairs if p[0] != KEY)).encode()
    return Submission(
        values=sent.values(opened, comma),
        address=address,
        key=sent.last(KEY),
        alike=alike,
        trapped=bool((sent.last(TRAP) or "").strip()),
        uploads=frozenset(id_ for _, id_ in sent.files),
        by_browser=True,
    )


def with_points(values: Mapping[str, Any], opened: OpenForm) -> dict[str, Any]:
    """The same with numbers that have a decimal comma as ones with a point."""
    found = dict(values)
    for name, value in values.items():
        entry = named(opened.settable, name)
        if entry is not None and entry.numeric and isinstance(value, str):
            found[name] = _with_point(value)
    return found


def _with_point(text: str) -> str:
    """A number with a decimal comma as one with a point; anything else as it is."""
    found = _COMMA.fullmatch(text.strip())
    return text if found is None else "".join(found[1].split()) + "." + found[2] + found[3]


def is_json(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is said to be JSON, or nothing is said."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def address_of(request: Request[Any, Any, Any]) -> str:
    """Whence a request comes."""
    client = request.scope.get("client")
    return client[0] if client else ""


async def _whole(request: Request[Any, Any, Any]) -> bytes:
    found = bytearray()
    async for chunk in _chunks(request):
        found += chunk
        if len(found) > MOST_TEXT:
            raise TooLargeError(f"A form may have {MOST_TEXT:,} bytes beside its files.")
    return bytes(found)


async def _chunks(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as error:
        raise InvalidInputError("The form was cut off.") from error


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARTS)
    except ValueError as error:
        raise InvalidInputError("The form cannot be read.") from error


class _Multipart:
    """Reads a multipart form; each file goes to its place while it arrives."""

    def __init__(
        self, kernel: Kernel, request: Request[Any, Any, Any], opened: OpenForm, boundary: str
    ) -> None:
        self.sent = Sent()
        self._kernel = kernel
        self._opened = opened
        parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
        self._events = self._all(parser, request)
        self._size = 0

    async def run(self) -> None:
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                if event.filename is None:
                    self.sent.pairs.append((event.name, await self._text()))
                else:
                    await self._file(event)

    async def _all(self, parser: PushMultipartParser, request: Request[Any, Any, Any]) -> AsyncIterator[Any]:
        async for chunk in _chunks(request):
            for event in parser.parse(chunk):
                yield bytes(event) if isinstance(event, bytearray | memoryview) else event
        parser.close()

    async def _content(self) -> AsyncIterator[bytes]:
        """The content of the part that has begun."""
        async for event in self._events:
            if event is None:
                return
            yield event

    async def _text(self) -> str:
        found = bytearray()
        async for piece in self._content():
            found += piece
            self._size += len(piece)
            if self._size > MOST_TEXT:
                raise TooLargeError(f"A form may have {MOST_TEXT:,} bytes beside its files.")
        try:
            return found.decode()
        except UnicodeDecodeError as error:
            raise InvalidInputError("The form is not in UTF-8.") from error

    async def _file(self, segment: MultipartSegment) -> None:
        if not segment.filename:  # a browser sends this where no file was chosen
            async for _ in self._content():
                pass
            return
        entry = self._taking(segment.name)
        incoming = _Incoming(segment.filename, self._content())
        self.sent.files.append((entry.key, await self._kernel.forms.uploads.take(incoming)))

    def _taking(self, name: str) -> Entry:
        """The field that a file is for; InvalidInputError for one that nobody has asked for."""
        entry = named(self._opened.settable, name)
        if entry is None or entry.asking != "file":
            raise InvalidInputError(faults=[Fault(f"/fields/{name}", "The form takes no file here.")])
        if len(self.sent.files) >= MOST_FILES:
            raise InvalidInputError(faults=[Fault(f"/fields/{name}", f"A form takes {MOST_FILES} files.")])
        if not self._kernel.forms.public.is_good(self._opened.form, self.sent.last(KEY)):
            detail = f"Files are taken with the key of the form, as '{KEY}', sent before them."
            raise InvalidInputError(faults=[Fault("/key", detail)])
        return entry


@dataclass
class _Incoming:
    file_name: str
    content: AsyncIterator[bytes]

    def parts(self) -> AsyncIterator[bytes]:
        return self.content
