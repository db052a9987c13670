"""The values that new records get in fields that their writer leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import SmaltError
from kernel.fields import FOUND, ParseContext
from kernel.schema import Field, Project


def defaults_of(project: Project) -> Mapping[int, Any]:
    """Parsed defaults by field id. One that its type does not take any more is left out."""
    context = ParseContext(currency=project.currency, time_zone=project.time_zone)
    found = {f.id: _parsed(f, context) for f in project.live_fields if f.default is not None}
    return {field_id: value for field_id, value in found.items() if value is not None}


def _parsed(field: Field, context: ParseContext) -> Any:
    if field.type is None or not field.columns:
        return None
    try:
        value = field.type.parse(field.default, field.config, context)
    except SmaltError:
        return None
    if value is not None and field.columns[0].spec.column in FOUND:
        return [int(one) for one in value] if isinstance(value, list | tuple) else int(value)
    return value
