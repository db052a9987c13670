"""A country of ISO 3166, known by its code and by its names."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import pycountry
from babel import Locale
from babel.languages import get_official_languages
from babel.localedata import resolve_locale_filename

from kernel.plugin_api import (
    Column,
    Display,
    FieldType,
    InvalidValueError,
    Kind,
    Look,
    NoConfig,
    ParseContext,
    SqlText,
    Value,
    clean_line,
    fold_name,
    hookimpl,
    parses,
    score,
)

_LONGEST = 100
_READ_IN = ("en", "pl")
"""Languages whose names are read for every country."""

_LOCAL = frozenset((
    "ar", "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "he", "hr", "hu", "it", "ja", "ko", "lt",
    "lv", "nb", "nl", "no", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "zh",
))  # fmt: skip
"""Languages whose names are read for the countries where they are official. All the others
would take seconds to load, and much memory."""

_ALSO = {"uk": "GB"}


class Country(msgspec.Struct, frozen=True):
    """What answers show; only the code is stored."""

    code: str
    name: str


class CountryDisplay(Display):
    def text(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        return str(look.locale.territories.get(value["code"], value["name"]))


class CountryField(FieldType[NoConfig, str]):
    """Stored as the two-letter code, shown as `{"code": "PL", "name": "Poland"}`.

    Input is the code of two or three letters or a name in English, Polish or an official
    language of the country. In expressions it is the English name, by which it sorts and
    groups; `=` and IN take the code as well: `{country} = 'PL'`.
    """

    key = "country"
    label = "Country"
    description = "A country, by its code or name."
    column = Column.TEXT
    value_type = Country
    widget = "country"
    display = CountryDisplay()
    searchable = False

    def value(self, columns: Mapping[str, str], config: NoConfig, sql: SqlText) -> Value:
        code = columns[""]
        stored = super().value(columns, config, sql)
        shown = {c: msgspec.json.encode(Country(c, name)).decode() for c, name in _names().items()}
        json = f"coalesce({_case(code, shown)}, 'null')"
        return replace(stored, sql=_case(code, _names()), json=json, aliases=(code,))

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> str | None:
        if isinstance(value, dict):
            value = value.get("code") or value.get("name")
        text = clean_line(value, _LONGEST)
        if text is None:
            return None
        name = fold_name(text)
        code = _known().get(name) or _local().get(name)
        if code is None:
            raise InvalidValueError("This must be a country: its name, or its code such as PL.")
        return code

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        """Names and codes of three letters; those of two are also much else."""
        reads = parses(lambda cell: self.parse(cell, NoConfig(), context))
        return score(samples, lambda cell: len(cell.strip()) > 2 and reads(cell), 0.85)


def _case(code: str, texts: Mapping[str, str]) -> str:
    whens = " ".join(f"WHEN '{key}' THEN {_literal(text)}" for key, text in texts.items())
    return f"CASE {code} {whens} END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@cache
def _names() -> Mapping[str, str]:
    """The English names by code, in their alphabetical order."""
    english = Locale.parse("en").territories
    names = {c.alpha_2: str(english.get(c.alpha_2, c.name)) for c in pycountry.countries}
    return dict(sorted(names.items(), key=lambda item: fold_name(item[1])))


@cache
def _known() -> Mapping[str, str]:
    """Codes by code and by name in the languages read for every country; the first has a name."""
    known: dict[str, str] = dict(_ALSO)
    for country in pycountry.countries:
        known[fold_name(country.alpha_2)] = known[fold_name(country.alpha_3)] = country.alpha_2
    for language in _READ_IN:
        territories = Locale.parse(language).territories
        for country in pycountry.countries:
            known.setdefault(fold_name(territories.get(country.alpha_2, country.name)), country.alpha_2)
    for country in pycountry.countries:
        for attribute in ("name", "common_name", "official_name"):
            known.setdefault(fold_name(getattr(country, attribute, country.name)), country.alpha_2)
    return known


@cache
def _local() -> Mapping[str, str]:
    """Codes by the countries' names in their own languages."""
    known: dict[str, str] = {}
    for country in pycountry.countries:
        code = country.alpha_2
        for language in get_official_languages(code, regional=True, de_facto=True):
            if language in _LOCAL and (name := _territories(language).get(code)):
                known.setdefault(fold_name(name), code)
    _territories.cache_clear()
    return known


@cache
def _territories(language: str) -> Mapping[str, str]:
    """The names of countries in a language, out of its file: babel would keep all of every file,
    a megabyte each, for good."""
    if language == "nb":  # whose file says only that it is Norwegian
        language = "no"
    with open(resolve_locale_filename(language), "rb") as file:
        found: dict[str, str] = pickle.load(file)["territories"]
    return found


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [CountryField()]
