"""What a delivery shows of a customer two references away: never stale, never a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.api import Api

COUNT = {"n": {"function": "count"}}


@dataclass
class Crm:
    """The template's projects with three customers, a deal of each of the first two, two deliveries."""

    api: Api
    customers: str
    deals: str
    deliveries: str
    acme: str = ""
    bolt: str = ""
    deal: str = ""
    other_deal: str = ""
    delivery: str = ""
    other_delivery: str = ""

    def fill(self) -> Crm:
        api = self.api
        self.acme = api.record(self.customers, "Acme", email="ewa@acme.example", category="Retail")
        self.bolt = api.record(self.customers, "Bolt", email="jan@bolt.example", category="Health")
        self.deal = api.record(self.deals, "Relaunch", customer=self.acme, amount="1200.50")
        self.other_deal = api.record(self.deals, "Campaign", customer=self.bolt, amount="300")
        self.delivery = api.record(self.deliveries, "Delivery 1", opportunity=self.deal)
        self.other_delivery = api.record(self.deliveries, "Delivery 2", opportunity=self.other_deal)
        return self

    def emails(self) -> tuple[list[str], list[str]]:
        """What the deal and its delivery show of the customer's email."""
        deal = self.api.fields(self.deals, self.deal)
        delivery = self.api.fields(self.deliveries, self.delivery)
        return deal["customer_email"], delivery["customer_email"]

    def write(self, path: str, record_id: str, **fields: Any) -> None:
        self.api.patch(f"{path}/records/{record_id}", {"fields": fields})


@pytest.fixture
def crm(api: Api) -> Crm:
    made = api.post("/templates/crm/apply", {})
    return Crm(api, *(f"/projects/{project['id']}" for project in made["projects"])).fill()


def test_a_change_shows_in_the_next_read(crm: Crm) -> None:
    assert crm.emails() == (["ewa@acme.example"], ["ewa@acme.example"])
    for number in range(20):
        email = f"ewa{number}@acme.example"
        crm.write(crm.customers, crm.acme, email=email)
        assert crm.emails() == ([email], [email])
    crm.write(crm.customers, crm.acme, phone="+48601234567")
    assert crm.api.fields(crm.deliveries, crm.delivery)["customer_phone"] == ["+48 601 234 567"]
    crm.write(crm.customers, crm.acme, email=None)
    assert crm.emails() == ([], [])


def test_a_deal_of_another_customer_shows_that_customer(crm: Crm) -> None:
    crm.write(crm.deals, crm.deal, customer=crm.bolt)
    assert crm.emails() == (["jan@bolt.example"], ["jan@bolt.example"])
    assert titles(crm.api.fields(crm.deliveries, crm.delivery)["customer"]) == ["Bolt"]
    crm.write(crm.deals, crm.deal, customer=None)
    assert crm.emails() == ([], [])
    assert crm.api.fields(crm.deliveries, crm.delivery)["customer"] == []
    crm.write(crm.deals, crm.deal, customer=crm.acme)
    assert crm.emails() == (["ewa@acme.example"], ["ewa@acme.example"])


def titles(records: list[dict[str, Any]]) -> list[str]:
    return [record["title"] for record in records]


@pytest.mark.parametrize(
    "name", ["customer_email", "opportunity.customer_email", "opportunity.customer.email"]
)
def test_deliveries_are_filtered_sorted_and_grouped_by_it(crm: Crm, name: str) -> None:
    api, path = crm.api, crm.deliveries
    api.record(path, "Delivery 3", opportunity=crm.deal)
    api.record(path, "Delivery 4")
    assert api.titles(path, filter=f"{{{name}}} = 'JAN@bolt.example'") == ["Delivery 2"]
    assert api.titles(path, filter={"field": name, "op": "eq", "value": "jan@bolt.example"}) == ["Delivery 2"]
    assert api.titles(path, filter=f"{{{name}}} = BLANK()") == ["Delivery 4"]
    assert api.titles(path, sort=f"{name},title") == ["Delivery 1", "Delivery 3", "Delivery 2", "Delivery 4"]
    assert api.titles(path, sort=f"-{name},title") == ["Delivery 2", "Delivery 1", "Delivery 3", "Delivery 4"]
    groups = api.aggregate(path, [name], COUNT)
    counts = {group["group"][name]: group["measures"]["n"] for group in groups}
    assert counts == {"ewa@acme.example": 2, "jan@bolt.example": 1, None: 1}
    crm.write(crm.customers, crm.bolt, email="ann@bolt.example")
    assert api.titles(path, filter=f"{{{name}}} = 'jan@bolt.example'") == []
    assert api.titles(path, sort=f"{name},title")[0] == "Delivery 2"
    groups = api.aggregate(path, [name], COUNT)
    assert {group["group"][name] for group in groups} == {"ewa@acme.example", "ann@bolt.example", None}


def test_a_deleted_customer_leaves_empty_places_until_it_is_back(crm: Crm) -> None:
    api = crm.api
    before = snapshot(crm)
    api.delete(f"{crm.customers}/records/{crm.acme}")
    deal, delivery = api.fields(crm.deals, crm.deal), api.fields(crm.deliveries, crm.delivery)
    assert (deal["customer"], deal["customer_email"]) == ([], [])
    assert (delivery["customer"], delivery["customer_email"], delivery["customer_phone"]) == ([], [], [])
    assert api.titles(crm.deliveries, filter="{customer_email} = 'ewa@acme.example'") == []
    assert api.titles(crm.deals, filter="{customer} = BLANK()") == ["Relaunch"]
    groups = api.aggregate(crm.deliveries, ["customer_email"], COUNT)
    assert {g["group"]["customer_email"]: g["measures"]["n"] for g in groups} == {
        "jan@bolt.example": 1,
        None: 1,
    }
    api.post(f"{crm.customers}/records/{crm.acme}/restore")
    assert snapshot(crm) == before


def test_a_deleted_deal_leaves_empty_places_until_it_is_back(crm: Crm) -> None:
    before = snapshot(crm)
    crm.api.delete(f"{crm.deals}/records/{crm.deal}")
    delivery = crm.api.fields(crm.deliveries, crm.delivery)
    assert [delivery[name] for name in ("opportunity", "amount", "customer", "customer_email")] == [[]] * 4
    assert crm.api.fields(crm.customers, crm.acme)["number_of_opportunities"] == 0
    crm.api.post(f"{crm.deals}/records/{crm.deal}/restore")
    assert snapshot(crm) == before


def snapshot(crm: Crm) -> list[Any]:
    """What all dependents show, and which of them are broken."""
    shown = [
        crm.api.fields(path, record)
        for path, record in (
            (crm.customers, crm.acme),
            (crm.deals, crm.deal),
            (crm.deliveries, crm.delivery),
        )
    ]
    return [*shown, broken(crm, crm.deals), broken(crm, crm.deliveries)]


def broken(crm: Crm, path: str) -> dict[str, str]:
    fields = crm.api.get(f"{path}/fields")["items"]
    return {field["key"]: field["broken"] for field in fields if "broken" in field}


Trash = Callable[[Crm], tuple[str, str]]


@contextmanager
def in_the_trash(crm: Crm, path: str) -> Iterator[None]:
    crm.api.delete(path)
    yield
    crm.api.post(f"{path}/restore")


@pytest.mark.parametrize(
    ("project", "key", "of_deals", "of_deliveries"),
    [
        ("customers", "email", {"customer_email"}, {"customer_email"}),
        (
            "deals",
            "customer",
            {"customer_email", "customer_phone", "customer_category", "customer_sector", "account_manager"},
            {"customer", "customer_email", "customer_phone"},
        ),
        ("deals", "customer_email", set(), {"customer_email"}),
        (
            "deliveries",
            "opportunity",
            set(),
            {"amount", "profit", "customer", "customer_email", "customer_phone"},
        ),
    ],
)
def test_a_deleted_field_breaks_what_looks_through_it_until_it_is_back(
    crm: Crm, project: str, key: str, of_deals: set[str], of_deliveries: set[str]
) -> None:
    api, path = crm.api, getattr(crm, project)
    before = snapshot(crm)
    field = api.get(f"{path}/fields/{key}")
    with in_the_trash(crm, f"{path}/fields/{field['id']}"):
        found = broken(crm, crm.deals), broken(crm, crm.deliveries)
        assert (set(found[0]), set(found[1])) == (of_deals, of_deliveries)
        assert all(found[0].values()), found
        assert all(found[1].values()), found
        record = api.get(f"{crm.deliveries}/records/{crm.delivery}")
        assert record["title"] == "Delivery 1"
        for name in of_deliveries:
            assert record["fields"][name] in (None, []), name
            assert name in str(record["warnings"]), record["warnings"]
            problem = api.refused(422, "POST", f"{crm.deliveries}/records/query", {"sort": name})
            assert problem["type"] in ("/problems/broken-source", "/problems/invalid-input"), problem
        assert len(api.query(crm.deliveries)) == 2
        assert api.refused(422, "POST", f"{path}/records", {"title": "New", "fields": {key: "x"}})
    assert snapshot(crm) == before


def test_a_deleted_project_breaks_what_looks_into_it_until_it_is_back(crm: Crm) -> None:
    before = snapshot(crm)
    with in_the_trash(crm, crm.customers):
        assert {"customer_email", "customer_phone"} <= set(broken(crm, crm.deals))
        assert {"customer_email", "customer_phone"} <= set(broken(crm, crm.deliveries))
        deal = crm.api.fields(crm.deals, crm.deal)
        assert not deal["customer"]
        assert not deal["customer_email"]
        assert not crm.emails()[1]
        assert len(crm.api.query(crm.deliveries)) == 2
    assert snapshot(crm) == before
