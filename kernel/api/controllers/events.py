"""Events as they happen: server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from litestar import Controller, Request, get
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from kernel.access.authenticator import Identity
from kernel.api.injected import Kernel
from kernel.api.paths import identifier
from kernel.ids import number_of
from kernel.services.events.hub import EventHub
from kernel.services.events.messages import Message
from kernel.services.events.streams import EventStream

HEARTBEAT_SECONDS: Final = 15.0
"""After which something is sent, so that nobody on the way takes the connection for dead."""

_HEADERS: Final = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
_DESCRIPTION: Final = """A stream of server-sent events: what changes in the projects that you see, within a
second, and how far your background jobs are. Values are not sent; fetch them.

- `event` is the kind, such as `record.updated`; `data` is `{"project_id", "record_id", "version",
  "changed": ["amount"], "by"}`. `changed` names the stored fields that you may see; what is computed
  from them has changed too. A change of hidden fields alone is not told.
- `project.changed`: so much changed in a project (an import, say) that it is not told one by one.
- `record.removed`: a record that you were told of is not yours to see any more.
- `dashboard.changed`: `{"dashboard_id", "charts": ["<id>"]}`, for `?dashboard=`: the charts whose
  figures, place or title may have changed, a few times a second at most. With `dashboard` and without
  `project`, nothing of projects is told.
- `resync`: events were passed over, or your rights have changed. Read again what you show.
- `import.progress`: `{"id", "project_id", "status", "progress": {"rows", "total"}, "error"}`, for
  whoever started it.

A client that comes back sends the last `id` as `Last-Event-ID` and gets what it missed; an event may
come twice. The stream ends when you are signed out."""

Projects = Annotated[
    list[str] | None,
    QueryParameter(description="Only events of these projects: ids, repeated or separated by commas."),
]
Dashboards = Annotated[
    list[str] | None,
    QueryParameter(description="Dashboards that you look at: ids, repeated or separated by commas."),
]
LastEventId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", description="The `id` of the last event you have.")
]
Last = Annotated[
    str | None, QueryParameter(description="The same as `Last-Event-ID`, for those who cannot send headers.")
]


class EventsController(Controller):
    path = "/events"
    tags = ["Events"]

    @get(media_type="text/event-stream", summary="What happens, as it happens", description=_DESCRIPTION)
    async def stream(
        self,
        kernel: Kernel,
        request: Request[Any, Any, Any],
        project: Projects = None,
        dashboard: Dashboards = None,
        last_event_id: Last = None,
        last_event_header: LastEventId = None,
    ) -> Stream:
        identity: Identity = request.scope["auth"]
        boards = _named(dashboard)
        projects = _named(project) if project is not None or boards else None
        last = last_event_header if last_event_header is not None else last_event_id
        place = None if last is None else _place(last)
        opened = await kernel.events.hub.open(identity, projects, place, boards)
        pieces = _pieces(kernel.events.hub, opened)
        return Stream(pieces, media_type="text/event-stream; charset=utf-8", headers=_HEADERS)


def _named(ids: list[str] | None) -> frozenset[int]:
    return frozenset(identifier(name) for part in ids or () for name in part.split(",") if name)


def _place(last: str) -> int:
    """The place of an event in the feed; of what never was one, a place that is not known."""
    place = number_of(last)
    return -1 if place is None else place


async def _pieces(hub: EventHub, stream: EventStream) -> AsyncIterator[bytes]:
    try:
        yield f"retry: 2000\nid: {stream.position}\n\n".encode()
        while (messages := await stream.next(HEARTBEAT_SECONDS)) is not None:
            yield b"".join(map(_written, messages)) or f":\nid: {stream.position}\n\n".encode()
    finally:
        hub.close(stream)


def _written(message: Message) -> bytes:
    place = "" if message.seq is None else f"id: {message.seq}\n"
    return f"{place}event: {message.name}\ndata: ".encode() + message.data + b"\n\n"
