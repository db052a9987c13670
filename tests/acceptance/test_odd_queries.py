"""Filters, sorts, cursors, measures and formulas that nobody would write: refused or answered, never a fault.

As long as `SMALT_FUZZ_SECONDS` says, with the inputs of `SMALT_FUZZ_SEED`.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
import pytest

from tests.acceptance.api import Api
from tests.acceptance.expressions import Soup

SECONDS = int(os.environ.get("SMALT_FUZZ_SECONDS", "9"))
SEED = int(os.environ.get("SMALT_FUZZ_SEED", "1"))
REFUSALS = (404, 409, 413, 422)
SLOW = 60
"""Seconds; a single query is stopped after ten, and a busy machine needs longer for what is around it."""

KINDS = {"filter", "tree", "sort", "measure", "formula", "value"}

FIELDS = (
    "title", "list", "tags", "assignees", "created_at", "due_at", "description", "completed_at", "created_by",
    "amount", "cost", "profit", "customer", "confidence", "expected_close_date", "deal_source",
    "customer_email", "customer_phone", "account_manager", "customer.email", "customer.subsidiary_of.title",
    "customer.subsidiary_of.subsidiary_of.won_amount", "customer.open_amount", "proposal_url",
    "referenced_by",
    "customer.category", "list_entered_at", "customer.account_manager.email", "amount.currency",
)  # fmt: skip


class Prober:
    """Sends odd requests and judges the answers."""

    def __init__(self, api: Api, random: Random) -> None:
        made = api.post("/templates/crm/apply", {"sample": 60})
        self.api = api
        paths = [f"/projects/{project['id']}" for project in made["projects"]]
        self.customers, self.path, self.deliveries = paths
        self.random = random
        self.soup = Soup(random, FIELDS)
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.last_formula = ""

    def filter(self) -> None:
        text = self.soup.deep() if self.random.random() < 0.05 else self.soup.expression(self.depth())
        self.judged(
            "filter", "POST", f"{self.path}/records/query", {"filter": text, "limit": 5, "count": True}
        )

    def condition_tree(self) -> None:
        body = {"filter": self._tree(self.random.choice((1, 3, 3, 60))), "limit": 5}
        self.judged("tree", "POST", f"{self.path}/records/query", body)

    def sort(self) -> None:
        body = {"sort": self.soup.sort(), "limit": 7}
        answer = self.judged("sort", "POST", f"{self.path}/records/query", body)
        if answer.status_code == 200 and answer.json()["next"]:
            cursor = answer.json()["next"]
            self.judged("page", "POST", f"{self.path}/records/query", body | {"cursor": cursor})
            self.judged("cursor", "POST", f"{self.path}/records/query", body | {"cursor": self._bent(cursor)})

    def measure(self) -> None:
        measures = {
            f"m{n}": {"expression": self.soup.measure(self.depth())}
            for n in range(self.random.randrange(1, 3))
        }
        groups: list[Any] = [self.random.choice(FIELDS) for _ in range(self.random.randrange(3))]
        if self.random.random() < 0.3:
            groups.append(
                {"field": self.random.choice(FIELDS), "interval": self.random.choice(("week", "year"))}
            )
        function = self.random.choice(("sum", "average", "min", "max", "median", "count_distinct"))
        measures["f"] = {"function": function, "field": self.random.choice(FIELDS)}
        body = {"group_by": groups, "measures": measures}
        self.judged("measure", "POST", f"{self.path}/records/aggregate", body)

    def formula(self) -> None:
        """What is accepted as a formula must read, sort, filter and group, and so must what looks it up."""
        self.last_formula = self.soup.expression(self.depth())
        body = {"name": "Odd", "type": "formula", "config": {"expression": self.last_formula}}
        made = self.defined(self.path, "formula", body)
        if made is None:
            return
        onward = {"reference": "opportunity", "field": made}
        back = {"project_id": self.path.split("/")[2], "via": "customer"}
        lookup = {"reference": "referenced_by", "field": made, **back}
        function = self.random.choice(("sum", "average", "min", "max", "count", "count_distinct", "join"))
        rollup = {
            "source": "referenced_by",
            "project_id": back["project_id"],
            "reference": "customer",
            "measure": {"function": function, "field": made},
        }
        for path, type_, config in (
            (self.deliveries, "lookup", onward),
            (self.customers, "lookup", lookup),
            (self.customers, "rollup", rollup),
        ):
            key = self.defined(path, type_, {"name": "Odd", "type": type_, "config": config})
            if key is not None:
                self.api.delete(f"{path}/fields/{key}")
        self.api.delete(f"{self.path}/fields/{made}")

    def defined(self, path: str, kind: str, body: Any) -> str | None:
        """The key of a computed field that is read in every way, or None where it is refused."""
        answer = self.judged(kind, "POST", f"{path}/fields", body)
        if answer.status_code != 201:
            return None
        key: str = answer.json()["key"]
        page = self.judged(f"{kind} read", "GET", f"{path}/records?fields={key}&limit=60")
        assert page.status_code == 200, (self.last_formula, page.text)
        for name, odd in (("sort", {"sort": f"-{key}"}), ("filter", {"filter": f"{{{key}}} = BLANK()"})):
            self.judged(f"{kind} {name}", "POST", f"{path}/records/query", {"fields": [], **odd})
        self.judged(f"{kind} group", "POST", f"{path}/records/aggregate", {"group_by": [key]})
        measures = {
            "n": {"function": "count_distinct", "field": key},
            "m": {"expression": f"MAX(LEN({{{key}}}))"},
        }
        self.judged(f"{kind} measure", "POST", f"{path}/records/aggregate", {"measures": measures})
        return key

    def value(self) -> None:
        """Odd values into every field."""
        field = self.random.choice(["title", "list", "tags", "due_at", "assignees", "description"])
        custom = self.random.choice([f for f in FIELDS if "." not in f])
        body: dict[str, Any] = {"title": "Odd"}
        if self.random.random() < 0.5:
            body[field] = self._value(3)
        else:
            body["fields"] = {custom: self._value(3)}
        self.judged("value", "POST", f"{self.path}/records", body)

    def answered(self) -> set[str]:
        """The kinds of which something was not refused."""
        return {kind for kind, status in self.statuses if status < 300}

    def depth(self) -> int:
        """Of expressions: the deeper, the likelier that something in them is wrong."""
        return self.random.choice((1, 1, 2, 2, 3, 4, 6))

    def judged(self, kind: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """The answer, which must be one of a server in good health."""
        begun = time.monotonic()
        try:
            answer = self.api.answer(method, path, body)
        except UnicodeEncodeError:  # this text can not even be sent
            return httpx.Response(422)
        took = time.monotonic() - begun
        self.statuses[kind, answer.status_code] += 1
        asked = f"{kind} {method} {path} {body!r:.5000} after {self.last_formula!r:.5000}"
        shown = f"{asked}: {answer.status_code} {answer.text[:2000]}"
        assert answer.status_code in (200, 201, *REFUSALS), shown
        if answer.status_code in REFUSALS:
            assert answer.headers["content-type"] == "application/problem+json", shown
            assert answer.json()["detail"] or answer.json()["errors"], shown
        assert took < SLOW, f"{took:.1f} s: {shown}"
        return answer

    def _tree(self, depth: int) -> Any:
        if depth <= 0 or self.random.random() < 0.3:
            operators = (
                "eq",
                "ne",
                "gt",
                "in",
                "contains",
                "empty",
                "between",
                "starts_with",
                "has_any",
                "x",
            )
            leaf = {"field": self.random.choice(FIELDS), "op": self.random.choice(operators)}
            return leaf | ({"value": self._value(2)} if self.random.random() < 0.8 else {})
        inner = [self._tree(depth - 1) for _ in range(1 if depth > 5 else self.random.randrange(3))]
        key = self.random.choice(("all", "any", "not", "none"))
        return {key: inner[0] if key == "not" and inner else inner}

    def _value(self, depth: int) -> Any:
        texts = (
            "",
            " ",
            "x" * 200,
            "\ud800",
            "a\u0000b",
            "=1+1",
            "2026-13-45",
            "1e999",
            "-0",
            "٣",
            "😀",
            "\u202e",
        )
        choice = self.random.randrange(9 if depth else 6)
        if choice == 0:
            return self.random.choice((None, True, False))
        if choice == 1:
            return self.random.choice((0, -1, 2**63, -(2**63), 10**30, 2**53 + 1, 5))
        if choice == 2:
            return self.random.choice((0.1, -1e308, 5e-324, 1e15 + 0.3, float(10**22)))
        if choice < 6:
            return self.random.choice(texts)
        if choice == 6:
            return [self._value(depth - 1) for _ in range(self.random.randrange(4))]
        names = ("id", "name", "amount", "currency", "start", "end", "x", "email")
        return {self.random.choice(names): self._value(depth - 1) for _ in range(self.random.randrange(3))}

    def _bent(self, cursor: str) -> str:
        place = self.random.randrange(len(cursor))
        return self.random.choice(
            (cursor[:place], cursor[:place] + "A" + cursor[place + 1 :], cursor * 2, "💥")
        )


def test_odd_queries_are_answered_or_refused(api: Api) -> None:
    random = Random(SEED)
    prober = Prober(api, random)
    kinds: tuple[Callable[[], None], ...] = (
        prober.filter, prober.condition_tree, prober.sort, prober.measure, prober.formula, prober.value,
    )  # fmt: skip
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline or (not prober.answered() >= KINDS and prober.statuses.total() < 5000):
        random.choice(kinds)()
    print(dict(prober.statuses))
    assert prober.answered() >= KINDS
    assert api.get("/me")["admin"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": "9" * 5000}, 422),
        ({"Idempotency-Key": "a b"}, 422),
        ({"Idempotency-Key": "k" * 5000}, 422),
        ({"Content-Type": "text/csv"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Type": "multipart/form-data"}, 415),
        ({"Authorization": "Basic eDp4"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer \u00ff\u00fe"}, 401),
        ({"Accept": "image/png"}, 201),
        ({"Accept-Language": "x" * 4000}, 201),
    ],
)
def test_odd_headers_are_understood_or_refused(api: Api, headers: dict[str, str], status: int) -> None:
    path = api.project("Headers")
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    known = {name for name, _ in raw}
    for name, value in ((b"content-type", b"application/json"), (b"authorization", api_token(api))):
        if name not in known:
            raw.append((name, value))
    method, target = "POST", f"{path}/records"
    if "If-Match" in headers:
        method, target = "PATCH", f"{target}/{api.record(path, 'One')}"
    plain = httpx.Client(base_url=api.http.base_url, timeout=120)
    answer = plain.request(method, target.lstrip("/"), content=b'{"title": "T"}', headers=raw)
    plain.close()
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


def api_token(api: Api) -> bytes:
    return str(api.http.headers["authorization"]).encode()
