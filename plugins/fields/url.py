"""One web address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import idna

from kernel.plugin_api import (
    Column,
    FieldType,
    InvalidValueError,
    NoConfig,
    ParseContext,
    clean_line,
    hookimpl,
    parses,
    score,
)

_LONGEST = 2048
_OWN_SCHEME = re.compile(r"https?://", re.IGNORECASE).match
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?![0-9])|[^/?#]*://|//", re.IGNORECASE).match
_FORBIDDEN = re.compile(r'[\s\\<>"`{}|^]').search
_ORDINARY_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}").fullmatch


def _host(parts: SplitResult, complete: bool) -> str:
    """The host in lower case, international names in their own letters; ValueError if it is none."""
    host = (parts.hostname or "").removesuffix(".")
    if ":" in host:
        return f"[{ip_address(host)}]"
    if re.fullmatch(r"[0-9.]+", host):
        return str(ip_address(host))
    if not (_ORDINARY_HOST(host) and "--" not in host and len(host) < 254):
        host = idna.decode(idna.encode(host, uts46=True).lower())
    if "." not in host and not complete:
        raise ValueError(host)
    return host


class UrlField(FieldType[NoConfig, str]):
    """http and https only, so that a link never runs a script; `https://` where neither is given."""

    key = "url"
    label = "URL"
    description = "A web address."
    column = Column.TEXT
    widget = "url"
    widget_options = {"input": "url"}

    def parse(self, value: object, config: NoConfig, context: ParseContext) -> str | None:
        text = clean_line(value, _LONGEST)
        if text is None:
            return None
        complete = _OWN_SCHEME(text) is not None
        if _FORBIDDEN(text) or (not complete and _OTHER_SCHEME(text)):
            raise InvalidValueError("This must be a web address such as https://example.com.")
        try:
            found = self._normal(urlsplit(text if complete else f"https://{text}"), complete)
            # signs such as ¹ become plain ones, and what is plain has to be an address too
            return self._normal(urlsplit(found), True)
        except ValueError:
            raise InvalidValueError("This must be a web address such as https://example.com.") from None

    def _normal(self, parts: SplitResult, complete: bool) -> str:
        if "@" in parts.netloc:
            raise ValueError("a user name in a link is there to deceive")
        port = "" if parts.port is None else f":{parts.port}"
        return parts._replace(netloc=_host(parts, complete) + port).geturl()

    def guess(self, samples: Sequence[str], context: ParseContext) -> float:
        reads = parses(lambda cell: self.parse(cell, NoConfig(), context))
        written = ("http://", "https://", "www.")
        return score(samples, lambda cell: cell.strip().lower().startswith(written) and reads(cell), 0.95)


@hookimpl
def register_field_types() -> Iterable[FieldType[Any, Any]]:
    return [UrlField()]
