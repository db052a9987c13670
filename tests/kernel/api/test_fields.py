"""Fields over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel

NewClient = Callable[..., Awaitable[httpx.AsyncClient]]


async def new_project(client: httpx.AsyncClient, name: str = "Deals") -> str:
    """The path of a new project with one list."""
    made = (await client.post("/projects", json={"name": name})).json()
    await client.post(f"/projects/{made['id']}/lists", json={"name": "Open"})
    return f"/projects/{made['id']}"


@pytest.fixture
async def project(client: httpx.AsyncClient) -> str:
    return await new_project(client)


async def add(
    client: httpx.AsyncClient, project: str, name: str, type_: str = "text", **members: Any
) -> dict[str, Any]:
    answer = await client.post(f"{project}/fields", json={"name": name, "type": type_} | members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def add_record(client: httpx.AsyncClient, project: str, **fields: Any) -> dict[str, Any]:
    answer = await client.post(f"{project}/records", json={"title": "a", "fields": fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_field(client: httpx.AsyncClient, project: str) -> None:
    before = await add_record(client, project)
    made = await add(client, project, "Expected close date", "date", description="When it should be won")
    assert made == {
        "id": made["id"], "key": "expected_close_date", "name": "Expected close date", "type": "date",
        "config": made["config"], "required": False, "unique": False, "indexed": False,
        "description": "When it should be won", "position": 0,
        "value": {"kind": "date", "many": False, "operators": made["value"]["operators"]}, "version": 1,
    }  # fmt: skip
    for name in (made["id"], made["key"]):
        assert (await client.get(f"{project}/fields/{name}")).json() == made
    assert (await client.get(f"{project}/fields")).json() == {"items": [made], "next": None}
    found = (await client.get(f"{project}/records/{before['id']}")).json()
    assert found["fields"] == {"expected_close_date": None}


async def test_fields_belong_to_one_project(client: httpx.AsyncClient, project: str) -> None:
    made = await add(client, project, "Amount", "number")
    other = await new_project(client, "Other")
    assert (await client.get(f"{other}/fields")).json()["items"] == []
    for name in (made["id"], "amount"):
        assert (await client.get(f"{other}/fields/{name}")).status_code == 404
        assert (await client.patch(f"{other}/fields/{name}", json={"name": "x"})).status_code == 404
        assert (await client.delete(f"{other}/fields/{name}")).status_code == 404
    assert (await add(client, other, "Amount", "text"))["key"] == "amount"


async def test_the_key_stays_when_the_name_changes(client: httpx.AsyncClient, project: str) -> None:
    made = await add(client, project, "Amount", "number")
    answer = await client.patch(f"{project}/fields/amount", json={"name": "Deal value"})
    assert answer.json() == made | {"name": "Deal value", "version": 2}
    assert (await add(client, project, "Amount"))["key"] == "amount_2"
    assert (await add(client, project, "List"))["key"] == "list_2"


async def test_a_key_may_be_chosen(client: httpx.AsyncClient, project: str) -> None:
    assert (await add(client, project, "Amount", key="sum_of_it"))["key"] == "sum_of_it"
    for key in ("sum_of_it", "title", "Über", "1st", "", "x" * 51):
        answer = await client.post(f"{project}/fields", json={"name": "A", "type": "text", "key": key})
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/key"]


async def test_fields_are_ordered(client: httpx.AsyncClient, project: str) -> None:
    made = {name: await add(client, project, name) for name in ("A", "B", "C")}
    await add(client, project, "D", position=1)
    await client.patch(f"{project}/fields/c", json={"before": made["A"]["id"]})
    await client.delete(f"{project}/fields/a")
    await add(client, project, "E")
    found = (await client.get(f"{project}/fields")).json()["items"]
    assert [(f["name"], f["position"]) for f in found] == [("C", 0), ("D", 1), ("B", 2), ("E", 3)]
    answer = await client.patch(f"{project}/fields/e", json={"after": made["B"]["id"], "name": "F"})
    assert (answer.json()["name"], answer.json()["position"]) == ("F", 3)


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"name": " "}, ["/name"]),
        ({"name": None}, ["/name"]),
        ({"type": "nmber"}, ["/type"]),
        ({"type": 1}, ["/type"]),
        ({"config": []}, ["/config"]),
        ({"config": {"decimals": 99}}, ["/config/decimals"]),
        ({"config": {"decimal": 2}}, ["/config/decimal"]),
        ({"config": {"decimals": "x", "minmum": 1}}, ["/config/minmum", "/config/decimals"]),
        ({"config": {"minimum": 5, "maximum": 1}}, ["/config"]),
        ({"type": "select", "config": {"options": [{"name": "a"}, {"nam": "b"}]}}, ["/config/options/1"]),
        ({"type": "reference"}, ["/config/project_id"]),
        ({"type": "reference", "config": {"project_id": "17"}}, ["/config/project_id"]),
        ({"type": "formula", "config": {"expression": "{gone} + 1"}}, ["/config/expression"]),
        ({"type": "formula", "config": {"expression": "1 +"}}, ["/config/expression"]),
        ({"type": "lookup", "config": {"reference": "gone", "field": "title"}}, ["/config/reference"]),
        ({"required": "yes"}, ["/required"]),
        ({"description": 5}, ["/description"]),
        ({"position": -1}, ["/position"]),
        ({"after": "17"}, ["/after"]),
        ({"requird": True}, ["/requird"]),
        ({"type": "formula", "config": {"expression": "1"}, "unique": True}, ["/unique"]),
        ({"type": "formula", "config": {"expression": "1"}, "required": True}, ["/required"]),
        ({"type": "multi_select", "unique": True}, ["/unique"]),
        ({"name": "", "config": {"decimals": 99}}, ["/name", "/config/decimals"]),
    ],
)
async def test_bad_definitions(
    client: httpx.AsyncClient, project: str, members: dict[str, Any], pointers: list[str]
) -> None:
    answer = await client.post(f"{project}/fields", json={"name": "A", "type": "number"} | members)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert (await client.get(f"{project}/fields")).json()["items"] == []


async def test_faults_have_hints_and_positions(client: httpx.AsyncClient, project: str) -> None:
    answer = await client.post(f"{project}/fields", json={"name": "A", "type": "nummber"})
    assert "'number'" in answer.json()["errors"][0]["detail"]
    body = {"name": "A", "type": "formula", "config": {"expression": "1 + {gone}"}}
    assert (await client.post(f"{project}/fields", json=body)).json()["errors"][0]["position"] == 4


async def test_a_deleted_field_keeps_its_values(client: httpx.AsyncClient, project: str) -> None:
    made = await add(client, project, "Amount", "number", config={"decimals": 2})
    await add(client, project, "Customer", "reference", config={"project_id": project[10:], "multiple": True})
    first = await add_record(client, project, amount="5.50")
    record = await add_record(client, project, amount="12.50", customer=[first["id"]])
    for key in ("amount", "customer"):
        assert (await client.delete(f"{project}/fields/{key}")).status_code == 204
        assert (await client.get(f"{project}/fields/{key}")).status_code == 404
    assert (await client.get(f"{project}/records/{record['id']}")).json()["fields"] == {}
    trash = (await client.get(f"{project}/fields", params={"deleted": True})).json()["items"]
    assert [f["key"] for f in trash] == ["amount", "customer"]
    for name in ("amount", trash[1]["id"]):
        assert (await client.post(f"{project}/fields/{name}/restore")).status_code == 200
    found = (await client.get(f"{project}/records/{record['id']}")).json()
    assert found["fields"] == record["fields"]
    assert (await client.get(f"{project}/fields/amount")).json() == made
    assert (await client.post(f"{project}/fields/{made['id']}/restore")).status_code == 404


async def test_unique_values(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "Email", "email", unique=True)
    await add_record(client, project, email="ewa@acme.example")
    await add_record(client, project)
    await add_record(client, project)
    body = {"title": "b", "fields": {"email": "Ewa@Acme.example"}}
    assert (await client.post(f"{project}/records", json=body)).status_code == 409
    assert (await client.patch(f"{project}/fields/email", json={"unique": False})).json()["unique"] is False
    assert (await client.post(f"{project}/records", json=body)).status_code == 201
    answer = await client.patch(f"{project}/fields/email", json={"unique": True})
    assert answer.status_code == 409
    assert "acme.example' (2 times)" in answer.json()["detail"].lower()
    assert (await client.get(f"{project}/fields/email")).json()["unique"] is False


@pytest.mark.parametrize(
    ("type_", "config", "value"),
    [
        ("number", {"decimals": 2}, "12.50"),
        ("date", {}, "2026-11-23"),
        ("checkbox", {}, True),
        ("rating", {}, 3),
    ],
)
async def test_equal_values_are_named(
    client: httpx.AsyncClient, project: str, type_: str, config: Any, value: Any
) -> None:
    await add(client, project, "A", type_, config=config)
    for _ in range(3):
        await add_record(client, project, a=value)
    answer = await client.patch(f"{project}/fields/a", json={"unique": True})
    assert answer.status_code == 409
    assert "(3 times)" in answer.json()["detail"]
    if type_ in ("number", "date"):
        assert f"'{value}'" in answer.json()["detail"]


async def test_an_index_may_be_asked_for(client: httpx.AsyncClient, project: str) -> None:
    made = await add(client, project, "Amount", "currency", indexed=True)
    assert made["indexed"] is True
    for wanted in (False, True, True):
        answer = await client.patch(f"{project}/fields/amount", json={"indexed": wanted})
        assert answer.json()["indexed"] is wanted


async def test_loops_are_refused_with_their_chain(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "Amount", "number")
    await add(client, project, "Margin", "formula", config={"expression": "{amount} * 2"})
    await add(client, project, "Profit", "formula", config={"expression": "{margin} + 1"})
    answer = await client.patch(f"{project}/fields/margin", json={"config": {"expression": "{profit} - 1"}})
    assert answer.status_code == 422
    assert "Margin → Profit → Margin" in answer.json()["errors"][0]["detail"]
    body = {"name": "Self", "type": "formula", "config": {"expression": "{self}"}}
    answer = await client.post(f"{project}/fields", json=body)
    assert "Self → Self" in answer.json()["errors"][0]["detail"]


async def test_loops_across_projects_are_refused(client: httpx.AsyncClient, project: str) -> None:
    customers = await new_project(client, "Customers")
    await add(client, project, "Amount", "number")
    await add(client, project, "Customer", "reference", config={"project_id": customers[10:]})
    won = {"source": "referenced_by", "project_id": project[10:], "reference": "customer"}
    rollup = won | {"measure": {"function": "sum", "field": "amount"}}
    await add(client, customers, "Won", "rollup", config=rollup)
    await add(client, project, "Total", "lookup", config={"reference": "customer", "field": "won"})
    bad = won | {"measure": {"function": "count", "field": "total"}}
    answer = await client.patch(f"{customers}/fields/won", json={"config": bad})
    assert answer.status_code == 422
    assert "Won → Deals: Total → Won" in answer.json()["errors"][0]["detail"]


async def test_a_source_that_dependents_need_is_not_spoiled(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "Amount", "number")
    await add(client, project, "Double", "formula", config={"expression": "{amount} * 2"})
    answer = await client.patch(f"{project}/fields/amount", json={"type": "checkbox"})
    assert answer.status_code == 422, answer.text
    assert "'Double'" in answer.json()["errors"][0]["detail"]


async def test_a_deleted_source_breaks_its_dependents_until_it_is_back(
    client: httpx.AsyncClient, project: str
) -> None:
    made = await add(client, project, "Amount", "number")
    double = await add(client, project, "Double", "formula", config={"expression": "{amount} * 2"})
    assert "broken" not in double
    assert (await client.delete(f"{project}/fields/amount")).status_code == 204
    assert (await client.get(f"{project}/fields/double")).json()["broken"]
    listed = (await client.get(f"{project}/fields")).json()["items"]
    assert listed[0]["broken"]
    await client.post(f"{project}/fields/{made['id']}/restore")
    assert (await client.get(f"{project}/fields/double")).json() == double


async def test_a_restored_field_may_be_broken(client: httpx.AsyncClient, project: str) -> None:
    await add(client, project, "A", "formula", config={"expression": "1"})
    b = await add(client, project, "B", "formula", config={"expression": "{a}"})
    for key in ("b", "a"):
        await client.delete(f"{project}/fields/{key}")
    answer = await client.post(f"{project}/fields/{b['id']}/restore")
    assert answer.status_code == 200
    assert answer.json()["broken"]


async def test_what_would_loop_is_not_restored(
    client: httpx.AsyncClient, kernel: Kernel, project: str
) -> None:
    """Definitions cannot get into this state by the API; a restored backup could bring it."""
    await add(client, project, "A", "formula", config={"expression": "1"})
    b = await add(client, project, "B", "formula", config={"expression": "{a}"})
    await client.delete(f"{project}/fields/b")
    async with kernel.database.transaction(schema_change=True) as tx:
        await kernel.schema.bump(tx)
        await tx.execute("""UPDATE smalt_field SET config = '{"expression":"{b}"}' WHERE key = 'a'""")
    answer = await client.post(f"{project}/fields/{b['id']}/restore")
    assert answer.status_code == 422
    assert "B → A → B" in answer.json()["detail"]
    assert (await client.get(f"{project}/fields/b")).status_code == 404
    await client.delete(project)
    async with kernel.database.transaction(schema_change=True) as tx:
        await kernel.schema.bump(tx)
        await tx.execute("UPDATE smalt_field SET deleted_at = NULL")
    assert (await client.post(f"{project}/restore")).status_code == 409
    assert (await client.get(project)).status_code == 404


async def test_targets_must_be_visible(
    client: httpx.AsyncClient, new_client: NewClient, project: str
) -> None:
    ewa = await new_client("ewa")
    hers = await new_project(ewa, "Hers")
    body = {"name": "Deal", "type": "reference", "config": {"project_id": project[10:]}}
    answer = await ewa.post(f"{hers}/fields", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/config/project_id"
    assert (await client.post(f"{hers}/fields", json=body)).status_code == 201
    assert (await ewa.patch(f"{hers}/fields/deal", json={"config": body["config"]})).status_code == 200


@pytest.mark.parametrize("role", ["member", "commenter", "viewer"])
async def test_only_who_configures_defines_fields(
    client: httpx.AsyncClient, new_client: NewClient, project: str, role: str
) -> None:
    await add(client, project, "Amount")
    ewa = await new_client("ewa")
    await client.post(f"{project}/members", json={"user": "ewa@example.com", "role": role})
    path = f"{project}/fields"
    assert (await ewa.get(f"{path}/amount")).status_code == 200
    assert (await ewa.post(path, json={"name": "A", "type": "text"})).status_code == 403
    assert (await ewa.patch(f"{path}/amount", json={"name": "A"})).status_code == 403
    assert (await ewa.delete(f"{path}/amount")).status_code == 403
    assert (await ewa.post(f"{path}/amount/convert", json={"preview": True})).status_code == 403


async def test_a_field_whose_plugin_is_off(client: httpx.AsyncClient, kernel: Kernel, project: str) -> None:
    made = await add(client, project, "Stars", "rating")
    record = await add_record(client, project, stars=4)
    name = kernel.registries.field_types.entry("rating").plugin
    assert (await client.patch(f"/plugins/{name}", json={"enabled": False})).status_code == 200
    value = made.pop("value")
    assert (await client.get(f"{project}/fields/stars")).json() == made | {"available": False}
    answer = await client.post(f"{project}/fields", json={"name": "More", "type": "rating"})
    assert answer.status_code == 422
    answer = await client.patch(f"{project}/fields/stars", json={"type": "number"})
    assert answer.status_code == 409
    answer = await client.patch(f"{project}/fields/stars", json={"name": "Confidence"})
    assert answer.json() == made | {"available": False, "name": "Confidence", "version": 2}
    assert (await client.patch(f"/plugins/{name}", json={"enabled": True})).status_code == 200
    back = made | {"name": "Confidence", "value": value, "version": 2}
    assert (await client.get(f"{project}/fields/stars")).json() == back
    found = (await client.get(f"{project}/records/{record['id']}")).json()
    assert found["fields"]["stars"] == 4


async def test_another_process_knows_a_field_on_the_next_request(
    client: httpx.AsyncClient, kernel: Kernel, project: str
) -> None:
    other = create_kernel(kernel.settings)
    await other.start()
    try:
        transport = httpx.ASGITransport(create_app(other))
        headers = {"Authorization": client.headers["authorization"]}
        async with httpx.AsyncClient(
            transport=transport, base_url=client.base_url, headers=headers
        ) as beside:
            assert (await beside.get(f"{project}/fields")).json()["items"] == []
            made = await add(client, project, "Amount", "number", config={"decimals": 2})
            assert (await beside.get(f"{project}/fields")).json()["items"] == [made]
            record = await add_record(beside, project, amount="1.50")
            found = (await client.get(f"{project}/records/{record['id']}")).json()
            assert found["fields"] == {"amount": "1.50"}
            await client.delete(f"{project}/fields/amount")
            found = (await beside.get(f"{project}/records/{record['id']}")).json()
            assert found["fields"] == {}
    finally:
        await other.stop()


async def test_what_the_values_of_fields_are(client: httpx.AsyncClient, new_client: NewClient) -> None:
    """Drawing and filtering need not know types: kind, operators, choices, whether one may write."""
    customers, deals = await new_project(client, "Customers"), await new_project(client)
    await add(client, customers, "Size", "select", config={"options": [{"name": "Small"}]})
    target = {"project_id": customers.split("/")[-1], "multiple": False}
    reference = await add(client, deals, "Customer", "reference", config=target)
    amount = await add(client, deals, "Amount", "currency")
    lookup = await add(
        client, deals, "Customer size", "lookup", config={"reference": "customer", "field": "size"}
    )
    secret = await add(client, deals, "Half", "formula", config={"expression": "{amount} / 2"})
    assert (reference["value"]["kind"], reference["value"]["project_id"]) == ("record", target["project_id"])
    assert amount["value"]["kind"] == "money"
    assert "between" in amount["value"]["operators"]
    assert "computed" not in amount["value"]
    assert (lookup["value"]["kind"], lookup["value"]["many"], lookup["value"]["computed"]) == (
        "choice",
        False,
        True,
    )
    assert [choice["name"] for choice in lookup["value"]["choices"]] == ["Small"]
    assert secret["value"]["kind"] == "money"
    role = {"name": "Junior", "fields": {"amount": "hidden"}}
    junior = (await client.post(f"{deals}/roles", json=role)).json()
    ewa = await new_client("ewa")
    await client.post(f"{deals}/members", json={"user": "ewa@example.com", "role": junior["id"]})
    seen = {f["key"]: f.get("value") for f in (await ewa.get(f"{deals}/fields")).json()["items"]}
    assert "half" not in seen, "it reads what is hidden"
    assert "customer_size" not in seen, "its project is not visible"
    assert "amount" not in seen
    await client.delete(f"{deals}/fields/amount")
    broken = (await client.get(f"{deals}/fields/half")).json()
    assert "value" not in broken
    assert "broken" in broken
