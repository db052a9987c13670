"""Many records in one request."""

from __future__ import annotations

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults, ids


async def test_everything_at_once(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    kept, gone = await crm.deals.add("kept", amount="1"), await crm.deals.add("gone")
    answer = await crm.deals.batch(
        create=[
            {"title": "one", "tags": ["SEO"], "fields": {"amount": "5", "customer": acme["id"]}},
            {"title": "two", "list": "Closed Won", "assignees": ["admin@example.com"]},
        ],
        update=[{"id": kept["id"], "version": 1, "title": "better", "fields": {"confidence": 3}}],
        delete=[gone["id"]],
    )
    result = checked(answer, 200)
    assert (result["updated"], result["deleted"], result["errors"]) == (ids(kept), ids(gone), [])
    one, two = [await crm.deals.record(id_) for id_ in result["created"]]
    assert (one["title"], one["fields"]["customer_email"]) == ("one", ["ewa@acme.example"])
    assert (two["title"], two["assignees"][0]["name"]) == ("two", "Admin")
    changed = await crm.deals.record(kept)
    assert (changed["title"], changed["version"], changed["fields"]["confidence"]) == ("better", 2, 3)
    assert changed["fields"]["amount"] == kept["fields"]["amount"]
    assert sorted(await crm.deals.titles()) == ["better", "one", "two"]
    batches = {(await crm.deals.history(r))[-1]["batch_id"] for r in (one, two, kept)}
    assert batches == {result["batch_id"]}


BAD = {
    "create": [{"title": "ok"}, {"title": ""}, {"titel": "x"}, {"title": "x", "fields": {"confidence": 9}},
               {"title": "x", "assignees": ["nobody"]}, {"title": "x", "fields": {"customer": "17"}}],
}  # fmt: skip


async def test_an_atomic_batch_writes_nothing_when_an_item_is_bad(crm: Crm) -> None:
    kept, old = await crm.deals.add("kept"), await crm.deals.add("old")
    await crm.deals.update(old, {"title": "older"})
    answer = await crm.deals.batch(
        **BAD,
        update=[{"id": kept["id"], "title": "new"}, {"id": old["id"], "version": 1, "title": "x"},
                {"id": "17", "title": "x"}, {"title": "x"}, {"id": kept["id"], "title": "twice"}],
        delete=["18", "x", kept["id"]],
    )  # fmt: skip
    assert sorted(faults(answer)) == [
        "/create/1/title", "/create/2/titel", "/create/2/title", "/create/3/fields/confidence", "/create/4/assignees",
        "/create/5/fields/customer", "/delete/0", "/delete/1", "/delete/2", "/update/1/version",
        "/update/2/id", "/update/3/id", "/update/4/id",
    ]  # fmt: skip
    assert "version 2" in faults(answer)["/update/1/version"]
    conflict = [{"field": "title", "base": "old", "yours": "x", "theirs": "older"}]
    told = {e["pointer"]: e.get("conflict") for e in answer.json()["errors"]}
    assert (told["/update/1/version"], told["/create/1/title"]) == (conflict, None)
    single = await crm.deals.client.patch(
        f"{crm.deals.path}/records/{old['id']}", json={"title": "x"}, headers={"If-Match": '"1"'}
    )
    assert checked(single, 412)["conflict"] == conflict
    assert sorted(await crm.deals.titles()) == ["kept", "older"]
    assert await crm.deals.record(kept) == kept


async def test_a_batch_that_is_not_atomic_writes_what_is_good(crm: Crm) -> None:
    kept, gone, old = [await crm.deals.add(title) for title in ("kept", "gone", "old")]
    await crm.deals.update(old, {"title": "older"})
    update = [{"id": kept["id"], "title": "new"}, {"id": old["id"], "version": 1, "title": "x"}]
    answer = await crm.deals.batch(**BAD, update=update, delete=[gone["id"], "18"], atomic=False)
    result = checked(answer, 200)
    assert result["created"][1:] == [None] * 5
    assert result["updated"] == [kept["id"], None]
    assert result["deleted"] == [gone["id"], None]
    assert [error["pointer"] for error in result["errors"]] == [
        "/create/1/title", "/create/2/titel", "/create/2/title", "/create/3/fields/confidence", "/create/4/assignees",
        "/create/5/fields/customer", "/update/1/version", "/delete/1",
    ]  # fmt: skip
    [outdated] = [error["conflict"] for error in result["errors"] if "conflict" in error]
    assert [(c["field"], c["yours"], c["theirs"]) for c in outdated] == [("title", "x", "older")]
    assert sorted(await crm.deals.titles()) == ["new", "ok", "older"]


async def test_unique_values_within_a_batch(plain: ProjectClient) -> None:
    await plain.add_field("Email", "email", unique=True)
    await plain.add("first", email="a@b.example")
    create = [
        {"title": "x", "fields": {"email": "c@b.example"}},
        {"title": "y", "fields": {"email": "A@b.example"}},
    ]
    answer = await plain.batch(create=create)
    assert list(faults(answer, 409)) == ["/create/1/fields/email"]
    result = checked(await plain.batch(create=create, atomic=False), 200)
    assert [bool(id_) for id_ in result["created"]] == [True, False]
    assert [error["pointer"] for error in result["errors"]] == ["/create/1/fields/email"]
    twice = [{"title": t, "fields": {"email": "d@b.example"}} for t in "uv"]
    result = checked(await plain.batch(create=twice, atomic=False), 200)
    assert [bool(id_) for id_ in result["created"]] == [True, False]


async def test_unique_values_pass_from_one_record_to_another(plain: ProjectClient) -> None:
    await plain.add_field("Email", "email", unique=True)
    gone, moved = [await plain.add(t, email=f"{t}@b.example") for t in ("gone", "moved")]
    update = [{"id": moved["id"], "fields": {"email": "gone@b.example"}}]
    create = [{"title": "new", "fields": {"email": "moved@b.example"}}]
    checked(await plain.batch(create=create, update=update, delete=[gone["id"]]), 200)
    assert await plain.titles(sort="email") == ["moved", "new"]


async def test_the_limit(plain: ProjectClient) -> None:
    items = [{"title": f"t{n}"} for n in range(10_000)]
    assert (await plain.batch(create=[*items, {"title": "x"}])).status_code == 422
    answer = await plain.batch(create=items, delete=["1"])
    assert answer.status_code == 422
    assert "10000" in answer.text
    result = checked(await plain.batch(create=items), 200)
    assert len(set(result["created"])) == 10_000
    assert (await plain.page(count=True, limit=1))["total"] == 10_000
    assert await plain.titles(limit=3, sort="created_at") == ["t0", "t1", "t2"]
    result = checked(await plain.batch(delete=result["created"]), 200)
    assert (await plain.page(count=True, limit=1))["total"] == 0


async def test_malformed_batches(plain: ProjectClient) -> None:
    for body, pointer in (
        ({"create": [5]}, "/create/0"),
        ({"create": {}}, "/create"),
        ({"update": [{"id": 5}]}, "/update/0/id"),
        ({"update": [{"id": "1", "version": "x"}]}, "/update/0/version"),
        ({"delete": [5]}, "/delete/0"),
        ({"creat": []}, "/creat"),
        ({"atomic": 1}, "/atomic"),
    ):
        assert list(faults(await plain.batch(**body))) == [pointer], body
    assert checked(await plain.batch(), 200)["created"] == []
