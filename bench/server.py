"""A server process under measurement: `python -m bench.server api` or `bare PROJECT USER FIELDS`.

`api` is Smalt as it is served. `bare` is what it is held against: a Litestar handler that sends the same SQL
to the same database and answers the JSON, with no sign-in, no checks and no versions. Both print their
address and take their settings from the environment.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from litestar import Litestar, Response, get

from kernel.access.actor import Actor
from kernel.queries.pages import PageQuery, PageRequest, page_query
from kernel.runtime import create_kernel
from kernel.serving import serve
from kernel.settings import load_settings


def bare(project_id: int, user_id: int, fields: str) -> None:
    """Serve one page of records at /page."""
    kernel = create_kernel(load_settings())
    queries: list[PageQuery] = []

    @get("/page")
    async def page() -> Response[bytes]:
        (rows,) = await kernel.database.read(queries[0].page)
        return Response(queries[0].body(rows[0], None), media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await kernel.database.start()
        schema = await kernel.schema.current()
        actor = Actor(user_id, admin=True)
        request = PageRequest(fields=tuple(fields.split(",")))
        project, dialect = schema.projects[project_id], kernel.database.dialect
        queries.append(page_query(schema, actor, project, request, dialect, kernel.clock.now()))
        yield
        await kernel.database.stop()

    app = Litestar([page], lifespan=[lifespan], openapi_config=None, logging_config=None)
    listener = socket.create_server(("127.0.0.1", 0))
    announce(f"http://127.0.0.1:{listener.getsockname()[1]}")
    config = uvicorn.Config(app, http="httptools", ws="none", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def announce(address: str) -> None:
    print(address, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        serve(load_settings(), announce)
