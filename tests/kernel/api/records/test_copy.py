"""Copies of records."""

from __future__ import annotations

import httpx

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults


async def copy(project: ProjectClient, record: Json, **body: object) -> httpx.Response:
    return await project.client.post(f"{project.path}/records/{record['id']}/copy", json=body or None)


async def test_a_copy_has_everything(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    given = {"tags": ["SEO", "website"], "assignees": ["admin@example.com"], "description": "d",
             "list": "Negotiations", "due_at": "2026-12-01", "completed_at": "2026-12-02"}  # fmt: skip
    made = await crm.deals.add(
        "Site", given, amount="5", confidence=3, customer=acme["id"], partners=[acme["id"]]
    )
    answer = await copy(crm.deals, made)
    copied = checked(answer, 201)
    assert answer.headers["etag"] == '"1"'
    same = ("title", "description", "list_id", "tags", "assignees", "due_at", "fields")
    assert {n: copied[n] for n in same} == {n: made[n] for n in same}
    assert (copied["version"], copied["completed_at"]) == (1, None)
    assert int(copied["position"]) > int(made["position"])
    assert copied["id"] != made["id"]
    assert await crm.deals.record(made) == made
    (change,) = await crm.deals.history(copied)
    assert change["kind"] == "record.created"


async def test_a_copy_may_differ(crm: Crm) -> None:
    made = await crm.deals.add("Site", {"tags": ["SEO"]}, amount="5", confidence=3)
    body = {"title": "Again", "tags": [], "list": "Closed Won", "fields": {"confidence": None}}
    copied = checked(await copy(crm.deals, made, **body), 201)
    assert (copied["title"], copied["tags"], copied["fields"]["confidence"]) == ("Again", [], None)
    assert copied["fields"]["amount"] == made["fields"]["amount"]
    assert await crm.deals.titles(list="Closed Won") == ["Again"]
    answer = await copy(crm.deals, made, title="", fields={"confidence": 9})
    assert sorted(faults(answer)) == ["/fields/confidence", "/title"]


async def test_unique_values_are_not_copied(plain: ProjectClient) -> None:
    await plain.add_field("Email", "email", unique=True)
    made = await plain.add("a", email="a@b.example")
    assert checked(await copy(plain, made), 201)["fields"] == {"email": None}
    copied = checked(await copy(plain, made, fields={"email": "c@b.example"}), 201)
    assert copied["fields"] == {"email": "c@b.example"}
    await plain.client.patch(f"{plain.path}/fields/email", json={"required": True})
    assert list(faults(await copy(plain, made))) == ["/fields/email"]


async def test_what_may_not_be_seen_is_not_copied(crm: Crm, new_client: NewClient) -> None:
    role = checked(
        await crm.deals.client.post(
            f"{crm.deals.path}/roles",
            json={"name": "Junior", "fields": {"*": "edit", "cost": "hidden", "description": "hidden",
                                               "tags": "read"}, "can": {"create": True, "edit": True}},
        ), 201)  # fmt: skip
    junior = await new_client("junior")
    member = {"user": "junior@example.com", "role": role["id"]}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=member), 201)
    made = await crm.deals.add("Site", {"tags": ["SEO"], "description": "d"}, amount="5", cost="1")
    copied = checked(await copy(crm.deals.seen_by(junior), made), 201)
    full = await crm.deals.record(copied)
    assert full["fields"]["amount"] == made["fields"]["amount"]
    assert (full["fields"]["cost"], full["description"], full["tags"]) == (None, None, [])
