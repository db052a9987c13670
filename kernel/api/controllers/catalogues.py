"""The catalogues of what the enabled plugins bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Controller, get
from litestar.params import FromPath

from kernel import runtime
from kernel.api.injected import Actor, Kernel, Paging, Say
from kernel.api.paging import Page
from kernel.api.value_schemas import object_schema
from kernel.charts import ChartType
from kernel.dialects.base import Dialect
from kernel.errors import NotFoundError
from kernel.expressions import FunctionEntry, function_catalogue
from kernel.expressions.filters import operators_for
from kernel.fields import FieldType
from kernel.registry import Entry, Registry
from kernel.translations import Wording


class TypeView(msgspec.Struct, kw_only=True):
    """Something that plugins bring. `config_schema` is JSON Schema; forms are made from it."""

    key: Annotated[str, msgspec.Meta(examples=["rating"])]
    label: str
    description: str
    config_schema: dict[str, Any]
    provider: str
    plugin: str


class StepView(TypeView, kw_only=True):
    """Something that automations begin with, or do. `sentence` says it in words, with `{member}` for what the
    config says, `{member|else}` where it may say nothing, and brackets around what is left out then."""

    sentence: str


class FieldTypeView(TypeView, kw_only=True):
    """A kind of fields. `operators` are those of filter trees, null where they follow from the config;
    `widget`, its options and the `width` of a column in pixels say how pages draw a value."""

    widget: str
    widget_options: dict[str, Any]
    width: int | None
    operators: list[str] | None


class ChartTypeView(TypeView, kw_only=True):
    """A kind of charts. `config_schema` is that of a chart's `format`; `grouped` says whether it draws
    groups, not the total alone."""

    grouped: bool


class ImporterView(TypeView, kw_only=True):
    """A file format, and how the names of its files end."""

    extensions: list[str]


V = TypeVar("V", bound=TypeView)


class CataloguesController(Controller):
    """What the enabled plugins bring."""

    tags = ["Plugins"]

    @get("/field-types", summary="Kinds of custom fields")
    async def field_types(
        self, kernel: Kernel, actor: Actor, say: Say, paging: Paging
    ) -> Page[FieldTypeView]:
        return paging.slice(await _field_types(kernel, say), key=_key)

    @get("/field-types/{key:str}", summary="One kind of custom fields")
    async def field_type(self, kernel: Kernel, actor: Actor, say: Say, key: FromPath[str]) -> FieldTypeView:
        return _one(await _field_types(kernel, say), key)

    @get("/importers", summary="File formats that records can be imported from")
    async def importers(self, kernel: Kernel, actor: Actor, say: Say, paging: Paging) -> Page[ImporterView]:
        return paging.slice(await _importers(kernel, say), key=_key)

    @get("/importers/{key:str}", summary="One file format")
    async def importer(self, kernel: Kernel, actor: Actor, say: Say, key: FromPath[str]) -> ImporterView:
        return _one(await _importers(kernel, say), key)

    @get("/functions", summary="Functions of the expression language")
    async def functions(self, actor: Actor, paging: Paging) -> Page[FunctionEntry]:
        found = sorted(function_catalogue(), key=lambda entry: entry.name)
        return paging.slice(found, key=lambda entry: (entry.name,))

    @get("/chart-types", summary="Kinds of charts")
    async def chart_types(
        self, kernel: Kernel, actor: Actor, say: Say, paging: Paging
    ) -> Page[ChartTypeView]:
        return paging.slice(await _chart_types(kernel, say), key=_key)

    @get("/chart-types/{key:str}", summary="One kind of charts")
    async def chart_type(self, kernel: Kernel, actor: Actor, say: Say, key: FromPath[str]) -> ChartTypeView:
        return _one(await _chart_types(kernel, say), key)

    @get("/triggers", summary="What automations can react to")
    async def triggers(self, kernel: Kernel, actor: Actor, say: Say, paging: Paging) -> Page[StepView]:
        return paging.slice(await _plain(kernel, say, "triggers"), key=_key)

    @get("/triggers/{key:str}", summary="One thing that automations can react to")
    async def trigger(self, kernel: Kernel, actor: Actor, say: Say, key: FromPath[str]) -> StepView:
        return _one(await _plain(kernel, say, "triggers"), key)

    @get("/actions", summary="What automations can do")
    async def actions(self, kernel: Kernel, actor: Actor, say: Say, paging: Paging) -> Page[StepView]:
        return paging.slice(await _plain(kernel, say, "actions"), key=_key)

    @get("/actions/{key:str}", summary="One thing that automations can do")
    async def action(self, kernel: Kernel, actor: Actor, say: Say, key: FromPath[str]) -> StepView:
        return _one(await _plain(kernel, say, "actions"), key)


async def _field_types(kernel: runtime.Kernel, say: Wording) -> list[FieldTypeView]:
    dialect = kernel.database.dialect

    def view(entry: Entry[FieldType[Any, Any]]) -> FieldTypeView:
        item = entry.item
        common = _common(entry, item.config_type, say)
        return FieldTypeView(
            **common,
            widget=item.widget,
            widget_options=dict(item.widget_options),
            width=item.width,
            operators=_operators(item, dialect),
        )

    return await _views(kernel, kernel.registries.field_types, view)


async def _importers(kernel: runtime.Kernel, say: Wording) -> list[ImporterView]:
    def view(entry: Entry[Any]) -> ImporterView:
        return ImporterView(
            **_common(entry, entry.item.options_type, say), extensions=list(entry.item.extensions)
        )

    return await _views(kernel, kernel.registries.importers, view)


async def _chart_types(kernel: runtime.Kernel, say: Wording) -> list[ChartTypeView]:
    def view(entry: Entry[ChartType[Any]]) -> ChartTypeView:
        return ChartTypeView(**_common(entry, entry.item.config_type, say), grouped=entry.item.grouped)

    return await _views(kernel, kernel.registries.chart_types, view)


async def _plain(kernel: runtime.Kernel, say: Wording, name: str) -> list[StepView]:
    """A kind without particulars; an empty list while no plugin can bring any."""
    registry: Registry[Any] = getattr(kernel.registries, name, Registry(name))

    def view(entry: Entry[Any]) -> StepView:
        return StepView(**_common(entry, entry.item.config_type, say), sentence=say(entry.item.sentence))

    return await _views(kernel, registry, view)


async def _views(kernel: runtime.Kernel, registry: Registry[Any], view: Callable[[Entry[Any]], V]) -> list[V]:
    off = (await kernel.schema.current()).disabled_plugins
    return [view(entry) for entry in registry if entry.plugin not in off]


def _common(entry: Entry[Any], config: type[msgspec.Struct], say: Wording) -> dict[str, Any]:
    item = entry.item
    return {
        "key": entry.key, "label": say(item.label), "description": say(item.description),
        "config_schema": say.schema(object_schema(config)), "provider": entry.provider,
        "plugin": entry.plugin,
    }  # fmt: skip


def _operators(field_type: FieldType[Any, Any], dialect: Dialect) -> list[str] | None:
    """The operators for values of a type with its default config; None where there is no such config."""
    try:
        config = field_type.config_type()
    except TypeError:
        return None
    specs = field_type.columns(config)
    if not specs:
        return None
    value = field_type.value({spec.name: "value" for spec in specs}, config, dialect)
    return list(operators_for(value.type))


def _one(views: list[V], key: str) -> V:
    for view in views:
        if view.key == key:
            return view
    raise NotFoundError("There is no such type, or it is switched off.")


def _key(view: TypeView) -> tuple[str]:
    return (view.key,)
