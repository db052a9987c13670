"""Who follows a record: people who want to hear of what others do to it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kernel.access.acting import actor_of
from kernel.access.actor import Actor
from kernel.errors import Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.services.following import Following
from kernel.services.record_parts import PartWriting, RecordParts, moment
from kernel.services.sight import sees_record
from kernel.services.users import UserService
from kernel.storage.database import WithinTransaction


class FollowerInput(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to follow: you yourself when left out."""

    user: Annotated[str | None, msgspec.Meta(description="Id or email.", examples=["ewa@example.com"])] = None


class Follower(msgspec.Struct):
    """Somebody who follows a record. `id` is that of the user."""

    id: str
    name: str
    since: str | None


class FollowerService:
    """The rules of following."""

    def __init__(self, parts: RecordParts, following: Following, users: UserService) -> None:
        self._parts = parts
        self._following = following
        self._users = users
        self._mark = parts.parts.rows.mark

    async def all(self, actor: Actor, project_id: int, record_id: int) -> list[Follower]:
        """The followers, those who came first at the front."""
        await self._parts.check_visible(actor, project_id, record_id)
        sql = (
            "SELECT u.id, u.name, f.created_at FROM smalt_follower f JOIN smalt_user u ON u.id = f.user_id "
            f"AND u.active WHERE f.record_id = {self._mark(1)} ORDER BY f.created_at, u.id"
        )
        rows = await self._parts.read(sql, [record_id])
        return [Follower(str(id_), name, moment(since)) for id_, name, since in rows]

    async def add(self, actor: Actor, project_id: int, record_id: int, data: FollowerInput) -> Follower:
        """Follow, or let a member follow who sees the record; again does no harm."""
        async with self._parts.noting(actor, project_id, record_id) as writing:
            user_id = actor.user_id if data.user is None else await self._other(writing, data.user)
            if user_id is None:
                raise ForbiddenError("Only people follow records.")
            await self._following.add(writing.work.tx, project_id, record_id, user_id)
        found = await self.all(actor, project_id, record_id)
        return next(follower for follower in found if follower.id == str(user_id))

    async def remove(self, actor: Actor, project_id: int, record_id: int, user_id: int) -> None:
        """Stop following; of others, who configures the project may end it."""
        async with self._parts.noting(actor, project_id, record_id) as writing:
            if user_id != actor.user_id:
                writing.work.demand("configure", "that others stop following")
            where = f"record_id = {self._mark(1)} AND user_id = {self._mark(2)}"
            sql = f"DELETE FROM smalt_follower WHERE {where}"
            if not await writing.work.tx.execute(sql, [record_id, user_id]):
                raise NotFoundError("There is no such follower.")

    async def _other(self, writing: PartWriting, name: str) -> int | None:
        """The id of a person who sees the record; whoever does not exist looks like one who does not."""
        work = writing.work
        try:
            user = await self._users.find(work.tx, name)
        except NotFoundError:
            user = None
        if user is not None and user.id == work.actor.user_id:
            return user.id
        work.demand("edit", "that others follow")
        if user is not None:
            other = await actor_of(WithinTransaction(work.tx), user.id, "api")
            if await sees_record(work.tx, work.schema, other, work.project, writing.record_id, work.now):
                return user.id
        fault = Fault("/user", "Give somebody who sees this record, by their id or email.")
        raise InvalidInputError("There is no such member.", [fault])
