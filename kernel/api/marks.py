"""Marks that handlers carry in `opt` to say what they demand of the caller."""

from __future__ import annotations

from typing import Any, Final

SCOPE: Final = "scope"
ACCESS: Final = "access"
QUERY: Final = "query"
ALONE: Final = "alone"
TELLS: Final = "tells"

PUBLIC: Final[dict[str, Any]] = {ACCESS: "public"}
"""Answered without sign-in."""

DEFERRED: Final[dict[str, Any]] = {ACCESS: "deferred"}
"""The handler's own read checks whether rights changed (see `kernel.access.authenticator`)."""

READS: Final[dict[str, Any]] = {SCOPE: "read"}
"""Only reads, whatever its method: scope `read` is enough."""

AS_ONESELF: Final[dict[str, Any]] = {ALONE: True}
"""About whoever asks, or done in their name: not while they look as somebody else."""

ADMIN: Final[dict[str, Any]] = {SCOPE: "admin"}
"""Administration: scope `admin`, and an administrator where the service says so."""

ANY_QUERY: Final[dict[str, Any]] = {QUERY: "any"}
"""Query parameters are none of the server's business: a page reads them."""

TELLS_A_SECRET: Final[dict[str, Any]] = {TELLS: "secret"}
"""The answer holds a secret of which Smalt itself keeps only the hash."""
