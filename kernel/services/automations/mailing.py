"""Sends email over SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.email import flatten_message

from kernel.clock import Clock
from kernel.effects import Address, SendMail
from kernel.errors import InvalidInputError, SettingsError, UnavailableError
from kernel.services.files.model import FileInfo
from kernel.services.files.service import FileService

PORTS: Final = {"smtp": 25, "smtps": 465}
MOST_RECIPIENTS: Final = 100
SECONDS: Final = 10.0
FILES_SECONDS: Final = 90.0
"""What a step of the exchange with the server may take, without and with files."""


@dataclass(frozen=True)
class MadeFile:
    """A file that was made for an email."""

    name: str
    content_type: str
    content: bytes


class Mailer:
    """Sends through the server of an `smtp://` or `smtps://` URL; `sender` is whom mails come from."""

    def __init__(self, url: str, sender: str, clock: Clock, files: FileService) -> None:
        self._files = files
        self._parts = urlsplit(url)
        self._clock = clock
        self._sender = sender
        if url and (self._parts.scheme not in PORTS or not self._parts.hostname):
            raise SettingsError("smtp_url must be like smtp://user:password@host:587.")
        if url and "@" not in sender:
            raise SettingsError("mail_from must be an email address when smtp_url is given.")

    async def send(
        self, mail: SendMail, key: str, files: Sequence[FileInfo] = (), made: Sequence[MadeFile] = ()
    ) -> Any:
        """Send one with files, and with those made for it; to whom it went. The same key gives the same
        Message-ID.

        Raises UnavailableError for what may pass, InvalidInputError for what will not.
        """
        if not self._parts.hostname:
            raise InvalidInputError("Email is not set up: an administrator must set SMALT_SMTP_URL.")
        recipients = [*mail.to, *mail.cc]
        if not mail.to:
            raise InvalidInputError("There is nobody to send it to: the recipients are empty.")
        if len(recipients) > MOST_RECIPIENTS:
            raise InvalidInputError(f"An email goes to {MOST_RECIPIENTS} people at the most.")
        message = self._message(mail, key)
        if files or made:
            refused = await self._deliver_files(message, recipients, files, made)
        else:
            refused = await self._deliver(message, recipients)
        if len(refused) == len(recipients):
            raise InvalidInputError("No recipient was accepted.")
        told = {"attachments": len(files) + len(made)} if files or made else {}
        return {"recipients": len(recipients) - len(refused), "refused": len(refused), **told}

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

    async def _deliver_files(
        self,
        message: EmailMessage,
        recipients: Sequence[Address],
        files: Sequence[FileInfo],
        made: Sequence[MadeFile],
    ) -> dict[str, Any]:
        """The same with files, which are read and encoded beside the event loop."""
        for file in files:
            blocks = await self._files.content(file, 0, file.size)
            _attach(message, file.name, file.content_type, b"".join([block async for block in blocks]))
        for one in made:
            _attach(message, one.name, one.content_type, one.content)
        utf8 = not all(address.email.isascii() for address in recipients)
        content = await asyncio.to_thread(
            flatten_message, message, utf8=utf8, cte_type="8bit" if utf8 else "7bit"
        )
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        return await self._deliver(content, recipients, options, FILES_SECONDS)

    async def _deliver(
        self,
        message: EmailMessage | bytes,
        recipients: Sequence[Address],
        options: Sequence[str] = (),
        seconds: float = SECONDS,
    ) -> dict[str, Any]:
        """Those who were refused, with the reasons."""
        parts = self._parts
        try:
            refused, _ = await aiosmtplib.send(
                message,
                sender=parseaddr(self._sender)[1],
                recipients=[address.email for address in recipients],
                mail_options=list(options),
                hostname=parts.hostname,
                port=parts.port or PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                timeout=seconds,
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


def _attach(message: EmailMessage, name: str, content_type: str, content: bytes) -> None:
    """Put a file into a message. What would be a message of its own goes as plain bytes."""
    main, _, sub = content_type.partition(";")[0].strip().partition("/")
    if not sub or main in ("message", "multipart"):
        main, sub = "application", "octet-stream"
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)


def _mailbox(address: Address) -> Mailbox:
    return Mailbox(display_name=address.name, addr_spec=address.email)
