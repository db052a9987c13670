"""HTTP requests to addresses that people enter: bounded in time and size, kept out of private networks.

A name is resolved here, its addresses are checked, and the connection is made to the address that
was checked. So a name that points elsewhere a moment later (DNS rebinding), or a redirect to an
address inside, reaches nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, NamedTuple

import httpx

from kernel import __version__
from kernel.errors import InvalidValueError, SmaltError

SECONDS: Final = 10.0
"""Time limit of a request with all its redirects."""

MOST_BYTES: Final = 64 * 1024
"""What is read of an answer."""

LONGEST_URL: Final = 2000

_INSIDE: Final = tuple(
    ip_network(text)
    for text in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "fec0::/10")
)
"""What Python, in some version, takes for public and is not: metadata of clouds, for example."""

_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Networks of IPv6 addresses that end in one of IPv4."""

_PRIVATE: Final = (
    "{host} is an address inside of a private network, which is not allowed here. "
    "An administrator may set SMALT_ALLOW_PRIVATE_ADDRESSES."
)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class OutgoingError(SmaltError):
    """The request could not be carried out. `passing` is whether it may succeed later."""

    def __init__(self, detail: str, passing: bool = True) -> None:
        self.passing = passing
        super().__init__(detail)


class OutgoingAnswer(NamedTuple):
    """An answer; of the body only the first `MOST_BYTES`."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outgoing:
    """Sends requests. With `allow_private` any address will do."""

    def __init__(self, allow_private: bool, resolve: Resolve | None = None, seconds: float = SECONDS) -> None:
        self._allow_private = allow_private
        self._seconds = seconds
        # threads of its own: names that resolve slowly keep nothing else waiting
        self._threads = ThreadPoolExecutor(32, "smalt-names")
        self._resolve = resolve or self._look_up
        self._client: httpx.AsyncClient | None = None

    def checked(self, text: str) -> httpx.URL:
        """An address that may be kept to send to: names are looked up when something is sent.

        Raises InvalidValueError, also for one that is plainly inside of a private network.
        """
        url = checked_url(text)
        self.refuse_private(text)
        return url

    def refuse_private(self, text: str) -> None:
        """Raise InvalidValueError for an address that is plainly inside of a private network."""
        try:
            host = httpx.URL(text).host
        except (httpx.InvalidURL, ValueError):
            return
        if not self._allow_private and _plainly_private(host):
            raise InvalidValueError(_PRIVATE.format(host=host))

    async def close(self) -> None:
        """Close what is open."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            await self._client.aclose()

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", redirects: int = 0
    ) -> OutgoingAnswer:
        """Send a request; follows so many redirects that keep the method, to other hosts without secrets.

        Raises OutgoingError when there is no answer. An answer of any status is an answer.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(method, checked_url(url), dict(headers), body, redirects)
        except TimeoutError:
            raise OutgoingError(f"There was no answer within {self._seconds:g} seconds.") from None
        except InvalidValueError as error:
            raise OutgoingError(error.detail, passing=False) from error

    async def _follow(
        self, method: str, url: httpx.URL, headers: dict[str, str], body: bytes, redirects: int
    ) -> OutgoingAnswer:
        for _ in range(redirects):
            answer = await self._once(method, url, headers, body)
            target = answer.headers.get("Location")
            if target is None or answer.status not in (307, 308):
                return answer
            there = checked_url(str(url.join(target)))
            if (there.scheme, there.netloc) != (url.scheme, url.netloc):
                headers = {n: v for n, v in headers.items() if n.lower() not in ("authorization", "cookie")}
            url = there
        return await self._once(method, url, headers, body)

    async def _once(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes
    ) -> OutgoingAnswer:
        fault: Exception | None = None
        for address in await self._addresses(url):
            try:
                return await self._ask(method, url, address, headers, body)
            except httpx.ConnectError as error:
                fault = error
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                raise OutgoingError(f"The request failed: {_reason(error)}.") from error
        raise OutgoingError(f"No connection to {url.host}: {_reason(fault)}.") from fault

    async def _ask(
        self, method: str, url: httpx.URL, address: str, headers: Mapping[str, str], body: bytes
    ) -> OutgoingAnswer:
        """One request over a connection to this very address, which must answer for the name all the same."""
        own = {"User-Agent": f"Smalt/{__version__}", "Accept-Encoding": "identity"}
        sent = {**own, **headers, "Host": url.netloc.decode()}
        request = self._http().build_request(
            method,
            url.copy_with(host=address),
            headers=sent,
            content=body,
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        answer = await self._http().send(request, stream=True)
        try:
            return OutgoingAnswer(answer.status_code, answer.headers, await _beginning(answer))
        finally:
            await answer.aclose()

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        """Where the name points to, as far as one may go there."""
        host = url.host
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = list(dict.fromkeys(await self._resolve(host, port)))
        except (OSError, UnicodeError) as error:
            raise OutgoingError(f"The name {host} is not known: {_reason(error)}.") from error
        allowed = [a for a in found if self._allow_private or is_public(a)]
        if not allowed:
            raise OutgoingError(_PRIVATE.format(host=host), passing=False)
        return allowed

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        ask = lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # noqa: E731
        return [str(entry[4][0]) for entry in await loop.run_in_executor(self._threads, ask)]

    def _http(self) -> httpx.AsyncClient:
        """Connections are not kept: one that was made for a name must not serve another at its address."""
        if self._client is None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
            context = ssl.create_default_context()
            self._client = httpx.AsyncClient(
                verify=context, trust_env=False, limits=limits, timeout=self._seconds, follow_redirects=False
            )
        return self._client


def checked_url(text: str) -> httpx.URL:
    """An address to send to. Raises InvalidValueError."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise InvalidValueError("Give an address such as https://example.com/hook.") from None
    if url.scheme not in ("http", "https") or not url.host or len(text) > LONGEST_URL:
        raise InvalidValueError("Give an address that begins with https:// or http://.")
    if (url.port or 0) > 65_535:
        raise InvalidValueError("A port is 65535 at the most.")
    if url.userinfo:
        raise InvalidValueError("An address must not hold a name or a password.")
    return url


def _plainly_private(host: str) -> bool:
    """Whether a host is this machine or a private address without being looked up."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return not is_public(name)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet, however it is written."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    inside = address.is_multicast or any(address in network for network in _INSIDE)
    return address.is_global and not inside


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that one of IPv6 leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


async def _beginning(answer: httpx.Response) -> bytes:
    found = bytearray()
    async for piece in answer.aiter_raw():
        found += piece
        if len(found) >= MOST_BYTES:
            break
    return bytes(found[:MOST_BYTES])


def _reason(error: Any) -> str:
    return str(error).rstrip(".") or type(error).__name__
