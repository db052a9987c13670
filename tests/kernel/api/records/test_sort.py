"""Sorts and keyset pages."""

from __future__ import annotations

import base64
import json

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, faults


async def order(project: ProjectClient, sort: str) -> str:
    """The titles in an order, which must be the same in one page and in pages of two."""
    whole = await project.titles(sort=sort, limit=1000)
    assert [r["title"] for r in await project.every(2, sort=sort, fields="title")] == whole, sort
    return "".join(whole)


async def test_every_kind_in_both_directions(crm: Crm) -> None:
    deals = crm.deals
    await deals.add_field("Word", "text")
    await deals.add_field("Hours", "number", {"decimals": 2})
    await deals.add_field("Hot", "checkbox")
    await deals.add_field("Call", "date", {"time": True})
    await deals.add_field("Source", "select", {"options": [{"name": "Web"}, {"name": "Fair"}]})
    await deals.add_field("Owner", "user")
    await deals.compute("Ratio", "{hours} / 3")
    await deals.compute("Loud", "UPPER({word})")
    await deals.add(
        "a", {"due_at": "2026-01-02", "description": "x", "list": "Closed Won"}, word="beta", hours="1.5",
        hot=True, call="2026-01-01T10:00:00Z", source="Fair", owner="admin@example.com", amount="5",
        close_date="2026-03-01", confidence=1,
    )  # fmt: skip
    await deals.add(
        "b", word="Alpha", hours="-2", call="2026-01-01T09:59:59.999Z", source="Web", amount="4.99"
    )
    await deals.add(
        "c",
        {"due_at": "2026-01-01"},
        word="ALPHA",
        hours="1.50",
        hot=False,
        close_date="2025-12-31",
        confidence=5,
    )
    await deals.add("d", {"description": "X"}, word="Ämter", amount="-1")
    for sort, titles in (
        ("word", "bcad"), ("-word", "dacb"), ("hours", "bacd"), ("-hours", "cabd"), ("hot", "cabd"),
        ("-hot", "acdb"), ("call", "bacd"), ("-call", "abdc"), ("source", "bacd"), ("-source", "abdc"),
        ("owner", "abcd"), ("-owner", "adcb"), ("amount", "dbac"), ("-amount", "abdc"),
        ("close_date", "cabd"), ("-close_date", "acdb"), ("confidence", "acbd"), ("-confidence", "cadb"),
        ("due_at", "cabd"), ("-due_date", "acdb"), ("description", "adbc"), ("list", "bcda"),
        ("-list", "adcb"), ("ratio", "bacd"), ("-ratio", "cabd"), ("loud", "bcad"), ("-loud", "dacb"),
        ("title", "abcd"), ("-title", "dcba"), ("created_at", "abcd"), ("-created_at", "dcba"),
        ("-id", "dcba"), ("position", "abcd"), ("version", "abcd"), ("created_by", "abcd"), ("", "abcd"),
        ("tags", "abcd"), ("-assignees", "dcba"),
    ):  # fmt: skip
        assert await order(deals, sort) == titles, sort


async def test_several_keys(plain: ProjectClient) -> None:
    await plain.add_field("Group", "text")
    await plain.add_field("Size", "number", {"decimals": 0})
    rows = [("a", "x", 1), ("b", "X", None), ("c", "x", 3), ("d", None, 2), ("e", "y", 1), ("f", None, None),
            ("g", "y", 1), ("h", "Y", 2)]  # fmt: skip
    for title, group, size in rows:
        await plain.add(title, group=group, size=size)
    for sort, titles in (
        ("group,size", "acbeghdf"), ("group,-size", "cabhgedf"), ("-group,size", "eghacbdf"),
        ("-group,-size,title", "heg" "cab" "df"), ("size,-group", "gea" "hd" "c" "bf"),
        ("size,-title", "gea" "hd" "c" "fb"), ("-size,group,-title", "c" "hd" "age" "bf"),
    ):  # fmt: skip
        assert await order(plain, sort) == titles, sort


async def test_through_references(crm: Crm) -> None:
    customers = [
        await crm.customers.add(title, email=email, category=category)
        for title, email, category in (
            ("zeta", "b@x.example", "Medical"), ("Beta", None, "Retail"), ("alpha", "a@x.example", None),
        )
    ]  # fmt: skip
    for title, number in (("a", 0), ("b", 1), ("c", 2), ("d", None), ("e", 0)):
        await crm.deals.add(title, customer=None if number is None else customers[number]["id"])
    for sort, titles in (
        ("customer", "cbaed"), ("-customer", "eabcd"), ("customer.email", "caebd"),
        ("-customer_email", "eacdb"), ("-customer.created_at", "cbead"),
        ("customer.category", "baecd"), ("customer.category,-title", "beadc"),
    ):  # fmt: skip
        assert await order(crm.deals, sort) == titles, sort
    for deal in await crm.deals.every(100):
        await crm.deliveries.add(deal["title"], deal=deal["id"])
    for sort, titles in (("contact", "caebd"), ("-deal.customer", "eabcd"), ("deal.title", "abcde")):
        assert await order(crm.deliveries, sort) == titles, sort


async def test_many_values_sort_by_the_first(crm: Crm) -> None:
    await crm.deals.refer("Partners", crm.customers, multiple=True)
    one, two, three = [await crm.customers.add(t, size=n) for n, t in enumerate(("One", "Two", "Three"))]
    await crm.deals.add("a", {"tags": ["SEO", "branding"]}, partners=[two["id"], one["id"]])
    await crm.deals.add("b", {"tags": ["website"]}, partners=[one["id"]])
    await crm.deals.add("c", {"tags": ["branding"]}, partners=[three["id"]])
    await crm.deals.add("d")
    for sort, titles in (
        ("tags", "cbad"), ("-tags", "abcd"), ("partners", "bcad"), ("-partners", "acbd"),
        ("partners.size", "bacd"), ("-partners.size", "cabd"),
    ):  # fmt: skip
        assert await order(crm.deals, sort) == titles, sort


async def test_pages_are_stable_under_writes(plain: ProjectClient) -> None:
    await plain.add_field("Rank", "number", {"decimals": 0})
    made = {n: await plain.add(f"r{n:02}", rank=None if n > 15 else n // 2) for n in range(20)}
    for sort in ("rank", "-rank", "title", "-title", "-created_at", ""):
        whole = await plain.titles(sort=sort)
        seen: list[str] = []
        cursor, extra = None, []
        while True:
            query = {"sort": sort, "limit": 3} | ({"cursor": cursor} if cursor else {})
            page = await plain.page(**query)
            seen += [record["title"] for record in page["items"]]
            extra.append(await plain.add("r00 new", rank=0))
            first = page["items"][0]
            await plain.delete(first)
            extra.append(first)
            cursor = page["next"]
            if cursor is None:
                break
        kept = [title for title in seen if "new" not in title]
        assert kept == whole, sort
        for record in extra:
            if "new" in record["title"]:
                if (await plain.try_record(record)).status_code == 200:
                    await plain.delete(record)
            else:
                await plain.restore(record)
    assert len(made) == 20


async def test_the_next_page_goes_on_where_records_vanished(plain: ProjectClient) -> None:
    made = [await plain.add(f"r{n}") for n in range(6)]
    page = await plain.page(limit=3, sort="-title")
    for record in made[1:4]:
        await plain.delete(record)
    assert await plain.titles(limit=3, sort="-title", cursor=page["next"]) == ["r0"]


async def test_cursors_belong_to_one_query(plain: ProjectClient) -> None:
    for number in range(5):
        await plain.add(f"r{number}")
    cursor = (await plain.page(limit=2, sort="title"))["next"]
    assert await plain.titles(limit=2, sort="title", cursor=cursor) == ["r2", "r3"]
    assert await plain.titles(limit=1, sort="title", cursor=cursor, fields="title") == ["r2"]
    for query in (
        {"sort": "-title"}, {"sort": ""}, {"sort": "title,created_at"}, {"sort": "title", "filter": "1 = 1"},
        {"sort": "title", "list": "Open"}, {"sort": "title", "tag": "SEO"}, {"sort": "title", "q": "r"},
        {"sort": "title", "deleted": True},
    ):  # fmt: skip
        assert list(faults(await plain.get(cursor=cursor, **query))) == ["/cursor"], query


async def test_cursors_that_somebody_made(plain: ProjectClient) -> None:
    for number in range(3):
        await plain.add(f"r{number}")
    cursor = (await plain.page(limit=1, sort="title,-due_at"))["next"]
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    forged: list[list[object]] = [
        [parts[0]], [*parts, 1], [parts[0], None, None, None], [parts[0], 5, None, "1"],
        [parts[0], "a", "soon", "1"], [parts[0], "a", None, "x"], [parts[0], "a", None, "9" * 30],
        [parts[0], "a\0", None, "1"], [parts[0], {}, [], {}], ["", *parts[1:]],
        [parts[0], "a", None, "1e9999"], [parts[0], "a", "2026-01-01T00:00:00", "1"],
        [parts[0], "a", "9999-12-31T23:59:59-23:59", "1"], [parts[0], "\ud800", None, "1"],
    ]  # fmt: skip
    for values in forged:
        text = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
        answer = await plain.get(sort="title,-due_at", cursor=text)
        assert list(faults(answer)) == ["/cursor"], values
    for text in ("", "x", "!!!!", "é", "AAAA", cursor + "x", cursor[:-4], "[" * 5000):
        assert list(faults(await plain.get(sort="title,-due_at", cursor=text))) == ["/cursor"], text


async def test_sorts_that_make_no_sense(crm: Crm) -> None:
    for sort, word in (("amout", "'amount'"), ("customer.emial", "'email'"), ("title.x", "'title'"),
                       ("-", ""), ("--title", ""), (",".join(["title"] * 9), "8"), ("{", ""),
                       ("title,,x", "'x'")):  # fmt: skip
        for answer in (await crm.deals.get(sort=sort), await crm.deals.query(sort=sort)):
            assert list(faults(answer)) == ["/sort"], sort
            assert word in answer.text, (sort, answer.text)


async def test_the_number_of_all(plain: ProjectClient) -> None:
    for number in range(5):
        await plain.add(f"r{number}", {"tags": ["SEO"]} if number % 2 else {})
    page = await plain.page(limit=2, count=True)
    assert page["total"] == 5
    assert (await plain.page(limit=2, count=True, cursor=page["next"]))["total"] == 5
    assert (await plain.page(limit=1, count=True, tag="SEO"))["total"] == 2
    assert "total" not in await plain.page()


async def test_pages_end(plain: ProjectClient) -> None:
    rows: list[Json] = []
    for number in range(4):
        rows.append(await plain.add(f"r{number}"))
    assert (await plain.page(limit=4))["next"] is None
    page = await plain.page(limit=3)
    await plain.delete(rows[3])
    assert (await plain.page(limit=3, cursor=page["next"])) == {"items": [], "next": None}


async def test_by_a_list_that_a_function_made(crm: Crm) -> None:
    field = await crm.customers.compute("Deals", "ARRAYUNIQUE({referenced_by})")
    names = await crm.customers.compute("Names", "ARRAYCOMPACT({tags})")
    customers = {name: (await crm.customers.add(name))["id"] for name in ("x", "y", "z")}
    for title, customer in (("b", "x"), ("a", "z")):
        await crm.deals.add(title, customer=customers[customer])
    assert await crm.customers.titles(sort=field["key"]) == ["z", "x", "y"]
    assert await crm.customers.titles(sort=f"-{field['key']},{names['key']}") == ["x", "z", "y"]


async def test_offsets_jump_from_the_beginning_or_a_cursor(crm: Crm) -> None:
    for number in range(23):
        stage = ("Negotiations", "Closed Won", "Qualification")[number % 3]
        await crm.deals.add(f"{number:02}", {"list": stage}, amount=None if number % 4 else str(number))
    for sort in ("title", "-amount,title", "list", "-list,title", "-created_at"):
        whole = await crm.deals.titles(sort=sort, limit=100)
        for offset in (0, 1, 7, 22, 23, 1000):
            assert await crm.deals.titles(sort=sort, limit=5, offset=offset) == whole[offset : offset + 5]
        page = await crm.deals.page(sort=sort, limit=4)
        assert await crm.deals.titles(sort=sort, limit=3, offset=5, cursor=page["next"]) == whole[9:12]
    refused = await crm.deals.client.get(f"{crm.deals.path}/records", params={"offset": -1})
    assert refused.status_code == 422
    body = {"sort": "title", "offset": 20, "limit": 2}
    found = await crm.deals.client.post(f"{crm.deals.path}/records/query", json=body)
    assert [r["title"] for r in found.json()["items"]] == ["20", "21"]
