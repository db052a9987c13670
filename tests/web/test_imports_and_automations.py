"""Files are imported and automations made through the pages; every step is checked through the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import fits, look_for_faults, wait_until

FILE = (
    "Deal,Worth,Region,Customer\nAlpha,1200.50,North,Acme\nBeta,many,South,Acme\nGamma,7,North,Nobody here\n"
)


@pytest.fixture(scope="module")
def crm(site: Site) -> Site:
    assert site.api.post("/templates/crm/apply", json={"sample": 0}).status_code == 201
    made = site.api.post(f"{site.project('Customers')}/records", json={"title": "Acme"})
    assert made.status_code == 201
    return site


def test_a_file_is_mapped_checked_imported_and_undone(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app{crm.project('Opportunities')}/import")
    upload = {"name": "deals.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("Choose a file").set_input_files(upload)  # type: ignore[arg-type]
    page.get_by_label("Deal goes to").select_option("title")
    page.get_by_label("Worth goes to").select_option("amount")
    page.get_by_label("Region goes to").select_option(label="A new field")
    page.get_by_label("Customer goes to").select_option("customer")
    look_for_faults(page)
    page.get_by_role("button", name="Check without importing").click()
    report = page.locator(".import-report")
    expect(report).to_contain_text("1 row would be added")
    expect(report).to_contain_text("2 refused")
    assert crm.records("Opportunities") == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="To the records")).to_be_visible()
    [record] = crm.records("Opportunities")
    fields: Any = record["fields"]
    assert (record["title"], fields["amount"]["amount"]) == ("Alpha", "1200.50")
    assert (fields["region"], fields["customer"][0]["title"]) == ("North", "Acme")
    expect(page.get_by_role("region", name="Refused rows")).to_contain_text("Nobody here")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    assert "Gamma" in download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    wait_until(page, lambda: crm.records("Opportunities") == [])


def test_an_automation_reads_as_a_sentence(new_page: NewPage, crm: Site) -> None:
    project = crm.project("Opportunities")
    deal = crm.api.post(f"{project}/records", json={"title": "Big one", "fields": {"amount": "9000"}}).json()
    page = new_page(f"/app{project}/automations")
    page.get_by_role("button", name="New automation").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Mark big wins")
    dialog.get_by_label("What happens").select_option("list_entered")
    dialog.get_by_label("List", exact=True).select_option("Closed Won")
    dialog.get_by_role("button", name="Add a condition").click()
    page.get_by_role("combobox", name="Field").fill("Amount")
    page.keyboard.press("Enter")
    dialog.get_by_label("Comparison").select_option("gt")
    dialog.get_by_label("Value", exact=True).fill("5000")
    dialog.get_by_label("What is done").select_option("add_tag")
    dialog.get_by_label("Tag", exact=True).fill("big")
    look_for_faults(page)
    dialog.get_by_role("button", name="Test with a record").click()
    page.get_by_role("option", name="Big one").click()
    expect(dialog.locator(".import-report")).to_contain_text("it would run")
    dialog.get_by_role("button", name="Make and switch on").click()
    card = page.locator(".automation-card", has_text="Mark big wins")
    expect(card.locator(".sentence")).to_contain_text(
        "When a record enters Closed Won if Amount is more than 5,000 then add the tag big"
    )
    mine = lambda: next(  # noqa: E731
        a for a in crm.api.get(f"{project}/automations").json()["items"] if a["name"] == "Mark big wins"
    )
    made = mine()
    assert (made["enabled"], made["actions"]) == (True, [{"type": "add_tag", "config": {"tag": "big"}}])
    moved = crm.api.post(f"{project}/records/{deal['id']}/move", json={"list_id": _won(crm, project)})
    assert moved.status_code == 200
    read = lambda: crm.api.get(f"{project}/records/{deal['id']}").json()  # noqa: E731
    wait_until(page, lambda: "big" in [tag["name"] for tag in read()["tags"]])
    card.get_by_role("button", name="Runs").click()
    expect(page.get_by_role("dialog").locator(".run").first).to_contain_text("Add a tag")
    look_for_faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("switch", name="Mark big wins is on").uncheck()
    wait_until(page, lambda: not mine()["enabled"])


def test_a_branch_is_made_of_actions_and_told_in_polish(new_page: NewPage, crm: Site) -> None:
    project = crm.project("Opportunities")
    page = new_page(f"/app{project}/automations", locale="pl-PL")
    page.get_by_role("button", name="Nowa automatyzacja").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nazwa", exact=True).fill("Large or not")
    dialog.get_by_label("Co się dzieje").select_option(label="Dodano rekord")
    dialog.get_by_label("formularz", exact=True).check()
    dialog.get_by_label("Co zrobić").select_option("branch")
    branch = dialog.locator(".action-step").first
    branch.get_by_role("button", name="Dodaj warunek").click()
    page.get_by_role("combobox", name="Pole").fill("Amount")
    page.keyboard.press("Enter")
    branch.get_by_label("Porównanie").select_option("gt")
    branch.get_by_label("Wartość", exact=True).fill("1000")
    branch.get_by_role("button", name="Dodaj działanie").first.click()
    branch.get_by_label("Etykieta", exact=True).fill("large")
    dialog.get_by_role("button", name="Utwórz i włącz").click()
    card = page.locator(".automation-card", has_text="Large or not")
    expect(card.locator(".sentence")).to_have_text(
        re.compile(r"Gdy zostaje dodany rekord przez formularz wtedy jeśli Amount więcej niż 1000: "
                   r"dodaj etykietę large")
    )  # fmt: skip
    items = crm.api.get(f"{project}/automations").json()["items"]
    [made] = [item for item in items if item["name"] == "Large or not"]
    config = made["actions"][0]["config"]
    assert config["then"] == [{"type": "add_tag", "config": {"tag": "large"}}]
    assert made["trigger"]["config"]["via"] == ["form"]


def _won(site: Site, project: str) -> str:
    lists = site.api.get(f"{project}/lists").json()["items"]
    return next(str(entry["id"]) for entry in lists if entry["name"] == "Closed Won")


def test_both_fit_a_phone(new_page: NewPage, crm: Site) -> None:
    page = new_page("/app", viewport={"width": 360, "height": 720}, locale="pl-PL")
    for part in ("import", "automations"):
        page.goto(f"/app{crm.project('Opportunities')}/{part}")
        expect(page.locator(".narrow-page h2").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.wait_for_function("() => document.querySelector('.page').scrollWidth <= innerWidth")
        assert fits(page), part
    page.get_by_role("button", name="Nowa automatyzacja").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert fits(page)
