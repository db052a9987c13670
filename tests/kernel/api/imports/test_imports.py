"""Imports over HTTP: from an upload to records."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx

from tests.kernel.api.imports.importing import created, decide, finished, imported, records, run, upload

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
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rejected = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rejected[0] == ["name", "when", "amount", "customer", "Reason"]
    assert rejected[3][:4] == ['no "amount"', "2026-01-31", "ten", ""]
    assert "Nobody" in rejected[4][4]
    polish = {"Accept-Language": "pl"}
    told = (await client.get(f"{deals}/imports/{done['id']}", headers=polish)).json()["errors"]
    assert [e["reason"] for e in told] == [
        "Tytuł nie może być pusty.",
        "Nie ma takiego dnia.",
        "To musi być liczba.",
        "Nie ma rekordu, w którym „title” to „Nobody”.",
        "Liczba komórek w wierszu: 5, w nagłówku: 4.",
    ]
    answer_in_polish = await client.get(f"{deals}/imports/{done['id']}/rejected.csv", headers=polish)
    assert "customer,Powód" in answer_in_polish.text
    assert "name: Tytuł nie może być pusty." in answer_in_polish.text

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


async def test_a_list_is_split_where_the_database_refuses(client: httpx.AsyncClient, deals: str) -> None:
    await created(client, f"{deals}/fields", {"name": "Code", "type": "text", "unique": True})
    text = "name,code\n" + "".join(f"n{i},{i if i != 7 else 3}\n" for i in range(20))
    mapping = {"name": {"field": "title"}, "code": {"field": "code"}}
    done = await imported(client, deals, text, mapping=mapping)
    assert (done["created"], done["failed"]) == (19, 1), done
    assert done["errors"][0]["row"] == 9
    assert "Code" in done["errors"][0]["reason"]
