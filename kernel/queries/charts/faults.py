"""What is wrong with a chart, and where in its config."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import BrokenSourceError, ExpressionError, Fault, InvalidInputError
from kernel.queries.aggregates import Measure


class Faults:
    """What is wrong with the parts of a chart, to be told together."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, InvalidInputError):
            self._found += error.faults or [Fault("", error.detail)]
            return True
        return False

    def check(self) -> None:
        if self._found:
            raise InvalidInputError("The chart is not valid.", list(dict.fromkeys(self._found)))


@contextmanager
def at(pointer: str) -> Iterator[None]:
    """Faults of a part of the chart, with the place of that part, and within it where it is an expression."""
    try:
        yield
    except (ExpressionError, BrokenSourceError) as error:
        position = None if pointer.endswith("/field") else getattr(error, "position", None)
        fault = Fault(pointer, error.detail, position)
        raise InvalidInputError("The chart is not valid.", [fault]) from error


def place_of_measure(measure: Measure, pointer: str) -> str:
    """The place of what a measure names, where it names one thing."""
    named = [n for n in ("expression", "field") if getattr(measure, n) is not None]
    alone = len(named) == 1 and (measure.function is None) == (measure.expression is not None)
    return f"{pointer}/{named[0]}" if alone else pointer


def fault_at(pointer: str, detail: str) -> InvalidInputError:
    return InvalidInputError("The chart is not valid.", [Fault(pointer, detail)])
