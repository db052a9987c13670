"""Which facts the config of an action asks for, and the answers as the action gets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from kernel.automations import Facts
from kernel.effects import Address
from kernel.queries.facts import Answer, Question
from kernel.services.automations.templating import (
    filled,
    of_payload,
    only_place,
    payload_value,
    places,
    texts_in,
)
from kernel.services.automations.wording import translated
from kernel.values import Kind

Known = Mapping[Question, Answer]


@dataclass
class Asked:
    """What a config names, by what it stands for; each with the pointer to it."""

    texts: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)

    def any(self) -> bool:
        """Whether anything depends on the record."""
        return any((self.texts, self.inputs, self.formulas, self.filters, self.recipients))

    def questions(self) -> dict[Question, str]:
        """What the record is to be asked, with the pointers."""
        found: dict[Question, str] = {}
        for template, pointer in {**self.texts, **self.inputs}.items():
            for name in places(template):
                if not of_payload(name):
                    found.setdefault(Question("text", f"{{{name}}}"), pointer)
        for template, pointer in {**self.inputs, **self.recipients}.items():
            only = only_place(template)
            if only is not None and not of_payload(only):
                found[Question("value", f"{{{only}}}")] = pointer
        found |= {Question("value", formula): pointer for formula, pointer in self.formulas.items()}
        return found | {Question("filter", text): pointer for text, pointer in self.filters.items()}


def asked_by(config: Any, struct: type[msgspec.Struct], pointer: str = "") -> Asked:
    """What a config, as JSON values, asks for."""
    asked = Asked()
    into = {"text": asked.texts, "expression": asked.formulas, "filter": asked.filters}

    def note(meaning: str, value: Any, place: str) -> Any:
        if meaning == "input":
            asked.inputs.update(dict.fromkeys(texts_in(value), place))
        elif meaning == "recipient" and isinstance(value, str):
            asked.recipients[value] = place
        elif meaning in into and isinstance(value, str):
            into[meaning][value] = place
        return value

    translated(config, struct, note, pointer)
    return asked


@dataclass(frozen=True)
class Frame:
    """What facts hold beside what was asked."""

    key: str
    now: datetime
    time_zone: str
    record: Mapping[str, Any] | None
    payload: Any


def facts_of(asked: Asked, known: Known, people: Mapping[str, Address], frame: Frame) -> Facts:
    """The facts. `people` are the users whom answers and recipients name, by id and lower-case email."""

    def text(name: str) -> str:
        if of_payload(name):
            value = payload_value(frame.payload, name)
            return "" if value is None else value if isinstance(value, str) else _json(value)
        answer = known.get(Question("text", f"{{{name}}}"))
        return "" if answer is None or answer.value is None else str(answer.value)

    def place(name: str) -> Any:
        if of_payload(name):
            return payload_value(frame.payload, name)
        answer = known.get(Question("value", f"{{{name}}}"))
        return None if answer is None else answer.value

    only = {template: name for template in asked.inputs if (name := only_place(template)) is not None}
    return Facts(
        key=frame.key,
        now=frame.now,
        time_zone=frame.time_zone,
        record=frame.record,
        payload=frame.payload,
        texts={template: filled(template, text) for template in {**asked.texts, **asked.inputs}},
        values={f: _value(known, Question("value", f)) for f in asked.formulas},
        places={template: place(name) for template, name in only.items()},
        conditions={f: bool(_value(known, Question("filter", f))) for f in asked.filters},
        addresses={entry: _addresses(entry, place, people) for entry in asked.recipients},
    )


def _value(known: Known, question: Question) -> Any:
    answer = known.get(question)
    return None if answer is None else answer.value


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _addresses(entry: str, place: Any, people: Mapping[str, Address]) -> Sequence[Address]:
    name = only_place(entry)
    named = [entry.strip()] if name is None else list(mentioned(place(name)))
    return [
        people.get(text.lower()) or Address(text) for text in named if text.lower() in people or "@" in text
    ]


def mentioned(value: Any) -> Iterator[str]:
    """The people and addresses in a value: ids of people, or texts with addresses."""
    if isinstance(value, str):
        yield from (part.strip() for part in value.replace(";", ",").split(",") if part.strip())
    elif isinstance(value, Mapping):
        if isinstance(value.get("id"), str) and "title" not in value:
            yield value["id"]
    elif isinstance(value, list):
        for item in value:
            yield from mentioned(item)


def people_in(asked: Asked, known: Known, payload: Any) -> set[str]:
    """The ids and addresses, in small letters, that recipients come to."""
    found: set[str] = set()
    for entry in asked.recipients:
        name = only_place(entry)
        if name is None:
            found.add(entry.strip().lower())
        elif of_payload(name):
            found |= {text.lower() for text in mentioned(payload_value(payload, name))}
        else:
            answer = known.get(Question("value", f"{{{name}}}"))
            if answer is not None and answer.kind in (Kind.PERSON, Kind.TEXT):
                found |= {text.lower() for text in mentioned(answer.value)}
    return found
