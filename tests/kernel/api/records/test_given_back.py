"""A customer with everything that a customer can have goes to the trash and comes back: nothing is lost."""

from __future__ import annotations

import os
from typing import Any

import httpx

from tests.kernel.api.files.uploading import PNG, upload
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked

DEALS = int(os.environ.get("SMALT_GIVEN_BACK_DEALS", "500"))
PARTS = ("comments", "checklists", "dependencies", "followers", "reminders", "referenced-by")
STAMPS = ("version", "updated_at", "updated_by")
"""What tells of a record that it was in the trash."""


async def test_a_customer_with_very_much_comes_back_as_it_was(client: httpx.AsyncClient, crm: Crm) -> None:
    acme, contents = await filled(client, crm)
    before = await everything(client, crm, acme, contents)
    assert sorted(group["total"] for group in before["referenced-by"]["items"]) == [1, DEALS, DEALS]
    history = await crm.customers.history(acme)

    await crm.customers.delete(acme)
    gone = await everything(client, crm, acme, contents)
    assert gone["customer"]["status"] == 404
    assert gone["referenced-by"]["status"] == 404
    assert [record["fields"]["customer"] for record in gone["deals"]] == [[]] * DEALS
    assert gone["search"] == []
    back = await crm.customers.restore(acme)
    after = await everything(client, crm, acme, contents)
    assert back["version"] == before["customer"]["version"] + 2
    assert without_stamps(after) == without_stamps(before)
    told = [change["kind"] for change in await crm.customers.history(acme)]
    assert told == [*(change["kind"] for change in history), "record.deleted", "record.restored"]

    checked(await client.delete(crm.customers.path), 204)
    checked(await crm.customers.try_record(acme), 404)
    checked(await client.post(f"{crm.customers.path}/restore"), 200)
    assert await everything(client, crm, acme, contents) == after


async def filled(client: httpx.AsyncClient, crm: Crm) -> tuple[Json, dict[str, bytes]]:
    """The customer, and the files that hang on it by their ids."""
    await crm.customers.add_field("Papers", "file")
    await crm.deals.add_field("Contracts", "file")
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    measure = {"function": "sum", "field": "amount"}
    won = {"source": "referenced_by", "project_id": crm.deals.id, "reference": "customer", "measure": measure}
    await crm.customers.add_field("Pipeline", "rollup", won)
    contents = {}
    for number in range(3):
        content = PNG + bytes([number])
        contents[(await upload(client, content, f"{number}.png"))["id"]] = content
    on_record, on_deal, on_comment = contents
    acme = await crm.customers.add(
        "Acme", {"description": "**Big**"}, email="ewa@acme.example", size=5, category="Retail",
        papers=[on_record],
    )  # fmt: skip
    other = await crm.customers.add("Other")
    deals = [
        {
            "title": f"Deal {number}", "list": "Negotiations", "tags": ["SEO"],
            "fields": {"amount": str(number), "customer": acme["id"], "partners": [other["id"], acme["id"]]},
        }
        for number in range(DEALS)
    ]  # fmt: skip
    made = checked(await crm.deals.batch(create=deals), 200)["created"]
    await crm.deals.update(made[0], contracts=[on_deal])
    await crm.deliveries.add("Delivery", deal=made[0])
    await crm.customers.refer("Parent", crm.customers)
    await crm.customers.add("Daughter", parent=acme["id"])
    await collaborate(client, crm.customers, acme, other, on_comment)
    return acme, contents


async def collaborate(
    client: httpx.AsyncClient, customers: ProjectClient, acme: Json, other: Json, file: str
) -> None:
    path = f"{customers.path}/records/{acme['id']}"
    for number in range(40):
        checked(await client.post(f"{path}/comments", json={"body": f"Call {number}"}), 201)
    checked(await client.post(f"{path}/comments", json={"body": "Signed", "files": [file]}), 201)
    checklist = checked(await client.post(f"{path}/checklists", json={"name": "Start"}), 201)
    items = f"{path}/checklists/{checklist['id']}/items"
    for title in ("Call", "Write"):
        checked(await client.post(items, json={"title": title, "done": title == "Call"}), 201)
    body = {"relation": "blocks", "record_id": other["id"]}
    checked(await client.post(f"{path}/dependencies", json=body), 201)
    checked(await client.post(f"{path}/reminders", json={"at": "2099-01-01T09:00:00Z"}), 201)


async def everything(
    client: httpx.AsyncClient, crm: Crm, acme: Json, contents: dict[str, bytes]
) -> dict[str, Any]:
    """All that tells of the customer, from every side."""
    path = f"{crm.customers.path}/records/{acme['id']}"
    found: dict[str, Any] = {"customer": (await client.get(path)).json()}
    for part in PARTS:
        found[part] = (await client.get(f"{path}/{part}")).json()
    for name, project in (("deals", crm.deals), ("deliveries", crm.deliveries)):
        found[name] = await project.every(500)
    found["by mail"] = await crm.deliveries.titles(filter="{contact} = 'ewa@acme.example'")
    found["sums"] = await crm.deals.aggregate(group_by=["customer"], measures=SUM)
    found["search"] = checked(await client.get("/search", params={"q": "acme"}), 200)["items"]
    for id_, content in contents.items():
        answer = await client.get(f"/files/{id_}/content")
        found[id_] = answer.content == content if answer.status_code == 200 else answer.status_code
    return found


SUM = {"amount": {"function": "sum", "field": "amount"}}


def without_stamps(found: dict[str, Any]) -> dict[str, Any]:
    customer = {name: value for name, value in found["customer"].items() if name not in STAMPS}
    return found | {"customer": customer}
