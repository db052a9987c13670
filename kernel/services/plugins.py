"""The plugins as administrators see and switch them, in every process at once."""

from __future__ import annotations

import asyncio

import msgspec

from kernel.access.actor import Actor
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, ForbiddenError, NotFoundError
from kernel.ids import IdGenerator
from kernel.plugin_manager import PluginInfo, PluginManager
from kernel.services.plugin_usage import Usage, usage, used
from kernel.storage.database import Database, Transaction
from kernel.storage.kernel_rows import KernelRows
from kernel.storage.schema_cache import SchemaCache


class PluginState(msgspec.Struct, frozen=True):
    """A plugin, how much of it is in use, and its conduct in this process."""

    info: PluginInfo
    in_use: int
    faults: int
    switched_off: bool


class PluginService:
    """Lists plugins and switches them on and off."""

    def __init__(
        self,
        database: Database,
        rows: KernelRows,
        ids: IdGenerator,
        clock: Clock,
        schema: SchemaCache,
        manager: PluginManager,
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._schema = schema
        self._manager = manager
        self._guard = manager.guard
        self._storing: set[asyncio.Task[None]] = set()

    async def all(self, actor: Actor) -> list[PluginState]:
        """Every plugin that is installed, by name."""
        schema = await self._schema.current()
        found = await usage(self._database, schema)
        return [self._state(i, found) for i in self._manager.loaded(schema.disabled_plugins)]

    async def get(self, actor: Actor, name: str) -> PluginState:
        """One plugin, or NotFoundError."""
        for state in await self.all(actor):
            if state.info.name == name:
                return state
        raise NotFoundError("There is no such plugin.")

    async def switch(self, actor: Actor, name: str, enabled: bool) -> PluginState:
        """Switch a plugin on or off. What it stored stays, and comes back with it."""
        if not actor.admin or "admin" not in actor.scopes:
            raise ForbiddenError("Only administrators may switch plugins, with the scope 'admin'.")
        state = await self.get(actor, name)
        if enabled and state.info.status != "loaded":
            raise ConflictError(f"The plugin is {state.info.status}: {state.info.error}")
        async with self._database.transaction(schema_change=True) as tx:
            await self._schema.bump(tx)
            await self._store(tx, name, enabled, None)
        if enabled:
            self._guard.pardon(name)
        return await self.get(actor, name)

    def watch(self) -> None:
        """From now on, store it when the guard of this process switches a plugin off."""
        loop = asyncio.get_running_loop()

        def on_trip(name: str, reason: str) -> None:
            loop.call_soon_threadsafe(self._begin, name, reason)

        self._guard.on_trip = on_trip

    async def unwatch(self) -> None:
        """Stop watching and finish what is being stored."""
        self._guard.on_trip = None
        await asyncio.gather(*self._storing, return_exceptions=True)

    def _begin(self, name: str, reason: str) -> None:
        task = asyncio.create_task(self.switched_off(name, reason))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    async def switched_off(self, name: str, reason: str) -> None:
        """Note for all processes that a plugin was switched off for its faults, and tell administrators."""
        async with self._database.transaction(schema_change=True) as tx:
            await self._schema.bump(tx)
            await self._store(tx, name, False, reason)
            text = f"The plugin '{name}' was switched off after repeated faults: {reason}."
            notice = {"id": self._ids.new(), "user_id": None, "text": text, "created_at": self._now()}
            await self._rows.insert(tx, "smalt_notice", notice)

    async def _store(self, tx: Transaction, name: str, enabled: bool, reason: str | None) -> None:
        marks = ", ".join(self._rows.mark(n) for n in (1, 2, 3, 4))
        await tx.execute(
            f"INSERT INTO smalt_plugin (name, enabled, reason, changed_at) VALUES ({marks}) "
            "ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled, reason = excluded.reason, "
            "changed_at = excluded.changed_at",
            [name, enabled, reason, self._now()],
        )

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())

    def _state(self, info: PluginInfo, found: Usage) -> PluginState:
        ledger = self._guard.ledgers().get(info.name)
        off = bool(ledger and ledger.off)
        return PluginState(info, used(info, found), ledger.faults if ledger else 0, off)
