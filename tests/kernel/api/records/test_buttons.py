"""Fields that are pressed."""

from __future__ import annotations

from kernel.runtime import Kernel
from kernel.storage.database import Statement
from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.projects import ProjectClient, checked


async def test_a_press_is_logged_and_told(plain: ProjectClient, kernel: Kernel) -> None:
    field = await plain.add_field("Send offer", "button", {"label": "Send", "confirm": "Really?"})
    record = await plain.add("a")
    assert record["fields"]["send_offer"] is None
    for name in (field["id"], "send_offer"):
        path = f"{plain.path}/records/{record['id']}/press/{name}"
        assert checked(await plain.client.post(path), 200) == record
    kinds = [change["kind"] for change in await plain.history(record)]
    assert kinds == ["record.created", "button.pressed", "button.pressed"]
    sql = f"SELECT count(*) FROM smalt_outbox WHERE kind = 'button.pressed' AND record_id = {record['id']}"
    assert await kernel.database.read(Statement(sql)) == [[(2,)]]
    assert await plain.titles(filter="{send_offer} = BLANK()", sort="send_offer") == ["a"]


async def test_who_may_press_what(plain: ProjectClient, new_client: NewClient) -> None:
    await plain.add_field("Send", "button")
    await plain.add_field("Name", "text")
    record = await plain.add("a")
    press = f"{plain.path}/records/{record['id']}/press"
    assert (await plain.client.post(f"{press}/name")).status_code == 422
    assert (await plain.client.post(f"{press}/nothing")).status_code == 404
    assert (await plain.client.post(f"{plain.path}/records/7/press/send")).status_code == 404
    viewer = await new_client("viewer")
    assert (await viewer.post(f"{press}/send")).status_code == 404
    member = {"user": user_id(viewer), "role": "viewer"}
    checked(await plain.client.post(f"{plain.path}/members", json=member), 201)
    assert (await viewer.post(f"{press}/send")).status_code == 403
