"""The things that a document holds, each as a small collection with the same verbs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from kernel.access.actor import Actor
from kernel.complaints import fault_of
from kernel.errors import InvalidInputError
from kernel.services.blueprints.document import Item

Place = TypeVar("Place")

PLACING: Final = frozenset(
    {"position", "before", "after", "layout", "accept_loss", "replacements", "default"}
)
"""Members of inputs that say where or how, not what. Defaults of fields are an exception, see `kept`."""


@dataclass(frozen=True)
class There:
    """A thing that exists: its id, and its members in the shape of the API's input."""

    id: Any
    members: Item


@dataclass(frozen=True)
class Part(Generic[Place]):
    """One kind of thing. `place` is the project or the dashboard that it is in.

    `all` gives the service's own views; `view_of` turns one into members and is plain by custom.
    """

    kind: str
    input_type: type[Any]
    patch_type: type[Any]
    all: Callable[[Actor, Place], Awaitable[Sequence[Any]]]
    create: Callable[[Actor, Place, Any], Awaitable[Any]]
    update: Callable[[Actor, Place, Any, Any], Awaitable[Any]]
    delete: Callable[[Actor, Place, Any], Awaitable[Any]]
    named: str = "name"
    kept: frozenset[str] = frozenset()
    included: Callable[[Any], bool] = lambda found: True
    members_of: Callable[[Any], Any] = lambda found: found
    id_of: Callable[[Any], Any] = lambda found: int(found.id)

    @property
    def names(self) -> list[str]:
        """The members that a document may hold."""
        return [n for n in self.input_type.__struct_fields__ if n not in PLACING or n in self.kept]

    async def there(self, actor: Actor, place: Place) -> dict[str, There]:
        """What exists, by folded name."""
        found = [f for f in await self.all(actor, place) if self.included(f)]
        listed = ((f, self._members(self.members_of(f))) for f in found)
        return {str(members[self.named]).casefold(): There(self.id_of(f), members) for f, members in listed}

    def _members(self, found: Any) -> Item:
        return {n: msgspec.to_builtins(getattr(found, n)) for n in self.names if hasattr(found, n)}

    async def make(self, actor: Actor, place: Place, wanted: Mapping[str, Any], pointer: str) -> Any:
        return await self.create(actor, place, converted(wanted, self.input_type, pointer))

    async def change(
        self, actor: Actor, place: Place, id_: Any, wanted: Mapping[str, Any], pointer: str
    ) -> Any:
        return await self.update(actor, place, id_, converted(wanted, self.patch_type, pointer))


def converted(members: Mapping[str, Any], type_: type[Any], pointer: str) -> Any:
    """Members as an input of a service, or InvalidInputError at the place in the document."""
    try:
        return msgspec.convert(dict(members), type_)
    except msgspec.ValidationError as error:
        raise InvalidInputError("The set-up is not valid.", [fault_of(error, pointer)]) from error


def field_members(state: Any) -> Any:
    """A field's state in the shape of its input."""
    field = state.field
    return _Members(
        name=field.name, type=field.type_key, config=dict(field.raw_config), key=field.key,
        required=field.required, unique=field.unique, indexed=field.indexed,
        description=field.description, default=field.default,
    )  # fmt: skip


class _Members:
    """Members by name."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)
