"""What people get by email: notices, if they have chosen so."""

from __future__ import annotations

import asyncio

from tests.kernel.api.clients import NewClient
from tests.kernel.api.records.automations.automating import PATIENCE, automate, settled
from tests.kernel.api.records.automations.conftest import Time
from tests.kernel.api.records.automations.receivers import Mailbox
from tests.kernel.api.records.projects import ProjectClient, checked, join


async def arrived(mails: Mailbox, count: int, patience: float = PATIENCE) -> bool:
    """Wait until so many mails are there and the refusals given out; whether that came to be."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while len(mails.mails) < count or mails.refusals:
        if loop.time() > until:
            return False
        await asyncio.sleep(0.03)
    return True


async def test_notices_come_by_email_to_those_who_have_chosen_it(
    plain: ProjectClient, new_client: NewClient, mails: Mailbox, time: Time
) -> None:
    ewa, jan, ola = [await new_client(name) for name in ("ewa", "jan", "ola")]
    for person in (ewa, jan):
        await join(plain, person)
    for person in (ewa, ola):
        chosen = checked(await person.patch("/me", json={"notify_by_email": True}), 200)
        assert chosen["notify_by_email"] is True
        assert checked(await person.get("/me"), 200) == chosen
    assert checked(await jan.get("/me"), 200)["notify_by_email"] is False
    people = [f"{name}@example.com" for name in ("ewa", "jan", "ola")]
    telling = await automate(
        plain, "record_created", {}, ("notify", {"to": people, "text": "{title} is new"})
    )
    mails.refusals += ["451 busy"]
    lead = await plain.add("Łódź")
    [run] = await settled(plain, telling, 1)
    assert run["actions"][0]["result"] == {"notified": 2, "by_email": 1, "not_members": 1}
    assert await arrived(mails, 0)
    for _ in range(6):  # the first look may be too early for what is noted just now
        await time.passes(seconds=31)
        if await arrived(mails, 1, patience=PATIENCE / 6):
            break
    comments = f"{plain.path}/records/{lead['id']}/comments"
    body = "@ewa@example.com @jan@example.com @ola@example.com look"
    checked(await plain.client.post(comments, json={"body": body}), 201)
    assert await arrived(mails, 2)
    assert mails.envelopes == [["ewa@example.com"]] * 2, "not to those who are no members or chose otherwise"
    first, second = mails.mails
    link = f"https://smalt.example/app/projects/{plain.id}/records/{lead['id']}"
    assert (first["subject"], first.get_content().split()) == ("Łódź is new", ["Łódź", "is", "new", link])
    assert second["subject"] == "Admin mentioned you in a comment."
    checked(await ewa.patch("/me", json={"notify_by_email": False}), 200)
    checked(await plain.client.post(comments, json={"body": body}), 201)
    await time.passes(days=2)
    notices = checked(await ewa.get("/notifications"), 200)["items"]
    assert (len(notices), len(mails.mails)) == (3, 2)
