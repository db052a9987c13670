"""The Litestar application around a kernel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from kernel.access.actor import Actor
from kernel.api import injected
from kernel.api.controllers.chart_queries import provide_asked
from kernel.api.decoding import JsonBody
from kernel.api.gate import Gate
from kernel.api.heads import answering_heads
from kernel.api.metrics import Metrics
from kernel.api.openapi import ApiDescription, openapi_config
from kernel.api.paging import provide_paging
from kernel.api.problems import on_http_error, on_smalt_error, on_unexpected_error, wording_of
from kernel.api.routes import CONTROLLERS, OUTSIDE
from kernel.api.varying import telling_vary
from kernel.errors import SmaltError
from kernel.runtime import Kernel

BASE = "/api/v1"


def create_app(kernel: Kernel) -> Litestar:
    """The application. Its lifespan starts and stops the kernel."""
    gate, metrics = Gate(kernel), Metrics()
    app = Litestar(
        route_handlers=[Router(BASE, route_handlers=list(CONTROLLERS)), *OUTSIDE],
        dependencies=_dependencies(kernel, metrics),
        dto=JsonBody,
        return_dto=None,
        exception_handlers={
            SmaltError: on_smalt_error,
            HTTPException: on_http_error,
            Exception: on_unexpected_error,
        },
        middleware=[metrics.wrap, gate.wrap],
        lifespan=[_lifespan(kernel)],
        openapi_config=openapi_config(),
        logging_config=None,
        request_max_body_size=kernel.settings.max_body_size,
        debug=False,
        state=State({"kernel": kernel}),
    )
    gate.learn(app)
    app.asgi_handler = telling_vary(answering_heads(app.asgi_handler))
    return app


def _dependencies(kernel: Kernel, metrics: Metrics) -> dict[str, Provide]:
    """What handlers ask for by name.

    `actor` and `paging` ask for the one before, without need: so Litestar resolves them in turn. For
    several at once it would open a task group, which costs more than all the rest of a small request.
    """

    def provide_kernel() -> Kernel:
        return kernel

    def provide_actor(request: Request[Any, Any, Any], kernel: injected.Kernel) -> Actor:
        actor: Actor = request.scope["user"]
        return actor

    def provide_metrics() -> Metrics:
        return metrics

    description = ApiDescription()

    def provide_description() -> ApiDescription:
        return description

    return {
        "description": Provide(provide_description, sync_to_thread=False),
        "metrics": Provide(provide_metrics, sync_to_thread=False),
        "kernel": Provide(provide_kernel, sync_to_thread=False),
        "actor": Provide(provide_actor, sync_to_thread=False),
        "say": Provide(wording_of, sync_to_thread=False),
        "paging": Provide(provide_paging, sync_to_thread=False),
        "asked": Provide(provide_asked, sync_to_thread=False),
    }


def _lifespan(kernel: Kernel) -> Any:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await kernel.start()
        try:
            yield
        finally:
            await kernel.stop()

    return lifespan
