"""Descriptions of records: Markdown, shown as safe HTML to who asks for it."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from kernel.services.rich_text import RichText

_TEXT: Final = RichText(keep=500)


async def rendered(record: bytes) -> bytes:
    """The JSON of a record with `description_html` beside the description, where it has one to see.

    Off the event loop: long Markdown takes a while.
    """

    def render() -> bytes:
        members = msgspec.json.decode(record)
        if "description" in members:
            text = members["description"]
            members["description_html"] = None if text is None else _TEXT.html(text)
        return msgspec.json.encode(members)

    return await asyncio.to_thread(render)
