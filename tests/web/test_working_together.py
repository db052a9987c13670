"""What others change shows while one works, and takes nothing away: typed text, focus, an open menu."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import wait_until

ITEMS = ["Call", "Write", "Visit"]


class Work:
    """A record with a checklist, as others see it."""

    def __init__(self, site: Site) -> None:
        self.api = site.api
        self.project = self.new("/projects", name="Orders")
        for name in ("To do", "Done"):
            self.new(f"{self.project}/lists", name=name)
        self.path = self.new(f"{self.project}/records", title="Order 1")
        self.checklist = self.new(f"{self.path}/checklists", name="Steps")
        for title in ITEMS:
            self.add_item(title)

    def new(self, path: str, **body: object) -> str:
        answer = self.api.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return f"{path}/{answer.json()['id']}"

    def add_item(self, title: str) -> str:
        return self.new(f"{self.checklist}/items", title=title)

    def change(self, **body: object) -> None:
        assert self.api.patch(self.path, json=body).status_code == 200

    def items(self) -> list[str]:
        [checklist] = self.api.get(f"{self.path}/checklists").json()["items"]
        return [item["title"] for item in checklist["items"]]


@pytest.fixture
def work(site: Site) -> Work:
    return Work(site)


@pytest.fixture
def page(new_page: NewPage, work: Work) -> Page:
    opened = new_page(f"/app{work.path}")
    expect(opened.get_by_role("checkbox", name="Visit")).to_be_visible()
    return opened


def expect_typed(area: Locator, text: str, caret: int) -> None:
    expect(area).to_be_focused()
    expect(area).to_have_value(text)
    assert area.evaluate("area => area.selectionStart") == caret


@contextmanager
def read_again(page: Page, part: str) -> Iterator[None]:
    """What is done within is answered by the page reading this part of its record anew."""

    def done(request: Request) -> bool:
        return request.method == "GET" and part in request.url

    with page.expect_request_finished(done):
        yield
    page.evaluate("() => new Promise(requestAnimationFrame)")


def test_what_is_being_typed_stays(page: Page, work: Work) -> None:
    item = page.get_by_placeholder("Add an item")
    item.press_sequentially("Send an ofer")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    work.add_item("Theirs")
    expect(page.get_by_role("checkbox", name="Theirs")).to_be_visible()
    expect_typed(item, "Send an ofer", 10)
    page.keyboard.type("f")
    page.keyboard.press("Enter")
    wait_until(page, lambda: work.items()[-1] == "Send an offer")
    expect(item).to_be_focused()
    comment = page.get_by_label("Comment", exact=True)
    comment.fill("First")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment", has_text="First")).to_be_visible()
    comment.fill("A thought of min")
    page.get_by_role("button", name="Edit", exact=True).click()
    edited = page.locator(".comment").get_by_label("Comment", exact=True)
    edited.fill("First of two")
    page.keyboard.press("ArrowLeft")
    work.new(f"{work.path}/comments", body="Theirs")
    expect(page.locator(".comment", has_text="Theirs")).to_be_visible()
    expect_typed(edited, "First of two", 11)
    page.keyboard.press("Escape")
    expect(page.locator(".comment").first).to_contain_text("First")
    expect(page.get_by_role("button", name="Edit", exact=True).first).to_be_focused()
    expect(page.locator(".comment-writer").get_by_label("Comment")).to_have_value("A thought of min")


def test_an_item_is_moved_while_others_come(page: Page, work: Work) -> None:
    grip = page.get_by_role("button", name="Move Visit")
    grip.focus()
    work.add_item("Theirs")
    expect(page.get_by_role("checkbox", name="Theirs")).to_be_visible()
    expect(grip).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    wait_until(page, lambda: work.items() == ["Visit", "Call", "Write", "Theirs"])
    expect(grip).to_be_focused()
    grip.hover()
    page.mouse.down()
    carried = page.locator(".carried")
    expect(carried).to_contain_text("Visit")
    with read_again(page, "/checklists"):
        work.add_item("Last")
    expect(carried).to_contain_text("Visit")
    end = page.get_by_role("checkbox", name="Call").bounding_box()
    assert end
    page.mouse.move(end["x"], end["y"] + end["height"] + 5, steps=5)
    page.mouse.up()
    wait_until(page, lambda: work.items() == ["Call", "Visit", "Write", "Theirs", "Last"])
    expect(page.locator(".check-item")).to_have_text(["Call", "Visit", "Write", "Theirs", "Last"])
    expect(grip).to_be_focused()


def test_an_open_menu_stays_at_its_place(page: Page, work: Work) -> None:
    page.get_by_role("button", name="More for Write").click()
    with read_again(page, "/checklists"):
        other = work.add_item("Theirs")
    page.get_by_role("menuitem", name="Assign").click()
    page.get_by_role("option", name="Ewa Nowak").click()
    wait_until(page, lambda: "Ewa" in str(work.api.get(f"{work.path}/checklists").json()))
    expect(page.get_by_role("checkbox", name="Theirs")).to_be_visible()
    assert work.api.delete(other).status_code == 204
    expect(page.get_by_role("checkbox", name="Theirs")).to_have_count(0)
    page.get_by_role("button", name="List: To do").click()
    work.change(title="Order one")
    title = page.get_by_label("Title", exact=True)
    expect(title).to_have_value("Order one")
    page.get_by_role("menuitemcheckbox", name="Done").click()
    expect(page.get_by_role("button", name="List: Done")).to_be_visible()
    [_, done] = work.api.get(f"{work.project}/lists").json()["items"]
    wait_until(page, lambda: work.api.get(work.path).json()["list_id"] == done["id"])
    title.focus()
    work.change(title="Order 1 b")
    expect(title).to_have_value("Order 1 b")
    title.press_sequentially("!")
    with read_again(page, work.path):
        work.change(title="Order 1 c")
    expect(title).to_have_value("Order 1 b!")


def test_an_answer_that_comes_late_is_not_drawn(page: Page, work: Work) -> None:
    late: list[tuple[Route, str]] = []

    def hold_the_first(route: Route) -> None:
        if late or route.request.method != "GET":
            route.fallback()
        else:
            late.append((route, route.fetch().text()))

    page.route("**/checklists?*", hold_the_first)
    work.add_item("Third")
    wait_until(page, lambda: late)
    work.add_item("Fourth")
    expect(page.get_by_role("checkbox", name="Fourth")).to_be_visible()
    with read_again(page, "/checklists"):
        [(route, old)] = late
        assert "Fourth" not in old
        route.fulfill(body=old, content_type="application/json")
    expect(page.get_by_role("checkbox", name="Fourth")).to_be_visible()
    page.unroute("**/checklists?*")


def test_what_changes_before_the_page_listens_shows(new_page: NewPage, work: Work) -> None:
    page = new_page("/app/profile")
    held: list[Route] = []
    page.route("**/api/v1/events*", lambda route: held.append(route))
    page.goto(f"/app{work.path}")
    expect(page.get_by_role("checkbox", name="Visit")).to_be_visible()
    wait_until(page, lambda: held)
    work.add_item("Unheard")
    work.change(title="Order 2")
    held[0].continue_()
    expect(page.get_by_role("checkbox", name="Unheard")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Order 2")


def test_what_is_pressed_waits_to_be_let_go(new_page: NewPage, work: Work) -> None:
    page = new_page(f"/app{work.project}/board")
    card = page.get_by_role("listitem", name="Order 1")
    card.locator(".card-title").hover()
    page.mouse.down()
    with read_again(page, work.path):
        work.change(title="Order 2")
    page.mouse.up()
    panel = page.get_by_role("complementary", name="Record")
    expect(panel.get_by_label("Title", exact=True)).to_have_value("Order 2")
    expect(page.get_by_role("listitem", name="Order 2")).to_be_visible()


def test_runs_show_as_they_go(new_page: NewPage, work: Work) -> None:
    automation = {"name": "Tell", "trigger": {"type": "record_created", "config": {}}, "condition": None}
    actions = [{"type": "notify", "config": {"to": ["ewa@example.com"], "text": "New"}}]
    work.new(f"{work.project}/automations", **automation, actions=actions, enabled=True)
    page = new_page(f"/app{work.project}/automations")
    page.get_by_role("button", name="Runs").click()
    runs = page.get_by_role("dialog").get_by_role("list", name="Runs")
    expect(runs).to_contain_text("It has not run yet")
    work.new(f"{work.project}/records", title="Order 3")
    expect(runs.locator(".run .pill").first).to_have_text("done")


def test_a_list_is_written_while_another_is_saved(new_page: NewPage, work: Work) -> None:
    page = new_page(f"/app{work.project}/settings/lists")
    held: list[Route] = []
    page.route("**/lists/*", lambda route: held.append(route))
    page.get_by_label("Name of Done").fill("Finished")
    page.keyboard.press("Enter")
    fresh = page.get_by_label("New list")
    fresh.press_sequentially("On hol")
    wait_until(page, lambda: held)
    held[0].continue_()
    expect(page.get_by_label("Name of Finished")).to_be_visible()
    expect_typed(fresh, "On hol", 6)


def test_two_switches_in_a_row_both_count(new_page: NewPage, work: Work) -> None:
    page = new_page(f"/app{work.project}/settings/general")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held or route.request.method != "PATCH":
            route.continue_()
        else:
            held.append(route)

    page.route(f"**{work.project}", hold_the_first)
    for label in ("Checklists", "Dependencies"):
        page.get_by_role("checkbox", name=label).uncheck()
    wait_until(page, lambda: held)
    held[0].continue_()
    kept = lambda: set(work.api.get(work.project).json()["default_fields"])  # noqa: E731
    wait_until(page, lambda: not kept() & {"checklists", "dependencies"})
