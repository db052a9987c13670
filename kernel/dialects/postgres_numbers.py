"""Number functions of PostgreSQL; `number_functions` has the same in Python."""

from __future__ import annotations

from typing import Final

from kernel.currencies import WITH_FOUR_DIGITS, WITH_THREE_DIGITS, WITHOUT_DIGITS
from kernel.dialects.plpgsql import block_function, sql_function


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_DIGITS = f"""CASE
    WHEN unit IN ({_codes(WITHOUT_DIGITS)}) THEN 0
    WHEN unit IN ({_codes(WITH_THREE_DIGITS)}) THEN 3
    WHEN unit IN ({_codes(WITH_FOUR_DIGITS)}) THEN 4
    ELSE 2 END"""

_AMOUNT = sql_function(
    "smalt_amount(amount numeric, unit text)",
    "text",
    f"SELECT trunc(amount, greatest(min_scale(amount), {_DIGITS}))::text",
)

_CENTS = sql_function(
    "smalt_cents(amount double precision, unit text)",
    "numeric",
    f"SELECT round(amount::numeric, {_DIGITS})",
)

_MONEY = sql_function(
    "smalt_money(amount numeric, unit text)",
    "text",
    """
SELECT CASE WHEN amount IS NULL THEN 'null' ELSE '{"amount":"' || smalt_amount(amount, unit)
    || '","currency":' || coalesce(to_json(unit)::text, 'null') || '}' END
""",
)

_REAL = block_function(
    "smalt_real(x double precision)",
    "double precision",
    """
BEGIN
    RETURN CASE WHEN abs(x) >= 1e100 THEN NULL WHEN abs(x) < 1e-100 THEN 0 ELSE x END;
END
""",
)

_ROUND = block_function(
    "smalt_round(x numeric, places integer, mode text)",
    "numeric",
    """
DECLARE
    cut numeric := trunc(x, places);
BEGIN
    RETURN CASE
        WHEN cut = x OR mode = 'down' THEN cut
        WHEN mode = 'floor' AND x > 0 OR mode = 'ceiling' AND x < 0 THEN cut
        ELSE cut + sign(x) * 10::numeric ^ (-places) END;
END
""",
)

_FLOOR = sql_function("smalt_floor(x double precision)", "double precision", "SELECT floor(x)")

_POWER = block_function(
    "smalt_power(base double precision, exponent double precision)",
    "double precision",
    """
DECLARE
    size double precision;
BEGIN
    IF base IS NULL OR exponent IS NULL THEN RETURN NULL; END IF;
    IF base = 0 THEN RETURN CASE WHEN exponent = 0 THEN 1 WHEN exponent > 0 THEN 0 END; END IF;
    IF base < 0 AND exponent <> floor(exponent) THEN RETURN NULL; END IF;
    size := exponent * ln(abs(base));
    IF size > 231 THEN RETURN NULL; END IF;
    RETURN CASE WHEN size < -231 THEN 0 ELSE smalt_real(power(base, exponent)) END;
END
""",
)

_SQRT = block_function(
    "smalt_sqrt(x double precision)",
    "double precision",
    "BEGIN RETURN CASE WHEN x >= 0 THEN sqrt(x) END; END",
)

_EXP = block_function(
    "smalt_exp(x double precision)",
    "double precision",
    "BEGIN RETURN CASE WHEN x < -231 THEN 0 WHEN x <= 231 THEN smalt_real(exp(x)) END; END",
)

_LN = block_function(
    "smalt_ln(x double precision)",
    "double precision",
    "BEGIN RETURN CASE WHEN x > 0 THEN ln(x) END; END",
)

_LOG = block_function(
    "smalt_log(x double precision, base double precision)",
    "double precision",
    """
BEGIN
    IF x <= 0 OR base <= 0 OR base = 1 THEN RETURN NULL; END IF;
    RETURN CASE WHEN base = 10 THEN log(x) ELSE smalt_real(ln(x) / ln(base)) END;
END
""",
)

_NUMBER = block_function(
    "smalt_number(value text)",
    "double precision",
    r"""
DECLARE
    found text := substring(value FROM
        '^[ \t\n\r]*([+-]?(?:[0-9]{1,200}(?:\.[0-9]{0,200})?|\.[0-9]{1,200})'
        '(?:[eE][+-]?[0-9]{1,3})?)[ \t\n\r]*$');
    exact numeric := found::numeric;
BEGIN
    RETURN CASE WHEN abs(exact) >= 1e100 THEN NULL WHEN abs(exact) < 1e-100 THEN 0
        ELSE exact::double precision END;
END
""",
)

_SHAPED = block_function(
    "smalt_shaped(value text, shift integer, whole integer, fewest integer, most integer,"
    " point text, thousands text)",
    "text",
    r"""
DECLARE
    exact numeric := round(value::numeric * 10::numeric ^ shift, most);
    digits text := trim_scale(abs(exact))::text;
    front text := ltrim(split_part(digits, '.', 1), '0');
    places text := split_part(digits, '.', 2);
BEGIN
    front := lpad(front, greatest(whole, length(front)), '0');
    front := replace(regexp_replace(front, '([0-9])(?=([0-9]{3})+$)', '\1,', 'g'), ',', thousands);
    places := rpad(places, greatest(fewest, length(places)), '0');
    RETURN CASE WHEN exact < 0 THEN '-' ELSE '' END || front
        || CASE WHEN places = '' THEN '' ELSE point END || places;
END
""",
)

STATEMENTS: Final = (
    _AMOUNT, _CENTS, _MONEY, _REAL, _ROUND, _FLOOR, _POWER, _SQRT, _EXP, _LN, _LOG, _NUMBER, _SHAPED,
)  # fmt: skip
