"""The files that go with an email: those of some fields, as far as the automation's owner sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kernel.effects import Effect, SendMail
from kernel.errors import InvalidInputError, NotFoundError
from kernel.queries.facts import Question, fact_query
from kernel.services.automations.planning import GONE
from kernel.services.automations.stage import Stage
from kernel.services.files.model import FileInfo, Reader

MIB: Final = 1024 * 1024
LARGEST: Final = 20 * MIB
"""Bytes that the files of one email may have together."""

MOST: Final = 50


async def attached(stage: Stage, effect: Effect) -> tuple[FileInfo, ...]:
    """The files that go with an effect, each once, in the order of the fields and in theirs.

    Raises InvalidInputError where they are too many or too large for an email.
    """
    if not isinstance(effect, SendMail) or not effect.attachments:
        return ()
    ids = await _held(stage, effect.attachments)
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
