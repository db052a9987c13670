"""Functions created in each PostgreSQL database, so that both engines answer alike."""

from __future__ import annotations

from typing import Final

from kernel.dialects.currencies import WITH_THREE_DIGITS, WITHOUT_DIGITS


def _function(signature: str, result: str, body: str, language: str = "sql") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {result} "
        f"LANGUAGE {language} IMMUTABLE PARALLEL SAFE AS $smalt${body}$smalt$"
    )


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_FOLD = """
DO $do$
DECLARE wanted text := CASE
    WHEN EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'pg_c_utf8') THEN 'pg_c_utf8'
    ELSE 'und-x-icu' END;
BEGIN
    EXECUTE format('CREATE OR REPLACE FUNCTION smalt_fold(value text) RETURNS text LANGUAGE sql '
        'IMMUTABLE PARALLEL SAFE AS %L', format('SELECT lower(value COLLATE %I)', wanted));
END
$do$
"""

_AMOUNT = _function(
    "smalt_amount(amount numeric, unit text)",
    "text",
    f"""
SELECT trunc(amount, greatest(min_scale(amount), CASE
    WHEN unit IN ({_codes(WITHOUT_DIGITS)}) THEN 0
    WHEN unit IN ({_codes(WITH_THREE_DIGITS)}) THEN 3
    ELSE 2 END))::text
""",
)

_MONEY = _function(
    "smalt_money(amount numeric, unit text)",
    "text",
    """
SELECT CASE WHEN amount IS NULL THEN 'null' ELSE '{"amount":"' || smalt_amount(amount, unit)
    || '","currency":' || coalesce(to_json(unit)::text, 'null') || '}' END
""",
)

_REAL = _function(
    "smalt_real(x double precision)",
    "double precision",
    """
BEGIN
    RETURN CASE WHEN abs(x) >= 1e100 THEN NULL WHEN abs(x) < 1e-100 THEN 0 ELSE x END;
END
""",
    "plpgsql",
)

_ROUND = _function(
    "smalt_round(x numeric, places integer, mode text)",
    "numeric",
    """
DECLARE cut numeric := trunc(x, places);
BEGIN
    RETURN CASE
        WHEN cut = x OR mode = 'down' THEN cut
        WHEN mode = 'floor' AND x > 0 OR mode = 'ceiling' AND x < 0 THEN cut
        ELSE cut + sign(x) * 10::numeric ^ (-places) END;
END
""",
    "plpgsql",
)

# The first of two moments that a wall clock shows alike; PostgreSQL by itself takes the second.
_MOMENT = _function(
    "smalt_moment(local timestamp, zone text)",
    "timestamptz",
    """
DECLARE
    later timestamptz := local AT TIME ZONE zone;
    earlier timestamptz := later - interval '1 hour';
BEGIN
    IF earlier AT TIME ZONE zone = local THEN RETURN earlier; END IF;
    RETURN later;
END
""",
    "plpgsql",
)

STATEMENTS: Final = (_FOLD, _AMOUNT, _MONEY, _REAL, _ROUND, _MOMENT)
