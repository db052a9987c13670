"""What the plugins that come with Smalt say, in Polish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kernel.api.value_schemas import object_schema
from kernel.containment import PluginGuard
from kernel.plugin_kinds import KINDS
from kernel.plugin_manager import PluginManager
from kernel.translations import LABELS, Translations, label_of
from plugins.translations.polish import PolishTranslation

POLISH = PolishTranslation.texts


def test_everything_that_people_read_of_a_plugin_is_there() -> None:
    """Labels, descriptions, sentences, and what members of configs and their options are called."""
    registries, wanted = PluginManager(PluginGuard()).load(), set[str]()
    for kind in KINDS:
        for entry in getattr(registries, f"{kind.key}s"):
            wanted |= {getattr(entry.item, name, "") for name in ("label", "description", "sentence")}
            if kind.schema is not None:
                wanted |= set(texts_of(object_schema(getattr(entry.item, kind.schema))))
    assert len(wanted) > 200
    assert sorted(wanted - {""} - POLISH.keys()) == []


def texts_of(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from texts_of(item)
    if not isinstance(schema, dict):
        return
    for name, member in schema.get("properties", {}).items():
        yield member.get("title", label_of(name))
        yield member.get("description", "")
    yield from (
        schema.get(LABELS, {}).values()
        if LABELS in schema
        else map(label_of, (option for option in schema.get("enum", ()) if isinstance(option, str)))
    )
    for member in schema.values():
        yield from texts_of(member)


def test_no_place_gets_lost_on_the_way() -> None:
    """A translation names no place that the text has not, and what a sentence can say it says."""
    place = re.compile(r"\{(\w+)")
    for text, translated in POLISH.items():
        assert set(place.findall(translated)) <= set(place.findall(text)), text
    say = Translations((), [PolishTranslation()]).best("pl")
    assert say("This must be at least 5.") == "To musi być co najmniej 5."
    assert say("The amount must be at most 12.50.") == "Kwota może wynosić najwyżej 12.50."
    assert say("Nobody has said this.") == "Nobody has said this."
