"""Random records of two projects: what charts show against the same worked out in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.kernel.api.dashboards.boards import left_out, source
from tests.kernel.api.dashboards.conftest import Teams
from tests.kernel.api.records.projects import Json, ProjectClient, checked

ZONE = ZoneInfo("Europe/Warsaw")
LISTS = {
    "North": ("Proposal Sent", "Contract Out for Signature", "Closed Won"),
    "South": ("Proposal Sent", "Closed Won", "Paused"),
}
TAGS = {"North": ("SEO", "Website"), "South": ("SEO", "Print")}
BRANCHES = {"North": ("Retail", "Medical"), "South": ("Retail", "Café")}
ORDER = {
    "list": ("Proposal Sent", "Contract Out for Signature", "Closed Won", "Paused"),
    "tags": ("SEO", "Website", "Print"), "branch": ("Retail", "Medical", "Café"), "project": ("North", "South"),
}  # fmt: skip
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0}
WEIGHTS = {"Proposal Sent": "0.5", "contract out for SIGNATURE": "0.9", "*": "0.125"}
NIGHTS = ("2026-03-28T22:30:00", "2026-03-29T21:30:00", "2026-03-31T22:00:00", "2026-10-24T22:15:00",
          "2026-10-25T23:15:00", "2026-12-31T23:00:00", "2026-06-30T21:59:59", "2025-12-28T23:00:00")  # fmt: skip

Money = tuple[Decimal, str] | None
Key = str | None


@dataclass
class Deal:
    project: str
    list: str
    tags: Sequence[str]
    amount: Money
    hours: Decimal | None
    stars: int | None
    branch: Key
    due: datetime | None
    day: date | None

    @property
    def weight(self) -> Fraction:
        return Fraction({"Proposal Sent": "0.5", "Contract Out for Signature": "0.9"}.get(self.list, "0.125"))

    def body(self) -> Json:
        amount = self.amount and {"amount": str(self.amount[0]), "currency": self.amount[1]}
        fields = {"amount": amount, "hours": self.hours and str(self.hours), "confidence": self.stars}
        fields |= {"branch": self.branch, "close_date": self.day and self.day.isoformat()}
        due = self.due and self.due.isoformat()
        return {"title": "d", "list": self.list, "tags": list(self.tags), "due_at": due, "fields": fields}


def maybe(random: Random, value: Any) -> Any:
    return value if random.random() < 0.8 else None


def deal(random: Random, project: str) -> Deal:
    currency = random.choice(("EUR", "EUR", "EUR", "USD", "JPY"))
    cents = random.randrange(-50_000, 5_000_000)
    amount = Decimal(cents) if currency == "JPY" else Decimal(cents).scaleb(-2)
    due = datetime.fromisoformat(random.choice(NIGHTS)).replace(tzinfo=UTC) + timedelta(
        days=random.choice((0, 0, 40))
    )
    return Deal(
        project, random.choice(LISTS[project]), random.sample(TAGS[project], random.randrange(3)),
        maybe(random, (amount, currency)), maybe(random, Decimal(random.randrange(1, 9999)).scaleb(-2)),
        maybe(random, random.randrange(1, 6)), maybe(random, random.choice(BRANCHES[project])),
        maybe(random, due), maybe(random, date(2026, 1, 1) + timedelta(days=random.randrange(150))),
    )  # fmt: skip


# What is measured: figures of one currency, of deals that stand together
Measure = Callable[[Sequence[Deal]], Fraction | None]


def amounts(deals: Iterable[Deal]) -> list[Fraction]:
    return [Fraction(d.amount[0]) for d in deals if d.amount]


def mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction()) / len(values) if values else None


MEASURES: dict[str, tuple[Json, Measure, bool, bool]] = {  # config, figure, money, additive
    "sum": ({"measure": {"function": "sum", "field": "amount"}}, lambda d: sum(amounts(d), Fraction()), True, True),
    "count": ({}, lambda d: Fraction(len(d)), False, True),
    "average": ({"measure": {"function": "average", "field": "amount"}}, lambda d: mean(amounts(d)), True, False),
    "median": ({"measure": {"function": "median", "field": "hours"}},
               lambda d: median([Fraction(x.hours) for x in d if x.hours]) if any(x.hours for x in d) else None, False, False),
    "max": ({"measure": {"function": "max", "field": "amount"}}, lambda d: max(amounts(d), default=None), True, False),
    "hours": ({"measure": {"function": "sum", "field": "hours"}},
              lambda d: sum((Fraction(x.hours) for x in d if x.hours), Fraction()), False, True),
    "branches": ({"measure": {"function": "distinct", "field": "branch"}},
                 lambda d: Fraction(len({x.branch for x in d if x.branch})), False, False),
    "stars": ({"measure": {"expression": "SUM({amount} * {confidence} / 5)"}},
              lambda d: sum((Fraction(x.amount[0]) * x.stars / 5 for x in d if x.amount and x.stars), Fraction()), True, True),
    "forecast": ({"measure": {"function": "sum", "field": "amount"}, "weights": WEIGHTS},
                 lambda d: sum((Fraction(x.amount[0]) * x.weight for x in d if x.amount), Fraction()), True, True),
}  # fmt: skip


def start(day: date, interval: str) -> date:
    if interval == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}.get(interval)
    return day if month is None else date(day.year, month, 1)


def keys(d: Deal, by: Any) -> list[Key]:
    """The groups that a deal stands in."""
    match by:
        case None:
            return [None]
        case {"field": "due_at", "interval": interval}:
            return [start(d.due.astimezone(ZONE).date(), interval).isoformat()] if d.due else ["undated"]
        case {"field": "close_date", "interval": interval}:
            return [start(d.day, interval).isoformat()] if d.day else ["undated"]
        case "tags":
            return list(d.tags) or [None]
        case "confidence":
            return [d.stars and str(d.stars)]
    return [getattr(d, by)]


def currency_of(deals: Sequence[Deal]) -> str:
    used = {d.amount[1] for d in deals if d.amount}
    return next(iter(used)) if len(used) == 1 else "EUR" if not used or "EUR" in used else max(
        sorted(used), key=lambda code: sum(d.amount is not None and d.amount[1] == code for d in deals)
    )  # fmt: skip


def written(value: Fraction | None, money: bool, currency: str, additive: bool) -> Decimal | None:
    if value is None:
        return Decimal(0) if additive else None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-DIGITS[currency]), ROUND_HALF_UP) if money else exact


def folded(key: Key) -> Key:
    return key and key.casefold().strip()


def shown(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def check(data: Json, deals: Sequence[Deal], name: str, group: Any, stack: Any) -> None:
    _, figure, money, additive = MEASURES[name]
    dated = [d for d in deals if "undated" not in keys(d, group)]
    measured = [d for d in deals if name != "stars" or d.stars]
    currency = currency_of(measured) if money else "EUR"
    kept = [d for d in dated if not money or d.amount is None or d.amount[1] == currency]
    if not money:
        kept = dated
    cells: dict[tuple[Key, Key], list[Deal]] = defaultdict(list)
    for d in kept:
        for s in keys(d, stack):
            for g in keys(d, group):
                cells[folded(s), folded(g)].append(d)
    found = {}
    for series in data["series"]:
        name_of_series = series["name"] if stack == "project" else series["key"]
        for point in series["points"]:
            name_of_group = point["label"] if group == "project" else point["key"]
            cell = (
                None if stack is None else folded(name_of_series),
                None if group is None else folded(name_of_group),
            )
            found[cell] = shown(point["value"])
    for cell, members in cells.items():
        wanted = written(figure(members), money, currency, additive)
        assert cell in found, (name, group, stack, cell, found)
        close(found[cell], wanted, (name, group, stack, cell))
    for cell in found.keys() - cells.keys():
        assert found[cell] in (None, 0), (name, group, stack, cell)
    close(
        shown(data["total"]),
        written(figure(kept) if kept or additive else None, money, currency, additive),
        name,
    )
    undated = len(deals) - len(dated)
    assert left_out(data).get("No date", 0) == undated
    for code in {d.amount[1] for d in measured if d.amount and d in dated} - {currency} if money else ():
        assert left_out(data)[f"Amounts in {code}"] >= 1
    places = [p["key"] for p in data["series"][0]["points"]] if data["series"] else []
    if group in ("list", "tags", "branch"):
        order = [*map(folded, ORDER[group]), None]
        assert places == sorted(places, key=lambda key: order.index(folded(key)))
    if isinstance(group, dict) and places:
        assert places == sorted(places)
        assert len(places) == len(set(places))


def close(found: Decimal | None, wanted: Decimal | None, what: Any) -> None:
    """Exact figures to the last digit; quotients of plain numbers to twelve."""
    if found is None or wanted is None:
        assert found == wanted or (found, wanted) == (None, Decimal(0)), what
    else:
        assert abs(found - wanted) <= abs(wanted) * Decimal("1e-12"), (what, found, wanted)


async def put(project: ProjectClient, deals: Sequence[Deal], random: Random) -> None:
    """Made in other lists first, then moved to where they are."""
    bodies = [d.body() | {"list": random.choice(LISTS[d.project])} for d in deals]
    made = checked(await project.batch(create=bodies), 200)
    ids = made["created"]
    moves = [{"id": id_, "list": d.list} for id_, d in zip(ids, deals, strict=True)]
    checked(await project.batch(update=moves), 200)


INTERVALS = [{"field": "due_at", "interval": i} for i in ("day", "week", "month", "quarter", "year")]
GROUPS: list[Any] = [
    None,
    "list",
    "tags",
    "branch",
    "project",
    "confidence",
    *INTERVALS,
    {"field": "close_date", "interval": "month"},
]


async def test_charts_show_what_the_records_say(teams: Teams) -> None:
    random = Random(20261126)
    deals = {
        "North": [deal(random, "North") for _ in range(70)],
        "South": [deal(random, "South") for _ in range(50)],
    }
    for project in (teams.north, teams.south):
        await put(project, deals["North" if project is teams.north else "South"], random)
    for name, (config, *_) in MEASURES.items():
        for group in random.sample(GROUPS, 5):
            stack = random.choice((None, None, "project", "list", "branch"))
            wanted = [d for p in deals for d in deals[p]]
            query: Json = {}
            if random.random() < 0.4:
                query["list"] = random.choice(ORDER["list"])
                wanted = [d for d in wanted if d.list == query["list"]]
            if random.random() < 0.3:
                query["tag"] = random.choice(ORDER["tags"]).lower()
                wanted = [d for d in wanted if query["tag"] in [t.lower() for t in d.tags]]
            if random.random() < 0.3:
                query["project"] = random.choice(("North", "south"))
                wanted = [d for d in wanted if d.project.lower() == query["project"].lower()]
            chart = {
                "sources": [source(teams.north), source(teams.south)],
                "stack_by": stack,
                "group_by": group,
            } | config
            check(await teams.board.figures(query, **chart), wanted, name, group, stack)
