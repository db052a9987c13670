"""People are invited through the pages, come in, and set themselves up."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import add_condition, fits, look_for_faults, wait_until


def test_an_invited_person_comes_in_and_chooses(new_page: NewPage, site: Site) -> None:
    project = site.api.post("/projects", json={"name": "Orders"}).json()["id"]
    page = new_page(f"/app/projects/{project}/settings/members")
    page.get_by_label("Role of who is invited").select_option("viewer")
    page.get_by_label("Whom to invite").fill("ola@example.com")
    page.keyboard.press("Enter")
    link = page.get_by_role("dialog").get_by_label("Link").input_value()
    look_for_faults(page)
    page.keyboard.press("Escape")
    expect(page.locator("smalt-invitations li")).to_contain_text("ola@example.com")

    theirs = new_page(link, signed_in=False, viewport={"width": 360, "height": 720})
    expect(theirs.get_by_label("Email")).to_have_value("ola@example.com")
    theirs.get_by_role("button", name="Come in").click()
    expect(theirs.locator(".fault:visible").first).to_be_visible()
    look_for_faults(theirs)
    assert fits(theirs)
    theirs.get_by_label("Name").fill("Ola Kot")
    theirs.get_by_label("New password").fill("a long first secret")
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_role("heading", name="Hello, Ola")).to_be_visible()
    member = site.api.get(f"/projects/{project}/members").json()["items"][-1]
    assert (member["user"]["email"], member["role"]) == ("ola@example.com", "viewer")

    theirs.goto("/app/profile")
    theirs.get_by_role("switch", name="Send my notifications by email too").check()
    me = lambda: theirs.request.get("/api/v1/me").json()  # noqa: E731
    wait_until(theirs, lambda: me()["notify_by_email"])
    theirs.get_by_label("Time zone").select_option("Asia/Tokyo")
    theirs.get_by_label("Language").select_option("pl")
    expect(theirs.get_by_label("Język")).to_have_value("pl")
    wait_until(theirs, lambda: (me()["locale"], me()["time_zone"]) == ("pl", "Asia/Tokyo"))

    again = new_page(link, signed_in=False)
    expect(again.get_by_role("alert")).to_contain_text("not valid any more")


def test_an_invitation_is_taken_back(new_page: NewPage, site: Site) -> None:
    made = site.api.post("/invitations", json={"email": "jan@example.com"}).json()
    page = new_page("/app/users")
    page.get_by_role("button", name="Take back the invitation of jan@example.com").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.locator("smalt-invitations li")).to_have_count(0)
    with httpx.Client(base_url=site.address) as client:
        answer = client.post("/api/v1/invitations/open", json={"token": made["token"]})
    assert answer.status_code == 404
    look_for_faults(page)


def test_a_webhook_is_made_tried_and_switched_off(new_page: NewPage, site: Site) -> None:
    page = new_page("/app/profile", viewport={"width": 360, "height": 720})
    page.get_by_role("link", name="Webhooks tell them what happens.").click()
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Address").fill("https://hooks.example.com/smalt")
    page.get_by_label("Events").fill("records")
    page.keyboard.press("Enter")
    expect(page.locator(".fault:visible")).to_have_count(1)
    page.get_by_label("Events").fill("record.created, record.deleted")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Secret")).to_have_value(re.compile("^whsec_"))
    page.keyboard.press("Escape")
    hook = site.api.get("/webhooks").json()["items"][0]
    assert hook["events"] == ["record.created", "record.deleted"]
    page.get_by_role("button", name=f"What was sent to {hook['url']}").click()
    page.get_by_role("button", name="Send a test").click()
    again = page.get_by_role("button", name="Send webhook.ping once more")
    with page.expect_response(re.compile("/replay$")):
        again.click()
    expect(again).to_have_count(1)  # the same delivery
    look_for_faults(page)
    assert fits(page)
    page.keyboard.press("Escape")
    page.get_by_role("switch", name=f"{hook['url']} is on").uncheck()
    wait_until(page, lambda: not site.api.get(f"/webhooks/{hook['id']}").json()["enabled"])


def test_a_template_is_for_later_too(new_page: NewPage, site: Site) -> None:
    assert site.api.post("/projects", json={"name": "Ideas"}).status_code == 201
    page = new_page("/app")
    page.get_by_role("button", name="New project").first.click()
    page.get_by_role("button", name="Start with a template").click()
    look_for_faults(page)
    page.get_by_label("With sample records, to look around").first.uncheck()
    page.get_by_role("button", name="Start with this").first.click()
    expect(page.locator("smalt-board")).to_be_visible()
    assert site.records("Customers") == []


def test_a_form_has_conditions_and_limits(new_page: NewPage, site: Site) -> None:
    project = site.api.post("/projects", json={"name": "Requests"}).json()["id"]
    api = f"/projects/{project}"
    for kind, body in (("lists", {"name": "New"}), ("tags", {"name": "web"})):
        assert site.api.post(f"{api}/{kind}", json=body).status_code == 201
    fields = [{"field": "title"}, {"field": "description"}]
    form = site.api.post(f"{api}/forms", json={"name": "Ask", "fields": fields}).json()
    page = new_page(f"/app{api}/settings/forms", viewport={"width": 360, "height": 720}, timezone_id="UTC")
    page.get_by_role("button", name="Ask /forms/ask").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("summary")).to_have_count(3)
    for summary in dialog.locator("summary").all():
        summary.click()
    second = dialog.locator(".action-step").nth(1)
    second.get_by_label("Default", exact=True).fill("Nothing to add")
    second.get_by_role("button", name="Asked only if: Always").click()
    page.get_by_role("button", name="As an expression").click()
    page.get_by_label("Filter expression").fill("{titel} = 'x'")
    page.keyboard.press("Escape")
    dialog.get_by_label("web", exact=True).check()
    dialog.get_by_label("Opens", exact=True).fill("2026-01-02T03:04")
    dialog.get_by_label("Most submissions").fill("5")
    dialog.get_by_label("Only at certain hours").check()
    dialog.get_by_label("Opening time").fill("08:30")
    for day in ("Sat", "Sun"):
        dialog.get_by_label(day, exact=True).uncheck()
    preview = dialog.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("Open Mon, Tue, Wed, Thu, Fri, 08:30–17:00")
    expect(preview).to_contain_text("Takes 5 submissions")
    dialog.get_by_label("Sites that may show it").fill("https://www.example.com")
    dialog.get_by_role("button", name="Save").click()
    expect(second.locator(".fault:visible")).to_have_count(1)
    look_for_faults(page)
    assert fits(page)
    second.get_by_role("button", name="Asked only if: {titel}").click()
    page.get_by_role("button", name="Start again with conditions").click()
    add_condition(page, "Title", "eq", "x")
    page.keyboard.press("Escape")
    expect(second.get_by_role("button", name="Asked only if: Title is x")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    saved = site.api.get(f"{api}/forms/{form['id']}").json()
    assert (saved["limit"], saved["embed"], len(saved["tags"])) == (5, ["https://www.example.com"], 1)
    assert saved["opens_at"].startswith("2026-01-02T03:04")
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert saved["hours"] == {"start": "08:30", "end": "17:00", "days": days}
    assert saved["fields"][1]["default"] == "Nothing to add"
    assert saved["fields"][1]["visible_if"] == "{title} = 'x'"
