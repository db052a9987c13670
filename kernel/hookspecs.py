"""The hooks of Smalt. A plugin is a module that implements one of them.

Each example below is a whole plugin; the tests run them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pluggy

from kernel.automations import Action, Trigger
from kernel.charts import ChartType
from kernel.fields import FieldType
from kernel.importers import Importer
from kernel.templates import Template
from kernel.translations import Translation

PROJECT = "smalt"
"""The name of the pluggy project and of the entry point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    """Register kinds of custom fields.

    ```python
    import msgspec

    from kernel.plugin_api import Column, FieldType, InvalidValueError, ParseContext, hookimpl


    class TemperatureConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
        maximum: float = 1000.0


    class TemperatureField(FieldType[TemperatureConfig, float]):
        key = "temperature"
        label = "Temperature"
        config_type = TemperatureConfig
        column = Column.REAL

        def parse(self, value: object, config: TemperatureConfig, context: ParseContext) -> float:
            try:
                degrees = float(str(value).removesuffix("°C"))
            except ValueError:
                raise InvalidValueError("Give the degrees as a number.") from None
            if not -273.15 <= degrees <= config.maximum:
                raise InvalidValueError(f"Give a temperature from -273.15 to {config.maximum}.")
            return degrees


    @hookimpl
    def register_field_types():
        return [TemperatureField()]
    ```
    """
    return ()


@hookspec
def register_chart_types() -> Iterable[ChartType[Any]]:
    """Register kinds of charts.

    ```python
    from kernel.plugin_api import Bar, ChartType, Line, Plot, hookimpl


    class LollipopChart(ChartType):
        key = "lollipop"
        label = "Lollipop chart"
        description = "A thin line with a dot for each group."

        def draw(self, data, config, canvas):
            points = data.series[0].points if data.series else []
            values = [float(p.value or 0) for p in points]
            plot = Plot(canvas, [p.label for p in points], min(values, default=0), max(values, default=0))
            for index, point in enumerate(points):
                x, y = plot.x(index), plot.y(values[index])
                plot.marks.append(Line([(x, plot.y(0)), (x, y)]))
                plot.marks.append(Bar(x - 4, y - 4, 8, 8, 0, f"{point.label}: {canvas.number(point.value)}"))
            return plot.marks


    @hookimpl
    def register_chart_types():
        return [LollipopChart()]
    ```
    """
    return ()


@hookspec
def register_importers() -> Iterable[Importer[Any]]:
    """Register file formats that records can be imported from.

    ```python
    import json
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from kernel.plugin_api import BadRow, Importer, NoOptions, Row, hookimpl


    class JsonLinesImporter(Importer[NoOptions]):
        key = "json_lines"
        label = "JSON Lines"
        extensions = (".jsonl",)

        def columns(self, source: BinaryIO, options: NoOptions) -> Sequence[str]:
            return list(json.loads(source.readline()))

        def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[Row]:
            names = None
            for line in source:
                try:
                    row = json.loads(line)
                except ValueError:
                    yield BadRow("This line is not JSON.")
                    continue
                names = names or list(row)
                yield [row.get(name) for name in names]


    @hookimpl
    def register_importers():
        return [JsonLinesImporter()]
    ```
    """
    return ()


@hookspec
def register_templates() -> Iterable[Template]:
    """Register ready-made sets of projects.

    ```python
    from kernel.plugin_api import FieldSpec, ListSpec, ProjectSpec, Template, TemplateSpec, hookimpl


    class ReadingTemplate(Template):
        key = "reading"
        label = "Reading list"

        def spec(self) -> TemplateSpec:
            authors = ProjectSpec(key="authors", name="Authors", lists=(ListSpec("Authors"),))
            author = FieldSpec(name="Author", type="reference", config={"project_id": "@authors"})
            books = ProjectSpec(
                key="books",
                name="Books",
                lists=(ListSpec("To read"), ListSpec("Read")),
                fields=(author,),
            )
            return TemplateSpec(projects=(authors, books))


    @hookimpl
    def register_templates():
        return [ReadingTemplate()]
    ```
    """
    return ()


@hookspec
def register_triggers() -> Iterable[Trigger[Any]]:
    """Register what automations can begin with.

    ```python
    import msgspec

    from kernel.plugin_api import FieldName, Occurrence, Trigger, hookimpl


    class ClearedConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
        field: FieldName


    class FieldClearedTrigger(Trigger[ClearedConfig]):
        key = "field_cleared"
        label = "A field becomes empty"
        config_type = ClearedConfig
        kinds = ("record.updated",)

        def matches(self, event: Occurrence, config: ClearedConfig) -> bool:
            change = event.changed(config.field)
            return change is not None and change.after in (None, [])


    @hookimpl
    def register_triggers():
        return [FieldClearedTrigger()]
    ```
    """
    return ()


@hookspec
def register_actions() -> Iterable[Action[Any]]:
    """Register what automations can do.

    ```python
    from collections.abc import Sequence

    import msgspec

    from kernel.plugin_api import Action, AddComment, Effect, Facts, Formula, hookimpl


    class ValueConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
        value: Formula


    class CommentValueAction(Action[ValueConfig]):
        key = "comment_value"
        label = "Comment with a value"
        config_type = ValueConfig

        def plan(self, config: ValueConfig, facts: Facts) -> Sequence[Effect]:
            return [AddComment(f"It is {facts.value(config.value)} now.")]


    @hookimpl
    def register_actions():
        return [CommentValueAction()]
    ```
    """
    return ()


@hookspec
def register_translations() -> Iterable[Translation]:
    """Register what plugins say in another language.

    ```python
    from kernel.plugin_api import Translation, hookimpl


    class TideTranslation(Translation):
        key = "tides_pl"
        label = "Tides in Polish"
        language = "pl"
        texts = {"Tide": "Pływ", "The tide must be below {most} m.": "Pływ musi być niższy niż {most} m."}


    @hookimpl
    def register_translations():
        return [TideTranslation()]
    ```
    """
    return ()
