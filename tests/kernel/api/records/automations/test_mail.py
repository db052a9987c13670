"""What people get by email: notices, if they have chosen so, and files."""

from __future__ import annotations

import asyncio

from tests.kernel.api.clients import NewClient
from tests.kernel.api.files.uploading import PNG, upload
from tests.kernel.api.records.automations.automating import PATIENCE, automate, settled, try_automate
from tests.kernel.api.records.automations.conftest import Time
from tests.kernel.api.records.automations.receivers import Mailbox
from tests.kernel.api.records.projects import ProjectClient, checked, faults, join


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


async def test_a_slow_reader_keeps_nobody_else_waiting(
    plain: ProjectClient, new_client: NewClient, mails: Mailbox, time: Time
) -> None:
    people = ["ewa@example.com", "jan@example.com"]
    for name in ("ewa", "jan"):
        person = await new_client(name)
        await join(plain, person)
        checked(await person.patch("/me", json={"notify_by_email": True}), 200)
    mails.slow[people[0]] = asyncio.Event()
    telling = await automate(plain, "record_created", {}, ("notify", {"to": people, "text": "{title}"}))
    checked(await plain.batch(create=[{"title": f"Lead {n}"} for n in range(6)]), 200)
    await settled(plain, telling, 6)
    assert await arrived(mails, 6)
    assert mails.envelopes == [people[1:]] * 6
    mails.slow[people[0]].set()
    for _ in range(6):  # on a slow machine her first mails may have been given up, to be sent again
        if await arrived(mails, 12, patience=PATIENCE / 6):
            break
        await time.passes(seconds=31)
    subjects = {m["subject"] for m in mails.mails if m["to"].addresses[0].addr_spec == people[0]}
    assert subjects == {f"Lead {n}" for n in range(6)}


async def test_files_of_fields_go_with_a_mail_as_its_owner_sees_them(
    plain: ProjectClient, mails: Mailbox
) -> None:
    await plain.add_field("Contracts", "file")
    await plain.add_field("Drafts", "file")
    await plain.add_field("Size", "number")
    letter = {
        "to": "boss@example.com",
        "subject": "{title}",
        "body": "Here they are.",
        "attachments": ["Contracts"],
    }
    wrong = {**letter, "attachments": ["contracts", "size", "contrcts"]}
    refused = faults(await try_automate(plain, "record_created", {}, ("send_email", wrong)))
    assert set(refused) == {f"/actions/0/config/attachments/{n}" for n in (1, 2)}
    sending = await automate(plain, "record_created", {}, ("send_email", letter))
    png, text = (
        await upload(plain.client),
        await upload(plain.client, "zażółć\n".encode() * 50_000, "Umowa ó.txt"),
    )
    draft = await upload(plain.client, b"%PDF-1.7 draft", "draft.pdf")
    record = await plain.add("Deal", contracts=[png["id"], text["id"]], drafts=[draft["id"]])
    [run] = await settled(plain, sending, 1)
    assert run["actions"][0]["result"] == {"recipients": 1, "refused": 0, "attachments": 2}
    [mail] = mails.mails
    body = mail.get_body()
    assert body is not None
    assert body.get_content().strip() == "Here they are."
    found = [
        (a.get_filename(), a.get_content_type(), a.get_payload(decode=True)) for a in mail.iter_attachments()
    ]
    assert found == [
        ("logo.png", "image/png", PNG),
        ("Umowa ó.txt", "text/plain", "zażółć\n".encode() * 50_000),
    ]
    tried = await plain.client.post(
        f"{plain.path}/automations/{sending['id']}/test", json={"record": record["id"]}
    )
    [effect] = checked(tried, 200)["actions"][0]["effects"]
    assert effect["result"] == {"attachments": ["logo.png", "Umowa ó.txt"]}
    large = [await upload(plain.client, PNG + bytes(11 * 1024 * 1024), f"{n}.png") for n in range(2)]
    await plain.add("Large", contracts=[file["id"] for file in large])
    run = (await settled(plain, sending, 2))[-1]
    told = "Action 1 (send_email): The attachments have 22.0 MiB together; an email takes 20 MiB at the most."
    assert (run["status"], run["reason"], len(mails.mails)) == ("failed", told, 1)
