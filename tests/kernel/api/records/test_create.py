"""New records: their shape, their input, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.kernel.api.clients import user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_the_shape_of_a_record(crm: Crm, client: httpx.AsyncClient) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    lists = (await client.get(f"{crm.deals.path}/lists")).json()["items"]
    tags = (await client.get(f"{crm.deals.path}/tags")).json()["items"]
    made = await crm.deals.add(
        "Website relaunch",
        {"list": "Negotiations", "tags": ["website"], "assignees": ["admin@example.com"]},
        amount="12000", cost={"amount": 3000, "currency": "EUR"}, confidence=4,
        close_date="2026-12-31", customer=acme["id"],
    )  # fmt: skip
    moment = made["created_at"]
    assert MOMENT.fullmatch(moment)
    assert made == {
        "id": made["id"], "project_id": crm.deals.id, "list_id": lists[1]["id"],
        "title": "Website relaunch", "description": None, "position": made["position"],
        "tags": [{"id": tags[1]["id"], "name": "website", "color": "blue"}],
        "assignees": [{"id": user_id(client), "name": "Admin"}],
        "start_at": None, "due_at": None, "completed_at": None, "list_entered_at": moment,
        "created_at": moment, "created_by": user_id(client),
        "updated_at": moment, "updated_by": user_id(client), "version": 1,
        "fields": {
            "amount": {"amount": "12000.00", "currency": "EUR"},
            "cost": {"amount": "3000.00", "currency": "EUR"},
            "confidence": 4, "close_date": "2026-12-31",
            "customer": [{"id": acme["id"], "title": "Acme"}], "customer_email": ["ewa@acme.example"],
            "profit": {"amount": "9000.00", "currency": "EUR"},
        },
    }  # fmt: skip
    assert isinstance(made["position"], str)
    assert made["id"].isdecimal()
    assert await crm.deals.record(made) == made


async def test_empty_values(crm: Crm) -> None:
    made = await crm.deals.add("Nothing yet")
    assert made["fields"] == {
        "amount": None, "cost": None, "confidence": None, "close_date": None,
        "customer": [], "customer_email": [], "profit": None,
    }  # fmt: skip
    assert (made["tags"], made["assignees"], made["description"]) == ([], [], None)
    for empty in (None, "", "  "):
        again = await crm.deals.add("Nothing", amount=empty, confidence=empty, customer=empty)
        assert again["fields"] == made["fields"]


async def test_a_field_is_named_by_key_or_id(crm: Crm, client: httpx.AsyncClient) -> None:
    field = (await client.get(f"{crm.deals.path}/fields/confidence")).json()
    made = await crm.deals.add("By id", None, **{field["id"]: 3})
    assert made["fields"]["confidence"] == 3


async def test_the_first_list_is_the_default(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    lists = (await client.get(f"{plain.path}/lists")).json()["items"]
    assert (await plain.add("a"))["list_id"] == lists[0]["id"]
    for name in ("doing", " Doing ", lists[1]["id"]):
        assert (await plain.add("a", {"list": name}))["list_id"] == lists[1]["id"]
    assert (await plain.add("a", {"list_id": lists[2]["id"]}))["list_id"] == lists[2]["id"]


async def test_times_are_read_in_any_zone(plain: ProjectClient) -> None:
    await plain.change(time_zone="Europe/Warsaw")
    made = await plain.add(
        "a",
        {"start_at": "2026-07-01T10:00:00+02:00", "due_at": "2026-07-02", "completed_at": "2026-07-03T00:30"},
    )
    assert made["start_at"] == "2026-07-01T08:00:00.000Z"
    assert made["due_at"] == "2026-07-01T22:00:00.000Z"
    assert made["completed_at"] == "2026-07-02T22:30:00.000Z"


async def test_text_is_normalised(plain: ProjectClient) -> None:
    made = await plain.add("  Cafe\u0301  ", {"description": "one\r\ntwo"})
    assert made["title"] == "Café"
    assert made["description"] == "one\ntwo"


async def test_several_faults_together(crm: Crm) -> None:
    answer = await crm.deals.try_add(
        title=" ", list="Negotiation", tags=["website", "brandng"], assignees=["nobody@example.com"],
        due_at="soon", titel="x",
        fields={"amount": "12.345", "confidence": 9, "close_date": "31.12.2026", "customr": None,
                "profit": "1", "customer_email": "x@y.example"},
    )  # fmt: skip
    found = faults(answer)
    assert sorted(found) == [
        "/assignees", "/due_at", "/fields/amount", "/fields/close_date", "/fields/confidence",
        "/fields/customer_email", "/fields/customr", "/fields/profit", "/list", "/tags", "/titel", "/title",
    ]  # fmt: skip
    assert "'Negotiations'" in found["/list"]
    assert "'branding'" in found["/tags"]
    assert "'title'" in found["/titel"]
    assert "'customer'" in found["/fields/customr"]
    assert (await crm.deals.page())["items"] == []


async def test_people_and_records_that_are_not_there(crm: Crm) -> None:
    answer = await crm.deals.try_add(assignees=["nobody@example.com", "17"], fields={"customer": "17"})
    assert sorted(faults(answer)) == ["/assignees", "/fields/customer"]
    answer = await crm.deals.try_add(fields={"customer": "17", "amount": "much"}, title=None)
    assert sorted(faults(answer)) == ["/fields/amount", "/fields/customer", "/title"]


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"title": None}, "/title"),
    ({"title": 5}, "/title"),
    ({"title": "x" * 501}, "/title"),
    ({"title": "a\0b"}, "/title"),
    ({"description": 5}, "/description"),
    ({"fields": []}, "/fields"),
    ({"fields": {"": 1}}, "/fields/"),
    ({"fields": {"a/b": 1}}, "/fields/a~1b"),
    ({"tags": {"a": 1}}, "/tags"),
    ({"tags": [None]}, "/tags"),
    ({"tags": [[["x"]]]}, "/tags"),
    ({"assignees": [5]}, "/assignees"),
    ({"due_at": 5}, "/due_at"),
    ({"due_at": "0001-01-01"}, "/due_at"),
    ({"due_at": "9999-12-31T23:59:59-12:00"}, "/due_at"),
    ({"list": 5}, "/list"),
    ({"id": "5"}, "/id"),
    ({"version": 5}, "/version"),
    ({"position": "1"}, "/position"),
    ({"created_at": "2026-01-01"}, "/created_at"),
]


async def test_malformed_members(plain: ProjectClient) -> None:
    for body, pointer in MALFORMED:
        assert list(faults(await plain.try_add(**body))) == [pointer], body
    assert (await plain.page(count=True))["total"] == 0


async def test_bodies_that_are_no_objects(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    for body in (b"", b"[]", b"5", b'"x"', b"null", b"{", b'{"title": NaN}', b'\xff{"title": "a"}'):
        answer = await client.post(
            f"{plain.path}/records", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (400, 422), (body, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_the_title_is_required(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    assert list(faults(await client.post(f"{plain.path}/records", json={}))) == ["/title"]


async def test_required_fields(plain: ProjectClient) -> None:
    await plain.add_field("Email", "email", required=True)
    assert list(faults(await plain.try_add())) == ["/fields/email"]
    assert list(faults(await plain.try_add(fields={"email": " "}))) == ["/fields/email"]
    made = await plain.add("a", email="a@b.example")
    assert list(faults(await plain.try_update(made, fields={"email": None}))) == ["/fields/email"]
    assert (await plain.update(made, {"title": "b"}))["title"] == "b"


async def test_a_single_reference_takes_one(crm: Crm) -> None:
    acme, bolt = await crm.customers.add("Acme"), await crm.customers.add("Bolt")
    answer = await crm.deals.try_add(fields={"customer": [acme["id"], bolt["id"]]})
    assert list(faults(answer)) == ["/fields/customer"]
    made = await crm.deals.add("One", customer=[acme["id"]])
    answer = await crm.deals.try_update(made, fields={"customer": [acme["id"], bolt["id"]]})
    assert list(faults(answer)) == ["/fields/customer"]
    assert (await crm.deals.fields(made))["customer"] == [{"id": acme["id"], "title": "Acme"}]


async def test_the_answer_has_an_etag(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{plain.path}/records", json={"title": "a"})
    assert answer.headers["etag"] == '"1"'
    record = checked(answer, 201)
    assert (await plain.try_record(record)).headers["etag"] == '"1"'
