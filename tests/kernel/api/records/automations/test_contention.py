"""Runs that meet another writer: they begin again, which is nothing to raise an alarm about."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from kernel.errors import ContentionError
from kernel.services.automations.run_rows import RunRows
from tests.kernel.api.records.automations.automating import automate, settled
from tests.kernel.api.records.projects import ProjectClient


async def test_a_run_that_meets_another_writer_is_one_plain_line(
    plain: ProjectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, failures = RunRows.save, [ContentionError(), ContentionError()]

    async def refuse(rows: RunRows, *arguments: Any, **members: Any) -> Any:
        if failures:
            raise failures.pop()
        return await save(rows, *arguments, **members)

    monkeypatch.setattr(RunRows, "save", refuse)
    with capture_logs() as logs:
        made = await automate(plain, "record_created", {}, ("add_tag", {"tag": "new"}))
        record = await plain.add("x")
        (run,) = await settled(plain, made, 1)
    assert (run["status"], failures) == ("done", [])
    assert [tag["name"] for tag in (await plain.record(record))["tags"]] == ["new"]
    told = [line for line in logs if "another writer" in line["event"]]
    assert [(line["log_level"], "exc_info" in line) for line in told] == [("info", False)] * 2, logs
    assert not [line for line in logs if "exc_info" in line or line["log_level"] == "error"]
