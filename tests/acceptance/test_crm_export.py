"""A real CRM export goes into the CRM template over REST, and every figure comes out right."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.api import Api
from tests.acceptance.crm_export import REAL, Export, load, total

ACCOUNTS = {
    "account": {"field": "title"},
    "sector": {"field": "sector"},
    "year_established": {"field": "year_established"},
    "revenue": {"field": "annual_revenue"},
    "employees": {"field": "employees"},
    "office_location": {"field": "address"},
    "subsidiary_of": {"field": "subsidiary_of", "match": "title"},
}
PIPELINE = {
    "opportunity_id": {"field": "title"},
    "sales_agent": {"create": {"name": "Sales agent", "type": "select"}},
    "product": {"create": {"name": "Product", "type": "select"}},
    "account": {"field": "customer", "match": "title"},
    "deal_stage": {"field": "list"},
    "engage_date": {"create": {"name": "Engaged on", "type": "date"}},
    "close_date": {"field": "expected_close_date"},
    "close_value": {"field": "amount"},
}
COUNT = {"n": {"function": "count"}}
SUM = {"sum": {"function": "sum", "field": "amount"}}


@pytest.fixture(scope="module")
def export() -> Export:
    return load()


@pytest.fixture
def crm(api: Api) -> tuple[Api, str, str]:
    """A client, and the paths of the template's customers and opportunities."""
    made = api.post("/templates/crm/apply", {})
    customers, deals, _ = (f"/projects/{project['id']}" for project in made["projects"])
    return api, customers, deals


def amount(measured: dict[str, Any]) -> Decimal:
    """A sum of money, in dollars as the project has them."""
    found = measured["measures"]["sum"]
    return Decimal(0) if found is None else Decimal(found["amount"])


def import_accounts(api: Api, customers: str, export: Export) -> None:
    preview = api.upload(customers, "accounts.csv", export.accounts)
    guesses = {column["name"]: column["guess"] for column in preview["columns"]}
    assert guesses["account"] == {"field": "title"}
    assert guesses["sector"] == {"field": "sector"}
    assert guesses["subsidiary_of"] == {"field": "subsidiary_of", "match": "title"}
    api.decide(customers, preview["id"], mapping=ACCOUNTS)
    done = api.run(customers, preview["id"])
    assert (done["status"], done["created"], done["errors"]) == ("done", len(export.account_rows), []), done


def import_pipeline(api: Api, deals: str, export: Export) -> None:
    preview = api.upload(deals, "sales_pipeline.csv", export.pipeline)
    assert (preview["options"]["date_order"], preview["options"]["ambiguous"]) == ("mdy", False)
    guesses = {column["name"]: column["guess"] for column in preview["columns"]}
    assert guesses["deal_stage"] == {"field": "list"}
    assert guesses["opportunity_id"] == {"field": "title"}
    assert guesses["engage_date"]["type"] == "date"
    missing = ["lists", "tags", "options"]
    api.decide(deals, preview["id"], mapping=PIPELINE, create_missing=missing)
    trial = api.post(f"{deals}/imports/{preview['id']}/validate")
    assert (trial["rows"], trial["created"], trial["failed"]) == (len(export.deals), len(export.deals), 0)
    assert set(trial["missing"]["lists"]) == set(export.stages())
    assert api.count(deals) == 0
    done = api.run(deals, preview["id"])
    assert (done["status"], done["failed"], done["errors"]) == ("done", 0, []), done
    assert done["created"] == len(export.deals)


def test_the_figures_of_a_crm_export(crm: tuple[Api, str, str], export: Export) -> None:
    api, customers, deals = crm
    import_accounts(api, customers, export)
    import_pipeline(api, deals, export)
    check_counts(api, customers, deals, export)
    check_lists(api, deals, export)
    check_sums(api, deals, export)
    check_a_row(api, customers, deals, export)


def check_counts(api: Api, customers: str, deals: str, export: Export) -> None:
    linked = sum(bool(deal["account"]) for deal in export.deals)
    found = (
        api.count(customers),
        api.count(deals),
        api.count(deals, "{customer} != BLANK()"),
        api.count(deals, "{customer} = BLANK()"),
    )
    everything = len(export.deals)
    assert found == (len(export.account_rows), everything, linked, everything - linked)
    assert not REAL or found == (85, 8800, 7375, 1425)


def check_lists(api: Api, deals: str, export: Export) -> None:
    groups = api.aggregate(deals, ["list"], COUNT | SUM)
    found = {group["group"]["list"]["name"]: group for group in groups}
    assert {name: group["measures"]["n"] for name, group in found.items()} == export.stages()
    assert set(export.stages()) == {"Won", "Lost", "Engaging", "Prospecting"}
    assert amount(found["Won"]) == total(export.won)
    assert not REAL or (found["Won"]["measures"]["n"], amount(found["Won"])) == (4238, 10_005_534)


def check_sums(api: Api, deals: str, export: Export) -> None:
    won = "{list} = 'Won'"
    for path in ("customer_sector", "customer.sector"):
        groups = api.aggregate(deals, [path], SUM, won)
        sectors = {group["group"][path]: amount(group) for group in groups}
        assert sectors == export.won_by_sector()
        assert not REAL or (sectors["retail"], sectors["medical"]) == (1_867_528, 1_359_595)
    closed = {"field": "expected_close_date", "interval": "month"}
    groups = api.aggregate(deals, [closed], SUM, won)
    months = {group["group"]["expected_close_date"]: amount(group) for group in groups}
    assert months == export.won_by_month()
    assert not REAL or months["2017-03-01"] == 1_134_672
    check_charts(api, deals, export)
    march = won + " AND YEAR({expected_close_date}) = 2017 AND MONTH({expected_close_date}) = 3"
    assert amount(api.aggregate(deals, [], SUM, march)[0]) == months["2017-03-01"]


def check_charts(api: Api, deals: str, export: Export) -> None:
    """Won per month, as a bar chart of it shows; and the whole of it in a stat card."""
    won = {"sources": [{"project_id": deals.removeprefix("/projects/"), "filter": "{list} = 'Won'"}]}
    chart = won | {"measure": {"function": "sum", "field": "amount"}}
    months = {"field": "expected_close_date", "interval": "month"}
    data = api.post("/charts/preview", {"type": "bar", "config": chart | {"group_by": months}})
    found = {p["key"]: Decimal(p["value"]) for p in data["series"][0]["points"]}
    assert {month: figure for month, figure in found.items() if figure} == export.won_by_month()
    assert Decimal(data["total"]) == total(export.won)
    assert not REAL or list(found.values()) == [
        1134672, 721932, 1025713, 1338466, 696932, 1050059, 1235264, 731980, 938943, 1131573,
    ]  # fmt: skip
    card = api.post("/charts/preview", {"type": "stat", "config": chart})
    assert Decimal(card["total"]) == total(export.won)


def check_a_row(api: Api, customers: str, deals: str, export: Export) -> None:
    """Row by row, a customer and a deal are what the files say."""
    wanted = next(row for row in export.account_rows if row["subsidiary_of"])
    (customer,) = api.query(customers, filter=f"{{title}} = '{wanted['account']}'")
    fields = customer["fields"]
    assert fields["sector"] == wanted["sector"]
    assert fields["year_established"] == int(wanted["year_established"])
    assert Decimal(fields["annual_revenue"]["amount"]) == Decimal(wanted["revenue"])
    assert [parent["title"] for parent in fields["subsidiary_of"]] == [wanted["subsidiary_of"]]
    given = next(deal for deal in export.won if deal["account"])
    (deal,) = api.query(deals, filter=f"{{title}} = '{given['opportunity_id']}'")
    month, day, year = map(int, given["close_date"].split("/"))
    assert deal["fields"]["expected_close_date"] == f"{year}-{month:02}-{day:02}"
    assert deal["fields"]["sales_agent"]["name"] == given["sales_agent"]
    assert [c["title"] for c in deal["fields"]["customer"]] == [given["account"]]
    won = sum(Decimal(d["close_value"]) for d in export.won if d["account"] == wanted["account"])
    assert Decimal(fields["number_of_opportunities"]) == sum(
        d["account"] == wanted["account"] for d in export.deals
    )
    assert api.count(deals, f"{{customer.title}} = '{wanted['account']}' AND {{list}} = 'Won'") == sum(
        d["account"] == wanted["account"] for d in export.won
    )
    (measured,) = api.aggregate(
        deals, [], SUM, f"{{customer.title}} = '{wanted['account']}' AND {{list}} = 'Won'"
    )
    assert amount(measured) == won


def test_a_wrong_order_of_dates_is_told_row_by_row(crm: tuple[Api, str, str], export: Export) -> None:
    api, customers, deals = crm
    import_accounts(api, customers, export)
    preview = api.upload(deals, "sales_pipeline.csv", export.pipeline)
    api.decide(
        deals,
        preview["id"],
        mapping=PIPELINE,
        create_missing=["lists", "options"],
        options={"date_order": "dmy"},
    )
    wrong = export.not_day_first()
    right = len(export.deals) - len(wrong)
    trial = api.post(f"{deals}/imports/{preview['id']}/validate")
    assert (trial["created"], trial["failed"]) == (right, len(wrong))
    done = api.run(deals, preview["id"])
    assert (done["status"], done["created"], done["failed"]) == ("done", right, len(wrong))
    assert done["progress"] == {"rows": len(export.deals), "total": len(export.deals)}
    check_errors(done["errors"], export)
    answer = api.answer("GET", f"{deals}/imports/{preview['id']}/rejected.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rejected = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["opportunity_id"] for row in rejected] == wrong
    by_id = {deal["opportunity_id"]: deal for deal in export.deals}
    for row in rejected:
        reason = row.pop("Reason")
        assert "_date:" in reason, reason
        assert row == by_id[row["opportunity_id"]]
    assert api.count(deals) == right


def check_errors(errors: list[dict[str, Any]], export: Export) -> None:
    """The first errors name row and column of a date that can not be read day first, and say why."""
    assert errors
    for error in errors:
        deal = export.deals[error["row"] - 2]  # the heading is row 1
        assert int(deal[error["column"]].split("/")[1]) > 12
        assert "a date such as" in error["reason"]
