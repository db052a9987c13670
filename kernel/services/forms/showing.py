"""Forms as those see them who set up the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kernel.errors import Fault
from kernel.schema import Project
from kernel.services.forms.checks import FormChecks
from kernel.services.forms.conditions import BROKEN, Given
from kernel.services.forms.entries import entry_of, usable
from kernel.services.forms.model import FormField, FormView, StoredForm
from kernel.services.record_parts import moment
from kernel.values import Choice


def shown(checks: FormChecks, form: StoredForm, emails: Mapping[str, str]) -> FormView:
    """A form for one reader: without the fields that they may not see, with what is broken."""
    content, project = form.content, checks.project
    fields, complete, broken = _fields(checks, content.fields)
    list_ = _names(project.lists, [content.list] if content.list else [])
    if content.list and not list_:
        broken.append(Fault("/list", "The list is gone; what is sent goes to the first one."))
    return FormView(
        id=str(form.id), name=form.name, slug=form.slug, path=f"/forms/{form.slug}", enabled=form.enabled,
        description=content.description, list=list_[0] if list_ else None, fields=fields, complete=complete,
        tags=_names(project.tags, content.tags),
        assignees=[emails[id_] for id_ in content.assignees if id_ in emails],
        after=content.after, opens_at=content.opens_at, closes_at=content.closes_at, hours=content.hours,
        limit=content.limit, embed=content.embed, submissions=form.submissions, broken=broken,
        created_at=moment(form.created_at) or "", updated_at=moment(form.updated_at) or "",
    )  # fmt: skip


def _fields(checks: FormChecks, stored: Sequence[FormField]) -> tuple[list[FormField], bool, list[Fault]]:
    given = Given(checks.project, checks.dialect, checks.now, {})
    found: list[FormField] = []
    broken: list[Fault] = []
    complete = True
    for field in stored:
        entry = entry_of(checks.project, field)
        if entry is None or not usable(entry):
            if _is_hidden(checks.project, checks, field):
                complete = False
            else:
                broken.append(
                    Fault(f"/fields/{len(found)}/field", "This field is gone or cannot be filled in.")
                )
                found.append(field)
            continue
        if not checks.sees(entry):
            complete = False
            continue
        field = msgspec.structs.replace(field, field=entry.key)
        try:
            given.compile(entry)
        except BROKEN as error:
            if not complete:
                field = msgspec.structs.replace(field, visible_if=None)
            else:
                broken.append(Fault(f"/fields/{len(found)}/visible_if", error.detail))
        found.append(field)
    return found, complete, broken


def _is_hidden(project: Project, checks: FormChecks, field: FormField) -> bool:
    """Whether a field that is gone was hidden from the reader."""
    gone = next((f for f in project.fields if str(f.id) == field.field), None)
    return gone is not None and not checks.access.sees(gone.key)


def _names(choices: Sequence[Choice], ids: Sequence[str]) -> list[str]:
    known = {str(choice.id): choice.name for choice in choices}
    return [known[id_] for id_ in ids if id_ in known]
