"""A small CRM: customers, opportunities that refer to them, deliveries that refer to those."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest

from tests.kernel.api.records.projects import ProjectClient, new_project

PIPELINE = ("Qualification", "Negotiations", "Closed Won", "Closed Lost")


@dataclass
class Crm:
    """The three projects, without records."""

    customers: ProjectClient
    deals: ProjectClient
    deliveries: ProjectClient


@pytest.fixture
async def plain(client: httpx.AsyncClient) -> ProjectClient:
    """A project with three lists and two tags, and no field of its own."""
    project = await new_project(client, "Plain", "Open", "Doing", "Done")
    await project.add_tag("website")
    await project.add_tag("SEO")
    return project


@pytest.fixture
async def crm(client: httpx.AsyncClient) -> Crm:
    customers = await new_project(client, "Customers", "Companies")
    await customers.add_field("Email", "email")
    await customers.add_field("Size", "number", {"decimals": 0})
    await customers.add_field("Category", "select", {"options": [{"name": "Retail"}, {"name": "Medical"}]})
    deals = await new_project(client, "Opportunities", *PIPELINE, time_zone="Europe/Warsaw")
    for tag in ("branding", "website", "SEO"):
        await deals.add_tag(tag)
    await deals.add_field("Amount", "currency")
    await deals.add_field("Cost", "currency")
    await deals.add_field("Confidence", "rating")
    await deals.add_field("Close date", "date")
    await deals.refer("Customer", customers)
    await deals.look_up("Customer email", "customer", "email")
    await deals.compute("Profit", "{amount} - {cost}")
    deliveries = await new_project(client, "Deliveries", "To do", "Done")
    await deliveries.refer("Deal", deals)
    await deliveries.look_up("Contact", "deal", "customer_email")
    return Crm(customers, deals, deliveries)


@pytest.fixture
async def leads(plain: ProjectClient) -> ProjectClient:
    """A project whose fields forms ask for, with some that they do not."""
    await plain.add_field("Email", "email", unique=True)
    await plain.add_field("Budget", "number", {"minimum": "0"})
    await plain.add_field("Plans", "long_text")
    await plain.add_field("Source", "select", {"options": [{"name": "Website"}, {"name": "Fair"}]})
    await plain.add_field("Campaign", "text")
    await plain.add_field("Secret", "text", required=True, default="unknown")
    await plain.add_field("Papers", "file", {"allowed_types": ["image/*"]})
    return plain
