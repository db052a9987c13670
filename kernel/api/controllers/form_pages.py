"""The pages of public forms, outside the base of the API: for people, with or without script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kernel import runtime
from kernel.api.form_bodies import KEY, TRAP, Sent, address_of, read_form, submission
from kernel.api.injected import Kernel
from kernel.api.marks import ANY_QUERY, PUBLIC
from kernel.api.problems import headers_of, kind_of, wording_of
from kernel.errors import (
    ConflictError,
    Fault,
    InvalidInputError,
    NotFoundError,
    SmaltError,
    TooManyRequestsError,
)
from kernel.services.forms.checks import origin_of
from kernel.services.forms.entries import Entry
from kernel.services.forms.filling import OpenForm
from kernel.services.forms.public import CLOSED, KEY_OVER, Asked
from kernel.web.forms import Control, FormPage, State, page, policy

_BUSY: Final = "Too many submissions. Please try again in a few minutes."
_GONE: Final = "This page does not exist, or is switched off."


class FormPagesController(Controller):
    path = "/forms/{slug:str}"
    opt = PUBLIC | ANY_QUERY
    include_in_schema = False

    @get()
    async def form(
        self, kernel: Kernel, request: Request[Any, Any, Any], slug: FromPath[str]
    ) -> Response[bytes]:
        """The form to fill in; the query gives what is filled in at first."""
        try:
            opened = await kernel.forms.public.open(slug)
        except NotFoundError as error:
            return _told(request, None, error)
        if opened.closed is not None:
            return _told(request, opened, ConflictError(CLOSED[opened.closed]), 200)
        asked = await kernel.forms.public.asked_of(opened)
        filled = {
            name: request.query_params.getall(name, []) for name in dict.fromkeys(request.query_params.keys())
        }
        given = {e.key: v for e in opened.settable if e.form.prefilled and (v := filled.get(e.key))}
        return _answer(_asking(request, asked, _first(asked, given)), opened, 200)

    @get("/sent", sync_to_thread=False)
    def again(self, slug: FromPath[str]) -> Redirect:
        """Somebody has come back to where a form was sent to."""
        return Redirect(f"/forms/{quote(slug, safe='')}", status_code=303)

    @post(["/", "/sent"], status_code=200, request_max_body_size=None)
    async def submit(
        self, kernel: Kernel, request: Request[Any, Any, Any], slug: FromPath[str]
    ) -> Response[bytes]:
        """Take what is filled in. What is not right comes back with it.

        The page sends it to an address of its own: browsers forget a page that something is sent to, and
        who goes back is to find the form as it was, with its key.
        """
        opened, sent = None, Sent()
        try:
            opened = await kernel.forms.public.open(slug)
            await kernel.forms.public.admit(opened.form, address_of(request))
            sent = await read_form(kernel, request, opened)
            after = await _submitted(kernel, request, opened, sent)
        except SmaltError as error:
            if opened is None or not isinstance(error, InvalidInputError | ConflictError):
                return _told(request, opened, error)
            return await _again(kernel, request, opened, sent, error)
        if after.redirect is not None:
            headers = {**_headers(opened), "Location": after.redirect}
            return Response(b"", status_code=303, headers=headers)
        done = FormPage(opened.form.name, "done", wording_of(request), message=after.message)
        return _answer(done, opened, 200)


async def _submitted(
    kernel: runtime.Kernel, request: Request[Any, Any, Any], opened: OpenForm, sent: Sent
) -> Any:
    wanted = submission(sent, opened, address_of(request), comma=wording_of(request).language == "pl")
    try:
        if wanted.key is None:
            raise InvalidInputError(KEY_OVER, [Fault("/key", KEY_OVER)])
        return await kernel.forms.public.submit(opened, wanted)
    finally:
        await kernel.forms.uploads.discard(wanted.uploads)


async def _again(
    kernel: runtime.Kernel,
    request: Request[Any, Any, Any],
    opened: OpenForm,
    sent: Sent,
    error: SmaltError,
) -> Response[bytes]:
    """The form with what was filled in and what is wrong with it."""
    if opened.closed is not None or error.detail in CLOSED.values():
        return _told(request, opened, error)
    kept = sent.last(KEY)
    key = kept if kernel.forms.public.is_good(opened.form, kept) else None
    asked = await kernel.forms.public.asked_of(opened, key)
    filled: dict[str, list[str]] = {e.key: [] for e in opened.settable}
    for entry in opened.settable:
        filled[entry.key] = [text for name, text in sent.pairs if entry.is_called(name)]
    shown = _asking(request, asked, filled, error)
    return _answer(shown, opened, kind_of(error).status)


def _first(asked: Asked, given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """What is filled in when the form is opened: from the address, else the defaults."""
    return {
        entry.key: list(given.get(entry.key) or _texts(asked, entry, entry.form.default))
        for entry in asked.open.settable
    }


def _texts(asked: Asked, entry: Entry, default: Any) -> list[str]:
    """A default as a page fills it in: options by what is sent for them."""
    if default is None or default == "":
        return []
    values = default if isinstance(default, list) else [default]
    options = asked.options.get(entry.key, [])
    texts = []
    for value in values:
        plain = value.get("id", value.get("name", "")) if isinstance(value, dict) else value
        text = str(plain).lower() if isinstance(plain, bool) else str(plain)
        texts.append(next((o.value for o in options if text in (o.value, o.name)), text))
    return texts


def _asking(
    request: Request[Any, Any, Any],
    asked: Asked,
    filled: Mapping[str, Sequence[str]],
    error: SmaltError | None = None,
) -> FormPage:
    form = asked.open.form
    faults: Sequence[Fault] = () if error is None else error.faults
    placed = {
        e.key: [f.detail for f in faults if f.pointer == f"/fields/{e.key}"] for e in asked.open.settable
    }
    told = {detail for details in placed.values() for detail in details}
    trouble = [f.detail for f in faults if f.detail not in told]
    if error is not None and not faults:
        trouble = [error.detail]
    return FormPage(
        form.name, "ask", wording_of(request), form.slug, form.content.description, None, trouble,
        [_control(asked, e, filled.get(e.key, ()), placed[e.key]) for e in asked.open.settable],
        {KEY: asked.key}, TRAP,
    )  # fmt: skip


def _control(asked: Asked, entry: Entry, values: Sequence[str], faults: Sequence[str]) -> Control:
    types = entry.specs[0].files.types if entry.asking == "file" and entry.specs else ()
    return Control(
        name=entry.key,
        label=entry.label,
        asks=entry.asking,
        help=entry.form.help,
        required=entry.required,
        hidden=entry.form.hidden,
        conditional=entry.form.visible_if is not None,
        values=values,
        options=[(o.value, o.name) for o in asked.options.get(entry.key, [])],
        accept=",".join(types),
        many=entry.many,
        faults=faults,
    )


def _told(
    request: Request[Any, Any, Any], opened: OpenForm | None, error: SmaltError, status: int | None = None
) -> Response[bytes]:
    """A page that says why there is no form."""
    busy, gone = isinstance(error, TooManyRequestsError), isinstance(error, NotFoundError)
    state: State = "busy" if busy else "gone" if gone else "closed"
    detail = _BUSY if busy else _GONE if gone else error.detail
    title = "" if opened is None else opened.form.name
    shown = FormPage(title, state, wording_of(request), trouble=[detail])
    return _answer(shown, opened, status or kind_of(error).status, headers_of(error))


def _answer(
    shown: FormPage, opened: OpenForm | None, status: int, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    found = {**_headers(opened), **(headers or {})}
    return Response(page(shown), status_code=status, media_type="text/html", headers=found)


def _headers(opened: OpenForm | None) -> dict[str, str]:
    content = None if opened is None else opened.form.content
    embed = [] if content is None else content.embed
    goes_to = None if content is None else origin_of(content.after.redirect)
    return {
        "Content-Security-Policy": policy(embed, goes_to),
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
