"""Projects and what gives their records shape."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Text
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class State(Table, tablename="smalt_state", db=ENGINE):
    """Counters that all processes share: `schema`, `access` and `node`."""

    name = text(primary_key=True)
    value = BigInt(default=0)


class Project(Table, tablename="smalt_project", db=ENGINE):
    id = number(primary_key=True)
    name = text()
    description = text(null=True)
    default_fields = text()
    time_zone = text()
    currency = text()
    created_at = number()
    created_by = number(null=True)
    updated_at = number(null=True)
    updated_by = number(null=True)
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class List(Table, tablename="smalt_list", db=ENGINE):
    """A step of a project's process."""

    id = number(primary_key=True)
    project_id = number()
    name = text()
    color = text(null=True)
    position = BigInt(default=0)
    created_at = number()
    updated_at = number(null=True)
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class Tag(Table, tablename="smalt_tag", db=ENGINE):
    id = number(primary_key=True)
    project_id = number()
    name = text()
    color = text(null=True)
    position = BigInt(default=0)
    created_at = number()
    updated_at = number(null=True)
    deleted_at = number(null=True)
    deleted_by = number(null=True)


class Field(Table, tablename="smalt_field", db=ENGINE):
    """A custom field. `columns` is the JSON of its stored columns, see `schema_rows`."""

    id = number(primary_key=True)
    project_id = number()
    key = text()
    name = text()
    type = text()
    config = text()
    columns = Text(default="[]")
    required = Boolean(default=False)
    unique = Boolean(default=False)
    indexed = Boolean(default=False)
    description = text(null=True)
    position = BigInt(default=0)
    created_at = number()
    updated_at = number(null=True)
    deleted_at = number(null=True)
    deleted_by = number(null=True)
    default_value = text(null=True)
    version = BigInt(default=1)


TABLES: tuple[type[Table], ...] = (State, Project, List, Tag, Field)
