"""Full-text search: FTS5 on SQLite, `tsvector` on PostgreSQL. `smalt_search` holds the words of records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, Final

_NOTE: Final = "INSERT INTO smalt_unsearched (project_id, record_id) VALUES"


class SearchSql(ABC):
    """One engine's index of words. A term is a word behind the mark of its place."""

    key: str
    """The column of `smalt_search` that holds the record's id."""
    watched: str
    """A SELECT of the tables that note which of their records are touched."""

    @abstractmethod
    def watch(self, table: str, project_id: int) -> list[str]:
        """Statements by which a project's table notes which of its records are touched."""

    @abstractmethod
    def words(self, words: Collection[str]) -> Any:
        """The words of a record as the parameter of `written`."""

    @abstractmethod
    def written(self, mark: str) -> str:
        """SQL of what stands in the index, of the parameter `mark`."""

    @abstractmethod
    def term(self, text: str, exact: bool) -> str:
        """A marked word, or what begins with it, in the engine's language of queries."""

    @abstractmethod
    def query(self, terms: Sequence[Sequence[str]]) -> str:
        """One of each list of terms, in the engine's language of queries."""

    @abstractmethod
    def matches(self, query: str) -> str:
        """SQL for whether a row of `smalt_search` answers the query, a parameter."""

    @abstractmethod
    def matches_too(self, query: str) -> str:
        """The same for rows that were found by another query."""

    @abstractmethod
    def among(self, id_: str, ids: str) -> str:
        """SQL for whether an id is in what a SELECT gives."""

    @abstractmethod
    def lower(self, sql: str) -> str:
        """A text as LIKE compares it with small letters."""

    @abstractmethod
    def size(self, sql: str) -> str:
        """How many bytes a text takes: as many as it has characters where all are ASCII."""


class SqliteSearch(SearchSql):
    """FTS5, whose rows have no other column for an id than `rowid`."""

    key = "rowid"
    watched = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"

    def watch(self, table: str, project_id: int) -> list[str]:
        rows = {"insert": "new", "update": "new", "delete": "old"}
        return [
            f"CREATE TRIGGER {table}_unsearched_{event} AFTER {event.upper()} ON {table} "
            f"BEGIN {_NOTE} ({project_id}, {row}.id); END"
            for event, row in rows.items()
        ]

    def words(self, words: Collection[str]) -> Any:
        return " ".join(words)

    def written(self, mark: str) -> str:
        return mark

    def term(self, text: str, exact: bool) -> str:
        return f'"{text}"' + ("" if exact else "*")

    def query(self, terms: Sequence[Sequence[str]]) -> str:
        return " AND ".join(f"({' OR '.join(some)})" for some in terms)

    def matches(self, query: str) -> str:
        return f"smalt_search MATCH {query}"

    def matches_too(self, query: str) -> str:
        # a row is matched once, so ids are compared
        return f"rowid IN (SELECT rowid FROM smalt_search WHERE {self.matches(query)})"

    def among(self, id_: str, ids: str) -> str:
        return f"{id_} IN ({ids})"

    def lower(self, sql: str) -> str:
        return sql

    def size(self, sql: str) -> str:
        return f"length(CAST({sql} AS BLOB))"


class PostgresSearch(SearchSql):
    """A `tsvector` with an index, its queries put together here."""

    key = "record_id"
    watched = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"

    def watch(self, table: str, project_id: int) -> list[str]:
        return [
            f"CREATE TRIGGER {table}_unsearched AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION smalt_unsearched_record('{project_id}')"
        ]

    def words(self, words: Collection[str]) -> Any:
        return list(words)

    def written(self, mark: str) -> str:
        return f"array_to_tsvector({mark}::text[])"

    def term(self, text: str, exact: bool) -> str:
        return f"'{text}'" + ("" if exact else ":*")

    def query(self, terms: Sequence[Sequence[str]]) -> str:
        return " & ".join(f"({' | '.join(some)})" for some in terms)

    def matches(self, query: str) -> str:
        return f"words @@ {query}::tsquery"

    def matches_too(self, query: str) -> str:
        # as a parameter it would be parsed for each row that was found
        return f"words @@ (SELECT {query}::tsquery)"

    def among(self, id_: str, ids: str) -> str:
        # PostgreSQL cannot tell how few they are, and would look through them for record after record
        return f"{id_} = ANY(ARRAY({ids}))"

    def lower(self, sql: str) -> str:
        return f"lower({sql})"

    def size(self, sql: str) -> str:
        return f"octet_length({sql})"
