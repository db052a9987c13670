"""What clients send to define and change fields."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kernel.services.entries import Neighbour, Position

TypeKey = Annotated[str, msgspec.Meta(description="A key of `/field-types`.", examples=["text"])]
Config = Annotated[
    dict[str, Any], msgspec.Meta(description="By the `config_schema` of the type.", examples=[{}])
]
Key = Annotated[str, msgspec.Meta(description="Made from the name when left out.", examples=["amount"])]
Default = Annotated[
    Any, msgspec.Meta(description="A value that new records get where none is given; null for none.")
]
Consent = Annotated[
    bool, msgspec.Meta(description="Go on although values that do not fit will be emptied or shortened.")
]
Replacements = Annotated[
    dict[str, str | None],
    msgspec.Meta(description="For options that are removed: id or name of the option to use instead."),
]


class FieldInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new field."""

    name: Annotated[str, msgspec.Meta(examples=["Expected close date"])]
    type: TypeKey
    config: Config = {}
    key: Key | msgspec.UnsetType = msgspec.UNSET
    required: bool = False
    unique: bool = False
    indexed: bool = False
    description: str | None = None
    default: Default = msgspec.UNSET
    position: Position | msgspec.UnsetType = msgspec.UNSET
    before: Neighbour | msgspec.UnsetType = msgspec.UNSET
    after: Neighbour | msgspec.UnsetType = msgspec.UNSET


class FieldPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a field. Another type, or a config that does not fit the values, converts them."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    type: TypeKey | msgspec.UnsetType = msgspec.UNSET
    config: Config | msgspec.UnsetType = msgspec.UNSET
    required: bool | msgspec.UnsetType = msgspec.UNSET
    unique: bool | msgspec.UnsetType = msgspec.UNSET
    indexed: bool | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    default: Default = msgspec.UNSET
    position: Position | msgspec.UnsetType = msgspec.UNSET
    before: Neighbour | msgspec.UnsetType = msgspec.UNSET
    after: Neighbour | msgspec.UnsetType = msgspec.UNSET
    accept_loss: Consent = False
    replacements: Replacements = {}


class ConversionInput(msgspec.Struct, forbid_unknown_fields=True):
    """Another type or config for a field and its values."""

    type: TypeKey | msgspec.UnsetType = msgspec.UNSET
    config: Config | msgspec.UnsetType = msgspec.UNSET
    preview: Annotated[bool, msgspec.Meta(description="Only say what would happen.")] = False
    accept_loss: Consent = False
    replacements: Replacements = {}


def given(data: msgspec.Struct, *names: str) -> dict[str, Any]:
    """The members among `names` that were sent."""
    return {n: v for n in names if (v := getattr(data, n)) is not msgspec.UNSET}
