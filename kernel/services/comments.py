"""Comments on records, in Markdown: everybody's to read, their author's to change."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from kernel.access.actor import Actor
from kernel.errors import Fault, ForbiddenError, InvalidInputError, InvalidValueError, NotFoundError
from kernel.services.files.comments import CommentFiles, FileRef
from kernel.services.mentions import Mentions
from kernel.services.record_parts import PartWriting, PersonRef, RecordParts, moment
from kernel.services.records import Writing
from kernel.services.rich_text import Mentioned, RichText
from kernel.storage.database import Row
from kernel.text_input import clean_lines

LONGEST = 10_000
_COLUMNS = "id, body, created_at, created_by, updated_at"
_OWN = "Only its author may change this comment."


class CommentInput(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody writes, in Markdown. `@ewa@example.com` or `@[Ewa](<id>)` tells a member of it."""

    body: Annotated[
        str,
        msgspec.Meta(
            description=f"Markdown, {LONGEST} characters at the most.",
            examples=["They want the offer by **Friday**, @[Ewa Nowak](29374920184832)."],
        ),
    ]
    files: Annotated[
        list[str] | msgspec.UnsetType,
        msgspec.Meta(description="Ids of uploaded files. Left out in a change, they stay.", examples=[[]]),
    ] = msgspec.UNSET


class Comment(msgspec.Struct):
    """A comment. `html` is its Markdown made safe to show as it is."""

    id: str
    body: str
    html: str
    author: PersonRef | None
    created_at: str | None
    updated_at: str | None
    files: list[FileRef]


class CommentService:
    """The rules of comments."""

    def __init__(self, parts: RecordParts, mentions: Mentions) -> None:
        self._parts = parts
        self._mentions = mentions
        self._text = RichText()
        self._files = CommentFiles(parts)
        self._mark = parts.parts.rows.mark

    async def page(
        self, actor: Actor, project_id: int, record_id: int, limit: int, after: int, trash: bool = False
    ) -> list[Comment]:
        """Oldest first; up to `limit + 1` after the comment `after`. The trash shows what one may restore."""
        await self._parts.check_visible(actor, project_id, record_id)
        where = f"record_id = {self._mark(1)} AND id > {self._mark(2)} AND deleted_at IS NULL"
        use: list[int | None] = [record_id, after]
        if trash:
            where = where.replace("IS NULL", "IS NOT NULL")
            if not _moderates(actor, project_id):
                where += f" AND created_by = {self._mark(3)}"
                use.append(actor.person)
        rows = await self._parts.read(
            f"SELECT {_COLUMNS} FROM smalt_comment WHERE {where} ORDER BY id LIMIT {limit + 1}", use
        )
        return await self._shown(rows)

    async def get(self, actor: Actor, project_id: int, record_id: int, comment_id: int) -> Comment:
        """One comment, or NotFoundError."""
        found = await self.page(actor, project_id, record_id, 0, comment_id - 1)
        if not found or found[0].id != str(comment_id):
            raise NotFoundError("There is no such comment.")
        return found[0]

    async def create(self, actor: Actor, project_id: int, record_id: int, data: CommentInput) -> Comment:
        """Add a comment, and tell those whom it mentions."""
        body = _body(data)
        people = await self._mentions.people(await self._mentioned(body))
        async with self._parts.writing(actor, project_id, record_id, "comment") as writing:
            row = await self._insert(writing, body, people, data.files or ())
        return (await self._shown([row]))[0]

    async def add(self, work: Writing, record_id: int, text: str) -> int:
        """Add a comment inside a transaction that the caller has opened; its id."""
        body = _body(CommentInput(text))
        writing = await self._parts.within(work, record_id, "comment")
        people = await self._mentions.people(await self._mentioned(body))
        id_: int = (await self._insert(writing, body, people, ()))[0]
        return id_

    async def _insert(
        self, writing: PartWriting, body: str, people: Sequence[Actor], files: Sequence[str]
    ) -> Row:
        parts, by = writing.parts, writing.work.actor.user_id
        id_, now = parts.ids.new(), parts.now()
        row = {
            "id": id_, "project_id": writing.work.project.id, "record_id": writing.record_id, "body": body,
            "created_at": now, "created_by": by, "updated_at": now,
        }  # fmt: skip
        await parts.rows.insert(writing.work.tx, "smalt_comment", row)
        kept = await self._files.replace(writing, id_, files)
        told = await self._mentions.notify(writing, people)
        await writing.log("comment.created", "comments", None, _stored(id_, body, kept), told)
        return (id_, body, now, by, now)

    async def update(
        self, actor: Actor, project_id: int, record_id: int, comment_id: int, data: CommentInput
    ) -> Comment:
        """Change one's own comment; only those who were not mentioned before are told."""
        body = _body(data)
        mentioned = await self._mentioned(body)
        people = await self._mentions.people(mentioned)
        async with self._parts.writing(actor, project_id, record_id, "comment") as writing:
            before = await self._existing(writing, comment_id)
            if before[3] != actor.user_id:
                raise ForbiddenError(_OWN)
            held = files = await self._files.held(writing.work.tx, comment_id)
            if data.files is not msgspec.UNSET:
                files = await self._files.replace(writing, comment_id, data.files)
            changed = (before[1], held) != (body, files)
            now = writing.parts.now() if changed else before[4]
            if changed:
                change = {"body": body, "updated_at": now}
                await writing.parts.rows.update(writing.work.tx, "smalt_comment", comment_id, change)
                old, new = _stored(comment_id, before[1], held), _stored(comment_id, body, files)
                known = {p.user_id for p in await self._mentions.people(await self._mentioned(before[1]))}
                told = await self._mentions.notify(writing, [p for p in people if p.user_id not in known])
                await writing.log("comment.updated", "comments", old, new, told)
        return (await self._shown([(comment_id, body, before[2], before[3], now)]))[0]

    async def delete(self, actor: Actor, project_id: int, record_id: int, comment_id: int) -> None:
        """Move a comment to the trash: one's own, or any for those who configure the project."""
        async with self._parts.writing(actor, project_id, record_id, "comment") as writing:
            before = await self._existing(writing, comment_id)
            await self._set_trash(writing, before, writing.parts.now())

    async def restore(self, actor: Actor, project_id: int, record_id: int, comment_id: int) -> Comment:
        """Bring a comment back from the trash."""
        async with self._parts.writing(actor, project_id, record_id, "comment") as writing:
            before = await self._existing(writing, comment_id, trash=True)
            await self._set_trash(writing, before, None)
        return (await self._shown([before]))[0]

    async def _set_trash(self, writing: PartWriting, before: Row, at: int | None) -> None:
        actor = writing.work.actor
        if before[3] != actor.user_id and not _moderates(actor, writing.work.project.id):
            raise ForbiddenError(_OWN)
        change = {"deleted_at": at, "deleted_by": None if at is None else actor.user_id}
        await writing.parts.rows.update(writing.work.tx, "smalt_comment", before[0], change)
        told = {"id": str(before[0]), "body": before[1]}
        if at is None:
            await writing.log("comment.restored", "comments", None, told)
        else:
            await writing.log("comment.deleted", "comments", told, None)

    async def _existing(self, writing: PartWriting, comment_id: int, trash: bool = False) -> Row:
        state = "IS NOT NULL" if trash else "IS NULL"
        where = f"id = {self._mark(1)} AND record_id = {self._mark(2)} AND deleted_at {state}"
        sql = f"SELECT {_COLUMNS} FROM smalt_comment WHERE {where}"
        rows = await writing.work.tx.fetch(sql, [comment_id, writing.record_id])
        own = bool(rows) and rows[0][3] == writing.work.actor.user_id
        if not rows or (trash and not own and not _moderates(writing.work.actor, writing.work.project.id)):
            raise NotFoundError("There is no such comment.")
        return rows[0]

    async def _shown(self, rows: Sequence[Row]) -> list[Comment]:
        """Rendered off the event loop: Markdown of many comments takes a while."""
        people = await self._parts.people([row[3] for row in rows])
        html = await asyncio.to_thread(lambda: [self._text.html(row[1]) for row in rows])
        files = await self._files.shown([row[0] for row in rows])
        return [
            Comment(str(id_), body, shown, people.get(by or 0), moment(created), moment(updated), files[id_])
            for (id_, body, created, by, updated), shown in zip(rows, html, strict=True)
        ]

    async def _mentioned(self, body: str) -> Mentioned:
        return await asyncio.to_thread(self._text.mentioned, body)


def _moderates(actor: Actor, project_id: int) -> bool:
    access = actor.access(project_id)
    return access is not None and "configure" in access.can


def _stored(id_: int, body: str, files: Sequence[int]) -> dict[str, Any]:
    """A comment as the history keeps it."""
    comment: dict[str, Any] = {"id": str(id_), "body": body}
    return comment | {"files": [str(i) for i in files]} if files else comment


def _body(data: CommentInput) -> str:
    try:
        body = clean_lines(data.body, LONGEST)
    except InvalidValueError as error:
        raise InvalidInputError(faults=[Fault("/body", error.detail)]) from error
    if body is None:
        raise InvalidInputError(faults=[Fault("/body", "A comment must not be blank.")])
    return body
