"""What is wrong with the parts of a request, told together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import Fault, InvalidInputError


class Refusals:
    """Collects the faults of parts that are read one after another."""

    def __init__(self) -> None:
        self._found: list[InvalidInputError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Go on after a part that is not valid."""
        try:
            yield
        except InvalidInputError as error:
            self._found.append(error)

    def tell(self, detail: str) -> None:
        """Raise InvalidInputError if any part was not valid; `detail` is about several."""
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise InvalidInputError(detail, [f for error in self._found for f in _faults(error)])


def _faults(error: InvalidInputError) -> tuple[Fault, ...]:
    return error.faults or (Fault("", error.detail),)
