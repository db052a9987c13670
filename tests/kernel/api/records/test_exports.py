"""Records as files: what they hold for whom, and that imports read them back."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pytest
from python_calamine import CalamineWorkbook

from kernel.runtime import Kernel
from kernel.services.exports.model import CONTENT_TYPES
from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join


async def exported(project: ProjectClient, **body: Any) -> bytes:
    """The finished file of an export."""
    path = f"{project.path}/exports"
    made = checked(await project.client.post(path, json={"format": "csv"} | body), 202)
    done = await ended(project, made["id"])
    assert done["status"] == "done", done
    assert done["progress"]["rows"] == done["progress"]["total"]
    answer = await project.client.get(f"{path}/{made['id']}/download")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    type_, _, charset = answer.headers["content-type"].partition("; ")
    assert type_ == CONTENT_TYPES[done["format"]]
    assert charset == ("charset=utf-8" if type_ == "text/csv" else "")
    assert len(answer.content) == done["size"] == int(answer.headers["content-length"])
    return answer.content


async def ended(project: ProjectClient, export_id: str) -> Json:
    for _ in range(600):
        found = checked(await project.client.get(f"{project.path}/exports/{export_id}"), 200)
        if found["status"] not in ("queued", "running"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def fill(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="office@acme.example")
    won = {"list": "Closed Won", "tags": ["website", "SEO"], "due_at": "2026-03-01T10:30:00Z"}
    await crm.deals.add("=HYPERLINK(1)", won, amount="1200.50", cost="-3", confidence=4, customer=acme["id"])
    await crm.deals.add(
        'Two, "quoted"\tand ł', {"description": "-a\nline"}, amount="5 PLN", close_date="2026-01-31"
    )


async def test_csv_holds_what_people_see_and_nothing_that_runs(crm: Crm) -> None:
    await fill(crm)
    header, *rows = table(await exported(crm.deals, sort="title"))
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert found[0] == {
        "Title": "'=HYPERLINK(1)", "List": "Closed Won", "Tags": "website; SEO", "Assignees": "", "Description": "",
        "Start date": "", "Due date": "2026-03-01T11:30:00", "Completed at": "", "Amount": "1200.50 EUR",
        "Cost": "-3.00 EUR", "Confidence": "4", "Close date": "", "Customer": "Acme",
        "Customer email": "office@acme.example", "Profit": "1203.50",
    } | {name: found[0][name] for name in ("Created at", "Updated at", "Profit")}  # fmt: skip
    assert (found[1]["Description"], found[1]["Amount"]) == ("'-a\nline", "5.00 PLN")


async def test_imports_read_exports_back(crm: Crm, client: Any) -> None:
    await fill(crm)
    names = [
        "title",
        "list",
        "tags",
        "description",
        "due_at",
        "amount",
        "cost",
        "confidence",
        "close_date",
        "customer",
    ]
    content = await exported(crm.deals, fields=names)
    before = {r["title"]: r for r in (await crm.deals.page())["items"]}
    for record in before.values():
        await crm.deals.delete(record)
    path = f"{crm.deals.path}/imports"
    made = checked(await client.post(path, files={"file": ("deals.csv", content)}), 201)
    checked(await client.post(f"{path}/{made['id']}/start"), 202)
    for _ in range(600):
        done = checked(await client.get(f"{path}/{made['id']}"), 200)
        if done["status"] not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert (done["created"], done["failed"]) == (2, 0), done["errors"]
    after = {r["title"]: r for r in (await crm.deals.page())["items"]}
    compared = ("title", "list_id", "tags", "description", "due_at", "fields")
    assert {t: [r[n] for n in compared] for t, r in after.items()} == {
        t: [r[n] for n in compared] for t, r in before.items()
    }


async def test_workbooks_hold_typed_cells(crm: Crm) -> None:
    await fill(crm)
    content = await exported(
        crm.deals, format="xlsx", sort="title", fields=["title", "amount", "confidence", "due_at"]
    )
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Title", "Amount", "Confidence", "Due date"]
    assert rows[1] == ["=HYPERLINK(1)", 1200.5, 4.0, datetime(2026, 3, 1, 11, 30)]


async def test_json_lines_hold_records_as_the_api_gives_them(crm: Crm) -> None:
    await fill(crm)
    [line] = (await exported(crm.deals, format="jsonl", filter="{amount} > 1000")).splitlines()
    found = msgspec.json.decode(line)
    record = (await crm.deals.page(filter="{amount} > 1000"))["items"][0]
    assert found["fields"] == record["fields"]
    assert (found["id"], found["title"], found["due_at"]) == (record["id"], record["title"], record["due_at"])


async def test_filters_views_and_pages(crm: Crm) -> None:
    await crm.customers.batch(create=[{"title": f"C{i}", "fields": {"size": i}} for i in range(1200)])
    content = await exported(
        crm.customers, filter={"field": "size", "op": "ge", "value": 100}, sort="-size", fields=["size"]
    )
    assert table(content) == [["Size"], *[[str(i)] for i in range(1199, 99, -1)]]
    view = {
        "name": "Big",
        "kind": "grid",
        "filter": "{size} > 1197",
        "sort": "size",
        "fields": [{"field": "size"}],
    }
    made = checked(await crm.customers.client.post(f"{crm.customers.path}/views", json=view), 201)
    assert [row[-1] for row in table(await exported(crm.customers, view=made["id"]))] == [
        "Size",
        "1198",
        "1199",
    ]


async def test_hidden_fields_are_absent_and_refused(crm: Crm, new_client: NewClient) -> None:
    await fill(crm)
    junior = await join(
        crm.deals, await new_client("junior"), fields={"*": "edit", "cost": "hidden", "profit": "hidden"}
    )
    header, *_ = table(await exported(junior))
    assert not {"Cost", "Profit"} & set(header)
    assert "Amount" in header
    for body in ({"fields": ["cost"]}, {"filter": "{profit} > 1"}, {"sort": "cost"}):
        answer = await junior.client.post(f"{junior.path}/exports", json={"format": "csv"} | body)
        assert answer.status_code == 422, body
    made = checked(await crm.deals.client.post(f"{crm.deals.path}/exports", json={"format": "csv"}), 202)
    await ended(crm.deals, made["id"])
    for suffix in ("", "/download"):
        assert (await junior.client.get(f"{junior.path}/exports/{made['id']}{suffix}")).status_code == 404
    assert made["id"] not in {
        e["id"] for e in (await junior.client.get(f"{junior.path}/exports")).json()["items"]
    }


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/format"]),
        ({"format": "pdf"}, ["/format"]),
        ({"format": "csv", "filter": "{nothing} = 1"}, ["/filter"]),
        ({"format": "csv", "sort": "nothing"}, ["/sort"]),
        ({"format": "csv", "fields": ["amount", "amuont"]}, ["/fields"]),
        ({"format": "csv", "felds": []}, ["/felds"]),
    ],
)
async def test_what_cannot_be_exported_is_refused_at_once(
    crm: Crm, body: Json, pointers: Sequence[str]
) -> None:
    answer = await crm.deals.client.post(f"{crm.deals.path}/exports", json=body)
    assert answer.status_code == 422, answer.text
    assert list(faults(answer)) == pointers


async def test_an_export_can_be_thrown_away(crm: Crm, kernel: Kernel) -> None:
    path = f"{crm.deals.path}/exports"
    made = checked(await crm.deals.client.post(path, json={"format": "csv"}), 202)
    await ended(crm.deals, made["id"])
    cancelled = checked(await crm.deals.client.post(f"{path}/{made['id']}/cancel"), 200)
    assert cancelled["status"] == "cancelled"
    assert (await crm.deals.client.post(f"{path}/{made['id']}/cancel")).status_code == 409
    assert (await crm.deals.client.get(f"{path}/{made['id']}/download")).status_code == 409
    assert list((kernel.settings.data_dir / "exports").iterdir()) == []
    gone = f"{path}/{made['id']}"
    assert [(await crm.deals.client.delete(gone)).status_code for _ in range(2)] == [204, 404]
