"""Numbers from JSON and from text, exact to the places of the column that will hold them."""

from __future__ import annotations

import re
from decimal import Decimal

from kernel.errors import InvalidValueError
from kernel.values import MAXIMUM_SCALE

_PLAIN = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,8})?").fullmatch
_LOOSE = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?=([, ']))(?:\1[0-9]{2,3}){0,12}\1[0-9]{3}(?:\.[0-9]{0,40})?"
).fullmatch

_LONGEST = 80
_GROUPS = str.maketrans("", "", ", '")
_SIGNS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_COMMA_TO_POINT = str.maketrans(",.", ".,")

_STEPS = tuple(Decimal(1).scaleb(-scale) for scale in range(MAXIMUM_SCALE + 1))
_ZEROS = tuple(Decimal(0).quantize(step) for step in _STEPS)
_LIMITS = tuple(Decimal(10) ** min(15, 17 - scale) for scale in range(MAXIMUM_SCALE + 1))


def number_limit(scale: int) -> Decimal:
    """Numbers with so many decimal places are smaller than this, leaving the sums of a million
    of them exact in 64 bits where it matters, and whole numbers exact in JavaScript."""
    return _LIMITS[scale]


def parse_decimal(value: object, scale: int, decimal_comma: bool = False) -> Decimal | None:
    """A JSON number, or text such as `1234.5`, `1,234.50`, `1 234`, `(1,234)`, `1e3`.

    Exact, with `scale` decimal places (0 to 8). Text may group its digits by comma, space or
    apostrophe; with `decimal_comma` comma and point change places. None for blank text.
    Raises InvalidValueError for anything else and for what does not fit, never rounds.
    """
    if type(value) is str:
        if _PLAIN(value) and not decimal_comma:
            return fit_decimal(Decimal(value), scale)
        number = _from_text(value, decimal_comma)
        return None if number is None else fit_decimal(number, scale)
    return fit_decimal(_from_number(value), scale)


def fit_decimal(number: Decimal, scale: int) -> Decimal:
    """The finite number with exactly `scale` places; InvalidValueError where digits would be lost."""
    limit = _LIMITS[scale]
    if not -limit < number < limit:
        raise InvalidValueError(f"This number is too large; it must be below {limit:,}.")
    exact = number.quantize(_STEPS[scale])
    if exact != number:
        raise InvalidValueError(_too_fine(scale))
    return exact or _ZEROS[scale]


def parse_integer(value: object, decimal_comma: bool = False) -> int | None:
    """A whole number by the rules of `parse_decimal`."""
    if type(value) is int and -(10**15) < value < 10**15:
        return value
    number = parse_decimal(value, 0, decimal_comma)
    return None if number is None else int(number)


def _too_fine(scale: int) -> str:
    if scale == 0:
        return "This must be a whole number."
    return f"This has too many decimal places; {scale} are kept."


def _from_number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise InvalidValueError("This must be a number.")
    if isinstance(value, int):
        # Above the limit any number will do to be refused; a huge one is slow to convert.
        return Decimal(max(-(10**18), min(10**18, value)))
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise InvalidValueError("This must be a number.")
    return number


def _from_text(text: str, decimal_comma: bool) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    if len(text) <= _LONGEST:
        text = text.translate(_SIGNS)
        if text[0] == "(" and text[-1] == ")":
            text = "-" + text[1:-1].strip()
        if decimal_comma:
            text = text.translate(_COMMA_TO_POINT)
        if _LOOSE(text):
            return Decimal(text)
        if _GROUPED(text):
            return Decimal(text.translate(_GROUPS))
    raise InvalidValueError("This must be a number.")
