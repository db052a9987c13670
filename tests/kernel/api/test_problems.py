"""Whatever comes in, a problem document goes out that says what to mend, and never a 5xx."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from kernel.api.app import create_app
from kernel.runtime import Kernel, create_kernel
from kernel.settings import Settings
from kernel.storage.database import Statement
from tests.kernel.api.clients import BASE_URL

ENDLESS = Statement(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0"
)
BODIES = {
    "empty": b"",
    "not json": b"{",
    "byte order mark": b"\xef\xbb\xbf{}",
    "not utf-8": b'{"name": "\xff"}',
    "lone surrogate": rb'{"email": "\ud800", "name": "x"}',
    "lone low surrogate": rb'{"email": "\udc00x", "name": "x"}',
    "surrogate then text": rb'{"email": "\ud800a", "name": "x"}',
    "nul": rb'{"email": "a\u0000@example.com", "name": "x"}',
    "nul in a key": rb'{"email": "a@example.com", "na\u0000me": "x"}',
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "deep member": b'{"email": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "huge integer": b"1" * 5000,
    "huge integer inside": b'{"email": ' + b"9" * 400 + b', "name": "x"}',
    "huge number": b'{"email": 1e999, "name": "x"}',
    "not a number": b'{"email": NaN}',
    "array": b"[]",
    "null": b"null",
    "text": b'"text"',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_broken_bodies_get_422(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/users", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].startswith("/problems/")
    assert problem["status"] == 422
    assert problem["detail"]


async def test_all_faults_of_a_body_come_together(client: httpx.AsyncClient) -> None:
    answer = await client.post("/users", json={"nmae": "x", "email": 5, "admin": "yes", "password": None})
    assert answer.status_code == 422
    faults = {e["pointer"]: e["detail"] for e in answer.json()["errors"]}
    assert faults == {
        "/email": "Expected text, got a whole number.",
        "/name": "This is needed.",
        "/admin": "Expected true or false, got text.",
        "/nmae": "'nmae' is not known here. Did you mean 'name'?",
    }


async def test_faults_of_the_query_are_in_plain_words(client: httpx.AsyncClient) -> None:
    answer = await client.get("/users?limit=many&count=perhaps")
    assert answer.status_code == 422
    assert {e["pointer"]: e["detail"] for e in answer.json()["errors"]} == {
        "?limit": "Expected a whole number, got text.",
        "?count": "Expected true or false, got text.",
    }


async def test_faults_deep_in_a_body_have_pointers(client: httpx.AsyncClient) -> None:
    path = f"/users/{client.headers['x-user-id']}/tokens"
    answer = await client.post(path, json={"name": "x", "scopes": ["read", "fly", 3]})
    pointers = [e["pointer"] for e in answer.json()["errors"]]
    assert pointers == ["/scopes/1", "/scopes/2"]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/msgpack"]
)
async def test_other_media_types_get_415(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post("/users", content=b"{}", headers={"Content-Type": media_type})
    assert answer.status_code == 415
    assert answer.json()["type"] == "/problems/unsupported-media-type"


async def test_a_compressed_body_gets_415(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await client.post("/users", content=gzip.compress(b"{}"), headers=headers)
    assert answer.status_code == 415
    assert "Content-Encoding" in answer.json()["detail"]


async def test_a_parameter_that_is_taken_once_is_given_once(client: httpx.AsyncClient) -> None:
    answer = await client.get("/users?limit=1&count=true&limit=2")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "?limit", "detail": "Give this parameter once."}]
    made = [(await client.post("/projects", json={"name": n})).json()["id"] for n in ("Deals", "People")]
    lists = await client.get("/search", params={"q": "x", "project": made})
    assert lists.status_code == 200, lists.text


async def test_unknown_paths_get_404(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    for path in (
        "/nothing",
        "/users/5/nothing",
        "/users/abc",
        "/users/0",
        "/users/" + "9" * 30,
        "/users/%00",
    ):
        answer = await client.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["type"] == "/problems/not-found"
    assert (await anonymous.get("/nothing")).status_code == 404


async def test_wrong_methods_get_405(client: httpx.AsyncClient) -> None:
    answer = await client.put("/users", json={})
    assert answer.status_code == 405
    assert answer.json()["type"] == "/problems/method-not-allowed"
    assert "GET" in answer.headers["allow"]


async def test_large_bodies_get_413(client: httpx.AsyncClient, kernel: Kernel) -> None:
    body = b'{"name": "' + b"x" * kernel.settings.max_body_size + b'"}'
    answer = await client.post("/users", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"


async def test_unknown_query_parameters_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/users?limt=5&cursor=")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "?limt", "detail": "'limt' is not known here. Did you mean 'limit'?"}
    ]
    assert (await client.get("/me?x=1")).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=",
        "limit=1.5",
        "count=maybe",
        "limit=%00",
        "limit=%ff",
        "limit=1&limit=x",
    ],
)
async def test_bad_query_parameters_are_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/users?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["status"] == 422


async def test_what_takes_too_long_asks_for_less(
    settings: Settings, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = create_kernel(msgspec.structs.replace(settings, read_seconds=0.5))
    await hasty.start()

    async def page(*_: Any) -> None:
        await hasty.database.read(ENDLESS)

    monkeypatch.setattr(hasty.users, "page", page)
    transport = httpx.ASGITransport(create_app(hasty))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=client.headers) as there:
        answer = await there.get("/users")
    await hasty.stop()
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/too-much-at-once"
    assert "stopped" in answer.json()["detail"]


async def test_a_defect_is_logged_and_not_told(
    kernel: Kernel,
    client: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(kernel.users, "page", broken)
    answer = await client.get("/users")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
    assert "secret" not in answer.text
    logged = capsys.readouterr()
    assert "the secret reason" in logged.out + logged.err


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/session", "DELETE, GET, HEAD, OPTIONS, POST"), ("/projects/1", "DELETE, GET, HEAD, OPTIONS, PATCH")],
)
async def test_all_methods_of_a_path_are_told(client: httpx.AsyncClient, path: str, allowed: str) -> None:
    answer = await client.options(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, allowed, b"")
    refused = await client.put(path)
    assert refused.status_code == 405
    assert {*refused.headers["allow"].split(", "), "HEAD"} == set(allowed.split(", "))


async def test_head_tells_what_get_would(client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
    asked, told = await client.get("/me"), await client.head("/me")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-length"] == asked.headers["content-length"]
    assert (await client.head("/events")).headers["content-type"].startswith("text/event-stream")
    assert (await anonymous.head("/me")).status_code == 401
    assert (await client.head("/projects/1")).status_code == 404


async def test_the_server_knows_that_it_was_asked_for_a_head(app: Litestar) -> None:
    """It counts the bytes of a body by the method in its own scope."""
    transport, methods = httpx.ASGITransport(app), []

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        methods.append(scope["method"])

    transport.app = noted
    async with httpx.AsyncClient(transport=transport, base_url="http://smalt.test") as client:
        assert (await client.head("/health/live")).status_code == 200
    assert methods == ["HEAD"]


async def test_people_are_told_in_their_language(client: httpx.AsyncClient) -> None:
    """Whoever asks for Polish reads Polish; for programs without a language nothing changes."""
    path = f"/projects/{(await client.post('/projects', json={'name': 'Deals'})).json()['id']}"
    field = {"name": "Size", "type": "number", "config": {"maximum": 5}}
    assert (await client.post(f"{path}/fields", json=field)).status_code == 201
    body = {"title": "", "fields": {"size": 9}, "tags": ["x"]}
    polish = {"Accept-Language": "pl-PL,pl;q=0.9,en;q=0.5"}
    english = await client.post(f"{path}/records", json=body)
    answer = await client.post(f"{path}/records", json=body, headers=polish)
    problem = answer.json()
    assert (answer.headers["Content-Language"], problem["type"]) == ("pl", english.json()["type"])
    assert "Content-Language" not in english.headers
    assert problem["title"] == "Dane nie są poprawne"
    told = {fault["pointer"]: fault["detail"] for fault in problem["errors"]}
    assert told["/title"] == "Tytuł nie może być pusty."
    assert told["/fields/size"] == "To może być najwyżej 5."
    assert told.keys() == {fault["pointer"] for fault in english.json()["errors"]}
    missing = await client.get(f"{path}/records/1", headers=polish)
    assert missing.json()["detail"] == "Nie ma takiego rekordu albo go nie widzisz."
    wrong = await client.post("/session", json={"email": "a@example.com", "password": "no"}, headers=polish)
    assert wrong.json()["detail"] == "Adres e-mail lub hasło nie jest poprawne."
    [trigger] = [
        t for t in (await client.get("/triggers", headers=polish)).json()["items"] if t["key"] == "matches"
    ]
    assert trigger["label"] == "Rekord zaczyna spełniać filtr"
    labels = trigger["config_schema"]["properties"]["on"]["x-labels"]
    assert labels == {"start": "zaczyna być prawdą", "stop": "przestaje być prawdą"}
    batch = await client.post(
        f"{path}/records/batch", json={"create": [{"title": ""}], "atomic": False}, headers=polish
    )
    assert [fault["detail"] for fault in batch.json()["errors"]] == ["Tytuł nie może być pusty."]


async def test_expressions_and_warnings_are_told_in_polish(client: httpx.AsyncClient) -> None:
    path = f"/projects/{(await client.post('/projects', json={'name': 'Deals'})).json()['id']}"
    for name, type_, config in (
        ("Cost", "currency", {}),
        ("Fee", "currency", {}),
        ("All", "formula", {"expression": "{cost} + {fee}"}),
    ):
        field = {"name": name, "type": type_, "config": config}
        assert (await client.post(f"{path}/fields", json=field)).status_code == 201
    polish = {"Accept-Language": "pl"}
    for filter_, detail, position in (
        ("{nope} = 1", "Nie ma pola „nope”.", 0),
        ("{cost} > TODAY()", "Kwota pieniężna i data: tych wartości nie można porównać.", 9),
        ("1 + SUMM(1)", "Nie ma funkcji SUMM. Czy chodziło o SUM?", 4),
        ("1 + ABS({title})", "ABS: number: potrzebna jest liczba, a tu jest tekst.", 8),
        ("nope = 1", "Samo „nope” nic nie znaczy: pole zapisuje się jako {nope}, tekst jako 'nope', a funkcję jako"
                     " nope(…).", 0),
    ):  # fmt: skip
        answer = await client.get(f"{path}/records", params={"filter": filter_}, headers=polish)
        assert answer.status_code == 422
        [fault] = answer.json()["errors"]
        assert (fault["detail"], fault["position"]) == (detail, position)
    amounts = {"cost": {"amount": "1", "currency": "EUR"}, "fee": {"amount": "1", "currency": "USD"}}
    quoted = '{"field": "x", "detail": "Amounts of different currencies cannot be added."}'
    body = {"title": quoted, "fields": amounts}
    warned = "Kwot w różnych walutach nie można dodać."
    made = (await client.post(f"{path}/records", json=body, headers=polish)).json()
    [listed] = (await client.get(f"{path}/records", headers=polish)).json()["items"]
    for record in (made, listed):
        assert record["warnings"] == [{"field": "all", "detail": warned}]
        assert record["title"] == quoted
    english = (await client.get(f"{path}/records")).json()["items"][0]
    assert english["warnings"][0]["detail"] == "Amounts of different currencies cannot be added."
