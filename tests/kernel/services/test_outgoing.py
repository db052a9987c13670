"""Requests to addresses of people's choice stay outside, and end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from kernel.errors import InvalidValueError
from kernel.services.outgoing import MOST_BYTES, Outgoing, OutgoingError, is_public
from tests.kernel.api.webhooks.receiver import Received, Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
        "168.63.129.16", "224.0.0.1", "255.255.255.255", "192.0.0.192", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "::7f00:1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "nonsense",
    ],
)  # fmt: skip
def test_addresses_inside_are_known_in_every_form(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::808:808"]
)
def test_addresses_outside_are_free(address: str) -> None:
    assert is_public(address)


async def test_private_addresses_are_refused_unless_allowed(receiver: Receiver) -> None:
    guarded, free = Outgoing(False), Outgoing(True)
    for url in (
        receiver.url,
        receiver.url.replace("127.0.0.1", "localhost"),
        "http://[::ffff:127.0.0.1]:1/",
        "http://2130706433/",
    ):
        with pytest.raises(OutgoingError, match="private network") as refused:
            await guarded.send("POST", url, {})
        assert not refused.value.passing
    assert (await free.send("POST", receiver.url, {"X-Test": "1"}, b"hello")).status == 204
    received = await receiver.next()
    assert (received.body, received.headers["x-test"]) == (b"hello", "1")
    assert received.headers["host"] == receiver.url.split("/")[2]
    assert receiver.waiting == 0
    await guarded.close()
    await free.close()


async def test_what_is_plainly_private_is_not_kept_to_send_to() -> None:
    guarded, free = Outgoing(False), Outgoing(True)
    for url in (
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://10.0.0.1",
    ):
        with pytest.raises(InvalidValueError, match="private network"):
            guarded.checked(url)
        free.checked(url)
    guarded.checked("https://example.com/hook")
    guarded.checked("https://1.1.1.1/")
    await guarded.close()
    await free.close()


async def test_addresses_of_both_kinds_are_asked() -> None:
    async with receiving("::1") as receiver:
        port = receiver.url.rsplit(":", 1)[1].split("/")[0]

        async def resolve(host: str, _: int) -> Sequence[str]:
            return ["127.0.0.1", "::1"]

        outgoing = Outgoing(True, resolve)
        assert (await outgoing.send("GET", f"http://both.example:{port}/", {})).status == 204
        assert (await receiver.next()).headers["host"] == f"both.example:{port}"
        await outgoing.close()


async def test_the_address_that_was_checked_is_the_one_that_is_asked(receiver: Receiver) -> None:
    """A name that points outside first and inside then is asked for once only."""
    port = int(receiver.url.rsplit(":")[-1].split("/")[0])
    answers = [["127.0.0.1", "93.184.216.34"], ["127.0.0.1"]]
    asked = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    outgoing = Outgoing(False, resolve, seconds=0.5)
    with pytest.raises(OutgoingError):
        await outgoing.send("GET", f"http://rebinding.example:{port}/", {})
    assert (asked, receiver.waiting) == (["rebinding.example"], 0)
    await outgoing.close()


async def test_redirects_are_followed_as_far_as_asked_and_checked_again(receiver: Receiver) -> None:
    async with receiving() as inner:
        hosts = {"a.example": "127.0.0.1", "b.example": "127.0.0.1"}

        async def resolve(host: str, _: int) -> Sequence[str]:
            return [hosts[host]]

        def elsewhere(received: Received) -> str:
            target = inner.url.replace("127.0.0.1", "b.example")
            return f"307 Temporary Redirect\r\nLocation: {target}"

        receiver.answer = elsewhere
        url = receiver.url.replace("127.0.0.1", "a.example")
        outgoing = Outgoing(True, resolve)
        assert (await outgoing.send("POST", url, {}, b"x")).status == 307
        headers = {"Authorization": "secret", "X-Other": "kept"}
        assert (await outgoing.send("POST", url, headers, b"x", redirects=2)).status == 204
        reached = await inner.next()
        assert (reached.body, reached.headers["x-other"]) == (b"x", "kept")
        assert "authorization" not in reached.headers
        receiver.answer = lambda _: "308 Permanent Redirect\r\nLocation: http://user:word@b.example/"
        with pytest.raises(OutgoingError, match="password"):
            await outgoing.send("POST", url, headers, b"x", redirects=2)
        receiver.answer = lambda _: "308 Permanent Redirect\r\nLocation: http://a.example:port/"
        with pytest.raises(OutgoingError, match="Invalid port"):
            await outgoing.send("POST", url, headers, b"x", redirects=2)
        await outgoing.close()


async def test_answers_are_bounded_in_time_and_size(receiver: Receiver) -> None:
    outgoing = Outgoing(True, seconds=0.3)
    receiver.answer = lambda _: None
    with pytest.raises(OutgoingError, match=r"within 0\.3 seconds") as late:
        await outgoing.send("GET", receiver.url, {})
    assert late.value.passing
    huge = "x" * (MOST_BYTES * 4)
    receiver.answer = lambda _: (
        f"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{len(huge):x}\r\n{huge}\r\n0\r\nX: y"
    )
    patient = Outgoing(True)
    assert len((await patient.send("GET", receiver.url, {})).body) <= MOST_BYTES
    for wrong in (
        "ftp://example.com",
        "http://",
        "nonsense",
        "http://a.example:99999/",
        "https://user:word@example.com/",
    ):
        with pytest.raises(OutgoingError):
            await patient.send("GET", wrong, {})
    await outgoing.close()
    await patient.close()
