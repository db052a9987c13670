from __future__ import annotations

from kernel.number_input import parse_integer
from kernel.sampling import parses, score, share


def test_blank_cells_do_not_count() -> None:
    integer = parses(parse_integer)
    assert share(["1", " ", "", "x"], integer) == 0.5
    assert share([], integer) == 0.0


def test_nearly_all_must_fit() -> None:
    integer = parses(parse_integer)
    assert score(["1"] * 9 + ["x"], integer, 0.5) == 0.45
    assert score(["1"] * 8 + ["x"] * 2, integer, 0.5) == 0.0
