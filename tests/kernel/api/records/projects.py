"""A project as the tests of records speak to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]


@dataclass
class ProjectClient:
    """One project, seen by one user. Methods assert success unless they answer a response."""

    client: httpx.AsyncClient
    id: str

    @property
    def path(self) -> str:
        return f"/projects/{self.id}"

    def seen_by(self, client: httpx.AsyncClient) -> ProjectClient:
        """The same project for another user."""
        return ProjectClient(client, self.id)

    # Set-up
    async def add_field(self, name: str, type_: str, config: Json | None = None, **members: Any) -> Json:
        body = {"name": name, "type": type_, "config": config or {}} | members
        return checked(await self.client.post(f"{self.path}/fields", json=body), 201)

    async def refuse_field(self, name: str, type_: str, config: Json) -> Json:
        """The fault of a definition that is refused."""
        body = {"name": name, "type": type_, "config": config}
        problem = checked(await self.client.post(f"{self.path}/fields", json=body), 422)
        fault: Json = problem["errors"][0]
        return fault

    async def add_list(self, name: str) -> Json:
        return checked(await self.client.post(f"{self.path}/lists", json={"name": name}), 201)

    async def add_tag(self, name: str) -> Json:
        body = {"name": name, "color": "blue"}
        return checked(await self.client.post(f"{self.path}/tags", json=body), 201)

    async def change(self, **members: Any) -> Json:
        return checked(await self.client.patch(self.path, json=members), 200)

    async def refer(self, name: str, target: ProjectClient, multiple: bool = False, **config: Any) -> Json:
        settings = {"project_id": target.id, "multiple": multiple} | config
        return await self.add_field(name, "reference", settings)

    async def look_up(self, name: str, reference: str, field: str, **config: Any) -> Json:
        return await self.add_field(name, "lookup", {"reference": reference, "field": field} | config)

    async def compute(self, name: str, expression: str, **config: Any) -> Json:
        return await self.add_field(name, "formula", {"expression": expression} | config)

    # Records
    async def add(self, title: str, members: Mapping[str, Any] | None = None, **fields: Any) -> Json:
        """A new record with these custom fields, and `members` such as list and tags."""
        body = {"title": title, "fields": fields, **(members or {})}
        return checked(await self.client.post(f"{self.path}/records", json=body), 201)

    async def try_add(self, **body: Any) -> httpx.Response:
        return await self.client.post(f"{self.path}/records", json={"title": "x"} | body)

    async def record(self, record: Json | str) -> Json:
        return checked(await self.try_record(record), 200)

    async def fields(self, record: Json | str) -> Json:
        found: Json = (await self.record(record))["fields"]
        return found

    async def try_record(self, record: Json | str, suffix: str = "") -> httpx.Response:
        return await self.client.get(f"{self.path}/records/{_id(record)}{suffix}")

    async def update(
        self, record: Json | str, members: Mapping[str, Any] | None = None, **fields: Any
    ) -> Json:
        body = dict(members or {}) | ({"fields": fields} if fields else {})
        return checked(await self.try_update(record, **body), 200)

    async def try_update(self, record: Json | str, **body: Any) -> httpx.Response:
        return await self.client.patch(f"{self.path}/records/{_id(record)}", json=body)

    async def delete(self, record: Json | str) -> None:
        checked(await self.client.delete(f"{self.path}/records/{_id(record)}"), 204)

    async def restore(self, record: Json | str) -> Json:
        return checked(await self.client.post(f"{self.path}/records/{_id(record)}/restore"), 200)

    async def move(self, record: Json | str, **body: Any) -> Json:
        return checked(await self.client.post(f"{self.path}/records/{_id(record)}/move", json=body), 200)

    # Queries
    async def get(self, **query: Any) -> httpx.Response:
        return await self.client.get(f"{self.path}/records", params=query)

    async def page(self, **query: Any) -> Json:
        return checked(await self.get(**query), 200)

    async def titles(self, **query: Any) -> list[str]:
        """The titles of the first page."""
        return [record["title"] for record in (await self.page(**query))["items"]]

    async def every(self, limit: int, **query: Any) -> list[Json]:
        """All records, page by page."""
        page = await self.page(limit=limit, **query)
        found: list[Json] = page["items"]
        while page["next"]:
            page = await self.page(limit=limit, cursor=page["next"], **query)
            assert len(page["items"]) <= limit
            found += page["items"]
        return found

    async def query(self, **body: Any) -> httpx.Response:
        return await self.client.post(f"{self.path}/records/query", json=body)

    async def aggregate(self, **body: Any) -> list[Json]:
        found: list[Json] = checked(await self.try_aggregate(**body), 200)["items"]
        return found

    async def try_aggregate(self, **body: Any) -> httpx.Response:
        return await self.client.post(f"{self.path}/records/aggregate", json=body)

    async def batch(self, **body: Any) -> httpx.Response:
        return await self.client.post(f"{self.path}/records/batch", json=body)

    async def history(self, record: Json | str) -> list[Json]:
        """The changes of a record, oldest first."""
        found: list[Json] = checked(await self.try_record(record, "/history"), 200)["items"]
        return found[::-1]


async def new_project(client: httpx.AsyncClient, name: str, *lists: str, **members: Any) -> ProjectClient:
    made = checked(await client.post("/projects", json={"name": name} | members), 201)
    project = ProjectClient(client, made["id"])
    for title in lists or ("Open",):
        await project.add_list(title)
    return project


def checked(response: httpx.Response, status: int) -> Json:
    """The body of an answer that has this status."""
    assert response.status_code == status, response.text
    body: Json = response.json() if response.content else {}
    return body


def faults(response: httpx.Response, status: int = 422) -> dict[str, str]:
    """What a problem document complains of, by pointer."""
    problem = checked(response, status)
    assert response.headers["content-type"].startswith("application/problem+json")
    return {fault["pointer"]: fault["detail"] for fault in problem["errors"]}


def ids(*records: Json) -> list[str]:
    return [record["id"] for record in records]


def _id(record: Json | str) -> str:
    found: str = record if isinstance(record, str) else record["id"]
    return found


async def join(project: ProjectClient, client: httpx.AsyncClient, **role: Any) -> ProjectClient:
    """The project for somebody who becomes a member with a role of these rules."""
    body = {
        "name": f"Role {client.headers['x-user-id']}",
        "can": {"create": True, "edit": True, "delete": True},
    }
    made = checked(await project.client.post(f"{project.path}/roles", json=body | role), 201)
    member = {"user": client.headers["x-user-id"], "role": made["id"]}
    checked(await project.client.post(f"{project.path}/members", json=member), 201)
    return project.seen_by(client)
