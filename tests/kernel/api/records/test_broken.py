"""What is deleted or switched off leaves its dependents visibly broken, and they recover."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults

Act = Callable[[], Awaitable[None]]


class Watched:
    """A delivery that looks two hops through, and the deal in between."""

    def __init__(self, crm: Crm, deal: Json, delivery: Json) -> None:
        self.crm = crm
        self.deal = deal
        self.delivery = delivery

    async def healthy(self) -> None:
        deal, delivery = (
            await self.crm.deals.record(self.deal),
            await self.crm.deliveries.record(self.delivery),
        )
        assert deal["fields"] == self.deal["fields"]
        assert delivery["fields"] == self.delivery["fields"]
        assert "warnings" not in delivery
        assert await self.crm.deliveries.titles(filter="{contact} = 'ewa@acme.example'") == ["x"]

    async def broken(self, *fields: str, off: str = "") -> None:
        """These fields of the delivery are empty and say why; nothing else has changed.

        They keep their shape, which is an array, but for the one whose type is `off`.
        """
        page = (await self.crm.deliveries.page())["items"]
        found = await self.crm.deliveries.record(self.delivery)
        assert page == [found]
        assert [w["field"] for w in found["warnings"]] == list(fields)
        assert all(w["detail"].startswith("Broken source: ") for w in found["warnings"])
        expected = self.delivery["fields"] | {f: None if f == off else [] for f in fields}
        assert found["fields"] == expected
        for field in fields:
            assert list(faults(await self.crm.deliveries.get(filter=f"{{{field}}} = 'x'"))) == ["/filter"]
            assert list(faults(await self.crm.deliveries.get(sort=field))) == ["/sort"]
            assert list(faults(await self.crm.deliveries.try_aggregate(group_by=[field]))) == ["/group_by/0"]
        renamed = await self.crm.deliveries.update(self.delivery, {"title": "y"})
        assert renamed["fields"] == expected
        await self.crm.deliveries.update(self.delivery, {"title": "x"})


async def watched(crm: Crm) -> Watched:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    deal = await crm.deals.add("deal", customer=acme["id"], amount="5")
    return Watched(crm, deal, await crm.deliveries.add("x", deal=deal["id"]))


async def delete_field(project: ProjectClient, key: str) -> Act:
    """Deletes a field; the answer restores it."""
    field = checked(await project.client.get(f"{project.path}/fields/{key}"), 200)
    checked(await project.client.delete(f"{project.path}/fields/{key}"), 204)

    async def restore() -> None:
        checked(await project.client.post(f"{project.path}/fields/{field['id']}/restore"), 200)

    return restore


async def test_a_deleted_source_field(crm: Crm) -> None:
    seen = await watched(crm)
    await seen.healthy()
    restore = await delete_field(crm.customers, "email")
    await seen.broken("contact")
    assert (await crm.deals.fields(seen.deal))["customer_email"] == []
    await restore()
    await seen.healthy()


async def test_a_deleted_lookup_in_the_middle(crm: Crm) -> None:
    seen = await watched(crm)
    restore = await delete_field(crm.deals, "customer_email")
    await seen.broken("contact")
    await restore()
    await seen.healthy()


async def test_a_deleted_reference_in_the_middle(crm: Crm) -> None:
    seen = await watched(crm)
    restore = await delete_field(crm.deals, "customer")
    await seen.broken("contact")
    await restore()
    await seen.healthy()


async def test_a_deleted_project(crm: Crm) -> None:
    seen = await watched(crm)
    for project, broken in ((crm.customers, ["contact"]), (crm.deals, ["deal", "contact"])):
        checked(await crm.deals.client.delete(project.path), 204)
        assert (await project.get()).status_code == 404
        await seen.broken(*broken)
        checked(await crm.deals.client.post(f"{project.path}/restore"), 200)
        await seen.healthy()


async def test_a_deleted_record(crm: Crm) -> None:
    seen = await watched(crm)
    await crm.deals.delete(seen.deal)
    found = await crm.deliveries.record(seen.delivery)
    assert found["fields"] == {"deal": [], "contact": []}
    assert await crm.deliveries.titles(filter="{deal} = BLANK() AND {contact} = BLANK()") == ["x"]
    restored = await crm.deals.restore(seen.deal)
    assert restored["fields"] == seen.deal["fields"]
    await seen.healthy()


async def test_a_deleted_list(crm: Crm, client: httpx.AsyncClient) -> None:
    await crm.deals.compute("Won", "{list} = 'Closed Won'")
    await crm.deliveries.look_up("Stage", "deal", "list")
    seen = await watched(crm)
    assert [s["name"] for s in seen.delivery["fields"]["stage"]] == ["Qualification"]
    checked(
        await client.delete(f"{crm.deals.path}/lists/{seen.deal['list_id']}", params={"move_to": "x"}), 422
    )
    answer = await client.delete(f"{crm.deals.path}/lists/{seen.deal['list_id']}")
    assert answer.status_code in (204, 409), answer.text
    found = (await crm.deliveries.fields(seen.delivery))["stage"]
    assert (await crm.deals.get(sort="list")).status_code == 200
    assert (await crm.deals.try_aggregate(group_by=["list"])).status_code == 200
    assert all(stage["name"] is not None for stage in found)


async def test_an_option_that_is_taken_away(crm: Crm, client: httpx.AsyncClient) -> None:
    acme = await crm.customers.add("Acme", category="Retail")
    await crm.customers.add("Bolt", category="Medical")
    field = checked(await client.get(f"{crm.customers.path}/fields/category"), 200)
    rest = [o for o in field["config"]["options"] if o["name"] != "Retail"]
    answer = await client.patch(f"{crm.customers.path}/fields/category", json={"config": {"options": rest}})
    if answer.status_code == 200:
        assert (await crm.customers.fields(acme))["category"] is None
    assert await crm.customers.titles(filter="{category} = 'Medical'") == ["Bolt"]
    assert (await crm.customers.get(sort="category")).status_code == 200
    assert (await crm.customers.try_aggregate(group_by=["category"])).status_code == 200


async def test_a_plugin_that_is_switched_off(crm: Crm, client: httpx.AsyncClient) -> None:
    seen = await watched(crm)
    acme = seen.deal["fields"]["customer"][0]
    plugins = {p["name"]: p for p in checked(await client.get("/plugins"), 200)["items"]}
    for type_, own, below, off in (
        ("email", "email", ["contact"], ""), ("lookup", None, ["contact"], "contact"),
        ("reference", None, ["deal", "contact"], "deal"),
    ):  # fmt: skip
        name = next(n for n in plugins if n.endswith(f"fields.{type_}"))
        checked(await client.patch(f"/plugins/{name}", json={"enabled": False}), 200)
        await seen.broken(*below, off=off)
        if own is not None:
            found = await crm.customers.record(acme["id"])
            assert (found["fields"][own], [w["field"] for w in found["warnings"]]) == (None, [own])
            answer = await crm.customers.try_update(acme["id"], fields={own: "a@b.example"})
            assert list(faults(answer)) == [f"/fields/{own}"]
            assert (await crm.customers.update(acme["id"], size=5))["fields"]["size"] == 5
            assert [c["field"] for c in (await crm.customers.history(acme["id"]))[0]["changes"]] == [
                "list",
                "title",
            ]
        checked(await client.patch(f"/plugins/{name}", json={"enabled": True}), 200)
        await seen.healthy()


async def test_a_formula_whose_input_is_gone(crm: Crm) -> None:
    await crm.deals.compute("Double", "{profit} * 2")
    made = await crm.deals.add("a", amount="5", cost="2")
    restore = await delete_field(crm.deals, "cost")
    found = await crm.deals.record(made)
    assert (found["fields"]["profit"], found["fields"]["double"]) == (None, None)
    assert [w["field"] for w in found["warnings"]] == ["profit", "double"]
    assert "Cost" in found["warnings"][0]["detail"]
    await restore()
    assert (await crm.deals.fields(made))["double"] == {"amount": "6.00", "currency": "EUR"}


async def test_a_rollup_whose_reference_is_gone(crm: Crm) -> None:
    config = {"source": "referenced_by", "project_id": crm.deals.id, "reference": "customer",
              "measure": {"function": "count"}}  # fmt: skip
    await crm.customers.add_field("Deals", "rollup", config)
    acme = await crm.customers.add("Acme")
    await crm.deals.add("a", customer=acme["id"])
    assert (await crm.customers.fields(acme))["deals"] == 1
    restore = await delete_field(crm.deals, "customer")
    found = await crm.customers.record(acme)
    assert (found["fields"]["deals"], [w["field"] for w in found["warnings"]]) == (None, ["deals"])
    await restore()
    assert (await crm.customers.fields(acme))["deals"] == 1
