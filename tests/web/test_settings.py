"""A project is set up through the pages: fields, formulas, lists, tags, roles, members, trash."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import NewPage, Site
from tests.web.test_daily_work import add_condition, cell, fits, look_for_faults, wait_until


@pytest.fixture(scope="module")
def crm(site: Site) -> Site:
    assert site.api.post("/templates/crm/apply", json={"sample": 10}).status_code == 201
    return site


def entries(site: Site, kind: str) -> list[dict[str, Any]]:
    found = site.api.get(f"{site.project('Opportunities')}/{kind}").json()["items"]
    return [dict(entry) for entry in found]


def named(site: Site, kind: str, name: str) -> dict[str, Any] | None:
    return next((entry for entry in entries(site, kind) if entry["name"] == name), None)


def test_a_formula_is_written_with_help(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app{crm.project('Opportunities')}/settings/fields")
    page.get_by_role("button", name="New field").click()
    page.get_by_label("Name").fill("Margin")
    page.get_by_label("Type").select_option("formula")
    formula = page.get_by_role("combobox", name="Expression")
    formula.press_sequentially("{amount} - {co")
    expect(page.get_by_role("option", name="Cost")).to_be_visible()
    look_for_faults(page)
    page.keyboard.press("Enter")
    expect(formula).to_have_value("{amount} - {cost}")
    expect(page.locator(".formula-result")).to_contain_text("€")
    formula.fill("ROUND({amont}, 2)")
    expect(page.locator(".formula-fault mark")).to_have_text("{amont}")
    formula.fill("{amount} - {cost}")
    expect(page.locator(".formula-fault")).to_be_hidden()
    page.get_by_role("button", name="Make the field").click()
    expect(page.locator(".field-list")).to_contain_text("Margin")
    made = named(crm, "fields", "Margin")
    assert made
    assert (made["type"], made["config"]["expression"]) == ("formula", "{amount} - {cost}")


def test_another_type_asks_before_values_are_lost(new_page: NewPage, crm: Site) -> None:
    project = crm.project("Opportunities")
    assert crm.api.post(f"{project}/fields", json={"name": "Size", "type": "text"}).status_code == 201
    for size in ("12", "large"):
        made = crm.api.post(f"{project}/records", json={"title": "Sized", "fields": {"size": size}})
        assert made.status_code == 201
    page = new_page(f"/app{project}/settings/fields")
    page.locator(".field-button", has_text="Size").click()
    page.get_by_label("Type").select_option("number")
    page.get_by_role("button", name="Save").click()
    question = page.get_by_role("dialog", name="Some values do not fit")
    expect(question).to_contain_text("1 value would be emptied.")
    question.get_by_role("button", name="Cancel").click()
    assert (named(crm, "fields", "Size") or {})["type"] == "text"
    page.get_by_role("button", name="Save").click()
    question.get_by_role("button", name="Go on and lose them").click()
    wait_until(page, lambda: (named(crm, "fields", "Size") or {})["type"] == "number")
    sizes = [r["fields"]["size"] for r in crm.records("Opportunities", filter="{title} = 'Sized'")]  # type: ignore[index]
    assert sorted(map(str, sizes)) == ["12", "None"]


def test_lists_and_tags_are_named_ordered_deleted_and_back(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app{crm.project('Opportunities')}/settings/lists")
    page.get_by_label("New list").fill("On hold")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of On hold")).to_be_visible()
    page.get_by_role("button", name="Move On hold").focus()
    page.keyboard.press("ArrowUp")
    wait_until(page, lambda: [e["name"] for e in entries(crm, "lists")][-2:] == ["On hold", "N/A"])
    expect(page.locator(".choice-line").nth(-2).get_by_role("textbox")).to_have_value("On hold")
    expect(page.get_by_role("button", name="Move On hold")).to_be_focused()
    page.get_by_label("Name of On hold").fill("Waiting")
    page.keyboard.press("Tab")
    wait_until(page, lambda: named(crm, "lists", "Waiting"))
    page.get_by_role("link", name="Tags").click()
    page.get_by_role("button", name="Delete SEO").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_label("Name of SEO")).to_have_count(0)
    assert named(crm, "tags", "SEO") is None
    page.get_by_role("link", name="Trash").click()
    page.get_by_role("button", name="Bring back SEO").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert named(crm, "tags", "SEO")


def test_a_junior_does_not_see_cost(new_page: NewPage, crm: Site) -> None:
    person = {"email": "jan@example.com", "name": "Jan Lis", "password": "another long secret"}
    assert crm.api.post("/users", json=person).status_code == 201
    page = new_page(f"/app{crm.project('Opportunities')}/settings/roles")
    page.get_by_role("button", name="New role").click()
    page.get_by_label("Name").fill("Junior")
    page.get_by_role("radio", name="Cost: hidden").check()
    page.get_by_role("radio", name="Amount: read").check()
    page.get_by_role("button", name="Only records where: All records").click()
    add_condition(page, "Amount", "gt", "100")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Only records where: Amount is more than 100")).to_be_visible()
    look_for_faults(page)
    page.get_by_role("button", name="Save", exact=True).click()
    line = page.locator(".choice-line", has_text="Junior")
    expect(line).to_contain_text("does not see Cost · only records where Amount is more than 100")
    role = named(crm, "roles", "Junior")
    assert role
    assert role["fields"] == {"*": "edit", "cost": "hidden", "amount": "read"}
    assert role["scope"] == "{amount} > 100"
    page.get_by_role("link", name="Members").click()
    page.get_by_label("Email address").fill("jan@example.com")
    page.get_by_label("Role", exact=True).select_option(label="Junior")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Role of Jan Lis")).to_have_value(role["id"])
    look_for_faults(page)


def test_a_rollup_counts_what_its_filter_lets_through(new_page: NewPage, crm: Site) -> None:
    """An expression that reads as conditions is shown as such; what is not, stays an expression."""
    path, deals = crm.project("Customers"), crm.project("Opportunities").removeprefix("/projects/")
    config = {"source": "referenced_by", "project_id": deals, "measure": {"function": "count"}}
    for name, filter_ in (
        ("Big", "{amount} > 5 AND NOT CONTAINS({title}, 'x')"),
        ("Odd", "LEN({title}) > 3"),
    ):
        body = {"name": name, "type": "rollup", "config": config | {"filter": filter_}}
        assert crm.api.post(f"{path}/fields", json=body).status_code == 201
    page = new_page(f"/app{path}/settings/fields")
    page.locator(".field-button", has_text="Odd").click()
    page.get_by_role("dialog").get_by_role("button", name="Filter: LEN({title}) > 3").click()
    expect(page.get_by_label("Filter expression")).to_have_value("LEN({title}) > 3")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.locator(".field-button", has_text="Big").click()
    words = "Filter: Amount is more than 5 and Title does not contain x"
    page.get_by_role("dialog").get_by_role("button", name=words).click()
    look_for_faults(page)
    page.get_by_role("button", name="Remove this condition").first.click()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    fields = crm.api.get(f"{path}/fields").json()["items"]
    [found] = [f for f in fields if f["name"] == "Big"]
    assert found["config"]["filter"] == "NOT CONTAINS({title}, 'x')"


def test_one_looks_as_somebody_else(new_page: NewPage, crm: Site) -> None:
    role = {"name": "Trainee", "fields": {"*": "edit", "cost": "hidden"}, "scope": "{list} = 'Closed Won'"}
    path = crm.project("Opportunities")
    assert crm.api.post(f"{path}/roles", json=role).status_code == 201
    page = new_page(f"/app{path}/settings/roles")
    page.get_by_role("button", name="See as Trainee").click()
    banner = page.get_by_role("region", name="Preview")
    expect(banner).to_contain_text("You see this as Trainee. Nothing can be changed.")
    won = len(crm.records("Opportunities", list="Closed Won"))
    assert 0 < won < len(crm.records("Opportunities"))
    page.get_by_role("link", name="Grid").click()
    heads = page.locator(".grid-head .grid-cell")
    expect(heads.filter(has_text="Amount")).to_have_count(1)
    expect(heads.filter(has_text="Cost")).to_have_count(0)
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(won + 1))
    expect(page.get_by_role("link", name="Customers", exact=True)).to_have_count(0)
    look_for_faults(page)
    page.get_by_role("link", name="Board", exact=True).click()
    expect(
        page.get_by_role("listitem", name=str(crm.records("Opportunities", list="Closed Won")[0]["title"]))
    ).to_be_visible()
    page.reload()
    expect(banner).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 720})
    assert fits(page)
    banner.get_by_role("button").press("Escape")
    expect(page.get_by_role("heading", name="Roles")).to_be_visible()
    expect(banner).to_have_count(0)


def test_a_role_is_tried_while_it_is_made(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app{crm.project('Customers')}/settings/roles", locale="pl-PL")
    page.get_by_role("button", name="Nowa rola").click()
    page.get_by_label("Nazwa").fill("Księgowa")
    page.get_by_role("radio", name="Email: ukryte").check()
    page.get_by_role("button", name="Zapisz i zobacz jako").click()
    banner = page.get_by_role("region", name="Podgląd")
    expect(banner).to_contain_text("Widzisz to jako Księgowa.")
    page.get_by_role("link", name="Siatka").click()
    cell(page, 1, "Tytuł").dblclick()
    page.locator(".inline-editor").fill("Inny")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Patrzysz jako ktoś inny")).to_be_visible()
    assert not crm.records("Customers", filter="{title} = 'Inny'")
    look_for_faults(page)
    banner.get_by_role("button", name="Zakończ podgląd").click()
    expect(page.locator(".choice-line", has_text="Księgowa")).to_contain_text("nie widzi: Email")


def test_a_form_is_designed_and_answers(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app{crm.project('Customers')}/settings/forms")
    page.get_by_role("button", name="New form").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Contact us")
    dialog.get_by_label("Label of Title").fill("Your company")
    dialog.get_by_role("button", name="Add a field").click()
    page.get_by_role("option", name="Email").click()
    expect(dialog.get_by_role("region", name="Preview")).to_contain_text("Your company *Email")
    look_for_faults(page)
    dialog.get_by_role("button", name="Make the form").click()
    expect(page.get_by_role("link", name="Open Contact us")).to_have_attribute("href", "/forms/contact-us")
    [made] = crm.api.get(f"{crm.project('Customers')}/forms").json()["items"]
    asked = [(item["field"], item.get("label"), item.get("required")) for item in made["fields"]]
    assert [(label, required) for _, label, required in asked] == [("Your company", True), (None, None)]
    visitor = new_page("/forms/contact-us", signed_in=False)
    visitor.get_by_label("Your company").fill("Visitors Ltd")
    visitor.get_by_role("button").last.click()
    wait_until(page, lambda: crm.records("Customers", filter="{title} = 'Visitors Ltd'"))


def test_plugins_are_switched_off_and_on(new_page: NewPage, crm: Site) -> None:
    page = new_page("/app/plugins")
    on = lambda: crm.api.get("/plugins/fields.country").json()["enabled"]  # noqa: E731
    page.get_by_role("searchbox", name="Search").fill("country")
    expect(page.get_by_role("switch")).to_have_count(1)
    page.get_by_role("switch", name="Country is on").uncheck()
    wait_until(page, lambda: not on())
    page.get_by_role("switch", name="Country is on").check()
    wait_until(page, on)
    look_for_faults(page)


def test_users_are_added_and_shut_out(new_page: NewPage, crm: Site) -> None:
    page = new_page("/app/users")
    page.get_by_role("button", name="New user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Ola Kot")
    dialog.get_by_label("Email").fill("not an address")
    dialog.get_by_label("First password").fill("a long first secret")
    dialog.get_by_role("button", name="Make the user").click()
    expect(dialog.locator(".fault:visible")).to_have_count(1)
    dialog.get_by_label("Email").fill("ola@example.com")
    dialog.get_by_role("button", name="Make the user").click()
    page.get_by_role("checkbox", name="Ola Kot may sign in").uncheck()
    ola = lambda: next(  # noqa: E731
        u for u in crm.api.get("/users").json()["items"] if u["email"] == "ola@example.com"
    )
    wait_until(page, lambda: not ola()["active"])
    look_for_faults(page)


def test_records_leave_as_a_file(new_page: NewPage, crm: Site) -> None:
    page = new_page(f"/app{crm.project('Customers')}/settings/exports")
    page.get_by_label("Format").select_option("csv")
    page.get_by_role("button", name="Which records: All records").click()
    add_condition(page, "Title", "ne", "nobody")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) > len(crm.records("Customers"))
    look_for_faults(page)


def test_settings_fit_a_phone(new_page: NewPage, crm: Site) -> None:
    page = new_page("/app", viewport={"width": 360, "height": 720}, locale="pl-PL")
    for part in ("fields", "lists", "forms", "roles", "members", "exports", "general", "trash"):
        page.goto(f"/app{crm.project('Opportunities')}/settings/{part}")
        expect(page.locator(".settings-part h2").first).to_be_visible()
        assert fits(page), part
    for path in ("/app/users", "/app/plugins", "/app/dashboards"):
        page.goto(path)
        expect(page.locator(".narrow-page").first).to_be_visible()
        assert fits(page), path
