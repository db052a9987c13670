"""A record is added, by whatever way or by chosen ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import ListName, Occurrence, Trigger, hookimpl, labelled

Way = Annotated[
    Literal["api", "page", "form", "import", "automation"],
    labelled(
        page="a page", form="a form", automation="an automation", api="the API", **{"import": "an import"}
    ),
]


class RecordCreatedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`via`: only records that came by these ways; none given, all. `list`: only those in this list."""

    via: Annotated[tuple[Way, ...], msgspec.Meta(title="Only through", examples=[["form", "import"]])] = ()
    list: ListName | None = None


class RecordCreatedTrigger(Trigger[RecordCreatedConfig]):
    key = "record_created"
    label = "A record is added"
    description = "Through the API, a page, a form, an import or another automation."
    sentence = "a record is added[ to {list}][ through {via}]"
    config_type = RecordCreatedConfig
    also = (("via", "source", "sources"),)
    kinds = ("record.created",)

    def matches(self, event: Occurrence, config: RecordCreatedConfig) -> bool:
        if config.via and event.via not in config.via:
            return False
        entered = event.changed("list")
        return config.list is None or (entered is not None and entered.after == config.list)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [RecordCreatedTrigger()]
