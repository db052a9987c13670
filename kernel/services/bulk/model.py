"""What a bulk change is: the shapes that clients see, and the state that its job carries."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from kernel.services.conditions import Condition
from kernel.services.imports.model import RowError

KIND: Final = "bulk"
"""The kind of the job, and of its batch."""
ERRORS_SHOWN: Final = 100


class BulkAction(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What to do with every record: `delete` alone, or any of the others together."""

    set: Annotated[
        dict[str, Any],
        msgspec.Meta(description="As PATCH takes it.", examples=[{"fields": {"confidence": 5}}]),
    ] = {}
    move: Annotated[
        str | None, msgspec.Meta(description="A list, by name or id.", examples=["Closed Lost"])
    ] = None
    add_tags: Annotated[list[str], msgspec.Meta(description="By name or id.", examples=[["website"]])] = []
    remove_tags: Annotated[list[str], msgspec.Meta(description="By name or id.")] = []
    delete: Annotated[bool, msgspec.Meta(description="Move to the trash.")] = False


class BulkInput(msgspec.Struct, forbid_unknown_fields=True):
    """Which records, and what to do with them."""

    action: BulkAction
    filter: Annotated[Condition, msgspec.Meta(examples=["{list} = 'Negotiations' AND {amount} < 100"])] = None
    view: Annotated[str | None, msgspec.Meta(description="The id of a saved view.")] = None


class BulkState(msgspec.Struct, kw_only=True):
    """All that the job must know. `cursor` is where the next page of records begins; `position` the
    history row before which an undo goes on."""

    action: BulkAction
    filter: Condition = None
    view_filter: Condition = None
    token_projects: list[int] | None = None
    batch_id: int
    phase: Literal["change", "undo"] = "change"
    cursor: str | None = None
    position: int = 2**63 - 1
    done: int = 0
    changed: int = 0
    failed: int = 0
    undone: bool = False
    errors: list[RowError] = []

    def fail(self, record: str, reason: str) -> None:
        self.failed += 1
        if len(self.errors) < ERRORS_SHOWN:
            self.errors.append(RowError(self.done, record, reason))


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(BulkState)


def encode_state(state: BulkState) -> str:
    return _encode(state).decode()


def decode_state(text: str) -> BulkState:
    return _decoder.decode(text)
