"""The functions of the expression language, by family."""

from __future__ import annotations

import msgspec

from kernel.expressions.catalogue import Catalogue
from kernel.expressions.functions import conversion, date, date_text, list, logic, number, text
from kernel.expressions.syntax import FIELD_FUNCTIONS

CATALOGUE = Catalogue(
    {
        "text": text.FUNCTIONS,
        "number": number.FUNCTIONS,
        "date": (*date.FUNCTIONS, *date_text.FUNCTIONS),
        "logic": logic.FUNCTIONS,
        "list": list.FUNCTIONS,
        "conversion": conversion.FUNCTIONS,
    }
)


class FunctionEntry(msgspec.Struct, frozen=True):
    """A function as catalogues show it."""

    name: str
    signature: str
    description: str
    family: str


def function_catalogue() -> tuple[FunctionEntry, ...]:
    """Every function, by family."""
    written = (FunctionEntry(f.name, f.signature(), f.description, f.family) for f in CATALOGUE)
    named = (FunctionEntry(n, f"{n}()", f"The same as {{{f}}}.", "logic") for n, f in FIELD_FUNCTIONS.items())
    return (*written, *named)
