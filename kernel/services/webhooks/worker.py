"""Delivers: signed, several at a time, to each receiver only a few, so that none holds up the others."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Final

import msgspec
import structlog
from standardwebhooks import Webhook as Signer

from kernel.clock import Clock
from kernel.errors import UnavailableError
from kernel.services.events.feed import events_of
from kernel.services.outgoing import Outgoing, OutgoingError, checked_url
from kernel.services.record_parts import moment
from kernel.services.webhooks.audience import Audience
from kernel.services.webhooks.delivery_rows import Claimed, DeliveryRows, Hook

PER_HOST: Final = 3
IN_ALL: Final = 100
"""Deliveries at the same time, in one process."""

POLL_SECONDS: Final = 1.0
_log = structlog.get_logger("smalt.webhooks")


class Payload(msgspec.Struct):
    """The body of what is sent, as Standard Webhooks has it."""

    type: str
    timestamp: str | None
    data: msgspec.Raw


class DeliveryWorker:
    """Looks for what is due and delivers it. Any number of processes may do so at once."""

    def __init__(self, rows: DeliveryRows, audience: Audience, outgoing: Outgoing, clock: Clock) -> None:
        self._rows = rows
        self._audience = audience
        self._outgoing = outgoing
        self._clock = clock
        self._awake = asyncio.Event()
        self._busy: Counter[str] = Counter()
        self._working: dict[asyncio.Task[None], Claimed] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="smalt-deliveries")

    async def stop(self) -> None:
        """Stop in the middle; what was under way is free for any process."""
        tasks = [*([self._task] if self._task else []), *self._working]
        claimed = list(self._working.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if claimed:
            with contextlib.suppress(UnavailableError):
                await self._rows.release(claimed)

    def wake(self) -> None:
        """Look for deliveries now."""
        self._awake.set()

    async def _forever(self) -> None:
        while True:
            self._awake.clear()
            try:
                await self._look()
            except Exception:
                _log.exception("looking for deliveries failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._awake.wait()

    async def _look(self) -> None:
        """Claim what there is room for, and begin with it."""
        room: dict[int, int] = {}
        planned, left = Counter(self._busy), IN_ALL - len(self._working)
        hooks = {hook.id: hook for hook in await self._rows.due()}
        for hook in hooks.values():
            host = _host(hook)
            count = min(PER_HOST - planned[host], left)
            if count > 0:
                room[hook.id] = count
                planned[host] += count
                left -= count
        if not room:
            return
        for hook_id, claimed in (await self._rows.claim(room)).items():
            for one in claimed:
                self._begin(hooks[hook_id], one)

    def _begin(self, hook: Hook, claimed: Claimed) -> None:
        host = _host(hook)
        self._busy[host] += 1
        task = asyncio.create_task(self._deliver(hook, claimed), name=f"smalt-delivery-{claimed.id}")
        self._working[task] = claimed

        def ended(task: asyncio.Task[None]) -> None:
            del self._working[task]
            self._busy[host] -= 1
            self._awake.set()

        task.add_done_callback(ended)

    async def _deliver(self, hook: Hook, claimed: Claimed) -> None:
        try:
            body = await self._body(hook, claimed)
            if body is None:
                return await self._rows.drop(claimed)
            await self._send(hook, claimed, body)
        except UnavailableError as error:
            _log.warning("a delivery waits for the database", delivery=claimed.id, error=str(error))
        except Exception:
            _log.exception("a delivery failed unexpectedly", delivery=claimed.id)
            await self._rows.failed(hook, claimed, None, "This failed unexpectedly.", again=True)

    async def _send(self, hook: Hook, claimed: Claimed, body: bytes) -> None:
        try:
            answer = await self._outgoing.send("POST", hook.url, self._headers(hook, claimed, body), body)
        except OutgoingError as error:
            return await self._rows.failed(hook, claimed, None, error.detail, error.passing)
        if 200 <= answer.status < 300:
            return await self._rows.done(claimed, answer.status)
        error_text = f"It answered with the status {answer.status}."
        if 300 <= answer.status < 400:
            error_text += " Redirects are not followed; give the address where it is now."
        await self._rows.failed(hook, claimed, answer.status, error_text, again=True)

    def _headers(self, hook: Hook, claimed: Claimed, body: bytes) -> dict[str, str]:
        """The id stays the same however often it is sent, so that receivers know what they have had."""
        message_id, now = f"msg_{claimed.id}", self._clock.now()
        return {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(hook.secret).sign(message_id, now, body.decode()),
        }

    async def _body(self, hook: Hook, claimed: Claimed) -> bytes | None:
        """What the owner may know of the event now; None for nothing."""
        if claimed.event_id is None:
            return msgspec.json.encode(Payload(claimed.kind, moment(claimed.created_at), msgspec.Raw(b"{}")))
        owner = await self._audience.owner(hook.owner_id, hook.project_id)
        events = events_of(await self._rows.event(claimed.event_id))
        told = await self._audience.told(owner, events) if owner is not None else []
        if not told:
            return None
        return msgspec.json.encode(Payload(claimed.kind, moment(events[0].at), msgspec.Raw(told[0].data)))


def _host(hook: Hook) -> str:
    return checked_url(hook.url).host
