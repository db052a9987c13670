"""The kinds of things that plugins register, and what each must have to be accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from kernel.automations import Action, Trigger
from kernel.charts import ChartType
from kernel.enclosure import Check, WrongResultError
from kernel.fields import FieldType
from kernel.importers import Importer
from kernel.plugin_checks import (
    ACTION_CHECKS,
    TEMPLATE_CHECKS,
    TRIGGER_CHECKS,
    chart_type_checks,
    field_type_checks,
    importer_checks,
)
from kernel.templates import Template
from kernel.translations import Translation

KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class PluginKind:
    """One kind: `hook` collects it, built-in modules of it stand in `folder`.

    `schema` names the attribute that holds the Struct from which the configuration form is made.
    """

    key: str
    hook: str
    folder: str
    contract: type[Any]
    checks: Callable[[Any], Mapping[str, Check]]
    schema: str | None = None


_TRIGGERS, _ACTIONS = "automations.triggers", "automations.actions"

KINDS = (
    PluginKind("field_type", "register_field_types", "fields", FieldType, field_type_checks, "config_type"),
    PluginKind("chart_type", "register_chart_types", "charts", ChartType, chart_type_checks, "config_type"),
    PluginKind("importer", "register_importers", "importers", Importer, importer_checks, "options_type"),
    PluginKind("template", "register_templates", "templates", Template, lambda item: TEMPLATE_CHECKS),
    PluginKind("trigger", "register_triggers", _TRIGGERS, Trigger, lambda i: TRIGGER_CHECKS, "config_type"),
    PluginKind("translation", "register_translations", "translations", Translation, lambda item: {}),
    PluginKind("action", "register_actions", _ACTIONS, Action, lambda i: ACTION_CHECKS, "config_type"),
)


def require_whole(item: Any, kind: PluginKind) -> None:
    """Raise WrongResultError when a registered item lacks what its contract asks for."""
    if not isinstance(item, kind.contract):
        raise WrongResultError(f"{kind.hook} gave {item!r:.80}, which is no {kind.contract.__name__}")
    name = type(item).__name__
    key = getattr(item, "key", None)
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise WrongResultError(f"{name} needs a 'key' of small letters, digits and _, not {key!r:.80}")
    label = getattr(item, "label", None)
    if not isinstance(label, str) or not label.strip():
        raise WrongResultError(f"{name} needs a 'label' for people")
    if kind.schema is not None:
        _require_schema(getattr(item, kind.schema), f"{name}.{kind.schema}")


def _require_schema(struct: Any, name: str) -> None:
    if not isinstance(struct, type) or not issubclass(struct, msgspec.Struct):
        raise WrongResultError(f"{name} must be a msgspec.Struct class")
    if not struct.__struct_config__.forbid_unknown_fields:
        raise WrongResultError(f"{name} must be declared with forbid_unknown_fields=True")
    _describe(struct)


@cache
def _describe(struct: type[msgspec.Struct]) -> None:
    """Raise TypeError for a class of which no schema can be made; each is tried once in a process."""
    msgspec.json.schema(struct)
