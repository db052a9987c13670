"""Files that people have uploaded. Their contents are kept by `kernel.storage.file_store`."""

from __future__ import annotations

from piccolo.columns import BigInt
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class StoredFile(Table, tablename="smalt_file", db=ENGINE):
    """`state` is uploading, ready or removing; `owner` names the process that takes an upload in.

    Where nothing holds it any more after `expires_at`, it goes.
    """

    id = number(primary_key=True)
    name = text()
    size = BigInt(default=0)
    content_type = text()
    state = text()
    owner = text()
    created_at = number()
    created_by = number(null=True)
    expires_at = number(null=True)


class CommentFile(Table, tablename="smalt_comment_file", db=ENGINE):
    """The comment holds the file. Records hold theirs in smalt_link."""

    comment_id = number(primary_key=True)
    file_id = number()
    position = BigInt(default=0)


TABLES: tuple[type[Table], ...] = (StoredFile, CommentFile)
