"""Multipart uploads taken in as a stream: the file passes through and is never held in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header  # type: ignore[import-untyped]

from kernel.errors import Fault, InvalidInputError, UnsupportedMediaTypeError

MOST_PARTS = 20
LONGEST_FIELD = 1000


class FileForm:
    """A form with one `file` and small text fields, read from a request as it arrives.

    `file_name` and `importer` are known when `parts` has come to its end.
    """

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self._request = request
        self.file_name = ""
        self.fields: dict[str, str] = {}
        self._found = False

    @property
    def importer(self) -> str | None:
        return self.fields.get("importer") or None

    async def parts(self) -> AsyncIterator[bytes]:
        """The bytes of the file. InvalidInputError for a broken form or one without a file."""
        parser = self._parser()
        segment: MultipartSegment | None = None
        text = bytearray()
        try:
            async for chunk in self._request.stream():
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        segment, text = self._begin(event), bytearray()
                    elif segment is not None and event is None:
                        self._end(segment, text)
                    elif segment is not None and event and segment.name == "file":
                        yield bytes(event)
                    elif event:
                        text += event[:LONGEST_FIELD]
            parser.close()
        except MultipartError as error:
            raise InvalidInputError(f"The form cannot be read: {error}.") from error
        if not self._found:
            raise InvalidInputError(faults=[Fault("/file", "Send the file as the part 'file' of the form.")])

    def _parser(self) -> PushMultipartParser:
        kind, options = parse_options_header(self._request.headers.get("content-type", ""))
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise UnsupportedMediaTypeError("Send a form as multipart/form-data, with its boundary.")
        try:
            return PushMultipartParser(options["boundary"], max_segment_count=MOST_PARTS)
        except MultipartError as error:
            raise InvalidInputError(f"The form cannot be read: {error}.") from error

    def _begin(self, segment: MultipartSegment) -> MultipartSegment:
        if segment.name == "file":
            if self._found:
                raise InvalidInputError(faults=[Fault("/file", "Send one file at a time.")])
            self._found = True
            self.file_name = segment.filename or ""
        elif segment.name != "importer":
            raise InvalidInputError(
                faults=[Fault(f"/{segment.name}", "The form has the parts 'file' and 'importer'.")]
            )
        return segment

    def _end(self, segment: MultipartSegment, text: bytearray) -> None:
        if segment.name != "file":
            self.fields[segment.name] = text.decode(errors="replace").strip()
