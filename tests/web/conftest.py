"""A server and a browser for the tests of the pages: one of each for a whole module."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from kernel.access.actor import SYSTEM
from kernel.runtime import create_kernel
from kernel.services.tokens import TokenInput
from kernel.services.users import UserInput
from kernel.settings import load_settings
from tests.server_process import client_of, started

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
EMAIL, PASSWORD = "ewa@example.com", "correct horse battery"
PATIENCE = 60_000

expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """A server under test. `api` speaks to it as the administrator Ewa."""

    address: str
    api: httpx.Client

    def project(self, name: str) -> str:
        """The path of a project below the API's base."""
        found = self.api.get("/projects").json()["items"]
        return "/projects/" + next(str(p["id"]) for p in found if p["name"] == name)

    def records(self, name: str, **query: str) -> list[dict[str, object]]:
        items: list[dict[str, object]] = self.api.get(
            f"{self.project(name)}/records", params={"limit": "1000", **query}
        ).json()["items"]
        return items


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with an administrator and nothing else."""
    yield from serve(tmp_path_factory, {})


def serve(tmp_path_factory: pytest.TempPathFactory, environment: Mapping[str, str]) -> Iterator[Site]:
    """A server process with this environment, while a fixture has it."""
    folder = tmp_path_factory.mktemp("site")
    data = {"SMALT_DATA_DIR": str(folder / "data")}
    settings = data | dict(environment)
    token = asyncio.run(_people(data))
    with (
        started(folder / "log", settings=settings) as server,
        client_of(server.address, token) as client,
    ):
        yield Site(server.address, client)


async def _people(settings: dict[str, str]) -> str:
    kernel = create_kernel(load_settings(settings))
    await kernel.start()
    user = await kernel.users.create(SYSTEM, UserInput(EMAIL, "Ewa Nowak", PASSWORD, admin=True))
    _, secret = await kernel.tokens.create(SYSTEM, user.id, TokenInput("test", ["read", "write", "admin"]))
    await kernel.stop()
    return secret


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Browser]:
    """Begins after the server and ends before it: while it runs, this thread can have no other event loop."""
    if CHROMIUM is None:
        pytest.skip("needs chromium; the Makefile says how to install it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, site: Site) -> Iterator[NewPage]:
    """Open a page in a browser of its own, signed in unless told otherwise. Its script must not fail."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(path: str = "/app", signed_in: bool = True, **options: object) -> Page:
        context = browser.new_context(
            base_url=site.address,
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options},  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if signed_in:
            credentials = {"email": EMAIL, "password": PASSWORD}
            assert context.request.post("/api/v1/session", data=credentials).ok
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if _broken(message.text) else None)
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def _broken(text: str) -> bool:
    """What a browser says of itself when the policy of the pages was broken."""
    return "Content Security Policy" in text
