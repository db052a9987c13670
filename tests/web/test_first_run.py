"""From an empty server to a working CRM, through the pages."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.conftest import EMAIL, PASSWORD, NewPage, Site
from tests.web.test_daily_work import look_for_faults


def test_an_empty_server_becomes_a_crm_in_three_clicks(new_page: NewPage, site: Site) -> None:
    page = new_page("/", signed_in=False)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    look_for_faults(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello, Ewa")).to_be_visible()
    look_for_faults(page)
    page.get_by_role("button", name="Start with this").click()
    expect(page.get_by_role("list", name="Lists of Opportunities")).to_be_visible()
    lists = page.locator(".board-list h2").all_inner_texts()
    assert lists[0] == "Unqualified"
    assert len(lists) == 9
    assert len(site.records("Opportunities")) == 200
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_contain_text(
        ["Home", "Inbox", "Customers", "Delivery", "Opportunities"]
    )
