"""The REST API as the acceptance tests use it: every unexpected answer is an error that shows it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx

FINISHED = ("done", "failed", "cancelled")


class Api:
    """A signed-in client. Paths are those below `/api/v1`."""

    def __init__(self, address: str, token: str, timeout: float = 120) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=timeout)

    def close(self) -> None:
        self.http.close()

    def answer(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Whatever comes back."""
        given = {} if body is None else {"json": body}
        return self.http.request(method, path, **given, **options)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON of an answer that is no error."""
        answer = self.answer(method, path, body, **options)
        assert answer.status_code < 400, f"{method} {path} {body}: {answer.status_code} {answer.text[:3000]}"
        return answer.json() if answer.content else None

    def get(self, path: str, **query: Any) -> Any:
        return self.send("GET", path, params=query)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def patch(self, path: str, body: Any) -> Any:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> None:
        self.send("DELETE", path)

    def refused(self, status: int, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The problem document of an answer that must be this error."""
        answer = self.answer(method, path, body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        assert answer.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = answer.json()
        return problem

    def project(self, name: str, lists: Iterable[str] = ("Open",), **members: Any) -> str:
        """The path of a new project."""
        path = f"/projects/{self.post('/projects', {'name': name, **members})['id']}"
        for name in lists:
            self.post(f"{path}/lists", {"name": name})
        return path

    def field(self, path: str, name: str, type_: str, **config: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.post(f"{path}/fields", {"name": name, "type": type_, "config": config})
        return found

    def record(self, path: str, title: str, **fields: Any) -> str:
        """The id of a new record."""
        return str(self.post(f"{path}/records", {"title": title, "fields": fields})["id"])

    def fields(self, path: str, record_id: str) -> dict[str, Any]:
        """The custom values of a record."""
        found: dict[str, Any] = self.get(f"{path}/records/{record_id}")["fields"]
        return found

    def query(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All records that a query finds, page after page."""
        return list(self._records(path, query))

    def _records(self, path: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = self.post(f"{path}/records/query", {"limit": 1000, **query, "cursor": cursor})
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def titles(self, path: str, **query: Any) -> list[str]:
        return [record["title"] for record in self.query(path, **query)]

    def count(self, path: str, filter_: str | None = None) -> int:
        (group,) = self.aggregate(path, [], {"n": {"function": "count"}}, filter_)
        return int(group["measures"]["n"])

    def aggregate(
        self, path: str, group_by: Sequence[Any], measures: Mapping[str, Any], filter_: str | None = None
    ) -> list[dict[str, Any]]:
        body = {"group_by": group_by, "measures": measures, "filter": filter_}
        found: list[dict[str, Any]] = self.post(f"{path}/records/aggregate", body)["items"]
        return found

    def upload(self, path: str, name: str, data: bytes) -> dict[str, Any]:
        """The preview of a file."""
        form = {"importer": "csv"}
        found: dict[str, Any] = self.post(f"{path}/imports", files={"file": (name, data)}, data=form)
        assert found["status"] == "preview", found
        return found

    def decide(self, path: str, import_id: str, **decisions: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.patch(f"{path}/imports/{import_id}", decisions)
        return found

    def run(self, path: str, import_id: str, seconds: float = 120) -> dict[str, Any]:
        """Start an import and wait for its end."""
        self.post(f"{path}/imports/{import_id}/start")
        return self.finished(path, import_id, seconds)

    def finished(self, path: str, import_id: str, seconds: float = 120) -> dict[str, Any]:
        """Wait for the end of an import."""
        deadline = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.get(f"{path}/imports/{import_id}")
            if found["status"] in FINISHED:
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
