"""Somebody sends in a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kernel.plugin_api import FormName, ListName, Occurrence, Trigger, hookimpl


class FormSubmittedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`form`: this form alone; `list`: only forms that add to this list."""

    form: FormName | None = None
    list: ListName | None = None


class FormSubmittedTrigger(Trigger[FormSubmittedConfig]):
    key = "form_submitted"
    label = "A form is submitted"
    description = "A record was added by a form."
    sentence = "the form {form|of any kind} is submitted[ for {list}]"
    config_type = FormSubmittedConfig
    kinds = ("record.created",)

    def matches(self, event: Occurrence, config: FormSubmittedConfig) -> bool:
        if event.via != "form" or config.form not in (None, event.via_id):
            return False
        entered = event.changed("list")
        return config.list is None or (entered is not None and entered.after == config.list)


@hookimpl
def register_triggers() -> Iterable[Trigger[Any]]:
    return [FormSubmittedTrigger()]
