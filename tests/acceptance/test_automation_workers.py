"""Workers that are killed at random: every event has begun every automation once, nothing is left over.

`SMALT_WORKER_RECORDS` says how many records are made.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from aiosmtpd.controller import Controller

from tests.acceptance.api import Api
from tests.acceptance.installation import Installation
from tests.server_process import CLEAN

RECORDS = int(os.environ.get("SMALT_WORKER_RECORDS", "120"))
WORKERS = 3
PATIENCE = 60 + RECORDS * 0.2
PEOPLE = ("ewa", "jan", "ola")


class Post:
    """Keeps which messages came, by the identifier that a run gives its mail."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        lines = envelope.content.decode("utf-8", "replace").splitlines()
        self.seen[next(line for line in lines if line.lower().startswith("message-id:"))] += 1
        return "250 OK"


class Office(Controller):
    """A mail server on a port that nobody else can have taken meanwhile: it is known once it listens."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office() -> Iterator[tuple[Post, str]]:
    post = Post()
    office = Office(post, hostname="127.0.0.1", port=0, ready_timeout=30)
    office.start()
    try:
        yield post, f"smtp://127.0.0.1:{office.port}"
    finally:
        office.stop()


class Pool:
    """`smalt worker` processes, some of which die."""

    def __init__(self, log: Path, settings: Mapping[str, str], random: Random) -> None:
        self._log = log
        self._settings = settings
        self._random = random
        self._running = [self._start() for _ in range(WORKERS)]
        self.killed = 0

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("a") as log:
            command = [sys.executable, "-m", "kernel.cli", "worker"]
            environment = CLEAN | dict(self._settings)
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill_one(self) -> None:
        """One dies at once, and another takes its place."""
        place = self._random.randrange(WORKERS)
        self._running[place].kill()
        self._running[place].wait(30)
        self._running[place] = self._start()
        self.killed += 1

    def stop(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        for process in self._running:
            assert process.wait(60) in (0, -signal.SIGTERM)


def test_killed_workers_miss_and_repeat_nothing(installation: Installation) -> None:
    installation.make_administrator()
    random = Random(7)
    with post_office() as (post, url), installation.running(SMALT_AUTOMATIONS="false") as api:
        path, assigning, mailing = set_up(api)
        settings = installation.settings | {"SMALT_SMTP_URL": url, "SMALT_MAIL_FROM": "smalt@example.com"}
        pool = Pool(installation.log, settings, random)
        try:
            make_records(api, path, pool)
            finish(api, path, (assigning, mailing), pool)
        finally:
            pool.stop()
        assert pool.killed >= 2
        check_runs(api, path, assigning)
        repeated = check_mails(api, path, mailing, post)
        check_shares(api, path)
    print(f"{RECORDS} records, {pool.killed} workers killed, {repeated} mails perhaps sent twice")


def set_up(api: Api) -> tuple[str, str, str]:
    path = api.project("Leads")
    api.field(path, "Number", "number", decimals=0)
    emails = [f"{name}@example.com" for name in PEOPLE]
    for name, email in zip(PEOPLE, emails, strict=True):
        if name != "ewa":
            api.post("/users", {"email": email, "name": name})
    assign = {"type": "assign", "config": {"people": emails, "strategy": "least_loaded"}}
    mail = {"to": "boss@example.com", "subject": "{title}", "body": "{number}"}
    made = []
    for actions, condition in (
        ([assign], None),
        ([{"type": "send_email", "config": mail}], "{number} % 5 = 0"),
    ):
        body = {
            "name": "x",
            "trigger": {"type": "record_created"},
            "actions": actions,
            "condition": condition,
        }
        made.append(f"{path}/automations/{api.post(f'{path}/automations', body)['id']}")
    return path, made[0], made[1]


def make_records(api: Api, path: str, pool: Pool) -> None:
    part = max(20, RECORDS // 40)
    for begin in range(0, RECORDS, part):
        numbers = range(begin, min(begin + part, RECORDS))
        records = [{"title": f"Lead {n}", "fields": {"number": n}} for n in numbers]
        api.post(f"{path}/records/batch", {"create": records})
        if begin // part % 3 == 1:
            pool.kill_one()


def finish(api: Api, path: str, automations: tuple[str, ...], pool: Pool) -> None:
    """Wait until nothing is queued or running; workers go on dying for a while."""
    until = time.monotonic() + PATIENCE
    looks = 0
    while True:
        waiting = [
            run
            for automation in automations
            for status in ("queued", "running")
            for run in api.get(f"{automation}/runs", status=status, limit=1)["items"]
        ]
        ended = sum(1 for _ in runs(api, automations[0])) if not waiting else 0
        if ended == RECORDS and not waiting:
            return
        assert time.monotonic() < until, waiting
        looks += 1
        if looks % 10 == 3 and pool.killed < 12:
            pool.kill_one()
        time.sleep(0.5)


def runs(api: Api, automation: str, **query: Any) -> Iterator[dict[str, Any]]:
    cursor: dict[str, Any] = {}
    while True:
        page = api.get(f"{automation}/runs", limit=1000, **query, **cursor)
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


def check_runs(api: Api, path: str, automation: str) -> None:
    found = Counter(run["record_id"] for run in runs(api, automation, status="done"))
    assert len(found) == RECORDS
    assert set(found.values()) == {1}


def check_mails(api: Api, path: str, automation: str, post: Post) -> int:
    """One mail for each run, more only where a run says that it may have been repeated."""
    every = list(runs(api, automation))
    assert Counter(run["status"] for run in every) == {
        "done": len(range(0, RECORDS, 5)),
        "skipped": RECORDS - len(range(0, RECORDS, 5)),
    }
    done = [run for run in every if run["status"] == "done"]
    repeated = {run["id"] for run in done if (run["actions"][0]["result"] or {}).get("repeated")}
    for run in done:
        [times] = [n for key, n in post.seen.items() if f"<run_{run['id']}_0@" in key]
        assert times == 1 or run["id"] in repeated
    return len(repeated)


def check_shares(api: Api, path: str) -> None:
    found = (api.get(f"{path}/records", count=True, limit=1, filter=_of(name)) for name in PEOPLE)
    counts = [page["total"] for page in found]
    assert sum(counts) == RECORDS
    assert max(counts) - min(counts) <= 1, counts


def _of(name: str) -> str:
    return f"{{assignees}} = '{'Ewa' if name == 'ewa' else name}'"
