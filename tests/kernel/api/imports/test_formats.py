"""Files of other formats and other tools, from the upload to the records, over HTTP."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx
import msgspec
import xlsxwriter

from tests.kernel.api.imports.importing import created, decide, records, run
from tests.plugins.importers.boards import airtable, trello


async def upload(client: httpx.AsyncClient, project: str, name: str, content: bytes) -> dict[str, Any]:
    """The preview of a file whose importer the server finds out."""
    answer = await client.post(f"{project}/imports", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def as_guessed(preview: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A mapping that takes every guess, new fields included."""
    mapping: dict[str, Any] = {}
    for column in preview["columns"]:
        guess, name = column["guess"], column["name"]
        if guess is not None and "type" in guess:
            mapping[name] = {"create": {"name": name, **guess}}
        elif guess is not None:
            mapping[name] = guess
    return {**mapping, **other}


async def empty_project(client: httpx.AsyncClient) -> str:
    project = await created(client, "/projects", {"name": "Board", "currency": "EUR"})
    await created(client, f"/projects/{project['id']}/lists", {"name": "Inbox"})
    return f"/projects/{project['id']}"


async def test_a_trello_board_with_lists_labels_checklists_and_comments(client: httpx.AsyncClient) -> None:
    project = await empty_project(client)
    preview = await upload(client, project, "board.json", trello())
    assert preview["importer"] == "trello"
    mapping = as_guessed(preview)
    assert {name: mapping[name] for name in ("Title", "List", "Tags", "Checklists", "Comments")} == {
        "Title": {"field": "title"}, "List": {"field": "list"}, "Tags": {"field": "tags"},
        "Checklists": {"field": "checklists"}, "Comments": {"field": "comments"},
    }  # fmt: skip
    await decide(client, project, preview["id"], mapping=mapping, create_missing=["lists", "tags", "options"])
    trial = (await client.post(f"{project}/imports/{preview['id']}/validate")).json()
    assert (trial["created"], trial["failed"]) == (3, 0), trial
    done = await run(client, project, preview["id"])
    assert (done["status"], done["created"], done["failed"]) == ("done", 3, 0), done
    by_title = {record["title"]: record for record in await records(client, project)}
    lists = {found["id"]: found["name"] for found in (await client.get(f"{project}/lists")).json()["items"]}
    card = by_title["Website"]
    assert lists[card["list_id"]] == "Doing"
    assert [tag["name"] for tag in card["tags"]] == ["Web", "red"]
    assert card["due_at"] == "2026-02-03T10:30:00.000Z"
    path = f"{project}/records/{card['id']}"
    [checklist] = (await client.get(f"{path}/checklists")).json()["items"]
    assert (checklist["name"], [(i["title"], i["done"], i["due_at"]) for i in checklist["items"]]) == (
        "Steps", [("First", True, None), ("Second (Ewa Nowak)", False, "2026-03-04T10:00:00.000Z")],
    )  # fmt: skip
    comments = (await client.get(f"{path}/comments")).json()["items"]
    assert [c["body"] for c in comments] == [
        "**2026-01-02 10:00**\n\nEarlier",
        "**Ewa Nowak, 2026-01-03 10:00**\n\nLater",
    ]
    kinds = {entry["kind"] for entry in (await client.get(f"{path}/history")).json()["items"]}
    assert {"record.created", "comment.created", "checklist.created"} <= kinds
    await client.post(f"{project}/imports/{preview['id']}/undo")


async def test_importing_again_by_key_adds_no_second_comments(client: httpx.AsyncClient) -> None:
    project = await empty_project(client)
    for _ in range(2):
        preview = await upload(
            client, project, "data.csv", b"Title,Comments,Checklists\nAcme,Call them,[x] Ask\n"
        )
        await decide(client, project, preview["id"], key="title")
        done = await run(client, project, preview["id"])
        assert done["failed"] == 0, done
    [record] = await records(client, project)
    for part, name in (("comments", "body"), ("checklists", "name")):
        found = (await client.get(f"{project}/records/{record['id']}/{part}")).json()["items"]
        assert [entry[name] for entry in found] == ["Call them" if part == "comments" else "Checklist"]


async def test_an_airtable_base_becomes_projects_that_refer_to_each_other(client: httpx.AsyncClient) -> None:
    companies, deals = await empty_project(client), await empty_project(client)
    first = await upload(client, companies, "base.zip", airtable())
    await decide(client, companies, first["id"], mapping=as_guessed(first))
    assert (await run(client, companies, first["id"]))["created"] == 1
    reference = {"project_id": companies.rpartition("/")[2], "multiple": False}
    await created(client, f"{deals}/fields", {"name": "Company", "type": "reference", "config": reference})
    second = await upload(client, deals, "base.zip", airtable())
    second = await decide(client, deals, second["id"], options={"table": "Deals"})
    mapping = as_guessed(second, Total=None)
    assert mapping["Company"] == {"field": "company", "match": "title"}
    await decide(client, deals, second["id"], mapping=mapping)
    done = await run(client, deals, second["id"])
    assert (done["created"], done["failed"]) == (2, 0), done["errors"]
    by_title = {record["title"]: record["fields"] for record in await records(client, deals)}
    deal = by_title["Web, new"]
    assert [found["title"] for found in deal["company"]] == ["Acme"]
    assert (deal["size"]["name"], [option["name"] for option in deal["services"]], deal["stars"]) == (
        "Won",
        ["Web", "SEO"],
        4,
    )
    assert deal["amount"] == {"amount": "1200.50", "currency": "EUR"}


async def test_several_linked_records_and_options_with_commas(client: httpx.AsyncClient) -> None:
    companies, deals = await empty_project(client), await empty_project(client)
    for title in ("Acme, Inc.", "Beta; Sons", "Gamma"):
        await created(client, f"{companies}/records", {"title": title})
    reference = {"project_id": companies.rpartition("/")[2], "multiple": True}
    await created(client, f"{deals}/fields", {"name": "Buyers", "type": "reference", "config": reference})
    fields = [
        {"name": "Name", "type": "singleLineText"}, {"name": "Companies", "type": "multipleRecordLinks"},
        {"name": "Services", "type": "multipleSelects", "options": {"choices": [{"name": "Web, print"}, {"name": "SEO"}]}},
    ]  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "schema.json", msgspec.json.encode({"tables": [{"name": "Deals", "fields": fields}]})
        )
        archive.writestr(
            "Deals.csv",
            'Name,Companies,Services\nBig,"""Acme, Inc."",Beta; Sons","""Web, print"",SEO"\nSmall,Gamma,"""Web, print"""\n',
        )
    preview = await upload(client, deals, "base.zip", file.getvalue())
    mapping = as_guessed(preview)
    assert mapping["Companies"] == {"field": "buyers", "match": "title"}
    await decide(client, deals, preview["id"], mapping=mapping)
    done = await run(client, deals, preview["id"])
    assert (done["created"], done["failed"]) == (2, 0), done["errors"]
    found = {
        r["title"]: (
            sorted(buyer["title"] for buyer in r["fields"]["buyers"]),
            [option["name"] for option in r["fields"]["services"]],
        )
        for r in await records(client, deals)
    }
    assert found == {
        "Big": (["Acme, Inc.", "Beta; Sons"], ["Web, print", "SEO"]), "Small": (["Gamma"], ["Web, print"]),
    }  # fmt: skip


async def test_a_workbook_and_json_with_fields_made_of_the_guessed_types(client: httpx.AsyncClient) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Deals")
        sheet.write_row(0, 0, ["Title", "Amount", "Email"])
        for row in range(1, 21):
            sheet.write_row(row, 0, [f"Deal {row}", row * 1.5, f"office{row}@acme.example"])
    lines = b'{"title": "One \\ud800", "amount": 1.25, "owner": {"email": "a@acme.example"}}\n{"title": 5}\nbroken\n'
    for name, content, wanted, failed in (
        ("deals.xlsx", file.getvalue(), 20, 0),
        ("deals.jsonl", lines, 2, 1),
    ):
        project = await empty_project(client)
        preview = await upload(client, project, name, content)
        mapping = as_guessed(preview)
        await decide(client, project, preview["id"], mapping=mapping)
        done = await run(client, project, preview["id"])
        assert (done["status"], done["created"], done["failed"]) == ("done", wanted, failed), done
        types = {field["type"] for field in (await client.get(f"{project}/fields")).json()["items"]}
        assert {"email", "number"} & types
    assert done["errors"][0]["reason"] == "The line is not JSON."


async def test_unreadable_files_are_refused_with_a_problem(client: httpx.AsyncClient) -> None:
    project = await empty_project(client)
    for name, content in (
        ("a.xlsx", b"PK\x03\x04no"), ("a.json", b"[{"), ("a.zip", b"PK\x03\x04 .csv"), ("a.vcf", b"BEGIN:VCARD"),
        ("a.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"), ("a.bin", bytes(range(256))), ("a.csv", b"PK\x03\x04"),
    ):  # fmt: skip
        answer = await client.post(f"{project}/imports", files={"file": (name, content)})
        assert answer.status_code in (201, 422), (name, answer.text)
        assert answer.status_code == 422 or name == "a.vcf"
