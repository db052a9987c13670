"""Wherever a filter is kept, it may be sent as a tree; it comes back as the expression that it means."""

from __future__ import annotations

from typing import Any

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, checked, faults, join

RETAIL = {"field": "category", "op": "eq", "value": "Retail"}
WON: Json = {
    "all": [
        {"field": "list", "op": "in", "value": ["Closed Won"]},
        {"field": "amount", "op": "ge", "value": 5},
    ]
}
WRITTEN = "{list} IN ('Closed Won') AND {amount} >= 5"


async def test_a_scope_is_a_tree_or_an_expression(crm: Crm, new_client: NewClient) -> None:
    junior = await join(crm.deals, await new_client("junior"), scope=WON)
    for title, name, amount in (
        ("a", "Closed Won", "5"),
        ("b", "Closed Won", "4"),
        ("c", "Closed Lost", "9"),
    ):
        await crm.deals.add(title, {"list": name}, amount=amount)
    assert await junior.titles() == ["a"]
    path = f"{crm.deals.path}/roles"
    [role] = [r for r in checked(await crm.deals.client.get(path), 200)["items"] if not r["built_in"]]
    assert role["scope"] == WRITTEN
    body: Json = {"scope": {"not": WON}}
    changed = checked(await crm.deals.client.patch(f"{path}/{role['id']}", json=body), 200)
    assert changed["scope"] == f"NOT ({WRITTEN})"
    assert sorted(await junior.titles()) == ["b", "c"]
    for scope, pointer in (
        ({"all": [{"field": "list", "op": "near", "value": 1}]}, "/scope/all/0/op"),
        ({"all": [RETAIL]}, "/scope/all/0/field"),
        ({"field": "title", "op": "in", "value": ["x" * 900 for _ in range(20)]}, "/scope"),
    ):
        answer = await crm.deals.client.post(path, json={"name": "X", "scope": scope})
        assert list(faults(answer)) == [pointer]


async def test_fields_keep_expressions(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", category="Retail")
    await crm.customers.add("Medi", category="Medical")
    shop = await crm.deals.refer("Shop", crm.customers, filter=RETAIL)
    assert shop["config"]["filter"] == "{category} = 'Retail'"
    path = f"{crm.deals.path}/fields/shop/candidates"
    assert [c["title"] for c in checked(await crm.deals.client.get(path), 200)["items"]] == ["Acme"]
    back: Json = {"source": "referenced_by", "project_id": crm.deals.id, "reference": "customer"}
    won = await crm.customers.add_field(
        "Won", "rollup", back | {"measure": {"function": "count"}, "filter": WON}
    )
    assert won["config"]["filter"] == WRITTEN
    through = {"reference": "referenced_by", "project_id": crm.deals.id, "field": "title", "filter": WON}
    names = await crm.customers.add_field("Deals", "lookup", through)
    assert names["config"]["filter"] == WRITTEN
    for title, name in (("a", "Closed Won"), ("b", "Closed Lost")):
        await crm.deals.add(title, {"list": name}, amount="5", customer=acme["id"])
    fields = await crm.customers.fields(acme)
    assert (fields["won"], fields["deals"]) == (1, ["a"])
    bad = back | {"measure": {"function": "count"}, "filter": {"any": [{"field": "list", "op": "?"}]}}
    fault = await crm.customers.refuse_field("X", "rollup", bad)
    assert fault["pointer"] == "/config/filter/any/0/op"


async def test_automations_take_trees_in_their_configs(crm: Crm) -> None:
    branch: Json = {"condition": WON, "then": [{"type": "complete", "config": {}}]}
    body: Json = {
        "name": "Rule", "enabled": False, "trigger": {"type": "matches", "config": {"filter": WON}},
        "actions": [{"type": "branch", "config": branch}],
    }  # fmt: skip
    made: dict[str, Any] = checked(
        await crm.deals.client.post(f"{crm.deals.path}/automations", json=body), 201
    )
    assert made["trigger"]["config"]["filter"] == WRITTEN
    assert made["actions"][0]["config"]["condition"] == WRITTEN


async def test_a_form_asks_by_a_tree(crm: Crm) -> None:
    tree = {"field": "amount", "op": "gt", "value": 5}
    body: Json = {"name": "Ask", "fields": [{"field": "amount"}, {"field": "title", "visible_if": tree}]}
    made = checked(await crm.deals.client.post(f"{crm.deals.path}/forms", json=body), 201)
    assert made["fields"][1]["visible_if"] == "{amount} > 5"
    body["fields"][1]["visible_if"] = {"all": [{"field": "amount", "op": "over"}]}
    answer = await crm.deals.client.post(f"{crm.deals.path}/forms", json=body)
    assert list(faults(answer)) == ["/fields/1/visible_if/all/0/op"]
