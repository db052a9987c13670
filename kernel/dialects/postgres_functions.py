"""Functions created in each PostgreSQL database, so that both engines answer alike."""

from __future__ import annotations

from typing import Final

from kernel.dialects import postgres_numbers, postgres_text, postgres_times

STATEMENTS: Final = (
    *postgres_text.STATEMENTS,
    *postgres_numbers.STATEMENTS,
    *postgres_times.STATEMENTS,
)
