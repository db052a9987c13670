"""Sums over very many amounts are those of decimal arithmetic, to the last digit.

`SMALT_MILLION` says how many amounts: 50,000 when it is not set.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

import pytest

from tests.acceptance.api import Api

AMOUNTS = int(os.environ.get("SMALT_MILLION", "50000"))
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4}
CUSTOMERS = 7


@dataclass(frozen=True)
class Deal:
    title: str
    currency: str
    amount: Decimal
    weight: Decimal
    customer: str

    def line(self) -> str:
        money = f"{self.amount} {self.currency}"
        return f"{self.title},{self.currency},{money},{self.weight},{self.customer}\n"


def deals(count: int) -> Iterator[Deal]:
    """Large and small, positive and negative, in currencies of all numbers of digits."""
    random = Random(3)
    for number in range(count):
        currency = random.choice(tuple(DIGITS))
        largest = 10 ** random.randrange(1, 12)
        amount = Decimal(random.randrange(-largest, largest)).scaleb(-DIGITS[currency])
        weight = Decimal(random.randrange(-(10**15), 10**15)).scaleb(-8)
        yield Deal(f"Deal {number}", currency, amount, weight, f"Customer {random.randrange(CUSTOMERS)}")


def money(value: Any) -> tuple[Decimal, str]:
    return Decimal(value["amount"]), value["currency"]


def test_the_sum_of_very_many_amounts_is_exact(api: Api) -> None:
    customers, path = projects(api)
    load(api, path)
    check_currencies(api, path)
    check_weights(api, path)
    check_rollups(api, customers)


def projects(api: Api) -> tuple[str, str]:
    customers = api.project("Customers")
    target = customers.split("/")[2]
    path = api.project("Deals", currency="EUR")
    api.field(path, "Amount", "currency")
    api.field(path, "Weight", "number", decimals=8)
    api.field(path, "Customer", "reference", project_id=target)
    source = {"source": "referenced_by", "project_id": path.split("/")[2], "reference": "customer"}
    weight = {"function": "sum", "field": "weight"}
    api.field(customers, "Weight", "rollup", **source, measure=weight)
    euros = {"measure": {"function": "sum", "field": "amount"}, "filter": "{list} = 'EUR'"}
    api.field(customers, "Euros", "rollup", **source, **euros)
    api.field(customers, "Everything", "rollup", **source, measure={"function": "sum", "field": "amount"})
    for number in range(CUSTOMERS):
        api.record(customers, f"Customer {number}")
    return customers, path


def load(api: Api, path: str) -> None:
    file = "title,list,amount,weight,customer\n" + "".join(deal.line() for deal in deals(AMOUNTS))
    preview = api.upload(path, "deals.csv", file.encode())
    api.decide(path, preview["id"], create_missing=["lists"])
    begun = time.monotonic()
    done = api.run(path, preview["id"], seconds=AMOUNTS / 1000 + 60)
    assert (done["status"], done["created"], done["errors"]) == ("done", AMOUNTS, []), done
    print(f"{AMOUNTS} rows in {time.monotonic() - begun:.1f} s")


def check_currencies(api: Api, path: str) -> None:
    wanted = dict.fromkeys(DIGITS, Decimal(0))
    for deal in deals(AMOUNTS):
        wanted[deal.currency] += deal.amount
    measures = {
        "sum": {"function": "sum", "field": "amount"},
        "twice": {"expression": "SUM({amount} + {amount})"},
        "n": {"function": "count"},
    }
    groups = [g for g in api.aggregate(path, ["list"], measures) if g["measures"]["n"]]
    found = {g["group"]["list"]["name"]: g["measures"] for g in groups}
    assert {name: money(m["sum"]) for name, m in found.items()} == {c: (s, c) for c, s in wanted.items()}
    assert {name: money(m["twice"])[0] for name, m in found.items()} == {c: 2 * s for c, s in wanted.items()}
    (whole,) = api.aggregate(path, [], measures)
    assert (whole["measures"]["n"], whole["measures"]["sum"]) == (AMOUNTS, None)
    filtered = "{list} = 'CLF' AND {amount} < 0"
    (negative,) = api.aggregate(path, [], measures, filtered)
    less = sum(d.amount for d in deals(AMOUNTS) if d.currency == "CLF" and d.amount < 0)
    assert money(negative["measures"]["sum"]) == (less, "CLF")


def check_weights(api: Api, path: str) -> None:
    (whole,) = api.aggregate(path, [], {"sum": {"function": "sum", "field": "weight"}})
    assert Decimal(whole["measures"]["sum"]) == sum(deal.weight for deal in deals(AMOUNTS))


def check_rollups(api: Api, customers: str) -> None:
    weights = dict.fromkeys(range(CUSTOMERS), Decimal(0))
    euros = dict.fromkeys(range(CUSTOMERS), Decimal(0))
    for deal in deals(AMOUNTS):
        number = int(deal.customer.split()[1])
        weights[number] += deal.weight
        euros[number] += deal.amount if deal.currency == "EUR" else 0
    ids = {record["title"]: record["id"] for record in api.query(customers, fields=[])}
    found = {int(title.split()[1]): api.get(f"{customers}/records/{i}") for title, i in ids.items()}
    assert {n: Decimal(record["fields"]["weight"]) for n, record in found.items()} == weights
    assert {n: money(record["fields"]["euros"]) for n, record in found.items()} == {
        n: (total, "EUR") for n, total in euros.items()
    }
    assert {record["fields"]["everything"] for record in found.values()} == {None}
    assert {w["field"] for record in found.values() for w in record["warnings"]} == {"everything"}


@pytest.mark.parametrize("decimals", [0, 2, 8])
def test_sums_beyond_64_bits_are_exact_or_empty(api: Api, decimals: int) -> None:
    """The largest numbers that a field takes, so many that no 64 bits hold their sum: empty, as all that
    cannot be computed is, or right."""
    largest = Decimal(10) ** min(15, 17 - decimals) - Decimal(1).scaleb(-decimals)
    count = 9_500 if decimals == 0 else 1_000
    path = api.project(f"Large {decimals}")
    api.field(path, "N", "number", decimals=decimals)
    body = ({"title": f"{n}", "fields": {"n": str(largest)}} for n in range(count))
    while part := list(islice(body, 5000)):
        assert api.post(f"{path}/records/batch", {"create": part})["errors"] == []
    api.record(path, "One more", n=str(-largest))
    total = (count - 1) * largest
    for measure in (
        {"function": "sum", "field": "n"},
        {"expression": "SUM({n} + {n} + {n}) / 3"},
        {"expression": "SUM({n} * {n})"},
        {"expression": "SUM({n} * 1000000000000)"},
        {"expression": "SUM({n}) * SUM({n}) * SUM({n})"},
        {"expression": "AVERAGE({n} * 9000)"},
        {"expression": "ROUND(SUM({n}), -3)"},
        {"expression": "SUM(ROUND({n} * 100, 2))"},
        {"expression": "MAX({n}) * 10000000"},
        {"function": "average", "field": "n"},
        {"function": "median", "field": "n"},
    ):
        answer = api.answer("POST", f"{path}/records/aggregate", {"measures": {"m": measure}})
        assert answer.status_code == 200, answer.text
        found = answer.json()["items"][0]["measures"]["m"]
        if measure == {"function": "sum", "field": "n"}:
            assert found is None or Decimal(found) == total
