"""Filters: expressions, trees, lists, tags and text."""

from __future__ import annotations

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults, join


async def found(project: ProjectClient, condition: str | Json) -> str:
    """The titles that pass, in alphabetical order."""
    answer = await project.query(filter=condition, sort="title", fields=[], limit=1000)
    return "".join(record["title"] for record in checked(answer, 200)["items"])


async def test_by_list_and_tag(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    tags = checked(await client.get(f"{plain.path}/tags"), 200)["items"]
    both = await plain.add("both", {"tags": ["SEO", "website"]})
    await plain.add("seo", {"tags": ["SEO"], "list": "Doing"})
    await plain.add("none")
    assert sorted(await plain.titles(tag="seo")) == ["both", "seo"]
    assert await plain.titles(tag=tags[0]["id"]) == ["both"]
    assert await plain.titles(tag="SEO", list="doing") == ["seo"]
    assert await plain.titles(list=both["list_id"], tag="SEO") == ["both"]
    assert sorted(await plain.titles(list="Open")) == ["both", "none"]
    assert await plain.titles(filter="{tags} = BLANK()") == ["none"]
    assert await plain.titles(filter="{tags} = 'website' AND {tags} = 'SEO'") == ["both"]
    assert await plain.titles(filter="NOT ({tags} = 'SEO')") == ["none"]
    for name, hint in (("Doin", " Did you mean 'Doing'?"), ("17", "")):
        refused = await plain.get(list=name)
        assert faults(refused) == {"/list": f"There is no list '{name}'.{hint}"}
    refused = await plain.get(list="Nope", tag="websit")
    assert faults(refused) == {
        "/list": "There is no list 'Nope'.",
        "/tag": "There is no tag 'websit'. Did you mean 'website'?",
    }


async def test_text_to_find(plain: ProjectClient) -> None:
    for title in ("Żółta Łódź", "Zielona", "100% sure", "under_score", "İstanbul", "O'Neill"):
        await plain.add(title)
    for text, title in (
        ("żółta", "Żółta Łódź"), ("LODZ zol", "Żółta Łódź"), ("łó", "Żółta Łódź"), ("100%", "100% sure"),
        ("scor", "under_score"), ("o'ne", "O'Neill"), ("  sure ", "100% sure"), ("istan", "İstanbul"),
    ):  # fmt: skip
        assert await plain.titles(q=text) == [title], text
    assert len(await plain.titles(q=" ")) == 6
    assert await plain.titles(q="%%") == []


async def test_case_does_not_matter_and_accents_do(plain: ProjectClient) -> None:
    await plain.add_field("Word", "text")
    for title, word in zip(
        "abcdef", ("Résumé", "RÉSUMÉ", "resume", "Ärger", "straße", "STRASSE"), strict=True
    ):
        await plain.add(title, word=word)
    for condition, titles in (
        ("{word} = 'résumé'", "ab"), ("{word} = 'RESUME'", "c"), ("{word} != 'résumé'", "cdef"),
        ("{word} = 'ärger'", "d"), ("{word} = 'Straße'", "e"), ("{word} IN ('RESUME', 'strasse')", "cf"),
        ("{word} > 'sz'", "d"), ("{word} = 're\u0301sume\u0301'", "ab"), ("CONTAINS({word}, 'SUMÉ')", "ab"),
    ):  # fmt: skip
        assert await found(plain, condition) == titles, condition


async def test_numbers_money_dates_and_empties(crm: Crm) -> None:
    rows: dict[str, Json] = {
        "a": {"amount": "50000.01", "confidence": 5, "close_date": "2026-12-31"},
        "b": {"amount": "50000", "confidence": 1, "close_date": "2026-01-01"},
        "c": {"amount": {"amount": "60000", "currency": "USD"}},
        "d": {"amount": "0", "cost": "0"},
        "e": {},
    }
    for title, fields in rows.items():
        await crm.deals.add(title, **fields)
    for condition, titles in (
        ("{amount} > 50000", "ac"), ("{amount} >= 50000 AND {amount} < 50000.01", "b"), ("{amount} = 0", "d"),
        ("{amount} = BLANK()", "e"), ("{amount} != BLANK()", "abcd"), ("{confidence} = BLANK()", "cde"),
        ("{confidence} < 3", "b"), ("NOT({confidence} < 3)", "acde"), ("{close_date} < '2026-06-01'", "b"),
        ("{close_date} >= '2026-12-31'", "a"), ("{profit} = 0", "d"), ("{profit} = BLANK()", "abce"),
        ("{amount} / {cost} = BLANK()", "abcde"), ("{confidence} IN (1, 5)", "ab"), ("1 = 1", "abcde"),
        ("{amount} * 2 > 100000.01", "ac"), ("YEAR({close_date}) = 2026", "ab"), ("", "abcde"),
    ):  # fmt: skip
        assert await found(crm.deals, condition) == titles, condition


async def test_through_references(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example", category="Retail", size=10)
    bolt = await crm.customers.add("Bolt", category="Medical", size=200)
    a = await crm.deals.add("a", customer=acme["id"], amount="5")
    b = await crm.deals.add("b", customer=bolt["id"], amount="7")
    await crm.deals.add("c")
    for title, deal in (("x", a), ("y", b)):
        await crm.deliveries.add(title, deal=deal["id"])
    await crm.deliveries.add("z")
    for condition, titles in (
        ("{customer.category} = 'retail'", "a"), ("{customer.size} > 50", "b"), ("{customer} = 'ACME'", "a"),
        (f"{{customer}} = '{bolt['id']}'", "b"), ("{customer} = BLANK()", "c"),
        ("{customer.email} = BLANK()", "bc"),
        ("{customer_email} = 'EWA@acme.example'", "a"), ("{customer.title} = 'bolt'", "b"),
        ("{customer.list} = 'Companies'", "ab"), ("{customer.size} > {confidence}", ""),
        ("{customer.size} = 10 AND {customer.category} != 'Medical'", "a"),
        ("{customer.size} = 10 OR {customer} = BLANK()", "ac"), ("{customer.title} IN ('acme', 'x')", "a"),
    ):  # fmt: skip
        assert await found(crm.deals, condition) == titles, condition
    for condition, titles in (
        ("{deal.customer.category} = 'Retail'", "x"), ("{contact} = 'ewa@acme.example'", "x"),
        ("{deal.customer_email} = 'ewa@acme.example'", "x"), ("{deal.amount} > 6", "y"),
        ("{deal.profit} = BLANK()", "xyz"), ("{deal.customer} = 'Bolt'", "y"), ("{deal} = BLANK()", "z"),
    ):  # fmt: skip
        assert await found(crm.deliveries, condition) == titles, condition


async def test_faults_of_expressions_name_the_place(crm: Crm) -> None:
    for condition, position, word in (
        ("{amout} > 5", 0, "'amount'"), ("{amount} > ", 11, ""), ("{list} = 'a' AND {x} = 1", 17, "'x'"),
        ("{customer.emial} = 'a'", 0, "'email'"), ("{amount} + 1", None, ""), ("FOO({amount})", 0, "FOO"),
        ("{title.email} = 1", 0, "'title'"), ("{amount", 0, ""), ("{close_date} = 'soon'", None, ""),
        ("{amount} = {title}", None, ""),
    ):  # fmt: skip
        for answer in (await crm.deals.get(filter=condition), await crm.deals.query(filter=condition)):
            assert list(faults(answer)) == ["/filter"], condition
            fault = answer.json()["errors"][0]
            assert word in fault["detail"], (condition, fault)
            assert isinstance(fault["position"], int), (condition, fault)
            if position is not None:
                assert fault["position"] == position, (condition, fault)


async def test_trees(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", category="Retail")
    await crm.deals.add(
        "a", {"tags": ["SEO", "website"], "list": "Negotiations"}, amount="60000", customer=acme["id"]
    )
    await crm.deals.add("b", {"tags": ["SEO"]}, amount="10", close_date="2026-05-05", confidence=2)
    await crm.deals.add("c", {"description": "Ünder way"}, confidence=4)
    trees: list[tuple[Json, str]] = [
        ({"field": "list", "op": "eq", "value": "negotiations"}, "a"),
        ({"field": "amount", "op": "gt", "value": 50000}, "a"),
        ({"field": "amount", "op": "le", "value": "10.00"}, "b"),
        ({"field": "amount", "op": "lte", "value": {"amount": "10", "currency": "EUR"}}, "b"),
        ({"field": "amount", "op": "gt", "value": {"amount": "1", "currency": "USD"}}, ""),
        ({"field": "customer", "op": "in", "value": [{"id": acme["id"], "title": "Acme"}]}, "a"),
        ({"field": "customer.category", "op": "in", "value": ["Retail", "Other"]}, "a"),
        ({"field": "{customer.category}", "op": "not_in", "value": ["Retail"]}, "bc"),
        ({"field": "tags", "op": "all_of", "value": ["SEO", "website"]}, "a"),
        ({"field": "tags", "op": "any_of", "value": ["SEO", "website"]}, "ab"),
        ({"field": "tags", "op": "none_of", "value": ["website"]}, "bc"),
        ({"field": "tags", "op": "is_empty"}, "c"),
        ({"field": "confidence", "op": "between", "value": [2, 3]}, "b"),
        ({"field": "close_date", "op": "is_not_empty"}, "b"),
        ({"field": "description", "op": "contains", "value": "üNDER"}, "c"),
        ({"field": "title", "op": "starts_with", "value": "A"}, "a"),
        ({"all": []}, "abc"),
        ({"any": []}, ""),
        ({"not": {"field": "confidence", "op": "is_empty"}}, "bc"),
        ({"all": [{"field": "tags", "op": "eq", "value": "SEO"},
                  {"any": [{"field": "amount", "op": "lt", "value": 50},
                           {"not": {"field": "list", "op": "eq", "value": "Negotiations"}}]}]}, "b"),
    ]  # fmt: skip
    for tree, titles in trees:
        assert await found(crm.deals, tree) == titles, tree
    assert await crm.deals.aggregate(filter=trees[0][0]) == [{"group": {}, "measures": {"count": 1}}]


async def test_faults_of_trees_point_below_the_filter(crm: Crm) -> None:
    good = {"field": "amount", "op": "gt", "value": 5}
    bad: list[tuple[Json, str]] = [
        ({"field": "amount", "op": "gt"}, "/filter/value"),
        ({"field": "amount", "op": "gtt", "value": 1}, "/filter/op"),
        ({"field": "amount", "op": "gt", "value": []}, "/filter/value"),
        ({"field": "amount", "op": "gt", "value": {"amount": 5}}, "/filter/value"),
        ({"field": "amount", "op": "gt", "value": {"amount": 5, "currency": 7}}, "/filter/value/currency"),
        ({"field": "amount", "op": "between", "value": [1]}, "/filter/value"),
        ({"field": "close_date", "op": "eq", "value": "soon"}, "/filter/value"),
        ({"field": "amout", "op": "eq", "value": 1}, "/filter/field"),
        ({"all": [good, {"field": "amout", "op": "eq", "value": 1}]}, "/filter/all/1/field"),
        ({"any": [{"not": {"field": "customer.emial", "op": "is_empty"}}]}, "/filter/any/0/not/field"),
        ({"all": good}, "/filter/all"),
        ({"all": [], "any": []}, "/filter/any"),
        ({"field": "amount", "op": "gt", "value": 5, "valeu": 1}, "/filter/valeu"),
        ({"all": [good, 5]}, "/filter/all/1"),
    ]
    for tree, pointer in bad:
        assert list(faults(await crm.deals.query(filter=tree))) == [pointer], tree
        assert list(faults(await crm.deals.try_aggregate(filter=tree))) == [pointer], tree


async def test_several_faults_of_a_query_come_together(crm: Crm) -> None:
    unknown = {"field": "amout", "op": "eq", "value": 1}
    shapes = {"all": [{}, {"any": [{"field": "amount", "op": "gtt"}]}]}
    for body, pointers in (
        ({"filter": shapes}, ["/filter/all/0/field", "/filter/all/0/op", "/filter/all/1/any/0/op"]),
        ({"filter": {"any": [unknown, {"not": {"all": [unknown]}}]}},
         ["/filter/any/0/field", "/filter/any/1/not/all/0/field"]),
        ({"filter": "{a} = 1", "sort": "b,-c", "fields": ["d"]}, ["/filter", "/sort", "/sort", "/fields"]),
    ):  # fmt: skip
        assert [f["pointer"] for f in checked(await crm.deals.query(**body), 422)["errors"]] == pointers
    refused = await crm.deals.query(filter="{a} = 1 AND ({amount} > 1 OR {title} > 5 OR {b.c} = 1)")
    assert [(f["position"], "'a'" in f["detail"]) for f in checked(refused, 422)["errors"]] == [
        (0, True), (29, False), (44, False),
    ]  # fmt: skip


async def test_filters_without_end(plain: ProjectClient) -> None:
    deep: Json = {"field": "title", "op": "is_empty"}
    for _ in range(500):
        deep = {"not": deep}
    for condition in ("NOT " * 5000 + "TRUE", "(" * 3000 + "1" + ")" * 3000, "1 + " * 20_000 + "1 = 1",
                      "{a" + ".a" * 5000 + "} = 1", deep, {"all": [{"all": []}] * 30_000}):  # fmt: skip
        answer = await plain.query(filter=condition)
        assert answer.status_code in (413, 422), answer.text[:500]


async def test_constants_that_come_to_nothing(plain: ProjectClient) -> None:
    await plain.add("a")
    for condition in ("-{version} <= 0.1 IN ('')", "{version} > 0 AND 1 IN (2, 3)"):
        answer = await plain.query(filter=condition, count=True)
        assert checked(answer, 200)["total"] in (0, 1)


async def test_people_by_name_id_or_email(crm: Crm, new_client: NewClient) -> None:
    ewa = await new_client("ewa")
    await crm.deals.add_field("Manager", "user")
    await crm.deals.add_field("Team", "user", {"multiple": True})
    await join(crm.deals, ewa)
    people = [user_id(ewa), "admin@example.com"]
    deal = await crm.deals.add("a", {"assignees": ["ewa@example.com"]}, manager=user_id(ewa), team=people)
    await crm.deals.add("b", {"assignees": ["admin@example.com"]})
    await crm.deliveries.add("x", deal=deal["id"])
    for name in ("EWA@example.com", "Ewa", user_id(ewa)):
        for condition in (
            "{manager} = '?'", "{team} = '?'", "{assignees} = '?'", "{manager} IN ('nobody', '?')",
            "{assignees} IN ('?')", "NOT {assignees} != '?'",
        ):  # fmt: skip
            assert await crm.deals.titles(filter=condition.replace("?", name)) == ["a"], (condition, name)
        tree = {"field": "manager", "op": "eq", "value": name}
        assert [r["title"] for r in checked(await crm.deals.query(filter=tree), 200)["items"]] == ["a"]
        assert await crm.deliveries.titles(filter=f"{{deal.manager}} = '{name}'") == ["x"]
    found = await crm.deals.titles(filter="{created_by} = 'admin@example.com'", sort="title")
    assert found == ["a", "b"]
    assert await crm.deals.titles(filter="{created_by} = 'ewa@example.com'") == []
