"""Why a value is what it is, why a request was refused, how a filter was understood."""

from __future__ import annotations

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import checked, join


async def test_values_say_where_they_come_from(crm: Crm, new_client: NewClient) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    deal = await crm.deals.add("Site", amount="5", cost="2", customer=acme["id"])
    await crm.deliveries.add_field("Days", "number")
    delivery = await crm.deliveries.add("Build", deal=deal["id"])
    before = await crm.deliveries.record(delivery)
    found = checked(await crm.deliveries.try_record(delivery, "?explain=true"), 200)
    explain = found.pop("explain")
    assert found == before
    assert explain["role"] == "owner"
    contact = explain["fields"]["contact"]
    assert (contact["rule"], contact["access"]) == ("*", "edit")
    lookup = contact["computed"]
    assert (lookup["type"], lookup["through"]) == ("lookup", "deal")
    assert lookup["records"] == [{"id": deal["id"], "title": "Site"}]
    (read,) = lookup["reads"]
    assert (read["project"], read["field"], read["name"]) == (
        "Opportunities",
        "customer_email",
        "Customer email",
    )
    assert read["computed"]["records"] == [{"id": acme["id"], "title": "Acme"}]
    (end,) = read["computed"]["reads"]
    assert (end["project"], end["field"]) == ("Customers", "email")
    assert "computed" not in explain["fields"]["days"]
    of_deal = checked(await crm.deals.try_record(deal, "?explain=true"), 200)["explain"]["fields"]
    profit = of_deal["profit"]["computed"]
    assert profit["expression"] == "{amount} - {cost}"
    assert [read["name"] for read in profit["reads"]] == ["Amount", "Cost"]
    junior = await new_client("junior")
    deals = await join(crm.deals, junior, fields={"*": "read", "cost": "hidden", "amount": "edit"})
    told = checked(await deals.try_record(deal, "?explain=true"), 200)["explain"]
    assert not {"cost", "profit", "customer_email"} & told["fields"].keys()
    assert told["fields"]["amount"] == {"rule": "amount", "access": "edit"}
    assert "Acme" not in str(told)


async def test_filters_say_how_they_were_understood(crm: Crm, new_client: NewClient) -> None:
    await crm.deals.add("Site", amount="5")
    text = "{amount} > 1 AND NOT {list} = 'Closed Won' OR {customer.email} IN ('a', 'b')"
    page = await crm.deals.page(filter=text, explain=True, sort="-amount")
    explain = page.pop("explain")
    assert page == await crm.deals.page(filter=text, sort="-amount")
    assert explain["filter"]["op"] == "OR"
    first, second = explain["filter"]["of"]
    assert first["op"] == "AND"
    assert first["of"][1] == {
        "op": "NOT",
        "of": [{"op": "=", "of": [{"field": "list"}, {"value": "Closed Won"}]}],
    }
    assert second == {"op": "IN", "of": [{"field": "customer.email"}, {"value": "a"}, {"value": "b"}]}
    assert explain["fields"] == [
        {"name": "amount", "kind": "money", "many": False},
        {"name": "list", "kind": "choice", "many": False},
        {"name": "customer.email", "kind": "text", "many": False},
    ]
    assert all(isinstance(name, str) for name in explain["indices"])
    assert explain["sort"] == [{"name": "amount", "kind": "money", "many": False, "descending": True}]
    page = await crm.deals.page(sort="customer.email,-tags", explain=True)
    assert [(t["name"], t["many"], t["descending"]) for t in page["explain"]["sort"]] == [
        ("customer.email", False, False), ("tags", True, True),
    ]  # fmt: skip
    body = {"filter": "{amount} > 1", "group_by": ["list", {"field": "close_date", "interval": "month"}]}
    path = f"{crm.deals.path}/records/aggregate"
    grouped = checked(await crm.deals.client.post(f"{path}?explain=true", json=body), 200)
    assert grouped["explain"]["fields"] == [{"name": "amount", "kind": "money", "many": False}]
    assert [g["kind"] for g in grouped["explain"]["group_by"]] == ["choice", "date"]
    assert grouped["items"] == checked(await crm.deals.client.post(path, json=body), 200)["items"]
    tree = {"any": [{"field": "title", "op": "eq", "value": "Site"}]}
    path = f"{crm.deals.path}/records/query"
    answer = await crm.deals.client.post(path, json={"filter": tree}, params={"explain": True})
    assert checked(answer, 200)["explain"]["fields"][0]["name"] == "title"
    junior = await new_client("junior")
    deals = await join(crm.deals, junior, fields={"*": "edit", "cost": "hidden"}, scope="{amount} < 10")
    told = (await deals.page(filter="{amount} > 1", explain=True))["explain"]
    assert told["scope"] == "{amount} < 10"
    assert "indices" not in told
    assert (await deals.get(filter="{cost} > 1", explain=True)).status_code == 422


async def test_refusals_say_by_what_rights(crm: Crm, new_client: NewClient) -> None:
    deal = await crm.deals.add("Site", amount="50")
    junior, stranger = await new_client("junior"), await new_client("stranger")
    rules = {"*": "read", "cost": "hidden"}
    await join(
        crm.deals,
        junior,
        fields=rules,
        scope="{amount} < 10",
        can={"create": False, "edit": False, "comment": True},
    )
    path = f"{crm.deals.path}/records"
    denied = checked(await junior.post(f"{path}?explain=true", json={"title": "x"}), 403)["explain"]
    assert (denied["can"], denied["fields"]) == (["comment"], {"*": "read"})
    unseen = checked(await junior.get(f"{path}/{deal['id']}?explain=true"), 404)
    absent = checked(await junior.get(f"{path}/1?explain=true"), 404)
    assert unseen == absent
    assert "scope of your role" in unseen["explain"]["why"]
    assert "{amount}" not in str(unseen)
    there = checked(await stranger.get(f"{crm.deals.path}?explain=true"), 404)
    nowhere = checked(await stranger.get("/projects/1?explain=true"), 404)
    assert there == nowhere
    assert "role" not in there["explain"]
    checked(await junior.get(path, params={"filter": "{cost} = 'Zoë'", "explain": True}), 422)
    checked(await stranger.get(path, params={"filter": "{title} = 'Zoë'", "explain": True}), 404)
    assert "explain" not in checked(await stranger.get(crm.deals.path), 404)
    assert (await stranger.get(f"/projects/{'9' * 5000}?explain=true")).status_code == 404
    in_words = await junior.get(f"{path}/1", params={"explain": "false", "display": "język"})
    assert "explain" not in checked(in_words, 404)
