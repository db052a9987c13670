"""Piccolo's queries on Smalt's connections."""

from __future__ import annotations

import asyncio

import pytest

from kernel.errors import DuplicateError
from kernel.storage.database import Database
from kernel.storage.tables import TABLES
from kernel.storage.tables.people import Member, Notice, User
from kernel.storage.tables.schema import State


def person(number: int, **more: object) -> User:
    return User(id=number, email=f"u{number}@example.org", name=f"User {number}", created_at=0, **more)


async def test_rows_come_back_as_they_were_put(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run(User.insert(person(1, admin=True), person(2, active=False, locale="pl")))
        rows = await tx.run(User.select().order_by(User.id))
    assert rows == await database.select(User.select().order_by(User.id))
    assert [(r["id"], r["admin"], r["active"], r["locale"]) for r in rows] == [
        (1, True, True, None),
        (2, False, False, "pl"),
    ]
    assert type(rows[0]["admin"]) is bool


async def test_conditions_updates_and_counts(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run(User.insert(*(person(n) for n in range(1, 6))))
        await tx.run(User.update({User.admin: True}).where(User.id.is_in([2, 3])))
        await tx.run(User.delete().where(User.id == 5))
    assert await database.select(User.count().where(User.admin == True)) == 2  # noqa: E712 - a Piccolo column
    assert await database.select(User.exists().where(User.id == 5)) is False
    first = await database.select(User.select(User.name).where(User.id == 4).first())
    assert first == {"name": "User 4"}
    assert await database.select(User.select(User.name).where(User.id == 9).first()) is None
    assert await database.select(User.select(User.id).order_by(User.id).output(as_list=True)) == [1, 2, 3, 4]


async def test_sums_happen_in_the_database(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run(State.insert(State(name="test", value=40)))
        await tx.run(State.update({State.value: State.value + 2}).where(State.name == "test"))
        rows = await tx.run(State.select(State.value).where(State.name == "test"))
    assert rows == [{"value": 42}]


async def test_on_conflict(database: Database) -> None:
    query = State.insert(State(name="test", value=1)).on_conflict(
        target=State.name, action="DO UPDATE", values=[(State.value, 7)]
    )
    async with database.transaction() as tx:
        await tx.run(query)
        await tx.run(query)
        assert await tx.run(State.select(State.value).where(State.name == "test")) == [{"value": 7}]


async def test_composite_keys(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run(Member.insert(Member(project_id=1, user_id=2, role="owner")))
        await tx.run(Member.insert(Member(project_id=1, user_id=3, role="viewer")))
        with pytest.raises(DuplicateError) as caught:
            async with tx.savepoint():
                await tx.run(Member.insert(Member(project_id=1, user_id=3, role="member")))
    assert caught.value.constraint == "smalt_member_pkey"
    assert await database.select(Member.count()) == 2


def test_a_missing_value_is_noticed_at_once() -> None:
    with pytest.raises(ValueError, match="text"):
        Notice(id=1, created_at=0)


async def test_an_unbound_query_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match="select"):
        await User.select()


async def test_two_tasks_do_not_disturb_each_other(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run(User.insert(*(person(n) for n in range(1, 21))))

    async def look(number: int) -> object:
        return await database.select(User.select(User.id).where(User.id == number).first())

    found = await asyncio.gather(*(look(number) for number in range(1, 21)))
    assert found == [{"id": number} for number in range(1, 21)]


def test_all_tables_carry_the_prefix() -> None:
    assert all(table._meta.tablename.startswith("smalt_") for table in TABLES)
    assert len({table._meta.tablename for table in TABLES}) == len(TABLES)
