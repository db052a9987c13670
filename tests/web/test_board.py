"""The board: cards move by mouse, touch and keyboard, and others see it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import look_for_faults, wait_until


def prepared(site: Site) -> str:
    """A project of three lists with a few cards; its path."""
    project = site.api.post("/projects", json={"name": "Deals"}).json()
    path = f"/projects/{project['id']}"
    for name in ("Open", "Talks", "Won"):
        site.api.post(f"{path}/lists", json={"name": name})
    site.api.post(f"{path}/tags", json={"name": "website", "color": "blue"})
    site.api.post(f"{path}/fields", json={"name": "Amount", "type": "currency"})
    for number in range(5):
        body = {
            "title": f"Card {number}",
            "fields": {"amount": 100 + number},
            "tags": ["website"] if number == 1 else [],
        }
        site.api.post(f"{path}/records", json=body)
    return path


def column(page: Page, name: str) -> Locator:
    return page.locator(".board-list").filter(has=page.get_by_role("heading", name=name, exact=True))


def drag(page: Page, card: Locator, target: Locator) -> None:
    card.hover()  # waits until it lies still
    start, end = card.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 50, start["y"] + 20)
    with page.expect_response(lambda answer: "/move" in answer.url):
        page.mouse.move(end["x"] + 60, end["y"] + 120, steps=10)
        page.mouse.up()


def test_cards_move_by_mouse_and_keyboard(new_page: NewPage, site: Site) -> None:
    path = prepared(site)
    page = new_page(f"/app{path}/board")
    expect(column(page, "Open").locator(".card")).to_have_count(5)
    expect(column(page, "Open").locator(".list-count")).to_contain_text("5")
    expect(column(page, "Open").locator(".list-sum")).to_contain_text("€510.00")
    look_for_faults(page)
    drag(page, page.get_by_role("listitem", name="Card 2"), column(page, "Talks"))
    expect(column(page, "Talks").locator(".card")).to_have_text(re.compile("Card 2"))
    expect(column(page, "Talks").locator(".list-sum")).to_contain_text("€102.00")
    lists = {x["id"]: x["name"] for x in site.api.get(f"{path}/lists").json()["items"]}

    def place(title):
        return next(
            lists[r["list_id"]]
            for r in site.api.get(f"{path}/records").json()["items"]
            if r["title"] == title
        )

    assert place("Card 2") == "Talks"
    page.get_by_role("listitem", name="Card 3").focus()
    page.keyboard.press("Alt+ArrowRight")
    wait_until(page, lambda: place("Card 3") == "Talks")
    expect(page.get_by_role("listitem", name="Card 3")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")

    def titles():
        return [
            r["title"]
            for r in site.api.get(f"{path}/records", params={"list": "Talks", "sort": "position"}).json()[
                "items"
            ]
        ]

    wait_until(page, lambda: titles() == ["Card 2", "Card 3"])
    page.keyboard.press("Control+z")
    wait_until(page, lambda: titles() == ["Card 3", "Card 2"])
    page.get_by_role("button", name="Add a card to Won").click()
    page.keyboard.type("Quick one")
    page.keyboard.press("Enter")
    expect(column(page, "Won").locator(".card")).to_have_count(1)
    assert place("Quick one") == "Won"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="website").first.click()
    expect(page.locator(".card")).to_have_count(1)
    assert "filter=" in page.url
    page.get_by_role("button", name="Fold Won").click()
    expect(page.get_by_role("button", name="Unfold Won")).to_have_attribute("aria-expanded", "false")


def test_what_one_does_another_sees(new_page: NewPage, site: Site) -> None:
    """Two browsers on one board, one of them also with the grid."""
    path = prepared(site)
    ewa, other, grid = (new_page(f"/app{path}/{view}") for view in ("board", "board", "grid"))
    for page in (ewa, other):
        expect(column(page, "Open").locator(".card")).to_have_count(5)
    expect(grid.locator(".grid-foot")).to_contain_text("5 records")
    drag(ewa, ewa.get_by_role("listitem", name="Card 4"), column(ewa, "Won"))
    expect(column(other, "Won").locator(".card")).to_have_text(re.compile("Card 4"))
    expect(column(other, "Won").locator(".list-sum")).to_contain_text("€104.00")
    row = grid.locator(".grid-row").filter(has_text="Card 4")
    expect(row).to_contain_text("Won")
    other.get_by_role("button", name="Add a card to Talks").click()
    other.keyboard.type("From the other")
    other.keyboard.press("Enter")
    expect(column(ewa, "Talks").locator(".card")).to_have_text(re.compile("From the other"))
    expect(grid.locator(".grid-foot")).to_contain_text("6 records")


def wide(site: Site) -> tuple[str, dict[str, str]]:
    """A board far wider than the window, its last list longer than it; its path and its lists by id."""
    project = site.api.post("/projects", json={"name": "Wide"}).json()
    path = f"/projects/{project['id']}"
    lists = {
        site.api.post(f"{path}/lists", json={"name": f"List {number}"}).json()["id"]: f"List {number}"
        for number in range(9)
    }
    last = list(lists)[-1]
    cards = [{"title": "Traveller"}, *({"title": f"Stays {n}", "list": last} for n in range(30))]
    assert site.api.post(f"{path}/records/batch", json={"create": cards}).is_success
    return path, lists


def list_of(site: Site, path: str, lists: dict[str, str], title: str) -> str:
    items = site.api.get(f"{path}/records", params={"limit": "100"}).json()["items"]
    return next(lists[item["list_id"]] for item in items if item["title"] == title)


def test_a_card_held_at_the_edge_goes_where_the_board_has_scrolled_to(new_page: NewPage, site: Site) -> None:
    """The pointer rests while the lists pass below it."""
    path, lists = wide(site)
    page = new_page(f"/app{path}/board", viewport={"width": 900, "height": 600})
    expect(column(page, "List 8").locator(".card")).to_have_count(30)
    page.get_by_role("listitem", name="Traveller").hover()  # waits until it lies still
    start = page.get_by_role("listitem", name="Traveller").bounding_box()
    assert start
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 30)
    page.mouse.move(895, 590)
    strip = page.locator(".board")
    page.wait_for_function(
        "board => board.scrollLeft + board.clientWidth >= board.scrollWidth - 1", arg=strip.element_handle()
    )
    expect(column(page, "List 8").locator(".hole")).to_have_count(1)
    page.wait_for_function(
        "list => list.scrollTop + list.clientHeight >= list.scrollHeight - 1",
        arg=column(page, "List 8").locator(".list-scroll").element_handle(),
    )
    with page.expect_response(lambda answer: "/move" in answer.url):
        page.mouse.up()
    assert list_of(site, path, lists, "Traveller") == "List 8"
    expect(column(page, "List 8").locator(".card").last).to_have_text(re.compile("Traveller"))
    # And back, to the very left of a list that is out of sight.
    page.get_by_role("listitem", name="Traveller").hover(position={"x": 100, "y": 12})
    page.mouse.down()
    page.mouse.move(600, 400)
    page.mouse.move(5, 300)
    page.wait_for_function("board => board.scrollLeft <= 0", arg=strip.element_handle())
    with page.expect_response(lambda answer: "/move" in answer.url):
        page.mouse.up()
    assert list_of(site, path, lists, "Traveller") == "List 0"


def test_a_card_is_carried_by_a_finger_past_the_edge_of_a_phone(new_page: NewPage, site: Site) -> None:
    path, lists = wide(site)
    page = new_page(f"/app{path}/board", viewport={"width": 360, "height": 640}, has_touch=True)
    card = page.get_by_role("listitem", name="Traveller")
    card.hover()  # waits until it lies still
    start = card.bounding_box()
    assert start
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *point: float) -> None:
        points = [{"x": point[0], "y": point[1]}] if point else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start["x"] + 40, start["y"] + 12)
    expect(page.locator(".card.ghost")).to_have_count(1)
    for step in range(1, 11):
        touch("touchMove", start["x"] + 40 + step * (355 - start["x"] - 40) / 10, start["y"] + 12 + step * 10)
    page.wait_for_function(
        "board => board.scrollLeft + board.clientWidth >= board.scrollWidth - 1",
        arg=page.locator(".board").element_handle(),
    )
    with page.expect_response(lambda answer: "/move" in answer.url):
        touch("touchEnd")
    assert list_of(site, path, lists, "Traveller") == "List 8"
    expect(column(page, "List 8").locator(".card")).to_have_count(31)
