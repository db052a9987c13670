"""Imports over HTTP: from an upload to records."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from typing import Any

import httpx
import pytest

from kernel.runtime import Kernel
from tests.kernel.api.clients import NewClient, user_id

ACCOUNTS = """account,sector,year_established,revenue,employees,office_location,subsidiary_of
Acme Corporation,technolgy,1996,1100.04,2822,United States,
Betasoloin,medical,1999,251.41,495,United States,Zumgoity
Hottechi,technolgy,1997,8170.38,16499,Korea,
Zumgoity,medical,1984,441.08,1210,United States,Acme Corporation
"""

PIPELINE = """opportunity_id,account,deal_stage,engage_date,close_value
1C1I7A6R,Hottechi,Won,10/20/2016,1054
Z063OYW0,ACME corporation,Won,10/25/2016,4514.50
EC4QE1BX,,Engaging,1/2/2017,
MV1LWRNH,Zumgoity,Lost,3/9/2017,0
"""


async def created(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def upload(client: httpx.AsyncClient, project: str, text: str | bytes) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    answer = await client.post(
        f"{project}/imports", files={"file": ("data.csv", data)}, data={"importer": "csv"}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert made["status"] == "preview"
    return made


async def decide(client: httpx.AsyncClient, project: str, import_id: str, **body: Any) -> dict[str, Any]:
    answer = await client.patch(f"{project}/imports/{import_id}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def finished(client: httpx.AsyncClient, project: str, import_id: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = (await client.get(f"{project}/imports/{import_id}")).json()
        if found["status"] not in ("queued", "running"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def run(client: httpx.AsyncClient, project: str, import_id: str) -> dict[str, Any]:
    answer = await client.post(f"{project}/imports/{import_id}/start")
    assert answer.status_code == 202, answer.text
    return await finished(client, project, import_id)


async def imported(client: httpx.AsyncClient, project: str, text: str | bytes, **body: Any) -> dict[str, Any]:
    made = await upload(client, project, text)
    if body:
        await decide(client, project, made["id"], **body)
    return await run(client, project, made["id"])


async def records(client: httpx.AsyncClient, project: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"{project}/records", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.fixture
async def customers(client: httpx.AsyncClient) -> str:
    """The path of a project for customers, with a field that refers to itself."""
    project = await created(client, "/projects", {"name": "Customers"})
    path = f"/projects/{project['id']}"
    await created(client, f"{path}/lists", {"name": "Customers"})
    for name, type_, config in (
        ("Sector", "text", {}),
        ("Subsidiary of", "reference", {"project_id": project["id"]}),
    ):
        await created(client, f"{path}/fields", {"name": name, "type": type_, "config": config})
    return path


@pytest.fixture
async def deals(client: httpx.AsyncClient, customers: str) -> str:
    """The path of a project for deals, which refer to customers."""
    project = await created(client, "/projects", {"name": "Deals", "currency": "EUR"})
    path = f"/projects/{project['id']}"
    await created(client, f"{path}/lists", {"name": "Engaging"})
    reference = {"project_id": customers.rpartition("/")[2], "multiple": False}
    for name, type_, config in (
        ("Customer", "reference", reference),
        ("Amount", "currency", {}),
        ("Engaged on", "date", {}),
    ):
        await created(client, f"{path}/fields", {"name": name, "type": type_, "config": config})
    return path


DEALS_MAPPING = {
    "opportunity_id": {"field": "title"},
    "account": {"field": "customer", "match": "title"},
    "deal_stage": {"field": "list"},
    "engage_date": {"field": "engaged_on"},
    "close_value": {"field": "amount"},
}


async def test_a_file_becomes_records_with_references(
    client: httpx.AsyncClient, customers: str, deals: str
) -> None:
    made = await upload(client, customers, ACCOUNTS)
    guesses = {column["name"]: column["guess"] for column in made["columns"]}
    assert guesses["account"] == {"field": "title"}
    assert guesses["sector"] == {"field": "sector"}
    assert guesses["subsidiary_of"] == {"field": "subsidiary_of", "match": "title"}
    assert guesses["year_established"]["type"] == "number"
    assert made["columns"][1]["samples"] == ["technolgy", "medical"]
    done = await run(client, customers, made["id"])
    assert (done["status"], done["created"], done["failed"]) == ("done", 4, 0), done
    assert done["progress"] == {"rows": 4, "total": 4}
    parents = {
        r["title"]: [p["title"] for p in _many(r["fields"]["subsidiary_of"])]
        for r in await records(client, customers)
    }
    assert parents["Betasoloin"] == ["Zumgoity"]
    assert parents["Zumgoity"] == ["Acme Corporation"]
    assert parents["Hottechi"] == []

    made = await upload(client, deals, PIPELINE)
    assert made["options"]["date_order"] == "mdy"
    assert made["options"]["ambiguous"] is False
    assert {c["name"]: c["guess"] for c in made["columns"]}["account"] == {
        "field": "customer",
        "match": "title",
    }
    await decide(client, deals, made["id"], mapping=DEALS_MAPPING, create_missing=["lists"])
    trial = (await client.post(f"{deals}/imports/{made['id']}/validate")).json()
    assert (trial["rows"], trial["created"], trial["failed"]) == (4, 4, 0), trial
    assert trial["missing"] == {"lists": ["Won", "Lost"]}
    assert await records(client, deals) == []
    done = await run(client, deals, made["id"])
    assert (done["created"], done["errors"]) == (4, []), done
    found = {r["title"]: r for r in await records(client, deals)}
    assert found["Z063OYW0"]["fields"]["customer"][0]["title"] == "Acme Corporation"
    assert found["Z063OYW0"]["fields"]["amount"] == {"amount": "4514.50", "currency": "EUR"}
    assert found["Z063OYW0"]["fields"]["engaged_on"] == "2016-10-25"
    assert found["EC4QE1BX"]["fields"]["customer"] == []
    assert found["EC4QE1BX"]["fields"]["amount"] is None
    assert len(await records(client, deals, list="Won")) == 2


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


async def test_wrong_cells_are_told_row_by_row_and_come_back_as_a_file(
    client: httpx.AsyncClient, deals: str
) -> None:
    text = (
        "name,when,amount,customer\n"
        "fine,2026-01-31,10,\n"
        ",2026-01-31,10,\n"
        "no day,2026-02-31,10,\n"
        'no "amount",2026-01-31,ten,\n'
        "nobody,2026-01-31,10,Nobody\n"
        "too,many,cells,here,!\n"
    )
    mapping = {
        "name": {"field": "title"},
        "when": {"field": "engaged_on"},
        "amount": {"field": "amount"},
        "customer": {"field": "customer", "match": "title"},
    }
    done = await imported(client, deals, text, mapping=mapping)
    assert (done["status"], done["created"], done["failed"]) == ("done", 1, 5), done
    assert [(e["row"], e["column"]) for e in done["errors"]] == [
        (3, "name"),
        (4, "when"),
        (5, "amount"),
        (6, "customer"),
        (7, None),
    ]
    answer = await client.get(f"{deals}/imports/{done['id']}/rejected.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rejected = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rejected[0] == ["name", "when", "amount", "customer", "Reason"]
    assert rejected[3][:4] == ['no "amount"', "2026-01-31", "ten", ""]
    assert "Nobody" in rejected[4][4]

    mended = answer.content.decode("utf-8-sig").replace("02-31", "02-28").replace(",ten,", ",10,")
    mended = (
        mended.replace("Nobody,", ",").replace("\r\n,", "\r\nnamed,").replace("too,many,cells,here", "too,,,")
    )
    again = await imported(client, deals, mended, mapping=mapping)
    assert (again["created"], again["failed"]) == (5, 0), again["errors"]


async def test_rows_are_found_by_a_key_and_updated(client: httpx.AsyncClient, deals: str) -> None:
    mapping = {"ID": {"field": "title"}, "Amount": {"field": "amount"}, "Stage": {"field": "list"}}
    first = "ID,Amount,Stage\nA,1,Engaging\nB,2,Engaging\n"
    done = await imported(client, deals, first, mapping=mapping, key="title")
    assert (done["created"], done["updated"]) == (2, 0)
    second = "ID,Amount,Stage\na,10,\nC,3,Engaging\nc,30,\nB,,Engaging\n"
    done = await imported(client, deals, second, mapping=mapping, key="title")
    assert (done["created"], done["updated"], done["failed"]) == (1, 3, 0), done
    found = {r["title"]: r["fields"]["amount"] for r in await records(client, deals)}
    assert found == {
        "a": {"amount": "10.00", "currency": "EUR"},
        "B": None,
        "c": {"amount": "30.00", "currency": "EUR"},
    }
    await created(client, f"{deals}/records", {"title": "B"})
    done = await imported(
        client, deals, "ID,Amount\nB,5\n", mapping={k: mapping[k] for k in ("ID", "Amount")}, key="title"
    )
    assert (done["failed"], done["errors"][0]["column"]) == (1, "ID")
    assert "2 records" in done["errors"][0]["reason"]


async def test_references_are_matched_by_any_field(
    client: httpx.AsyncClient, customers: str, deals: str
) -> None:
    await created(
        client, f"{customers}/fields", {"name": "Number", "type": "number", "config": {"decimals": 0}}
    )
    await created(client, f"{customers}/fields", {"name": "Email", "type": "email"})
    for number in (1, 2, 3):
        body = {"title": "Same name", "fields": {"number": number, "email": f"c{number}@example.com"}}
        await created(client, f"{customers}/records", body)
    by_number = {"name": {"field": "title"}, "customer": {"field": "customer", "match": "number"}}
    done = await imported(client, deals, "name,customer\na,2\nb,\nc,9\nd,x\n", mapping=by_number)
    assert (done["created"], done["failed"]) == (2, 2), done
    by_email = {"name": {"field": "title"}, "customer": {"field": "customer", "match": "email"}}
    done = await imported(client, deals, "name,customer\ne,C3@Example.com\n", mapping=by_email)
    assert done["created"] == 1, done
    by_title = {"name": {"field": "title"}, "customer": {"field": "customer", "match": "title"}}
    done = await imported(client, deals, "name,customer\nf,Same Name\n", mapping=by_title)
    assert done["failed"] == 1
    assert "3 records" in done["errors"][0]["reason"]
    answer = await client.patch(
        f"{deals}/imports/{(await upload(client, deals, 'name,customer'))['id']}",
        json={"mapping": {"name": {"field": "title"}, "customer": {"field": "customer", "match": "nothing"}}},
    )
    assert answer.status_code == 422
    query = {"fields": ["title", "customer"], "filter": "{customer.number} = 2"}
    answer = await client.post(f"{deals}/records/query", json=query)
    assert [r["title"] for r in answer.json()["items"]] == ["a"]


async def test_what_is_missing_is_made_when_asked_for(
    client: httpx.AsyncClient, customers: str, deals: str
) -> None:
    await created(
        client,
        f"{deals}/fields",
        {"name": "Source", "type": "select", "config": {"options": [{"name": "Web"}]}},
    )
    await created(client, f"{deals}/fields", {"name": "Channels", "type": "multi_select"})
    text = (
        "name,stage,labels,source,channels,customer\n"
        'one,Won,"seo, web",web,"a;b",New Customer\n'
        'two,won,SEO,Fair,"b;c",new customer\n'
    )
    mapping = {
        "name": {"field": "title"},
        "stage": {"field": "list"},
        "labels": {"field": "tags"},
        "source": {"field": "source"},
        "channels": {"field": "channels"},
        "customer": {"field": "customer"},
    }
    done = await imported(client, deals, text, mapping=mapping)
    assert (done["created"], done["failed"]) == (0, 2)
    assert {e["column"] for e in done["errors"]} == {"stage", "labels", "source", "channels", "customer"}
    everything = ["lists", "tags", "options", "references"]
    made = await upload(client, deals, text)
    await decide(client, deals, made["id"], mapping=mapping, create_missing=everything)
    trial = (await client.post(f"{deals}/imports/{made['id']}/validate")).json()
    assert (trial["created"], trial["failed"]) == (2, 0), trial
    assert set(trial["missing"]) == {
        "lists",
        "tags",
        "options: source",
        "options: channels",
        "references: customer",
    }
    done = await run(client, deals, made["id"])
    assert (done["created"], done["failed"]) == (2, 0), done
    one, two = sorted(await records(client, deals), key=lambda r: r["title"])
    assert one["list_id"] == two["list_id"]
    assert [t["name"] for t in one["tags"]] == ["seo", "web"]
    assert [t["name"] for t in two["tags"]] == ["seo"]
    assert one["fields"]["source"]["name"] == "Web"
    assert [c["name"] for c in two["fields"]["channels"]] == ["b", "c"]
    assert one["fields"]["customer"] == two["fields"]["customer"] != []
    assert [r["title"] for r in await records(client, customers)] == ["New Customer"]


async def test_fields_are_made_for_columns(client: httpx.AsyncClient, deals: str) -> None:
    made = await upload(client, deals, "name,Score,Place\na,3,Kraków\nb,4,Łódź\n")
    guesses = {c["name"]: c["guess"] for c in made["columns"]}
    mapping = {
        "name": {"field": "title"},
        "Score": {"create": {"name": "Score", **guesses["Score"]}},
        "Place": {"create": {"name": "Town", "type": "text"}},
    }
    await decide(client, deals, made["id"], mapping=mapping, key="Town")
    trial = (await client.post(f"{deals}/imports/{made['id']}/validate")).json()
    assert trial["created"] == 2, trial
    done = await run(client, deals, made["id"])
    assert done["created"] == 2, done
    assert done["mapping"]["Place"] == {"field": "town"}
    assert [r["fields"]["town"] for r in await records(client, deals, sort="title")] == ["Kraków", "Łódź"]


async def test_dates_that_could_be_either_are_marked(client: httpx.AsyncClient, deals: str) -> None:
    made = await upload(client, deals, "name,day\na,1/2/2026\nb,3/4/2026\n")
    assert made["options"]["ambiguous"] is True
    made = await decide(client, deals, made["id"], options={"date_order": "dmy"})
    assert (made["options"]["date_order"], made["options"]["ambiguous"]) == ("dmy", False)
    text = "name,day\na,13/2/2026\nb,3/14/2026\n"
    mapping = {"name": {"field": "title"}, "day": {"field": "engaged_on"}}
    done = await imported(client, deals, text, mapping=mapping, options={"date_order": "mdy"})
    assert (done["created"], done["failed"]) == (1, 1)
    assert (done["errors"][0]["row"], done["errors"][0]["column"]) == (2, "day")


async def test_options_of_the_format_are_found_and_can_be_set(client: httpx.AsyncClient, deals: str) -> None:
    made = await upload(client, deals, "nazwa;kwota\nŻółw;1 234,50\n".encode("cp1250"))
    assert made["options"]["encoding"] == "cp1250"
    assert (made["options"]["delimiter"], made["options"]["decimal_comma"]) == (";", True)
    changed = await decide(client, deals, made["id"], options={"delimiter": ","})
    assert [c["name"] for c in changed["columns"]] == ["nazwa;kwota"]
    for options in ({"delimiter": ";;"}, {"encoding": "klingon"}, {"delimitr": ";"}, {"date_order": "abc"}):
        answer = await client.patch(f"{deals}/imports/{made['id']}", json={"options": options})
        assert answer.status_code == 422, answer.text
    await decide(client, deals, made["id"], options={"delimiter": ";"})
    mapping = {"nazwa": {"field": "title"}, "kwota": {"field": "amount"}}
    await decide(client, deals, made["id"], mapping=mapping)
    await run(client, deals, made["id"])
    (record,) = await records(client, deals)
    assert (record["title"], record["fields"]["amount"]["amount"]) == ("Żółw", "1234.50")


@pytest.mark.parametrize(
    "body",
    [
        {"mapping": {"nope": {"field": "title"}}},
        {"mapping": {"a": {"field": "nope"}}},
        {"mapping": {"a": {}}},
        {"mapping": {"a": {"field": "title", "create": {"name": "x", "type": "text"}}}},
        {"mapping": {"a": {"field": "amount"}}},
        {"mapping": {"a": {"field": "title"}, "b": {"field": "title"}}},
        {"mapping": {"a": {"field": "title", "match": "title"}}},
        {"mapping": {"a": {"field": "title"}, "b": {"create": {"name": "x", "type": "nope"}}}},
        {"mapping": {"a": {"field": "title"}}, "key": "amount"},
        {"mapping": {"a": {"field": "version"}}},
        {"create_missing": ["everything"]},
        {"mappings": {}},
        [],
    ],
)
async def test_bad_decisions_are_refused(client: httpx.AsyncClient, deals: str, body: Any) -> None:
    made = await upload(client, deals, "a,b\n1,2\n")
    answer = await client.patch(f"{deals}/imports/{made['id']}", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    found = (await client.get(f"{deals}/imports/{made['id']}")).json()
    assert (found["status"], found["key"], found["create_missing"]) == ("preview", None, [])


async def test_bad_uploads_are_refused(client: httpx.AsyncClient, deals: str) -> None:
    path = f"{deals}/imports"
    for answer, status in (
        (await client.post(path), 415),
        (await client.post(path, json={}), 415),
        (await client.post(path, data={"importer": "csv"}, files={"x": b""}), 422),
        (await client.post(path, files={"file": ("a.csv", b"")}), 422),
        (await client.post(path, files={"file": ("a.csv", b"a,b")}, data={"importer": "nope"}), 422),
        (await client.post(path, files={"file": ("a.xlsx", b"PK\x03\x04" + bytes(500))}), 422),
        (await client.post(path, files=[("file", ("a", b"a")), ("file", ("b", b"b"))]), 422),
        (
            await client.post(
                path, content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}
            ),
            422,
        ),
        (await client.post(path, content=b"x", headers={"content-type": "multipart/form-data"}), 415),
        (await client.post("/projects/1/imports", files={"file": ("a.csv", b"a")}), 404),
        (await client.get(f"{path}/12"), 404),
        (await client.post(f"{path}/12/start"), 404),
    ):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await client.get(path)).json()["items"] == []


async def test_a_file_that_breaks_off_fails_with_a_reason(client: httpx.AsyncClient, deals: str) -> None:
    data = b"name\n" + b"row\n" * 3000 + b'"' + b"x" * 5_000_000
    answer = await client.post(f"{deals}/imports", files={"file": ("a.csv", data)})
    assert answer.status_code == 422
    assert "longer" in answer.json()["detail"]


async def test_an_import_is_undone(client: httpx.AsyncClient, customers: str, deals: str) -> None:
    mapping = {"name": {"field": "title"}, "amount": {"field": "amount"}, "customer": {"field": "customer"}}
    body = {"title": "old", "fields": {"amount": "1"}}
    await created(client, f"{deals}/records", body)
    changed = await created(client, f"{deals}/records", body | {"title": "changed since"})
    text = "name,amount,customer\nold,2,Acme\nchanged since,2,\nnew,3,Acme\n"
    done = await imported(client, deals, text, mapping=mapping, key="title", create_missing=["references"])
    assert (done["created"], done["updated"]) == (1, 2)
    await client.patch(f"{deals}/records/{changed['id']}", json={"description": "by hand"})
    answer = await client.post(f"{deals}/imports/{done['id']}/undo")
    assert answer.status_code == 202, answer.text
    undone = await finished(client, deals, done["id"])
    assert (undone["status"], undone["undone"]) == ("done", True), undone
    found = {r["title"]: r["fields"] for r in await records(client, deals)}
    assert set(found) == {"old", "changed since"}
    assert found["old"]["amount"]["amount"] == "1.00"
    assert found["old"]["customer"] == []
    assert found["changed since"]["amount"]["amount"] == "2.00"
    assert await records(client, customers) == []
    assert (await client.post(f"{deals}/imports/{done['id']}/undo")).status_code == 409


async def test_started_imports_cannot_be_changed_and_are_listed(
    client: httpx.AsyncClient, deals: str
) -> None:
    first = await upload(client, deals, "a\n1\n")
    answer = await client.post(f"{deals}/imports/{first['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    done = await imported(client, deals, "a\n1\n", mapping={"a": {"field": "title"}})
    for path in ("start", "validate"):
        assert (await client.post(f"{deals}/imports/{done['id']}/{path}")).status_code == 409
    assert (await client.patch(f"{deals}/imports/{done['id']}", json={"key": None})).status_code == 409
    page = (await client.get(f"{deals}/imports", params={"limit": 1})).json()
    assert [i["id"] for i in page["items"]] == [done["id"]]
    rest = (await client.get(f"{deals}/imports", params={"limit": 1, "cursor": page["next"]})).json()
    assert [i["id"] for i in rest["items"]] == [first["id"]]
    assert rest["next"] is None


async def test_only_who_may_import_does(new_client: NewClient, client: httpx.AsyncClient, deals: str) -> None:
    outsider, viewer, member = await new_client("olga"), await new_client("viktor"), await new_client("maria")
    can = {"create": True, "edit": True, "import": True}
    role = await created(
        client, f"{deals}/roles", {"name": "Importer", "can": can, "fields": {"amount": "hidden"}}
    )
    for who, held in ((viewer, "viewer"), (member, role["id"])):
        await created(client, f"{deals}/members", {"user": user_id(who), "role": held})
    files = {"file": ("a.csv", b"name,stage,customer,amount\na,New,Acme,5\n")}
    assert (await outsider.post(f"{deals}/imports", files=files)).status_code == 404
    assert (await viewer.post(f"{deals}/imports", files=files)).status_code == 403
    answer = await member.post(f"{deals}/imports", files=files)
    assert answer.status_code == 201, answer.text
    path = f"{deals}/imports/{answer.json()['id']}"
    assert "field" not in answer.json()["columns"][3]["guess"]
    hidden = {"name": {"field": "title"}, "amount": {"field": "amount"}}
    assert (await member.patch(path, json={"mapping": hidden})).status_code == 422
    assert (await outsider.get(path)).status_code == 404
    mapping = {"name": {"field": "title"}, "customer": {"field": "customer"}}
    assert (await member.patch(path, json={"mapping": mapping})).status_code == 422
    new = {"name": {"field": "title"}, "stage": {"create": {"name": "Stage", "type": "text"}}}
    assert (await member.patch(path, json={"mapping": new})).status_code == 422
    answer = await member.patch(
        path, json={"mapping": {"name": {"field": "title"}}, "create_missing": ["lists"]}
    )
    assert answer.status_code == 422
    await decide(
        member, deals, answer.request.url.path.rpartition("/")[2], mapping={"name": {"field": "title"}}
    )
    done = await run(member, deals, path.rpartition("/")[2])
    assert done["created"] == 1


async def test_a_list_is_split_where_the_database_refuses(client: httpx.AsyncClient, deals: str) -> None:
    await created(client, f"{deals}/fields", {"name": "Code", "type": "text", "unique": True})
    text = "name,code\n" + "".join(f"n{i},{i if i != 7 else 3}\n" for i in range(20))
    mapping = {"name": {"field": "title"}, "code": {"field": "code"}}
    done = await imported(client, deals, text, mapping=mapping)
    assert (done["created"], done["failed"]) == (19, 1), done
    assert done["errors"][0]["row"] == 9
    assert "Code" in done["errors"][0]["reason"]


async def test_forgotten_files_are_swept(client: httpx.AsyncClient, kernel: Kernel, deals: str) -> None:
    kept, forgotten = await upload(client, deals, "a\n1\n"), await upload(client, deals, "a\n2\n")
    folder = kernel.settings.data_dir / "uploads"
    stray = folder / "123"
    stray.write_text("a")
    os.utime(stray, (0, 0))
    async with kernel.database.transaction() as tx:
        await tx.execute(f"UPDATE smalt_job SET created_at = 0 WHERE id = {int(forgotten['id'])}")
    await kernel.imports.sweep()
    assert [file.name for file in folder.iterdir()] == [kept["id"]]
    assert (await client.get(f"{deals}/imports/{forgotten['id']}")).json()["status"] == "cancelled"
    assert (await run(client, deals, kept["id"]))["created"] == 1
    assert list(folder.iterdir()) == []


async def test_an_upload_with_a_key_happens_once(client: httpx.AsyncClient, deals: str) -> None:
    headers = {"idempotency-key": "once", "content-type": "multipart/form-data; boundary=x"}
    body = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na\n1\n\r\n--x--\r\n'
    first = await client.post(f"{deals}/imports", content=body, headers=headers)
    again = await client.post(f"{deals}/imports", content=body, headers=headers)
    assert first.status_code == again.status_code == 201, first.text
    assert first.json() == again.json()
    assert len((await client.get(f"{deals}/imports")).json()["items"]) == 1
