"""Places of records inside a list: whole numbers with gaps, renumbered where a gap has closed.

People who order a list at the same time must not wait for one another in a circle. So a place is not the
very middle of a gap, where others would put theirs; and where a gap has closed, first the neighbour, which
is locked already, steps aside. Only where that has no room either are all records of the list renumbered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kernel.errors import Fault, InvalidInputError
from kernel.ids import number_of
from kernel.storage.database import Transaction
from kernel.storage.record_rows import TablePlan

GAP = 1 << 20
_LISTS = ("list", "list_id")
SIDES = ("before", "after")
_OTHER = {"before": "after", "after": "before"}
_PLACES = (*SIDES, "position")


def wanted_list(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The member that names the list, if any does. InvalidInputError for a body that contradicts itself."""
    lists = [name for name in _LISTS if wanted.get(name) is not None]
    places = [name for name in _PLACES if wanted.get(name) is not None]
    faults = [Fault(f"/{name}", f"Give '{chosen[0]}' or '{name}', not both.")
              for chosen in (lists, places) for name in chosen[1:]]  # fmt: skip
    if not lists and not places:
        faults.append(Fault("", "Say where to: give a 'list', or 'before', 'after' or 'position'."))
    if faults:
        raise InvalidInputError("The place is not valid.", faults)
    return {name: wanted[name] for name in lists}


async def place_between(
    tx: Transaction, plan: TablePlan, list_id: int, record_id: int, wanted: Mapping[str, Any]
) -> int | None:
    """The position that `before`, `after` or `position` ("first", "last") ask for; None for none."""
    if wanted.get("before") is not None:
        return await _beside(tx, plan, list_id, record_id, wanted["before"], "before")
    if wanted.get("after") is not None:
        return await _beside(tx, plan, list_id, record_id, wanted["after"], "after")
    if wanted.get("position") == "first":
        edge = await _edge(tx, plan, list_id, "min")
        return 0 if edge is None else edge - GAP - record_id % GAP
    if wanted.get("position") == "last" or wanted_list(wanted):
        edge = await _edge(tx, plan, list_id, "max")
        return 0 if edge is None else edge + GAP + record_id % GAP
    return None


async def _edge(tx: Transaction, plan: TablePlan, list_id: int, function: str) -> int | None:
    sql = f"SELECT {function}(position) FROM {plan.project.table} WHERE list_id = {plan.integers(1)}"
    found = (await tx.fetch(sql, [list_id]))[0][0]
    return None if found is None else int(found)


async def _beside(
    tx: Transaction, plan: TablePlan, list_id: int, record_id: int, beside: Any, side: str
) -> int:
    here, beyond = await _gap(tx, plan, list_id, record_id, beside, side)
    if abs(beyond - here) > 1:
        return _inside(here, beyond, record_id)
    if not await _step_aside(tx, plan, list_id, record_id, beside, side):
        await _renumber(tx, plan, list_id)
    return await _beside(tx, plan, list_id, record_id, beside, side)


async def _gap(
    tx: Transaction, plan: TablePlan, list_id: int, record_id: int, beside: Any, side: str
) -> tuple[int, int]:
    """The positions of the neighbour and of whoever is next to it on a side, but for the record itself."""
    order = await _neighbours(tx, plan, list_id, neighbour(beside), side)
    if not order:
        raise _nobody(side)
    here = order[0][1]
    others = [position for id_, position in order[1:] if id_ != record_id]
    return here, others[0] if others else here + (GAP if side == "after" else -GAP) * 2


def _inside(one: int, other: int, record_id: int) -> int:
    """A position between two: near the middle, at a distance that follows from the record."""
    gap = abs(other - one)
    return (one + other) // 2 - gap // 8 + record_id % (gap // 4 + 1)


async def _step_aside(
    tx: Transaction, plan: TablePlan, list_id: int, record_id: int, beside: Any, side: str
) -> bool:
    """Move the neighbour away from that side, if there is room on its other one."""
    here, beyond = await _gap(tx, plan, list_id, record_id, beside, _OTHER[side])
    step = abs(beyond - here) // 4
    if step < 2:
        return False
    one, two = plan.integers(2).split(", ")
    await tx.execute(
        f"UPDATE {plan.project.table} SET position = {one} WHERE id = {two}",
        [here + (step if beyond > here else -step), neighbour(beside)],
    )
    return True


def check_neighbours(wanted: Mapping[str, Any], seen: Collection[int]) -> None:
    """Raise InvalidInputError unless the record to be placed beside is one that the mover sees."""
    for side in SIDES:
        if wanted.get(side) is not None and neighbour(wanted[side]) not in seen:
            raise _nobody(side)


def _nobody(side: str) -> InvalidInputError:
    fault = Fault(f"/{side}", "There is no such record in this list.")
    return InvalidInputError("The place is not valid.", [fault])


def neighbour(value: Any) -> int:
    """The number of an id; 0, which no record has, for what is none."""
    return number_of(value) or 0


async def _neighbours(
    tx: Transaction, plan: TablePlan, list_id: int, neighbour_id: int, side: str
) -> list[tuple[int, int]]:
    """The neighbour and the two records next to it on the wanted side."""
    table = plan.project.table
    one, two, three, four = plan.integers(4).split(", ")
    found = await tx.fetch(
        f"SELECT id, position FROM {table} WHERE id = {one} AND list_id = {two} AND deleted_at IS NULL",
        [neighbour_id, list_id],
    )
    if not found:
        return []
    sign, order = (">", "") if side == "after" else ("<", " DESC")
    near = await tx.fetch(
        f"SELECT id, position FROM {table} WHERE list_id = {one} AND deleted_at IS NULL AND "
        f"(position {sign} {two} OR (position = {three} AND id {sign} {four})) "
        f"ORDER BY position{order}, id{order} LIMIT 2",
        [list_id, found[0][1], found[0][1], neighbour_id],
    )
    return [(row[0], row[1]) for row in (*found, *near)]


async def _renumber(tx: Transaction, plan: TablePlan, list_id: int) -> None:
    """Open the gaps of a list again; positions stay in their order."""
    table = plan.project.table
    one = plan.integers(1)
    numbered = (
        f"SELECT id, row_number() OVER (ORDER BY position, id) AS number FROM {table} WHERE list_id = {one}"
    )
    await tx.execute(
        f"UPDATE {table} SET position = "
        f"(SELECT n.number * {GAP} FROM ({numbered}) n WHERE n.id = {table}.id) WHERE list_id = {one}",
        [list_id],
    )
