"""What happened to a record: who, when, through what, from what to what."""

from __future__ import annotations

from typing import Any

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, new_project


def changed(change: Json) -> dict[str, tuple[Any, Any]]:
    return {c["field"]: (c["from"], c["to"]) for c in change["changes"]}


async def test_who_when_and_through_what(plain: ProjectClient, new_client: NewClient) -> None:
    made = await plain.add("a")
    ewa = await new_client("ewa", admin=True)
    updated = await plain.seen_by(ewa).update(made, {"title": "b"})
    first, second = await plain.history(made)
    assert first == {
        "id": first["id"], "at": made["created_at"], "by": {"id": user_id(plain.client), "name": "Admin"},
        "via": "api", "kind": "record.created", "record_id": made["id"], "version": 1,
        "changes": first["changes"], "batch_id": None,
    }  # fmt: skip
    assert (second["by"]["name"], second["at"], second["version"]) == ("Ewa", updated["updated_at"], 2)
    assert changed(second) == {"title": ("a", "b")}


async def test_values_have_the_shapes_that_they_have_in_records(crm: Crm) -> None:
    """Every type of field, from empty to a value and on to another."""
    deals, acme, bolt = crm.deals, await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    await deals.refer("Partners", crm.customers, multiple=True)
    await deals.add_field("Source", "select", {"options": [{"name": "Fair"}, {"name": "Web"}]})
    await deals.add_field("Services", "multi_select", {"options": [{"name": "SEO"}, {"name": "Ads"}]})
    await deals.add_field("Owner", "user")
    await deals.add_field("Team", "user", {"multiple": True})
    await deals.add_field("Share", "percent")
    await deals.add_field("Hours", "number", {"decimals": 2})
    await deals.add_field("Weight", "number")
    await deals.add_field("Hot", "checkbox")
    await deals.add_field("Call", "date", {"time": True})
    await deals.add_field("Campaign", "date", {"range": True})
    await deals.add_field("Phone", "phone")
    await deals.add_field("Notes", "long_text")
    await deals.add_field("Site", "url")
    one: Json = {
        "amount": "1200.5", "confidence": 3, "close_date": "2026-12-31", "customer": acme["id"],
        "partners": [acme["id"]], "source": "Fair", "services": ["SEO"], "owner": "admin@example.com",
        "team": ["admin@example.com"], "share": "12.5", "hours": "1.5", "weight": "2.25", "hot": True,
        "call": "2026-12-31T10:00:00+01:00", "campaign": {"start": "2026-01-01", "end": "2026-01-31"},
        "phone": "+48 601 234 567", "notes": "a\nb", "site": "https://acme.example",
    }  # fmt: skip
    two: Json = {
        "amount": {"amount": "7", "currency": "JPY"}, "confidence": 5, "close_date": "2027-01-01",
        "customer": [bolt["id"]], "partners": [bolt["id"], acme["id"]], "source": "Web",
        "services": ["Ads", "SEO"], "owner": None, "team": [], "share": "0.01", "hours": "2", "weight": "3",
        "hot": False, "call": "2027-01-01", "campaign": "2026-02-01", "phone": "+44 20 7946 0958",
        "notes": "c", "site": "https://bolt.example/x",
    }  # fmt: skip
    made = await deals.add("Deal", **one)
    updated = await deals.update(made, **two)
    cleared = await deals.update(made, **dict.fromkeys(one))
    written = [{name: record["fields"][name] for name in one} for record in (made, updated, cleared)]
    first, second, third = [changed(change) for change in await deals.history(made)]
    empty = cleared["fields"]
    assert {n: to for n, (_, to) in first.items() if n in one} == written[0]
    assert all(from_ == empty[n] for n, (from_, _) in first.items() if n in one)
    assert second == {n: (written[0][n], written[1][n]) for n in one}
    assert third == {n: (written[1][n], written[2][n]) for n in one if written[1][n] != empty[n]}


async def test_built_in_fields(plain: ProjectClient) -> None:
    made = await plain.add("a", {"tags": ["SEO"], "due_at": "2026-12-31T10:00:00.5Z", "description": "d"})
    after = await plain.update(
        made,
        {"tags": ["website"], "assignees": ["admin@example.com"], "due_at": None, "list": "Done",
         "description": None, "start_at": "2026-01-01T00:00:00Z"},
    )  # fmt: skip
    first, second = await plain.history(made)
    assert changed(first) == {
        "title": (None, "a"), "list": (None, {"id": made["list_id"], "name": "Open", "color": None}),
        "tags": ([], made["tags"]), "due_at": (None, made["due_at"]), "description": (None, "d"),
    }  # fmt: skip
    assert changed(second) == {
        "tags": (made["tags"], after["tags"]), "assignees": ([], after["assignees"]),
        "due_at": (made["due_at"], None), "description": ("d", None), "start_at": (None, after["start_at"]),
        "list": ({"id": made["list_id"], "name": "Open", "color": None},
                 {"id": after["list_id"], "name": "Done", "color": None}),
    }  # fmt: skip


async def test_deleting_and_restoring(plain: ProjectClient) -> None:
    made = await plain.add("a")
    await plain.delete(made)
    await plain.restore(made)
    assert [(c["kind"], c["version"]) for c in await plain.history(made)] == [
        ("record.created", 1), ("record.deleted", 2), ("record.restored", 3),
    ]  # fmt: skip


async def test_history_is_paged(plain: ProjectClient) -> None:
    made = await plain.add("t0")
    for number in range(1, 8):
        await plain.update(made, {"title": f"t{number}"})
    found: list[int] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        answer = await plain.client.get(f"{plain.path}/records/{made['id']}/history", params=query)
        page = checked(answer, 200)
        found += [c["version"] for c in page["items"]]
        await plain.update(made, {"title": f"later {len(found)}"})
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == [8, 7, 6, 5, 4, 3, 2, 1]


async def test_what_is_hidden_or_off_is_not_in_the_history(crm: Crm, new_client: NewClient) -> None:
    made = await crm.deals.add("Site", {"description": "d", "tags": ["SEO"]}, amount="5", cost="3")
    await crm.deals.update(made, {"description": "e"}, cost="4")
    body = {"name": "Junior", "fields": {"*": "edit", "cost": "hidden", "tags": "hidden"}}
    role = checked(await crm.deals.client.post(f"{crm.deals.path}/roles", json=body), 201)
    junior = crm.deals.seen_by(await new_client("junior"))
    member = {"user": "junior@example.com", "role": role["id"]}
    checked(await crm.deals.client.post(f"{crm.deals.path}/members", json=member), 201)
    first, second = await junior.history(made)
    assert set(changed(first)) == {"title", "list", "description", "amount"}
    assert set(changed(second)) == {"description"}
    await crm.deals.change(default_fields=["tags"])
    assert "tags" in changed((await crm.deals.history(made))[0])
    assert "description" not in changed((await crm.deals.history(made))[0])


async def test_titles_that_may_not_be_seen(
    crm: Crm, new_client: NewClient, client: httpx.AsyncClient
) -> None:
    secret = await new_project(client, "Secret")
    await crm.deals.refer("Case", secret)
    case = await secret.add("Secret title")
    made = await crm.deals.add("Site", case=case["id"])
    reader = crm.deals.seen_by(await new_client("reader"))
    member = {"user": "reader@example.com", "role": "viewer"}
    checked(await client.post(f"{crm.deals.path}/members", json=member), 201)
    assert (await reader.fields(made))["case"] == [{"hidden": True}]
    (change,) = await reader.history(made)
    assert changed(change)["case"] == ([], [{"hidden": True}])
    await secret.delete(case)
    assert changed((await crm.deals.history(made))[0])["case"] == (
        [],
        [{"id": case["id"], "title": "Secret title"}],
    )
