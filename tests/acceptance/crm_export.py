"""A CRM export of two files: the one that lies beside the project, or one generated in its likeness.

What the server must find in it is worked out here from the rows, with plain Python.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "crm"
REAL = (FOLDER / "accounts.csv").is_file()

Row = Mapping[str, str]


@dataclass(frozen=True)
class Export:
    accounts: bytes
    pipeline: bytes

    @cached_property
    def account_rows(self) -> list[Row]:
        return _rows(self.accounts)

    @cached_property
    def deals(self) -> list[Row]:
        return _rows(self.pipeline)

    @cached_property
    def won(self) -> list[Row]:
        return [deal for deal in self.deals if deal["deal_stage"] == "Won"]

    def stages(self) -> Counter[str]:
        return Counter(deal["deal_stage"] for deal in self.deals)

    def won_by_sector(self) -> dict[str | None, Decimal]:
        sectors = {row["account"]: row["sector"] for row in self.account_rows}
        return _summed((sectors.get(deal["account"]), deal) for deal in self.won)

    def won_by_month(self) -> dict[str, Decimal]:
        return _summed((_day(deal["close_date"]).strftime("%Y-%m-01"), deal) for deal in self.won)

    def not_day_first(self) -> list[str]:
        """The deals with a date that has no reading as day/month/year."""
        return [
            deal["opportunity_id"]
            for deal in self.deals
            if any(int(deal[c].split("/")[1]) > 12 for c in ("engage_date", "close_date") if deal[c])
        ]


def load() -> Export:
    if not REAL:
        return _generated(Random(7))
    return Export((FOLDER / "accounts.csv").read_bytes(), (FOLDER / "sales_pipeline.csv").read_bytes())


def total(deals: Iterable[Row]) -> Decimal:
    return sum((Decimal(deal["close_value"] or 0) for deal in deals), Decimal())


def _summed(keyed: Iterable[tuple[str | None, Row]]) -> dict[str | None, Decimal]:
    found: dict[str | None, Decimal] = {}
    for key, deal in keyed:
        found[key] = found.get(key, Decimal()) + Decimal(deal["close_value"] or 0)
    return found


def _day(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)


def _rows(data: bytes) -> list[Row]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _generated(random: Random) -> Export:
    """85 accounts and 1,000 deals, a sixth of them without an account."""
    sectors = ("retail", "medical", "software", "finance")
    accounts = [
        [f"Company {n}", sectors[n % 4], 1980 + n % 40, f"{n * 37}.{n:02}", n * 11, "Poland",
         f"Company {n // 9 + 1}" if n % 9 == 5 else ""]
        for n in range(1, 86)
    ]  # fmt: skip
    return Export(
        _file("account,sector,year_established,revenue,employees,office_location,subsidiary_of", accounts),
        _file(
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            [_deal(random, n) for n in range(1000)],
        ),
    )


def _deal(random: Random, number: int) -> Sequence[object]:
    stage = random.choice(("Won", "Won", "Lost", "Engaging", "Prospecting"))
    closed = stage in ("Won", "Lost")
    begun = date(2016, 10, 20) + timedelta(days=random.randrange(365))
    value = random.randrange(30, 30_000) if stage == "Won" else 0
    return [
        f"D{number:07}",
        random.choice(("Ewa Nowak", "Jan Kowalski")),
        random.choice(("GTX Basic", "MG Special")),
        f"Company {random.randrange(1, 86)}" if random.random() < 5 / 6 else "",
        stage,
        "" if stage == "Prospecting" else _american(begun),
        _american(begun + timedelta(days=random.randrange(140))) if closed else "",
        value if closed else "",
    ]


def _american(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _file(heading: str, rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([heading.split(","), *rows])
    return out.getvalue().encode()
