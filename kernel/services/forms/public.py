"""Forms as everybody meets them: what they ask for, and what becomes of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from kernel.access.actor import Actor, ProjectAccess
from kernel.access.tally import Tally
from kernel.access.throttle import Throttle
from kernel.dialects.base import Parameters
from kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError
from kernel.queries.fields import has_built_in
from kernel.schema import Project
from kernel.services.entries import ProjectParts
from kernel.services.forms import keys
from kernel.services.forms.conditions import Given, statement, values_for_conditions
from kernel.services.forms.entries import Entry, entries_of, is_blank
from kernel.services.forms.filling import (
    OpenForm,
    Submission,
    by_key,
    defaults_of,
    files_of_others,
    form_actor,
    given,
    missing,
    placed,
    title_of,
    unknown_names,
)
from kernel.services.forms.model import After, StoredForm
from kernel.services.forms.opening import Closed, closed
from kernel.services.forms.pickers import Option, options, seen_targets
from kernel.services.forms.rows import FormRows
from kernel.services.record_input import DraftParser
from kernel.services.records import RecordService, Writing
from kernel.storage.database import Statement
from kernel.storage.record_rows import Draft
from kernel.values import ID

NO_FORM: Final = "There is no such form."
FILL_IN: Final = "Please fill this in."
KEY_OVER: Final = "This form was open for too long. Please send it again."
CLOSED: Final[dict[Closed, str]] = {
    "not yet": "This form is not open yet.",
    "over": "This form is closed.",
    "hours": "This form is closed at this time of day.",
    "full": "This form takes no more submissions.",
}
REPEATED: Final = "This idempotency key was used for another submission."
MOST_QUESTIONS: Final = 1200
"""How often an address may ask in a minute what is to be seen of a form: people who fill it in do."""

_SWEEP_EVERY: Final = 200
_log = structlog.get_logger("smalt.forms")


@dataclass
class Asked:
    """What a form asks for, ready to be shown: options by key, and those to be seen at first."""

    open: OpenForm
    key: str
    options: dict[str, list[Option]] = field(default_factory=dict)


class PublicForms:
    """Takes submissions. `most` is how many one address may send to a form in five minutes."""

    def __init__(
        self, parts: ProjectParts, rows: FormRows, records: RecordService, throttle: Throttle, most: int
    ) -> None:
        self._parts = parts
        self._rows = rows
        self._records = records
        self._throttle = throttle
        self._most = most
        self._questions = Tally(parts.clock, MOST_QUESTIONS)
        self._taken = 0

    async def open(self, slug: str) -> OpenForm:
        """A form by its address; NotFoundError where there is none or it is switched off."""
        form = await self._rows.by_slug(slug)
        schema = await self._parts.schema.current()
        project = None if form is None else schema.projects.get(form.project_id)
        if form is None or not form.enabled or project is None or project.deleted:
            raise NotFoundError(NO_FORM)
        why = closed(form, self._parts.clock.now(), project.time_zone)
        return OpenForm(form, schema, project, entries_of(project, form.content.fields), why)

    async def asked(self, slug: str) -> Asked:
        """A form with a new key and what there is to choose from."""
        return await self.asked_of(await self.open(slug))

    async def asked_of(self, opened: OpenForm, key: str | None = None) -> Asked:
        """The same for a form that is open already; with `key`, one that it was given out with before."""
        found = Asked(opened, key or keys.new_key(opened.form.secret, self._parts.now()))
        shown = [entry for entry in opened.entries if entry.form.settable]
        database, now = self._parts.database, self._parts.clock.now()
        seen = await seen_targets(database, opened.schema, opened.form, shown)
        for entry in shown:
            if entry.form.picker:
                found.options[entry.key] = await options(database, opened.schema, seen, entry, now)
            elif entry.choices:
                found.options[entry.key] = [Option(str(c.id), c.name) for c in entry.choices]
        return found

    async def admit(self, form: StoredForm, address: str) -> None:
        """Count a submission before it is read. TooManyRequestsError for who sends too many."""
        await self._throttle.attempt([(f"form:{form.id}:{address}", self._most)])

    def ask(self, form: StoredForm, address: str) -> None:
        """Count a question about a form half filled in. TooManyRequestsError for who asks too often."""
        self._questions.count(f"{form.id}:{address}")

    def is_good(self, form: StoredForm, key: str | None) -> bool:
        """Whether a key was given out with the form, not too long ago."""
        return key is not None and keys.is_good(form.secret, key, self._parts.now())

    async def visible(self, opened: OpenForm, values: Mapping[str, Any]) -> set[str]:
        """The keys of the fields that are to be seen while these values are filled in."""
        filled = by_key(opened.settable, values)
        raw = filled | defaults_of(opened.entries, filled)
        actor = form_actor(opened.form, opened.project, [], {}, frozenset())

        def read(project: Project, access: ProjectAccess) -> Mapping[str, Any]:
            return values_for_conditions(project, opened.entries, raw)

        parsed = await self._records.ahead.run(actor, opened.project.id, read)
        given = Given(opened.project, self._parts.database.dialect, self._parts.clock.now(), parsed.value)
        conditional = [entry for entry in opened.entries if entry.form.visible_if is not None]
        asked, broken = statement(given, opened.entries)
        answers: Sequence[Any] = ()
        if asked is not None:
            ((answers, *_),) = await self._parts.database.read(asked)
        working = [entry.key for entry in conditional if entry.key not in broken]
        unseen = broken | {key for key, seen in zip(working, answers, strict=True) if not seen}
        return {entry.key for entry in opened.entries if entry.key not in unseen and not entry.form.hidden}

    async def submit(self, opened: OpenForm, sent: Submission) -> After:
        """Add the record that a submission asks for, once; what its sender is to see then.

        Raises InvalidInputError with pointers into `{"fields": {…}}`, ConflictError while the form is
        closed or for what must be different in every record.
        """
        form = opened.form
        if sent.trapped:
            _log.info("submission by a machine was left out", form=form.id)
            return form.content.after
        if sent.key is not None and not self.is_good(form, sent.key):
            raise InvalidInputError(KEY_OVER, [Fault("/key", KEY_OVER)])
        used = keys.keys_of(form.id, sent.key, sent.address, sent.alike, sent.repeat)
        lasting = sent.key is not None or sent.repeat is not None
        oldest = self._parts.now() - (keys.GOOD_FOR_MS if lasting else keys.ALIKE_MS)
        for key in used.own:
            if await self._rows.is_used(key, oldest):
                return form.content.after
        if used.claimed is not None and await self._rows.is_used(used.claimed, oldest):
            raise ConflictError(REPEATED)
        if opened.closed is not None:
            raise ConflictError(CLOSED[opened.closed])
        data, actor = await self._wanted(opened, sent)
        try:
            await self._write(opened, actor, data, used, oldest)
        except InvalidInputError as error:
            raise InvalidInputError("The form is not filled in rightly.", placed(error.faults)) from error
        return form.content.after

    async def _wanted(self, opened: OpenForm, sent: Submission) -> tuple[dict[str, Any], Actor]:
        """The record that a submission asks for, and who makes it: somebody who may do only that."""
        values = given(opened, sent)
        faults = unknown_names(opened.settable, sent.values) + files_of_others(opened.settable, values, sent)
        visible = await self.visible(opened, values)
        used = [e for e in opened.entries if e.key in visible or e.form.hidden]
        defaults = defaults_of(used, values)
        wanted = {k: v for k, v in values.items() if any(e.key == k for e in used)} | defaults
        faults += [
            Fault(f"/fields/{e.key}", FILL_IN)
            for e in used
            if e.key in visible and e.required and missing(e, wanted.get(e.key))
        ]
        data = await self._record(opened, used, wanted)
        targets = await seen_targets(self._parts.database, opened.schema, opened.form, used)
        actor = form_actor(opened.form, opened.project, used, targets, sent.uploads)
        if faults:
            told = {fault.pointer for fault in faults}
            faults += [f for f in await self._wrong_values(opened, actor, data) if f.pointer not in told]
            raise InvalidInputError("The form is not filled in rightly.", faults)
        return data, actor

    async def _wrong_values(self, opened: OpenForm, actor: Actor, data: Mapping[str, Any]) -> list[Fault]:
        """What is wrong with what was filled in, to be told beside what was not."""
        try:
            await self._records.ahead.run(actor, opened.form.project_id, _draft(data))
        except InvalidInputError as error:
            return placed(error.faults)
        return []

    async def _record(
        self, opened: OpenForm, used: Sequence[Entry], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        content, project = opened.form.content, opened.project
        built_in = {e.key: wanted[e.key] for e in used if e.custom is None and e.key in wanted}
        fields = {e.key: wanted[e.key] for e in used if e.custom is not None and e.key in wanted}
        data: dict[str, Any] = {**built_in, "fields": fields}
        if is_blank(data.get("title")):
            data["title"] = title_of(opened, used, wanted)
        if content.list in {str(choice.id) for choice in project.lists}:
            data["list"] = content.list
        if content.tags and has_built_in(project, "tags"):
            living = {str(choice.id) for choice in project.tags}
            data["tags"] = [tag for tag in content.tags if tag in living]
        if content.assignees and has_built_in(project, "assignees"):
            data["assignees"] = await self._active(content.assignees)
        return data

    async def _active(self, ids: Sequence[str]) -> list[str]:
        """Those of the people who are still there."""
        use = Parameters(self._parts.database.dialect)
        marks = ", ".join(use.add(int(id_), ID) for id_ in ids)
        sql = f"SELECT id FROM smalt_user WHERE active AND id IN ({marks})"
        (rows,) = await self._parts.database.read(Statement(sql, use.values))
        there = {str(row[0]) for row in rows}
        return [id_ for id_ in ids if id_ in there]

    async def _write(
        self, opened: OpenForm, actor: Actor, data: Mapping[str, Any], used: keys.Used, oldest: int
    ) -> None:
        form = opened.form
        parsed = await self._records.ahead.run(actor, form.project_id, _draft(data))
        async with self._records.writing(actor, form.project_id) as work:
            for key in used.own:
                if not await self._rows.use_key(work.tx, key, form, self._parts.now(), oldest):
                    return
            if used.claimed and not await self._rows.use_key(
                work.tx, used.claimed, form, self._parts.now(), oldest
            ):
                raise ConflictError(REPEATED)
            if not await self._rows.count(work.tx, form.id, form.content.limit):
                raise ConflictError(CLOSED["full"])
            record_id = await self._add(work, parsed.within(work))
            await self._rows.note_record(work.tx, used.own[0], record_id)
            self._taken += 1
            if self._taken % _SWEEP_EVERY == 0:
                await self._rows.forget_keys(work.tx, self._parts.now() - keys.GOOD_FOR_MS)

    async def _add(self, work: Writing, draft: Draft) -> int:
        await self._records.resolve(work, [("", draft)])
        (record_id,) = await self._records.writer.create(work.tx, work.actor, work.plan, [draft])
        return record_id


def _draft(data: Mapping[str, Any]) -> Callable[[Project, ProjectAccess], Draft]:
    """Parses the record that a submission asks for."""
    return lambda project, access: DraftParser(project, access).parse(data, new=True)
