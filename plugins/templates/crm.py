"""Sales CRM: customers, the pipeline of opportunities that refer to them, and their delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
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
from plugins.templates._crm_samples import (
    CATEGORIES,
    DEAL_SOURCES,
    REASONS,
    SIZES,
    SOURCES,
    TAGS,
    samples,
)

PIPELINE = (
    ("Unqualified", "gray"),
    ("Qualification", "sky"),
    ("Writing Proposal", "blue"),
    ("Proposal Sent", "indigo"),
    ("Negotiations", "amber"),
    ("Contract Out for Signature", "orange"),
    ("Closed Won", "green"),
    ("Closed Lost", "red"),
    ("N/A", "slate"),
)
DELIVERY = (("To do", "gray"), ("In progress", "blue"), ("In review", "amber"), ("Done", "green"))
TAG_COLORS = ("purple", "blue", "green", "indigo")
COLORS = ("blue", "green", "amber", "purple", "teal", "rose", "slate")


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
    lists=tuple(ListSpec(name, color) for name, color in PIPELINE),
    tags=tuple(TagSpec(name, color) for name, color in zip(TAGS, TAG_COLORS, strict=True)),
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
    lists=tuple(ListSpec(name, color) for name, color in DELIVERY),
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

    def samples(self, size: int, seed: int, today: date) -> Iterator[Sample]:
        """`size` opportunities, a tenth as many customers, a delivery for most of what was won."""
        return samples(size, seed, today)


@hookimpl
def register_templates() -> Iterable[Template]:
    return [CrmTemplate()]
