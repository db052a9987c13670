"""The chart types of the plugins that are on, with their options and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from kernel.charts import ChartData, ChartType
from kernel.complaints import fault_of
from kernel.containment import PluginGuard
from kernel.drawing.canvas import ChartCanvas
from kernel.drawing.svg import Picture, described, svg
from kernel.drawing.table import description
from kernel.drawing.theme import Theme
from kernel.enclosure import is_outside
from kernel.errors import Fault, InvalidInputError, NotFoundError
from kernel.registry import Registry
from kernel.schema import Schema
from kernel.services.dashboards.painter import Painter
from kernel.storage.schema_cache import SchemaCache
from kernel.translations import Translations

MOST_PIXELS: Final = 20_000_000


@dataclass(frozen=True)
class Look:
    """How a picture is wanted: its size in pixels, its language, its theme (None: the reader's)."""

    width: float = 640
    height: float = 360
    locale: str = "en"
    theme: Theme | None = None
    styled: bool = True


class ChartTypes:
    """Finds chart types and lets them draw. `guard` minds those from other distributions."""

    def __init__(
        self,
        registry: Registry[ChartType[Any]],
        schema: SchemaCache,
        guard: PluginGuard,
        translations: Translations,
    ) -> None:
        self.painter = Painter()
        self._registry = registry
        self._schema = schema
        self._guard = guard
        self._translations = translations

    async def faults(self, key: str, options: Mapping[str, Any]) -> list[Fault]:
        """What is wrong with a type and its options."""
        off = (await self._schema.current()).disabled_plugins
        found = self._registry.get(key, off)
        if found is None:
            near = get_close_matches(key, self._registry.enabled(off), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            return [Fault("/type", f"There is no chart type '{key[:50]}'.{hint}")]
        try:
            msgspec.convert(options, found.config_type)
        except msgspec.ValidationError as error:
            return [fault_of(error, "/config/format")]
        return []

    def require(self, schema: Schema, key: str) -> None:
        """Raise NotFoundError for a type that is not there, or is switched off."""
        self._found(schema, key)

    def known_options(self, key: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Of the options of another type those that this one takes."""
        found = self._registry.get(key)
        kept: dict[str, Any] = {}
        for name, value in options.items() if found is not None else ():
            try:
                msgspec.convert(kept | {name: value}, found.config_type)  # type: ignore[union-attr]
            except msgspec.ValidationError:
                continue
            kept[name] = value
        return kept

    async def svg(
        self,
        key: str,
        options: Mapping[str, Any],
        data: ChartData,
        title: str,
        look: Look,
    ) -> str:
        """The picture of a chart. NotFoundError where its type is not there, or is switched off."""
        chart_type = self._found(await self._schema.current(), key)
        wording = self._translations.of(look.locale)
        canvas = ChartCanvas(look.width, look.height, data.currency, data.unit, look.locale, wording)

        words = description(data, canvas)

        def draw() -> str | Mapping[str, Any]:
            try:
                config = msgspec.convert(options, chart_type.config_type)
            except msgspec.ValidationError:  # the plugin has changed since the chart was saved
                config = chart_type.config_type()
            specification = chart_type.specification(data, config, canvas)
            if specification is not None:
                return specification
            picture = Picture(look.width, look.height, title, words, chart_type.draw(data, config, canvas))
            return svg(picture, look.theme, look.styled)

        drawn = await self._guard.in_thread(draw) if is_outside(chart_type) else draw()
        if isinstance(drawn, str):
            return drawn
        return described(await self.painter.svg(drawn, look.theme), title, words)

    async def png(
        self, key: str, options: Mapping[str, Any], data: ChartData, title: str, look: Look, scale: float
    ) -> bytes:
        """The same as PNG, always of one theme."""
        if look.width * look.height * scale**2 > MOST_PIXELS:
            fault = Fault("?scale", f"An image has {MOST_PIXELS // 1_000_000} million pixels at most.")
            raise InvalidInputError("The image would be too large.", [fault])
        themed = replace(look, theme=look.theme or "light", styled=True)
        return await self.painter.png(await self.svg(key, options, data, title, themed), scale)

    def _found(self, schema: Schema, key: str) -> ChartType[Any]:
        found = self._registry.get(key, schema.disabled_plugins)
        if found is None:
            raise NotFoundError(f"The chart type '{key[:50]}' is not available.")
        return found
