"""Files in fields of records and in comments: who sees them, what happens to them with what holds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from kernel.runtime import Kernel
from tests.kernel.api.clients import NewClient
from tests.kernel.api.files.uploading import PNG, Json, status, upload
from tests.kernel.api.records.projects import ProjectClient, checked, faults, join, new_project
from tests.kernel.api.records.test_exports import exported, table

Stored = Callable[[], list[str]]
PDF = b"%PDF-1.7 contract"


@pytest.fixture
async def deals(client: httpx.AsyncClient) -> ProjectClient:
    project = await new_project(client, "Opportunities", "Open", "Won")
    await project.add_field("Received files", "file")
    await project.add_field(
        "Contracts",
        "file",
        {"max_count": 2, "max_size": 2000, "allowed_types": ["application/pdf", "image/*"]},
    )
    return project


def shown(*files: Json) -> list[Json]:
    """Files as records show them."""
    return [{n: f[n] for n in ("id", "name", "size", "content_type", "url")} for f in files]


async def test_files_are_values_like_any_other(client: httpx.AsyncClient, deals: ProjectClient) -> None:
    brief, logo, contract = (
        await upload(client, b"brief", "Brief.txt"),
        await upload(client),
        await upload(client, PDF, "Contract.pdf"),
    )
    record = await deals.add(
        "Shop", received_files=[brief["id"], {"id": logo["id"]}], contracts=contract["id"]
    )
    other = await deals.add("Audit")
    assert record["fields"] == {"received_files": shown(brief, logo), "contracts": shown(contract)}
    assert (await deals.fields(other)) == {"received_files": [], "contracts": []}
    for condition, titles in (
        ("{contracts} = BLANK()", ["Audit"]), ("{contracts} != BLANK()", ["Shop"]),
        ("{received_files} = 'brief.TXT'", ["Shop"]), (f"{{received_files}} = '{logo['id']}'", ["Shop"]),
        ("COUNT({received_files}) = 2", ["Shop"]), ("CONCATENATE(ARRAYJOIN({received_files})) = 'Brief.txt, logo.png'", ["Shop"]),
    ):  # fmt: skip
        assert await deals.titles(filter=condition) == titles, condition
    tree = {"field": "received_files", "op": "any_of", "value": [logo["id"]]}
    assert [r["title"] for r in checked(await deals.query(filter=tree), 200)["items"]] == ["Shop"]
    assert await deals.titles(sort="contracts") == ["Shop", "Audit"]
    groups = await deals.aggregate(group_by=["received_files"])
    found = [(g["group"]["received_files"], g["measures"]["count"]) for g in groups]
    assert found == [(shown(brief)[0], 1), (shown(logo)[0], 1), (None, 1)]
    await deals.compute("First", "FIRST({received_files})")
    await deals.compute("Last", "LAST(ARRAYUNIQUE({received_files}))")
    fields = await deals.fields(record)
    assert [fields["first"], fields["last"]] == shown(brief, logo)

    deliveries = await new_project(client, "Deliveries")
    await deliveries.refer("Deal", deals, multiple=True)
    await deliveries.look_up("Deal files", "deal", "received_files")
    await deliveries.add_field(
        "Files", "rollup", {"source": "deal", "measure": {"function": "count", "field": "received_files"}}
    )
    delivery = await deliveries.add("Build", deal=[record["id"], other["id"]])
    assert delivery["fields"]["deal_files"] == shown(brief, logo)
    assert delivery["fields"]["files"] == 2
    assert await deliveries.titles(filter="{deal_files} = 'logo.png'") == ["Build"]
    assert table(await exported(deliveries, fields=["deal_files"])) == [
        ["Deal files"],
        ["Brief.txt; logo.png"],
    ]


async def test_what_is_no_file_or_does_not_fit_is_refused(
    client: httpx.AsyncClient, new_client: NewClient, deals: ProjectClient
) -> None:
    foreign = await upload(await new_client("jan"))
    text, large = await upload(client, b"hello", "a.txt"), await upload(client, PDF + b" " * 2000, "a.pdf")
    for value, detail in (
        ([foreign["id"]], "There is no file"), (["99"], "There is no file"), ("contract.pdf", "ids of uploaded files"),
        ([text["id"]], "'a.txt' is of the type text/plain; this takes application/pdf, image/*."),
        ([large["id"]], "'a.pdf' has 2,017 bytes; 2,000 are allowed here."), (["1", "2", "3"], "at most 2"), (7, "must be text"),
    ):  # fmt: skip
        refused = faults(await deals.try_add(fields={"contracts": value}))
        assert detail in refused["/fields/contracts"], refused
    body = {"name": "X", "type": "file", "config": {}, "default": [text["id"]]}
    assert "/default" in faults(await client.post(f"{deals.path}/fields", json=body))
    for config in ({"max_count": 0}, {"allowed_types": ["pdf"]}, {"size": 1}):
        assert (await deals.refuse_field("X", "file", config))["pointer"].startswith("/config")
    rows = await client.post(f"{deals.path}/imports", files={"file": ("a.csv", b"t,f,g\nShop,7,8\n")})
    made = {"name": "G", "type": "file"}
    mapping = {"t": {"field": "title"}, "f": {"field": "contracts"}, "g": {"create": made}}
    refused = await client.patch(
        f"{deals.path}/imports/{checked(rows, 201)['id']}", json={"mapping": mapping}
    )
    assert faults(refused) == {
        "/mapping/f/field": "'Contracts' holds files; upload them and put them in.",
        "/mapping/g/field": "'G' holds files; upload them and put them in.",
    }
    assert await deals.titles() == []


async def test_a_held_file_is_theirs_who_see_what_holds_it(
    client: httpx.AsyncClient, new_client: NewClient, deals: ProjectClient
) -> None:
    ewa, jan, stranger = [await new_client(name) for name in ("ewa", "jan", "stranger")]
    senior = await join(deals, ewa, fields={"*": "edit"})
    junior = await join(deals, jan, fields={"*": "edit", "contracts": "hidden"}, scope="{list} = 'Open'")
    plain, contract = await upload(ewa, b"brief", "brief.txt"), await upload(ewa, PDF, "contract.pdf")
    record = await senior.add("Shop", received_files=[plain["id"]], contracts=[contract["id"]])
    files = (plain, contract)

    async def seen(reader: httpx.AsyncClient) -> list[int]:
        told = [(await reader.get(f"/files/{f['id']}")).status_code for f in files]
        read = [await status(reader, f) for f in files]
        assert told == read
        return read

    assert await seen(ewa) == await seen(client) == [200, 200]
    assert await seen(jan) == [200, 404]
    assert await seen(stranger) == [404, 404]
    assert (await ewa.delete(f"/files/{plain['id']}")).status_code == 409
    assert (await jan.delete(f"/files/{contract['id']}")).status_code == 404
    # nobody makes a file visible to themselves by naming it
    refused = faults(await junior.try_add(fields={"received_files": [contract["id"]]}))
    assert refused == {
        "/fields/received_files": f"There is no file '{contract['id']}', or you may not see it."
    }
    await senior.move(record, list="Won")
    assert await seen(jan) == [404, 404]
    await senior.move(record, list="Open")
    assert await seen(jan) == [200, 404]
    # a lookup elsewhere shows what its reader may see at the source, and no more
    deliveries = await new_project(client, "Deliveries")
    await deliveries.refer("Deal", deals)
    await deliveries.look_up("Plain", "deal", "received_files")
    await deliveries.look_up("Contract", "deal", "contracts")
    delivery = await deliveries.add("Build", deal=record["id"])
    assert (await (await join(deliveries, jan)).fields(delivery)).keys() == {"deal", "plain"}
    assert "plain" not in await (await join(deliveries, stranger)).fields(delivery)
    assert await seen(stranger) == [404, 404]
    # in the trash nobody sees it; out of it everything is as before
    await senior.delete(record)
    assert await seen(ewa) == [404, 404]
    await senior.restore(record)
    assert (await senior.fields(record))["contracts"] == shown(contract)
    assert (await seen(ewa), await seen(jan)) == ([200, 200], [200, 404])
    field = next(
        f
        for f in checked(await client.get(f"{deals.path}/fields"), 200)["items"]
        if f["key"] == "received_files"
    )
    checked(await client.delete(f"{deals.path}/fields/{field['id']}"), 204)
    assert await seen(ewa) == [404, 200]
    checked(await client.post(f"{deals.path}/fields/{field['id']}/restore"), 200)
    assert await seen(ewa) == [200, 200]
    # shared by a copy: seen as long as either record is
    copied = checked(await ewa.post(f"{deals.path}/records/{record['id']}/copy", json={}), 201)
    assert copied["fields"]["contracts"] == shown(contract)
    await senior.delete(record)
    assert await seen(ewa) == [200, 200]


async def test_changes_of_files_are_told_and_taken_back(
    client: httpx.AsyncClient, new_client: NewClient, deals: ProjectClient, kernel: Kernel, stored: Stored
) -> None:
    mine, ewa = await upload(client), await new_client("ewa")
    record = await deals.add("Shop", received_files=[mine["id"]])
    theirs = await join(deals, ewa)
    hers = await upload(ewa, PDF, "hers.pdf")
    await theirs.update(record, received_files=[hers["id"]])
    change = (await deals.history(record))[-1]
    assert change["changes"] == [{"field": "received_files", "from": shown(mine), "to": shown(hers)}]
    await kernel.files.removal.sweep()
    kernel.clock.offset = timedelta(days=29)
    await kernel.files.removal.sweep()
    back = await ewa.post(f"{deals.path}/records/{record['id']}/history/{change['id']}/revert")
    assert checked(back, 200)["fields"]["received_files"] == shown(mine)
    # what a record has never had does not come in on this road
    foreign = await upload(client)
    assert "/fields/received_files" in faults(
        await theirs.try_update(record, fields={"received_files": [foreign["id"]]})
    )
    kernel.clock.offset = timedelta(days=60)
    await kernel.files.removal.sweep()
    await kernel.files.removal.sweep()
    assert [name.split("/")[0] for name in stored()] == [mine["id"], hers["id"]]
    kernel.clock.offset = timedelta(days=91)
    await kernel.files.removal.sweep()
    assert [name.split("/")[0] for name in stored()] == [mine["id"]]
    assert (await deals.fields(record))["received_files"] == shown(mine)


async def test_files_go_for_good_with_the_last_that_holds_them(
    client: httpx.AsyncClient, deals: ProjectClient, kernel: Kernel, stored: Stored
) -> None:
    shared, single, said = await upload(client), await upload(client), await upload(client)
    record = await deals.add("Shop", received_files=[shared["id"], single["id"]])
    await deals.add("Other", received_files=[shared["id"]])
    comment = {"body": "See this", "files": [said["id"]]}
    checked(await client.post(f"{deals.path}/records/{record['id']}/comments", json=comment), 201)
    await deals.delete(record)
    for days, left in ((31, 3), (62, 1)):
        kernel.clock.offset = timedelta(days=days)
        await kernel.trash_emptying.empty()
        await kernel.files.removal.sweep()
        await kernel.files.removal.sweep()
        assert len(stored()) == left, days
    assert await status(client, shared) == 200
    assert await status(client, single) == 404


async def test_comments_hold_files(
    client: httpx.AsyncClient, new_client: NewClient, deals: ProjectClient
) -> None:
    ewa, jan = await new_client("ewa"), await new_client("jan")
    can = {"comment": True}
    senior = await join(deals, ewa, can=can)
    await join(deals, jan, fields={"*": "edit", "comments": "hidden"}, can=can)
    record = await deals.add("Shop")
    first, second = await upload(ewa, PNG), await upload(ewa, PDF, "offer.pdf")
    path = f"{senior.path}/records/{record['id']}/comments"
    made = checked(
        await ewa.post(path, json={"body": "Look", "files": [first["id"], second["id"], first["id"]]}), 201
    )
    assert made["files"] == shown(first, second)
    assert checked(await client.get(path), 200)["items"] == [made]
    assert [await status(reader, second) for reader in (ewa, client, jan)] == [200, 200, 404]
    one = f"{path}/{made['id']}"
    assert checked(await ewa.patch(one, json={"body": "Look!"}), 200)["files"] == shown(first, second)
    changed = checked(await ewa.patch(one, json={"body": "Look!", "files": [second["id"]]}), 200)
    assert changed["files"] == shown(second)
    assert [await status(reader, first) for reader in (ewa, client)] == [200, 404]
    for wanted, pointer in ((["99"], "/files/0"), ([second["id"], "x"], "/files/1"), (["1"] * 51, "/files")):
        assert list(faults(await ewa.patch(one, json={"body": "Look!", "files": wanted}))) == [pointer]
    foreign = await upload(jan)
    assert faults(await ewa.post(path, json={"body": "Mine", "files": [foreign["id"]]})).keys() == {
        "/files/0"
    }
    checked(await ewa.delete(one), 204)
    assert await status(ewa, second) == 404
    assert checked(await ewa.post(f"{one}/restore"), 200)["files"] == shown(second)
    assert await status(client, second) == 200


async def test_fields_of_files_are_converted_by_name(client: httpx.AsyncClient, deals: ProjectClient) -> None:
    logo, contract = await upload(client), await upload(client, PDF, "Contract.pdf")
    record = await deals.add("Shop", received_files=[logo["id"], contract["id"]])
    path = f"{deals.path}/fields/received_files"
    checked(await client.patch(path, json={"type": "text", "config": {}, "accept_loss": True}), 200)
    assert (await deals.fields(record))["received_files"] == "logo.png, Contract.pdf"
    checked(await client.patch(path, json={"type": "file", "config": {}, "accept_loss": True}), 200)
    assert (await deals.fields(record))["received_files"] == []
