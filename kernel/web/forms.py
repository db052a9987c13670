"""The page of a public form: plain HTML that works without script, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kernel.translations import Wording
from kernel.web.assets import assets
from kernel.web.shell import environment

State = Literal["ask", "done", "closed", "gone", "busy"]


@dataclass(frozen=True)
class Control:
    """A field on the page. `asks` is how: text, lines, number, email, date, choice, file, …; `values`
    are those filled in, `options` pairs of what is sent and what is read."""

    name: str
    label: str
    asks: str
    help: str | None = None
    required: bool = False
    hidden: bool = False
    conditional: bool = False
    values: Sequence[str] = ()
    options: Sequence[tuple[str, str]] = ()
    accept: str = ""
    many: bool = False
    faults: Sequence[str] = ()

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True)
class FormPage:
    """What stands on the page. `trouble` is what is wrong with the whole, in English as faults are."""

    title: str
    state: State
    say: Wording = field(default_factory=Wording)
    slug: str = ""
    description: str | None = None
    message: str | None = None
    trouble: Sequence[str] = ()
    controls: Sequence[Control] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    trap: str = ""

    @property
    def faulty(self) -> list[Control]:
        return [control for control in self.controls if control.faults]


def page(shown: FormPage) -> bytes:
    """The page as HTML."""
    found = assets()
    template = environment().get_template("form.html")
    return template.render(
        page=shown,
        t=shown.say,
        base=f"/static/{found.digest}",
        styles=[path for path in found.styles if path.endswith(("tokens.css", "base.css", "form.css"))],
        multipart=any(control.asks == "file" for control in shown.controls),
        conditional=any(control.conditional for control in shown.controls),
    ).encode()


def policy(embed: Sequence[str], goes_to: str | None) -> str:
    """The policy of the page: `embed` are the sites that may show it, `goes_to` where it may lead."""
    ancestors = " ".join(embed) or "'none'"
    action = "'self'" if goes_to is None else f"'self' {goes_to}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; form-action {action}; frame-ancestors {ancestors}"
    )
