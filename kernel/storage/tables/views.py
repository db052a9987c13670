"""Saved views."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class View(Table, tablename="smalt_view", db=ENGINE):
    """A way to look at a project's records. `content` is JSON, see `kernel.services.view_model`."""

    id = number(primary_key=True)
    project_id = number()
    owner_id = number(null=True)
    name = text()
    kind = text()
    shared = Boolean(default=False)
    content = text()
    position = BigInt(default=0)
    created_at = number()
    updated_at = number()


class ViewDefault(Table, tablename="smalt_view_default", db=ENGINE):
    """The view that a person opens a project with."""

    project_id = number(primary_key=True)
    user_id = number()
    view_id = number()


TABLES: tuple[type[Table], ...] = (View, ViewDefault)
