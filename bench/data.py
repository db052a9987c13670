"""Fills a database with the CRM of the template: customers, opportunities, and what else is measured."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from bench.places import Place
from kernel.access.actor import FULL_ACCESS, SYSTEM, Actor
from kernel.runtime import Kernel, create_kernel
from kernel.services.field_inputs import FieldInput
from kernel.services.members import MemberInput
from kernel.services.roles import RoleInput
from kernel.services.template_samples import SampleWriter
from kernel.services.templates import Applied
from kernel.services.tokens import TokenInput
from kernel.services.users import UserInput
from kernel.storage.database import Statement

CHUNK = 10_000
LOOKED_UP = ("email", "phone", "website", "address", "category", "source", "sector", "employees")

HIDDEN = ("description", "due_date", "reason_lost", "proposal_url", "received_files", "contracts")
SCOPE = "{list} != 'N/A' AND {amount} > 1000"
"""What the role hides, and which records it shows."""

FORMULAS = (
    "{amount} * N - {cost}",
    "IF({amount} > N000, {amount} - {cost}, {amount})",
    "{confidence} * N + 1",
    "{amount} * N / 100",
)


@dataclass(frozen=True)
class Filled:
    """What was made. `heavy` are the keys of 20 lookups and 20 formulas; `member_token` is that of somebody
    whose role hides fields of the opportunities and narrows them."""

    token: str
    member_token: str
    user_id: int
    customers: int
    opportunities: int
    heavy: tuple[str, ...]


async def fill(place: Place, opportunities: int) -> Filled:
    """So many opportunities and a tenth as many customers, and an administrator who reads them."""
    kernel = create_kernel(place.settings())
    await kernel.start()
    try:
        user = await kernel.users.create(SYSTEM, UserInput("bench@example.com", "Bench", admin=True))
        _, token = await kernel.tokens.create(
            SYSTEM, user.id, TokenInput("bench", ["read", "write", "admin"])
        )
        actor = Actor(user.id, admin=True)
        applied = await kernel.templates.apply(actor, "crm")
        await _without_automations(kernel, actor, applied)
        heavy = await _heavy_fields(kernel, actor, applied)
        member_token = await _member(kernel, actor, applied)
        await _samples(kernel, actor, applied, opportunities)
        await kernel.database.optimize()
        await kernel.search_indexing.catch_up()
    finally:
        await kernel.stop()
    projects = applied.projects
    return Filled(token, member_token, user.id, projects["customers"].id, projects["opportunities"].id, heavy)


async def _member(kernel: Kernel, actor: Actor, applied: Applied) -> str:
    """The token of a member of customers and opportunities; a role of its own in these."""
    user = await kernel.users.create(SYSTEM, UserInput("member@example.com", "Member"))
    customers, deals = (applied.projects[name].id for name in ("customers", "opportunities"))
    role = RoleInput("Junior", {"*": "edit", **dict.fromkeys(HIDDEN, "hidden")}, SCOPE)
    junior = await kernel.roles.create(actor, deals, role)
    await kernel.members.add(actor, customers, MemberInput(str(user.id), "member"))
    await kernel.members.add(actor, deals, MemberInput(str(user.id), junior.id))
    return (await kernel.tokens.create(SYSTEM, user.id, TokenInput("bench", ["read"])))[1]


async def _heavy_fields(kernel: Kernel, actor: Actor, applied: Applied) -> tuple[str, ...]:
    project = applied.projects["opportunities"].id
    keys = []
    for number in range(20):
        config = {"reference": "customer", "field": LOOKED_UP[number % len(LOOKED_UP)]}
        made = await kernel.fields.create(actor, project, FieldInput(f"Lookup {number}", "lookup", config))
        keys.append(made.field.key)
    for number in range(20):
        expression = FORMULAS[number % len(FORMULAS)].replace("N", str(number + 1))
        config = {"expression": expression}
        made = await kernel.fields.create(actor, project, FieldInput(f"Formula {number}", "formula", config))
        keys.append(made.field.key)
    return tuple(keys)


async def _samples(kernel: Kernel, actor: Actor, applied: Applied, size: int) -> None:
    template = await kernel.templates.get("crm")
    today = kernel.clock.now().date()
    samples = (s for s in template.samples(size, 1, today) if s.project != "delivery")
    writer = SampleWriter(kernel.records, kernel.ids, applied.projects)
    owner = replace(actor, memberships={p.id: FULL_ACCESS for p in applied.projects.values()})
    while chunk := list(islice(samples, CHUNK)):
        async with kernel.database.transaction() as tx:
            schema = await kernel.schema.in_transaction(tx)
            await writer.write(tx, schema, owner, chunk)


async def _without_automations(kernel: Kernel, actor: Actor, applied: Applied) -> None:
    """Nothing works in the background while something else is measured."""
    for project in applied.projects.values():
        for found in await kernel.automations.service.all(actor, project.id):
            await kernel.automations.service.delete(actor, project.id, int(found.id))


async def customer_names(place: Place, filled: Filled) -> list[str]:
    """The titles of all customers, which are all different."""
    kernel = create_kernel(place.settings())
    await kernel.database.start()
    try:
        (rows,) = await kernel.database.read(Statement(f"SELECT title FROM p_{filled.customers}"))
        return [row[0] for row in rows]
    finally:
        await kernel.database.stop()


def write_csv(path: Path, rows: int, customers: list[str]) -> None:
    """A file of opportunities with eight columns, most of whose cells differ from row to row."""
    chance = random.Random(8)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Title", "Customer", "Stage", "Amount", "Cost", "Stars", "Expected close date", "Source"]
        )
        writer.writerows(_row(chance, number, customers) for number in range(rows))


def _row(chance: random.Random, number: int, customers: list[str]) -> list[object]:
    amount = chance.random() * 90_000
    return [
        f"Imported deal {number}",
        chance.choice(customers),
        chance.choice(("Qualification", "Negotiations", "Closed Won")),
        f"{amount:.2f}",
        f"{amount * chance.random():.2f}",
        chance.randrange(1, 6),
        f"{chance.randrange(1, 13)}/{chance.randrange(1, 29)}/2026",
        chance.choice(("Inbound", "Outbound", "Referral")),
    ]
