"""A started kernel with its API, an administrator who speaks to it, and other people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from litestar import Litestar

from kernel.access.actor import SYSTEM
from kernel.plugin_manager import BUILT_IN_PACKAGE
from kernel.plugin_sources import Found, find_plugins
from kernel.runtime import Kernel, create_kernel
from kernel.services.tokens import Scope, TokenInput
from kernel.services.users import UserInput
from kernel.settings import Settings
from tests.kernel.api.clients import BASE_URL, NewClient
from tests.kernel.api.shared_app import SharedApp


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of the kernel under test."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture(scope="session")
def found_plugins() -> list[Found]:
    """Every plugin of this environment, searched for once."""
    return find_plugins(BUILT_IN_PACKAGE)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashing is meant to take long; here it need not. `tests/kernel/access` has it as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kernel.access.passwords.PasswordHasher", partial(PasswordHasher, 1, 8, 1))
        yield


@pytest.fixture
async def kernel(settings: Settings, found_plugins: list[Found]) -> AsyncIterator[Kernel]:
    """A started kernel with every plugin of this environment."""
    made = create_kernel(settings, found_plugins)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture(scope="session")
def shared_app() -> SharedApp:
    """The application that all tests of this process have in turn."""
    return SharedApp()


@pytest.fixture
def app(kernel: Kernel, shared_app: SharedApp) -> Iterator[Litestar]:
    """The application around the kernel, which is started already.

    A test that looks at what an application counts or keeps makes its own by `create_app`.
    """
    shared_app.kernel.now = kernel
    yield shared_app.app
    shared_app.kernel.now = None


@pytest.fixture
async def new_client(kernel: Kernel, app: Litestar) -> AsyncIterator[NewClient]:
    """See `NewClient`; `user_id(client)` tells the id of the user."""
    async with AsyncExitStack() as stack:

        async def make(
            name: str, admin: bool = False, scopes: tuple[Scope, ...] = ("read", "write", "admin")
        ) -> httpx.AsyncClient:
            data = UserInput(f"{name}@example.com", name.capitalize(), admin=admin)
            user = await kernel.users.create(SYSTEM, data)
            _, token = await kernel.tokens.create(SYSTEM, user.id, TokenInput("test", list(scopes)))
            headers = {"Authorization": f"Bearer {token}", "x-user-id": str(user.id)}
            transport = httpx.ASGITransport(app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)
            )

        yield make


@pytest.fixture
async def client(new_client: NewClient) -> httpx.AsyncClient:
    """An administrator."""
    return await new_client("admin", admin=True)


@pytest.fixture
async def anonymous(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without credentials."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
        yield client
