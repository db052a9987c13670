"""Assigns people: all of those named, or one of them by turns or by load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import (
    Action,
    AssignFairly,
    ChangeRecord,
    Effect,
    Facts,
    ListName,
    PersonName,
    hookimpl,
    labelled,
)

Strategy = Annotated[
    Literal["all", "round_robin", "least_loaded"],
    labelled(
        "Who of them",
        all="all of",
        round_robin="in turn one of",
        least_loaded="whoever has the fewest open records of",
    ),
]


class AssignConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`strategy`: `all` of the people, or one: in turn (`round_robin`), or whoever has least to do.

    `least_loaded` counts records of the project that are not completed and not in the lists `closed`.
    `replace`: instead of those who are assigned already.
    """

    people: Annotated[tuple[PersonName, ...], msgspec.Meta(min_length=1, max_length=200)]
    strategy: Strategy = "all"
    replace: Annotated[bool, labelled("Instead of those before")] = False
    closed: Annotated[tuple[ListName, ...], labelled("Lists that count as closed")] = ()


class AssignAction(Action[AssignConfig]):
    key = "assign"
    label = "Assign people"
    description = "All of them, or one: by turns, or whoever has the fewest open records."
    sentence = "assign {strategy} {people}[{replace}, instead of those before]"
    config_type = AssignConfig
    also = (("people", "users", "user", "assignees", "assignee", "person"), ("strategy", "mode", "method"))

    def plan(self, config: AssignConfig, facts: Facts) -> Sequence[Effect]:
        if config.strategy != "all":
            return [AssignFairly(config.people, config.strategy, config.replace, config.closed)]
        if config.replace:
            return [ChangeRecord({"assignees": list(config.people)})]
        return [ChangeRecord(add={"assignees": config.people})]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [AssignAction()]
