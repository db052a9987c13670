"""The page of a public form, in a browser with and without script."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import fits, look_for_faults, wait_until


def prepared(site: Site, name: str) -> str:
    """A project with a form at `/forms/<name>`; its path."""
    project = site.api.post("/projects", json={"name": name}).json()
    path = f"/projects/{project['id']}"
    site.api.post(f"{path}/lists", json={"name": "New"})
    options = {"options": [{"name": "Shop"}, {"name": "Blog"}]}
    for title, type_, config in (
        ("Email", "email", {}), ("Wants", "multi_select", options), ("Kind", "select", options),
        ("Budget", "number", {}), ("Plans", "long_text", {}), ("Agreed", "checkbox", {}), ("Papers", "file", {}),
        ("By", "date", {}),
    ):  # fmt: skip
        answer = site.api.post(f"{path}/fields", json={"name": title, "type": type_, "config": config})
        assert answer.status_code == 201, answer.text
    fields = [
        {"field": "title", "label": "Your name"}, {"field": "email", "required": True, "help": "We write there."},
        {"field": "wants"}, {"field": "kind"}, {"field": "budget"}, {"field": "by"},
        {"field": "plans", "visible_if": "{budget} > 1000", "required": True}, {"field": "papers"},
        {"field": "agreed", "required": True},
    ]  # fmt: skip
    form = {"name": "Ask us", "slug": name, "fields": fields, "after": {"message": "We will call."}}
    answer = site.api.post(f"{path}/forms", json=form)
    assert answer.status_code == 201, answer.text
    return path


def fill_in(page: Page, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill("ola@example.com")
    page.get_by_label("Shop").check()
    page.get_by_label("Kind").select_option("Blog")
    page.get_by_label("Budget").fill("2000")
    page.get_by_label("By").fill("2026-12-31")
    page.get_by_label("Plans").fill("A shop\nwith a blog")
    page.get_by_label("Papers").set_input_files(
        [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"some text"}]
    )
    page.get_by_label("Agreed").check()


def test_with_script_it_shows_what_applies_and_sends_once(new_page: NewPage, site: Site) -> None:
    path = prepared(site, "with-script")
    page = new_page("/forms/with-script?budget=10", signed_in=False)
    expect(page.get_by_label("Plans")).to_be_hidden()
    page.get_by_label("Budget").fill("2000")
    expect(page.get_by_label("Plans")).to_be_visible()
    look_for_faults(page)
    fill_in(page, "Ola")
    page.get_by_label("Email").evaluate("input => { input.type = 'text'; input.value = 'no email' }")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value("no email")
    expect(page.get_by_label("Plans")).to_have_value("A shop\nwith a blog")
    expect(page.get_by_label("Shop")).to_be_checked()
    look_for_faults(page)
    fill_in(page, "Ola")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_role("status")).to_have_text("We will call.")
    look_for_faults(page)
    (record,) = wait_until(page, lambda: site.api.get(f"{path}/records").json()["items"])
    values = record["fields"]
    assert (record["title"], values["plans"], values["by"]) == ("Ola", "A shop\nwith a blog", "2026-12-31")
    assert [option["name"] for option in values["wants"]] == ["Shop"]
    assert (values["kind"]["name"], values["agreed"]) == ("Blog", True)
    assert [file["name"] for file in values["papers"]] == ["a.txt"]


def test_without_script_it_works_too_and_going_back_sends_nothing_twice(
    new_page: NewPage, site: Site
) -> None:
    path = prepared(site, "without-script")
    phone = {"width": 360, "height": 740}
    page = new_page(
        "/forms/without-script", signed_in=False, java_script_enabled=False, locale="pl-PL", viewport=phone
    )
    expect(page.get_by_label("Plans")).to_be_visible()
    fill_in(page, "Jan")
    page.get_by_role("button", name="Wyślij").dblclick(no_wait_after=True)
    expect(page.get_by_role("status")).to_have_text("We will call.")
    page.go_back()
    expect(page.get_by_label("Your name")).to_be_visible()
    fill_in(page, "Jan again")
    page.get_by_role("button", name="Wyślij").click()
    expect(page.get_by_role("status")).to_have_text("We will call.")
    assert [r["title"] for r in site.api.get(f"{path}/records").json()["items"]] == ["Jan"]
    wide = new_page("/forms/without-script", signed_in=False, locale="pl-PL", viewport=phone)
    expect(wide.get_by_role("button", name="Wyślij")).to_be_visible()
    assert fits(wide)
    expect(wide.locator("html")).to_have_attribute("lang", re.compile("pl"))
