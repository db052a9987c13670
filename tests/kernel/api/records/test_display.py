"""Values as texts for people, in their language."""

from __future__ import annotations

from tests.kernel.api.records.conftest import Crm
from tests.kernel.api.records.projects import Json, checked, faults

KINDS: dict[str, tuple[str, Json, object, str, str]] = {
    "money": ("currency", {}, {"amount": "1234.5", "currency": "EUR"}, "€1,234.50", "1 234,50 €"),
    "number": ("number", {"decimals": 2}, "12345.5", "12,345.5", "12 345,5"),
    "percent": ("percent", {}, "0.125", "12.5%", "12,5%"),
    "day": ("date", {}, "2026-03-28", "Mar 28, 2026", "28 mar 2026"),
    "moment": ("date", {"time": True}, "2026-03-28T10:00:00Z", "Mar 28, 2026, 11:00:00 AM", "28 mar 2026, 11:00:00"),
    "span": ("date", {"range": True}, {"start": "2026-03-28", "end": "2026-03-29"},
             "Mar 28, 2026 – Mar 29, 2026", "28 mar 2026 – 29 mar 2026"),
    "country": ("country", {}, "DE", "Germany", "Niemcy"),
    "lasting": ("duration", {}, 8100, "2 hr 15 min", "2 godz. 15 min"),
    "box": ("checkbox", {}, True, "Yes", "Tak"),
    "choices": ("multi_select", {"options": [{"name": "A"}, {"name": "B"}]}, ["B", "A"], "B, A", "B, A"),
    "words": ("text", {}, "2026-03-28", "2026-03-28", "2026-03-28"),
}  # fmt: skip


def plain(text: str) -> str:
    """With ordinary blanks: languages put several kinds of them between digits."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def test_values_in_two_languages(crm: Crm) -> None:
    customers, deals = crm.customers, crm.deals
    for name, (type_, config, _, _, _) in KINDS.items():
        await customers.add_field(f"x {name}", type_, config)
        await deals.look_up(f"of {name}", "customer", f"x_{name}")
    await deals.compute("Half", "{amount} / 2")
    acme = await customers.add("Acme", **{f"x_{name}": case[2] for name, case in KINDS.items()})
    deal = await deals.add(
        "Site", {"tags": ["SEO"], "due_at": "2026-03-28"}, customer=acme["id"], amount="10"
    )
    for locale, column in (("en", 3), ("pl", 4)):
        stored = checked(await customers.try_record(acme, f"?display={locale}"), 200)
        page = await deals.page(display=locale)
        for name, case in KINDS.items():
            here = str(case[column]).replace("11:00:00", "10:00:00")  # customers live in UTC
            assert plain(stored["display"]["fields"][f"x_{name}"]) == here, (locale, name)
            looked_up = page["items"][0]["display"]["fields"][f"of_{name}"]
            assert plain(looked_up) == case[column], (locale, name)
    shown = checked(await deals.query(display="pl"), 200)["items"][0]["display"]
    assert (shown["list"], shown["tags"], shown["fields"]["customer"]) == ("Qualification", "SEO", "Acme")
    assert plain(shown["due_at"]) == "28 mar 2026, 00:00:00"
    assert plain(shown["fields"]["half"]) == "5,00 €"
    assert (shown["fields"]["cost"], shown["start_at"]) == ("", "")
    assert "display" not in await deals.record(deal)


async def test_the_language_of_the_browser(crm: Crm) -> None:
    record = await crm.deals.add("a", amount="1234.5")
    path = f"{crm.deals.path}/records/{record['id']}"
    for accepted, wanted in (
        ("xx, pl-PL;q=0.8, en;q=0.5", "1 234,50 €"),
        ("", "€1,234.50"),
        ("*;q=x", "€1,234.50"),
    ):
        headers = {"Accept-Language": accepted}
        answer = await crm.deals.client.get(path, params={"display": "auto"}, headers=headers)
        assert plain(checked(answer, 200)["display"]["fields"]["amount"]) == wanted
    for wrong in ("xx", "en_", "../../etc", "e" * 40, ""):
        assert list(faults(await crm.deals.get(display=wrong))) == ["?display"]
