"""Sales CRM: customers, the pipeline of opportunities that refer to them, and their delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from kernel.plugin_api import (
    ActionSpec,
    AutomationSpec,
    ChartSpec,
    DashboardSpec,
    FieldSpec,
    ListSpec,
    ProjectSpec,
    Sample,
    TagSpec,
    Template,
    TemplateSpec,
    hookimpl,
)

PIPELINE = (
    ("Unqualified", "gray", 10),
    ("Qualification", "sky", 14),
    ("Writing Proposal", "blue", 10),
    ("Proposal Sent", "indigo", 10),
    ("Negotiations", "amber", 8),
    ("Contract Out for Signature", "orange", 5),
    ("Closed Won", "green", 24),
    ("Closed Lost", "red", 16),
    ("N/A", "slate", 3),
)
"""Name, color and share of the samples of each step."""

DELIVERY = (("To do", "gray", 3), ("In progress", "blue", 4), ("In review", "amber", 1), ("Done", "green", 6))
TAGS = (("branding", "purple"), ("website", "blue"), ("SEO", "green"), ("Facebook management", "indigo"))
SOURCES = ("Website", "Referral", "Trade fair", "Advertising", "Cold call", "Partner")
CATEGORIES = ("Retail", "Manufacturing", "Services", "Technology", "Health", "Public sector")
SIZES = ("1–10", "11–50", "51–250", "251–1000", "Over 1000")
DEAL_SOURCES = ("Inbound", "Outbound", "Referral", "Existing customer", "Tender")
REASONS = ("Price", "Competitor", "No budget", "No answer", "Timing", "Missing feature")
COLORS = ("blue", "green", "amber", "purple", "teal", "rose", "slate")

START = date(2025, 1, 1)
"""The first day of the samples, fixed so that they never change."""

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
_WEIGHTS = list(accumulate(share for _, _, share in PIPELINE))
_DELIVERY_WEIGHTS = list(accumulate(share for _, _, share in DELIVERY))


def _options(names: Sequence[str]) -> Mapping[str, Any]:
    return {"options": [{"name": name, "color": COLORS[i % len(COLORS)]} for i, name in enumerate(names)]}


def _reference(name: str, project: str) -> FieldSpec:
    return FieldSpec(name, "reference", {"project_id": f"@{project}", "multiple": False})


def _lookup(name: str, reference: str, field: str) -> FieldSpec:
    return FieldSpec(name, "lookup", {"reference": reference, "field": field})


def _rollup(name: str, measure: Mapping[str, str], filter_: str | None = None) -> FieldSpec:
    config = {"source": "referenced_by", "project_id": "@opportunities", "reference": "customer"}
    chosen = {} if filter_ is None else {"filter": filter_}
    return FieldSpec(name, "rollup", {**config, "measure": measure, **chosen})


OPEN = "{list} NOT IN ('Closed Won', 'Closed Lost', 'N/A')"

CUSTOMERS = ProjectSpec(
    key="customers",
    name="Customers",
    description="Everybody we sell to, once.",
    lists=(ListSpec("Customers", "blue"),),
    default_fields=(
        "title", "description", "tags", "referenced_by", "comments", "followers", "reminders",
    ),
    fields=(
        FieldSpec("Email", "email"),
        FieldSpec("Phone", "phone"),
        FieldSpec("Website", "url"),
        FieldSpec("Address", "text"),
        FieldSpec("Contact person", "text"),
        FieldSpec("Source", "select", _options(SOURCES)),
        FieldSpec("Category", "select", _options(CATEGORIES)),
        FieldSpec("Customer size", "select", _options(SIZES)),
        FieldSpec("Sector", "text"),
        FieldSpec("Employees", "number", {"decimals": 0}),
        FieldSpec("Year established", "number", {"decimals": 0}),
        FieldSpec("Annual revenue", "currency"),
        FieldSpec("Account manager", "user"),
        _reference("Subsidiary of", "customers"),
        _rollup("Won amount", {"function": "sum", "field": "amount"}, "{list} = 'Closed Won'"),
        _rollup("Open amount", {"function": "sum", "field": "amount"}, OPEN),
        _rollup("Number of opportunities", {"function": "count"}),
    ),
)  # fmt: skip

OPPORTUNITIES = ProjectSpec(
    key="opportunities",
    name="Opportunities",
    description="The sales pipeline.",
    lists=tuple(ListSpec(name, color) for name, color, _ in PIPELINE),
    tags=tuple(TagSpec(name, color) for name, color in TAGS),
    fields=(
        _reference("Customer", "customers"),
        FieldSpec("Amount", "currency"),
        FieldSpec("Cost", "currency"),
        FieldSpec("Profit", "formula", {"expression": "{amount} - {cost}", "format": "currency"}),
        FieldSpec("Confidence", "rating", {"maximum": 5}),
        FieldSpec("Expected close date", "date"),
        FieldSpec("Deal source", "select", _options(DEAL_SOURCES)),
        FieldSpec("Reason lost", "select", _options(REASONS)),
        FieldSpec("Proposal URL", "url"),
        FieldSpec("Received files", "file"),
        FieldSpec("Contracts", "file"),
        _lookup("Customer email", "customer", "email"),
        _lookup("Customer phone", "customer", "phone"),
        _lookup("Customer category", "customer", "category"),
        _lookup("Customer sector", "customer", "sector"),
        _lookup("Account manager", "customer", "account_manager"),
    ),
)

DELIVERIES = ProjectSpec(
    key="delivery",
    name="Delivery",
    description="What was sold and is now made.",
    lists=tuple(ListSpec(name, color) for name, color, _ in DELIVERY),
    fields=(
        _reference("Opportunity", "opportunities"),
        FieldSpec("Invoiced", "currency"),
        FieldSpec("Invoice date", "date"),
        FieldSpec("Progress", "percent"),
        FieldSpec("Handover date", "date"),
        FieldSpec("Accepted by the customer", "checkbox"),
        _lookup("Amount", "opportunity", "amount"),
        _lookup("Profit", "opportunity", "profit"),
        _lookup("Customer", "opportunity", "customer"),
        _lookup("Customer email", "opportunity", "customer_email"),
        _lookup("Customer phone", "opportunity", "customer.phone"),
    ),
)


WEIGHTS = {
    "Qualification": 0.1, "Writing Proposal": 0.3, "Proposal Sent": 0.5, "Negotiations": 0.7,
    "Contract Out for Signature": 0.9,
}  # fmt: skip
"""How likely a deal of each step is to be won."""

WON = "{list} = 'Closed Won'"
AMOUNT = {"function": "sum", "field": "amount"}
MADE_MONTH = {"field": "created_at", "interval": "month"}
WON_MONTH = {"event": "entered_list", "list": "Closed Won", "interval": "month"}


def _deals(filter_: str | None = None, **members: Any) -> dict[str, Any]:
    chosen = {} if filter_ is None else {"filter": filter_}
    return {"project_id": "@opportunities"} | chosen | members


SALES = DashboardSpec(
    name="Sales",
    description="What is in the pipeline, what was won, what was invoiced.",
    charts=(
        ChartSpec("Weighted forecast", "stat",
            {"sources": [_deals()], "measure": AMOUNT, "weights": WEIGHTS}, (0, 0, 3, 3)),
        ChartSpec(
            "Forecast by stars", "stat",
            {"sources": [_deals(OPEN)], "measure": {"expression": "SUM({amount} * {confidence} / 5)"}},
            (3, 0, 3, 3),
        ),
        ChartSpec(
            "Pipeline generated per month", "bar",
            {"sources": [_deals()], "measure": AMOUNT, "group_by": MADE_MONTH}, (6, 0, 6, 4),
        ),
        ChartSpec("Sales per month", "bar",
            {"sources": [_deals(WON)], "measure": AMOUNT, "group_by": WON_MONTH}, (0, 3, 6, 4)),
        ChartSpec("New opportunities per month", "bar",
            {"sources": [_deals()], "group_by": MADE_MONTH}, (6, 4, 6, 4)),
        ChartSpec("Sales by service", "pie",
            {"sources": [_deals(WON)], "measure": AMOUNT, "group_by": "tags"}, (0, 7, 6, 4)),
        ChartSpec("Deals by stage", "bar",
            {"sources": [_deals()], "group_by": "list", "show_empty": True}, (6, 8, 6, 4)),
        ChartSpec(
            "Invoiced against won", "bar",
            {
                "sources": [
                    _deals(WON, name="Won", group_by=WON_MONTH),
                    {
                        "project_id": "@delivery", "name": "Invoiced",
                        "filter": "{invoice_date} != BLANK()",
                        "group_by": {"field": "invoice_date"},
                        "measure": {"function": "sum", "field": "invoiced"},
                    },
                ],
                "measure": AMOUNT, "group_by": WON_MONTH, "stack_by": "source", "format": {"mode": "grouped"},
            },
            (0, 11, 6, 4),
        ),
    ),
)  # fmt: skip


BY_LOAD = {
    "type": "assign",
    "config": {"people": ["@me"], "strategy": "least_loaded", "closed": ["Closed Won", "Closed Lost", "N/A"]},
}
BY_TURNS = {"type": "assign", "config": {"people": ["@me"], "strategy": "round_robin"}}
CALL = {"type": "comment", "config": {"text": "A key account: call within a day."}}
LARGE = "{amount} >= 50000 OR {customer_category} = 'Technology'"
BY_SIZE = {"type": "branch", "config": {"condition": LARGE, "then": [BY_LOAD, CALL], "else": [BY_LOAD]}}
BY_PLACE = {"condition": "CONTAINS({customer.address}, 'Warszawa')", "then": [BY_TURNS], "else": [BY_SIZE]}
OWNERS = ("{assignees}", "{account_manager}")


def _tell(
    name: str, trigger: str, config: Mapping[str, Any], text: str, to: Sequence[str] = OWNERS,
    project: str = "opportunities", condition: str | None = None, first: tuple[ActionSpec, ...] = (),
) -> AutomationSpec:  # fmt: skip
    told = ActionSpec("notify", {"to": list(to), "text": text})
    return AutomationSpec(project, name, trigger, (*first, told), config, condition, enabled=not first)


AUTOMATIONS = (
    _tell(
        "Assign new leads by location, size and industry", "record_created", {}, "It is yours: {title}",
        condition="{assignees} = BLANK()", first=(ActionSpec("branch", BY_PLACE),),
    ),
    _tell("Remind of a follow-up", "inactive", {"days": 7}, "A week of silence: {title}", condition=OPEN),
    _tell("Contract out", "list_entered", {"list": "Contract Out for Signature"}, "To sign: {title}"),
    _tell("Deal won", "list_entered", {"list": "Closed Won"}, "{title} is won: {amount}"),
    _tell("Slow proposal", "aged_in_list", {"list": "Proposal Sent", "days": 14}, "No answer yet: {title}"),
    _tell(
        "Key data of a customer has changed", "field_changed",
        {"fields": ["email", "phone", "website", "address", "contact_person"]},
        "The contact data of {title} has changed", ("{account_manager}",), "customers",
    ),
)  # fmt: skip
"""Leads are assigned once somebody has added the people to share them, and switched that on."""


class CrmTemplate(Template):
    """The scenario that Smalt is judged by."""

    key = "crm"
    label = "Sales CRM"
    description = (
        "Customers, a pipeline of opportunities with profit and forecast fields, delivery projects, and a "
        "dashboard over all of them."
    )

    def spec(self) -> TemplateSpec:
        return TemplateSpec((CUSTOMERS, OPPORTUNITIES, DELIVERIES), (SALES,), AUTOMATIONS)

    def samples(self, size: int, seed: int = 1) -> Iterator[Sample]:
        """`size` opportunities, a tenth as many customers, a delivery for most of what was won."""
        random = Random(seed)
        customers = max(1, size // 10)
        names: set[str] = set()
        for number in range(customers):
            yield _customer(random, number, names)
        won: list[tuple[int, str]] = []
        for number in range(size):
            deal = _opportunity(random, number, customers)
            if deal.list == "Closed Won":
                won.append((number, deal.fields["amount"]))
            yield deal
        for number, amount in won:
            if random.random() < 0.8:
                yield _delivery(random, number, amount)


def _customer(random: Random, number: int, names: set[str]) -> Sample:
    name = f"{random.choice(_NAMES)} {random.choice(_TRADES)} {random.choice(_FORMS)}"
    if name in names:
        name = f"{name} {number + 1}"
    names.add(name)
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
    return Sample("customers", f"c{number}", name, "Customers", fields)


def _opportunity(random: Random, number: int, customers: int) -> Sample:
    step = random.choices(PIPELINE, cum_weights=_WEIGHTS)[0][0]
    amount = random.randrange(500, 90_000) + random.randrange(100) / 100
    fields: dict[str, Any] = {
        "customer": f"c{random.randrange(customers)}",
        "amount": f"{amount:.2f}",
        "confidence": random.randrange(1, 6),
        "expected_close_date": (START + timedelta(days=random.randrange(730))).isoformat(),
        "deal_source": random.choice(DEAL_SOURCES),
    }
    if random.random() < 0.9:
        fields["cost"] = f"{amount * random.uniform(0.2, 0.9):.2f}"
    if step == "Closed Lost":
        fields["reason_lost"] = random.choice(REASONS)
    if step not in ("Unqualified", "Qualification", "N/A"):
        fields["proposal_url"] = f"https://proposals.example/{number + 1}"
    tags = [name for name, _ in TAGS if random.random() < 0.3]
    title = f"{random.choice(_NAMES)} {random.choice(_WORK)} {number + 1}"
    return Sample("opportunities", f"o{number}", title, step, fields, tuple(tags))


def _delivery(random: Random, number: int, amount: str) -> Sample:
    step = random.choices(DELIVERY, cum_weights=_DELIVERY_WEIGHTS)[0][0]
    done = step == "Done"
    fields: dict[str, Any] = {
        "opportunity": f"o{number}",
        "progress": 100 if done else random.randrange(0, 95, 5),
        "handover_date": (START + timedelta(days=random.randrange(365, 900))).isoformat(),
        "accepted_by_the_customer": done,
    }
    if done or random.random() < 0.3:
        fields |= {
            "invoiced": amount,
            "invoice_date": (START + timedelta(days=random.randrange(300, 730))).isoformat(),
        }
    return Sample("delivery", f"d{number}", f"Delivery of deal {number + 1}", step, fields)


@hookimpl
def register_templates() -> Iterable[Template]:
    return [CrmTemplate()]
