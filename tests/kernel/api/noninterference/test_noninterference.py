"""Non-interference: what a reader must not see makes no difference to any answer, down to the byte.

`SMALT_NONINTERFERENCE` sets the number of stories for a long run, in which everything is asked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from kernel.settings import Settings
from tests.kernel.api.noninterference.asking import Ask, deeds
from tests.kernel.api.noninterference.roads import EXCEPT, ROADS
from tests.kernel.api.noninterference.story import Story
from tests.kernel.api.noninterference.worlds import Answer, Pair, World
from tests.kernel.api.shared_app import SharedApp

STORIES = int(os.environ.get("SMALT_NONINTERFERENCE", "0"))
SHARE = 1.0 if STORIES else 0.3
"""How much of what could be asked is asked."""

_numbers = count(1)


@pytest.fixture
def homes(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Settings]]:
    """Two installations with empty databases."""
    with ExitStack() as stack:
        found = []
        for name in ("one", "other"):
            folder = tmp_path / name
            folder.mkdir()
            if engine == "sqlite":
                copyfile(request.getfixturevalue("sqlite_template"), folder / "smalt.db")
                url = f"sqlite:///{folder / 'smalt.db'}"
            else:
                url = stack.enter_context(request.getfixturevalue("postgres_databases").lent())
            found.append(Settings(data_dir=folder, database_url=url))
        yield found


@pytest.fixture
async def pair(homes: list[Settings], shared_app: SharedApp) -> AsyncIterator[Pair]:
    """Both of them running, each with an administrator."""
    worlds = [await World.opened(settings) for settings in homes]
    made = Pair(*worlds, shared_app)
    await made.add_user("admin", admin=True)
    yield made
    shared_app.kernel.now = None
    for world in worlds:
        await world.kernel.stop()


@settings(
    max_examples=STORIES or 2, deadline=None, phases=[Phase.generate], database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(seed=st.integers(0, 10**9))
async def test_hidden_values_make_no_difference(pair: Pair, seed: int) -> None:
    story = Story(pair, Random(seed), next(_numbers))
    await story.tell()
    looker = await looking_as_the_reader(story)
    for road in ROADS:
        for ask in road.asks(story):
            if story.maybe(SHARE):
                await compare(pair, story.reader, ask)
            if looker and story.maybe(SHARE / 3):
                await compare(pair, looker, ask)
    for deed in deeds(story):
        await compare(pair, story.reader, deed)


async def looking_as_the_reader(story: Story) -> str | None:
    """An administrator who looks as the reader, or as the reader's role in one project."""
    place = next((p for p in story.places if p.member), None)
    if place is None:
        return None
    as_ = story.random.choice([f"roles/{place.role}", f"members/{story.people[0]}"])
    await story.pair.look(f"looker{story.number}", f"projects/{place.id}/{as_}")
    return f"looker{story.number}"


async def compare(pair: Pair, reader: str, ask: Ask) -> None:
    """The answers of both worlds, page by page, are the same."""
    if ask.job:
        return await compare_made(pair, reader, ask)
    path, more = ask.path, True
    while more:
        one, other = await pair.do(ask.method, path, ask.body, who=reader, version=ask.version)
        assert one == other, told(ask, path, one, other)
        assert one.status < 500, (path, one.body)
        following = one.json.get("next") if ask.pages and one.status == 200 else None
        more = following is not None
        path = f"{ask.path}{'&' if '?' in ask.path else '?'}cursor={following}"


async def compare_made(pair: Pair, reader: str, ask: Ask) -> None:
    """What a background job of the reader has made is the same, or it is refused in the same words."""
    started = await pair.do(ask.method, ask.path, ask.body, who=reader)
    if started[0].status >= 400:
        assert started[0] == started[1], told(ask, ask.path, *started)
        return
    path = f"{ask.path}/{started[0].json['id']}"
    for _ in range(600):
        states = await pair.do("GET", path, who=reader)
        if all(state.json["finished_at"] for state in states):
            break
        await asyncio.sleep(0.05)
    one, other = await pair.do("GET", f"{path}/download", who=reader)
    assert one == other, told(ask, path, one, other)


def told(ask: Ask, path: str, one: Answer, other: Answer) -> str:
    parts = [
        f"{ask.method} {path} {ask.body or ''}",
        *(f"{a.status} {a.headers}\n{a.body.decode()}" for a in (one, other)),
    ]
    return "\n\n".join(parts)


def test_every_road_is_in_the_table(shared_app: SharedApp) -> None:
    routes = set(reading_routes(shared_app.app))
    known = {road.route for road in ROADS} | set(EXCEPT)
    assert routes - known == set(), "add these roads to `ROADS`, or to `EXCEPT` with the reason"
    assert known - set(all_routes(shared_app.app)) == set(), "these roads are no more"
    assert not {road.route for road in ROADS} & set(EXCEPT)
    assert all(EXCEPT.values())


def all_routes(app: Litestar) -> list[str]:
    """Every route of the API with its method."""
    return [
        f"{method} {route.path_format.removeprefix('/api/v1')}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
    ]


def reading_routes(app: Litestar) -> list[str]:
    """The routes of the API that read: GET, and POST that needs no right to write."""
    found = []
    for route in app.routes:
        path = route.path_format
        for handler in getattr(route, "route_handlers", ()):
            reads = "GET" in handler.http_methods or handler.opt.get("scope") == "read"
            if path.startswith("/api/v1") and reads:
                [method] = set(handler.http_methods) - {"HEAD", "OPTIONS"}
                found.append(f"{method} {path.removeprefix('/api/v1')}")
    return found
