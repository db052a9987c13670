"""Expressions and filter trees once lists, tags or options that they name are called something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kernel.errors import ExpressionError
from kernel.expressions.conversion import fold_text
from kernel.expressions.parser import parse, path
from kernel.expressions.syntax import MAXIMUM_LENGTH, Among, Binary, Call, FieldPath, Literal, Node, walk
from kernel.expressions.writing import written

Path = tuple[str, ...]
_VALUES: Final = ("value", "default", "from", "to")
_QUOTED: Final = re.compile(r"""'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*\"""", re.DOTALL)


class NewNames:
    """What has been renamed: the new names by the old ones, and which paths have values so named."""

    def __init__(self, names: Mapping[str, str], named: Callable[[Path], bool]) -> None:
        self._names = {_folded(old): new for old, new in names.items()}
        self._named = named

    def of(self, name: str) -> str | None:
        """The new name; None for what is called as before."""
        return self._names.get(_folded(name))

    def reworded(self, given: Any) -> Any:
        """An expression or a filter tree with the new names, or JSON that has such inside.

        Only what is compared with a field whose values are so named changes; any other text stays.
        """
        if isinstance(given, str):
            return self._expression(given)
        if isinstance(given, Mapping):
            changed = {name: self.reworded(member) for name, member in given.items()}
            return self._beside_its_field(changed)
        return [self.reworded(item) for item in given] if isinstance(given, list | tuple) else given

    def _expression(self, text: str) -> str:
        if "{" not in text or not self._may_name(text):
            return text
        try:
            root = parse(text).root
        except ExpressionError:
            return text  # a text for people, or one that was broken before
        found = {n.position: new for n in self._compared(root) if (new := self.of(str(n.value)))}
        after = text
        for position in sorted(found, reverse=True):
            quoted = _QUOTED.match(after, position)
            if quoted:
                after = after[:position] + written(Literal(0, found[position])) + after[quoted.end() :]
        return after if len(after) <= MAXIMUM_LENGTH else text

    def _may_name(self, text: str) -> bool:
        """Whether an old name stands there, or something that would have to be read to know."""
        folded = fold_text(text)
        return any(mark in folded for mark in (*self._names, "\\", "''", '""'))

    def _compared(self, root: Node) -> Iterator[Literal]:
        """The texts that are compared with what is so named."""
        for node in walk(root):
            match node:
                case Binary(_, "=" | "!=", FieldPath(_, names), Literal() as other):
                    others: tuple[Node, ...] = (other,)
                case Binary(_, "=" | "!=", Literal() as other, FieldPath(_, names)):
                    others = (other,)
                case Among(_, FieldPath(_, names), others):
                    pass
                case Call(_, "SWITCH", (FieldPath(_, names), *cases)):
                    others = tuple(cases[: len(cases) // 2 * 2 : 2])
                case _:
                    continue
            if self._named(names):
                yield from (o for o in others if isinstance(o, Literal) and isinstance(o.value, str))

    def _beside_its_field(self, given: dict[str, Any]) -> dict[str, Any]:
        """`{"field": …, "value": …}`: a comparison of a filter tree, or a value that is to be set."""
        values = [name for name in _VALUES if name in given]
        if values and any(map(self._is_named, [given.get("field"), *(given.get("fields") or ())])):
            return given | {name: self._values(given[name]) for name in values}
        return given

    def _is_named(self, field: Any) -> bool:
        try:
            return isinstance(field, str) and self._named(path(field, 0))
        except ExpressionError:
            return False

    def _values(self, given: Any) -> Any:
        if isinstance(given, list):
            return [self._values(item) for item in given]
        return (self.of(given) or given) if isinstance(given, str) else given


def _folded(name: str) -> str:
    return fold_text(name.strip())
