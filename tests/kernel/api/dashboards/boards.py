"""A dashboard as tests speak to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.kernel.api.records.projects import Json, ProjectClient, checked


@dataclass
class Board:
    """One dashboard, seen by one user."""

    client: httpx.AsyncClient
    id: str

    @property
    def path(self) -> str:
        return f"/dashboards/{self.id}"

    def seen_by(self, client: httpx.AsyncClient) -> Board:
        return Board(client, self.id)

    async def add(self, type_: str = "bar", title: str = "Chart", **config: Any) -> str:
        """The path of a new chart."""
        made = checked(await self.try_add(type_, title, **config), 201)
        return f"{self.path}/charts/{made['id']}"

    async def try_add(self, type_: str = "bar", title: str = "Chart", **config: Any) -> httpx.Response:
        body = {"title": title, "type": type_, "config": config}
        return await self.client.post(f"{self.path}/charts", json=body)

    async def data(self, chart: str, **query: Any) -> Json:
        return checked(await self.client.get(f"{chart}/data", params=query), 200)

    async def figures(self, query: Json | None = None, **config: Any) -> Json:
        """The data of a chart that is not saved."""
        return checked(await self.try_figures(query, **config), 200)

    async def try_figures(self, query: Json | None = None, **config: Any) -> httpx.Response:
        body = {"type": "bar", "config": config}
        return await self.client.post(f"{self.path}/charts/preview", json=body, params=query or {})

    async def share(self, client: httpx.AsyncClient, role: str = "view") -> Board:
        body = {"user": client.headers["x-user-id"], "role": role}
        checked(await self.client.post(f"{self.path}/members", json=body), 201)
        return self.seen_by(client)


async def new_board(client: httpx.AsyncClient, **members: Any) -> Board:
    made = checked(await client.post("/dashboards", json={"name": "Sales"} | members), 201)
    return Board(client, made["id"])


def source(project: ProjectClient, filter_: Any = None, **members: Any) -> Json:
    given = {} if filter_ is None else {"filter": filter_}
    return {"project_id": project.id} | given | members


def points(data: Json, series: int = 0) -> dict[str | None, Any]:
    """The figures of a series by the keys of their groups."""
    return {p["key"]: p["value"] for p in data["series"][series]["points"]}


def table(data: Json) -> dict[str, dict[str | None, Any]]:
    """All figures, by the names of the series."""
    return {s["name"]: {p["key"]: p["value"] for p in s["points"]} for s in data["series"]}


def left_out(data: Json) -> dict[str, int]:
    return {entry["reason"]: entry["count"] for entry in data["left_out"]}


SUM = {"function": "sum", "field": "amount"}
