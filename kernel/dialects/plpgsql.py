"""How a function is declared to PostgreSQL."""

from __future__ import annotations


def sql_function(signature: str, result: str, body: str) -> str:
    """A function that is one SELECT; PostgreSQL writes it into the query that calls it."""
    return _function(signature, result, "sql", body)


def block_function(signature: str, result: str, body: str) -> str:
    """A function in PL/pgSQL."""
    return _function(signature, result, "plpgsql", body)


def _function(signature: str, result: str, language: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {result} "
        f"LANGUAGE {language} IMMUTABLE PARALLEL SAFE AS $smalt${body}$smalt$"
    )
