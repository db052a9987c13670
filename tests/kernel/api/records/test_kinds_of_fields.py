"""Field types as clients meet them: written, read, filtered, sorted, looked up."""

from __future__ import annotations

from tests.kernel.api.clients import user_id
from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import ProjectClient, faults


async def test_countries_go_by_name_and_code(plain: ProjectClient, crm: Crm) -> None:
    await plain.add_field("Country", "country")
    made = await plain.add("a", country="Niemcy")
    assert made["fields"]["country"] == {"code": "DE", "name": "Germany"}
    for title, country in (("b", "PL"), ("c", "Austria"), ("d", None)):
        await plain.add(title, country=country)
    for asked in ("{country} = 'PL'", "{country} = 'poland'", "{country} IN ('PL', 'France')"):
        assert await plain.titles(filter=asked) == ["b"]
    assert await plain.titles(filter="{country} != 'DE'", sort="title") == ["b", "c", "d"]
    assert await plain.titles(filter="CONTAINS({country}, 'land')") == ["b"]
    assert await plain.titles(filter="{country} = BLANK()") == ["d"]
    assert await plain.titles(sort="-country") == ["b", "a", "c", "d"]
    groups = await plain.aggregate(group_by=["country"], measures={"n": {"function": "count"}})
    shown = [group["group"]["country"] for group in groups]
    assert "Germany" in [g if isinstance(g, str) or g is None else g["name"] for g in shown]
    await crm.customers.add_field("Country", "country")
    await crm.deals.look_up("Customer country", "customer", "country")
    customer = await crm.customers.add("Acme", country="at")
    deal = await crm.deals.add("Deal", customer=customer["id"])
    assert deal["fields"]["customer_country"] == [{"code": "AT", "name": "Austria"}]
    assert await crm.deals.titles(filter="{customer_country} = 'AT'") == ["Deal"]
    assert "/fields/country" in faults(await plain.try_add(fields={"country": "Atlantis"}))


async def test_locations_go_by_their_address(plain: ProjectClient) -> None:
    await plain.add_field("Where", "location")
    made = await plain.add(
        "a", where={"address": "Rynek 1, Kraków", "latitude": 50.0617, "longitude": 19.9373}
    )
    assert made["fields"]["where"] == {
        "address": "Rynek 1, Kraków",
        "latitude": 50.0617,
        "longitude": 19.9373,
    }
    other = await plain.add("b", where="Aleje Jerozolimskie 1, Warszawa")
    assert other["fields"]["where"]["latitude"] is None
    assert await plain.titles(filter="CONTAINS({where}, 'kraków')") == ["a"]
    assert await plain.titles(sort="where") == ["b", "a"]
    assert (await plain.update(made, where=None))["fields"]["where"] is None


async def test_durations_are_numbers(plain: ProjectClient) -> None:
    await plain.add_field("Effort", "duration", {"maximum": 36_000})
    await plain.compute("Hours", "{effort} / 3600")
    made = await plain.add("a", effort="1:30")
    assert made["fields"] == {"effort": 5400, "hours": 1.5}
    await plain.add("b", effort="PT15M")
    assert await plain.titles(filter="{effort} > 3600") == ["a"]
    assert await plain.titles(sort="effort") == ["b", "a"]
    [total] = await plain.aggregate(measures={"sum": {"function": "sum", "field": "effort"}})
    assert total["measures"]["sum"] in (6300, "6300")
    assert "/fields/effort" in faults(await plain.try_add(fields={"effort": "11h"}))


async def test_who_and_when_as_fields(crm: Crm) -> None:
    people = {"created_by": "Made by", "updated_by": "Changed by"}
    moments = {"created_at": "Made", "updated_at": "Changed"}
    for key, name in (people | moments).items():
        await crm.customers.add_field(name, key)
    await crm.deals.look_up("Maker", "customer", "made_by")
    customer = await crm.customers.add("Acme")
    me = {"id": user_id(crm.customers.client), "name": "Admin"}
    assert customer["fields"]["made"] == customer["created_at"]
    assert customer["fields"]["changed"] == customer["updated_at"]
    assert customer["fields"]["made_by"] == customer["fields"]["changed_by"] == me
    deal = await crm.deals.add("Deal", customer=customer["id"])
    assert deal["fields"]["maker"] == [me]
    assert await crm.customers.titles(filter="{made_by} = 'Admin' AND {made} <= NOW()", sort="-made") == [
        "Acme"
    ]
    assert "/fields/made" in faults(await crm.customers.try_add(fields={"made": "2026-01-01"}))
