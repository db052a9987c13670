"""Numbers and times as text by the patterns of spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kernel.errors import ExpressionError
from kernel.expressions.catalogue import take
from kernel.expressions.conversion import to_text
from kernel.expressions.functions.date_text import by_pieces
from kernel.expressions.number_format import NumberPattern, read_number_pattern
from kernel.expressions.operands import Context, Operand, derived, named
from kernel.expressions.spreadsheet_dates import date_pieces
from kernel.expressions.time_format import MAXIMUM_PATTERN
from kernel.values import TEXT


def text(context: Context, operands: Sequence[Operand]) -> Operand:
    """`TEXT({amount}, '#,##0.00', ',', ' ')`."""
    value, *patterned = operands
    if not patterned or value.blank:
        return to_text(context, value)
    pattern, *given = patterned
    if len(str(pattern.constant)) > MAXIMUM_PATTERN:
        raise ExpressionError("The pattern is too long.", pattern.position)
    if value.kind.temporal:
        return _date(context, value, pattern, given)
    if value.kind.numeric:
        return _number(context, value, pattern, given)
    raise ExpressionError(
        f"TEXT writes a number or a date by a pattern, but this is {named(value)}.", value.position
    )


def signs(name: str, given: Sequence[Operand], usual: str) -> tuple[str, str]:
    """The signs of a number: before its places and between thousands (`usual` if not given)."""
    words = [str(sign.constant) for sign in given]
    decimal = words[0] if words else "."
    group = words[1] if len(words) > 1 else "." if usual == decimal else usual
    if len(decimal) != 1 or decimal == group or len(group) > 1:
        raise ExpressionError(f"{name} takes two different signs, such as ',' and '.'.", given[0].position)
    return decimal, group


def _date(context: Context, value: Operand, pattern: Operand, given: Sequence[Operand]) -> Operand:
    pieces = date_pieces(str(pattern.constant))
    if pieces is None:
        raise ExpressionError(
            "Write a date such as 'dd.mm.yyyy hh:mm', and words in double quotes.", pattern.position
        )
    if given:
        raise ExpressionError("A date takes no signs of numbers.", given[0].position)
    return by_pieces(context, take(context, "time", value, "TEXT: value"), pieces)


def _number(context: Context, value: Operand, pattern: Operand, given: Sequence[Operand]) -> Operand:
    shape = read_number_pattern(str(pattern.constant))
    if shape is None:
        raise ExpressionError(
            "Write the places of the digits once, such as '#,##0.00' or '0%'.", pattern.position
        )
    point, group = signs("TEXT", given, ",")
    plain = context.dialect.number_text(context.sql(value), value.type.scale)
    texts = [context.parameters.add(sign, TEXT) for sign in (point, group if shape.grouped else "")]
    digits = f"{shape.shift}, {shape.whole}, {shape.least}, {shape.most}"
    sql = _around(context, f"smalt_shaped({plain}, {digits}, {', '.join(texts)})", shape)
    return derived(TEXT, f"nullif({sql}, '')", value)


def _around(context: Context, number: str, shape: NumberPattern) -> str:
    """What stands before and after; a minus comes first of all."""
    dialect = context.dialect
    after = [context.parameters.add(shape.after, TEXT)] if shape.after else []
    if not shape.before:
        return dialect.concat([number, *after])
    before = context.parameters.add(shape.before, TEXT)

    def write(pieces: Mapping[str, str]) -> str:
        x = pieces["x"]
        minus = dialect.concat(["'-'", before, f"substr({x}, 2)", *after])
        plus = dialect.concat([before, x, *after])
        return f"CASE WHEN substr({x}, 1, 1) = '-' THEN {minus} ELSE {plus} END"

    return dialect.once({"x": number}, write)
