"""Text functions of PostgreSQL; `text_functions` has the same in Python."""

from __future__ import annotations

from typing import Final

from kernel.dialects.plpgsql import block_function, sql_function
from kernel.dialects.text_functions import LONGEST_MATCHED, LONGEST_REPEATED, LONGEST_REPLACED
from kernel.words import LETTERS, LONGEST, MARKS, PLAIN_LETTERS, SEPARATORS

# Character by character and without regard to languages, where the server can (from 17 on).
_CASES = """
DO $do$
DECLARE
    wanted text := CASE
        WHEN EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'pg_c_utf8') THEN 'pg_c_utf8'
        ELSE 'und-x-icu' END;
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY
        ARRAY[['smalt_fold', 'lower'], ['smalt_upper', 'upper'], ['smalt_proper', 'initcap']]
    LOOP
        EXECUTE format('CREATE OR REPLACE FUNCTION %I(value text) RETURNS text LANGUAGE sql '
            'IMMUTABLE PARALLEL SAFE AS %L', pair[1], format('SELECT %s(value COLLATE %I)', pair[2], wanted));
    END LOOP;
END
$do$
"""

_REPLACE = block_function(
    "smalt_replace(value text, old text, new text, place integer)",
    "text",
    f"""
DECLARE
    filled text := coalesce(new, '');
    found bigint;
    passed integer := 0;
    step integer;
BEGIN
    IF old IS NULL OR old = '' THEN RETURN value; END IF;
    IF place > 0 THEN
        FOR number IN 1..place LOOP
            step := strpos(substr(value, passed + 1), old);
            IF step IS NULL OR step = 0 THEN RETURN value; END IF;
            passed := passed + step + length(old) - 1;
        END LOOP;
        RETURN left(value, passed - length(old)) || filled || substr(value, passed + 1);
    END IF;
    found := (length(value) - length(replace(value, old, ''))) / length(old);
    IF length(value) + found * (length(filled) - length(old)) > {LONGEST_REPLACED} THEN RETURN NULL; END IF;
    RETURN replace(value, old, filled);
END
""",
)

_REPEAT = block_function(
    "smalt_repeat(value text, count integer)",
    "text",
    f"""
BEGIN
    IF length(value)::bigint * count > {LONGEST_REPEATED} THEN RETURN NULL; END IF;
    RETURN repeat(value, count);
END
""",
)

_FIND = block_function(
    "smalt_find(part text, value text, start integer)",
    "integer",
    """
DECLARE
    skipped integer := greatest(start, 1) - 1;
    found integer := strpos(substr(value, skipped + 1), part);
BEGIN
    IF start IS NULL THEN RETURN NULL; END IF;
    RETURN CASE WHEN found > 0 THEN found + skipped ELSE found END;
END
""",
)

_URL = block_function(
    "smalt_url(value text)",
    "text",
    """
DECLARE
    bytes bytea := convert_to(value, 'UTF8');
BEGIN
    RETURN (
        SELECT string_agg(
            CASE WHEN chr(b) ~ '[-A-Za-z0-9_.!~*''()]' AND b < 128 THEN chr(b)
            ELSE '%' || upper(lpad(to_hex(b), 2, '0')) END, '' ORDER BY i)
        FROM (SELECT i, get_byte(bytes, i) AS b FROM generate_series(0, length(bytes) - 1) AS i) AS each);
END
""",
)

_REGEX_MATCH = sql_function(
    "smalt_regex_match(value text, pattern text)",
    "boolean",
    f"SELECT left(value, {LONGEST_MATCHED}) ~ pattern",
)

_REGEX_EXTRACT = sql_function(
    "smalt_regex_extract(value text, pattern text)",
    "text",
    f"SELECT substring(left(value, {LONGEST_MATCHED}) FROM pattern)",
)

_REGEX_REPLACE = block_function(
    "smalt_regex_replace(value text, pattern text, new text)",
    "text",
    f"""
DECLARE
    filled text := replace(coalesce(new, ''), '\\', '\\\\');
    found bigint;
BEGIN
    IF length(value) > {LONGEST_MATCHED} THEN RETURN NULL; END IF;
    found := (SELECT count(*) FROM regexp_matches(value, pattern, 'g'));
    IF length(value) + found * length(coalesce(new, '')) > {LONGEST_REPLACED} THEN RETURN NULL; END IF;
    RETURN regexp_replace(value, pattern, filled, 'g');
END
""",
)

# `kernel.words.plain`
_PLAIN = sql_function(
    "smalt_plain(value text)",
    "text",
    f"""SELECT ' ' || btrim(regexp_replace(smalt_fold(regexp_replace(normalize(
        translate(left(value, {LONGEST}), '{LETTERS}', '{PLAIN_LETTERS}'), NFKD),
        '{MARKS}', '', 'g')), '{SEPARATORS}', ' ', 'g'))""",
)

STATEMENTS: Final = (
    _CASES, _PLAIN, _REPLACE, _REPEAT, _FIND, _URL, _REGEX_MATCH, _REGEX_EXTRACT, _REGEX_REPLACE,
)  # fmt: skip
