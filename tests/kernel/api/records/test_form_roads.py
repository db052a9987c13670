"""Forms beside the rest: automations, other sites, hours, programs that send what browsers do."""

from __future__ import annotations

from datetime import datetime

import httpx
import pytest

from kernel.services.forms.model import Hours
from kernel.services.forms.opening import within
from tests.kernel.api.clients import user_id
from tests.kernel.api.records.automations.automating import automate, runs_of, settled, try_automate
from tests.kernel.api.records.projects import ProjectClient, checked, faults

PAGE = "http://smalt.test/forms/ask"


async def test_automations_know_that_a_form_was_sent(
    plain: ProjectClient, anonymous: httpx.AsyncClient
) -> None:
    person = user_id(plain.client)
    ours = await automate(
        plain, "form_submitted", {"list": "Doing"}, ("assign", {"people": ["admin@example.com"]})
    )
    every = await automate(plain, "record_created", {"via": ["form"]}, ("add_tag", {"tag": "lead"}))
    form = {"name": "Ask", "list": "Doing", "fields": [{"field": "title"}, {"field": "description"}]}
    for name in ("Ask", "Other"):
        checked(await plain.client.post(f"{plain.path}/forms", json=form | {"name": name}), 201)
    this = await automate(plain, "form_submitted", {"form": "ask"}, ("complete", {}))
    other = await automate(plain, "form_submitted", {"form": "other"}, ("complete", {}))
    assert (this["trigger"]["config"], this["fault"]) == ({"form": "ask"}, None)
    unknown = await try_automate(plain, "form_submitted", {"form": "oter"}, ("complete", {}))
    assert faults(unknown) == {"/trigger/config/form": "There is no form 'oter'. Did you mean 'other'?"}
    await plain.add("no form", {"list": "Doing"})
    body = {"title": "Ola", "description": "two\r\nlines"}
    for _ in range(2):  # pressed twice
        checked(await anonymous.post("/forms/ask", data=body), 201)
    (run,) = await settled(plain, ours, 1)
    await settled(plain, every, 1)
    await settled(plain, this, 1)
    assert await runs_of(plain, other) == []
    record = await plain.record(run["record_id"])
    assert (record["title"], record["created_by"]) == ("Ola", None)
    assert record["description"].splitlines() == ["two", "lines"]
    assert [p["id"] for p in record["assignees"]] == [person]
    assert [tag["name"] for tag in record["tags"]] == ["lead"]
    assert sorted(await plain.titles()) == ["Ola", "no form"]


async def test_it_leads_and_stands_where_it_may(plain: ProjectClient, anonymous: httpx.AsyncClient) -> None:
    form = {
        "name": "Ask", "fields": [{"field": "title"}], "embed": ["https://WWW.example.com/"],
        "after": {"redirect": "https://shop.example.com:8443/thanks?a=1"},
    }  # fmt: skip
    made = checked(await plain.client.post(f"{plain.path}/forms", json=form), 201)
    page = await anonymous.get(PAGE)
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors https://www.example.com" in policy
    assert "form-action 'self' https://shop.example.com:8443;" in policy
    key = page.text.partition('name="_key" value="')[2].partition('"')[0]
    for title in ("Ola", "Ola again"):
        answer = await anonymous.post(f"{PAGE}/sent", data={"_key": key, "title": title})
        assert (answer.status_code, answer.headers["location"]) == (303, form["after"]["redirect"])  # type: ignore[index]
    back = await anonymous.get(f"{PAGE}/sent")
    assert (back.status_code, back.headers["location"]) == (303, "/forms/ask")
    path = f"{plain.path}/forms/{made['id']}"
    checked(await plain.client.patch(path, json={"embed": [], "after": None}), 200)
    assert "frame-ancestors 'none'" in (await anonymous.get(PAGE)).headers["content-security-policy"]
    headers = {"idempotency-key": "one"}
    for _ in range(2):
        sent = await anonymous.post("/forms/ask", json={"fields": {"title": "Jan"}}, headers=headers)
        assert checked(sent, 201) == {"message": None, "redirect": None}
    other = await anonymous.post("/forms/ask", json={"fields": {"title": "Not Jan"}}, headers=headers)
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    # a list that is gone, and people who have left, stop nobody
    checked(await plain.client.patch(path, json={"list": "Done", "assignees": ["admin@example.com"]}), 200)
    done = next(
        x for x in checked(await plain.client.get(f"{plain.path}/lists"), 200)["items"] if x["name"] == "Done"
    )
    checked(await plain.client.delete(f"{plain.path}/lists/{done['id']}"), 204)
    broken = checked(await plain.client.get(path), 200)
    assert [fault["pointer"] for fault in broken["broken"]] == ["/list"]
    checked(await anonymous.post("/forms/ask", json={"fields": {"title": "Ewa"}}), 201)
    assert sorted(await plain.titles()) == ["Ewa", "Jan", "Ola"]
    checked(await plain.client.delete(path), 204)
    assert (await anonymous.get(PAGE)).status_code == 404
    assert len(await plain.titles()) == 3


@pytest.mark.parametrize(
    ("hours", "moment", "open_"),
    [
        (Hours("09:00", "17:00"), "2026-11-26T09:00", True),
        (Hours("09:00", "17:00"), "2026-11-26T17:00", False),
        (Hours("22:00", "06:00", ["thursday"]), "2026-11-27T05:59", True),  # the night that began on Thursday
        (Hours("22:00", "06:00", ["thursday"]), "2026-11-26T05:59", False),
        (Hours("00:00", "00:00", ["friday"]), "2026-11-27T23:59", True),
        (Hours("00:00", "00:00", ["friday"]), "2026-11-28T00:00", False),
    ],
)
def test_hours_go_by_the_clock_and_past_midnight(hours: Hours, moment: str, open_: bool) -> None:
    assert within(hours, datetime.fromisoformat(moment)) is open_
