"""Dashboards through the pages: made, filled, arranged, filtered, shared, and live."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import fits, look_for_faults, wait_until


@pytest.fixture(scope="module")
def crm(site: Site) -> Site:
    assert site.api.post("/templates/crm/apply", json={"sample": 60}).status_code == 201
    return site


def total(site: Site, **asked: Any) -> str:
    body = {"measures": {"sum": {"function": "sum", "field": "amount"}}, **asked}
    [group] = site.api.post(f"{site.project('Opportunities')}/records/aggregate", json=body).json()["items"]
    return f"€{float(group['measures']['sum']['amount']):,.2f}"


def board(site: Site, name: str) -> dict[str, Any]:
    found = site.api.get("/dashboards").json()["items"]
    return next(dict(dashboard) for dashboard in found if dashboard["name"] == name)


def add_chart(page: Page, title: str) -> None:
    page.get_by_role("button", name="Add a chart").first.click()
    page.get_by_label("Title").fill(title)


def test_a_chart_is_added_with_a_live_preview(new_page: NewPage, crm: Site) -> None:
    page = new_page("/app/dashboards")
    page.get_by_role("button", name="New dashboard").click()
    page.get_by_label("Name").fill("Mine")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No charts yet")).to_be_visible()
    add_chart(page, "Money by list")
    preview = page.get_by_role("region", name="Preview")
    page.get_by_label("Figure").select_option("sum")
    page.get_by_label("Field", exact=True).select_option("amount")
    page.get_by_label("Grouped by").select_option("list")
    expect(preview.locator("text", has_text="Closed Won").first).to_be_attached()
    page.get_by_label("Figure").select_option("expression")
    page.get_by_label("Expression", exact=True).fill("SUM({amont})")
    expect(preview.get_by_role("status").or_(preview.locator(".trouble"))).to_contain_text("amont")
    page.get_by_label("Expression", exact=True).fill("SUM({amount})")
    expect(preview.locator(".trouble")).to_have_count(0)
    look_for_faults(page)
    page.get_by_role("button", name="Add to the dashboard").click()
    tile = page.locator("smalt-chart-tile", has_text="Money by list")
    expect(tile.locator("svg.smalt-chart")).to_be_visible()
    saved = board(crm, "Mine")["charts"][0]
    assert saved["config"]["measure"] == {"expression": "SUM({amount})"}
    assert saved["config"]["group_by"] == {"field": "list"}
    tile.get_by_role("button", name="What to do").click()
    page.get_by_role("menuitem", name="Show as a table").click()
    expect(tile.locator("tfoot td")).to_have_text(total(crm))
    name = tile.locator("tbody th").last.inner_text()
    page.get_by_role("button", name="List", exact=True).click()
    page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    expect(tile.locator("tbody th")).to_have_text([name])
    expect(tile.locator("tfoot td")).to_have_text(total(crm, filter=f"{{list}} = '{name}'"))
    page.reload()
    expect(tile.locator("tbody th")).to_have_text([name])
    page.get_by_role("button", name="Clear filter").click()
    expect(tile.locator("tfoot td")).to_have_text(total(crm))


def test_a_figure_leads_to_its_records(new_page: NewPage, crm: Site) -> None:
    """By a click on a bar, and from the table by keyboard; where projects differ, one chooses."""
    made = crm.api.post("/dashboards", json={"name": "Leads"}).json()["id"]
    projects = [crm.project(name).removeprefix("/projects/") for name in ("Opportunities", "Customers")]
    one = {"sources": [{"project_id": projects[0]}], "group_by": "list"}
    both = {"sources": [{"project_id": id_} for id_ in projects], "group_by": "project"}
    for title, config in (("By list", one), ("By project", both)):
        body = {"title": title, "type": "bar", "config": config}
        assert crm.api.post(f"/dashboards/{made}/charts", json=body).status_code == 201
    won = len(crm.records("Opportunities", list="Closed Won"))
    page = new_page(f"/app/dashboards/{made}")
    tile = page.locator("smalt-chart-tile", has_text="By list")
    tile.locator("[data-point]").filter(has_text="Closed Won").click()
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(won + 1))
    assert f"/projects/{projects[0]}/grid?filter=" in page.url
    page.go_back()
    tile.get_by_role("button", name="What to do").click()
    page.get_by_role("menuitem", name="Show as a table").click()
    tile.get_by_role("button", name=f"Closed Won: {won}. Show the records").press("Enter")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(won + 1))
    page.go_back()
    page.locator("smalt-chart-tile", has_text="By project").get_by_role("button", name="What to do").click()
    page.get_by_role("menuitem", name="Show the records").click()
    menu = page.get_by_role("menu", name="Show the records of")
    expect(menu.get_by_role("menuitem")).to_have_count(2)
    look_for_faults(page)
    menu.get_by_role("menuitem", name="Customers").press("Enter")
    customers = len(crm.records("Customers"))
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(customers + 1))


def test_figures_change_while_one_looks(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app/dashboards/{board(crm, 'Mine')['id']}")
    tile = page.locator("smalt-chart-tile", has_text="Money by list")
    expect(tile.locator("svg.smalt-chart")).to_be_visible()
    tile.get_by_role("button", name="What to do").click()
    page.get_by_role("menuitem", name="Show as a table").click()
    expect(tile.locator("tfoot td")).to_have_text(total(crm))
    before = total(crm)
    deal = {"title": "Late one", "fields": {"amount": "987654.32"}}
    assert crm.api.post(f"{crm.project('Opportunities')}/records", json=deal).status_code == 201
    assert total(crm) != before
    expect(tile.locator("tfoot td")).to_have_text(total(crm))


def test_charts_are_arranged_by_keyboard_and_by_drag(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app/dashboards/{board(crm, 'Mine')['id']}")
    add_chart(page, "How many")
    page.get_by_label("Kind of chart").select_option("stat")
    page.get_by_role("button", name="Add to the dashboard").click()
    layouts = lambda: {c["title"]: c["layout"] for c in board(crm, "Mine")["charts"]}  # noqa: E731
    beside = {"x": 6, "y": 0, "w": 3, "h": 3}
    wait_until(page, lambda: layouts().get("How many") == beside)
    assert layouts()["Money by list"] == {"x": 0, "y": 0, "w": 6, "h": 4}
    handle = page.get_by_role("button", name="Move “How many”")
    handle.focus()
    page.keyboard.press("Shift+ArrowRight")
    wait_until(page, lambda: layouts()["How many"]["w"] == 4)
    rows = lambda: (layouts()["Money by list"]["y"], layouts()["How many"]["y"])  # noqa: E731
    for key, expected in (("ArrowLeft", (3, 0)), ("ArrowDown", (0, 4)), ("ArrowUp", (3, 0))):
        page.keyboard.press(key)
        wait_until(page, lambda expected=expected: rows() == expected)
    expect(handle).to_be_focused()
    handle.hover()  # waits until it lies still
    box = handle.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 12)
    page.mouse.move(box["x"] + 620, box["y"] + 12, steps=10)
    page.mouse.up()
    wait_until(page, lambda: layouts()["How many"]["x"] > 5 and layouts()["Money by list"]["y"] == 0)
    page.reload()
    expect(page.locator("smalt-chart-tile svg.smalt-chart")).to_have_count(2)
    look_for_faults(page)


def test_a_dashboard_is_shared_with_named_people(new_page: NewPage, crm: Site) -> None:
    person = {"email": "jan@example.com", "name": "Jan Lis", "password": "another long secret"}
    assert crm.api.post("/users", json=person).status_code == 201
    page = new_page(f"/app/dashboards/{board(crm, 'Mine')['id']}")
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Email address").fill("jan@example.com")
    page.get_by_label("What they may do").select_option("edit")
    page.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_label("What Jan Lis may do")).to_have_value("edit")
    members = crm.api.get(f"/dashboards/{board(crm, 'Mine')['id']}/members").json()["items"]
    assert {"jan@example.com": "edit"}.items() <= {m["email"]: m["role"] for m in members}.items()
    phone = new_page(
        f"/app/dashboards/{board(crm, 'Mine')['id']}", viewport={"width": 360, "height": 720}, locale="pl-PL"
    )
    expect(phone.locator("smalt-chart-tile svg.smalt-chart").first).to_be_visible()
    assert fits(phone)
    phone.get_by_role("button", name="Dodaj wykres").click()
    expect(phone.locator(".preview-picture svg")).to_be_visible()
    assert fits(phone)


def test_a_dashboard_is_taken_along_and_sent(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app/dashboards/{board(crm, 'Mine')['id']}")
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download as PDF").click()
    assert download.value.suggested_filename == "Mine.pdf"
    assert download.value.path().read_bytes()[:5] == b"%PDF-"
    project = crm.project("Opportunities")
    page.goto(f"/app{project}/automations")
    page.get_by_role("button", name="New automation").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Every Monday")
    dialog.get_by_label("What happens").select_option("schedule")
    dialog.get_by_label("Cron").fill("0 9 * * mon")
    dialog.get_by_label("What is done").select_option("send_dashboard")
    dialog.get_by_label("Dashboard").select_option("Mine")
    dialog.get_by_placeholder("ewa@example.com, or a field").first.fill("boss@example.com")
    look_for_faults(page)
    dialog.get_by_role("button", name="Make and switch on").click()
    card = page.locator(".automation-card", has_text="Every Monday")
    expect(card.locator(".sentence")).to_contain_text("send the dashboard Mine to boss@example.com as PDF")
    found = crm.api.get(f"{project}/automations").json()["items"]
    [made] = [automation for automation in found if automation["name"] == "Every Monday"]
    config = {"dashboard": "Mine", "to": ["boss@example.com"], "format": "pdf"}
    assert (made["enabled"], made["actions"]) == (True, [{"type": "send_dashboard", "config": config}])
