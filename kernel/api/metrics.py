"""Counts and durations of requests: plain dictionaries on the hot path, Prometheus text on demand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from kernel.api.problems import kind_of
from kernel.errors import SmaltError

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LABELS: Final = ("method", "path")


class Durations:
    """The requests of one method and path template."""

    __slots__ = ("counts", "statuses", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.statuses: dict[int, int] = {}
        self.total = 0.0


class Metrics(Collector):
    """What one server process has answered."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Durations] = {}
        self._running = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The middleware around one route."""

        async def measured(scope: Scope, receive: Receive, send: Send) -> None:
            assert scope["type"] != ScopeType.WEBSOCKET  # the API has none
            status = 500
            started = perf_counter()

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            self._running += 1
            try:
                await app(scope, receive, noted)
            except SmaltError as error:
                status = kind_of(error).status
                raise
            finally:
                self._running -= 1
                self._note(scope["method"], scope["path_template"], status, perf_counter() - started)

        return measured

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Called by prometheus-client."""
        requests = CounterMetricFamily("smalt_requests", "Answered requests.", labels=[*LABELS, "status"])
        seconds = HistogramMetricFamily("smalt_request_seconds", "Time to answer, in seconds.", labels=LABELS)
        for (method, path), seen in list(self._seen.items()):
            for status, count in seen.statuses.items():
                requests.add_metric([method, path, str(status)], count)
            seconds.add_metric([method, path], list(_cumulated(seen.counts)), seen.total)
        yield requests
        yield seconds
        yield GaugeMetricFamily("smalt_requests_running", "Requests being answered.", value=self._running)

    def _note(self, method: str, path: str, status: int, seconds: float) -> None:
        seen = self._seen.get((method, path))
        if seen is None:
            seen = self._seen[(method, path)] = Durations()
        seen.counts[bisect_left(BUCKETS, seconds)] += 1
        seen.statuses[status] = seen.statuses.get(status, 0) + 1
        seen.total += seconds


def _cumulated(counts: list[int]) -> Iterator[tuple[str, int]]:
    total = 0
    for bound, count in zip([*map(str, BUCKETS), "+Inf"], counts, strict=True):
        total += count
        yield bound, total
