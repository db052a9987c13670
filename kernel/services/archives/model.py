"""What clients ask of archives, and the state that their jobs carry."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

EXPORT_KIND: Final = "archive"
IMPORT_KIND: Final = "archive_import"
"""The kinds of the jobs."""

MOST_PROJECTS: Final = 500


class ArchiveInput(msgspec.Struct, forbid_unknown_fields=True):
    """Which projects to put into one file, by id."""

    projects: Annotated[
        list[str],
        msgspec.Meta(min_length=1, max_length=MOST_PROJECTS, examples=[["29374920184832"]]),
    ]


class ArchivedProject(msgspec.Struct):
    """A project that an import has made."""

    id: str
    name: str


class ArchivedDashboard(msgspec.Struct):
    """A dashboard that is in a file, or that an import has made."""

    id: str
    name: str


class Report(msgspec.Struct, kw_only=True):
    """What an import has made, or an export has written. `missing_people` are not known here by their
    email; `emptied` counts the rows that referred to them, or to what the file does not hold, and came
    without. `left_out` are dashboards that show other projects too, so they are not in the file."""

    projects: list[ArchivedProject] = []
    dashboards: list[ArchivedDashboard] = []
    left_out: list[str] = []
    missing_people: int = 0
    emptied: int = 0


class ArchiveState(msgspec.Struct, kw_only=True):
    """All that a job must know. `token_projects` limit whoever asked."""

    projects: list[int] = []
    token_projects: list[int] | None = None
    size: int | None = None
    report: Report | None = None


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(ArchiveState)


def encode_state(state: ArchiveState) -> str:
    return _encode(state).decode()


def decode_state(text: str) -> ArchiveState:
    return _decoder.decode(text)
