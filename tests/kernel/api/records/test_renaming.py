"""Lists, tags and options that are called something else: what names them goes on meaning them."""

from __future__ import annotations

from typing import Any

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, join

WON = "{list} = 'Closed Won' AND {tags} = 'SEO' AND {deal_source} IN ('Fair', 'Call')"
TREE = {"all": [{"field": "list", "op": "in", "value": ["Closed Won"]}, {"field": "deal_source", "op": "eq", "value": "Fair"}]}  # fmt: skip


class Dependents:
    """Everything that may name a list, a tag and an option, and what it says of one deal that is won."""

    def __init__(self, crm: Crm, junior: ProjectClient) -> None:
        self.crm, self.junior = crm, junior
        self.paths: dict[str, str] = {}

    async def make(self, name: str, path: str, **body: Any) -> Json:
        made = checked(await self.crm.deals.client.post(path, json={"name": name} | body), 201)
        self.paths[name] = f"{path}/{made['id']}"
        return made

    async def make_all(self) -> None:
        deals, project = self.crm.deals.path, {"project_id": self.crm.deals.id}
        await self.crm.deals.compute("Won", f"IF({WON}, 1, 0)")
        await self.crm.deals.add_field("Days", "time_in_list", {"list": "Closed Won"})
        await self.crm.deliveries.compute("Step", "SWITCH({deal.list}, 'Closed Won', 'go', 'wait')")
        await self.crm.deliveries.look_up("Stage", "deal", "list")
        await self.crm.deliveries.compute("Go", "IF({stage} = 'Closed Won', 1, 0)")
        count: Json = {"measure": {"function": "count"}, "source": "referenced_by"}
        await self.crm.customers.add_field(
            "Deals", "rollup", count | project | {"reference": "customer", "filter": WON}
        )
        await self.make("text", f"{deals}/views", filter=WON)
        await self.make("tree", f"{deals}/views", filter=TREE)
        action = {"type": "set_field", "config": {"field": "deal_source", "value": "Fair"}}
        branch = {"type": "branch", "config": {"condition": WON, "then": [action]}}
        trigger = {"type": "tag_added", "config": {"tag": "SEO"}}
        await self.make("rule", f"{deals}/automations", trigger=trigger, condition=TREE, actions=[branch])
        asked = [
            {"field": "deal_source", "default": "Fair"},
            {"field": "amount", "visible_if": "{deal_source} = 'Fair'"},
        ]
        await self.make("form", f"{deals}/forms", slug="f", fields=[{"field": "title"}, *asked])
        board = await self.make("board", "/dashboards", filters={"list": ["Closed Won"], "tag": ["SEO"]})
        config = {
            "sources": [project | {"filter": WON}, {"project_id": self.crm.deliveries.id}],
            "measure": {"function": "count"}, "weights": {"Closed Won": 0.5},
            "group_by": {"event": "entered_list", "list": "Closed Won"}, "filters": {"tag": ["SEO"]},
        }  # fmt: skip
        body = {"title": "Sales", "type": "bar", "config": config}
        chart = await self.crm.deals.client.post(f"/dashboards/{board['id']}/charts", json=body)
        self.paths["chart"] = f"/dashboards/{board['id']}/charts/{checked(chart, 201)['id']}"

    async def say(self, deal: Json, delivery: Json, customer: Json) -> Json:
        get = self.crm.deals.client.get
        views = [self.paths[name].rsplit("/", 1)[1] for name in ("text", "tree")]
        run = await self.crm.deals.client.post(f"{self.paths['rule']}/test", json={"record_id": deal["id"]})
        fields = (await self.crm.deals.fields(deal)) | (await self.crm.deliveries.fields(delivery))
        return {
            "fields": {name: fields[name] for name in ("won", "step", "go")},
            "days": fields["days"] is not None,
            "deals": (await self.crm.customers.fields(customer))["deals"],
            "views": [await self.crm.deals.titles(view=view) for view in views],
            "role": await self.junior.titles(),
            "test": [action["type"] for action in checked(run, 200)["actions"]],
            "fault": checked(await get(self.paths["rule"]), 200)["fault"],
            "form": checked(await get("/forms/f"), 200)["fields"][1].get("default") is not None,
            "chart": checked(await get(f"{self.paths['chart']}/data"), 200)["total"],
        }


async def test_what_names_them_goes_on_meaning_them(crm: Crm, new_client: NewClient) -> None:
    options = [{"name": "Fair"}, {"name": "Call"}]
    source = await crm.deals.add_field("Deal source", "select", {"options": options})
    junior = await join(crm.deals, await new_client("junior"), scope=WON)
    acme = await crm.customers.add("Acme")
    members = {"list": "Closed Won", "tags": ["SEO"]}
    deal = await crm.deals.add("won", members, customer=acme["id"], amount="8", deal_source="Fair")
    await crm.deals.add("lost", {"list": "Closed Lost"}, customer=acme["id"], amount="100")
    delivery = await crm.deliveries.add("d", deal=deal["id"])
    dependents = Dependents(crm, junior)
    await dependents.make_all()
    before = await dependents.say(deal, delivery, acme)
    assert before["fields"] == {"won": 1, "step": "go", "go": 1}
    assert (before["views"], before["role"]) == ([["won"], ["won"]], ["won"])
    assert float(before["chart"]) == 0.5

    ids = {e["name"]: e["id"] for e in [*await _entries(crm, "lists"), *await _entries(crm, "tags")]}
    for path, name in (
        (f"lists/{ids['Closed Won']}", "It's done"),
        (f"lists/{ids['Closed Lost']}", "Closed Won"),
        (f"tags/{ids['SEO']}", "Search"),
        (f"tags/{ids['website']}", "SEO"),
    ):
        checked(await crm.deals.client.patch(f"{crm.deals.path}/{path}", json={"name": name}), 200)
    fair, call = source["config"]["options"]
    swapped = {"config": {"options": [fair | {"name": "Call"}, call | {"name": "Fair"}]}}
    checked(await crm.deals.client.patch(f"{crm.deals.path}/fields/deal_source", json=swapped), 200)

    assert await dependents.say(deal, delivery, acme) == before
    view = checked(await crm.deals.client.get(dependents.paths["text"]), 200)
    assert (
        view["filter"] == "{list} = 'It\\'s done' AND {tags} = 'Search' AND {deal_source} IN ('Call', 'Fair')"
    )
    board = checked(await crm.deals.client.get(dependents.paths["board"]), 200)
    assert board["filters"] == {"list": ["It's done"], "tag": ["Search"]}
    assert board["charts"][0]["config"]["weights"] == {"It's done": 0.5}


async def _entries(crm: Crm, kind: str) -> list[Json]:
    found: list[Json] = checked(await crm.deals.client.get(f"{crm.deals.path}/{kind}"), 200)["items"]
    return found
