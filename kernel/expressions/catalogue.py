"""What a function is, as data: its name, its parameters, its result and its SQL."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Literal

from kernel.errors import ExpressionError
from kernel.expressions import conversion
from kernel.expressions.conversion import exists
from kernel.expressions.operands import Constant, Context, Operand, constant, derived
from kernel.values import BOOLEAN, DATE, DATETIME, REAL, TEXT, Kind, ValueType

Accepts = Literal[
    "any", "text", "number", "real", "count", "condition", "date", "datetime", "time", "word", "values"
]
"""What a parameter takes. `values`: also many at once; `word`: a text written in the expression."""

Build = Callable[[Context, Sequence[Operand]], Operand]
Compute = Callable[..., Constant]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    accepts: Accepts = "any"
    optional: bool = False
    repeated: bool = False

    def describe(self) -> str:
        name = f"{self.name}, …" if self.repeated else self.name
        return f"[{name}]" if self.optional else name


@dataclass(frozen=True, slots=True)
class Function:
    """`aggregate` functions fold many values, and grouped rows where those are measured; those that write
    times as text take them with a time zone and a language."""

    name: str
    parameters: tuple[Parameter, ...]
    build: Build
    description: str
    aggregate: bool = False
    family: str = ""
    writes: bool = False

    def signature(self) -> str:
        return f"{self.name}({', '.join(p.describe() for p in self.parameters)})"

    def check(self, count: int, position: int) -> None:
        """Raise ExpressionError unless the function takes so many arguments."""
        least = sum(not p.optional for p in self.parameters)
        unlimited = any(p.repeated for p in self.parameters)
        if count < least or (count > len(self.parameters) and not unlimited):
            given = "1 value" if count == 1 else f"{count} values"
            raise ExpressionError(f"Write {self.signature()}; there are {given} here.", position)

    def parameter(self, index: int) -> Parameter:
        return self.parameters[min(index, len(self.parameters) - 1)]

    def call(self, context: Context, arguments: Sequence[Operand], position: int) -> Operand:
        self.check(len(arguments), position)
        taken = [self._take(context, self.parameter(i), o) for i, o in enumerate(arguments)]
        result = replace(self.build(context, taken), position=position)
        if result.kind is Kind.BOOLEAN and result.rows is not None:
            return Operand(BOOLEAN, position, exists(result, result.sql))
        return result

    def _take(self, context: Context, parameter: Parameter, operand: Operand) -> Operand:
        return take(context, parameter.accepts, operand, f"{self.name}: {parameter.name}")


def take(context: Context, accepts: Accepts, operand: Operand, purpose: str) -> Operand:
    """An argument in the form that a parameter wants; BLANK() gets the type it stands for."""
    match accepts:
        case "text":
            return _typed(context, conversion.to_text(context, operand), TEXT)
        case "number":
            return _typed(context, conversion.to_number(operand, purpose), ValueType(Kind.NUMBER, scale=0))
        case "real":
            number = _typed(context, conversion.to_number(operand, purpose), REAL)
            return conversion.to_real(context, number)
        case "count":
            return conversion.to_count(context, operand, purpose)
        case "condition":
            sql = conversion.to_truth(context, operand)
            return Operand(BOOLEAN, operand.position, sql, loose=True)
        case "date":
            return _typed(context, conversion.to_date(context, operand, purpose), DATE)
        case "datetime":
            return _typed(context, conversion.to_datetime(context, operand, purpose), DATETIME)
        case "time":
            return _typed(context, conversion.to_time(context, operand, purpose), DATE)
        case "word":
            if not isinstance(operand.constant, str):
                raise ExpressionError(f"{purpose} must be written as a text.", operand.position)
    return operand


def _typed(context: Context, operand: Operand, type_: ValueType) -> Operand:
    if not operand.blank:
        return operand
    return Operand(type_, operand.position, context.dialect.null(type_))


def parameters(text: str) -> tuple[Parameter, ...]:
    """Read `text: text, [start: count], values…: any`."""
    return tuple(_parameter(part.strip()) for part in text.split(",") if part.strip())


def _parameter(text: str) -> Parameter:
    optional = text.startswith("[")
    name, _, accepts = text.strip("[]").partition(":")
    repeated = name.strip().endswith("…")
    return Parameter(name.strip().rstrip("…"), accepts.strip() or "any", optional, repeated)  # type: ignore[arg-type]


def define(
    name: str, takes: str, build: Build, description: str, *, aggregate: bool = False, writes: bool = False
) -> Function:
    return Function(name, parameters(takes), build, description, aggregate, writes=writes)


def sql_function(
    name: str,
    takes: str,
    result: ValueType,
    description: str,
    *,
    both: str = "",
    defaults: Mapping[str, str] | None = None,
    compute: Compute | None = None,
    never_empty: bool = False,
    low: float | None = None,
    high: float | None = None,
) -> Function:
    """A function that is one piece of SQL, with the parameters' names in braces: `both` on both
    engines, else what the dialect has under the function's name.

    `compute` gives the same in Python, for constants. Text that comes out without a
    character is empty.
    """
    declared = parameters(takes)

    def build(context: Context, operands: Sequence[Operand]) -> Operand:
        if compute and all(o.is_constant for o in operands):
            return constant(compute(*(o.constant for o in operands)), 0)
        pieces = dict(defaults or {})
        pieces |= {p.name: context.sql(o) for p, o in zip(declared, operands, strict=False)}
        sql = fill(context, both or context.dialect.templates.functions[name], pieces)
        if result.kind is Kind.TEXT and not never_empty:
            sql = f"nullif({sql}, '')"
        sql = context.dialect.cast(sql, result) if result.kind is Kind.NUMBER else sql
        loose = result.kind is Kind.BOOLEAN
        return derived(result, sql, *operands, loose=loose, low=low, high=high)

    return Function(name, declared, build, description)


def own(context: Context, name: str, pieces: Mapping[str, str]) -> str:
    """What the dialect has under a name, with these operands."""
    return fill(context, context.dialect.templates.functions[name], pieces)


def fill(context: Context, template: str, pieces: Mapping[str, str]) -> str:
    """Put operands into a template; those that it names several times are evaluated once."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    repeated = {name: pieces[name] for name in names if names.count(name) > 1}
    single = {name: sql for name, sql in pieces.items() if name not in repeated}
    return context.dialect.once(repeated, lambda bound: template.format(**single, **bound))


class Catalogue:
    """Functions by name."""

    def __init__(self, families: Mapping[str, Iterable[Function]]) -> None:
        self._functions = {
            function.name: replace(function, family=family)
            for family, functions in families.items()
            for function in functions
        }

    def __iter__(self) -> Iterator[Function]:
        return iter(self._functions.values())

    def find(self, name: str, position: int) -> Function:
        found = self._functions.get(name)
        if found is None:
            near = difflib.get_close_matches(name[:40], self._functions, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ExpressionError(f"There is no function {name[:40]}.{hint}", position)
        return found
