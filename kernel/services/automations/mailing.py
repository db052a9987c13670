"""Sends email over SMTP."""

from __future__ import annotations

from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from kernel.clock import Clock
from kernel.effects import Address, SendMail
from kernel.errors import InvalidInputError, SettingsError, UnavailableError

PORTS: Final = {"smtp": 25, "smtps": 465}
MOST_RECIPIENTS: Final = 100


class Mailer:
    """Sends through the server of an `smtp://` or `smtps://` URL; `sender` is whom mails come from."""

    def __init__(self, url: str, sender: str, clock: Clock) -> None:
        self._parts = urlsplit(url)
        self._clock = clock
        self._sender = sender
        if url and (self._parts.scheme not in PORTS or not self._parts.hostname):
            raise SettingsError("smtp_url must be like smtp://user:password@host:587.")
        if url and "@" not in sender:
            raise SettingsError("mail_from must be an email address when smtp_url is given.")

    async def send(self, mail: SendMail, key: str) -> Any:
        """Send one; to whom it went. The same key gives the same Message-ID.

        Raises UnavailableError for what may pass, InvalidInputError for what will not.
        """
        if not self._parts.hostname:
            raise InvalidInputError("Email is not set up: an administrator must set SMALT_SMTP_URL.")
        recipients = [*mail.to, *mail.cc]
        if not mail.to:
            raise InvalidInputError("There is nobody to send it to: the recipients are empty.")
        if len(recipients) > MOST_RECIPIENTS:
            raise InvalidInputError(f"An email goes to {MOST_RECIPIENTS} people at the most.")
        refused = await self._deliver(self._message(mail, key), [a.email for a in recipients])
        if len(refused) == len(recipients):
            raise InvalidInputError("No recipient was accepted.")
        return {"recipients": len(recipients) - len(refused), "refused": len(refused)}

    def _message(self, mail: SendMail, key: str) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"] = self._sender
            message["To"] = [_mailbox(address) for address in mail.to]
            if mail.cc:
                message["Cc"] = [_mailbox(address) for address in mail.cc]
            if mail.reply_to:
                message["Reply-To"] = mail.reply_to
            message["Subject"] = " ".join(mail.subject.split())[:500]
        except (ValueError, IndexError) as error:
            raise InvalidInputError(f"An address or the subject is not valid: {error}") from error
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{key}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message

    async def _deliver(self, message: EmailMessage, recipients: list[str]) -> dict[str, Any]:
        """Those who were refused, with the reasons."""
        parts = self._parts
        try:
            refused, _ = await aiosmtplib.send(
                message,
                recipients=recipients,
                hostname=parts.hostname,
                port=parts.port or PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                timeout=10,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
            raise _fault(min(codes, default=550), "the recipients were refused") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _fault(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UnavailableError(f"The mail server could not be reached: {error}") from error
        return dict(refused)


def _fault(code: int, message: str) -> Exception:
    """4xx may pass, everything else will not."""
    text = f"The mail server answered {code}: {message}"[:300]
    return UnavailableError(text) if 400 <= code < 500 else InvalidInputError(text)


def _mailbox(address: Address) -> Mailbox:
    return Mailbox(display_name=address.name, addr_spec=address.email)
