"""What a person decides about an import: options, mapping, new fields, and who may."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.imports.importing import created, decide, imported, records, run, upload


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


async def test_a_few_decimals_among_whole_numbers_tell_the_style(
    client: httpx.AsyncClient, deals: str
) -> None:
    made = await upload(client, deals, "name;amount\na;1 200,50\nb;abc\nc;5\nd;12.000\n")
    assert made["options"]["decimal_comma"] is True
    made = await upload(client, deals, "name;amount\na;7\nb;5\nc;9.5\n")
    assert made["options"]["decimal_comma"] is False


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
        {"key": "amount"},
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
