"""Notices by email, to those who have chosen it.

Whether a notice goes by email too is noted with it, in its transaction, so none is forgotten. Who
sends one claims it for a while; where a process dies between sending and noting, the mail goes
again under the same Message-ID.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import structlog

from kernel.clock import Clock, to_milliseconds
from kernel.effects import Address, SendMail
from kernel.errors import SmaltError, UnavailableError
from kernel.services.automations.mailing import Mailer
from kernel.services.rounds import Rounds, end
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

LOOKED_AT: Final = 1000
AT_ONCE: Final = 8
OF_ONE_READER: Final = 2
"""Mails that are on their way at the same time, at all and to one person, whose server may be slow."""

CLAIM_MS: Final = 60_000
"""For how long nobody else sends a mail that somebody has begun to send."""

SECONDS: Final = 30.0
"""What sending one may take; less than a claim holds."""

DELAYS: Final = (30, 300, 3600, 6 * 3600)
"""Seconds until the next attempt at what may pass."""

_CLAIMED: Final = "n.id, n.text, n.project_id, n.record_id, n.mail_attempts, u.email, u.name"
_log = structlog.get_logger("smalt.notices")


async def leave_notice(tx: Transaction, rows: KernelRows, notice: Mapping[str, Any]) -> bool:
    """Leave a person a notice (a row of `smalt_notice`); whether it goes by email too."""
    await rows.insert(tx, "smalt_notice", notice)
    sql = (
        f"UPDATE smalt_notice SET mail_due_at = created_at WHERE id = {rows.mark(1)} "
        "AND user_id IN (SELECT id FROM smalt_user WHERE notify_by_email AND active)"
    )
    return bool(await tx.execute(sql, [notice["id"]]))


class NoticeMail(Rounds):
    """Sends the notices that are to go by email. `public_url` is where people reach the server.

    A reader whose mail server is slow keeps nobody else waiting.
    """

    def __init__(
        self, database: Database, rows: KernelRows, clock: Clock, mailer: Mailer, public_url: str
    ) -> None:
        super().__init__("notice-mail", first=1.0, every=2.0)
        self._database = database
        self._rows = rows
        self._clock = clock
        self._mailer = mailer
        self._address = public_url.rstrip("/")
        self._sending: dict[asyncio.Task[None], tuple[int, int]] = {}

    async def round(self) -> None:
        """Begin to send what is due until nothing is left that may be sent now; slow ones go on meanwhile."""
        begun = set[int]()
        while True:
            due = [one for one in await self._due() if one[0] not in begun]
            for notice_id, user_id in due:
                readers = Counter(reader for _, reader in self._sending.values())
                if readers.total() < AT_ONCE and readers[user_id] < OF_ONE_READER:
                    begun.add(notice_id)
                    self._begin(notice_id, user_id)
            if not due or not self._sending:
                return
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Stop in the middle; what was claimed is sent by whoever looks when the claim has ended."""
        await super().stop()
        await end(self._sending)

    async def _due(self) -> list[tuple[int, int]]:
        """The notices to be mailed now with their readers, of each reader the first few."""
        sql = (
            "SELECT id, user_id FROM (SELECT id, user_id, mail_due_at, "
            "row_number() OVER (PARTITION BY user_id ORDER BY mail_due_at, id) AS place FROM "
            f"(SELECT id, user_id, mail_due_at FROM smalt_notice WHERE mail_due_at <= {self._rows.mark(1)} "
            f"ORDER BY mail_due_at LIMIT {LOOKED_AT}) d) n "
            f"WHERE place <= {2 * OF_ONE_READER} ORDER BY mail_due_at, id"
        )
        (rows,) = await self._database.read(Statement(sql, [self._now()]))
        begun = {notice_id for notice_id, _ in self._sending.values()}
        return [(row[0], row[1]) for row in rows if row[0] not in begun]

    def _begin(self, notice_id: int, user_id: int) -> None:
        task = asyncio.create_task(self._one(notice_id), name=f"smalt-notice-{notice_id}")
        self._sending[task] = notice_id, user_id
        task.add_done_callback(self._sending.pop)

    async def _one(self, notice_id: int) -> None:
        """Claim a notice, mail it and note that."""
        try:
            claimed = await self._claim(notice_id)
            if claimed is not None:
                due_at = await self._send(claimed)
                async with self._database.transaction() as tx:
                    await self._note(tx, notice_id, due_at)
        except UnavailableError as error:
            _log.warning("a notice goes on later", notice=notice_id, reason=str(error))
        except Exception:
            _log.exception("mailing a notice failed", notice=notice_id)

    async def _claim(self, notice_id: int) -> Row | None:
        """A notice with whom it goes to; None where somebody else is at it, or its reader wants none."""
        mark, now = self._rows.mark, self._now()
        claim = (
            f"UPDATE smalt_notice SET mail_due_at = {mark(3)}, mail_attempts = mail_attempts + 1 "
            f"WHERE id = {mark(1)} AND mail_due_at <= {mark(2)}"
        )
        found = (
            f"SELECT {_CLAIMED} FROM smalt_notice n JOIN smalt_user u ON u.id = n.user_id "
            f"WHERE n.id = {mark(1)} AND u.active AND u.notify_by_email"
        )
        async with self._database.transaction() as tx:
            if not await tx.execute(claim, [notice_id, now, now + CLAIM_MS]):
                return None
            rows = await tx.fetch(found, [notice_id])
            if not rows:
                await self._note(tx, notice_id, None)
            return rows[0] if rows else None

    async def _send(self, claimed: Row) -> int | None:
        """Send one; when to try again, if that may help."""
        notice_id, text, project_id, record_id, attempts, email, name = claimed
        body = "\n\n".join(filter(None, (text, self._link(project_id, record_id))))
        mail = SendMail([Address(email, name)], text, f"{body}\n")
        try:
            async with asyncio.timeout(SECONDS):
                await self._mailer.send(mail, f"notice_{notice_id}")
        except (SmaltError, TimeoutError) as error:
            _log.warning("a notice was not mailed", notice=notice_id, attempt=attempts, reason=str(error))
            if isinstance(error, UnavailableError | TimeoutError) and attempts <= len(DELAYS):
                return self._now() + DELAYS[attempts - 1] * 1000
        return None

    async def _note(self, tx: Transaction, notice_id: int, due_at: int | None) -> None:
        await self._rows.update(tx, "smalt_notice", notice_id, {"mail_due_at": due_at})

    def _link(self, project_id: int | None, record_id: int | None) -> str:
        if not self._address or project_id is None:
            return ""
        place = "" if record_id is None else f"/records/{record_id}"
        return f"{self._address}/app/projects/{project_id}{place}"

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())
