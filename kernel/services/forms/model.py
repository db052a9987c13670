"""Forms as they are given, stored and shown."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from kernel.errors import Fault
from kernel.services.filter_texts import as_expression

MOST_FIELDS: Final = 200
SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")

Text = Annotated[str, msgspec.Meta(max_length=2000)]
FieldName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, examples=["email"])]
Name = Annotated[str, msgspec.Meta(examples=["Contact us"])]
Slug = Annotated[str, msgspec.Meta(description="Its place below `/forms/`.", examples=["contact-us"])]
ListName = Annotated[str, msgspec.Meta(description="By name or id; null: the first.", examples=["New"])]
Limit = Annotated[int, msgspec.Meta(ge=1, le=10**9, description="The most submissions.", examples=[500])]
Moment = Annotated[str, msgspec.Meta(description="RFC 3339.", examples=["2026-12-31T09:00:00Z"])]
Tags = Annotated[
    list[str], msgspec.Meta(max_length=100, description="By name or id.", examples=[["website"]])
]
People = Annotated[
    list[str], msgspec.Meta(max_length=100, description="By email or id.", examples=[["ewa@example.com"]])
]
Texts: TypeAlias = list[str]
Origins = Annotated[
    list[str],
    msgspec.Meta(
        max_length=50,
        description="Sites that may show the form inside their pages.",
        examples=[["https://www.example.com"]],
    ),
]
Clock = Annotated[str, msgspec.Meta(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d\Z", examples=["09:00"])]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: Final[tuple[Day, ...]] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


Condition: TypeAlias = (
    Annotated[
        str,
        msgspec.Meta(
            max_length=10_000,
            examples=["{budget} > 1000"],
            description="The same as a filter tree is taken too, and kept as an expression.",
        ),
    ]
    | dict[str, Any]
)


class FormField(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A field of a form, by built-in name, key or id. `label` None is the name of the field.

    `visible_if` is an expression over fields that stand before it. The `default` is filled in at first,
    and what a submission leaves out gets it; `hidden` ones have it unless the address may give another;
    `prefill` says whether the address may give a value (`?email=…`): shown ones usually, hidden ones
    not. `picker` lets everybody read the titles of the records that a reference may point to.
    """

    field: FieldName
    label: Annotated[str, msgspec.Meta(max_length=500, examples=["Your email"])] | None = None
    help: Annotated[Text, msgspec.Meta(examples=["We answer within a day."])] | None = None
    required: bool = False
    hidden: bool = False
    default: Any = None
    visible_if: Condition | None = None
    prefill: bool | None = None
    picker: bool = False

    @property
    def settable(self) -> bool:
        """Whether a submission may give its value."""
        return not self.hidden or self.prefill is True

    @property
    def prefilled(self) -> bool:
        """Whether the address may give its value."""
        return self.prefill if self.prefill is not None else not self.hidden


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a visitor sees afterwards: a message, or another page."""

    message: Annotated[Text, msgspec.Meta(examples=["Thank you. We will call you."])] | None = None
    redirect: Annotated[Text, msgspec.Meta(examples=["https://www.example.com/thanks"])] | None = None


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When it is open, by the clock of the project. No `days`: every day."""

    start: Annotated[Clock, msgspec.Meta(description="From then on.")] = "00:00"
    end: Annotated[Clock, msgspec.Meta(description="Up to then; 00:00 is midnight.")] = "00:00"
    days: list[Day] = []


FormFields: TypeAlias = list[FormField]
Faults: TypeAlias = list[Fault]


class FormContent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a form consists of. `list`, `tags`, `assignees` and the fields are ids here."""

    fields: FormFields = []
    description: str | None = None
    list: str | None = None
    tags: Texts = []
    assignees: Texts = []
    after: After = After()
    opens_at: str | None = None
    closes_at: str | None = None
    hours: Hours | None = None
    limit: int | None = None
    embed: Texts = []


Fields = Annotated[list[FormField], msgspec.Meta(max_length=MOST_FIELDS)]


class FormInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new form. Without `slug`, one is made of the name."""

    name: Name
    fields: Fields
    slug: Slug | msgspec.UnsetType = msgspec.UNSET
    enabled: bool = True
    description: Text | None = None
    list: ListName | None = None
    tags: Tags = []
    assignees: People = []
    after: After | None = None
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    hours: Hours | None = None
    limit: Limit | None = None
    embed: Origins = []


class FormPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a form. `fields` are given as a whole."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    fields: Fields | msgspec.UnsetType = msgspec.UNSET
    slug: Slug | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    description: Text | msgspec.UnsetType | None = msgspec.UNSET
    list: ListName | msgspec.UnsetType | None = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    assignees: People | msgspec.UnsetType = msgspec.UNSET
    after: After | msgspec.UnsetType | None = msgspec.UNSET
    opens_at: Moment | msgspec.UnsetType | None = msgspec.UNSET
    closes_at: Moment | msgspec.UnsetType | None = msgspec.UNSET
    hours: Hours | msgspec.UnsetType | None = msgspec.UNSET
    limit: Limit | msgspec.UnsetType | None = msgspec.UNSET
    embed: Origins | msgspec.UnsetType = msgspec.UNSET


CONTENT: Final = FormContent.__struct_fields__


class StoredForm(msgspec.Struct, frozen=True):
    """A form as it stands in the database; times in milliseconds since 1970."""

    id: int
    project_id: int
    owner_id: int | None
    name: str
    slug: str
    enabled: bool
    content: FormContent
    secret: str
    submissions: int
    created_at: int
    updated_at: int


class FormView(msgspec.Struct, frozen=True):
    """A form as those see it who set up the project. `path` is its page; `broken` tells what it names
    that is gone. Fields that the reader may not see are left out, and `complete` is false then."""

    id: str
    name: str
    slug: str
    path: Annotated[str, msgspec.Meta(examples=["/forms/contact-us"])]
    enabled: bool
    description: str | None
    list: str | None
    fields: FormFields
    complete: bool
    tags: Texts
    assignees: Texts
    after: After
    opens_at: str | None
    closes_at: str | None
    hours: Hours | None
    limit: int | None
    embed: Texts
    submissions: int
    broken: Faults
    created_at: str
    updated_at: str


def _with_expression(field: FormField, place: int) -> FormField:
    if not isinstance(field.visible_if, dict):
        return field
    text = as_expression(field.visible_if, f"/fields/{place}/visible_if")
    return msgspec.structs.replace(field, visible_if=text)


def content_of(given: FormInput | FormPatch, before: FormContent) -> FormContent:
    """The content with what is given in place of what was."""
    changes = {n: v for n in CONTENT if (v := getattr(given, n)) is not msgspec.UNSET}
    if "fields" in changes:
        changes["fields"] = [_with_expression(f, n) for n, f in enumerate(changes["fields"])]
    if "after" in changes:
        changes["after"] = changes["after"] or After()
    return msgspec.structs.replace(before, **changes)
