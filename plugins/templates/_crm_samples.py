"""Sample records of the CRM: fourteen months of a business that grows.

Customers come, deals walk through the pipeline or drop out of it, what was won is delivered and
invoiced. Days are counted from the first of them; the last one is yesterday, so a sample is never
of the future. Nothing but the seed and the day decides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from kernel.plugin_api import Sample

TAGS = {"branding": 0.35, "website": 0.45, "SEO": 0.3, "Facebook management": 0.2}
"""The tags of deals, and how many deals have each."""

SOURCES = ("Website", "Referral", "Trade fair", "Advertising", "Cold call", "Partner")
CATEGORIES = ("Retail", "Manufacturing", "Services", "Technology", "Health", "Public sector")
SIZES = ("1–10", "11–50", "51–250", "251–1000", "Over 1000")
DEAL_SOURCES = ("Inbound", "Outbound", "Referral", "Existing customer", "Tender")
REASONS = ("Price", "Competitor", "No budget", "No answer", "Timing", "Missing feature")
"""What the fields of the template choose from."""

SPAN = 425
"""Days that the samples go back."""

_NAMES = (
    "Acme", "Aurora", "Baltic", "Bielik", "Borealis", "Bäcker", "Café Lumière", "Cedar", "Délice", "Dębowa",
    "Edelweiß", "Élan", "Falcon", "Fjord", "Gdańska", "Größe", "Harbour", "Hokkaidō", "Iskra", "Jaskółka",
    "København", "Kraków", "Linden", "Łąka", "Meridian", "Møller", "Nordwind", "Ñandú", "Ostoja", "Öresund",
    "Pégase", "Polaris", "Quercus", "Řeka", "São Bento", "Sequoia", "Świt", "Tōkai", "Tulipán", "Überland",
    "Vega", "Wisła", "Xenon", "Żubr", "Žižka", "Αθηνά", "София", "東京",
)  # fmt: skip
_TRADES = (
    "Bakery", "Builders", "Clinic", "Consulting", "Design", "Energy", "Foods", "Furniture", "Garden",
    "Hotels", "Labs", "Logistics", "Media", "Motors", "Optics", "Outdoor", "Pharma", "Printing", "Software",
    "Sport", "Studio", "Textiles", "Tools", "Travel",
)  # fmt: skip
_FORMS = ("Ltd", "GmbH", "sp. z o.o.", "S.A.", "AB", "Inc.", "s.r.o.", "BV", "Oy", "株式会社")
_PEOPLE = (
    "Ewa Nowak", "Łukasz Żak", "Anna Müller", "José García", "Zoë Brontë", "Søren Holm", "Chloé Lefèvre",
    "Jiří Dvořák", "Ágnes Szabó", "İpek Yılmaz", "Νίκος Παππάς", "Олена Шевченко", "田中 さくら",
    "Sean O’Brien",
)  # fmt: skip
_STREETS = ("Długa", "Hauptstraße", "Market Street", "Rue de la Paix", "Nádražní", "Calle Mayor", "中央通り")
_TOWNS = ("00-001 Warszawa", "10115 Berlin", "London E1 6AN", "75001 Paris", "110 00 Praha", "28013 Madrid")
_PHONES = (("+4860", 7), ("+49151", 8), ("+3361", 7), ("+442079", 6), ("+120255501", 2))
_WORK = ("relaunch", "campaign", "rebranding", "shop", "audit", "photo shoot", "newsletter", "yearly care")


class _Step(NamedTuple):
    """A step that deals take: how many days on average, and how many of them end there."""

    name: str
    days: int
    dropped: float


_STEPS = (
    _Step("Unqualified", 8, 0.17),
    _Step("Qualification", 12, 0.15),
    _Step("Writing Proposal", 10, 0.08),
    _Step("Proposal Sent", 18, 0.2),
    _Step("Negotiations", 16, 0.15),
    _Step("Contract Out for Signature", 9, 0.05),
)
_DELIVERY = (("To do", 10), ("In progress", 30), ("In review", 8), ("Done", 0))
"""The steps of a delivery, and how many days they take on average."""

_IDLE = (0, 0, 0, 0, 0, 2, 1)
"""Days until the next working day, for each day of the week."""

_TAKEN_OVER = 14
"""Days at the beginning on which deals are entered that had been there before."""


class _Calendar:
    """The days of the samples: which are busy, and when in them something happened."""

    def __init__(self, random: Random, today: date) -> None:
        self._random = random
        self._first = datetime.combine(today - timedelta(days=SPAN), time(), UTC)
        self._weekday = self._first.weekday()
        seasons = [random.uniform(0.65, 1.35) for _ in range(12)]
        months = [(self._first + timedelta(days=day)).month for day in range(SPAN)]
        busy = ((0.4 + 1.6 * day / SPAN) * seasons[month - 1] for day, month in enumerate(months))
        work = (0.05 if self._idle(day) else 1.0 for day in range(SPAN))
        weights = [a * b for a, b in zip(busy, work, strict=True)]
        weights[:_TAKEN_OVER] = [3 * weight for weight in weights[:_TAKEN_OVER]]
        self._weights = list(accumulate(weights))

    def _idle(self, day: int) -> int:
        """How many days it is to the next working day; 0 on one."""
        return _IDLE[(day + self._weekday) % 7]

    def days(self, count: int) -> list[int]:
        """So many days in order, more and more of them as time goes by."""
        return sorted(self._random.choices(range(SPAN), cum_weights=self._weights, k=count))

    def later(self, day: int, average: int) -> int:
        """A working day after this one."""
        chance = self._random.random()
        after = day + 1 + int(average * (0.2 + 1.8 * chance * chance))
        return after + self._idle(after)

    def at(self, day: int, hour: int | None = None) -> datetime:
        """A moment of a day, in working hours when no hour is given."""
        minute = 420 + int(600 * self._random.random()) if hour is None else hour * 60
        return self._first + timedelta(days=day, minutes=minute)

    def date(self, day: int) -> str:
        return (self._first + timedelta(days=day)).date().isoformat()


class _Deal(NamedTuple):
    """What a delivery has to know of the deal that was won."""

    day: int
    number: int
    title: str
    amount: int


def samples(size: int, seed: int, today: date) -> Iterator[Sample]:
    """`size` opportunities, a tenth as many customers, a delivery for most of what was won."""
    return _Business(Random(seed), size, today).samples()


class _Business:
    """Makes one record after the other, in the order in which they came."""

    def __init__(self, random: Random, size: int, today: date) -> None:
        self._random = random
        self._size = size
        self._calendar = _Calendar(random, today)
        count = max(1, size // 10)
        first = count - count // 2  # half of them were there when it all began
        self._customer_days = [0] * first + self._calendar.days(count - first)
        self._titles: list[str] = []
        self._names: set[str] = set()

    def samples(self) -> Iterator[Sample]:
        for number, day in enumerate(self._customer_days):
            yield self._customer(number, day)
        won: list[_Deal] = []
        for number, day in enumerate(self._calendar.days(self._size)):
            yield self._opportunity(number, day, won)
        for deal in sorted(won):
            day = self._calendar.later(deal.day, 2)
            if day < SPAN and self._random.random() < 0.9:
                yield self._delivery(deal, day)

    def _customer(self, number: int, day: int) -> Sample:
        random = self._random
        title = f"{random.choice(_NAMES)} {random.choice(_TRADES)}"
        name = f"{title} {random.choice(_FORMS)}"
        if name in self._names:
            name = f"{name} {number + 1}"
        self._names.add(name)
        self._titles.append(title)
        size = random.randrange(len(SIZES))
        domain = f"customer-{number + 1}.example"
        prefix, digits = random.choice(_PHONES)
        fields: dict[str, Any] = {
            "email": f"office@{domain}",
            "phone": f"{prefix}{random.randrange(10**digits):0{digits}}",
            "website": f"https://www.{domain}",
            "address": f"{random.choice(_STREETS)} {random.randrange(1, 200)}, {random.choice(_TOWNS)}",
            "contact_person": random.choice(_PEOPLE),
            "source": random.choice(SOURCES),
            "category": random.choice(CATEGORIES),
            "customer_size": SIZES[size],
            "sector": random.choice(_TRADES).lower(),
            "employees": random.randrange(1, 10) * 5**size,
            "year_established": random.randrange(1950, 2025),
            "annual_revenue": f"{random.randrange(50, 5000) * 5**size}000.00",
        }
        if number and random.random() < 0.05:
            fields["subsidiary_of"] = f"c{random.randrange(number)}"
        stays = (("Customers", self._calendar.at(day, hour=6)),)
        return Sample("customers", f"c{number}", name, "Customers", fields, stays=stays)

    def _opportunity(self, number: int, day: int, won: list[_Deal]) -> Sample:
        random = self._random
        customer = self._buyer(day)
        title = f"{self._titles[customer]} {random.choice(_WORK)} {number + 1}"
        amount = min(240_000, int(random.lognormvariate(9.4, 0.9) / 10) * 10 + 500)
        path = self._walk(day)
        step, last = path[-1]
        fields: dict[str, Any] = {
            "customer": f"c{customer}",
            "amount": f"{amount}.00",
            "confidence": 5 if step == "Closed Won" else min(5, random.randrange(1, 4) + len(path) // 2),
            "deal_source": random.choice(DEAL_SOURCES),
        }
        if random.random() < 0.9:
            fields["cost"] = f"{amount * random.uniform(0.3, 0.85):.2f}"
        if step == "Closed Lost":
            fields["reason_lost"] = random.choice(REASONS)
        if len(path) > 2 and step != "N/A":
            fields["proposal_url"] = f"https://proposals.example/{number + 1}"
        closed = step in ("Closed Won", "Closed Lost", "N/A")
        if step == "Closed Won":
            won.append(_Deal(last, number, title, amount))
        expected = last + random.randrange(-12, 13) if closed else SPAN + random.randrange(-9, 75)
        fields["expected_close_date"] = self._calendar.date(expected)
        due = None if closed or random.random() < 0.2 else self._calendar.at(SPAN + random.randrange(-5, 15))
        tags = tuple([name for name, share in TAGS.items() if random.random() < share])
        return Sample(
            "opportunities", f"o{number}", title, step, fields, tags, due_at=due, stays=self._stays(path)
        )

    def _buyer(self, day: int) -> int:
        """A customer who was there on that day; one in seven of them never buys, some buy a lot."""
        there = bisect_right(self._customer_days, day)
        chosen = int(there * self._random.random() ** 1.4)
        return chosen - 1 if chosen % 7 == 6 else chosen

    def _walk(self, day: int) -> list[tuple[str, int]]:
        """The steps that a deal of that day has taken, each with the day on which it came there."""
        path = []
        first = self._random.randrange(len(_STEPS) if day < _TAKEN_OVER else 2)
        for step in _STEPS[first:]:
            path.append((step.name, day))
            day = self._calendar.later(day, step.days)
            if day >= SPAN:
                return path
            if self._random.random() < step.dropped:
                idle = len(path) < 3 and self._random.random() < 0.3
                return [*path, ("N/A" if idle else "Closed Lost", day)]
        return [*path, ("Closed Won", day)]

    def _stays(self, path: Sequence[tuple[str, int]]) -> tuple[tuple[str, datetime], ...]:
        return tuple([(name, self._calendar.at(day)) for name, day in path])

    def _delivery(self, deal: _Deal, day: int) -> Sample:
        """What becomes of a deal whose work is planned from this day on."""
        random, path = self._random, []
        for step, average in _DELIVERY:
            if day >= SPAN:
                break
            path.append((step, day))
            day = self._calendar.later(day, average)
        step, last = path[-1]
        done = step == "Done"
        fields: dict[str, Any] = {
            "opportunity": f"o{deal.number}",
            "progress": 100 if done else min(95, random.randrange(0, 30, 5) + 30 * (len(path) - 1)),
            "handover_date": self._calendar.date(last if done else SPAN + random.randrange(-4, 40)),
            "accepted_by_the_customer": done,
        }
        if done or (len(path) > 1 and random.random() < 0.3):
            share = 1 if done else 0.4  # on account, when work began
            invoiced = last if done else path[1][1]
            fields |= {
                "invoiced": f"{deal.amount * share:.2f}", "invoice_date": self._calendar.date(invoiced),
            }  # fmt: skip
        due = None if done else self._calendar.at(SPAN + random.randrange(-3, 12))
        title = f"Delivery of {deal.title}"
        stays = self._stays(path)
        return Sample("delivery", f"d{deal.number}", title, step, fields, due_at=due, stays=stays)
