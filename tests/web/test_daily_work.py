"""Daily work through the pages; every step is checked through the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import PATIENCE, NewPage, Site

SERIOUS = ("serious", "critical")


def wait_until(page: Page, condition: Callable[[], Any]) -> Any:
    """Ask again until it holds."""
    for _ in range(PATIENCE // 100):
        if found := condition():
            return found
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")


def look_for_faults(page: Page) -> None:
    """No serious fault for people who see, hear or move differently, in either theme."""
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        found = Axe().run(page).response["violations"]
        serious = [
            (v["id"], n["target"], n.get("failureSummary", ""))
            for v in found
            if v["impact"] in SERIOUS
            for n in v["nodes"]
        ]
        assert serious == [], theme
    page.evaluate("() => { delete document.documentElement.dataset.theme }")


def fits(page: Page) -> bool:
    """Nothing makes the page itself scroll sideways, once all has its place."""
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
    return True


def add_condition(page: Page, field: str, comparison: str, value: str) -> None:
    """In the open filter builder."""
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_role("combobox", name="Field").fill(field)
    page.keyboard.press("Enter")
    page.get_by_label("Comparison").select_option(comparison)
    page.get_by_label("Value").fill(value)


def cell(page: Page, row: int, name: str) -> Any:
    """A cell of the grid by the number of its row, from 1, and the name of its column."""
    page.locator(".head-button").first.wait_for()
    heads = page.locator(".grid-head .grid-cell").all_inner_texts()
    column = next(i for i, text in enumerate(heads) if text.strip() == name)
    return page.locator(f'.grid-body .grid-row[aria-rowindex="{row + 1}"] .grid-cell').nth(column)


@pytest.fixture(scope="module", autouse=True)
def crm(site: Site) -> None:
    """The projects of the template with sample records."""
    assert site.api.post("/templates/crm/apply", json={"sample": 200}).status_code == 201


def test_the_grid_is_edited_by_keyboard(new_page: NewPage, site: Site) -> None:
    page = new_page(
        f"/app{site.project('Opportunities')}/grid?sort=title&fields=amount,expected_close_date,confidence,deal_source,tags"
    )
    first = site.records("Opportunities", sort="title")[0]
    path = f"{site.project('Opportunities')}/records/{first['id']}"
    expect(cell(page, 1, "Title")).to_have_text(str(first["title"]))
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1234.5")
    page.keyboard.press("Tab")
    amount = {"amount": "1234.50", "currency": "EUR"}
    wait_until(page, lambda: site.api.get(path).json()["fields"]["amount"] == amount)
    expect(cell(page, 1, "Amount")).to_have_text("€1,234.50")
    expect(cell(page, 1, "Expected close date")).to_have_class(re.compile("active"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("3")
    wait_until(page, lambda: site.api.get(path).json()["fields"]["confidence"] == 3)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    expect(page.locator(".inline-editor")).to_have_attribute("aria-invalid", "")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    wait_until(
        page, lambda: site.api.get(path).json()["fields"]["confidence"] == first["fields"]["confidence"]
    )  # type: ignore[index]
    page.keyboard.press("Control+z")
    wait_until(page, lambda: site.api.get(path).json()["fields"]["amount"] == first["fields"]["amount"])  # type: ignore[index]
    look_for_faults(page)


def test_what_the_server_refuses_goes_back(new_page: NewPage, site: Site) -> None:
    customers = site.project("Customers")
    page = new_page(f"/app{customers}/grid?sort=title&fields=email,phone")
    first = site.records("Customers", sort="title")[0]
    before = cell(page, 1, "Email")
    expect(before).to_have_text(first["fields"]["email"])  # type: ignore[index]
    before.dblclick()
    page.locator(".inline-editor").fill("nobody@nowhere@else")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").last).to_contain_text("is as it was")
    expect(before).to_have_text(first["fields"]["email"])  # type: ignore[index]


def test_ranges_are_copied_and_pasted(new_page: NewPage, site: Site) -> None:
    opportunities = site.project("Opportunities")
    page = new_page(
        f"/app{opportunities}/grid?sort=title&fields=amount,deal_source,tags",
        permissions=["clipboard-read", "clipboard-write"],
    )
    expect(cell(page, 4, "Title")).not_to_be_empty()
    rows = site.records("Opportunities", sort="title")[:4]
    page.evaluate(
        "text => navigator.clipboard.writeText(text)", "11.50\tReferral\n12\tTender\n13 USD\tInbound\n"
    )
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+v")
    now = wait_until(
        page,
        lambda: (
            (found := [site.api.get(f"{opportunities}/records/{r['id']}").json() for r in rows])
            and found[0]["version"] != rows[0]["version"]
            and found
        ),
    )
    assert [r["fields"]["amount"]["amount"] for r in now[:3]] == ["11.50", "12.00", "13.00"]
    assert now[2]["fields"]["amount"]["currency"] == "USD"
    assert [r["fields"]["deal_source"]["name"] for r in now[:3]] == ["Referral", "Tender", "Inbound"]
    assert now[3]["version"] == rows[3]["version"]
    expect(cell(page, 3, "Amount")).to_contain_text("13.00")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+c")
    wait_until(
        page,
        lambda: (
            page.evaluate("() => navigator.clipboard.readText()") == "11.50 EUR\tReferral\n12.00 EUR\tTender"
        ),
    )
    page.get_by_role("button", name="Undo").click()
    wait_until(
        page,
        lambda: (
            site.api.get(f"{opportunities}/records/{rows[0]['id']}").json()["fields"] == rows[0]["fields"]
        ),
    )


def test_filters_read_as_a_sentence_and_as_an_expression(new_page: NewPage, site: Site) -> None:
    page = new_page(f"/app{site.project('Opportunities')}/grid")
    page.get_by_role("button", name="Filter", exact=True).click()
    add_condition(page, "confid", "ge", "4")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_role("combobox", name="Field").fill("List")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Value:").click()
    page.get_by_role("option", name="Closed Won").click()
    wanted = site.records("Opportunities", filter="{confidence} >= 4 AND {list} = 'Closed Won'")
    expect(page.locator(".grid-foot")).to_contain_text(f"{len(wanted)} record")
    expect(page.locator(".bar-sentence")).to_contain_text("Confidence is at least 4 and List is Closed Won")
    look_for_faults(page)
    page.get_by_role("button", name="As an expression").click()
    area = page.get_by_label("Filter expression")
    expect(area).to_have_value("{confidence} >= 4 AND {list} = 'Closed Won'")
    area.fill("{confidence} >>= 4")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".filter-builder .trouble")).to_be_visible()
    area.fill("{customer.category} = 'Retail'")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".grid-foot")).to_contain_text(
        f"{len(site.records('Opportunities', filter=area.input_value()))} record"
    )
    page.reload()
    expect(page.locator(".bar-sentence")).to_contain_text("{customer.category} = 'Retail'")
    page.get_by_role("button", name="Clear filter").click()
    expect(page.locator(".grid-foot")).to_contain_text("200 records")


def test_groups_have_counts_and_sums(new_page: NewPage, site: Site) -> None:
    page = new_page(f"/app{site.project('Opportunities')}/grid?group=list&fields=amount,profit")
    body = {"group_by": ["list"], "measures": {"count": {"function": "count"}}}
    groups = site.api.post(f"{site.project('Opportunities')}/records/aggregate", json=body).json()["items"]
    first = page.locator(".group-row").first
    expect(first).to_contain_text(groups[0]["group"]["list"]["name"])
    expect(first.locator(".group-count")).to_have_text(str(groups[0]["measures"]["count"]))
    expect(first.locator(".sum").first).to_contain_text("€")
    count = len(groups)
    # The rows of all groups in sight come, not those of the first alone.
    assert page.locator(".group-row:visible").count() > 1
    expect(page.locator(".grid-row.waiting:visible")).to_have_count(0)
    first.get_by_role("button").click()
    expect(page.locator(".group-row").nth(1)).to_have_attribute("aria-rowindex", "3")
    assert count >= 8


def test_a_record_holds_all_that_belongs_to_it(new_page: NewPage, site: Site) -> None:
    opportunities = site.project("Opportunities")
    page = new_page(f"/app{opportunities}/grid?sort=title")
    first, second = site.records("Opportunities", sort="title")[:2]
    path = f"{opportunities}/records/{first['id']}"
    expect(cell(page, 1, "Title")).not_to_be_empty()
    page.get_by_role("grid").focus()
    page.keyboard.press(" ")
    panel = page.get_by_role("complementary", name="Record")
    expect(panel.get_by_label("Title")).to_have_value(str(first["title"]))
    assert f"record={first['id']}" in page.url
    panel.get_by_label("Title").fill("Renamed & kept")
    page.keyboard.press("Enter")
    wait_until(page, lambda: site.api.get(path).json()["title"] == "Renamed & kept")
    expect(cell(page, 1, "Title")).to_have_text("Renamed & kept")
    panel.get_by_role("button", name="Edit the description").click()
    panel.get_by_label("Description", exact=True).fill(
        "A **bold** plan\n\n- one\n- [two](javascript:alert(1))"
    )
    page.keyboard.press("Control+Enter")
    expect(panel.locator(".prose strong")).to_have_text("bold")
    assert panel.locator(".prose a").count() == 0
    panel.get_by_label("Comment", exact=True).fill("They want it by **Friday**")
    panel.get_by_role("button", name="Comment", exact=True).click()
    expect(panel.locator(".comment .prose strong")).to_have_text("Friday")
    assert site.api.get(f"{path}/comments").json()["items"][0]["body"] == "They want it by **Friday**"
    panel.get_by_role("button", name="New checklist").click()
    panel.get_by_placeholder("Add an item").fill("Ask for references")
    page.keyboard.press("Enter")
    panel.get_by_role("checkbox", name="Ask for references").click()
    wait_until(page, lambda: site.api.get(f"{path}/checklists").json()["items"][0]["done"] == 1)
    order_a_checklist(page, panel, site, path)
    look_for_faults(page)
    panel.get_by_role("button", name="History").click()
    panel.locator(".history-line").filter(has_text="Title: ").get_by_role("button", name="Undo").first.click()
    wait_until(page, lambda: site.api.get(path).json()["title"] == first["title"])
    panel.get_by_role("button", name="Next record").click()
    expect(panel.get_by_label("Title")).to_have_value(str(second["title"]))


def order_a_checklist(page: Page, panel: Locator, site: Site, path: str) -> None:
    """By the arrow keys, by dragging, and back."""

    def items() -> list[str]:
        [checklist] = site.api.get(f"{path}/checklists").json()["items"]
        return [str(item["title"]) for item in checklist["items"]]

    for title in ("Call", "Write"):
        panel.get_by_placeholder("Add an item").fill(title)
        page.keyboard.press("Enter")
        expect(panel.get_by_role("checkbox", name=title)).to_be_visible()
    panel.get_by_role("button", name="Move Write").focus()
    page.keyboard.press("ArrowUp")
    wait_until(page, lambda: items() == ["Ask for references", "Write", "Call"])
    expect(panel.get_by_role("button", name="Move Write")).to_be_focused()
    panel.get_by_role("button", name="Move Ask for references").hover()
    page.mouse.down()
    end = panel.get_by_role("checkbox", name="Call").bounding_box()
    assert end
    page.mouse.move(end["x"], end["y"] + end["height"] + 5, steps=8)
    page.mouse.up()
    wait_until(page, lambda: items() == ["Write", "Call", "Ask for references"])
    page.keyboard.press("Control+z")
    wait_until(page, lambda: items() == ["Ask for references", "Write", "Call"])


def test_references_are_picked_and_made_in_place(new_page: NewPage, site: Site) -> None:
    opportunities = site.project("Opportunities")
    first = site.records("Opportunities", sort="title")[0]
    path = f"{opportunities}/records/{first['id']}"
    page = new_page(f"/app{path}")
    page.get_by_role("button", name=re.compile("^Customer: ")).click()
    page.get_by_role("combobox", name="Customer").fill("Brand new Ltd")
    page.get_by_role("option", name="Create “Brand new Ltd”").click()
    made = wait_until(page, lambda: site.records("Customers", q="Brand new"))[0]
    wait_until(
        page,
        lambda: (
            site.api.get(path).json()["fields"]["customer"] == [{"id": made["id"], "title": "Brand new Ltd"}]
        ),
    )
    other = next(x for x in site.records("Customers", sort="-title") if x["id"] != made["id"])
    page.get_by_role("button", name=re.compile("^Customer: ")).click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.get_by_role("combobox", name="Customer").fill(str(other["title"]))
    page.keyboard.press("Enter")  # at once: what is typed counts, not what is still shown
    wait_until(page, lambda: site.api.get(path).json()["fields"]["customer"][0]["id"] == other["id"])
    page.get_by_role("button", name=re.compile("^Customer: ")).click()
    page.get_by_role("combobox", name="Customer").fill("Brand new Ltd")
    page.get_by_role("option", name="Brand new Ltd", exact=True).click()
    page.get_by_role("link", name="Brand new Ltd").click()
    referring = page.get_by_role("region", name="Referenced by")
    expect(referring).to_contain_text("Opportunities")
    expect(referring.get_by_role("link", name=str(first["title"]))).to_be_visible()


@pytest.mark.parametrize("language", ["en", "pl"])
def test_pages_fit_a_phone(new_page: NewPage, site: Site, language: str) -> None:
    locale = {"en": "en-GB", "pl": "pl-PL"}[language]
    page = new_page("/app", viewport={"width": 360, "height": 720}, locale=locale, has_touch=True)
    opportunities = site.project("Opportunities")
    record = site.records("Opportunities")[0]["id"]
    for path in (
        "/app",
        "/app/profile",
        f"/app{opportunities}/board",
        f"/app{opportunities}/grid?record={record}",
        f"/app{opportunities}/calendar",
    ):
        page.goto(path)
        expect(page.locator(".page > *").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert fits(page), path
    assert page.locator("html").get_attribute("lang") == language


def test_everything_is_found_from_the_palette(new_page: NewPage, site: Site) -> None:
    page = new_page("/app")
    expect(page.get_by_role("heading", name="Hello, Ewa")).to_be_visible()
    title = str(site.records("Customers", sort="title")[0]["title"])
    wait_until(page, lambda: site.api.get("/search", params={"q": title}).json()["items"])  # it is indexed
    page.keyboard.press("Control+k")
    page.keyboard.type(title)
    page.get_by_role("option", name=title).first.click()
    expect(page.get_by_role("region", name="Record").get_by_label("Title")).to_have_value(title)
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    expect(page.get_by_role("option", name="Dark theme")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
