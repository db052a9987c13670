"""Whether the server lives, is ready, and how it does."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, get

from kernel.access.version import ACCESS_VERSION
from kernel.api.injected import Kernel, Metrics
from kernel.api.marks import PUBLIC
from kernel.errors import UnavailableError


class Health(msgspec.Struct):
    """All is well."""

    status: str


class HealthController(Controller):
    """For whatever watches over the server."""

    opt = PUBLIC
    tags = ["Health"]

    @get("/health/live", summary="The process answers", sync_to_thread=False)
    def live(self) -> Health:
        return Health("ok")

    @get("/health/ready", summary="The database answers too", description="503 while it does not.")
    async def ready(self, kernel: Kernel) -> Health:
        try:
            await kernel.database.read(ACCESS_VERSION)
        except Exception as error:
            raise UnavailableError("The database does not answer.") from error
        return Health("ok")

    @get(
        "/metrics",
        summary="Counts and durations in Prometheus' format",
        media_type="text/plain; version=0.0.4",
        sync_to_thread=False,
    )
    def metrics(self, metrics: Metrics) -> Response[bytes]:
        return Response(metrics.text())
