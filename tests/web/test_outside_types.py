"""Types from elsewhere appear in the pages, untouched: one with a stock widget, one with a tree, one with neither."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.web.conftest import NewPage, Site, serve
from tests.web.test_daily_work import add_condition, cell, wait_until

PLUGIN = """
from decimal import Decimal

from kernel.plugin_api import Column, ColumnSpec, FieldType, hookimpl, parse_decimal


class TemperatureField(FieldType):
    key = "temperature"
    label = "Temperature"
    widget = "number"
    width = 140

    def columns(self, config):
        return [ColumnSpec(Column.DECIMAL, scale=1)]

    def parse(self, value, config, context):
        return parse_decimal(value, 1, context.decimal_comma)


class ChargeField(FieldType):
    key = "charge"
    label = "Charge"
    column = Column.INTEGER
    widget = "tree"
    widget_options = {"tree": {"t": "row", "c": [
        {"t": "bar", "pct": "$", "tone": "green"}, {"t": "text", "text": "$"}, {"t": "script", "text": "no"},
        {"t": "link", "href": "javascript:alert(1)", "text": "no"},
    ]}}

    def parse(self, value, config, context):
        return int(value)


class MoodField(FieldType):
    key = "mood"
    label = "Mood"
    column = Column.TEXT
    widget = "hologram"

    def parse(self, value, config, context):
        return str(value)


@hookimpl
def register_field_types():
    return [TemperatureField(), ChargeField(), MoodField()]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server beside which the package is installed."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "acme_types.py").write_text(PLUGIN)
    told = folder / "acme_types-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-types\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[smalt]\nacme = acme_types\n")
    yield from serve(tmp_path_factory, {"PYTHONPATH": str(folder)})


def test_types_from_elsewhere_are_drawn_edited_and_filtered(new_page: NewPage, site: Site) -> None:
    project = site.api.post("/projects", json={"name": "Batteries"}).json()
    path = f"/projects/{project['id']}"
    site.api.post(f"{path}/lists", json={"name": "All"})
    for name in ("temperature", "charge", "mood"):
        made = site.api.post(f"{path}/fields", json={"name": name.capitalize(), "type": name})
        assert made.status_code == 201, made.text
    fields = {"temperature": "21.5", "charge": 77, "mood": "<b>fine</b>"}
    record = site.api.post(f"{path}/records", json={"title": "Cell 1", "fields": fields}).json()
    page = new_page(f"/app{path}/grid")
    expect(cell(page, 1, "Temperature")).to_have_text("21.5")
    expect(cell(page, 1, "Charge").get_by_role("img", name="77 %")).to_be_visible()
    expect(cell(page, 1, "Charge")).to_have_text("77")
    expect(cell(page, 1, "Mood")).to_have_text("<b>fine</b>")
    assert page.locator(".grid-head .grid-cell").nth(3).bounding_box()["width"] == 140  # type: ignore[index]
    cell(page, 1, "Temperature").dblclick()
    page.locator(".inline-editor").fill("19,5")
    page.keyboard.press("Enter")
    read = f"{path}/records/{record['id']}"
    wait_until(page, lambda: site.api.get(read).json()["fields"]["temperature"] == "19.5")
    page.get_by_role("button", name="Filter", exact=True).click()
    add_condition(page, "Temp", "gt", "20")
    expect(page.get_by_role("heading", name="No record matches")).to_be_visible()
    page.get_by_label("Value").fill("19")
    expect(page.locator(".grid-foot")).to_contain_text("1 record")
    page.goto(f"/app{read}")
    page.get_by_role("button", name="Temperature: 19.5. Edit").click()
    page.locator(".inline-editor").fill("3")
    page.keyboard.press("Enter")
    wait_until(page, lambda: site.api.get(read).json()["fields"]["temperature"] == "3.0")
    expect(page.get_by_role("button", name="Mood: <b>fine</b>. Edit")).to_be_attached()
