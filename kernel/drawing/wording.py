"""The few words that charts write themselves, in the reader's language.

A chart type writes English; what is not known in a language stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_POLISH: Final[Mapping[str, str]] = {
    "No data": "Brak danych",
    "before: {}": "przedtem: {}",
    "unchanged from {}": "bez zmian: {}",
    "{} {} from {}": "{} {} wobec {}",
    "{} of {}": "{} z {}",
    "{} of the target": "{} celu",
    "Target: {}": "Cel: {}",
    "Total: {}": "Razem: {}",
    "Before: {}": "Przedtem: {}",
    "Left out: {} ({})": "Pominięto: {} ({})",
    "Total": "Razem",
    "and {} more": "i {} więcej",
    "{} of the stage before": "{} poprzedniego etapu",
    "{} of all": "{} całości",
    "As of {}": "Stan na {}",
    "Others": "Pozostałe",
    "Records": "Rekordy",
    "Value": "Wartość",
    "No date": "Bez daty",
    "No rate to {}": "Brak kursu na {}",
    "Amounts in {}": "Kwoty w {}",
    "Amounts of different currencies in one figure": "Kwoty w różnych walutach w jednej wartości",
    "Groups beyond the largest": "Grupy poza największymi",
    "Series beyond the fiftieth": "Serie powyżej pięćdziesiątej",
    "Projects that are gone, or that you may not see": "Projekty, których już nie ma lub których nie widzisz",
    "Only: {}": "Tylko: {}",
    "This chart shows something that you may not see.": "Ten wykres pokazuje coś, czego nie możesz zobaczyć.",
    "This chart refers to something that is gone. Somebody who sees all of it can mend it.": (
        "Ten wykres odwołuje się do czegoś, czego już nie ma. Może go naprawić ktoś, kto widzi całość."
    ),
}
_LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"pl": _POLISH}


def wording(locale: str, text: str, *values: object) -> str:
    """A text in the language of a locale such as `pl` or `pl-PL`, its `{}` filled in."""
    known = _LANGUAGES.get(locale.replace("-", "_").partition("_")[0].lower(), {})
    pattern = known.get(text, text)
    return pattern.format(*values) if values else pattern
