"""Files: uploaded first, then held by fields of records and by comments."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream

from kernel.api.injected import Actor, Kernel
from kernel.api.multipart import FileForm, UploadOperation
from kernel.api.paths import Id, identifier
from kernel.api.problems import answer, of_status
from kernel.api.ranges import Part, wanted
from kernel.api.times import moment
from kernel.content_types import SHOWN, served_as
from kernel.errors import TooLargeError
from kernel.services.files.model import FileInfo
from kernel.values import FILE_CONTENT

Inline = Annotated[
    bool,
    QueryParameter(description="Show it in the browser, if it is a picture, a PDF or plain text."),
]
_FORM = 64 * 1024
"""More than the parts of a form beside the file need."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


class FileView(msgspec.Struct):
    """A file. `content_type` is what its first bytes say, `url` where its content is."""

    id: str
    name: Annotated[str, msgspec.Meta(examples=["Contract.pdf"])]
    size: Annotated[int, msgspec.Meta(description="In bytes.", examples=[48213])]
    content_type: Annotated[str, msgspec.Meta(examples=["application/pdf"])]
    created_at: str
    created_by: str | None
    url: Annotated[str, msgspec.Meta(examples=[FILE_CONTENT.format(29374920184832)])]


class FilesController(Controller):
    """A file that nothing holds is its uploader's to see; one that is held, theirs who see what holds it."""

    path = "/files"
    tags = ["Files"]

    @post(
        summary="Upload a file",
        description="A form with the part `file`. Put the `id` into a file field of a record or into a "
        "comment; after a day, an upload that nothing holds goes.",
        operation_class=UploadOperation,
        request_max_body_size=None,
    )
    async def upload(self, kernel: Kernel, actor: Actor, request: Request[Any, Any, Any]) -> FileView:
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > kernel.settings.max_upload_size + _FORM:
            raise TooLargeError(f"A file may have {kernel.settings.max_upload_size:,} bytes.")
        return view(await kernel.files.upload(actor, FileForm(request)))

    @get("/{file_id:str}", summary="One file, without its content")
    async def file(self, kernel: Kernel, actor: Actor, file_id: Id) -> FileView:
        return view(await kernel.files.get(actor, identifier(file_id)))

    @get(
        "/{file_id:str}/content",
        summary="The content of a file",
        description="To save; with `inline`, to show, if it is of a kind that runs nothing. Understands "
        "`Range` and `If-None-Match`.",
        media_type="*/*",
        responses={
            206: ResponseSpec(bytes, description="A part of it.", media_type="*/*"),
            304: ResponseSpec(None, description="It is what you have."),
        },
    )
    async def content(
        self,
        kernel: Kernel,
        actor: Actor,
        request: Request[Any, Any, Any],
        file_id: Id,
        inline: Inline = False,
    ) -> Response[Any]:
        info = await kernel.files.get(actor, identifier(file_id))
        part = wanted(request.headers, info.size, f'"{info.id}"')
        headers = {**part.headers, **_ALWAYS, "Content-Disposition": _disposition(info, inline)}
        if part.status == 304:
            return Response(b"", status_code=304, headers=headers)
        if part.status == 416:
            return answer(of_status(416, f"The file has {info.size} bytes."), request, part.headers)
        return await _streamed(kernel, info, part, headers, inline)

    @delete("/{file_id:str}", summary="Take back an upload that nothing holds")
    async def remove(self, kernel: Kernel, actor: Actor, file_id: Id) -> None:
        await kernel.files.delete(actor, identifier(file_id))


async def _streamed(
    kernel: Kernel, info: FileInfo, part: Part, headers: dict[str, str], inline: bool
) -> Stream:
    blocks = await kernel.files.content(info, part.start, part.stop)
    headers["Content-Type"] = served_as(info.content_type, inline)  # before what the handler is said to give
    return Stream(blocks, headers=headers, status_code=part.status)


def view(info: FileInfo) -> FileView:
    """A file as clients see it."""
    by = None if info.created_by is None else str(info.created_by)
    url = FILE_CONTENT.format(info.id)
    return FileView(str(info.id), info.name, info.size, info.content_type, moment(info.created_at), by, url)


def _disposition(info: FileInfo, inline: bool) -> str:
    """With the name twice: plainly for old clients, and in full (RFC 6266)."""
    how = "inline" if inline and info.content_type in SHOWN else "attachment"
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in info.name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(info.name, safe='')}"
