"""The one middleware: query names, sign-in, scopes, CSRF, idempotency, retries. Kept lean on purpose."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from kernel.access.authenticator import Identity
from kernel.access.secrets import csrf_token
from kernel.api.contention import beginning_again
from kernel.api.cookies import session_secret
from kernel.api.decoding import nearest
from kernel.api.idempotency import Idempotency
from kernel.api.marks import ACCESS, ALONE, QUERY, SCOPE
from kernel.api.problems import STALE
from kernel.api.refusals import EXPLAIN
from kernel.errors import (
    Fault,
    ForbiddenError,
    InvalidInputError,
    NotAuthenticatedError,
    PreviewError,
    StaleAccessError,
)
from kernel.runtime import Kernel

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_ATTEMPTS = 3
SEE_AS = "see_as"
"""The query parameter that says what the header `Smalt-See-As` says, on every road that reads."""

_LEAVE = "You look with the rights of somebody else, which only reads. Leave the preview first."


@dataclass(slots=True)
class Rule:
    """What a handler demands. `query` holds the names of the query parameters it knows, None for any;
    those in `lists` may be given more than once.

    `allow` is there for the handler of OPTIONS: the methods of its path.
    """

    allow: bytes = b""
    public: bool = False
    deferred: bool = False
    alone: bool = False
    scope: str = "write"
    query: frozenset[str] | None = field(default_factory=frozenset)
    lists: frozenset[str] = frozenset()


@dataclass(slots=True)
class Presented:
    """The headers that matter here, found in one pass."""

    token: str | None = None
    secret: str | None = None
    csrf: str | None = None
    idempotency_key: str | None = None
    see_as: str | None = None


class Gate:
    """Lets requests through to their handlers with `scope["user"]` set to the actor."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._idempotency = Idempotency(kernel)
        self._rules: dict[int, Rule] = {}

    def learn(self, app: Litestar) -> None:
        """Note what each handler of the finished application demands."""
        for route in app.routes:
            if isinstance(route, HTTPRoute):
                for method, (handler, parameters) in route.route_handler_map.items():
                    names = {p.field_alias: p.is_sequence for p in parameters.expected_query_params}
                    self._rules[id(handler)] = rule = _rule(handler.opt, method, names)
                    if method == "OPTIONS":
                        rule.allow = ", ".join(sorted(_methods(route))).encode()

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The middleware around one route."""
        again = beginning_again(app, self._kernel)

        async def gate(scope: Scope, receive: Receive, send: Send) -> None:
            assert scope["type"] != ScopeType.WEBSOCKET  # the API has none
            rule = self._rules[id(scope["route_handler"])]
            if rule.allow:
                await _tell_methods(rule.allow, send)
                return
            see_as = None
            if scope["query_string"] and rule.query is not None:
                see_as = _checked(scope["query_string"], rule.query, rule.lists).get(SEE_AS)
            inner = app if scope["method"] in SAFE else again
            if rule.public:
                await inner(scope, receive, send)
            else:
                await self._signed_in(inner, rule, see_as, scope, receive, send)

        return gate

    async def _signed_in(
        self, app: ASGIApp, rule: Rule, see_as: str | None, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        presented = _presented(scope["headers"])
        if presented.see_as is None:
            presented.see_as = see_as
        key = presented.idempotency_key if scope["method"] == "POST" else None
        lasting = key is not None  # its answer is kept: rights that are outdated must not have a part in it
        identity = await self._admit(presented, rule, scope, check=lasting or not rule.deferred)
        if key is not None:
            credential = presented.token or presented.secret or ""
            await self._idempotency.run(app, identity.actor, key, credential, scope, receive, send)
        elif rule.deferred:
            await self._with_retry(app, presented, rule, scope, receive, send)
        else:
            await app(scope, receive, send)

    async def _admit(self, presented: Presented, rule: Rule, scope: HTTPScope, check: bool) -> Identity:
        """Sign in and check what the handler demands; the actor is in the scope afterwards."""
        identity = await self._identify(presented, check)
        if rule.scope not in identity.actor.scopes:
            raise ForbiddenError(f"This needs a token with the scope '{rule.scope}'.")
        if presented.token is None and scope["method"] not in SAFE:
            _check_csrf(presented)
        if presented.see_as is not None:
            if rule.alone or rule.scope != "read":
                raise PreviewError(_LEAVE)
            identity = await self._kernel.authenticator.seeing_as(identity, presented.see_as)
        scope["user"] = identity.actor
        scope["auth"] = identity
        return identity

    async def _identify(self, presented: Presented, check: bool) -> Identity:
        if presented.token is not None:
            return await self._kernel.authenticator.bearer(presented.token, check)
        if presented.secret is not None:
            return await self._kernel.authenticator.session(presented.secret, check)
        raise NotAuthenticatedError("Send a token as 'Authorization: Bearer …', or sign in at /session.")

    async def _with_retry(
        self, app: ASGIApp, presented: Presented, rule: Rule, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        """Run the handler; as long as it finds its actor outdated, sign in afresh and run it again.

        A refusal may come before the handler's own check, so it is checked here.
        """

        async def held(message: Message) -> None:
            refusal = message["type"] == "http.response.start" and message["status"] >= 400
            if refusal and not await self._kernel.authenticator.is_current():
                scope["state"][STALE] = True
            if STALE not in scope["state"]:
                await send(message)

        for _ in range(MOST_ATTEMPTS):
            await app(scope, receive, held)
            if scope["state"].pop(STALE, None) is None:
                return
            await self._admit(presented, rule, scope, check=True)
        raise StaleAccessError("Rights are changing too quickly. Try again.")


def _rule(opt: Mapping[str, Any], method: str, query: Mapping[str, bool]) -> Rule:
    """`query` says of each parameter whether it is a list."""
    access = opt.get(ACCESS)
    scope = opt.get(SCOPE, "read" if method in SAFE else "write")
    public = access == "public" or method == "OPTIONS"
    known = None if opt.get(QUERY) == "any" else frozenset({EXPLAIN, SEE_AS, *query})
    lists = frozenset(name for name, many in query.items() if many)
    alone = opt.get(ALONE, False)
    return Rule(
        public=public, deferred=access == "deferred", alone=alone, scope=scope, query=known, lists=lists
    )


def _methods(route: HTTPRoute) -> set[str]:
    return {*route.methods, "HEAD"} if "GET" in route.methods else {*route.methods}


async def _tell_methods(allow: bytes, send: Send) -> None:
    """Answer OPTIONS; Litestar's own answer knows only the handler of a path that it saw first."""
    await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", allow)]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _checked(query: bytes, known: frozenset[str], lists: frozenset[str]) -> dict[str, str]:
    """The parameters. Refuses those that the handler does not know, and all but one of what it takes once."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise InvalidInputError("The query is not UTF-8 in percent-encoding.") from None
    if b"%00" in query:
        raise InvalidInputError("Query parameters cannot hold the NUL character.")
    names = [name for name, _ in pairs]
    given = set(names)
    if not given <= known:
        unknown = sorted(given - known)
        faults = [Fault(f"?{name[:100]}", nearest(name, sorted(known))) for name in unknown[:20]]
        raise InvalidInputError("The query holds parameters that are not known here.", faults)
    if len(names) > len(given):
        repeated = sorted(name for name in given - lists if names.count(name) > 1)
        if repeated:
            faults = [Fault(f"?{name}", "Give this parameter once.") for name in repeated]
            raise InvalidInputError("The query holds parameters more than once.", faults)
    return dict(pairs)


def _presented(headers: Iterable[tuple[bytes, bytes]]) -> Presented:
    found = Presented()
    for name, value in headers:
        if name == b"authorization":
            found.token = _bearer(value)
        elif name == b"cookie":
            found.secret = session_secret(value)
        elif name == b"x-csrf-token":
            found.csrf = value.decode("latin-1")
        elif name == b"idempotency-key":
            found.idempotency_key = value.decode("latin-1")
        elif name == b"smalt-see-as":
            found.see_as = value.decode("latin-1")
    return found


def _bearer(value: bytes) -> str:
    scheme, _, token = value.partition(b" ")
    if scheme.lower() != b"bearer":
        raise NotAuthenticatedError("Only 'Authorization: Bearer …' is understood.")
    return token.strip().decode("latin-1")


def _check_csrf(presented: Presented) -> None:
    expected = csrf_token(presented.secret or "")
    given = (presented.csrf or "").encode("latin-1")
    if not hmac.compare_digest(expected.encode(), given):
        raise ForbiddenError("Send the session's CSRF token as X-CSRF-Token; /session tells it.")
