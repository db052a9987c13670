"""What may be said of a refusal, to who asks with `?explain=true`: what their own rights are.
The filter that is the scope of a role is not: it may name what its reader must not see.

Whether a thing is there or may not be seen is never told apart.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from litestar import Request

from kernel.access.actor import Actor
from kernel.ids import number_of

EXPLAIN: Final = "explain"
_UNSEEN: Final = "It is not there, or your rights do not reach it: the two are answered alike on purpose."
_SCOPED: Final = "It is not there, or it does not pass the scope of your role: these are answered alike."
_DENIED: Final = "Your role in this project, or the scopes of your token, do not allow it."


class Reasons(msgspec.Struct, omit_defaults=True):
    """The rights by which a request was refused."""

    why: str
    role: str | None = None
    can: list[str] | None = None
    fields: dict[str, str] | None = None
    token_scopes: list[str] | None = None


def reasons(request: Request[Any, Any, Any], status: int) -> Reasons | None:
    """The reasons of a refusal, where they were asked for."""
    if status not in (403, 404) or not _asked(request.scope["query_string"]):
        return None
    actor, project_id = request.scope.get("user"), request.scope.get("path_params", {}).get("project_id", "")
    if not isinstance(actor, Actor):
        return None
    access = actor.access(number_of(project_id) or 0)
    if access is None or actor.admin:
        why = _UNSEEN if status == 404 else _DENIED
        return Reasons(why, token_scopes=sorted(actor.scopes))
    why = _DENIED if status == 403 else _UNSEEN if access.scope is None else _SCOPED
    rules: dict[str, str] = {name: rule for name, rule in access.fields.items() if rule != "hidden"}
    return Reasons(why, access.role, sorted(access.can), rules, sorted(actor.scopes))


def _asked(query: bytes) -> bool:
    given = parse_qs(query.decode("latin-1")).get("explain", [""]) if b"explain" in query else [""]
    return given[-1].lower() in ("true", "1")
