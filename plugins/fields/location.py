"""An address, at will with its place on the map."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from kernel.plugin_api import (
    REAL,
    TEXT,
    Column,
    ColumnSpec,
    FieldType,
    InvalidValueError,
    NoConfig,
    ParseContext,
    SqlText,
    Value,
    clean_lines,
    hookimpl,
    parse_decimal,
)

_LONGEST = 1000
_PLACES = 6
"""Decimal places of a coordinate that are kept: about a tenth of a metre."""

_DEGREES = r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?)"
_AT = re.compile(rf"(?s:(.*?))\s*\(\s*{_DEGREES}\s*,\s*{_DEGREES}\s*\)").fullmatch
_BARE = re.compile(rf"\s*{_DEGREES}\s*,\s*{_DEGREES}\s*").fullmatch


class Location(msgspec.Struct, frozen=True):
    """`latitude` (-90 to 90) and `longitude` (-180 to 180) are in degrees, both or neither."""

    address: str
    latitude: float | None = None
    longitude: float | None = None


class LocationField(FieldType[NoConfig, Location]):
    """Filters, sorts and groups by its address; its JSON has the coordinates too.

    Input is an address, `52.2297, 21.0122`, an address with those in parentheses behind it, or
    an object. A place without an address has its coordinates as one.
    """

    key = "location"
    label = "Location"
    description = "An address, with latitude and longitude where they are known."
    value_type = Location
    widget = "location"

    def columns(self, config: NoConfig) -> Sequence[ColumnSpec]:
        degrees = (ColumnSpec(Column.REAL, name) for name in ("latitude", "longitude"))
        return [ColumnSpec(Column.TEXT, "address"), *degrees]

    def value(self, columns: Mapping[str, str], config: NoConfig, sql: SqlText) -> Value:
        address = Value(TEXT, columns["address"])
        members = {name: sql.json_of(Value(REAL, columns[name])) for name in ("latitude", "longitude")}
        whole = sql.json_object({"address": sql.json_of(address)} | members)
        return replace(address, json=f"CASE WHEN {address.sql} IS NULL THEN 'null' ELSE {whole} END")

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> Location | None:
        if isinstance(value, dict):
            return self._from_members(value)
        text = clean_lines(value, _LONGEST)
        if text is None:
            return None
        found = _AT(text)
        if found is not None:
            return _location(found[1], found[2], found[3])
        found = _BARE(text)
        return Location(text.strip()) if found is None else _location(None, found[1], found[2])

    def _from_members(self, value: Mapping[str, object]) -> Location | None:
        if not value.keys() <= {"address", "latitude", "longitude"}:
            form = '{"address": "…", "latitude": 52.2297, "longitude": 21.0122}'
            raise InvalidValueError(f"This must be an address, or {form}.")
        return _location(value.get("address"), value.get("latitude"), value.get("longitude"))


def _location(address: object, latitude: object, longitude: object) -> Location | None:
    text = None if address is None else clean_lines(address, _LONGEST)
    north, east = _degrees(latitude, 90, "latitude"), _degrees(longitude, 180, "longitude")
    if (north is None) is not (east is None):
        raise InvalidValueError("Give latitude and longitude, or neither.")
    if text is None and north is None:
        return None
    return Location(f"{north}, {east}" if text is None else text.strip(), north, east)


def _degrees(value: object, limit: int, name: str) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        degrees = parse_decimal(_shortened(value), _PLACES)
        if degrees is None:
            return None
        if -limit <= degrees <= limit:
            return float(degrees)
    raise InvalidValueError(f"The {name} must be a number from -{limit} to {limit}.")


def _shortened(value: str | int | float) -> object:
    """Maps give more digits than anybody can walk to; those are rounded off."""
    try:
        return f"{float(value):.{_PLACES}f}" if abs(float(value)) < 1000 else value
    except (ValueError, OverflowError):
        return value


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [LocationField()]
