"""What belongs to records beside the tables of their projects."""

from __future__ import annotations

from piccolo.columns import BigInt
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Link(Table, tablename="smalt_link", db=ENGINE):
    """Many-valued fields of all projects: record `source_id` holds `target_id` under `field_id`."""

    field_id = number(primary_key=True)
    source_id = number()
    target_id = number()
    position = BigInt(default=0)


class ListStay(Table, tablename="smalt_list_stay", db=ENGINE):
    """How long a record was in a list."""

    id = number(primary_key=True)
    record_id = number()
    list_id = number()
    entered_at = number()
    left_at = number(null=True)


class Sequence(Table, tablename="smalt_sequence", db=ENGINE):
    """The last number that a field has given to a record."""

    field_id = number(primary_key=True)
    value = BigInt(default=0)


class CurrencyRate(Table, tablename="smalt_currency_rate", db=ENGINE):
    """One `source` costs `rate` (a decimal) `target` from the day `valid_from` (ISO 8601) on."""

    source = text(primary_key=True)
    target = text()
    valid_from = text()
    rate = text()
    updated_at = number()
    updated_by = number(null=True)


class Unsearched(Table, tablename="smalt_unsearched", db=ENGINE):
    """A record that was touched since its words were put into the index of the search."""

    id = number(primary_key=True)
    project_id = number()
    record_id = number()


class SearchState(Table, tablename="smalt_search_state", db=ENGINE):
    """What the fields of a project were like when its records were last put into the index."""

    project_id = number(primary_key=True)
    made_for = text()


TABLES: tuple[type[Table], ...] = (Link, ListStay, Sequence, CurrencyRate, Unsearched, SearchState)
