"""Hooks of the fuzzer, which runs in a process of its own: what exists, what it must leave alone, checks.

`SMALT_FUZZ_KNOWN` holds, as JSON, the ids that are there by the names of path parameters, and
under `spared` those of the user and the token that the fuzzer works with.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

KNOWN: Mapping[str, list[str]] = json.loads(os.environ["SMALT_FUZZ_KNOWN"])
SPARED = frozenset(KNOWN["spared"])
PROBLEM = "application/problem+json"


@schemathesis.hook
def map_path_parameters(
    context: HookContext, path_parameters: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Most of the time something that exists, so that more than 404 is tested."""
    if path_parameters is None:
        return None
    found = dict(path_parameters)
    for name, value in path_parameters.items():
        choice = crc32(repr((name, value)).encode())
        if name in KNOWN and choice % 5:
            found[name] = KNOWN[name][choice % len(KNOWN[name])]
    return found


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Not what would end the run: the end of its own user or token, or a mountain of samples."""
    named = {str(value) for value in (case.path_parameters or {}).values()}
    if case.path.endswith("/apply") and isinstance(case.body, dict):
        samples = case.body.get("sample")
        return not isinstance(samples, int) or samples < 100
    return case.method.upper() not in ("PATCH", "DELETE", "POST") or not SPARED & named


@schemathesis.check
def problem_document(context: CheckContext, response: Response, case: Case) -> bool | None:
    """Every refusal is a problem document that repeats its status."""
    if response.status_code < 400:
        return None
    assert case.method.upper() == "HEAD" or response.headers.get("content-type") == [PROBLEM], "media type"
    if case.method.upper() != "HEAD":
        problem = json.loads(response.content)
        assert problem["status"] == response.status_code, "status"
        assert problem["type"].startswith("/problems/"), "type"
        assert problem["title"], "title"
    return None
