"""Runs the measurements and prints a table; ends with 1 when a figure falls short."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import ExitStack

from bench.automations import automations
from bench.cases import Effort, Figure, filtered, growth, imports, pages
from bench.dashboards import dashboards
from bench.data import Filled, fill
from bench.forms import forms
from bench.places import Place, places
from bench.receivers import receivers


def main() -> int:
    options = _options()
    effort = Effort(options.seconds, options.rounds)
    engines = ["sqlite", "postgres"] if options.engine == "both" else [options.engine]
    good = True
    for engine in engines:
        figures = measured(engine, options, effort)
        print_table(engine, options.records, figures)
        good = good and all(figure.good for figure in figures)
    return 0 if good else 1


def measured(engine: str, options: argparse.Namespace, effort: Effort) -> list[Figure]:
    """All figures of one engine."""
    with ExitStack() as stack:
        place, filled = _filled(stack, engine, options.records)
        figures = pages(place, filled, effort)
        figures += filtered(place, filled, effort)
        figures += dashboards(place, filled, effort)
        if options.million:
            large = _filled(stack, engine, options.records * 10)
            figures += growth((place, filled), large, effort)
            figures += dashboards(*large, effort)
        figures += automations(place, filled)
        figures += forms(place, filled, effort)
        figures += imports(place, filled, options.rows)
        figures += receivers(place, filled)  # last: its requests go on waiting for a while
    return figures


def _filled(stack: ExitStack, engine: str, records: int) -> tuple[Place, Filled]:
    place = stack.enter_context(places(engine))
    begun = time.perf_counter()
    filled = asyncio.run(fill(place, records))
    print(
        f"{engine}: {records:,} opportunities written in {time.perf_counter() - begun:.0f} s", file=sys.stderr
    )
    return place, filled


def print_table(engine: str, records: int, figures: list[Figure]) -> None:
    print(f"\n{engine}, {records:,} opportunities, {records // 10:,} customers")
    for figure in figures:
        shown = (
            "?"
            if figure.value is None
            else f"{figure.value:,.0f}"
            if figure.unit != "×"
            else f"{figure.value:.2f}"
        )
        bound = f"{'≥' if figure.at_least else '≤'} {figure.bound:,g}"
        verdict = "good" if figure.good else "SHORT"
        print(f"  {figure.what:<58}{shown:>9} {figure.unit:<3} {bound:>9}  {verdict}  {figure.note}".rstrip())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description="Measure what Smalt promises.")
    parser.add_argument("--engine", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--records", type=int, default=100_000, help="opportunities (100000)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows to import (100000)")
    parser.add_argument("--million", action="store_true", help="also measure ten times as many records")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement (3)")
    parser.add_argument("--rounds", type=int, default=5, help="that the median is taken of (5)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
