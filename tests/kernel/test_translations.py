"""Texts in other languages: the catalogue says what the code says, and finds it again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from kernel import errors
from kernel.api.problems import STATUSES
from kernel.api.value_schemas import object_schema
from kernel.errors import SmaltError
from kernel.translations import OWN, Translation, Translations, labelled, read_catalogue

KERNEL = Path(errors.__file__).parent
POLISH = read_catalogue(OWN[0])
OF_LIBRARIES = {"Expected {wanted}, got {given}."}
FEWEST_LETTERS = 4
"""Of its own that an f-string has to have to be told from others."""


def written() -> Iterator[str]:
    """Patterns of all texts in the code and the templates of the kernel; what an f-string puts in is anything."""
    for path in KERNEL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value.strip())
            elif isinstance(node, ast.JoinedStr):
                own = [part.value for part in node.values if isinstance(part, ast.Constant)]
                if sum(c.isalpha() for text in own for c in str(text)) >= FEWEST_LETTERS:
                    made = (
                        re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".*" for p in node.values
                    )
                    yield "".join(made).removeprefix(re.escape(" "))
    for path in KERNEL.rglob("*.html"):
        yield from map(re.escape, re.findall(r'\bt\("([^"]+)"\)', path.read_text()))


def test_what_is_translated_is_what_the_code_says() -> None:
    patterns = set(written())
    titles = {
        error.title()
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, SmaltError)
    }
    plain = {re.sub(r"\\(.)", r"\1", p) for p in patterns} | titles
    formed = re.compile("|".join(p for p in patterns if ".*" in p))
    unknown = [
        text
        for text in POLISH
        if text not in plain | OF_LIBRARIES and not ("{" in text and formed.fullmatch(text))
    ]
    assert unknown == []


def test_titles_of_problems_are_translated() -> None:
    titles = {title for _, title in STATUSES.values()}
    classes = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, SmaltError)]
    rare = {"PluginError", "SettingsError", "SmaltError"}
    titles |= {e.title() for e in classes if e.__name__ not in rare}
    assert sorted(titles - POLISH.keys()) == []


class Tides(Translation):
    key = "tides"
    label = "Tides"
    language = "pl"
    texts = {"Tide": "Pływ", "The tide is {height} m.{hint}": "Pływ: {height} m.{hint}", "Run!": "W nogi!",
             "The {what} is {height} m.": "{what}: {height} m.", "On": "Kiedy", "rises": "rośnie"}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "polish"),
    [
        ("Tide", "Pływ"),
        ("The tide is 3.5 m.", "Pływ: 3.5 m."),
        ("The tide is 3.5 m. Run!", "Pływ: 3.5 m. W nogi!"),
        ("The wave is 4 m.", "wave: 4 m."),
        ("The Tide is 4 m.", "Tide: 4 m."),
        ("Something else.", "Something else."),
        ("The tide is " + "3" * 5000 + " m.", "The tide is " + "3" * 5000 + " m."),
    ],
)
def test_texts_are_found_by_the_template_they_were_made_from(text: str, polish: str) -> None:
    assert Translations((), [Tides()]).best("pl")(text) == polish


def test_the_best_language_is_chosen() -> None:
    known = Translations((), [Tides()])
    wanted = {"": "en", "de": "en", "pl": "pl", "pl-PL,en;q=0.5": "pl", "en-GB,pl;q=0.9": "en",
              "de,pl;q=0.3,en;q=0.2": "pl", "pl;q=0": "en", "pl;q=x,en": "en"}  # fmt: skip
    assert {accepted: known.best(accepted).language for accepted in wanted} == wanted


class TideConfig(msgspec.Struct):
    on: Annotated[Literal["rise", "fall"], labelled(rise="rises", fall="falls")] = "rise"


def test_schemas_say_what_members_and_options_are_called() -> None:
    schema = object_schema(TideConfig)
    known = Translations((), [Tides()])
    assert known.best("en").schema(schema)["properties"]["on"]["x-labels"] == {
        "rise": "rises",
        "fall": "falls",
    }
    member = known.best("pl").schema(schema)["properties"]["on"]
    assert member["title"] == "Kiedy"
    assert list(member["x-labels"].items()) == [("rise", "rośnie"), ("fall", "falls")]
