"""Problem documents (RFC 9457): the one table from errors to what clients see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from kernel import errors
from kernel.api.contention import CONTENDED
from kernel.api.refusals import Reasons, reasons
from kernel.complaints import sentence
from kernel.errors import Fault, FieldConflict, SmaltError
from kernel.runtime import Kernel
from kernel.translations import ENGLISH, Wording

MEDIA_TYPE = "application/problem+json"
STALE = "smalt_stale"
"""Set in a request's state when its actor turned out to be outdated; `kernel.api.gate` reads it."""

logger = structlog.get_logger("smalt.api")


class Problem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What went wrong. `type` is stable; `errors` says where in the input, by JSON pointer. `conflict`
    comes with a version mismatch: your change, that of others, and the value before both; `explain` where it
    was asked for, by what rights it was refused."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: Sequence[Fault] = ()
    conflict: Sequence[FieldConflict] = ()
    explain: Reasons | None = None


class Kind(NamedTuple):
    """How one class of errors looks from outside."""

    status: int
    slug: str


TABLE: Mapping[type[SmaltError], Kind] = {
    errors.InvalidInputError: Kind(422, "invalid-input"),
    errors.InvalidValueError: Kind(422, "invalid-value"),
    errors.UnknownOptionError: Kind(422, "unknown-option"),
    errors.ExpressionError: Kind(422, "invalid-expression"),
    errors.BrokenSourceError: Kind(422, "broken-source"),
    errors.NotAuthenticatedError: Kind(401, "not-authenticated"),
    errors.ForbiddenError: Kind(403, "forbidden"),
    errors.PreviewError: Kind(403, "preview-is-read-only"),
    errors.NotFoundError: Kind(404, "not-found"),
    errors.ConflictError: Kind(409, "conflict"),
    errors.PluginConflictError: Kind(409, "plugin-conflict"),
    errors.VersionMismatchError: Kind(412, "version-mismatch"),
    errors.TooLargeError: Kind(413, "too-large"),
    errors.TooManyRequestsError: Kind(429, "too-many-requests"),
    errors.NotInstalledError: Kind(501, "not-installed"),
    errors.StoppedError: Kind(422, "too-much-at-once"),
    errors.UnavailableError: Kind(503, "unavailable"),
    errors.PluginError: Kind(422, "plugin-failed"),
    errors.StaleAccessError: Kind(503, "unavailable"),
    errors.UnsupportedMediaTypeError: Kind(415, "unsupported-media-type"),
}

STATUSES: Mapping[int, tuple[str, str]] = {
    400: ("malformed-request", "The request cannot be read"),
    404: ("not-found", "There is no such thing, or you may not see it"),
    405: ("method-not-allowed", "This method is not allowed here"),
    413: ("too-large", "This is too large"),
    415: ("unsupported-media-type", "This media type is not supported"),
    416: ("range-not-satisfiable", "There is nothing in this range"),
    422: ("invalid-input", "The input is not valid"),
    500: ("internal-error", "Something went wrong on the server"),
    503: ("unavailable", "This is not available now"),
}


def kind_of(error: SmaltError) -> Kind:
    """The entry of the closest class; a server's own fault where none is listed."""
    for cls in type(error).__mro__:
        if cls in TABLE:
            return TABLE[cls]
    return Kind(500, "internal-error")


def problem_of(error: SmaltError) -> Problem:
    """The document for an error that was raised on purpose."""
    status, slug = kind_of(error)
    faults = error.faults
    if not faults and isinstance(error, errors.ExpressionError):
        faults = (Fault("", error.detail, error.position),)
    return Problem(
        type=f"/problems/{slug}", title=error.title(), status=status, detail=error.detail, errors=faults,
        conflict=getattr(error, "conflict", ()),
    )  # fmt: skip


def of_status(status: int, detail: str = "", faults: Sequence[Fault] = ()) -> Problem:
    """The document for a plain HTTP status."""
    slug, title = STATUSES.get(status) or STATUSES[500 if status >= 500 else 400]
    return Problem(type=f"/problems/{slug}", title=title, status=status, detail=detail, errors=faults)


def answer(
    problem: Problem, request: Request[Any, Any, Any], headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """The response that carries a document, in the language that the request asks for."""
    say = wording_of(request)
    language = {} if say.language == ENGLISH else {"Content-Language": say.language}
    return Response(
        content=msgspec.json.encode(said(problem, say)),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"Vary": "Accept-Language", **language, **(headers or {})},
    )


def wording_of(request: Request[Any, Any, Any]) -> Wording:
    """How to say things to who asks."""
    kernel: Kernel = request.app.state["kernel"]
    return kernel.translations.best(request.headers.get("accept-language", ""))


def said(problem: Problem, say: Wording) -> Problem:
    """The same document for people who read another language; its `type` stays."""
    if say.language == ENGLISH:
        return problem
    faults = [msgspec.structs.replace(fault, detail=say(fault.detail)) for fault in problem.errors]
    return msgspec.structs.replace(
        problem, title=say(problem.title), detail=say(problem.detail), errors=faults
    )


def headers_of(error: SmaltError) -> dict[str, str]:
    """Headers that clients may act on: when to come back, how to sign in."""
    if isinstance(error, errors.TooManyRequestsError):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, errors.NotAuthenticatedError):
        return {"WWW-Authenticate": 'Bearer realm="smalt"'}
    retry_after = getattr(error, "retry_after", None)
    return {} if retry_after is None else {"Retry-After": str(retry_after)}


def on_smalt_error(request: Request[Any, Any, Any], error: SmaltError) -> Response[bytes]:
    if isinstance(error, errors.StaleAccessError):
        request.scope["state"][STALE] = True
    if isinstance(error, errors.ContentionError):
        request.scope["state"][CONTENDED] = True
    problem = problem_of(error)
    if problem.status == 500:
        return on_unexpected_error(request, error)
    problem.explain = reasons(request, problem.status)
    return answer(problem, request, headers_of(error))


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Faults that the web framework finds: no such path, wrong method, parameters that do not fit."""
    if isinstance(error, ValidationException):
        return answer(of_status(422, "The request does not fit.", _parameter_faults(error)), request)
    if error.status_code >= 500:
        return on_unexpected_error(request, error)
    allow = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    return answer(of_status(error.status_code, _detail(error, request)), request, allow)


def on_unexpected_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A defect: logged in full, told without particulars."""
    logger.error("unexpected error", method=request.method, path=request.scope["path"], exc_info=error)
    return answer(of_status(500, "The fault was logged."), request)


def _detail(error: HTTPException, request: Request[Any, Any, Any]) -> str:
    if error.status_code == 404:
        return "There is nothing at this path."
    if error.status_code == 405:
        return f"{request.method} is not possible here."
    return error.detail


def _parameter_faults(error: ValidationException) -> list[Fault]:
    if not isinstance(error.extra, list):
        return [Fault("", error.detail.split(" for path ")[0])]
    return [_parameter_fault(entry) for entry in error.extra]


def _parameter_fault(entry: Any) -> Fault:
    key, source = str(entry.get("key", "")), entry.get("source", "")
    detail = sentence(str(entry.get("message", "This does not fit.")))
    if key == "data":
        return Fault("", "A JSON body is needed.")
    if source in ("query", "header", "cookie"):
        return Fault(f"?{key}" if source == "query" else key, detail)
    return Fault("/" + key.replace(".", "/"), detail)
