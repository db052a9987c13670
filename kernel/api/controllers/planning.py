"""Who follows a record, reminders of it, and how it repeats."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.services.followers import Follower, FollowerInput
from kernel.services.reminders import Reminder, ReminderInput, ReminderPatch
from kernel.services.repeat_rules import RepeatRule
from kernel.services.repeats import Repeat

_RECORD = "/projects/{project_id:str}/records/{record_id:str}"


class FollowersController(Controller):
    path = f"{_RECORD}/followers"
    tags = ["Followers"]

    @get(summary="Read who follows a record")
    async def followers(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, record_id: Id
    ) -> Page[Follower]:
        project, record = identifier(project_id), identifier(record_id)
        found = await kernel.planning.followers.all(actor, project, record)
        return paging.slice(found, key=lambda follower: (follower.since or "", int(follower.id)))

    @post(
        summary="Follow a record",
        description="Followers get a notice of what others change that they may see, and of comments.",
    )
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, data: JSONBody[FollowerInput]
    ) -> Follower:
        project, record = identifier(project_id), identifier(record_id)
        return await kernel.planning.followers.add(actor, project, record, data)

    @delete("/{user_id:str}", summary="Follow a record no more")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, user_id: Id) -> None:
        project, record, user = identifier(project_id), identifier(record_id), identifier(user_id)
        await kernel.planning.followers.remove(actor, project, record, user)


class RemindersController(Controller):
    path = f"{_RECORD}/reminders"
    tags = ["Reminders"]

    @get(summary="Read your reminders of a record")
    async def reminders(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, record_id: Id
    ) -> Page[Reminder]:
        project, record = identifier(project_id), identifier(record_id)
        found = await kernel.planning.reminders.all(actor, project, record)
        return paging.slice(found, key=lambda reminder: (int(reminder.id),))

    @post(
        summary="Ask to be reminded of a record",
        description="At a time, or some seconds before its due or start date; moves with that date. "
        "You get one notice, late where the server was down.",
    )
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, data: JSONBody[ReminderInput]
    ) -> Reminder:
        project, record = identifier(project_id), identifier(record_id)
        return await kernel.planning.reminders.add(actor, project, record, data)

    @patch(
        "/{reminder_id:str}",
        summary="Change a reminder",
        description="One that is moved comes again, also when it has come before.",
    )
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        record_id: Id,
        reminder_id: Id,
        data: JSONBody[ReminderPatch],
    ) -> Reminder:
        ids = identifier(project_id), identifier(record_id), identifier(reminder_id)
        return await kernel.planning.reminders.change(actor, *ids, data)

    @delete("/{reminder_id:str}", summary="Take a reminder back")
    async def remove(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, reminder_id: Id
    ) -> None:
        project, record = identifier(project_id), identifier(record_id)
        await kernel.planning.reminders.remove(actor, project, record, identifier(reminder_id))


class RepeatController(Controller):
    path = f"{_RECORD}/repeat"
    tags = ["Repetition"]

    @get(summary="Read how a record repeats")
    async def repeat(self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id) -> Repeat:
        return await kernel.planning.repeats.get(actor, identifier(project_id), identifier(record_id))

    @put(
        summary="Let a record repeat",
        description="Its successor is made once, with its dates shifted, its values, its followers, the "
        "reminders that go by its dates, and its checklists with nothing done; it takes over the rule.",
    )
    async def put(
        self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id, data: JSONBody[RepeatRule]
    ) -> Repeat:
        project, record = identifier(project_id), identifier(record_id)
        return await kernel.planning.repeats.put(actor, project, record, data)

    @delete(summary="Let a record repeat no more")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, record_id: Id) -> None:
        await kernel.planning.repeats.remove(actor, identifier(project_id), identifier(record_id))
