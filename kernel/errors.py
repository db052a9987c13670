"""Every error Smalt raises on purpose. The docstring is the message people read as title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class FieldConflict(msgspec.Struct, frozen=True):
    """A field that you or others have changed: what it was before both, what you want, what it is now."""

    field: str
    base: Any
    yours: Any
    theirs: Any


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong in an input: where (a JSON pointer) and what to do about it.

    `position` counts characters from the start of an expression. `conflict` comes with a version that
    is outdated: your change, that of others, and the value before both.
    """

    pointer: str
    detail: str
    position: int | None = None
    conflict: Sequence[FieldConflict] = ()


class SmaltError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str = "", faults: Sequence[Fault] = ()) -> None:
        self.detail = detail or self.title()
        self.faults = tuple(faults)
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring, without its full stop."""
        return (cls.__doc__ or "").splitlines()[0].rstrip(".")


class InvalidInputError(SmaltError):
    """The input is not valid."""


class InvalidValueError(InvalidInputError):
    """The value does not fit the field."""


class UnknownOptionError(InvalidValueError):
    """There is no such option."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no option '{name}'. Add it to the field or choose another.")


class ExpressionError(InvalidInputError):
    """The expression is not valid."""

    def __init__(self, detail: str, position: int = 0) -> None:
        self.position = position
        self.others: Sequence[ExpressionError] = ()
        super().__init__(detail)

    def at(self, pointer: str) -> list[Fault]:
        """The faults of an expression that stands at `pointer`: this one and the `others`."""
        return [Fault(pointer, error.detail, error.position) for error in (self, *self.others)]


class BrokenSourceError(SmaltError):
    """The source of this value is gone."""


class NotAuthenticatedError(SmaltError):
    """Sign in first."""


class ForbiddenError(SmaltError):
    """You may not do this."""


class PreviewError(ForbiddenError):
    """Nothing can be changed while you look as somebody else."""


class NotFoundError(SmaltError):
    """There is no such thing, or you may not see it."""


class ConflictError(SmaltError):
    """This conflicts with what is there."""


class DuplicateError(ConflictError):
    """This is there already."""

    def __init__(self, constraint: str, detail: str = "") -> None:
        self.constraint = constraint
        super().__init__(detail)


class VersionMismatchError(SmaltError):
    """Somebody changed this since you read it."""

    conflict: Sequence[FieldConflict] = ()


class TooLargeError(SmaltError):
    """This is too large."""


class TooManyRequestsError(SmaltError):
    """Too many requests."""

    def __init__(self, detail: str = "", retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(detail)


class NotInstalledError(SmaltError):
    """This server lacks an extra for this."""


class UnavailableError(SmaltError):
    """This is not available now."""


class StoppedError(UnavailableError):
    """This took too long and was stopped. Ask for less at once."""


class BusyError(UnavailableError):
    """Somebody else was writing for too long. Try again."""


class ContentionError(BusyError):
    """Somebody else was writing the same. Try again."""


class PluginError(SmaltError):
    """A plugin failed."""


class PluginConflictError(PluginError):
    """Two plugins register the same key."""


class SettingsError(SmaltError):
    """The settings are not valid."""


class StaleAccessError(SmaltError):
    """The rights of the reader changed meanwhile."""


class UnsupportedMediaTypeError(SmaltError):
    """This media type is not supported."""
