"""A trigger, an action, a chart type, a file format and a field type, each a module of at most 40
lines, really installed and used through a server."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from tests.outside_plugin.answers import done, ended

HERE = Path(__file__).parent
SMALL = ("automation", "formats", "waterfall")


INI = (
    "[Left turn]\nheading = 270.5\n\n[Right turn]\nheading = 90\nnote = slowly\n\n[Nowhere]\nheading = 400\n"
)


@pytest.fixture
def project(client: httpx.Client) -> str:
    """The path of a project with a number and an angle."""
    made = done(client.post("/projects", json={"name": "Plots", "time_zone": "Europe/Warsaw"}))
    path = f"/projects/{made['id']}"
    for name in ("North", "South"):
        done(client.post(f"{path}/lists", json={"name": name}))
    for field in (
        {"name": "Size", "type": "number", "config": {"decimals": 0}},
        {"name": "Heading", "type": "angle"},
    ):
        done(client.post(f"{path}/fields", json=field))
    return path


def test_each_is_a_module_of_at_most_forty_lines() -> None:
    modules = [module for folder in SMALL for module in (HERE / folder).glob("*.py")]
    assert len(modules) == 5
    assert {m.name: n for m in modules if (n := len(m.read_text().splitlines())) > 40} == {}


def test_they_stand_in_the_catalogues_and_the_openapi_document(client: httpx.Client) -> None:
    document = done(client.get(str(client.base_url).replace("/api/v1/", "/schema/openapi.json")))
    schemas = document["components"]["schemas"]
    for catalogue, key, schema, provider, setting in (
        ("/triggers", "number_grew", "TriggerKey", "acme-automation 0.3", "percent"),
        ("/actions", "due_in_working_days", "ActionKey", "acme-automation 0.3", "days"),
        ("/chart-types", "waterfall", "ChartTypeKey", "acme-waterfall 2.0", "good"),
        ("/importers", "ini", "ImporterKey", "acme-formats 1.0", "type"),
        ("/field-types", "angle", "FieldTypeKey", "acme-formats 1.0", "type"),
    ):
        entries = {e["key"]: e for e in done(client.get(catalogue, params={"limit": 200}))["items"]}
        assert entries[key]["provider"] == provider
        assert setting in str(entries[key]["config_schema"])
        assert key in schemas[schema]["enum"], schema


def test_the_trigger_and_the_action_work(client: httpx.Client, project: str) -> None:
    rule = {
        "name": "Watch growth",
        "trigger": {"type": "number_grew", "config": {"field": "Size", "percent": 50}},
        "actions": [{"type": "due_in_working_days", "config": {"days": 5, "text": "{title} grew to {size}"}}],
    }
    wrong = rule | {"actions": [{"type": "due_in_working_days", "config": {"days": 0}}]}
    refused = client.post(f"{project}/automations", json=wrong)
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/actions/0/config/days"]
    made = f"{project}/automations/{done(client.post(f'{project}/automations', json=rule))['id']}"
    body = {"title": "Field", "fields": {"size": 10}}
    record = f"{project}/records/{done(client.post(f'{project}/records', json=body))['id']}"

    told = done(client.post(f"{made}/test", json={"record": record.rpartition("/")[2]}))
    assert told["would_run"]
    [action] = told["actions"]
    assert [e["kind"] for e in action["effects"]] == ["ChangeRecord", "AddComment"]
    assert action["effects"][1]["detail"] == {"body": "Field grew to 10"}
    assert done(client.get(record))["due_at"] is None

    for size in (14, 20, 30):  # by 40, 43 and 50 percent
        done(client.patch(record, json={"fields": {"size": size}}))
    run = ended(client, f"{made}/runs", lambda body: (body["items"] or [None])[0])
    assert (run["status"], run["record_id"]) == ("done", record.rpartition("/")[2])
    assert len(done(client.get(f"{made}/runs"))["items"]) == 1
    after = done(client.get(record))
    created = datetime.fromisoformat(after["created_at"])
    assert 7 <= (datetime.fromisoformat(after["due_at"]) - created).days <= 8, "five working days"
    [comment] = done(client.get(f"{record}/comments"))["items"]
    assert comment["body"] == "Field grew to 30"

    done(client.patch("/plugins/working_days", json={"enabled": False}))
    assert "off or missing" in done(client.get(made))["fault"]
    done(client.patch("/plugins/working_days", json={"enabled": True}))
    assert done(client.get(made))["fault"] is None


def test_the_chart_gives_data_svg_and_png(client: httpx.Client, project: str) -> None:
    for list_, size in (("North", 30), ("South", -10)):
        [entry] = [e for e in done(client.get(f"{project}/lists"))["items"] if e["name"] == list_]
        body = {"title": list_, "list_id": entry["id"], "fields": {"size": size}}
        done(client.post(f"{project}/records", json=body))
    board = done(client.post("/dashboards", json={"name": "Plots"}))
    charts = f"/dashboards/{board['id']}/charts"
    config = {
        "sources": [{"project_id": project.rpartition("/")[2]}],
        "measure": {"function": "sum", "field": "size"},
        "group_by": "list",
        "format": {"good": "down"},
    }
    chart = {"title": "Ground", "type": "waterfall", "config": config}
    bad = chart | {"config": config | {"format": {"good": "sideways"}}}
    assert client.post(charts, json=bad).status_code == 422
    path = f"/charts/{done(client.post(charts, json=chart))['id']}"
    data = done(client.get(f"{path}/data"))
    assert [(p["label"], p["value"]) for p in data["series"][0]["points"]] == [("North", 30), ("South", -10)]
    drawn = client.get(f"{path}/image.svg", params={"width": 400, "height": 300})
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    north, south = bars(drawn.text)
    assert south["height"] / north["height"] == pytest.approx(1 / 3, rel=0.02)
    assert south["y"] == pytest.approx(north["y"], abs=0.2), "South begins where North ends"
    png = client.get(f"{path}/image.png", params={"width": 400, "height": 300, "scale": 1})
    picture = Image.open(io.BytesIO(png.content)).convert("RGB")
    assert picture.size == (400, 300)
    x, y = (int(north[at] + north[size] / 2) for at, size in (("x", "width"), ("y", "height")))
    assert picture.getpixel((x, y)) != picture.getpixel((2, 2)), "the bar is there"


def bars(svg: str) -> list[dict[str, float]]:
    """The rectangles that are told, in their order."""
    found = []
    for element in ElementTree.fromstring(svg).iter():
        title = next((child.text or "" for child in element if child.tag.endswith("title")), "")
        if element.tag.endswith("rect") and re.match("(North|South): ", title):
            found.append({n: float(element.attrib[n]) for n in ("x", "y", "width", "height")})
    return found


def test_the_format_and_the_field_type_work_together(client: httpx.Client, project: str) -> None:
    upload = {"file": ("turns.ini", INI.encode(), "text/plain")}
    job = done(client.post(f"{project}/imports", files=upload))
    assert (job["importer"], [c["name"] for c in job["columns"]]) == ("ini", ["Section", "heading", "note"])
    path = f"{project}/imports/{job['id']}"
    mapping = {"Section": {"field": "title"}, "heading": {"field": "heading"}}
    done(client.patch(path, json={"mapping": mapping}))
    done(client.post(f"{path}/start"))
    result = ended(client, path)
    assert (result["status"], result["created"], result["failed"]) == ("done", 2, 1)
    assert "degrees from 0 to 360" in str(result["errors"])
    query = {"display": "en", "sort": "heading"}
    records = done(client.get(f"{project}/records", params=query))["items"]
    told = [(r["title"], r["fields"]["heading"], r["display"]["fields"]["heading"]) for r in records]
    assert told == [("Right turn", 90, "90° 00′"), ("Left turn", 270.5, "270° 30′")]
    broken = {"file": ("broken.ini", b"no section", "text/plain")}
    assert client.post(f"{project}/imports", files=broken).status_code == 422
