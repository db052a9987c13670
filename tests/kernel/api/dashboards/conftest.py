"""Two sales teams with pipelines of their own, whose names agree in part."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest

from tests.kernel.api.dashboards.boards import Board, new_board
from tests.kernel.api.records.projects import ProjectClient, new_project

FIELDS = (
    ("Amount", "currency", {}), ("Cost", "currency", {}), ("Confidence", "rating", {}),
    ("Close date", "date", {}), ("Hours", "number", {"decimals": 2}),
)  # fmt: skip


@dataclass
class Teams:
    """Two projects and a dashboard in another time zone than theirs."""

    north: ProjectClient
    south: ProjectClient
    board: Board


@pytest.fixture
async def teams(client: httpx.AsyncClient) -> Teams:
    north = await new_project(client, "North", "Proposal Sent", "Contract Out for Signature", "Closed Won")
    south = await new_project(
        client, "South", " proposal sent", "Closed WON", "Paused", time_zone="Asia/Tokyo"
    )
    for project, options in ((north, ("Retail", "Medical")), (south, ("RETAIL", "Café"))):
        for name, type_, config in FIELDS:
            await project.add_field(name, type_, config)
        await project.add_field("Branch", "select", {"options": [{"name": name} for name in options]})
        await project.compute("Profit", "{amount} - {cost}")
        for tag in ("SEO", "Website") if project is north else ("seo", "Print"):
            await project.add_tag(tag)
    return Teams(north, south, await new_board(client, time_zone="Europe/Warsaw"))
