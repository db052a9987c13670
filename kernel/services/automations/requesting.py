"""Sends the HTTP requests of automations, signed by the Standard Webhooks scheme."""

from __future__ import annotations

import binascii
from typing import Any, Final

from standardwebhooks import Webhook

from kernel.clock import Clock
from kernel.effects import SendRequest
from kernel.errors import InvalidInputError, UnavailableError
from kernel.services.outgoing import Outgoing, OutgoingError

REDIRECTS: Final = 3
PASSING: Final = (408, 425, 429)
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_OWN: Final = ("host", "content-length", "transfer-encoding", "connection")


class Requester:
    """Sends through the outgoing client, which keeps out of private networks."""

    def __init__(self, outgoing: Outgoing, clock: Clock) -> None:
        self._outgoing = outgoing
        self._clock = clock

    async def send(self, request: SendRequest, key: str, secret: str) -> Any:
        """Send one; the status of the answer. `secret` signs where the request brings none of its own.

        Raises UnavailableError for what may pass, InvalidInputError for what will not.
        """
        if request.method not in METHODS:
            raise InvalidInputError(f"A request is one of {', '.join(METHODS)}.")
        body = request.body or ""
        headers = {n: v for n, v in request.headers.items() if n.lower() not in _OWN}
        signed = headers | self._signature(key, body, request.secret or secret)
        try:
            answer = await self._outgoing.send(
                request.method, request.url, signed, body.encode(), redirects=REDIRECTS
            )
        except OutgoingError as error:
            kind = UnavailableError if error.passing else InvalidInputError
            raise kind(error.detail) from error
        if answer.status < 300:
            return {"status": answer.status}
        passing = answer.status in PASSING or answer.status >= 500
        raise (UnavailableError if passing else InvalidInputError)(f"It answered with {answer.status}.")

    def _signature(self, key: str, body: str, secret: str) -> dict[str, str]:
        """The headers of the scheme; the key is the same on each attempt."""
        now = self._clock.now()
        try:
            signature = Webhook(secret).sign(key, now, body)
        except (binascii.Error, ValueError, RuntimeError) as error:
            raise InvalidInputError("The secret must be base64, perhaps after 'whsec_'.") from error
        return {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
            "Idempotency-Key": key,
        }
