"""The rules of webhooks: everybody has their own, and sees what has become of deliveries."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from kernel.access.actor import Actor
from kernel.errors import ConflictError, InvalidValueError, NotFoundError
from kernel.ids import number_of
from kernel.services.entries import ProjectParts
from kernel.services.names import Faults
from kernel.services.webhooks.model import (
    DELIVERY_COLUMNS,
    MOST_EVENTS,
    PING,
    WEBHOOK_COLUMNS,
    Delivery,
    NewWebhook,
    Webhook,
    WebhookInput,
    WebhookPatch,
    delivery,
    webhook,
    wrong_patterns,
)
from kernel.storage.database import Row, Statement

MOST_WEBHOOKS: Final = 50
"""Webhooks of one user."""


class WebhookService:
    """Makes, changes and lists webhooks; administrators see those of all. `wake` begins deliveries.

    `check` raises InvalidValueError for an address that nothing may be sent to.
    """

    def __init__(self, parts: ProjectParts, wake: Callable[[], None], check: Callable[[str], object]) -> None:
        self._parts = parts
        self._wake = wake
        self._check = check
        self._mark = parts.rows.mark

    async def page(self, actor: Actor, limit: int, after: int) -> list[Webhook]:
        """Oldest first; up to `limit + 1` after the webhook `after`."""
        own, use = self._own(actor, [after])
        sql = f"SELECT {WEBHOOK_COLUMNS} FROM smalt_webhook WHERE id > {self._mark(1)}{own} ORDER BY id"
        return [webhook(row) for row in await self._read(f"{sql} LIMIT {limit + 1}", use)]

    async def get(self, actor: Actor, webhook_id: int) -> Webhook:
        """One webhook, or NotFoundError."""
        own, use = self._own(actor, [webhook_id])
        sql = f"SELECT {WEBHOOK_COLUMNS} FROM smalt_webhook WHERE id = {self._mark(1)}{own}"
        return webhook(_one(await self._read(sql, use)))

    async def create(self, actor: Actor, data: WebhookInput) -> NewWebhook:
        """A new webhook with its secret."""
        if actor.user_id is None:
            raise NotFoundError("The system has no webhooks.")
        values = await self._checked(actor, data.url, data.events, data.project_id)
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        now = self._parts.now()
        row = {
            "id": self._parts.ids.new(), "owner_id": actor.user_id, **values, "enabled": data.enabled,
            "secret": secret, "since": now, "created_at": now, "updated_at": now,
        }  # fmt: skip
        async with self._parts.database.transaction() as tx:
            count = f"SELECT count(*) FROM smalt_webhook WHERE owner_id = {self._mark(1)}"
            if (await tx.fetch(count, [actor.user_id]))[0][0] >= MOST_WEBHOOKS:
                raise ConflictError(f"You may have {MOST_WEBHOOKS} webhooks.")
            await self._parts.rows.insert(tx, "smalt_webhook", row)
            tx.on_commit(self._wake)
        made = await self.get(actor, row["id"])
        return NewWebhook(**msgspec.structs.asdict(made), secret=secret)

    async def update(self, actor: Actor, webhook_id: int, data: WebhookPatch) -> Webhook:
        """Change what is given. One that is switched on again gets what happens from then on."""
        before = await self.get(actor, webhook_id)
        wanted = {
            name: getattr(before, name) if (value := getattr(data, name)) is msgspec.UNSET else value
            for name in ("url", "events", "project_id", "enabled")
        }
        enabled = wanted.pop("enabled")
        values = await self._checked(actor, **wanted, kept=before.url)
        values |= {"enabled": enabled, "updated_at": self._parts.now()}
        if enabled and not before.enabled:
            values |= {"since": self._parts.now(), "reason": None}
        async with self._parts.database.transaction() as tx:
            await self._parts.rows.update(tx, "smalt_webhook", webhook_id, values)
            tx.on_commit(self._wake)
        return await self.get(actor, webhook_id)

    async def delete(self, actor: Actor, webhook_id: int) -> None:
        """Remove a webhook with its deliveries, for good."""
        await self.get(actor, webhook_id)
        async with self._parts.database.transaction() as tx:
            await tx.execute(f"DELETE FROM smalt_delivery WHERE webhook_id = {self._mark(1)}", [webhook_id])
            await tx.execute(f"DELETE FROM smalt_webhook WHERE id = {self._mark(1)}", [webhook_id])

    async def deliveries(
        self, actor: Actor, webhook_id: int, limit: int, before: int | None
    ) -> list[Delivery]:
        """Newest first; up to `limit + 1` older than the delivery `before`."""
        await self.get(actor, webhook_id)
        sql = (
            f"SELECT {DELIVERY_COLUMNS} FROM smalt_delivery WHERE webhook_id = {self._mark(1)} "
            f"AND id < {self._mark(2)} ORDER BY id DESC LIMIT {limit + 1}"
        )
        rows = await self._read(sql, [webhook_id, 2**63 - 1 if before is None else before])
        return [delivery(row) for row in rows]

    async def replay(self, actor: Actor, webhook_id: int, delivery_id: int) -> Delivery:
        """Deliver once more, under the same `webhook-id`."""
        await self._demand_enabled(actor, webhook_id)
        sql = (
            f"UPDATE smalt_delivery SET status = 'queued', attempts = 0, next_at = {self._mark(1)}, "
            f"lease_until = 0, finished_at = NULL, failing_since = NULL WHERE id = {self._mark(2)} "
            f"AND webhook_id = {self._mark(3)} AND lease_until <= {self._mark(1)} "
            f"RETURNING {DELIVERY_COLUMNS}"
        )
        async with self._parts.database.transaction() as tx:
            rows = await tx.fetch(sql, [self._parts.now(), delivery_id, webhook_id])
            tx.on_commit(self._wake)
        if not rows:
            raise NotFoundError("There is no such delivery, or it is under way.")
        return delivery(rows[0])

    async def ping(self, actor: Actor, webhook_id: int) -> Delivery:
        """Send something to see whether it arrives."""
        await self._demand_enabled(actor, webhook_id)
        now, id_ = self._parts.now(), self._parts.ids.new()
        row = {
            "id": id_, "webhook_id": webhook_id, "kind": PING, "status": "queued", "next_at": now,
            "created_at": now,
        }  # fmt: skip
        async with self._parts.database.transaction() as tx:
            await self._parts.rows.insert(tx, "smalt_delivery", row)
            tx.on_commit(self._wake)
        return delivery((id_, PING, "queued", 0, None, None, now, now, None))

    async def _demand_enabled(self, actor: Actor, webhook_id: int) -> None:
        if not (await self.get(actor, webhook_id)).enabled:
            raise ConflictError("The webhook is switched off; switch it on first.")

    async def _checked(
        self,
        actor: Actor,
        url: str,
        events: Sequence[str],
        project_id: str | None,
        kept: str | None = None,
    ) -> dict[str, Any]:
        faults = Faults()
        try:
            if url != kept:  # one from before the rule can still be switched off
                self._check(url)
        except InvalidValueError as error:
            faults.add("/url", error.detail)
        if not 0 < len(events) <= MOST_EVENTS:
            faults.add("/events", f"Name 1 to {MOST_EVENTS} kinds of events.")
        for place, detail in wrong_patterns(events).items():
            faults.add(f"/events/{place}", detail)
        if project_id is not None and not await self._sees(actor, project_id):
            faults.add("/project_id", "There is no such project, or you may not see it.")
        elif project_id is None and actor.token_projects is not None:
            faults.add("/project_id", "Your token is limited to projects; name one of them.")
        faults.check()
        project = None if project_id is None else int(project_id)
        return {"url": url, "events": msgspec.json.encode(list(events)).decode(), "project_id": project}

    async def _sees(self, actor: Actor, project_id: str) -> bool:
        number = number_of(project_id)
        found = None if number is None else (await self._parts.schema.current()).projects.get(number)
        return found is not None and not found.deleted and actor.access(found.id) is not None

    def _own(self, actor: Actor, use: list[Any]) -> tuple[str, list[Any]]:
        """What narrows to the webhooks that the actor may see: a token for projects sees theirs only."""
        terms = ""
        if not (actor.admin and "admin" in actor.scopes):
            use = [*use, actor.user_id]
            terms += f" AND owner_id = {self._mark(len(use))}"
        if actor.token_projects is not None:
            marks = [self._mark(len(use) + n + 1) for n in range(len(actor.token_projects))]
            use = [*use, *sorted(actor.token_projects)]
            terms += f" AND project_id IN ({', '.join(marks)})"
        return terms, use

    async def _read(self, sql: str, use: Sequence[Any]) -> list[Row]:
        return (await self._parts.database.read(Statement(sql, use)))[0]


def _one(rows: Sequence[Row]) -> Row:
    if not rows:
        raise NotFoundError("There is no such webhook, or it is not yours.")
    return rows[0]
