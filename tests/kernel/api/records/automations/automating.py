"""Automations of a project as tests speak to them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.kernel.api.records.projects import Json, ProjectClient, checked

PATIENCE = 30.0
"""Seconds until a test gives up waiting: long, for slow and loaded machines."""


async def automate(
    project: ProjectClient,
    trigger: str,
    config: Json | None = None,
    *actions: tuple[str, Json],
    **members: Any,
) -> Json:
    """A new automation; `actions` are pairs of type and config."""
    return checked(await try_automate(project, trigger, config, *actions, **members), 201)


async def try_automate(
    project: ProjectClient,
    trigger: str,
    config: Json | None = None,
    *actions: tuple[str, Json],
    **members: Any,
) -> httpx.Response:
    body = {
        "name": members.pop("name", trigger),
        "trigger": {"type": trigger, "config": config or {}},
        "actions": [{"type": type_, "config": settings} for type_, settings in actions],
    }
    return await project.client.post(f"{project.path}/automations", json=body | members)


async def runs_of(project: ProjectClient, automation: Json, **query: Any) -> list[Json]:
    """The runs of an automation, oldest first."""
    path = f"{project.path}/automations/{automation['id']}/runs"
    found: list[Json] = checked(await project.client.get(path, params=query), 200)["items"]
    return found[::-1]


async def settled(
    project: ProjectClient, automation: Json, count: int, *states: str, patience: float = PATIENCE
) -> list[Json]:
    """The runs, once there are so many and none waits or works any more (or all are in `states`)."""
    wanted = set(states or ("done", "failed", "skipped"))
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while True:
        found = await runs_of(project, automation)
        if len(found) >= count and all(run["status"] in wanted for run in found):
            assert len(found) == count, found
            return found
        assert loop.time() < until, found
        await asyncio.sleep(0.03)
