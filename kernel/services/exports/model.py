"""What an export is: the shapes that clients see, and the state that its job carries."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from kernel.services.conditions import Condition

KIND: Final = "export"
"""The kind of the job."""

Format = Literal["csv", "xlsx", "jsonl"]

CONTENT_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


class ExportInput(msgspec.Struct, forbid_unknown_fields=True):
    """What to export. A `view` gives filter, sort and fields where they are not given here."""

    format: Annotated[Format, msgspec.Meta(description="The kind of file.", examples=["csv"])]
    filter: Annotated[Condition, msgspec.Meta(examples=["{list} = 'Closed Won' AND {amount} > 5000"])] = None
    sort: Annotated[str | None, msgspec.Meta(examples=["-amount,title"])] = None
    fields: Annotated[list[str] | None, msgspec.Meta(examples=[["title", "amount"]])] = None
    view: Annotated[str | None, msgspec.Meta(description="The id of a saved view.")] = None


class ExportState(msgspec.Struct, kw_only=True):
    """All that the job must know. An export that is taken over begins anew.

    `token_projects` are the projects that the token of whoever started it is limited to, `see_as` is
    whom they looked as (see `kernel.access.previews`).
    """

    format: Format
    filter: Condition = None
    view_filter: Condition = None
    sort: str | None = None
    fields: list[str] | None = None
    token_projects: list[int] | None = None
    see_as: str | None = None
    file_name: str = ""
    size: int | None = None


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(ExportState)


def encode_state(state: ExportState) -> str:
    return _encode(state).decode()


def decode_state(text: str) -> ExportState:
    return _decoder.decode(text)
