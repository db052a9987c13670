"""What somebody has filled in, as the record that it asks for, and who makes that."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from kernel.access.actor import Actor, ProjectAccess
from kernel.errors import Fault, SmaltError
from kernel.schema import Project, Schema
from kernel.services.forms.entries import Entry, is_blank, named
from kernel.services.forms.model import StoredForm
from kernel.services.forms.opening import Closed
from kernel.services.forms.pickers import FORM
from kernel.services.record_input import title_text


@dataclass(frozen=True)
class Submission:
    """What somebody has sent: values by the names of fields, as JSON or as texts of a page.

    `key` is what the form was given out with; `alike` is the content, by which the same without a key
    is recognised, for longer with an idempotency key of the sender's (`repeat`). `trapped` is true when
    a field is filled in that people do not see. `uploads` are the files that came along. Browsers
    (`by_browser`) send nothing for boxes that are not ticked.
    """

    values: Mapping[str, Any]
    address: str
    key: str | None = None
    alike: bytes = b""
    repeat: str | None = None
    trapped: bool = False
    uploads: frozenset[int] = frozenset()
    by_browser: bool = False


@dataclass(frozen=True)
class OpenForm:
    """A form with the project as it is. `closed` says why it takes nothing now."""

    form: StoredForm
    schema: Schema
    project: Project
    entries: Sequence[Entry]
    closed: Closed | None

    @property
    def settable(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.form.settable]


def form_actor(
    form: StoredForm,
    project: Project,
    used: Sequence[Entry],
    targets: Mapping[int, ProjectAccess],
    uploads: frozenset[int],
) -> Actor:
    """Whoever has filled in a form: may make one record of these fields, and knows nothing else."""
    rules: dict[str, Any] = dict.fromkeys(("title", "list", "tags", "assignees"), "edit")
    rules |= {"*": "hidden", **dict.fromkeys((entry.key for entry in used), "edit")}
    scope = targets[project.id].scope if project.id in targets else None
    own = ProjectAccess(FORM, rules, scope, frozenset({"create"}))
    return Actor(
        user_id=None,
        name=form.name,
        memberships={**targets, project.id: own},
        via=FORM,
        via_id=form.id,
        uploads=uploads,
    )


def by_key(entries: Sequence[Entry], values: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        entry = named(entries, name)
        if entry is not None:
            found[entry.key] = value
    return found


def given(opened: OpenForm, sent: Submission) -> dict[str, Any]:
    """What was filled in, by key; what a browser sends nothing for is empty."""
    values = by_key(opened.settable, sent.values)
    if not sent.by_browser:
        return values
    boxes = [e for e in opened.settable if e.asking in ("check", "choices", "records") and not e.form.hidden]
    return {e.key: [] if e.many else None for e in boxes} | values


def defaults_of(entries: Sequence[Entry], values: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of what is left out: who clears a field that is shown means it to be empty."""
    return {
        e.key: e.form.default
        for e in entries
        if not is_blank(e.form.default)
        and (is_blank(values.get(e.key)) if e.form.hidden else e.key not in values)
    }


def unknown_names(entries: Sequence[Entry], values: Mapping[str, Any]) -> list[Fault]:
    """Names that the form does not ask for; what else the project has is nobody's business."""
    faults = []
    for name in values:
        if named(entries, name) is None:
            near = get_close_matches(name, [entry.key for entry in entries], n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            place = name.replace("~", "~0").replace("/", "~1")
            faults.append(Fault(f"/fields/{place}", f"This form does not ask for '{name[:100]}'.{hint}"))
    return faults


def files_of_others(entries: Sequence[Entry], values: Mapping[str, Any], sent: Submission) -> list[Fault]:
    """A submission brings its files along and names no others."""
    brought = {str(id_) for id_ in sent.uploads}
    return [
        Fault(f"/fields/{entry.key}", "Send the files with the form, as multipart/form-data.")
        for entry in entries
        if entry.asking == "file"
        and not is_blank(value := values.get(entry.key))
        and not (isinstance(value, list) and all(isinstance(v, str) and v in brought for v in value))
    ]


def missing(entry: Entry, value: Any) -> bool:
    """Whether what must be filled in is not; what must be ticked is to be ticked."""
    return is_blank(value) or (entry.form.required and entry.asking == "check" and value in (False, "false"))


def title_of(opened: OpenForm, used: Sequence[Entry], wanted: Mapping[str, Any]) -> str:
    """The title of a record whose form does not ask for one: what was filled in first, or the form's name."""
    for entry in used:
        value = wanted.get(entry.key)
        if entry.form.settable and isinstance(value, str) and not entry.choices and entry.column is not None:
            try:
                return title_text(" ".join(value.split())[:500])
            except SmaltError:
                continue
    return opened.form.name


def placed(faults: Collection[Fault]) -> list[Fault]:
    """Faults of a record as faults of `{"fields": {…}}`."""
    return [
        fault if fault.pointer.startswith("/fields") else Fault(f"/fields{fault.pointer}", fault.detail)
        for fault in faults
    ]
