"""A trigger and an action from another distribution, from end to end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent

pytestmark = pytest.mark.xdist_group("outside plugins")


def done(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def test_the_plugins_are_small() -> None:
    for name in ("acme_shouted.py", "acme_shout.py"):
        assert len((HERE / "shout" / name).read_text().splitlines()) <= 40


def test_a_trigger_and_an_action_from_elsewhere_work(client: httpx.Client) -> None:
    for catalogue, key in (("triggers", "shouted"), ("actions", "shout")):
        found = {item["key"]: item for item in done(client.get(f"/{catalogue}"))["items"]}
        assert found[key]["provider"] == "acme-shout 0.3"
        assert found[key]["config_schema"]["properties"]
    path = f"/projects/{done(client.post('/projects', json={'name': 'Loud'}))['id']}"
    done(client.post(f"{path}/lists", json={"name": "All"}))
    body = {
        "name": "Answer",
        "trigger": {"type": "shouted", "config": {"least": 4}},
        "actions": [{"type": "shout", "config": {"field": "description", "text": "you said {title}"}}],
    }
    made = done(client.post(f"{path}/automations", json=body))
    assert (made["trigger"], made["actions"], made["fault"]) == (body["trigger"], body["actions"], None)
    quiet, loud = (done(client.post(f"{path}/records", json={"title": t})) for t in ("Hello", "HELLO"))
    trial = done(client.post(f"{path}/automations/{made['id']}/test", json={"record": quiet["id"]}))
    assert trial["actions"][0]["effects"][0]["detail"]["values"] == {"description": "YOU SAID HELLO!"}
    run = ended(client, f"{path}/automations/{made['id']}/runs")
    assert (run["status"], run["record_id"]) == ("done", loud["id"])
    assert done(client.get(f"{path}/records/{loud['id']}"))["description"] == "YOU SAID HELLO!"
    assert done(client.get(f"{path}/records/{quiet['id']}"))["description"] is None
    done(client.patch("/plugins/shout", json={"enabled": False}))
    assert "off or missing" in done(client.get(f"{path}/automations/{made['id']}"))["fault"]
    done(client.patch("/plugins/shout", json={"enabled": True}))


def ended(client: httpx.Client, path: str) -> Any:
    """The only run, once it has ended."""
    found: list[Any] = []
    for _ in range(600):
        found = done(client.get(path))["items"]
        if found and found[0]["status"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    [run] = found
    return run
