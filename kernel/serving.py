"""Running the server: one process, or several that share a socket."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from litestar import Litestar
from uvicorn.supervisors import Multiprocess

from kernel.api.app import create_app
from kernel.errors import SettingsError, UnavailableError
from kernel.logs import configure_logs
from kernel.runtime import create_kernel
from kernel.settings import Settings, load_settings
from kernel.storage.sqlite_memory import stop_counting

BACKLOG = 2048
"""Connections that may wait while the processes are busy."""

WORKER_SECONDS = 120
"""After which a server process that does not answer its supervisor is replaced. A starting one
does not answer before it has imported everything, which takes long on a busy machine."""


def application() -> Litestar:
    """The application of one server process, by the settings of its environment."""
    settings = load_settings()
    configure_logs(settings)
    stop_counting()
    kernel = create_kernel(settings)
    app = create_app(kernel)
    _on_termination(kernel.events.hub.end)
    _calm_collector()
    return app


def _on_termination(told: Callable[[], None]) -> None:
    """Call `told` as soon as the server is told to end: it waits for open streams, which must know.

    uvicorn has set its handlers by now; they are called first and stay in charge.
    """
    loop = asyncio.get_running_loop()

    def chained(number: int, before: Any) -> None:
        def handle(signal_number: int, frame: FrameType | None) -> None:
            before(signal_number, frame)
            loop.call_soon_threadsafe(told)

        signal.signal(number, handle)

    for number in (signal.SIGINT, signal.SIGTERM):
        if callable(before := signal.getsignal(number)):
            chained(number, before)


def _calm_collector() -> None:
    """What was made until now stays for good, and hardly any request leaves cycles behind.

    Without this the garbage collector walks all of it again and again while an import runs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until told to end. `announce` gets the address as soon as connections are taken."""
    listener = _listen(settings)
    port = listener.getsockname()[1]
    announce(f"http://{_host(settings.host)}:{port}")
    config = _config(settings)
    if settings.workers > 1:
        Multiprocess(config, sockets=[listener]).run()
        return
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise UnavailableError("The server could not start; the log says why.")


def _config(settings: Settings) -> uvicorn.Config:
    options: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}
    return uvicorn.Config(
        "kernel.serving:application",
        factory=True,
        http="httptools",
        ws="none",
        lifespan="on",
        workers=settings.workers,
        backlog=BACKLOG,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_worker_healthcheck=WORKER_SECONDS,
        **options,
    )


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio turns the delaying of small packets off.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        listener.close()
        raise SettingsError(f"Can not listen on {settings.host}:{settings.port}: {reason}.") from error
    return listener


def _host(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
