"""Projects to import into."""

from __future__ import annotations

import httpx
import pytest

from tests.kernel.api.imports.importing import created


@pytest.fixture
async def customers(client: httpx.AsyncClient) -> str:
    """The path of a project for customers, with a field that refers to itself."""
    project = await created(client, "/projects", {"name": "Customers"})
    path = f"/projects/{project['id']}"
    await created(client, f"{path}/lists", {"name": "Customers"})
    for name, type_, config in (
        ("Sector", "text", {}),
        ("Subsidiary of", "reference", {"project_id": project["id"]}),
    ):
        await created(client, f"{path}/fields", {"name": name, "type": type_, "config": config})
    return path


@pytest.fixture
async def deals(client: httpx.AsyncClient, customers: str) -> str:
    """The path of a project for deals, which refer to customers."""
    project = await created(client, "/projects", {"name": "Deals", "currency": "EUR"})
    path = f"/projects/{project['id']}"
    await created(client, f"{path}/lists", {"name": "Engaging"})
    reference = {"project_id": customers.rpartition("/")[2], "multiple": False}
    for name, type_, config in (
        ("Customer", "reference", reference),
        ("Amount", "currency", {}),
        ("Engaged on", "date", {}),
    ):
        await created(client, f"{path}/fields", {"name": name, "type": type_, "config": config})
    return path
