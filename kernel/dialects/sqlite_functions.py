"""Functions that SQLite lacks, in Python, registered on each connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel.dialects import number_functions as numbers
from kernel.dialects import text_functions as texts
from kernel.dialects import time_functions as times
from kernel.words import plain

FUNCTIONS: Final[Mapping[str, tuple[int, Callable[..., Any]]]] = {
    "smalt_fold": (1, texts.fold),
    "smalt_plain": (1, plain),
    "smalt_upper": (1, texts.upper),
    "smalt_proper": (1, texts.proper),
    "smalt_replace": (4, texts.replace),
    "smalt_repeat": (2, texts.repeat),
    "smalt_split": (3, texts.split),
    "smalt_find": (3, texts.find),
    "smalt_url": (1, texts.url),
    "smalt_regex_match": (2, texts.regex_match),
    "smalt_regex_extract": (2, texts.regex_extract),
    "smalt_regex_replace": (3, texts.regex_replace),
    "smalt_money": (3, numbers.money),
    "smalt_amount": (3, numbers.amount_text),
    "smalt_exchange": (5, numbers.exchange),
    "smalt_real_text": (1, numbers.real_text),
    "smalt_shaped": (7, numbers.shaped),
    "smalt_number": (1, numbers.parse_number),
    "smalt_scaled": (2, numbers.scaled),
    "smalt_round": (3, numbers.round_real),
    "smalt_floor": (1, numbers.floor),
    "smalt_power": (2, numbers.power),
    "smalt_sqrt": (1, numbers.sqrt),
    "smalt_exp": (1, numbers.exp),
    "smalt_ln": (1, numbers.ln),
    "smalt_log": (2, numbers.log),
    "smalt_day_start": (2, times.moment_of),
    "smalt_moment": (2, times.moment_of),
    "smalt_local": (2, times.local_time),
    "smalt_local_date": (2, times.local_date),
    "smalt_date": (3, times.make_date),
    "smalt_add_to_date": (3, times.add_to_date),
    "smalt_add_to_moment": (4, times.add_to_moment),
    "smalt_months_between": (2, times.months_between),
    "smalt_period_end": (2, times.period_end),
    "smalt_parse_date": (1, times.parse_date),
    "smalt_parse_moment": (2, times.parse_moment),
    "smalt_read_moment": (6, times.read_moment),
    "smalt_working_days": (2, times.working_days),
    "smalt_add_working_days": (2, times.add_working_days),
}


def register(connection: sqlite3.Connection) -> None:
    for name, (arguments, function) in FUNCTIONS.items():
        connection.create_function(name, arguments, function, deterministic=True)
    connection.create_aggregate("smalt_median", 1, numbers.Median)  # type: ignore[arg-type]
