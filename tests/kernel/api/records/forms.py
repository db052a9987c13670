"""A form as tests have it, and who fills it in."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.kernel.api.records.projects import Json, ProjectClient, checked

ROOT = "http://smalt.test"
LEAD: list[Json] = [
    {"field": "title", "label": "Your name"},
    {"field": "email", "label": "Your email", "required": True, "help": "We write to you there."},
    {"field": "budget"},
    {"field": "plans", "visible_if": "{budget} > 1000", "required": True},
    {"field": "source", "hidden": True, "default": "Website"},
    {"field": "campaign", "hidden": True, "prefill": True, "default": "none"},
]


async def made(project: ProjectClient, fields: list[Json] | None = None, **members: Any) -> Json:
    body = {"name": "Contact us", "slug": "contact", "list": "Doing", "fields": fields or LEAD} | members
    return checked(await project.client.post(f"{project.path}/forms", json=body), 201)


async def sent(visitor: httpx.AsyncClient, slug: str = "contact", **fields: Any) -> httpx.Response:
    return await visitor.post(f"/forms/{slug}", json={"fields": fields})


async def opened(visitor: httpx.AsyncClient, query: str = "") -> tuple[str, str]:
    """The page of the form, and the key that it was given out with."""
    page = await visitor.get(f"{ROOT}/forms/contact{query}", headers={"accept-language": "pl, en;q=0.5"})
    assert page.status_code == 200, page.text
    found = re.search(r'name="_key" value="([^"]+)"', page.text)
    assert found
    return page.text, found[1]


async def pressed(visitor: httpx.AsyncClient, key: str, **filled: str) -> httpx.Response:
    return await visitor.post(
        f"{ROOT}/forms/contact", data={"_key": key} | filled, headers={"accept-language": "pl"}
    )
