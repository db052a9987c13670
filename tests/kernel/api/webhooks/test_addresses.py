"""Where webhooks may lead on a server that keeps to the public internet, as it does by default."""

from __future__ import annotations

import httpx

from tests.kernel.api.records.projects import checked, faults, new_project


async def test_private_addresses_are_refused_when_they_are_given(client: httpx.AsyncClient) -> None:
    body = {"url": "http://127.0.0.1:9/hook", "events": ["record.created"]}
    assert list(faults(await client.post("/webhooks", json=body))) == ["/url"]
    made = checked(await client.post("/webhooks", json=body | {"url": "https://example.com/hook"}), 201)
    path = f"/webhooks/{made['id']}"
    assert list(faults(await client.patch(path, json={"url": "http://localhost/"}))) == ["/url"]
    assert checked(await client.patch(path, json={"enabled": False}), 200)["url"] == made["url"]


async def test_automations_may_not_lead_there_either(client: httpx.AsyncClient) -> None:
    """Wherever the fixed part of an address already says so; what a record says is checked when it is sent."""
    path = f"{(await new_project(client, 'Plain', 'Open')).path}/automations"

    def asking(url: str) -> dict[str, object]:
        action = {"type": "http_request", "config": {"url": url}}
        return {"name": "a", "trigger": {"type": "record_created"}, "actions": [action]}

    for url in (
        "http://127.0.0.1:9/hook",
        "http://10.0.0.7/{id}",
        "https://[::1]/",
        "http://localhost/{title}",
    ):
        refused = faults(await client.post(path, json=asking(url)))
        assert list(refused) == ["/actions/0/config"], url
        assert "private network" in refused["/actions/0/config"]
    for url in ("https://example.com/{id}", "{title}", "https://{title}.example.com/"):
        made = checked(await client.post(path, json=asking(url)), 201)
        assert made["fault"] is None
    nested = {"if": "{title} = 'a'", "then": asking("http://192.168.1.1/")["actions"], "else": []}
    branch = asking("") | {"actions": [{"type": "branch", "config": nested}]}
    assert (await client.patch(f"{path}/{made['id']}", json=branch)).status_code == 422
