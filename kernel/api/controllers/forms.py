"""Public forms: how they are set up, and how programs read and send them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, JSONBody

from kernel.api.form_bodies import address_of, is_json, read_form, read_json, submission, with_points
from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import PUBLIC
from kernel.api.paging import Page
from kernel.api.paths import Id, identifier
from kernel.api.problems import wording_of
from kernel.services.forms.entries import Asking, Entry
from kernel.services.forms.model import FormInput, FormPatch, FormView
from kernel.services.forms.public import CLOSED, Asked


class FormOption(msgspec.Struct):
    """Something to choose. Send its `value`."""

    value: str
    name: str


class AskedField(msgspec.Struct, kw_only=True):
    """A field that a form asks for. `asks` is a kind of input, `widget` what the field type calls for.
    One that is `conditional` is to be seen or not by what else is filled in; `hidden` ones are not shown."""

    field: Annotated[str, msgspec.Meta(examples=["email"])]
    label: str
    help: str | None
    required: bool
    hidden: bool
    conditional: bool
    asks: Asking
    widget: str
    many: bool
    default: Any
    options: list[FormOption]


class PublicForm(msgspec.Struct, kw_only=True):
    """A form as everybody sees it. `closed` says why it takes nothing now. Send `key` with a submission, so
    that it happens once."""

    name: Annotated[str, msgspec.Meta(examples=["Contact us"])]
    slug: Annotated[str, msgspec.Meta(examples=["contact-us"])]
    description: str | None
    open: bool
    closed: str | None
    fields: list[AskedField]
    key: str


class Receipt(msgspec.Struct):
    """What the visitor is to see: a message, or the address of a page to go to."""

    message: str | None
    redirect: str | None


class FilledIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is filled in so far."""

    fields: dict[str, Any]


class VisibleFields(msgspec.Struct):
    """The keys of the fields that are to be seen now."""

    visible: list[str]


class FormsController(Controller):
    """For those who set up the project."""

    path = "/projects/{project_id:str}/forms"
    tags = ["Forms"]

    @get(summary="List the forms of a project")
    async def forms(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[FormView]:
        found = await kernel.forms.service.all(actor, identifier(project_id))
        return paging.slice(found, key=lambda form: (int(form.id),))

    @post(
        summary="Make a form",
        description="Whoever has its address adds records, without signing in: of these fields, no others.",
    )
    async def add(self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[FormInput]) -> FormView:
        return await kernel.forms.service.create(actor, identifier(project_id), data)

    @get("/{form_id:str}", summary="One form")
    async def form(self, kernel: Kernel, actor: Actor, project_id: Id, form_id: Id) -> FormView:
        return await kernel.forms.service.get(actor, identifier(project_id), identifier(form_id))

    @patch("/{form_id:str}", summary="Change a form", description="Or open and close it, by `enabled`.")
    async def change(
        self, kernel: Kernel, actor: Actor, project_id: Id, form_id: Id, data: JSONBody[FormPatch]
    ) -> FormView:
        return await kernel.forms.service.update(actor, identifier(project_id), identifier(form_id), data)

    @delete("/{form_id:str}", summary="Delete a form", description="The records that it has made stay.")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, form_id: Id) -> None:
        await kernel.forms.service.delete(actor, identifier(project_id), identifier(form_id))


class SubmitOperation(Operation):
    """Documents the body, which comes in several media types."""

    def __post_init__(self) -> None:
        plain = Schema(type=OpenAPIType.OBJECT, additional_properties=True)
        json = Schema(
            type=OpenAPIType.OBJECT,
            properties={"fields": plain, "key": Schema(type=OpenAPIType.STRING)},
            required=["fields"],
        )
        self.request_body = RequestBody(
            required=True,
            content={
                "application/json": OpenAPIMediaType(schema=json),
                "application/x-www-form-urlencoded": OpenAPIMediaType(schema=plain),
                "multipart/form-data": OpenAPIMediaType(schema=plain),
            },
        )


class PublicFormsController(Controller):
    """For everybody, without signing in."""

    path = "/forms/{slug:str}"
    tags = ["Forms"]
    opt = PUBLIC
    security = [{}]

    @get(summary="What a form asks for")
    async def form(self, kernel: Kernel, slug: FromPath[str]) -> PublicForm:
        return described(await kernel.forms.public.asked(slug))

    @post(
        status_code=201,
        summary="Send a form",
        description="Form-encoded, as multipart with files, or JSON. What the form does not ask for is "
        "refused; what is left out gets the default of the form. The same `key`, the same content within ten "
        "seconds, or within a day with the same `Idempotency-Key`, makes one record; other content with that "
        "header is a conflict.",
        operation_class=SubmitOperation,
        request_max_body_size=None,
    )
    async def submit(self, kernel: Kernel, request: Request[Any, Any, Any], slug: FromPath[str]) -> Receipt:
        opened = await kernel.forms.public.open(slug)
        address = address_of(request)
        await kernel.forms.public.admit(opened.form, address)
        if is_json(request):
            sent = await read_json(request, address)
        else:
            sent = submission(await read_form(kernel, request, opened), opened, address)
        sent = replace(sent, repeat=request.headers.get("idempotency-key"))
        try:
            after = await kernel.forms.public.submit(opened, sent)
        finally:
            await kernel.forms.uploads.discard(sent.uploads)
        return Receipt(after.message, after.redirect)

    @post(
        "/visible",
        status_code=200,
        summary="Which fields are to be seen",
        description="While the form is filled in; nothing is kept.",
        request_max_body_size=1024 * 1024,
    )
    async def visible(
        self,
        kernel: Kernel,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        data: JSONBody[FilledIn],
    ) -> VisibleFields:
        opened = await kernel.forms.public.open(slug)
        kernel.forms.public.ask(opened.form, address_of(request))
        comma = wording_of(request).language == "pl"  # as the page reads them
        values = with_points(data.fields, opened) if comma else data.fields
        found = await kernel.forms.public.visible(opened, values)
        return VisibleFields([e.key for e in opened.entries if e.key in found])


def described(asked: Asked) -> PublicForm:
    """A form as programs read it."""
    opened = asked.open
    content = opened.form.content
    return PublicForm(
        name=opened.form.name,
        slug=opened.form.slug,
        description=content.description,
        open=opened.closed is None,
        closed=None if opened.closed is None else CLOSED[opened.closed],
        fields=[_field(asked, entry) for entry in opened.settable],
        key=asked.key,
    )


def _field(asked: Asked, entry: Entry) -> AskedField:
    form = entry.form
    return AskedField(
        field=entry.key,
        label=entry.label,
        help=form.help,
        required=entry.required,
        hidden=form.hidden,
        conditional=form.visible_if is not None,
        asks=entry.asking,
        widget="text" if entry.custom is None or entry.custom.type is None else entry.custom.type.widget,
        many=entry.many,
        default=form.default,
        options=[FormOption(option.value, option.name) for option in asked.options.get(entry.key, [])],
    )
