"""Changing records: only what is sent, versions, and ETags."""

from __future__ import annotations

import asyncio

import httpx

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, checked, faults


async def test_only_what_is_sent_changes(crm: Crm) -> None:
    acme = await crm.customers.add("Acme", email="ewa@acme.example")
    made = await crm.deals.add(
        "Site",
        {"tags": ["SEO", "website"], "description": "d"},
        amount="5",
        confidence=2,
        customer=acme["id"],
    )
    changed = await crm.deals.update(made, amount="7.50")
    assert changed["version"] == 2
    assert changed["updated_at"] >= made["updated_at"]
    assert changed["fields"] == made["fields"] | {"amount": {"amount": "7.50", "currency": "EUR"}}
    same = ("tags", "description", "list_id", "position", "created_at", "list_entered_at", "title")
    assert {n: changed[n] for n in same} == {n: made[n] for n in same}
    cleared = await crm.deals.update(made, {"tags": [], "description": None}, amount=None, customer=[])
    assert (cleared["tags"], cleared["description"], cleared["fields"]["amount"]) == ([], None, None)
    assert (cleared["fields"]["customer"], cleared["fields"]["customer_email"]) == ([], [])
    assert cleared["fields"]["confidence"] == 2


async def test_tags_come_and_go(plain: ProjectClient) -> None:
    made = await plain.add("a", {"tags": ["SEO"]})
    changed = await plain.update(made, {"tags": ["website", "SEO", "website"]})
    assert [tag["name"] for tag in changed["tags"]] == ["website", "SEO"]
    changed = await plain.update(made, {"tags": [changed["tags"][0]["id"]]})
    assert [tag["name"] for tag in changed["tags"]] == ["website"]


async def test_a_change_of_nothing_keeps_the_version(crm: Crm) -> None:
    made = await crm.deals.add("Site", {"tags": ["SEO"]}, amount="5", confidence=2)
    same = await crm.deals.update(made, {"title": "Site", "tags": ["SEO"]}, amount="5.00", confidence="2")
    assert same == made
    assert await crm.deals.update(made) == made
    assert len(await crm.deals.history(made)) == 1


async def test_faults_change_nothing(crm: Crm) -> None:
    made = await crm.deals.add("Site", amount="5")
    answer = await crm.deals.try_update(made, title="New", fields={"amount": "x", "confidence": 99})
    assert sorted(faults(answer)) == ["/fields/amount", "/fields/confidence"]
    assert await crm.deals.record(made) == made


async def test_etags(plain: ProjectClient, client: httpx.AsyncClient) -> None:
    made = await plain.add("a")
    path = f"{plain.path}/records/{made['id']}"
    answer = await client.patch(path, json={"title": "b"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    for stale in ('"1"', '"3"', 'W/"1"'):
        for refused in (
            await client.patch(path, json={"title": "c"}, headers={"If-Match": stale}),
            await client.delete(path, headers={"If-Match": stale}),
            await client.post(f"{path}/move", json={"position": "last"}, headers={"If-Match": stale}),
            await client.post(f"{path}/copy", headers={"If-Match": stale}),
        ):
            problem = checked(refused, 412)
            assert refused.headers["content-type"].startswith("application/problem+json")
            assert "version 2" in problem["detail"]
    assert (await plain.record(made))["title"] == "b"
    for fresh, version in (('"2"', '"3"'), ("*", '"4"'), ('"9", "4"', '"5"')):
        answer = await client.patch(path, json={"title": version}, headers={"If-Match": fresh})
        assert (answer.status_code, answer.headers["etag"]) == (200, version), answer.text
    for wrong in ("", "x", '"x"', '"' + "9" * 40 + '"', '"-1"'):
        answer = await client.patch(path, json={"title": "d"}, headers={"If-Match": wrong})
        assert answer.status_code in (412, 422), (wrong, answer.text)
    assert (await client.delete(path, headers={"If-Match": '"5"'})).status_code == 204
    restore = f"{path}/restore"
    assert "version 6" in checked(await client.post(restore, headers={"If-Match": '"5"'}), 412)["detail"]
    assert (await client.post(restore, headers={"If-Match": '"6"'})).headers["etag"] == '"7"'


async def test_a_version_in_the_body_of_a_change(plain: ProjectClient) -> None:
    made = await plain.add("a")
    assert list(faults(await plain.try_update(made, version=1, title="b"))) == ["/version"]


async def test_writers_do_not_lose_each_others_changes(plain: ProjectClient) -> None:
    await plain.add_field("One", "text")
    await plain.add_field("Two", "text")
    made = await plain.add("a")
    answers = await asyncio.gather(
        *(plain.try_update(made, fields={name: str(n)}) for n in range(5) for name in ("one", "two"))
    )
    assert {answer.status_code for answer in answers} == {200}
    found = await plain.record(made)
    assert found["version"] == 11
    assert None not in found["fields"].values()


async def test_one_of_two_writers_with_the_same_etag_wins(
    plain: ProjectClient, client: httpx.AsyncClient
) -> None:
    made = await plain.add("a")
    path = f"{plain.path}/records/{made['id']}"
    answers = await asyncio.gather(
        *(client.patch(path, json={"title": f"t{n}"}, headers={"If-Match": '"1"'}) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]


async def test_a_new_field_is_empty_on_old_records(plain: ProjectClient) -> None:
    made = await plain.add("a")
    await plain.add_field("Email", "email")
    assert await plain.fields(made) == {"email": None}
    await plain.add_field("Reviewers", "user", {"multiple": True})
    assert await plain.fields(made) == {"email": None, "reviewers": []}
