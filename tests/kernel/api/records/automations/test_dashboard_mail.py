"""Dashboards that go out by email: on a schedule, for no record, as the automation's owner sees them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from kernel.services.dashboards import painter
from tests.kernel.api.clients import NewClient
from tests.kernel.api.dashboards.boards import SUM, new_board, source
from tests.kernel.api.records.automations.automating import automate, runs_of, settled, try_automate
from tests.kernel.api.records.automations.conftest import Time
from tests.kernel.api.records.automations.receivers import Mailbox
from tests.kernel.api.records.projects import Json, ProjectClient, checked, faults

MONDAYS = {"cron": "0 9 * * mon", "time_zone": "Europe/Warsaw"}
Sending = tuple[str, Json]


def sending(**members: Any) -> Sending:
    return "send_dashboard", {"dashboard": "Sprzedaż", "to": ["boss@example.com"]} | members


def files(mail: Any) -> list[tuple[str, str, bytes]]:
    return [
        (a.get_filename(), a.get_content_type(), a.get_payload(decode=True)) for a in mail.iter_attachments()
    ]


async def test_on_a_schedule(plain: ProjectClient, mails: Mailbox, time: Time) -> None:
    board = await new_board(plain.client, name="Sprzedaż")
    await plain.add_field("Amount", "currency")
    await plain.add("a", amount="1200.50")
    await board.add("bar", "Won", sources=[source(plain)], measure=SUM, group_by="list")
    weekly = await automate(
        plain, "schedule", MONDAYS, sending(), sending(format="png", subject="Obraz", body="Oto.")
    )
    assert [a["config"]["dashboard"] for a in weekly["actions"]] == ["Sprzedaż"] * 2
    tried = await plain.client.post(f"{plain.path}/automations/{weekly['id']}/test", json={})
    [effect] = checked(tried, 200)["actions"][0]["effects"]
    assert effect["result"]["attachments"][0].startswith("Sprzedaż 20")
    checked(await plain.client.patch(board.path, json={"name": "Obrót"}), 200)
    assert mails.mails == [], "a trial sends nothing"

    mails.refusals += ["451 busy"]
    await time.passes(days=8)
    [run] = await settled(plain, weekly, 1, "queued")
    while run["actions"] == [] or run["actions"][0]["status"] != "retrying":
        [run] = await runs_of(plain, weekly)
    await time.passes(seconds=6)
    [run] = await settled(plain, weekly, 1)
    assert (run["status"], run["record_id"]) == ("done", None)
    assert [a["result"]["attachments"] for a in run["actions"]] == [1, 1]
    first, second = mails.mails
    assert (first["subject"], second["subject"]) == ("Obrót", "Obraz"), "renamed dashboards stay known"
    assert second.get_body().get_content().strip() == "Oto."
    [(name, kind, content)] = files(first)
    assert (name[:6], name[-4:], kind, content[:5]) == ("Obrót ", ".pdf", "application/pdf", b"%PDF-")
    [(name, kind, content)] = files(second)
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    assert (name[-4:], kind, picture.width) == (".png", "image/png", 2400)
    blue = sum(count for count, color in picture.getcolors(1_000_000) or [] if color == (0x2F, 0x6F, 0xDB))
    assert blue > 5_000, "the bar of the record is there"


async def test_what_cannot_be_sent(
    plain: ProjectClient,
    mails: Mailbox,
    new_client: NewClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = await new_board(plain.client, name="Sprzedaż")
    await new_board(plain.client, name="Twice")
    await new_board(plain.client, name="twice")
    wrong = await try_automate(
        plain, "record_created", {}, sending(dashboard="Sprzedaz"), sending(dashboard="Twice")
    )
    assert faults(wrong) == {
        "/actions/0/config/dashboard": "There is no dashboard 'Sprzedaz', or you do not see it.",
        "/actions/1/config/dashboard": "Several dashboards are called 'Twice'; give the id of one.",
    }
    ewa = await new_client("ewa")
    member = {"user": "ewa@example.com", "role": "admin"}
    checked(await plain.client.post(f"{plain.path}/members", json=member), 201)
    theirs = ProjectClient(ewa, plain.id)
    assert set(faults(await try_automate(theirs, "record_created", {}, sending(dashboard=board.id)))) == {
        "/actions/0/config/dashboard"
    }, "what is not shared with them"
    made = await automate(plain, "record_created", {}, sending())
    [seen] = checked(await ewa.get(f"{plain.path}/automations"), 200)["items"]
    assert seen["actions"][0]["config"]["dashboard"] == board.id, "its name is no business of theirs"
    monkeypatch.setattr(painter, "LIBRARY", "nothing_of_this_name")
    await plain.add("a")
    [run] = await settled(plain, made, 1)
    assert (run["status"], "smalt[vega]" in run["reason"]) == ("failed", True)
    monkeypatch.undo()
    checked(await plain.client.delete(board.path), 204)
    await plain.add("b")
    run = (await settled(plain, made, 2))[-1]
    assert run["reason"] == "The dashboard is gone, or whoever owns the automation may not see it."
    assert mails.mails == []
