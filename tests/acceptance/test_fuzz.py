"""schemathesis against the real document: no 5xx, every refusal a problem document, answers as documented.

`SMALT_FUZZ_SECONDS` says how long, `SMALT_FUZZ_SEED` with which inputs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation
from tests.server_process import CLEAN

SECONDS = int(os.environ.get("SMALT_FUZZ_SECONDS", "28"))
SEED = os.environ.get("SMALT_FUZZ_SEED", "1")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "problem_document",
)
REQUESTS = "examples,coverage,fuzzing"
"""The phases of single requests; what remains are stories, in which answers lead to requests."""


def test_nothing_that_comes_in_is_a_fault_of_the_server(installation: Installation) -> None:
    installation.make_administrator()
    with installation.running() as api:
        address = str(api.http.base_url).removesuffix("/api/v1/")
        known = fill(api)
        signed_in = ("--header", f"Authorization: Bearer {installation.token}")
        fuzz(installation, address, known, SECONDS * 5 // 7, *signed_in, "--phases", REQUESTS, least=50)
        fuzz(installation, address, known, SECONDS * 2 // 7, *signed_in, "--phases", "stateful", least=1)
        assert api.get("/me")["admin"]
        assert httpx.get(f"{address}/health/ready", timeout=60).status_code == 200


@pytest.mark.parametrize("engine", ["postgres"])  # strangers hardly get as far as the database
def test_nothing_is_told_to_strangers(engine: str, installation: Installation) -> None:
    installation.make_administrator()
    with installation.running() as api:
        address = str(api.http.base_url).removesuffix("/api/v1/")
        known = fill(api)
        before = api.get("/projects")
        seconds = max(15, SECONDS // 10)
        fuzz(installation, address, known, seconds, "--phases", "coverage,fuzzing", least=50)
        assert api.get("/projects") == before


def fill(api: Api) -> dict[str, list[str]]:
    """Something of everything; the ids by the names of path parameters."""
    made = api.post("/templates/crm/apply", {"sample": 30})
    projects = [project["id"] for project in made["projects"]]
    customers, deals = (f"/projects/{project}" for project in projects[:2])
    preview = api.upload(customers, "data.csv", b"title,email\nOne,one@a.example\nTwo,no address\n")
    api.decide(customers, preview["id"])
    api.run(customers, preview["id"])
    other = api.upload(deals, "data.csv", b"title,amount\nOne,1\n")["id"]
    user = api.post("/users", {"email": "jan@example.com", "name": "Jan"})["id"]
    role = {"name": "Junior", "fields": {"*": "edit"}, "scope": None, "can": {"create": True}}
    me = api.get("/me")["id"]
    tokens = ids(api.get(f"/users/{me}/tokens")["items"])
    return {
        "project_id": projects[:2],
        "list_id": ids(api.get(f"{path}/lists")["items"] for path in (customers, deals)),
        "tag_id": ids(api.get(f"{deals}/tags")["items"]),
        "field_id": ids(api.get(f"{path}/fields")["items"] for path in (customers, deals)),
        "record_id": ids(api.get(f"{path}/records")["items"] for path in (customers, deals)),
        "import_id": [preview["id"], other],
        "user_id": [user],
        "file_id": [api.post("/files", files={"file": ("a.txt", b"hello")})["id"]],
        "role_id": [api.post(f"{deals}/roles", role)["id"]],
        "key": ["crm", "number", "reference", "csv"],
        "name": ["fields.rating", "fields.phone"],
        "spared": [me, *tokens],
    }


def ids(found: Iterable[Any]) -> list[str]:
    """The ids of items, or of lists of items."""
    flat = [item for part in found for item in (part if isinstance(part, list) else [part])]
    return [item["id"] for item in flat]


def fuzz(
    installation: Installation,
    address: str,
    known: dict[str, list[str]],
    seconds: int,
    *options: str,
    least: int,
) -> None:
    """Run schemathesis; what it found fails the test, each with a command that shows it again.

    So does it when it makes fewer requests than at `least` must be possible.
    """
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/schema/openapi.json"),
        *("--max-time", str(seconds), "--seed", SEED, "--checks", ",".join(CHECKS)),
        *("--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off"),
        *("--continue-on-failure", "--request-timeout", "60", "--no-color"),
        *("--exclude-path", "/api/v1/events", *options),  # a stream that does not end by itself
    ]
    root = Path(__file__).parents[2]
    variables = {
        "SCHEMATHESIS_HOOKS": "tests.acceptance.fuzz_hooks",
        "PYTHONPATH": str(root),
        "SMALT_FUZZ_KNOWN": json.dumps(known),
    }
    done = subprocess.run(
        command,
        cwd=installation.folder,
        env=CLEAN | variables,
        capture_output=True,
        text=True,
        timeout=seconds * 3 + 300,
        check=False,
    )
    print(done.stdout[-1500:])
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-3000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated is not None
    assert int(generated[1]) >= least, done.stdout
