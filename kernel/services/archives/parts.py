"""Which rows of the kernel's tables belong to a project."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from kernel.schema import BUILT_IN_LINKS, Project
from kernel.services.backups.tables import columns_of, name_of
from kernel.storage.tables import TABLES

_OF_PROJECT: Final = "project_id IN ({projects})"
_COMMENTS: Final = "SELECT id FROM smalt_comment WHERE project_id IN ({projects})"
_LINKS: Final = "field_id IN ({fields}) AND source_id IN ({records})"
PARTS: Final[Mapping[str, str]] = {
    "smalt_project": "id IN ({projects})",
    "smalt_list": _OF_PROJECT,
    "smalt_tag": _OF_PROJECT,
    "smalt_field": _OF_PROJECT,
    "smalt_role": _OF_PROJECT,
    "smalt_member": _OF_PROJECT,
    "smalt_view": "project_id IN ({projects}) AND shared",
    "smalt_form": _OF_PROJECT,
    "smalt_automation": _OF_PROJECT,
    "smalt_automation_version": (
        "automation_id IN (SELECT id FROM smalt_automation WHERE project_id IN ({projects}))"
    ),
    "smalt_comment": _OF_PROJECT,
    "smalt_checklist": _OF_PROJECT,
    "smalt_checklist_item": _OF_PROJECT,
    "smalt_repeat": _OF_PROJECT,
    "smalt_dependency": "blocker_project IN ({projects}) AND blocked_project IN ({projects})",
    "smalt_link": _LINKS,
    "smalt_list_stay": "record_id IN ({records})",
    "smalt_sequence": "field_id IN ({fields})",
    "smalt_file": (
        f"state = 'ready' AND (id IN (SELECT target_id FROM smalt_link WHERE {_LINKS}) OR id IN "
        f"(SELECT file_id FROM smalt_comment_file WHERE comment_id IN ({_COMMENTS})))"
    ),
    "smalt_comment_file": f"comment_id IN ({_COMMENTS})",
    "smalt_dashboard": "id IN ({boards})",
    "smalt_chart": "dashboard_id IN ({boards}) AND deleted_at IS NULL",
    "smalt_history": "project_id IN ({projects}) AND (record_id IS NULL OR record_id IN ({records}))",
}
"""The tables of an archive, in the order in which they are filled, with the condition for their rows.
What belongs to single people (their own views, reminders, what they follow) stays where it is, and so does
with whom a dashboard is shared."""

SECRET: Final[Mapping[tuple[str, str], str]] = {
    ("smalt_form", "secret"): "''",
    ("smalt_automation", "secret"): "''",
    ("smalt_automation", "hook"): "CASE WHEN hook IS NULL THEN NULL ELSE '' END",
    ("smalt_file", "owner"): "''",
    ("smalt_dashboard", "created_by"): "NULL",
    ("smalt_history", "batch_id"): "NULL",
}
"""What is written in place of columns that are for one installation alone."""

TABLE_OF: Final = {name_of(table): table for table in TABLES}


def condition(name: str, projects: Sequence[Project], boards: Collection[int] = ()) -> str:
    """Which rows of a table belong to these projects and dashboards. All that goes into it are numbers."""
    fields = [*BUILT_IN_LINKS.values(), *(field.id for p in projects for field in p.fields)]
    return PARTS[name].format(
        projects=", ".join(str(p.id) for p in projects),
        fields=", ".join(map(str, fields)),
        boards=", ".join(map(str, boards)) or "NULL",
        records=" UNION ALL ".join(f"SELECT id FROM {p.table}" for p in projects),
    )


def select(name: str, projects: Sequence[Project], boards: Collection[int]) -> str:
    """The statement that reads the part of a table."""
    columns = ", ".join(SECRET.get((name, c), f'"{c}"') for c in columns_of(TABLE_OF[name]))
    return f"SELECT {columns} FROM {name} WHERE {condition(name, projects, boards)}"
