"""What a person does in the pages, for the walk through the article; and what the API then says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Site
from tests.web.test_daily_work import wait_until

Config = Mapping[str, str | Sequence[str]]


def go(page: Page, site: Site, project: str, view: str, query: str = "") -> None:
    page.goto(f"/app{site.project(project)}/{view}{query}")


def settings(page: Page, site: Site, project: str, part: str) -> None:
    go(page, site, project, f"settings/{part}")
    expect(page.locator(".settings-part h2").first).to_be_visible()


def names(site: Site, project: str, kind: str) -> list[str]:
    return [str(item["name"]) for item in site.api.get(f"{site.project(project)}/{kind}").json()["items"]]


def the(site: Site, project: str, title: str) -> dict[str, Any]:
    """The record of this title."""
    found = site.api.post(
        f"{site.project(project)}/records/query",
        json={"filter": {"all": [{"field": "title", "op": "eq", "value": title}]}},
    ).json()["items"]
    assert len(found) == 1
    return dict(found[0])


def list_of(site: Site, record: Mapping[str, Any]) -> str:
    lists = site.api.get(f"/projects/{record['project_id']}/lists").json()["items"]
    return next(str(item["name"]) for item in lists if item["id"] == record["list_id"])


def until_saved(page: Page, site: Site, project: str, title: str, *fields: str) -> dict[str, Any]:
    """The record once it holds values in these fields."""
    wait_until(page, lambda: all(the(site, project, title)["fields"].get(key) for key in fields))
    return the(site, project, title)


def sum_of_amounts(site: Site, **asked: Any) -> Decimal:
    body = {"measures": {"sum": {"function": "sum", "field": "amount"}}, **asked}
    [group] = site.api.post(f"{site.project('Opportunities')}/records/aggregate", json=body).json()["items"]
    return Decimal(group["measures"]["sum"]["amount"])


def dashboard(site: Site) -> dict[str, Any]:
    [found] = site.api.get("/dashboards").json()["items"]
    return dict(site.api.get(f"/dashboards/{found['id']}").json())


def figure(site: Site, title: str) -> Decimal:
    """What a chart adds up to."""
    board = dashboard(site)
    [chart] = [chart for chart in board["charts"] if chart["title"] == title]
    data = site.api.get(f"/dashboards/{board['id']}/charts/{chart['id']}/data").json()
    return Decimal(data["total"] or 0)


def tile(page: Page, title: str) -> Locator:
    return page.locator("smalt-chart-tile", has_text=title)


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem", name=title)


def new_record(page: Page, title: str) -> Locator:
    """Made by the button of the view; its panel, with the title written."""
    page.get_by_role("button", name="New", exact=True).click()
    panel = page.get_by_role("complementary", name="Record")
    panel.get_by_label("Title").fill(title)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Enter")
    return panel


def edit(panel: Locator, field: str) -> None:
    panel.get_by_role("button", name=re.compile(rf"^{field}: .*Edit$")).click()


def write(panel: Locator, field: str, text: str) -> None:
    edit(panel, field)
    panel.locator(".inline-editor").fill(text)
    with panel.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        panel.page.keyboard.press("Enter")


def choose(panel: Locator, field: str, *options: str) -> None:
    page = panel.page
    edit(panel, field)
    for option in options:
        page.get_by_role("combobox", name=field).fill(option)
        page.get_by_role("option", name=option, exact=True).click()
    if len(options) > 1:
        page.keyboard.press("Escape")
    expect(panel.get_by_role("button", name=re.compile(rf"^{field}: {', '.join(options)}"))).to_be_visible()


def close_record(page: Page) -> None:
    """The board has its whole width again when this returns."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Record")).to_be_hidden()


def attach(panel: Locator, field: str, name: str) -> None:
    page = panel.page
    edit(panel, field)
    file: Any = {"name": name, "mimeType": "text/plain", "buffer": name.encode()}
    page.get_by_label("Choose files").last.set_input_files(file)
    expect(page.locator(".file-line", has_text=name)).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Escape")


def make_project(page: Page, name: str, lists: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Lists").fill(lists)
    dialog.get_by_role("button", name="Make the project").click()
    expect(page.get_by_role("heading", name="No records yet")).to_be_visible()


def add_field(page: Page, name: str, kind: str, config: Config) -> None:
    page.get_by_role("button", name="New field").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Type", exact=True).select_option(kind)
    for label, value in config.items():
        if label == "options":
            for number, option in enumerate(value, 1):
                dialog.get_by_role("button", name="Add an option").click()
                dialog.get_by_label(f"Option {number}", exact=True).fill(option)
            continue
        control = dialog.get_by_label(re.compile(rf"^{label}( \*)?$"))
        if control.evaluate("control => control.localName") == "select":
            control.select_option(label=str(value))
        else:
            control.fill(str(value))
    dialog.get_by_role("button", name="Make the field").click()
    expect(dialog).to_have_count(0)


def upload(page: Page, site: Site, project: str, name: str, content: bytes) -> None:
    go(page, site, project, "import")
    file: Any = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Choose a file").set_input_files(file)


def goes(page: Page, name: str, target: str) -> None:
    page.get_by_label(f"{name} goes to").select_option(target)


def run_import(page: Page) -> None:
    missing = page.get_by_role("checkbox", name="Options")
    missing.check()
    page.get_by_role("button", name="Check without importing").click()
    expect(page.locator(".import-report")).to_contain_text("0 refused")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="To the records")).to_be_visible()


def add_chart(
    page: Page, title: str, kind: str, field: str = "amount", group: str = "", **weights: str
) -> None:
    page.get_by_role("button", name="Add a chart").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label("Kind of chart").select_option(kind)
    dialog.get_by_label("Figure").select_option("sum")
    dialog.get_by_label("Field", exact=True).select_option(field)
    if group:
        dialog.get_by_label("Grouped by").select_option(group)
    if weights:
        dialog.get_by_label("Weigh by list, for a forecast").check()
        for row in dialog.locator(".weight-row").all():
            row.get_by_role("spinbutton").fill(weights.get(row.locator("span").first.inner_text(), ""))
    expect(dialog.get_by_role("region", name="Preview").locator("svg")).to_be_visible()
    dialog.get_by_role("button", name="Add to the dashboard").click()
    expect(dialog).to_have_count(0)
    expect(tile(page, title).locator("svg.smalt-chart")).to_be_visible()


def make_user(page: Page, email: str, name: str, password: str) -> None:
    page.goto("/app/users")
    page.get_by_role("button", name="New user").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("First password").fill(password)
    page.get_by_role("button", name="Make the user").click()
    expect(page.locator(".choice-line", has_text=email)).to_be_visible()


def make_form(page: Page, name: str, title: str, fields: Sequence[str], into: str) -> str:
    """A public form that asks for a title and these fields; its address."""
    page.get_by_role("button", name="New form").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Label of Title").fill(title)
    for field in fields:
        dialog.get_by_role("button", name="Add a field").click()
        page.get_by_role("combobox", name="Field").fill(field)
        page.keyboard.press("Enter")
    dialog.get_by_label("Records come to the list").select_option(label=into)
    dialog.get_by_role("button", name="Make the form").click()
    address = page.get_by_role("link", name=f"Open {name}").get_attribute("href")
    assert address
    return address
