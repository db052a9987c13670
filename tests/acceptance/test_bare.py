"""Without plugins the server serves what is built in, and keeps what plugins have stored."""

from __future__ import annotations

from typing import Any

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation

BLOCKED = ("*", "fields.*", "fields.currency, fields.select, fields.reference")


def test_built_in_fields_work_without_any_plugin(installation: Installation) -> None:
    installation.make_administrator_by_command()
    with installation.running(SMALT_BLOCKED_PLUGINS="*") as api:
        for catalogue in ("/field-types", "/importers", "/templates"):
            assert api.get(catalogue)["items"] == []
        assert {plugin["enabled"] for plugin in api.get("/plugins", limit=1000)["items"]} == {False}
        path = api.project("Plain", ("To do", "Done"))
        problem = api.refused(422, "POST", f"{path}/fields", {"name": "Number", "type": "number"})
        assert [error["pointer"] for error in problem["errors"]] == ["/type"]
        assert (
            api.answer("POST", f"{path}/imports", files={"file": ("a.csv", b"title\nA\n")}).status_code == 422
        )
        work_with_built_ins(api, path)


def work_with_built_ins(api: Api, path: str) -> None:
    for tag in ("website", "SEO"):
        api.post(f"{path}/tags", {"name": tag})
    body = {
        "title": "Relaunch",
        "list": "To do",
        "tags": ["SEO", "website"],
        "assignees": ["ewa@example.com"],
        "description": "All of it",
        "due_at": "2026-12-31T09:00:00Z",
    }
    record = api.post(f"{path}/records", body)
    assert [tag["name"] for tag in record["tags"]] == ["SEO", "website"]
    assert [person["name"] for person in record["assignees"]] == ["Ewa"]
    one = f"{path}/records/{record['id']}"
    api.post(f"{path}/records/batch", {"create": [{"title": f"Other {n}"} for n in range(30)]})
    api.post(f"{one}/move", {"list": "Done"})
    copy = api.post(f"{one}/copy", {"title": "Again"})
    assert (copy["list_id"], copy["description"]) == (api.get(one)["list_id"], "All of it")
    found = api.titles(path, filter="{list} = 'Done' AND {tags} = 'seo'", sort="-title")
    assert found == ["Relaunch", "Again"]
    assert api.titles(path, filter="{due_at} < DATE(2027, 1, 1) AND YEAR({due_at}) = 2026", sort="title") == [
        "Again",
        "Relaunch",
    ]
    groups = api.aggregate(path, ["list"], {"n": {"function": "count"}})
    assert {g["group"]["list"]["name"]: g["measures"]["n"] for g in groups} == {"To do": 30, "Done": 2}
    api.delete(one)
    assert api.count(path) == 31
    assert api.post(f"{one}/restore")["title"] == "Relaunch"
    kinds = [change["kind"] for change in api.get(f"{one}/history")["items"]]
    assert kinds == ["record.restored", "record.deleted", "record.moved", "record.created"]


def test_fields_without_their_types_keep_their_values(installation: Installation) -> None:
    installation.make_administrator()
    with installation.running() as api:
        made = api.post("/templates/crm/apply", {"sample": 40})
        paths = [f"/projects/{project['id']}" for project in made["projects"]]
        before = snapshot(api, paths)
    for number, blocked in enumerate(BLOCKED):
        with installation.running(SMALT_BLOCKED_PLUGINS=blocked) as api:
            look_at_what_is_missing(api, paths[1])
            change_what_is_there(api, paths[1], number)
    with installation.running() as api:
        after = snapshot(api, paths)
        assert sorted(differences(before, after)) == [f"Renamed {n}" for n in range(len(BLOCKED))]
        assert api.get(f"{paths[1]}/fields/amount").get("available", True)
        record = api.record(paths[1], "Afterwards", amount="12.50", deal_source="Inbound")
        assert api.fields(paths[1], record)["amount"] == {"amount": "12.50", "currency": "EUR"}


def snapshot(api: Api, paths: list[str]) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for path in paths for record in api.query(path)}


def differences(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> list[str]:
    """The titles of records that show anything else than before, their references to the renamed one
    and the marks of its change left out."""
    assert before.keys() == after.keys()
    changed = []
    for id_, record in after.items():
        if record["version"] != before[id_]["version"]:
            changed.append(record["title"])
            assert record["fields"] == before[id_]["fields"]
        elif without_titles(record) != without_titles(before[id_]):
            changed.append(record["title"])
    return changed


def without_titles(value: Any) -> Any:
    """A value in which records are known by their ids alone."""
    if isinstance(value, dict):
        return {name: without_titles(member) for name, member in value.items() if name != "title"}
    return [without_titles(item) for item in value] if isinstance(value, list) else value


def look_at_what_is_missing(api: Api, path: str) -> None:
    fields = {field["key"]: field for field in api.get(f"{path}/fields", limit=1000)["items"]}
    assert fields["amount"]["available"] is False
    record = api.get(f"{path}/records", limit=1)["items"][0]
    assert record["fields"]["amount"] is None
    assert "amount" in {warning["field"] for warning in record["warnings"]}
    one = f"{path}/records/{record['id']}"
    problem = api.refused(422, "PATCH", one, {"fields": {"amount": "1"}})
    assert "currency" in problem["errors"][0]["detail"]
    api.refused(422, "PATCH", one, {"fields": {"amount": None}})
    for odd in ({"sort": "amount"}, {"filter": "{amount} > 1"}, {"filter": "{profit} > 1"}):
        api.refused(422, "POST", f"{path}/records/query", odd)
    assert len(api.query(path, fields=["amount", "profit"])) == 40


def change_what_is_there(api: Api, path: str, number: int) -> None:
    """Built-in fields can be written; records, and their fields, go to the trash and back."""
    ids = [record["id"] for record in api.get(f"{path}/records", limit=number + 2)["items"]]
    api.patch(f"{path}/records/{ids[number]}", {"title": f"Renamed {number}"})
    assert api.get(f"{path}/records/{ids[number + 1]}")["title"]
    field = api.get(f"{path}/fields/amount")["id"]
    api.delete(f"{path}/fields/{field}")
    api.post(f"{path}/fields/{field}/restore")
