"""Finds the people whom configs and values name."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from kernel.dialects.base import Parameters
from kernel.effects import Address
from kernel.storage.database import Database, Statement, Transaction
from kernel.values import ID, TEXT

MOST = 1000


async def find_people(tx: Transaction, named: Collection[str]) -> dict[str, Address]:
    """Active users by the ids and lower-case emails among `named`, and by both then."""
    wanted = sorted({name.strip().lower() for name in named})[:MOST]
    if not wanted:
        return {}
    parameters = Parameters(tx.dialect)
    marks = ", ".join(parameters.add(name, TEXT) for name in wanted)
    id_text = tx.dialect.text("id")
    sql = (
        f"SELECT id, email, name FROM smalt_user WHERE active AND (lower(email) IN ({marks}) "
        f"OR {id_text} IN ({marks}))"
    )
    found: dict[str, Address] = {}
    for id_, email, name in await tx.fetch(sql, parameters.values):
        found[str(id_)] = found[email.lower()] = Address(email, name, str(id_))
    return found


class KnownPerson(NamedTuple):
    """Somebody who is or was a user."""

    email: str
    name: str
    active: bool


async def known_people(database: Database, ids: Collection[str]) -> dict[str, KnownPerson]:
    """People by id, those who are not active any more too."""
    wanted = sorted({int(id_) for id_ in ids if id_.isdecimal()})[:MOST]
    if not wanted:
        return {}
    parameters = Parameters(database.dialect)
    marks = ", ".join(parameters.add(id_, ID) for id_ in wanted)
    sql = f"SELECT id, email, name, active FROM smalt_user WHERE id IN ({marks})"
    (rows,) = await database.read(Statement(sql, parameters.values))
    return {str(id_): KnownPerson(email, name, bool(active)) for id_, email, name, active in rows}
