"""Comments on records, and the notices that mentions give."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.services.comments import Comment, CommentInput
from kernel.services.notices import Notice, NoticePatch

Trashed = Annotated[bool, QueryParameter(description="Read what you may restore from the trash instead.")]
Unread = Annotated[bool, QueryParameter(description="Only those that are not marked as read.")]


class CommentsController(Controller):
    path = "/projects/{project_id:str}/records/{record_id:str}/comments"
    tags = ["Comments"]

    @get(summary="Read the comments on a record, oldest first")
    async def comments(
        self,
        kernel: Kernel,
        actor: Actor,
        paging: Paging,
        project_id: Id,
        record_id: Id,
        deleted: Trashed = False,
    ) -> Page[Comment]:
        project, record = identifier(project_id), identifier(record_id)
        page = kernel.comments.page
        return await paging.read(
            lambda p: page(actor, project, record, p.limit, int_key(p.after()), deleted),
            key=lambda comment: (int(comment.id),),
        )

    @post(
        summary="Comment on a record",
        description="In Markdown. `@email` or `@[name](id)` leaves a notice for members who see the record.",
    )
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, data: JSONBody[CommentInput]
    ) -> Comment:
        return await kernel.comments.create(actor, identifier(project_id), identifier(record_id), data)

    @get("/{comment_id:str}", summary="One comment")
    async def comment(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, comment_id: Id
    ) -> Comment:
        project, record, comment = identifier(project_id), identifier(record_id), identifier(comment_id)
        return await kernel.comments.get(actor, project, record, comment)

    @patch("/{comment_id:str}", summary="Change your own comment")
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        comment_id: Id,
        data: JSONBody[CommentInput],
    ) -> Comment:
        project, record, comment = identifier(project_id), identifier(record_id), identifier(comment_id)
        return await kernel.comments.update(actor, project, record, comment, data)

    @delete("/{comment_id:str}", summary="Move a comment to the trash")
    async def remove(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, comment_id: Id
    ) -> None:
        project, record, comment = identifier(project_id), identifier(record_id), identifier(comment_id)
        await kernel.comments.delete(actor, project, record, comment)

    @post("/{comment_id:str}/restore", status_code=200, summary="Take a comment out of the trash")
    async def restore(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, comment_id: Id
    ) -> Comment:
        project, record, comment = identifier(project_id), identifier(record_id), identifier(comment_id)
        return await kernel.comments.restore(actor, project, record, comment)


class NotificationsController(Controller):
    path = "/notifications"
    tags = ["Notifications"]

    @get(summary="Read what you were told, newest first")
    async def notices(
        self, kernel: Kernel, actor: Actor, paging: Paging, unread: Unread = False
    ) -> Page[Notice]:
        page = kernel.notices.page
        return await paging.read(
            lambda p: page(actor, p.limit, int_key(p.after()) or None, unread),
            key=lambda notice: (int(notice.id),),
        )

    @get("/{notice_id:str}", summary="One notice")
    async def notice(self, kernel: Kernel, actor: Actor, notice_id: Id) -> Notice:
        return await kernel.notices.get(actor, identifier(notice_id))

    @patch("/{notice_id:str}", summary="Mark a notice as read, or as not read")
    async def mark(self, kernel: Kernel, actor: Actor, notice_id: Id, data: JSONBody[NoticePatch]) -> Notice:
        return await kernel.notices.mark(actor, identifier(notice_id), data.read)

    @post("/{notice_id:str}/read", status_code=200, summary="Mark a notice as read")
    async def read(self, kernel: Kernel, actor: Actor, notice_id: Id) -> Notice:
        return await kernel.notices.mark(actor, identifier(notice_id), read=True)

    @post("/read", status_code=204, summary="Mark all notices as read")
    async def read_all(self, kernel: Kernel, actor: Actor) -> None:
        await kernel.notices.read_all(actor)
