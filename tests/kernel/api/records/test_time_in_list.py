"""Time spent in lists, from the stays of a record, the running one included."""

from __future__ import annotations

from kernel.runtime import Kernel
from tests.kernel.api.records.projects import ProjectClient, checked, new_project

DAY = 86_400_000


async def age(kernel: Kernel, record: str, days: int) -> None:
    """Let all stays of a record have begun, and ended, so many days earlier."""
    async with kernel.database.transaction() as tx:
        await tx.execute(
            f"UPDATE smalt_list_stay SET entered_at = entered_at - {days * DAY}, "
            f"left_at = left_at - {days * DAY} WHERE record_id = {record}"
        )


async def test_in_a_list_and_in_the_present_one(plain: ProjectClient, kernel: Kernel) -> None:
    await plain.add_field("Doing", "time_in_list", {"list": "doing"})
    await plain.add_field("Here", "time_in_list", {"unit": "hours", "decimals": 0})
    slow, new = await plain.add("slow", {"list": "Doing"}), await plain.add("new")
    await age(kernel, slow["id"], 3)
    found = await plain.fields(slow)
    assert (round(float(found["doing"])), round(float(found["here"]))) == (3, 72)
    assert (await plain.fields(new))["doing"] is None
    await plain.move(slow, list="Done")
    await age(kernel, slow["id"], 2)
    found = await plain.fields(slow)
    assert (round(float(found["doing"])), round(float(found["here"]))) == (3, 48)
    await plain.move(slow, list="Doing")
    await age(kernel, slow["id"], 1)
    assert round(float((await plain.fields(slow))["doing"])) == 4
    assert await plain.titles(filter="{doing} > 3.5 AND {here} < 100") == ["slow"]
    assert await plain.titles(sort="-here") == ["slow", "new"]
    [total] = await plain.aggregate(measures={"most": {"function": "max", "field": "doing"}})
    assert round(float(total["measures"]["most"])) == 4
    other = await new_project(plain.client, "Other")
    await other.refer("Task", plain)
    await other.look_up("Time", "task", "doing")
    record = await other.add("x", task=slow["id"])
    assert [round(float(v)) for v in record["fields"]["time"]] == [4]


async def test_the_list_must_be_there(plain: ProjectClient) -> None:
    fault = await plain.refuse_field("x", "time_in_list", {"list": "Nowhere"})
    assert fault["pointer"] == "/config/list"
    lists = checked(await plain.client.get(f"{plain.path}/lists"), 200)["items"]
    field = await plain.add_field("Doing", "time_in_list", {"list": lists[1]["id"]})
    path = f"{plain.path}/lists/{lists[1]['id']}"
    checked(await plain.client.patch(path, json={"name": "Working"}), 200)
    assert "broken" not in checked(await plain.client.get(f"{plain.path}/fields/{field['id']}"), 200)
    checked(await plain.client.delete(path), 204)
    assert "broken" in checked(await plain.client.get(f"{plain.path}/fields/{field['id']}"), 200)
    record = await plain.add("a")
    assert "list" in record["warnings"][0]["detail"]
