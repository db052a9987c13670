"""Date functions of PostgreSQL; `time_functions` has the same in Python."""

from __future__ import annotations

from typing import Final

from kernel.dialects.plpgsql import block_function

# Of two moments that a wall clock shows alike the first; PostgreSQL by itself takes the second.
_MOMENT = block_function(
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
)

_DATE = block_function(
    "smalt_date(year integer, month integer, day integer)",
    "date",
    """
BEGIN
    IF year BETWEEN 1 AND 9999 AND month BETWEEN 1 AND 12 AND day BETWEEN 1 AND
        extract(day FROM make_date(year, month, 1) + interval '1 month' - interval '1 day')
    THEN RETURN make_date(year, month, day); END IF;
    RETURN NULL;
END
""",
)

_ADD_TO_DATE = block_function(
    "smalt_add_to_date(day date, count integer, unit text)",
    "date",
    """
DECLARE
    steps bigint := count::bigint * CASE unit
        WHEN 'weeks' THEN 7 WHEN 'quarters' THEN 3 WHEN 'years' THEN 12 ELSE 1 END;
    months bigint;
    first date;
BEGIN
    IF unit IN ('days', 'weeks') THEN
        IF steps BETWEEN date '0001-01-01' - day AND date '9999-12-31' - day THEN
            RETURN day + steps::integer;
        END IF;
        RETURN NULL;
    END IF;
    months := extract(year FROM day)::bigint * 12 + extract(month FROM day)::bigint - 1 + steps;
    IF months NOT BETWEEN 12 AND 119999 THEN RETURN NULL; END IF;
    first := make_date((months / 12)::integer, (months % 12)::integer + 1, 1);
    RETURN first - 1 + least(extract(day FROM day)::integer,
        extract(day FROM first + interval '1 month' - interval '1 day')::integer);
END
""",
)

_ADD_TO_MOMENT = block_function(
    "smalt_add_to_moment(moment timestamptz, count integer, unit text, zone text)",
    "timestamptz",
    """
DECLARE
    local timestamp;
    seconds numeric;
BEGIN
    IF unit IN ('hours', 'minutes', 'seconds') THEN
        seconds := count::numeric * CASE unit WHEN 'hours' THEN 3600 WHEN 'minutes' THEN 60 ELSE 1 END;
        IF extract(epoch FROM moment) + seconds NOT BETWEEN -62135596800 AND 253402300799.999 THEN
            RETURN NULL;
        END IF;
        RETURN moment + make_interval(secs => seconds);
    END IF;
    local := moment AT TIME ZONE zone;
    RETURN smalt_moment(smalt_add_to_date(local::date, count, unit) + local::time, zone);
END
""",
)

_MONTHS_BETWEEN = block_function(
    "smalt_months_between(later timestamp, earlier timestamp)",
    "integer",
    """
DECLARE
    months integer := (extract(year FROM later) - extract(year FROM earlier)) * 12
        + extract(month FROM later) - extract(month FROM earlier);
    rest_later interval := later - date_trunc('month', later);
    rest_earlier interval := earlier - date_trunc('month', earlier);
BEGIN
    RETURN CASE
        WHEN months > 0 AND rest_later < rest_earlier THEN months - 1
        WHEN months < 0 AND rest_later > rest_earlier THEN months + 1
        ELSE months END;
END
""",
)

_PERIOD_END = block_function(
    "smalt_period_end(day date, unit text)",
    "date",
    """
BEGIN
    IF unit = 'week' AND day >= date '9999-12-27' THEN RETURN NULL; END IF;
    RETURN date_trunc(unit, day::timestamp) + CASE unit
        WHEN 'week' THEN interval '7 days' WHEN 'month' THEN interval '1 month'
        WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END - interval '1 day';
END
""",
)

_PARSE_DATE = block_function(
    "smalt_parse_date(value text)",
    "date",
    r"""
DECLARE
    found text[] := regexp_match(value, '^[ \t\n\r]*([0-9]{4})-([0-9]{2})-([0-9]{2})[ \t\n\r]*$');
BEGIN
    RETURN smalt_date(found[1]::integer, found[2]::integer, found[3]::integer);
END
""",
)

_PARSE_MOMENT = block_function(
    "smalt_parse_moment(value text, zone text)",
    "timestamptz",
    r"""
DECLARE
    found text[] := regexp_match(value, '^[ \t\n\r]*([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})'
        '(?::([0-9]{2}(?:\.[0-9]{1,3})?))?(Z|[+-][0-9]{2}:[0-9]{2})?)?[ \t\n\r]*$');
    day date := smalt_parse_date(found[1]);
    hour integer := coalesce(found[2], '0')::integer;
    minute integer := coalesce(found[3], '0')::integer;
    second double precision := coalesce(found[4], '0')::double precision;
    sign integer := CASE WHEN found[5] LIKE '-%' THEN -1 ELSE 1 END;
    moment timestamptz;
BEGIN
    IF day IS NULL OR hour > 23 OR minute > 59 OR second >= 60 THEN RETURN NULL; END IF;
    IF found[5] IS NULL THEN RETURN smalt_moment(day + make_time(hour, minute, second), zone); END IF;
    IF found[5] = 'Z' THEN RETURN (day + make_time(hour, minute, second)) AT TIME ZONE 'UTC'; END IF;
    IF substr(found[5], 2, 2)::integer > 23 OR substr(found[5], 5, 2)::integer > 59 THEN RETURN NULL; END IF;
    moment := (day + make_time(hour, minute, second)) AT TIME ZONE 'UTC' - sign * make_interval(
        hours => substr(found[5], 2, 2)::integer, mins => substr(found[5], 5, 2)::integer);
    RETURN CASE WHEN moment >= '0001-01-01 00:00Z' AND moment < '10000-01-01 00:00Z' THEN moment END;
END
""",
)

_READ_MOMENT = block_function(
    "smalt_read_moment(value text, pattern text, parts text, names text, base text, zone text)",
    "timestamptz",
    r"""
DECLARE
    found text[] := regexp_match(btrim(left(value, 201), E' \t\n\r\u00a0'), '^(?:' || pattern || ')$');
    short text := found[strpos(parts, 'y')];
    hour integer := coalesce(found[strpos(parts, 'H')], found[strpos(parts, 'h')], '0')::integer;
    half text := found[strpos(parts, 'p')];
    month integer := array_position(string_to_array(names, '|'), found[strpos(parts, 'N')]);
BEGIN
    IF found IS NULL OR length(value) > 200 THEN RETURN NULL; END IF;
    hour := CASE WHEN half = 'pm' AND hour < 12 THEN hour + 12
        WHEN half = 'am' AND hour = 12 THEN 0 ELSE hour END;
    RETURN smalt_parse_moment(
        coalesce(found[strpos(parts, 'Y')], CASE WHEN short::integer > 68 THEN '19' ELSE '20' END || short,
            left(base, 4)) || '-'
        || lpad(coalesce(found[strpos(parts, 'M')], ((month - 1) % 12 + 1)::text, substr(base, 6, 2)), 2, '0')
        || '-' || lpad(coalesce(found[strpos(parts, 'D')], substr(base, 9)), 2, '0')
        || 'T' || lpad(hour::text, 2, '0') || ':' || lpad(coalesce(found[strpos(parts, 'm')], '0'), 2, '0')
        || ':' || lpad(coalesce(found[strpos(parts, 's')], '0'), 2, '0')
        || '.' || coalesce(found[strpos(parts, 'f')], '0'), zone);
END
""",
)

_WORKING_DAYS = block_function(
    "smalt_working_days(first date, last date)",
    "integer",
    """
DECLARE
    before integer := least(first, last) - date '0001-01-01';
    after integer := greatest(first, last) - date '0001-01-01' + 1;
BEGIN
    IF first IS NULL OR last IS NULL THEN RETURN NULL; END IF;
    RETURN CASE WHEN last < first THEN -1 ELSE 1 END * (
        after / 7 * 5 + least(after % 7, 5) - before / 7 * 5 - least(before % 7, 5));
END
""",
)

_ADD_WORKING_DAYS = block_function(
    "smalt_add_working_days(day date, count integer)",
    "date",
    """
DECLARE
    weekday integer := extract(isodow FROM day)::integer - 1;
    past integer;
    days bigint;
BEGIN
    IF count IS NULL OR count = 0 THEN RETURN CASE WHEN count = 0 THEN day END; END IF;
    IF count < 0 THEN weekday := (11 - weekday) % 7; END IF;
    past := greatest(weekday - 4, 0);
    days := abs(count::bigint) / 5 * 7 + abs(count::bigint) % 5 - past
        + CASE WHEN weekday - past + abs(count::bigint) % 5 > 4 THEN 2 ELSE 0 END;
    RETURN smalt_add_to_date(day, (sign(count) * least(days, 100000000))::integer, 'days');
END
""",
)

STATEMENTS: Final = (
    _MOMENT, _DATE, _ADD_TO_DATE, _ADD_TO_MOMENT, _MONTHS_BETWEEN, _PERIOD_END,
    _PARSE_DATE, _PARSE_MOMENT, _READ_MOMENT, _WORKING_DAYS, _ADD_WORKING_DAYS,
)  # fmt: skip
