"""One value on its way from a field's old definition to its new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from kernel.errors import InvalidInputError, UnknownOptionError
from kernel.fields import ENTITIES, FOUND, Column, ColumnSpec, ParseContext
from kernel.services.field_config import Definition, define

MAXIMUM_NEW_OPTIONS = 500


@dataclass
class Labels:
    """The texts of what values point to, and the way back, for one batch.

    `texts` holds for each id what people call it, the best text first; `ids` holds the ids of
    texts, lower case, that name exactly one.
    """

    texts: dict[int, Sequence[str]] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What becomes of a value. `loss` says what does not survive: None, "reduced" or "lost"."""

    value: Any
    loss: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class _Candidate:
    input: Any
    reduced: bool = False


class Converter:
    """Turns held values (see `conversion_store`) into values of the new definition.

    With `adds_options` the options that are missing in the new config are added to it.
    """

    def __init__(self, old: Definition, new: Definition, context: ParseContext) -> None:
        self.old = old
        self.new = new
        self._context = context
        self._choices = {c.id: (c.name,) for c in _choices(old)}
        self.adds_options = any(s.column is Column.CHOICE for s in new.specs) and not _choices(new)

    @property
    def finds(self) -> ColumnSpec | None:
        """The new column for which people or records must be found by their texts."""
        spec = self.new.specs[0]
        known = (spec.column, spec.target) == (self.old.specs[0].column, self.old.specs[0].target)
        return spec if spec.column in FOUND and not known else None

    def texts(self, held: Any, labels: Labels) -> list[str]:
        """The texts by which `finds` may have to find something."""
        return [t for part in _parts(held) for t in self._texts_of(part, labels)]

    def convert(self, held: Any, labels: Labels) -> Outcome:
        """The new value for a held one that is not empty."""
        if self.finds is not None:
            return self._found(held, labels)
        reason = None
        for candidate in self._candidates(held, labels):
            try:
                value = self._parse(candidate.input)
            except InvalidInputError as error:
                reason = reason or error.detail
            except Exception:
                reason = reason or f"'{self.new.type.label}' cannot read this value."
            else:
                if value is not None and value != []:
                    return Outcome(value, "reduced" if candidate.reduced else None)
        return Outcome(None, "lost", reason)

    def display(self, held: Any, labels: Labels) -> str:
        """A held value as people read it."""
        if isinstance(held, dict):
            return " ".join(_text(v) for v in held.values() if v is not None)
        return ", ".join(next(iter(self._texts_of(part, labels)), "") for part in _parts(held))

    def _parse(self, value: Any) -> Any:
        while True:
            try:
                return self.new.type.parse(value, self.new.config, self._context)
            except UnknownOptionError as error:
                if not self.adds_options or len(_choices(self.new)) >= MAXIMUM_NEW_OPTIONS:
                    raise
                before = len(_choices(self.new))
                config = self.new.type.with_choices(self.new.config, [error.name])
                self.new = define(
                    self.new.type, msgspec.json.decode(msgspec.json.encode(config)), self.new.config
                )
                if len(_choices(self.new)) == before:
                    raise

    def _found(self, held: Any, labels: Labels) -> Outcome:
        """People or records by their texts; a text that names several names none."""
        ids = []
        parts = _parts(held)
        for part in parts:
            hits = (labels.ids.get(t.strip().lower()) for t in self._texts_of(part, labels))
            ids.append(next((hit for hit in hits if hit is not None), None))
        known = list(dict.fromkeys(id_ for id_ in ids if id_ is not None))
        if not known:
            return Outcome(None, "lost", "Nothing, or more than one thing, is called that.")
        many = self.new.specs[0].many
        exact = len(known) == len(parts) and (many or len(known) == 1)
        return Outcome(known if many else known[0], None if exact else "reduced")

    def _candidates(self, held: Any, labels: Labels) -> Iterator[_Candidate]:
        """Inputs for the new type's `parse`, the one that says most first."""
        if isinstance(held, dict):
            yield from self._of_struct(held)
        elif isinstance(held, list):
            yield from self._of_many(held, labels)
        else:
            yield from self._of_one(held, self.old.specs[0], labels)

    def _of_struct(self, held: Mapping[str, Any]) -> Iterator[_Candidate]:
        present = {name: value for name, value in held.items() if value is not None}
        yield _Candidate({name: _text(value) for name, value in present.items()})
        yield _Candidate(" ".join(_text(value) for value in present.values()))
        first = next(iter(present))
        spec = next(s for s in self.old.specs if s.name == first)
        for candidate in self._of_one(present[first], spec, Labels()):
            yield _Candidate(candidate.input, candidate.reduced or len(present) > 1)

    def _of_many(self, held: list[int], labels: Labels) -> Iterator[_Candidate]:
        spec = self.old.specs[0]
        firsts = [next(self._of_one(one, spec, labels)).input for one in held]
        yield _Candidate(firsts)
        if len(held) > 1 and self.new.specs[0].column is Column.TEXT:
            yield _Candidate(", ".join(firsts))
        for one in held:
            for candidate in self._of_one(one, spec, labels):
                yield _Candidate(candidate.input, candidate.reduced or len(held) > 1)

    def _of_one(self, value: Any, spec: ColumnSpec, labels: Labels) -> Iterator[_Candidate]:
        if spec.column in ENTITIES:
            if spec.column in FOUND and self.new.specs[0].column is spec.column:
                yield _Candidate(str(value))
            for text in self._texts_of(value, labels):
                yield _Candidate(text)
            return
        yield _Candidate(value if isinstance(value, bool) else _text(value))
        if isinstance(value, bool):
            yield from (_Candidate(_text(value)), _Candidate(str(int(value))))
        elif isinstance(value, Decimal | int | float):
            yield from self._rounded(value)
        elif isinstance(value, datetime):
            midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
            yield _Candidate(value.date().isoformat(), not midnight)

    def _rounded(self, number: Decimal | int | float) -> Iterator[_Candidate]:
        """A number as the new column can hold it."""
        spec = self.new.specs[0]
        if spec.column in (Column.DECIMAL, Column.INTEGER):
            exact = Decimal(str(number))
            rounded = exact.quantize(Decimal(1).scaleb(-spec.scale), ROUND_HALF_UP)
            yield _Candidate(_text(rounded), rounded != exact)

    def _texts_of(self, part: Any, labels: Labels) -> Sequence[str]:
        if self.old.specs[0].column is Column.CHOICE:
            return self._choices.get(part, ())
        if self.old.specs[0].column in FOUND:
            return labels.texts.get(part, ())
        return (_text(part),)


class OptionConverter(Converter):
    """Options stay what they are, but those in `fate` become another one, or nothing."""

    def __init__(
        self, old: Definition, new: Definition, context: ParseContext, fate: Mapping[int, int | None]
    ) -> None:
        super().__init__(old, new, context)
        self._fate = fate

    def convert(self, held: Any, labels: Labels) -> Outcome:
        """The options that remain of a held one, or of several."""
        fates = [self._fate.get(part, part) for part in _parts(held)]
        kept = list(dict.fromkeys(part for part in fates if part is not None))
        if not kept:
            return Outcome(None, "lost", "The option is removed.")
        return Outcome(kept if isinstance(held, list) else kept[0], "reduced" if None in fates else None)


def _parts(held: Any) -> list[Any]:
    if isinstance(held, dict):
        return [" ".join(_text(value) for value in held.values() if value is not None)]
    return held if isinstance(held, list) else [held]


def _text(value: Any) -> str:
    """A stored value as its field type reads it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, float):
        return _text(Decimal(repr(value)))
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def _choices(definition: Definition) -> Sequence[Any]:
    return definition.type.choices(definition.config) if definition.specs else ()
