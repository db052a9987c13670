"""A field type with a display of its own: an angle, stored in degrees, told in degrees and minutes."""

from collections.abc import Iterable
from typing import Any

from kernel.plugin_api import (
    Column,
    Display,
    FieldType,
    InvalidValueError,
    Kind,
    Look,
    NoConfig,
    ParseContext,
    hookimpl,
)


class AngleDisplay(Display):
    def text(self, value: Any, kind: Kind, config: Any, look: Look) -> str:
        minutes = round(float(value) * 60)
        return f"{minutes // 60}° {minutes % 60:02}′"


class AngleField(FieldType[NoConfig, float]):
    key = "angle"
    label = "Angle"
    column = Column.REAL
    display = AngleDisplay()

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> float:
        degrees = float(value) if isinstance(value, str | int | float) else -1.0
        if not 0 <= degrees < 360:
            raise InvalidValueError("Give degrees from 0 to 360.")
        return degrees


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [AngleField()]
