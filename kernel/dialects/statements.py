"""Pieces of whole statements in which the engines differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statements:
    """Written into SQL as they are; empty is what an engine has no need of."""

    mark: str
    """Begins the placeholder of a parameter whose type the column beside it gives: `?1`."""
    whole: str
    """The type of columns for the kernel's own whole numbers of 64 bits."""
    strict: str
    """Ends CREATE TABLE, so that columns take values of their types alone."""
    whole_truths: bool
    """Whether columns that are true or false hold 1 and 0."""
    explain: str
    """Begins a question of how a statement would be carried out."""
    has_table: str
    """A SELECT with a row when there is a table `{table}`."""
    lock: str
    """Ends a SELECT inside a transaction that keeps its rows from others, waiting for those who have them.
    Nothing on SQLite, where no two write at a time. ` OF alias` may follow."""
    claim: str
    """The same, passing over rows that others hold."""
    lock_table: str
    """Keeps others from writing to `{table}` until the transaction ends."""
    alone: str
    """Waits until no other transaction holds the number `{number}`, and holds it until this one ends."""
    fence: str
    """Ends a derived table whose columns the planner must not put back in place of their names."""

    def locking(self, alias: str) -> str:
        """`lock` for the rows of one table of several."""
        return f"{self.lock} OF {alias}" if self.lock else ""


SQLITE_STATEMENTS = Statements(
    mark="?",
    whole="INTEGER",
    strict=" STRICT",
    whole_truths=True,
    explain="EXPLAIN QUERY PLAN",
    has_table="SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}'",
    lock="",
    claim="",
    lock_table="",
    alone="",
    fence="LIMIT -1 OFFSET 0",
)

POSTGRES_STATEMENTS = Statements(
    mark="$",
    whole="BIGINT",
    strict="",
    whole_truths=False,
    explain="EXPLAIN",
    has_table="SELECT 1 WHERE to_regclass('{table}') IS NOT NULL",
    lock=" FOR UPDATE",
    claim=" FOR UPDATE SKIP LOCKED",
    lock_table="LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE",
    alone="SELECT pg_advisory_xact_lock({number})",
    fence="OFFSET 0",
)
