"""Public forms."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class Form(Table, tablename="smalt_form", db=ENGINE):
    """A form that anybody may fill in. `content` is JSON, see `kernel.services.forms.model`;
    `secret` signs the keys of its submissions, `submissions` counts them."""

    id = number(primary_key=True)
    project_id = number()
    owner_id = number(null=True)
    name = text()
    slug = text()
    enabled = Boolean(default=True)
    content = text()
    secret = text()
    submissions = BigInt(default=0)
    created_at = number()
    updated_at = number()


class FormKey(Table, tablename="smalt_form_key", db=ENGINE):
    """A key that was used: what it has made. The keys themselves are kept as hashes."""

    key = text(primary_key=True)
    form_id = number()
    project_id = number()
    record_id = number(null=True)
    created_at = number()


TABLES: tuple[type[Table], ...] = (Form, FormKey)
