"""The schema snapshot of this process, reloaded when any process has changed the schema."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from kernel.schema import Schema
from kernel.storage.database import Database, Statement, Transaction
from kernel.storage.schema_rows import STATEMENTS, VERSION, FieldTypeLookup, SchemaBuilder

_BUMP = "UPDATE smalt_state SET value = value + 1 WHERE name = 'schema'"


class SchemaCache:
    """Keeps the newest snapshot. `field_types` finds the type of a field, see `FieldTypeLookup`.

    `on_load` gets the disabled plugins of every snapshot that is kept.
    """

    VERSION: ClassVar[Statement] = VERSION

    def __init__(
        self,
        database: Database,
        field_types: FieldTypeLookup,
        on_load: Callable[[frozenset[str]], None] = lambda disabled: None,
    ) -> None:
        self._database = database
        self._on_load = on_load
        self._builder = SchemaBuilder(field_types)
        self._schema: Schema | None = None
        self._loading = asyncio.Lock()

    def cached(self) -> Schema | None:
        """The snapshot at hand, perhaps outdated: compare its `version` with `VERSION`'s answer."""
        return self._schema

    async def current(self) -> Schema:
        """The schema as of now."""
        known = self._schema
        version = (await self._database.read(VERSION))[0][0][0]
        if known is not None and known.version == version:
            return known
        async with self._loading:
            return await self._newer(known, version)

    async def _newer(self, known: Schema | None, version: int) -> Schema:
        """The snapshot at hand when another caller has loaded it meanwhile, else a new one."""
        schema = self._schema
        if schema is None or schema is known or schema.version < version:
            schema = self._builder.build(await self._database.read(*STATEMENTS))
            self._schema = schema
            self._on_load(schema.disabled_plugins)
        return schema

    async def in_transaction(self, tx: Transaction) -> Schema:
        """The schema that this transaction works on: every transaction keeps changes of others out.

        Never kept, since a transaction may see its own changes and still roll back; a writer
        that asks for `current` before it begins spares the loading.
        """
        version = (await tx.fetch(VERSION.sql))[0][0]
        known = self._schema
        return known if known is not None and known.version == version else await self.load(tx)

    async def load(self, tx: Transaction) -> Schema:
        """The schema as this transaction sees it, its own changes included."""
        return self._builder.build(await tx.fetch_all(*STATEMENTS))

    async def change(self, tx: Transaction) -> Schema:
        """Begin to change the schema: `bump`, and the schema as it stood until now."""
        schema = await self.in_transaction(tx)
        await self.bump(tx)
        return schema

    async def bump(self, tx: Transaction) -> None:
        """Mark the schema as changed; for transactions begun with `schema_change=True`."""
        await tx.execute(_BUMP)
