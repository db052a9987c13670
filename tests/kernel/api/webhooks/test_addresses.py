"""Where webhooks may lead on a server that keeps to the public internet, as it does by default."""

from __future__ import annotations

import httpx

from tests.kernel.api.records.projects import checked, faults


async def test_private_addresses_are_refused_when_they_are_given(client: httpx.AsyncClient) -> None:
    body = {"url": "http://127.0.0.1:9/hook", "events": ["record.created"]}
    assert list(faults(await client.post("/webhooks", json=body))) == ["/url"]
    made = checked(await client.post("/webhooks", json=body | {"url": "https://example.com/hook"}), 201)
    path = f"/webhooks/{made['id']}"
    assert list(faults(await client.patch(path, json={"url": "http://localhost/"}))) == ["/url"]
    assert checked(await client.patch(path, json={"enabled": False}), 200)["url"] == made["url"]
