"""What a linked record says: any of its fields, through a reference or backwards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from kernel.plugin_api import Derivation, FieldType, Filter, InvalidInputError, Through, hookimpl

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^{}.]+$")]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"^[^{}]+$")]
ProjectId = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$")]

BACKWARDS = "referenced_by"


class LookupConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`field` is a key, an id, a built-in name or a path such as `customer.account_manager`.

    `reference` names a reference field here, or is `referenced_by`: then the records are those
    of `project_id` whose reference field `via` (any, where it is not given) points here.
    """

    reference: Name
    field: Path
    project_id: ProjectId | None = None
    via: Name | None = None
    filter: Filter | None = None


class LookupField(FieldType[LookupConfig, None]):
    key = "lookup"
    label = "Lookup"
    description = "Shows a field of the linked records."
    config_type = LookupConfig
    widget = "derived"

    def derive(self, config: LookupConfig) -> Derivation:
        backwards = config.reference == BACKWARDS
        reference = config.via if backwards else config.reference
        through = Through(reference, config.project_id, backwards)
        return Derivation(f"{{{config.field}}}", through, filter=config.filter)

    def prepare(self, config: LookupConfig, previous: LookupConfig | None) -> LookupConfig:
        if config.reference == BACKWARDS:
            if config.project_id is None:
                raise InvalidInputError("Say in 'project_id' which project's records point here.")
        elif config.project_id is not None or config.via is not None:
            raise InvalidInputError(f"'project_id' and 'via' belong to the reference '{BACKWARDS}'.")
        return config


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [LookupField()]
