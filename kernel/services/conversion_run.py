"""One pass over the values of a field that is to be converted."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kernel.dialects.base import Dialect
from kernel.errors import ConflictError, Fault
from kernel.fields import FOUND, Column, ParseContext
from kernel.schema import Field, Project, Schema
from kernel.services.conversion_store import Fetch, Held, HeldValues, LabelFinder
from kernel.services.conversion_values import Converter, Labels, OptionConverter, Outcome
from kernel.services.field_config import Definition

MAXIMUM_SAMPLES = 10
_EMPTIED = Outcome(None, "lost", "A computed field holds no values of its own.")


class Sample(msgspec.Struct, frozen=True):
    """One value of a preview: its text before, what becomes of it, and why if it does not survive."""

    record_id: str
    before: str
    outcome: str
    after: Any = None
    reason: str | None = None


@dataclass
class Tally:
    """What a conversion does, counted over the values that are not empty."""

    total: int = 0
    converted: int = 0
    reduced: int = 0
    lost: int = 0
    samples: dict[str, list[Sample]] = dataclasses.field(default_factory=dict)

    def add(self, held: Held, before: str, outcome: Outcome) -> None:
        """Count one value and keep the first of each kind as samples."""
        kind = outcome.loss or "converted"
        self.total += 1
        setattr(self, kind, getattr(self, kind) + 1)
        shown = self.samples.setdefault(kind, [])
        if len(shown) < MAXIMUM_SAMPLES:
            after = msgspec.to_builtins(outcome.value, str_keys=True)
            shown.append(Sample(str(held.record_id), before[:200], kind, after, outcome.reason))

    def check_consent(self) -> None:
        """Raise ConflictError when something would be lost."""
        if self.reduced + self.lost:
            told = f"{self.lost} of {self.total} values would be emptied and {self.reduced} shortened"
            detail = f"{told}. Look at the preview, then send it again with accept_loss."
            raise ConflictError(detail, [Fault("/accept_loss", detail)])


@dataclass(frozen=True)
class Conversion:
    """A field about to change from one definition to another.

    `replacements` says for options that the new config drops which one takes their place.
    """

    schema: Schema
    project: Project
    field: Field
    old: Definition
    new: Definition
    replacements: Mapping[int, int] = dataclasses.field(default_factory=dict)

    @property
    def same_columns(self) -> bool:
        return self.old.type is self.new.type and self.old.specs == self.new.specs

    @property
    def removed(self) -> set[int]:
        """The options that the new config no longer has."""
        if not self.same_columns or not self.old.specs or self.old.specs[0].column is not Column.CHOICE:
            return set()
        kept = {c.id for c in self.new.type.choices(self.new.config)}
        return {c.id for c in self.old.type.choices(self.old.config)} - kept

    @property
    def touches_values(self) -> bool:
        """Whether what records hold may change."""
        return bool(self.old.specs) and (not self.same_columns or bool(self.removed))

    @property
    def context(self) -> ParseContext:
        return ParseContext(currency=self.project.currency, time_zone=self.project.time_zone)


class ConversionRun:
    """Reads all values in batches and finds what becomes of them."""

    def __init__(self, dialect: Dialect, conversion: Conversion, fetch: Fetch) -> None:
        self.tally = Tally()
        self._conversion = conversion
        self._fetch = fetch
        self._finder = LabelFinder(dialect, conversion.schema.projects.get)
        self._values = HeldValues(dialect, conversion.project, conversion.field)
        self._converter = _converter(conversion)

    @property
    def definition(self) -> Definition:
        """The new definition; when all is read, with the options that were added to it."""
        return self._converter.new

    async def batches(self) -> AsyncIterator[list[tuple[Held, Outcome]]]:
        """The values that are not empty, by record id, with what becomes of each."""
        if not self._conversion.touches_values:
            return
        async for held in self._values.batches(self._fetch):
            labels = await self._labels(held)
            pairs = [(one, self._outcome(one, labels)) for one in held]
            for one, outcome in pairs:
                self.tally.add(one, self._converter.display(one.value, labels), outcome)
            yield pairs

    def _outcome(self, held: Held, labels: Labels) -> Outcome:
        return self._converter.convert(held.value, labels) if self._conversion.new.specs else _EMPTIED

    async def _labels(self, held: Sequence[Held]) -> Labels:
        """The texts of the people and records in a batch, and what the batch's texts name."""
        spec = self._conversion.old.specs[0]
        labels = Labels()
        if spec.column in FOUND:
            ids = [id_ for one in held for id_ in (one.value if isinstance(one.value, list) else [one.value])]
            labels.texts.update(await self._finder.texts(self._fetch, spec, ids))
        if self._conversion.new.specs and self._converter.finds is not None:
            texts = [text for one in held for text in self._converter.texts(one.value, labels)]
            labels.ids.update(await self._finder.ids(self._fetch, self._converter.finds, texts))
        return labels


def _converter(conversion: Conversion) -> Converter:
    if not conversion.removed:
        return Converter(conversion.old, conversion.new, conversion.context)
    fate = {id_: conversion.replacements.get(id_) for id_ in conversion.removed}
    return OptionConverter(conversion.old, conversion.new, conversion.context, fate)
