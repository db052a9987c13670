"""Idempotency keys, committed together with the effect they stand for.

While a request with a key runs, its claim is in a context variable. The first write transaction
of the request inserts the key, so key and effect are durable together or not at all: after a
crash a repeated request either finds no key, and runs, or finds the key without an answer, and
is told so. Nothing happens twice. The answer is stored when it is known, before it is sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from kernel.access.secrets import sealed, unsealed
from kernel.clock import Clock, to_milliseconds
from kernel.dialects.base import Dialect, Parameters
from kernel.errors import ConflictError
from kernel.storage.around import DatabaseAround
from kernel.storage.database import Database, Statement, Transaction
from kernel.values import TEXT, Kind, ValueType

LIFETIME_MS: Final = 24 * 60 * 60 * 1000
SWEEP_EVERY: Final = 1000
"""Answers after which a process forgets old keys."""

RUNNING_MS: Final = 60_000
"""How long a key without an answer counts as still running."""

_BIGINT: Final = ValueType(Kind.RECORD)
_FIND: Final = """SELECT fingerprint, answer, created_at FROM smalt_idempotency
WHERE user_id = {user} AND key = {key} AND created_at > {oldest}"""
_INSERT: Final = """INSERT INTO smalt_idempotency (user_id, key, fingerprint, created_at)
VALUES ({user}, {key}, {fingerprint}, {now}) ON CONFLICT DO NOTHING"""
_ANSWER: Final = "UPDATE smalt_idempotency SET answer = {answer} WHERE user_id = {user} AND key = {key}"
_FORGET: Final = (
    "DELETE FROM smalt_idempotency WHERE user_id = {user} AND key = {key} AND created_at <= {oldest}"
)
_SWEEP: Final = "DELETE FROM smalt_idempotency WHERE created_at <= {oldest}"


class Answer(msgspec.Struct, frozen=True):
    """A response as it was given. The body is base64 in JSON."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class InProgressError(ConflictError):
    """A request with this idempotency key is still running."""

    retry_after = 1


@dataclass(slots=True)
class Claim:
    """A key of one user, for one request. `made` once it is durable.

    With a `seal`, the secret of who asks, it takes the same secret to read the answer again.
    """

    user_id: int
    key: str
    fingerprint: str
    seal: str = ""
    made: bool = False
    closed: bool = False


class Claims:
    """The stored keys, and the claim of the request that is running."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: ContextVar[Claim | None] = ContextVar("smalt_claim", default=None)
        self._database: Database | None = None
        self._answered = 0

    def around(self, database: Database) -> Database:
        """The same database, whose transactions make the claim of the running request."""
        self._database = database
        return ClaimingDatabase(database, self)

    @contextmanager
    def running(self, claim: Claim) -> Iterator[None]:
        """The block is the request that the claim is for."""
        token = self._current.set(claim)
        try:
            yield
        finally:
            claim.closed = True
            self._current.reset(token)

    def current(self) -> Claim | None:
        """The claim that the next transaction has to make."""
        claim = self._current.get()
        return None if claim is None or claim.made or claim.closed else claim

    async def find(self, claim: Claim) -> Answer | None:
        """The first answer to this key. Raises ConflictError for another body or a lost answer."""
        [rows] = await self._database_().read(Statement(*self._sql(_FIND, claim)))
        if not rows:
            return None
        fingerprint, answer, created_at = rows[0]
        if fingerprint != claim.fingerprint:
            raise ConflictError("This idempotency key was used for another request.")
        if answer is not None:
            return _opened(msgspec.json.decode(answer, type=Answer), claim)
        if created_at > self._now() - RUNNING_MS:
            raise InProgressError
        raise ConflictError("This request was carried out, but its answer was lost in a crash.")

    async def make(self, tx: Transaction, claim: Claim) -> None:
        """Insert the key in the transaction of the effect. Raises InProgressError when it is taken."""
        await tx.execute(*self._sql(_FORGET, claim))
        if not await tx.execute(*self._sql(_INSERT, claim)):
            raise InProgressError

    async def answered(self, claim: Claim, answer: Answer) -> None:
        """Store the answer, and the key if no transaction did."""
        async with self._database_().transaction() as tx:
            if not claim.made:
                await self.make(tx, claim)
            kept = _closed(answer, claim)
            await tx.execute(*self._sql(_ANSWER, claim, msgspec.json.encode(kept).decode()))
            self._answered += 1
            if self._answered % SWEEP_EVERY == 0:
                await self._forget_old(tx)

    async def sweep(self) -> None:
        """Forget keys that are too old."""
        async with self._database_().transaction() as tx:
            await self._forget_old(tx)

    async def _forget_old(self, tx: Transaction) -> None:
        parameters = Parameters(self._database_().dialect)
        sql = _SWEEP.format(oldest=parameters.add(self._now() - LIFETIME_MS, _BIGINT))
        await tx.execute(sql, parameters.values)

    def _sql(self, template: str, claim: Claim, answer: str = "") -> tuple[str, list[Any]]:
        return _fill(self._database_().dialect, template, {
            "user": (claim.user_id, _BIGINT), "key": (claim.key, TEXT),
            "fingerprint": (claim.fingerprint, TEXT), "answer": (answer, TEXT),
            "now": (self._now(), _BIGINT), "oldest": (self._now() - LIFETIME_MS, _BIGINT),
        })  # fmt: skip

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())

    def _database_(self) -> Database:
        assert self._database is not None
        return self._database


class ClaimingDatabase(DatabaseAround):
    """A `Database` whose first transaction in a request with an idempotency key stores the key."""

    def __init__(self, inner: Database, claims: Claims) -> None:
        super().__init__(inner)
        self._claims = claims

    @asynccontextmanager
    async def transaction(self, *, schema_change: bool = False) -> AsyncIterator[Transaction]:
        claim = self._claims.current()
        async with self.inner.transaction(schema_change=schema_change) as tx:
            if claim is not None:
                await self._claims.make(tx, claim)
            yield tx
        if claim is not None:
            claim.made = True


def _closed(answer: Answer, claim: Claim) -> Answer:
    """The answer as it is stored."""
    if not claim.seal:
        return answer
    return msgspec.structs.replace(answer, body=sealed(answer.body, claim.seal))


def _opened(answer: Answer, claim: Claim) -> Answer:
    """The answer as it was given. Raises ConflictError where it takes another secret."""
    if not claim.seal:
        return answer
    body = unsealed(answer.body, claim.seal)
    if body is None:
        raise ConflictError("The answer tells a secret: it takes the token or session that asked.")
    return msgspec.structs.replace(answer, body=body)


def _fill(
    dialect: Dialect, template: str, values: dict[str, tuple[object, ValueType]]
) -> tuple[str, list[Any]]:
    """Write placeholders for the values that the template names."""
    parameters = Parameters(dialect)
    used = {name: parameters.add(*value) for name, value in values.items() if "{" + name + "}" in template}
    return template.format(**used), parameters.values
