"""Multipart uploads taken in as a stream: the file passes through and is never held in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header  # type: ignore[import-untyped]

from kernel.errors import Fault, InvalidInputError, UnsupportedMediaTypeError

MOST_PARTS = 20
LONGEST_FIELD = 1000


@dataclass
class UploadOperation(Operation):
    """Documents the form, which is read as a stream and not by the framework. `others` describes its
    parts beside the file."""

    others: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        texts = {name: Schema(type=OpenAPIType.STRING, description=d) for name, d in self.others.items()}
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="The file.")
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": file, **texts}, required=["file"])
        self.request_body = RequestBody(
            content={"multipart/form-data": OpenAPIMediaType(schema=form)}, required=True
        )


class FileForm:
    """A form with one `file` and small text fields, `others`, read from a request as it arrives.

    `file_name` and `fields` are known when `parts` has come to its end.
    """

    def __init__(self, request: Request[Any, Any, Any], others: Sequence[str] = ()) -> None:
        self._request = request
        self._others = others
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
            async for chunk in self._chunks():
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

    async def _chunks(self) -> AsyncIterator[bytes]:
        """The body. InvalidInputError when its sender goes away: no fault of the server's."""
        try:
            async for chunk in self._request.stream():
                yield chunk
        except InternalServerException as error:
            raise InvalidInputError("The upload was cut off.") from error

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
        elif segment.name not in self._others:
            parts = " and ".join(f"'{name}'" for name in ("file", *self._others))
            raise InvalidInputError(faults=[Fault(f"/{segment.name}", f"The form takes {parts}.")])
        return segment

    def _end(self, segment: MultipartSegment, text: bytearray) -> None:
        if segment.name != "file":
            self.fields[segment.name] = text.decode(errors="replace").strip()
