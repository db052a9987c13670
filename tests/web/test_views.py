"""Saved views, columns, bulk changes, and moments without a connection."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import NewPage, Site
from tests.web.test_board import column, prepared
from tests.web.test_daily_work import add_condition, cell, fits, look_for_faults, wait_until


@pytest.fixture(scope="module")
def path(site: Site) -> str:
    """A project of three lists and five cards."""
    return prepared(site)


def test_what_one_looks_at_is_saved_as_a_view(new_page: NewPage, site: Site, path: str) -> None:
    page = new_page(f"/app{path}/grid")
    page.locator(".head-button", has_text="Amount").click()
    page.get_by_role("menuitem", name="Order downwards").click()
    page.get_by_role("button", name="Filter", exact=True).click()
    add_condition(page, "Amount", "lt", "103")
    expect(page.locator(".grid-foot")).to_contain_text("3 records")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="All records").click()
    page.get_by_role("menuitem", name="Save as a new view …").click()
    page.get_by_label("Name").fill("Small ones")
    page.get_by_label("For everybody in this project").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Small ones")).to_be_visible()
    [view] = site.api.get(f"{path}/views").json()["items"]
    assert (view["name"], view["shared"], view["sort"]) == ("Small ones", True, "-amount")
    found = site.api.get(f"{path}/records", params={"view": view["id"]}).json()["items"]
    assert [r["title"] for r in found] == ["Card 2", "Card 1", "Card 0"]
    page.goto(f"/app{path}/grid?view={view['id']}")
    expect(cell(page, 1, "Title")).to_have_text("Card 2")
    expect(page.locator(".bar-sentence")).to_contain_text("Amount is less than 103")


def test_columns_move_widen_and_hide(new_page: NewPage, path: str) -> None:
    page = new_page(f"/app{path}/grid?fields=list,amount,tags")
    head = page.locator(".grid-head .grid-cell")
    amount = page.locator(".head-button", has_text="Amount")
    amount.hover()  # waits until it lies still
    box, target = amount.bounding_box(), page.locator(".head-button", has_text="List").bounding_box()
    assert box
    assert target
    before = head.nth(3).bounding_box()
    assert before
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + 10, steps=8)
    page.mouse.up()
    expect(head).to_have_text(["", "Title", "Amount", "List", "Tags"])
    assert "fields=amount%2Clist%2Ctags" in page.url
    edge = page.locator(".grid-head .resize").nth(1)
    at = edge.bounding_box()
    assert at
    page.mouse.move(at["x"] + 4, at["y"] + 8)
    page.mouse.down()
    page.mouse.move(at["x"] + 64, at["y"] + 8, steps=4)
    page.mouse.up()
    wait_until(page, lambda: (head.nth(2).bounding_box() or {}).get("width") == before["width"] + 60)
    page.locator(".head-button", has_text="Tags").click()
    page.get_by_role("menuitem", name="Hide").click()
    expect(head).to_have_text(["", "Title", "Amount", "List"])


def test_many_records_change_at_once_and_come_back(new_page: NewPage, site: Site, path: str) -> None:
    page = new_page(f"/app{path}/grid?sort=title")
    expect(cell(page, 5, "Title")).to_have_text("Card 4")
    page.get_by_role("checkbox", name="Select all that are shown").check()
    bar = page.get_by_role("toolbar", name="Selected records")
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Move to").click()
    page.get_by_role("option", name="Won").click()
    lists = {x["id"]: x["name"] for x in site.api.get(f"{path}/lists").json()["items"]}

    def places() -> set[str]:
        return {lists[r["list_id"]] for r in site.api.get(f"{path}/records").json()["items"]}

    wait_until(page, lambda: places() == {"Won"})
    page.get_by_role("button", name="Undo").click()
    wait_until(page, lambda: places() == {"Open"})


def test_without_a_connection_one_works_on(new_page: NewPage, site: Site, path: str) -> None:
    page = new_page(f"/app{path}/grid?sort=title&fields=amount")
    expect(cell(page, 1, "Title")).to_have_text("Card 0")
    page.context.set_offline(True)
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    expect(cell(page, 1, "Amount")).to_have_text("€7.00")
    page.context.set_offline(False)
    expect(page.get_by_text("The server cannot be reached.")).to_be_hidden()

    def amount() -> object:
        return site.api.get(f"{path}/records", params={"sort": "title"}).json()["items"][0]["fields"][
            "amount"
        ]

    wait_until(page, lambda: amount() == {"amount": "7.00", "currency": "EUR"})


def test_cards_are_dragged_by_touch(new_page: NewPage, site: Site, path: str) -> None:
    page = new_page(f"/app{path}/board", has_touch=True, viewport={"width": 700, "height": 700})
    card = page.get_by_role("listitem", name="Card 3")
    card.hover()  # waits until it lies still
    start, end = card.bounding_box(), column(page, "Talks").bounding_box()
    assert start
    assert end
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", start["x"] + 40, start["y"] + 12)
    expect(page.locator(".card.ghost")).to_be_visible()
    for step in range(1, 9):
        finger("touchMove", start["x"] + 40 + (end["x"] + 60 - start["x"] - 40) * step / 8, end["y"] + 140)
    with page.expect_response(lambda answer: "/move" in answer.url):
        finger("touchEnd", 0, 0)
    expect(column(page, "Talks").locator(".card")).to_have_count(1)
    assert fits(page)


@pytest.mark.parametrize("page_name", ["calendar", "profile", "inbox"])
def test_quiet_pages_have_no_fault(new_page: NewPage, path: str, page_name: str) -> None:
    page = new_page(f"/app{path}/calendar" if page_name == "calendar" else f"/app/{page_name}")
    page.wait_for_load_state("load")
    expect(page.locator(".page h1, .page h2").first).to_be_visible()
    look_for_faults(page)


def test_one_goes_from_record_to_record_as_the_view_orders_them(
    new_page: NewPage, site: Site, path: str
) -> None:
    page = new_page(f"/app{path}/grid?sort=-amount")
    title = page.get_by_label("Title", exact=True)
    expect(cell(page, 1, "Title")).to_have_text("Card 4")
    page.get_by_role("grid").focus()
    page.keyboard.press("Space")
    panel = page.get_by_role("complementary", name="Record")
    expect(title).to_have_value("Card 4")
    expect(panel.get_by_role("button", name="Previous record")).to_be_disabled()
    panel.get_by_role("button", name="Next record").click()
    expect(title).to_have_value("Card 3")
    page.keyboard.press("Alt+ArrowDown")
    expect(title).to_have_value("Card 2")
    expect(page.locator(".grid-row", has=page.locator(".active"))).to_contain_text("Card 2")
    # A title that is being written is saved on the way.
    title.fill("Card two")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Alt+ArrowUp")
    expect(title).to_have_value("Card 3")
    page.keyboard.press("j")
    expect(title).to_have_value("Card two")
    page.keyboard.press("Control+z")
    expect(title).to_have_value("Card 2")
    # The page of the record goes on where the panel was.
    page.get_by_role("link", name="Open as a page").click()
    expect(page.get_by_role("region", name="Record")).to_be_visible()
    page.keyboard.press("j")
    expect(title).to_have_value("Card 1")
    page.reload()
    expect(title).to_have_value("Card 1")
    page.keyboard.press("Alt+ArrowDown")
    expect(title).to_have_value("Card 0")
    expect(page.get_by_role("button", name="Next record")).to_be_disabled()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next record")
    page.goto(f"/app{path}/board")
    cards = page.locator(".card")
    expect(cards).to_have_count(5)  # of all lists: they come in any order
    cards.first.click()
    expect(page.get_by_role("complementary", name="Record")).to_be_visible()
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(f"record={cards.nth(1).get_attribute('data-id')}$"))
