"""Where something goes in an order that people arrange."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kernel.errors import Fault, InvalidInputError


class Place(msgspec.Struct, frozen=True):
    """A place by its number from 0 or by a neighbour's id; nothing set means no wish."""

    position: int | None = None
    before: str | None = None
    after: str | None = None

    @property
    def wished(self) -> bool:
        return not (self.position is None and self.before is None and self.after is None)


def place_of(
    position: int | msgspec.UnsetType | None, before: str | msgspec.UnsetType, after: str | msgspec.UnsetType
) -> Place:
    """The place in a body whose members may be unset."""
    unset = msgspec.UNSET
    return Place(
        None if position is unset else position,
        None if before is unset else before,
        None if after is unset else after,
    )


def arranged(ids: Sequence[int], moving: int, place: Place) -> list[int]:
    """The ids in their new order; `moving` goes to the end where it is new and has no wish."""
    wishes = [n for n in ("position", "before", "after") if getattr(place, n) is not None]
    if len(wishes) > 1:
        detail = f"Give one of {', '.join(wishes)}."
        raise InvalidInputError(faults=[Fault(f"/{name}", detail) for name in wishes])
    if not wishes and moving in ids:
        return list(ids)
    others = [id_ for id_ in ids if id_ != moving]
    index = _index(others, moving, place)
    return [*others[:index], moving, *others[index:]]


def _index(others: Sequence[int], moving: int, place: Place) -> int:
    if place.position is not None:
        if place.position < 0:
            raise InvalidInputError(faults=[Fault("/position", "Positions count from 0.")])
        return min(place.position, len(others))
    if place.before is not None:
        return _neighbour(others, place.before, "/before")
    if place.after is not None:
        return _neighbour(others, place.after, "/after") + 1
    return len(others)


def _neighbour(others: Sequence[int], id_: str, pointer: str) -> int:
    texts = [str(other) for other in others]
    if id_ not in texts:
        raise InvalidInputError(faults=[Fault(pointer, f"There is no neighbour '{id_[:50]}' here.")])
    return texts.index(id_)
