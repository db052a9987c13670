"""Texts in other languages, by what they are in English.

Services, plugins and the log speak English. Where an answer goes out to somebody who asks for another
language, its texts are looked up: whole, or by the template that they were made from. `Give {least} to
{most} characters.` in a catalogue stands for whatever an f-string of that wording has made. So nothing
that raises an error has to know of languages, and what was stored in English is told in Polish later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeVar

import msgspec
from babel.messages.pofile import read_po

ENGLISH: Final = "en"
LABELS: Final = "x-labels"
"""Member of a JSON Schema with an enumeration: what its options are called, in the order to show them."""

OWN: Final = (files("kernel") / "locale" / "pl.po",)
"""What Smalt itself says, by language."""

_PLACE: Final = re.compile(r"\{(\w+)\}")
_LONGEST: Final = 2000
_TEXTS: Final = frozenset({"form", "given", "hint", "wanted", "why"})
"""Places where a text stands, no name and no number: a hint after a sentence, the reason of a fault."""

_TOLD: Final = ("title", "description")
_REASONS: Final = ("detail", "error", "fault", "reason")

A = TypeVar("A")


class Translation:
    """What a plugin says in another language. Subclasses set all members.

    `texts` are by the English text: labels, descriptions, names of members and options of configs, messages.
    `{name}` in both stands for what differs from case to case.
    """

    key: str
    label: str
    language: str
    texts: Mapping[str, str]


_read: Final[dict[Traversable, Mapping[str, str]]] = {}


def read_catalogue(file: Traversable) -> Mapping[str, str]:
    """The texts of a gettext catalogue (.po) that are translated. A file is read once in a process."""
    if file not in _read:
        with file.open("rb") as source:
            entries = read_po(source)
        _read[file] = {
            str(e.id): str(e.string) for e in entries if e.id and e.string and isinstance(e.id, str)
        }
    return _read[file]


def labelled(title: str | None = None, **options: str) -> msgspec.Meta:
    """How a member of a config is called for people, and what its options are, in the order to show them.

    `Annotated[Literal["start", "stop"], labelled("When", start="it starts", stop="it stops")]`
    """
    return msgspec.Meta(title=title, extra_json_schema={LABELS: options} if options else None)


def label_of(name: str) -> str:
    """What a member or an option is called that has no label: `round_robin` is `Round robin`."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Wording:
    """Says texts in one language; what it does not know stays in English."""

    language: str = ENGLISH
    texts: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[tuple[re.Pattern[str], str], ...] = ()

    def __call__(self, text: str) -> str:
        known = self.texts.get(text)
        if known is not None or not self.templates or len(text) > _LONGEST:
            return known or text
        for pattern, translated in self.templates:
            if found := pattern.fullmatch(text):
                return self._put(translated, found.groupdict())
        return text

    def _put(self, template: str, parts: Mapping[str, str]) -> str:
        """The parts in their places. Names stay as they are; only what is a text of its own is said, too."""

        def part(place: re.Match[str]) -> str:
            text = parts.get(place[1], place[0])
            blank = " " if text.startswith(" ") else ""
            return blank + self._within(text.strip()) if place[1] in _TEXTS else text

        return _PLACE.sub(part, template)

    def _within(self, text: str) -> str:
        """A part of a text, which may begin with a capital only because it stands first."""
        said, small = self(text), text[:1].lower() + text[1:]
        if said == text and self(small) != small:
            said = self(small)
            return said[:1].upper() + said[1:]
        return said

    def filled(self, text: str, *values: object) -> str:
        """A text with its `{}` filled in."""
        said = self(text)
        return said.format(*values) if values else said

    def told(self, answer: A) -> A:
        """An answer with what it says of faults and reasons in this language, also inside its lists."""
        if self.language == ENGLISH or not isinstance(answer, msgspec.Struct):
            return answer
        changes: dict[str, Any] = {}
        for name in answer.__struct_fields__:
            value = getattr(answer, name)
            if isinstance(value, str) and name in _REASONS:
                changes[name] = self(value)
            elif isinstance(value, list):
                changes[name] = [self.told(item) for item in value]
            elif isinstance(value, msgspec.Struct):
                changes[name] = self.told(value)
        return msgspec.structs.replace(answer, **changes)

    def schema(self, schema: Any) -> Any:
        """A JSON Schema with what people read of it in this language."""
        if isinstance(schema, list):
            return [self.schema(item) for item in schema]
        if not isinstance(schema, dict) or self.language == ENGLISH:
            return schema
        said = {name: self.schema(member) for name, member in schema.items()}
        for name in _TOLD:
            if isinstance(said.get(name), str):
                said[name] = self(said[name])
        for name, member in said["properties"].items() if "properties" in said else ():
            member.setdefault("title", self(label_of(name)))
        if "enum" in said:
            labels = said.get(LABELS) or {str(option): label_of(str(option)) for option in said["enum"]}
            said[LABELS] = {option: self(label) for option, label in labels.items()}
        return said


class Translations:
    """The languages that Smalt speaks: its own texts and those that plugins bring."""

    def __init__(self, own: Iterable[Traversable], brought: Iterable[Translation]) -> None:
        found: dict[str, dict[str, str]] = {ENGLISH: {}}
        for file in own:
            found.setdefault(file.name.removesuffix(".po"), {}).update(read_catalogue(file))
        for translation in brought:
            found.setdefault(translation.language, {}).update(translation.texts)
        self._wordings = {language: _wording(language, texts) for language, texts in found.items()}

    def of(self, locale: str) -> Wording:
        """The wording for a locale such as `pl` or `pl_PL`; English where there is none."""
        return self.best(locale.replace("_", "-"))

    def best(self, accepted: str) -> Wording:
        """The wording for an Accept-Language header; English where none fits."""
        wanted = []
        for place, part in enumerate(accepted[:500].split(",")):
            tag, _, rest = part.strip().partition(";")
            weight = rest.strip().removeprefix("q=")
            try:
                quality = float(weight) if weight else 1.0
            except ValueError:
                continue
            wanted.append((-quality, place, tag.strip().lower().partition("-")[0]))
        chosen = (tag for quality, _, tag in sorted(wanted) if tag in self._wordings and quality < 0)
        return self._wordings[next(chosen, ENGLISH)]


def _wording(language: str, texts: Mapping[str, str]) -> Wording:
    """Templates with much text of their own go first: they say more exactly what was meant."""
    made = sorted((t for t in texts if _PLACE.search(t)), key=lambda t: -len(_PLACE.sub("", t)))
    return Wording(language, texts, tuple((_pattern(template), texts[template]) for template in made))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces, seen = [], set()
    for number, piece in enumerate(_PLACE.split(template)):
        if not number % 2:
            pieces.append(re.escape(piece))
        elif piece in seen:
            pieces.append(f"(?P={piece})")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.*?)")
    return re.compile("".join(pieces), re.DOTALL)
