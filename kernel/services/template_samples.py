"""Writes the sample records of templates, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice, pairwise
from typing import Any

from kernel.access.actor import Actor
from kernel.errors import PluginError
from kernel.ids import IdGenerator
from kernel.schema import Project, Schema
from kernel.services.record_input import DraftParser
from kernel.services.records import RecordService, Writing
from kernel.storage.database import Transaction
from kernel.storage.record_rows import Draft
from kernel.templates import Sample

CHUNK = 2000

Ids = dict[tuple[str, str], int]


class SampleWriter:
    """Turns samples into records of the projects of one template, by their local names.

    Values of fields that were not made are left out.
    """

    def __init__(self, records: RecordService, ids: IdGenerator, projects: Mapping[str, Project]) -> None:
        self._records = records
        self._projects = {key: project.id for key, project in projects.items()}
        self._batch_id = ids.new()
        self._made: Ids = {}

    async def write(self, tx: Transaction, schema: Schema, actor: Actor, samples: Iterable[Sample]) -> int:
        """Write samples inside a transaction; how many there are now, with those written before."""
        local = {id_: key for key, id_ in self._projects.items()}
        for project, chunk in _chunks(samples):
            work = self._records.within(tx, schema, actor, self._projects[project])
            parser = _SampleParser(work, self._made, local)
            drafts = [parser.draft(sample) for sample in chunk]
            ids = await self._records.write_many(work, drafts, {}, self._batch_id)
            self._made.update(((project, s.key), id_) for s, id_ in zip(chunk, ids, strict=True))
        return len(self._made)


class _SampleParser:
    """Parses the samples of one project; references are looked up among those made before."""

    def __init__(self, work: Writing, made: Ids, local: Mapping[int, str]) -> None:
        self._parser = DraftParser(work.project, work.access)
        self._made = made
        self._fields = {f.key: f for f in work.project.live_fields if f.columns and f.type is not None}
        self._lists = {choice.name: choice.id for choice in work.project.lists}
        self._now = work.now
        self._local = local

    def draft(self, sample: Sample) -> Draft:
        plain: dict[str, Any] = {}
        references: dict[int, Any] = {}
        for key, value in sample.fields.items():
            field = self._fields.get(key)
            if field is not None and field.target is not None:
                references[field.id] = self._records(field.target, value, field.columns[0].spec.many)
            elif field is not None:
                plain[key] = value
        data: dict[str, Any] = {"title": sample.title, "list": sample.list, "fields": plain}
        if sample.tags:
            data["tags"] = list(sample.tags)
        if sample.description is not None:
            data["description"] = sample.description
        if sample.due_at is not None:
            data["due_at"] = sample.due_at.isoformat()
        draft = self._parser.parse(data, new=True)
        draft.fields |= references
        if sample.stays:
            draft.stays = self._stays(sample)
        return draft

    def _stays(self, sample: Sample) -> Sequence[tuple[int, datetime]]:
        """Where a sample has been, by the ids of lists; PluginError for what cannot have been."""
        moments = [moment for _, moment in sample.stays]
        in_order = all(before <= after for before, after in pairwise([*moments, self._now]))
        known = all(name in self._lists for name, _ in sample.stays)
        if not known or not in_order or sample.stays[-1][0] != sample.list:
            raise PluginError(f"The stays of sample '{sample.key}' do not lead from the past to its list.")
        return [(self._lists[name], moment) for name, moment in sample.stays]

    def _records(self, target: int, value: Any, many: bool) -> Any:
        keys = value if isinstance(value, list | tuple) else [value]
        found = [
            id_ for key in keys if (id_ := self._made.get((self._local.get(target, ""), key))) is not None
        ]
        return found if many else (found[0] if found else None)


def _chunks(samples: Iterable[Sample]) -> Iterator[tuple[str, list[Sample]]]:
    """Samples of one project at a time, in their order."""
    for project, run in groupby(samples, key=lambda sample: sample.project):
        while chunk := list(islice(run, CHUNK)):
            yield project, chunk
