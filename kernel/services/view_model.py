"""Saved views as they are given, stored and shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from kernel.errors import Fault

ViewKind = Literal["grid", "board", "calendar"]
MAXIMUM_SHOWN = 500

Filter = Annotated[
    str | dict[str, Any],
    msgspec.Meta(description="An expression or a tree.", examples=["{list} = 'Negotiations'"]),
]
Sort = Annotated[str, msgspec.Meta(description="As in queries.", examples=["-amount,title"], max_length=1000)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Group = Annotated[Path, msgspec.Meta(description="What a board has columns of.", examples=["list"])]
DateField = Annotated[Path, msgspec.Meta(description="By which a calendar places.", examples=["due_at"])]
Width = Annotated[int, msgspec.Meta(ge=20, le=2000, description="In CSS pixels.", examples=[160])]
Name = Annotated[str, msgspec.Meta(examples=["Open deals"])]
Share = Annotated[bool, msgspec.Meta(description="For all members, not only for yourself.")]
Default = Annotated[bool, msgspec.Meta(description="Whether you open the project with it.")]
Position = Annotated[
    int, msgspec.Meta(description="From 0, among the shared ones or among your own.", examples=[0])
]
Neighbour = Annotated[str, msgspec.Meta(description="The id of a neighbour, instead of a position.")]


class ShownField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a grid, by key or id of its field."""

    field: Annotated[Path, msgspec.Meta(examples=["amount"])]
    width: Width | None = None


Shown = Annotated[list[str | ShownField], msgspec.Meta(max_length=MAXIMUM_SHOWN)]
Cards = Annotated[list[Path], msgspec.Meta(max_length=MAXIMUM_SHOWN, examples=[["amount", "customer"]])]


class ViewContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a view consists of. `fields` None shows all of them."""

    filter: Filter | None = None
    sort: Sort | None = None
    group: Group | None = None
    fields: list[ShownField] | None = None
    card_fields: Cards | None = None
    date_field: DateField | None = None


CONTENT = ("filter", "sort", "group", "fields", "card_fields", "date_field")


class ViewInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new view. Fields are named by key or id; `fields` are the columns of a grid."""

    name: Name
    kind: ViewKind = "grid"
    shared: Share = False
    filter: Filter | None = None
    sort: Sort | None = None
    group: Group | None = None
    fields: Shown | None = None
    card_fields: Cards | None = None
    date_field: DateField | None = None
    position: Position | msgspec.UnsetType = msgspec.UNSET
    before: Neighbour | msgspec.UnsetType = msgspec.UNSET
    after: Neighbour | msgspec.UnsetType = msgspec.UNSET
    default: Default = False


class ViewPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a view. Everybody may make it their `default`."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    kind: ViewKind | msgspec.UnsetType = msgspec.UNSET
    shared: Share | msgspec.UnsetType = msgspec.UNSET
    filter: Filter | msgspec.UnsetType | None = msgspec.UNSET
    sort: Sort | msgspec.UnsetType | None = msgspec.UNSET
    group: Group | msgspec.UnsetType | None = msgspec.UNSET
    fields: Shown | msgspec.UnsetType | None = msgspec.UNSET
    card_fields: Cards | msgspec.UnsetType | None = msgspec.UNSET
    date_field: DateField | msgspec.UnsetType | None = msgspec.UNSET
    position: Position | msgspec.UnsetType = msgspec.UNSET
    before: Neighbour | msgspec.UnsetType = msgspec.UNSET
    after: Neighbour | msgspec.UnsetType = msgspec.UNSET
    default: Default | msgspec.UnsetType = msgspec.UNSET


class StoredView(msgspec.Struct, frozen=True):
    """A view as it stands in the database; `position` counts from 0 in its group."""

    id: int
    owner_id: int | None
    name: str
    kind: ViewKind
    shared: bool
    content: ViewContent
    position: int


class View(msgspec.Struct, frozen=True):
    """A view as one reader sees it. What names fields that are gone, or that the reader may not
    see, is told in `broken`; what is hidden is left out. `default`: the reader opens the project
    with it; `editable`: the reader may change it.
    """

    id: str
    name: str
    kind: ViewKind
    shared: bool
    owner_id: str | None
    filter: Filter | None
    sort: str | None
    group: str | None
    fields: list[ShownField] | None
    card_fields: list[str] | None
    date_field: str | None
    position: int
    default: bool
    editable: bool
    broken: list[Fault]


def content_of(given: ViewInput | ViewPatch, before: ViewContent) -> ViewContent:
    """The content with what is given in place of what was; blank text counts as nothing."""
    changes = {n: v for n in CONTENT if (v := getattr(given, n)) is not msgspec.UNSET}
    for name, value in changes.items():
        if isinstance(value, str) and not value.strip():
            changes[name] = None
    if changes.get("fields") is not None:
        changes["fields"] = [f if isinstance(f, ShownField) else ShownField(f) for f in changes["fields"]]
    return msgspec.structs.replace(before, **changes)
