"""Pages of collections: keyset, stable under writes, behind opaque and checked cursors."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from kernel.errors import Fault, InvalidInputError

T = TypeVar("T")
Key = Sequence[int | str | None]
"""What a collection is ordered by, unique for each item: numbers and text."""

DEFAULT_LIMIT = 100
MOST = 1000
_CHECK = 6

Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="The most items to answer.")]
Cursor = Annotated[str | None, QueryParameter(description="`next` of the page before.", max_length=4000)]
Count = Annotated[bool, QueryParameter(description="Also count all items, as `total`.")]


class Page(msgspec.Struct, Generic[T]):
    """A part of a collection. `next` is the cursor of the page after, null on the last one."""

    items: list[T]
    next: str | None
    total: int | msgspec.UnsetType = msgspec.UNSET


def write_cursor(key: Key, topic: str) -> str:
    """An opaque cursor that stands for `key`, good only for the same topic (a path)."""
    raw = msgspec.json.encode(list(key))
    return base64.urlsafe_b64encode(_check(raw, topic) + raw).decode().rstrip("=")


def read_cursor(cursor: str, topic: str) -> list[int | str | None]:
    """The key in a cursor. Raises InvalidInputError for what was not given out for this topic."""
    try:
        data = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        raw = data[_CHECK:]
        if data[:_CHECK] != _check(raw, topic):
            raise ValueError("check")
        return msgspec.json.decode(raw, type=list[int | str | None])
    except (ValueError, msgspec.MsgspecError):
        fault = Fault("?cursor", "Use `next` of the page before, unchanged, or leave it out.")
        raise InvalidInputError("The cursor is not one of this collection.", [fault]) from None


def _check(raw: bytes, topic: str) -> bytes:
    return blake2s(topic.encode() + b"\0" + raw, digest_size=_CHECK).digest()


def int_key(key: Sequence[int | str | None] | None) -> int:
    """The number of a key that is one number; 0 on the first page. Raises InvalidInputError."""
    if key is None:
        return 0
    if len(key) != 1 or not isinstance(key[0], int):
        raise InvalidInputError("The cursor is not one of this collection.")
    return key[0]


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that a request asks for."""

    limit: int
    cursor: str | None
    count: bool
    topic: str

    def after(self) -> list[int | str | None] | None:
        """The key of the last item of the page before; None on the first page."""
        return None if self.cursor is None else read_cursor(self.cursor, self.topic)

    def page(self, rows: Sequence[T], key: Callable[[T], Key], total: int | None = None) -> Page[T]:
        """A page out of up to `limit + 1` rows that come after `after()`."""
        items = list(rows[: self.limit])
        more = len(rows) > self.limit
        cursor = write_cursor(key(items[-1]), self.topic) if more else None
        return Page(items, cursor, msgspec.UNSET if total is None or not self.count else total)

    async def read(self, rows: Rows[T], key: Callable[[T], Key]) -> Page[T]:
        """A page of what `rows` reads for a page: up to `limit + 1` items that come after `after()`."""
        return self.page(await rows(self), key, await self.total(rows, key))

    async def total(self, rows: Rows[T], key: Callable[[T], Key]) -> int | None:
        """How many items there are, None where nobody asked: counted by reading on to the end, so that
        an item counts exactly when its reader sees it."""
        if not self.count:
            return None
        whole, total = replace(self, limit=MOST, cursor=None), 0
        while len(found := await rows(whole)) > MOST:
            total += MOST
            whole = replace(whole, cursor=write_cursor(key(found[MOST - 1]), self.topic))
        return total + len(found)

    def slice(self, items: Sequence[T], key: Callable[[T], Key]) -> Page[T]:
        """A page out of all items, which are in the order of `key`."""
        after = self.after()
        try:
            rest = items if after is None else [i for i in items if list(key(i)) > after]
        except TypeError:
            raise InvalidInputError("The cursor is not one of this collection.") from None
        return self.page(rest, key, len(items))


Rows: TypeAlias = Callable[[Paging], Awaitable[Sequence[T]]]


def provide_paging(
    request: Request[Any, Any, Any],
    actor: NamedDependency[SkipValidation[Any]],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    count: Count = False,
) -> Paging:
    """Injected as `paging`. Why it asks for the actor: see `kernel.api.app`."""
    return Paging(limit, cursor, count, request.scope["path"])
