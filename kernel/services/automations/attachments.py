"""What goes with an email: files of some fields, as the automation's owner sees them, and dashboards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.effects import Effect, SendMail
from kernel.errors import InvalidInputError, NotFoundError
from kernel.queries.facts import Question, fact_query
from kernel.services.automations.drawings import Drawing, drawings
from kernel.services.automations.planning import GONE
from kernel.services.automations.stage import Stage
from kernel.services.files.model import FileInfo, Reader

MIB: Final = 1024 * 1024
LARGEST: Final = 20 * MIB
"""Bytes that the files of one email may have together."""

MOST: Final = 50


@dataclass(frozen=True)
class Attachments:
    """Files that are there, and dashboards that are drawn when the email is sent."""

    files: tuple[FileInfo, ...] = ()
    drawings: tuple[Drawing, ...] = ()

    @property
    def names(self) -> list[str]:
        return [*(file.name for file in self.files), *(drawing.name for drawing in self.drawings)]


async def attached(stage: Stage, effect: Effect) -> Attachments:
    """What goes with an effect: files each once, in the order of the fields and in theirs, then dashboards.

    Raises InvalidInputError where they are too many or too large for an email, NotFoundError for a
    dashboard that the automation's owner does not see.
    """
    if not isinstance(effect, SendMail):
        return Attachments()
    return Attachments(await _files(stage, effect.attachments), await drawings(stage, effect))


async def _files(stage: Stage, fields: Sequence[str]) -> tuple[FileInfo, ...]:
    if not fields:
        return ()
    ids = await _held(stage, fields)
    reader = Reader(stage.tx.dialect, stage.schema, stage.actor, stage.now)
    seen = await reader.visible(stage.tx.fetch, ids)
    files = tuple(seen[id_] for id_ in ids if id_ in seen)
    size = sum(file.size for file in files)
    if size > LARGEST:
        told = f"The attachments have {size / MIB:.1f} MiB together"
        raise InvalidInputError(f"{told}; an email takes {LARGEST // MIB} MiB at the most.")
    if len(files) > MOST:
        raise InvalidInputError(f"There are {len(files)} attachments; an email takes {MOST} at the most.")
    return files


async def _held(stage: Stage, fields: Sequence[str]) -> list[int]:
    """The ids of the files that fields of the record hold, as the owner sees it."""
    questions = [Question("value", f"{{{key}}}") for key in fields]
    query = fact_query(stage.schema, stage.actor, stage.project, questions, stage.tx.dialect, stage.now)
    rows = await stage.tx.fetch(*query.of(stage.record))
    if not rows:
        raise NotFoundError(GONE)
    answers = query.answers(rows[0])
    held = [file for question in questions for file in answers[question].value or ()]
    return list(dict.fromkeys(int(file["id"]) for file in held))
