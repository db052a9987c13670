"""One figure from many linked records: their sum, average, count, …"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import (
    Derivation,
    FieldType,
    Filter,
    InvalidInputError,
    NumberFormat,
    Through,
    hookimpl,
)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^{}.]+$")]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"^[^{}]+$")]
ProjectId = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$")]
Expression = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]

BACKWARDS = "referenced_by"


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is folded, `field` or `expression`, and how; `count` alone counts the records."""

    function: Literal["sum", "average", "min", "max", "count", "count_distinct", "join"]
    field: Path | None = None
    expression: Expression | None = None
    separator: Annotated[str, msgspec.Meta(max_length=20)] = ", "


class RollupConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`source` names a reference field here, or is `referenced_by`: then the records are those
    of `project_id` whose field `reference` (any, where it is not given) points here.

    Only those that pass `filter`, an expression over them, count.
    """

    source: Name
    measure: Measure
    project_id: ProjectId | None = None
    reference: Name | None = None
    filter: Filter | None = None
    format: Literal["number", "currency", "percent"] | None = None
    decimals: Annotated[int, msgspec.Meta(ge=0, le=8)] | None = None


class RollupField(FieldType[RollupConfig, None]):
    key = "rollup"
    label = "Rollup"
    description = "A sum, average or count over the linked records."
    config_type = RollupConfig
    widget = "derived"

    def derive(self, config: RollupConfig) -> Derivation:
        backwards = config.source == BACKWARDS
        measure = config.measure
        field = "1" if measure.field is None else f"{{{measure.field}}}"
        return Derivation(
            expression=measure.expression or field,
            through=Through(config.reference if backwards else config.source, config.project_id, backwards),
            filter=config.filter,
            measure=measure.function,
            separator=measure.separator,
            format=NumberFormat(config.decimals, money=config.format == "currency"),
        )

    def prepare(self, config: RollupConfig, previous: RollupConfig | None) -> RollupConfig:
        measure = config.measure
        if config.source == BACKWARDS:
            if config.project_id is None:
                raise InvalidInputError("Say in 'project_id' which project's records point here.")
        elif config.project_id is not None or config.reference is not None:
            raise InvalidInputError(f"'project_id' and 'reference' belong to the source '{BACKWARDS}'.")
        if measure.field is not None and measure.expression is not None:
            raise InvalidInputError("Give a field or an expression to measure, not both.")
        if measure.function != "count" and measure.field is None and measure.expression is None:
            raise InvalidInputError(f"Say which field the {measure.function} is taken of.")
        return config


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [RollupField()]
