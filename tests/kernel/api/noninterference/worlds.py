"""Two installations with the same identifiers and times, which may differ in what a reader must not see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from kernel.access.actor import SYSTEM
from kernel.containment import PluginGuard
from kernel.plugin_manager import PluginManager
from kernel.runtime import Kernel
from kernel.services.tokens import TokenInput
from kernel.services.users import UserInput
from kernel.settings import Settings
from tests.kernel.api.clients import BASE_URL
from tests.kernel.api.shared_app import SharedApp

Json = Any


@dataclass
class StandingClock:
    """Tells the time that it was set to."""

    moment: datetime = datetime(2026, 11, 26, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class World:
    """One installation. Nothing happens in it by itself."""

    kernel: Kernel
    clock: StandingClock
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @classmethod
    async def opened(cls, settings: Settings) -> World:
        clock = StandingClock()
        plugins = PluginManager(PluginGuard(60.0), ()).load(None)
        world = cls(Kernel(settings, plugins, clock), clock)
        await world.kernel.start()
        await world.kernel.timekeeper.stop()
        await world.kernel.search_indexing.stop()
        world.kernel.ids.settle(1)
        return world

    async def add_user(self, shared: SharedApp, name: str, admin: bool = False) -> int:
        data = UserInput(f"{name}@example.com", name.capitalize(), admin=admin)
        user = await self.kernel.users.create(SYSTEM, data)
        _, token = await self.kernel.tokens.create(SYSTEM, user.id, TokenInput("test", ["read", "write"]))
        transport = httpx.ASGITransport(shared.app)
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)
        self.clients[name] = client
        return user.id


@dataclass(frozen=True)
class Answer:
    """What a client can tell of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Json:
        return httpx.Response(self.status, content=self.body).json() if self.body else None


@dataclass
class Pair:
    """Both worlds. Each request lets a second pass in both, so that they never drift apart."""

    one: World
    other: World
    shared: SharedApp

    async def do(
        self,
        method: str,
        path: str,
        body: Json = None,
        other: Json = None,
        who: str = "admin",
        version: int | None = None,
    ) -> tuple[Answer, Answer]:
        """The same request in both, or one with another body; `version` as If-Match."""
        return (
            await self._send(self.one, method, path, body, who, version),
            await self._send(self.other, method, path, body if other is None else other, who, version),
        )

    async def look(self, name: str, as_: str) -> None:
        """Somebody whom administrators are while they look as a role or a member."""
        for world in (self.one, self.other):
            admin = world.clients["admin"]
            headers = {**admin.headers, "Smalt-See-As": as_}
            transport = httpx.ASGITransport(self.shared.app)
            world.clients[name] = httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)

    async def make(self, method: str, path: str, body: Json = None, other: Json = None) -> Json | None:
        """Change both, and give what the first answers; None where it is refused in both."""
        first, second = await self.do(method, path, body, other)
        assert first.status == second.status, (method, path, body, other, first.body, second.body)
        assert first.status < 500, first.body
        if first.status >= 400:
            return None
        made = first.json
        if isinstance(made, dict) and "id" in made:
            assert made["id"] == second.json["id"]
        return made

    async def add_user(self, name: str, admin: bool = False) -> str:
        ids = {await world.add_user(self.shared, name, admin) for world in (self.one, self.other)}
        self._let_pass()
        assert len(ids) == 1
        return str(ids.pop())

    async def upload(self, name: str, content: bytes, other: bytes) -> str:
        """A file of an administrator, with another content in the other world."""
        ids = set()
        for world, held in ((self.one, content), (self.other, other)):
            self.shared.kernel.now = world.kernel
            answer = await world.clients["admin"].post("/files", files={"file": (name, held, "text/plain")})
            assert answer.status_code == 201, answer.text
            ids.add(answer.json()["id"])
        self._let_pass()
        assert len(ids) == 1
        return str(ids.pop())

    async def index(self) -> None:
        for world in (self.one, self.other):
            await world.kernel.search_indexing.catch_up()

    def _let_pass(self) -> None:
        for world in (self.one, self.other):
            world.clock.moment += timedelta(seconds=1)

    async def _send(
        self, world: World, method: str, path: str, body: Json, who: str, version: int | None = None
    ) -> Answer:
        self.shared.kernel.now = world.kernel
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = await world.clients[who].request(method, path, json=body, headers=headers)
        world.clock.moment += timedelta(seconds=1)
        told = tuple(sorted((k, v) for k, v in answer.headers.items()))
        return Answer(answer.status_code, told, answer.content)
