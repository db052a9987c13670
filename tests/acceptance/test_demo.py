"""`smalt demo`: from nothing to a CRM that one can sign in to."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.acceptance.installation import Installation
from tests.server_process import Server

RECORDS = ("--records", "60")


def test_a_demonstration_is_made_once(installation: Installation) -> None:
    with installation.server("demo", *RECORDS) as server:
        assert server.address in server.welcome
        email, password = sign_in_of(server)
        before = look_around(server, email, password)
    assert {name: count for name, (_, count) in before.items() if name == "Opportunities"} == {
        "Opportunities": 60
    }
    assert set(before) == {"Customers", "Opportunities", "Delivery"}
    with installation.server("demo", *RECORDS) as server:
        assert password not in server.welcome
        assert "the one shown at the first start" in server.welcome
        assert look_around(server, email, password) == before
    assert "Traceback" not in installation.log.read_text()


def sign_in_of(server: Server) -> tuple[str, str]:
    found = re.search(r"email +(\S+)\n +password +(\S+) ", server.welcome)
    assert found is not None, server.welcome
    return found[1], found[2]


def look_around(server: Server, email: str, password: str) -> dict[str, Any]:
    """Sign in as a page does; the projects with the number of their records."""
    with httpx.Client(base_url=f"{server.address}/api/v1", timeout=60) as client:
        assert client.get("/projects").status_code == 401
        wrong = client.post("/session", json={"email": email, "password": password + "x"})
        assert (wrong.status_code, wrong.headers["content-type"]) == (401, "application/problem+json")
        signed_in = client.post("/session", json={"email": email, "password": password})
        assert signed_in.status_code == 201, signed_in.text
        cookie = signed_in.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        projects = client.get("/projects").json()["items"]
        found = {project["name"]: (project["id"], records_of(client, project["id"])) for project in projects}
        deals = client.get(f"/projects/{found['Opportunities'][0]}/records").json()["items"]
        assert any(deal["fields"]["customer"] for deal in deals)
        mind_csrf(client, signed_in.json()["csrf_token"])
    return found


def records_of(client: httpx.Client, project_id: str) -> int:
    page = client.get(f"/projects/{project_id}/records", params={"count": "true", "limit": 5}).json()
    assert len(page["items"]) == 5
    return int(page["total"])


def mind_csrf(client: httpx.Client, token: str) -> None:
    """The cookie alone writes nothing; it ends when told."""
    name = {"name": "Made by a page"}
    assert client.post("/projects", json=name).status_code == 403
    assert client.post("/projects", json=name, headers={"X-CSRF-Token": "x" * 43}).status_code == 403
    headers = {"X-CSRF-Token": token}
    made = client.post("/projects", json=name, headers=headers)
    assert made.status_code == 201, made.text
    assert client.delete(f"/projects/{made.json()['id']}", headers=headers).status_code == 204
    assert client.delete("/session", headers=headers).status_code == 204
    assert client.get("/projects").status_code == 401
