"""The CRM of the article on which every release is judged, walked through the pages.

It begins on an empty server; what each step made is then asked of the API.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.crm_export import Export, load, total
from tests.web.conftest import NewPage, Site
from tests.web.hands import (
    Config,
    add_chart,
    add_field,
    attach,
    card,
    choose,
    close_record,
    dashboard,
    figure,
    go,
    goes,
    list_of,
    make_form,
    make_project,
    make_user,
    names,
    new_record,
    run_import,
    settings,
    sum_of_amounts,
    the,
    tile,
    until_saved,
    upload,
    write,
)  # fmt: skip
from tests.web.test_board import column, drag
from tests.web.test_daily_work import wait_until

PIPELINE = [
    "Unqualified", "Qualification", "Writing Proposal", "Proposal Sent", "Negotiations",
    "Contract Out for Signature", "Closed Won", "Closed Lost", "N/A",
]  # fmt: skip
SERVICES = ["branding", "website", "SEO", "Facebook management"]
JUNIOR = ("jan@example.com", "Jan Lis", "another long secret")
SLICE = 250
SOURCES = ["Referral", "Tender", "Inbound"]
CUSTOMER: list[tuple[str, str, Config]] = [
    ("Email", "email", {}), ("Phone", "phone", {}), ("Website", "url", {}), ("Address", "location", {}),
    ("Category", "select", {"options": ["Retail", "Medical"]}), ("Account Manager", "user", {}),
]  # fmt: skip
OPPORTUNITY: list[tuple[str, str, Config]] = [
    ("Amount", "currency", {}), ("Cost", "currency", {}),
    ("Profit", "formula", {"Expression": "{amount} - {cost}", "Format": "Currency"}),
    ("Confidence", "rating", {}), ("Expected close date", "date", {}),
    ("Deal Source", "select", {"options": SOURCES}), ("Proposal URL", "url", {}),
    ("Received files", "file", {}), ("Contracts", "file", {}),
    ("Customer", "reference", {"Project": "Customers"}),
    ("Customer email", "lookup", {"Reference": "Customer", "Field": "email"}),
    ("Customer manager", "lookup", {"Reference": "Customer", "Field": "account_manager"}),
]  # fmt: skip
DELIVERY: list[tuple[str, str, Config]] = [
    ("Opportunity", "reference", {"Project": "Opportunities"}),
    ("Customer email", "lookup", {"Reference": "Opportunity", "Field": "customer_email"}),
    ("Deal amount", "lookup", {"Reference": "Opportunity", "Field": "amount"}),
]  # fmt: skip


def test_the_whole_article(new_page: NewPage, site: Site) -> None:
    page = new_page()
    set_up_projects(page, site)
    set_up_fields(page, site)
    add_records(page, site)
    follow_a_change(page, site)
    import_an_export(page, site, load())
    answer_a_form(page, new_page, site)
    make_a_junior(page, site)
    add_charts(page, site)
    look_as_junior(page, new_page, site)


def set_up_projects(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Start with an empty project instead").click()
    make_project(page, "Customers", "Customers")
    for name, lists in (("Opportunities", ", ".join(PIPELINE)), ("Delivery", "Planned, Running, Delivered")):
        page.get_by_role("link", name="Home").click()
        page.get_by_role("button", name="New project").last.click()
        make_project(page, name, lists)
    assert names(site, "Opportunities", "lists") == PIPELINE
    assert names(site, "Customers", "lists") == ["Customers"]
    settings(page, site, "Opportunities", "tags")
    for number, tag in enumerate(SERVICES, 1):
        page.get_by_label("New tag").fill(tag)
        page.keyboard.press("Enter")
        expect(page.locator(".choice-line")).to_have_count(number)
    assert names(site, "Opportunities", "tags") == SERVICES
    assert names(site, "Customers", "tags") == []
    settings(page, site, "Customers", "general")
    for label in ("Due", "Assignees", "Dependencies", "Checklists"):
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            page.get_by_role("checkbox", name=label).uncheck()
    off = {"due_date", "assignees", "dependencies", "checklists"}
    kept = site.api.get(site.project("Customers")).json()["default_fields"]
    assert not off & set(kept)
    assert {"title", "description", "tags", "referenced_by"} <= set(kept)
    assert off <= set(site.api.get(site.project("Opportunities")).json()["default_fields"])


def set_up_fields(page: Page, site: Site) -> None:
    for project, fields in (("Customers", CUSTOMER), ("Opportunities", OPPORTUNITY), ("Delivery", DELIVERY)):
        settings(page, site, project, "fields")
        for number, (name, kind, config) in enumerate(fields, 1):
            add_field(page, name, kind, config)
            expect(page.locator(".field-list > .choice-line")).to_have_count(number)
        made = site.api.get(f"{site.project(project)}/fields").json()["items"]
        assert [(f["name"], f["type"]) for f in made] == [field[:2] for field in fields]


def add_records(page: Page, site: Site) -> None:
    """A customer from the grid, deals from the board, a delivery; all filled in beside the list."""
    go(page, site, "Customers", "grid")
    acme = new_record(page, "Acme")
    write(acme, "Email", "old@acme.example")
    write(acme, "Phone", "+48 22 555 01 00")
    write(acme, "Website", "https://acme.example")
    write(acme, "Address", "1 Long Street, Warsaw")
    choose(acme, "Category", "Retail")
    choose(acme, "Account Manager", "Ewa Nowak")
    customer = until_saved(
        page, site, "Customers", "Acme", "email", "phone", "website", "address", "category", "account_manager"
    )
    values = customer["fields"]
    assert (values["email"], values["website"]) == ("old@acme.example", "https://acme.example")
    assert (values["category"]["name"], values["account_manager"]["name"]) == ("Retail", "Ewa Nowak")
    assert (values["phone"], values["address"]["address"]) == ("+48 22 555 01 00", "1 Long Street, Warsaw")
    go(page, site, "Opportunities", "board")
    page.get_by_role("button", name="Add a card to Unqualified").click()
    for title in ("Website relaunch", "Brand book", "Campaign"):
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(card(page, title)).to_be_visible()
    page.keyboard.press("Escape")
    fill_in_the_deals(page, site, customer)
    go(page, site, "Delivery", "grid")
    choose(new_record(page, "Build the site"), "Opportunity", "Website relaunch")
    built = until_saved(page, site, "Delivery", "Build the site", "opportunity", "deal_amount")["fields"]
    assert built["customer_email"] == ["old@acme.example"]
    assert built["deal_amount"] == [{"amount": "12000.00", "currency": "EUR"}]


def fill_in_the_deals(page: Page, site: Site, customer: dict[str, Any]) -> None:
    card(page, "Website relaunch").click()
    deal = page.get_by_role("complementary", name="Record")
    write(deal, "Amount", "12000")
    write(deal, "Cost", "3000")
    write(deal, "Expected close date", "2026-12-31")
    write(deal, "Proposal URL", "https://acme.example/proposal")
    deal.get_by_role("button", name="4 of 5").click()
    choose(deal, "Deal Source", "Referral")
    choose(deal, "Customer", "Acme")
    choose(deal, "Tags", "branding", "website")
    wait_until(page, lambda: len(the(site, "Opportunities", "Website relaunch")["tags"]) == 2)
    attach(deal, "Received files", "brief.txt")
    attach(deal, "Contracts", "contract.txt")
    known = until_saved(page, site, "Opportunities", "Website relaunch", "amount", "cost", "confidence", "deal_source",
                "customer", "proposal_url", "expected_close_date", "received_files", "contracts")  # fmt: skip
    values = known["fields"]
    assert values["profit"] == {"amount": "9000.00", "currency": "EUR"}
    assert (values["confidence"], values["deal_source"]["name"]) == (4, "Referral")
    assert values["expected_close_date"] == "2026-12-31"
    assert values["customer"] == [{"id": customer["id"], "title": "Acme"}]
    assert [p["name"] for p in values["customer_manager"]] == ["Ewa Nowak"]
    files = [[file["name"] for file in values[key]] for key in ("received_files", "contracts")]
    assert files == [["brief.txt"], ["contract.txt"]]
    assert [tag["name"] for tag in known["tags"]] == ["branding", "website"]
    for title in ("Brand book", "Campaign"):
        close_record(page)
        card(page, title).click()
        expect(deal.get_by_label("Title")).to_have_value(title)
        choose(deal, "Customer", "Acme")
    close_record(page)
    drag(page, card(page, "Website relaunch"), column(page, "Qualification"))
    moved = the(site, "Opportunities", "Website relaunch")
    assert (list_of(site, moved), moved["fields"]["confidence"]) == ("Qualification", 4)


def follow_a_change(page: Page, site: Site) -> None:
    """One customer, three deals and a delivery: what changes there shows everywhere in the next read."""
    page.goto(f"/app{site.project('Customers')}/records/{the(site, 'Customers', 'Acme')['id']}")
    record = page.get_by_role("region", name="Record", exact=True)
    referring = page.get_by_role("region", name="Referenced by")
    expect(
        referring.get_by_role("link", name=re.compile("Website relaunch|Brand book|Campaign"))
    ).to_have_count(3)
    write(record, "Email", "new@acme.example")
    wait_until(page, lambda: the(site, "Customers", "Acme")["fields"]["email"] == "new@acme.example")
    deals = site.records("Opportunities")
    assert [deal["fields"]["customer_email"] for deal in deals] == [["new@acme.example"]] * 3  # type: ignore[index]
    assert the(site, "Delivery", "Build the site")["fields"]["customer_email"] == ["new@acme.example"]
    referring.get_by_role("link", name="Website relaunch").click()
    expect(page.get_by_label("Title")).to_have_value("Website relaunch")
    expect(record).to_contain_text("new@acme.example")
    referring.get_by_role("link", name="Build the site").click()
    expect(page.get_by_label("Title")).to_have_value("Build the site")
    expect(record).to_contain_text("new@acme.example")


def import_an_export(page: Page, site: Site, export: Export) -> None:
    upload(page, site, "Customers", "accounts.csv", export.accounts)
    goes(page, "account", "title")
    goes(page, "sector", "category")
    goes(page, "office_location", "address")
    for left_out in ("year_established", "revenue", "employees", "subsidiary_of"):
        goes(page, left_out, "")
    run_import(page)
    assert len(site.records("Customers")) == len(export.account_rows) + 1
    lines = export.pipeline.splitlines(keepends=True)
    upload(page, site, "Opportunities", "sales_pipeline.csv", b"".join(lines[: SLICE + 1]))
    deals = export.deals[:SLICE]
    targets = {"opportunity_id": "title", "account": "customer", "close_value": "amount"}
    for name, target in {
        **targets,
        "close_date": "expected_close_date",
        "sales_agent": "",
        "engage_date": "",
    }.items():
        goes(page, name, target)
    for name in ("product", "deal_stage"):
        goes(page, name, "+")
        page.get_by_label(f"Type of the new field for {name}").select_option("select")
    run_import(page)
    assert len(site.records("Opportunities")) == SLICE + 3
    assert sum_of_amounts(site, filter="{deal_stage} != BLANK()") == total(deals)
    [(busiest, count)] = Counter(deal["account"] for deal in deals if deal["account"]).most_common(1)
    path = f"{site.project('Customers')}/records/{the(site, 'Customers', busiest)['id']}/referenced-by"
    [group] = site.api.get(path).json()["items"]
    assert group["total"] == count


def answer_a_form(page: Page, new_page: NewPage, site: Site) -> None:
    """An automation waits for new leads; a visitor sends one through a public form."""
    go(page, site, "Opportunities", "automations")
    page.get_by_role("button", name="New automation").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Assign big leads")
    dialog.get_by_label("What happens").select_option("record_created")
    dialog.get_by_role("button", name="Add a condition").click()
    page.get_by_role("combobox", name="Field").fill("Amount")
    page.keyboard.press("Enter")
    dialog.get_by_label("Comparison").select_option("gt")
    dialog.get_by_label("Value", exact=True).fill("50000")
    dialog.get_by_label("What is done").select_option("assign")
    dialog.get_by_role("checkbox", name="Ewa Nowak").check()
    dialog.get_by_role("button", name="Make and switch on").click()
    rule = page.locator(".automation-card", has_text="Assign big leads")
    expect(rule.locator(".sentence")).to_contain_text("if Amount is more than 50,000")
    settings(page, site, "Opportunities", "forms")
    address = make_form(page, "Work with us", "Your project", ("Amount", "Deal Source"), "Qualification")
    visitor = new_page(address, signed_in=False)
    visitor.get_by_label("Your project").fill("A shop for Visitors Ltd")
    visitor.get_by_label("Amount").first.fill("80000")
    visitor.get_by_label("Deal Source").select_option("Tender")
    visitor.get_by_role("button", name="Send").dblclick()
    expect(visitor.get_by_role("status")).to_be_visible()
    visitor.context.close()
    assigned = lambda: the(site, "Opportunities", "A shop for Visitors Ltd")["assignees"]  # noqa: E731
    wait_until(page, assigned)
    assert [person["name"] for person in assigned()] == ["Ewa Nowak"]
    lead = the(site, "Opportunities", "A shop for Visitors Ltd")
    assert (list_of(site, lead), lead["fields"]["deal_source"]["name"]) == ("Qualification", "Tender")
    go(page, site, "Opportunities", "automations")
    rule.get_by_role("button", name="Runs").click()
    run = page.get_by_role("dialog").locator(".run")
    expect(run).to_have_count(1)
    expect(run).to_contain_text("Assign people")
    expect(run.locator(".pill").first).to_have_text("done")
    page.keyboard.press("Escape")


def add_charts(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Dashboards").click()
    page.get_by_role("button", name="New dashboard").first.click()
    page.get_by_label("Name", exact=True).fill("Sales")
    page.keyboard.press("Enter")
    add_chart(page, "Pipeline per month", "bar", group="created_at")
    add_chart(page, "Sales per month", "bar", group="event:entered_list")
    add_chart(page, "Sales by type", "pie", group="tags")
    add_chart(page, "Forecast", "stat", Qualification="50", Negotiations="90")
    add_chart(page, "Profit in all", "stat", field="profit")
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Email address").fill(JUNIOR[0])
    page.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_label("What Jan Lis may do")).to_have_value("view")
    charts = {chart["title"]: chart["config"] for chart in dashboard(site)["charts"]}
    won = {"event": "entered_list", "list": "Closed Won", "interval": "month"}
    assert charts["Sales per month"]["group_by"] == won
    assert charts["Forecast"]["weights"] == {"Qualification": "0.5", "Negotiations": "0.9"}
    assert figure(site, "Sales per month") == 0
    assert figure(site, "Forecast") == Decimal(12000 + 80000) / 2
    assert figure(site, "Profit in all") == 9000
    assert figure(site, "Pipeline per month") == sum_of_amounts(site)


def make_a_junior(page: Page, site: Site) -> None:
    email, name, password = JUNIOR
    make_user(page, email, name, password)
    settings(page, site, "Opportunities", "roles")
    page.get_by_role("button", name="New role").click()
    page.get_by_label("Name", exact=True).fill("Junior")
    for field in ("Cost", "Profit"):
        page.get_by_role("radio", name=f"{field}: hidden").check()
    page.get_by_role("button", name="Save", exact=True).click()
    line = page.locator(".choice-line", has_text="Junior")
    expect(line).to_contain_text("does not see Cost, Profit")
    settings(page, site, "Opportunities", "members")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Role", exact=True).select_option(label="Junior")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label(f"Role of {name}")).to_be_visible()
    [member] = [m for m in site.api.get(f"{site.project('Opportunities')}/members").json()["items"]
                if m["user"]["email"] == email]  # fmt: skip
    role = next(r for r in site.api.get(f"{site.project('Opportunities')}/roles").json()["items"]
                if r["name"] == "Junior")  # fmt: skip
    assert role["fields"] == {"*": "edit", "cost": "hidden", "profit": "hidden"}
    assert role["id"] in json.dumps(member["role"])


def look_as_junior(page: Page, new_page: NewPage, site: Site) -> None:
    """Cost and profit are nowhere to be seen; what Ewa does shows without a reload."""
    jan = new_page("/", signed_in=False)
    jan.get_by_label("Email").fill(JUNIOR[0])
    jan.get_by_label("Password").fill(JUNIOR[2])
    jan.keyboard.press("Enter")
    main = jan.get_by_role("navigation", name="Main")
    expect(main).to_contain_text("Opportunities")
    expect(main).not_to_contain_text("Delivery")
    go(jan, site, "Opportunities", "grid", "?q=Website")
    expect(jan.locator(".grid-body")).to_contain_text("€12,000.00")
    heads = jan.locator(".grid-head .grid-cell").all_inner_texts()
    assert "Amount" in heads
    assert not {"Cost", "Profit"} & set(heads)
    jan.get_by_role("grid").focus()
    jan.keyboard.press(" ")
    record = jan.get_by_role("complementary", name="Record")
    expect(record.get_by_label("Title")).to_have_value("Website relaunch")
    expect(record.locator("dt", has_text="Amount")).to_have_count(1)
    expect(record.locator("dt", has_text=re.compile("Cost|Profit"))).to_have_count(0)
    seen = jan.request.get(f"/api/v1{site.project('Opportunities')}/records?q=Website&fields=amount,customer")
    assert not {"cost", "profit"} & set(seen.json()["items"][0]["fields"])
    refused = jan.request.get(f"/api/v1{site.project('Opportunities')}/records?sort=-profit")
    assert refused.status == 422
    jan.goto(f"/app/dashboards/{dashboard(site)['id']}")
    expect(tile(jan, "Pipeline per month").locator("svg.smalt-chart")).to_be_visible()
    sales = tile(jan, "Sales per month")
    sales.get_by_role("button", name="What to do").click()
    jan.get_by_role("menuitem", name="Show as a table").click()
    expect(tile(jan, "Profit in all")).to_contain_text("you may not see")
    expect(jan.locator("body")).not_to_contain_text("9,000")
    go(page, site, "Opportunities", "board")
    page.get_by_label("Find by title").fill("Website")
    expect(page.locator(".card")).to_have_count(1)
    drag(page, card(page, "Website relaunch"), column(page, "Writing Proposal"))
    card(page, "Website relaunch").click()
    page.get_by_role("button", name="List: Writing Proposal").click()
    page.get_by_role("menuitemcheckbox", name="Closed Won").click()
    expect(sales.locator("tfoot td")).to_have_text("€12,000.00")
    assert figure(site, "Sales per month") == 12000
    assert figure(site, "Forecast") == 40000
