"""Charts and dashboards whose filters, weights and groups name lists, tags and options.

They speak of several projects at once, in which what has one name counts as one. So where another of
their projects may have the old name too, it stays beside the new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from kernel.expressions.parser import path
from kernel.schema import Project, Schema
from kernel.services.entries import ProjectParts
from kernel.services.renamed import Renamed
from kernel.storage.database import Transaction
from kernel.text_input import fold_name

_FILTERS: Final = {"list": "list", "tags": "tag"}
"""The members of filters that name lists and tags."""


class RenamedCharts:
    """Puts new names where charts and dashboards have the old ones."""

    def __init__(self, parts: ProjectParts, schema: Schema, renamed: Renamed) -> None:
        self._parts = parts
        self._schema = schema
        self._renamed = renamed
        self._names = renamed.within(schema, schema.projects[renamed.project_id])

    async def follow(self, tx: Transaction) -> None:
        """Write what differs."""
        shown: dict[int, set[int]] = {}
        charts = await tx.fetch(
            f"SELECT id, dashboard_id, config FROM smalt_chart{tx.dialect.statements.lock}"
        )
        for id_, dashboard_id, text in charts:
            config = msgspec.json.decode(text)
            projects = self._projects(config)
            shown.setdefault(dashboard_id, set()).update(p.id for p in projects)
            await self._write(tx, "smalt_chart", id_, "config", config, self._chart(config, projects))
        for id_, text in await tx.fetch(
            f"SELECT id, filters FROM smalt_dashboard{tx.dialect.statements.lock}"
        ):
            filters = msgspec.json.decode(text)
            projects = [self._schema.projects[p] for p in shown.get(id_, ())]
            await self._write(
                tx, "smalt_dashboard", id_, "filters", filters, self._filters(filters, projects)
            )

    async def _write(self, tx: Transaction, table: str, id_: int, column: str, old: Any, new: Any) -> None:
        if new != old:
            stored = {column: msgspec.json.encode(new).decode()}
            await self._parts.rows.update(tx, table, id_, stored)

    def _projects(self, config: Mapping[str, Any]) -> list[Project]:
        """Those that a chart shows, as far as they are still there."""
        ids = (int(s["project_id"]) for s in config["sources"] if s["project_id"].isdecimal())
        return [self._schema.projects[id_] for id_ in dict.fromkeys(ids) if id_ in self._schema.projects]

    def _chart(self, config: Mapping[str, Any], projects: Sequence[Project]) -> dict[str, Any]:
        changed = {**config, "sources": [self._source(source) for source in config["sources"]]}
        for project in projects:
            for name in changed.keys() & {"measure", "filters"}:
                changed[name] = self._renamed.within(self._schema, project).reworded(changed[name])
        for name in changed.keys() & {"group_by", "stack_by"}:
            changed[name] = self._grouping(changed[name], projects)
        if "filters" in changed:
            changed["filters"] = self._filters(changed["filters"], projects)
        if changed.get("weights") and self._about(projects, changed.get("weights_by") or "list"):
            changed["weights"] = self._weights(changed["weights"], projects)
        return changed

    def _source(self, source: Mapping[str, Any]) -> Any:
        projects = self._projects({"sources": [source]})
        if not projects:
            return source
        changed = self._renamed.within(self._schema, projects[0]).reworded(source)
        if "group_by" in changed:
            changed["group_by"] = self._grouping(changed["group_by"], projects)
        return changed

    def _grouping(self, given: Any, projects: Sequence[Project]) -> Any:
        """A grouping by when a list was entered."""
        if not isinstance(given, Mapping) or not isinstance(given.get("list"), str):
            return given
        new = self._names.of(given["list"])
        if new is None or not self._about(projects, "list") or self._elsewhere(given["list"], projects):
            return given
        return {**given, "list": new}

    def _filters(self, filters: Mapping[str, Any], projects: Sequence[Project]) -> Mapping[str, Any]:
        member = _FILTERS.get(self._renamed.field)
        if member is None or not filters.get(member) or not self._about(projects, self._renamed.field):
            return filters
        names = [n for given in filters[member] for n in self._all_names(given, projects)]
        return {**filters, member: list(dict.fromkeys(names))}

    def _weights(self, weights: Mapping[str, Any], projects: Sequence[Project]) -> dict[str, Any]:
        return {n: w for given, w in weights.items() for n in self._all_names(given, projects)}

    def _all_names(self, given: str, projects: Sequence[Project]) -> list[str]:
        """What takes the place of a name: the new one, and the old one where others may have it."""
        new = self._names.of(given)
        if new is None:
            return [given]
        return [given, new] if self._elsewhere(given, projects) else [new]

    def _elsewhere(self, name: str, projects: Sequence[Project]) -> bool:
        """Whether another project may go on using a name."""
        others = [project for project in projects if project.id != self._renamed.project_id]
        if self._renamed.field not in _FILTERS:
            return bool(others)
        known = (p.lists if self._renamed.field == "list" else p.tags for p in others)
        return any(fold_name(choice.name) == fold_name(name) for choices in known for choice in choices)

    def _about(self, projects: Sequence[Project], text: str) -> bool:
        """Whether a name means, in one of these projects, that which has been renamed."""
        return any(self._renamed.named_by(self._schema, p, path(text.strip("{} "), 0)) for p in projects)
