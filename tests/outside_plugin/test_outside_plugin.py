"""A field type from another distribution, installed into a fresh environment, from end to end."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.outside_plugin.answers import done, ended
from tests.server_process import smalt

HERE = Path(__file__).parent


POLISH = "PL61109010140000071219812874"
GERMAN = "DE89370400440532013000"
DUTCH = "NL91ABNA0417164300"
CSV = f"Name,Account\nEwa,{POLISH}\nMax,DE89 3704 0044 0532 0130 00\nBad,PL00109010140000071219812874\n"


@pytest.fixture
def project(client: httpx.Client) -> str:
    """The path of a project with a field of the outside type."""
    made = done(client.post("/projects", json={"name": "Customers"}))
    path = f"/projects/{made['id']}"
    done(client.post(f"{path}/lists", json={"name": "All"}))
    field = {"name": "Account", "type": "iban", "config": {"countries": ["PL", "DE"]}}
    assert done(client.post(f"{path}/fields", json=field))["key"] == "account"
    return path


def titles(client: httpx.Client, project: str, **query: str) -> list[str]:
    return [r["title"] for r in done(client.get(f"{project}/records", params=query))["items"]]


def create(client: httpx.Client, project: str, title: str, account: str | None) -> httpx.Response:
    [first] = done(client.get(f"{project}/lists"))["items"]
    body = {"title": title, "list_id": first["id"], "fields": {"account": account}}
    return client.post(f"{project}/records", json=body)


def test_the_plugin_is_small() -> None:
    assert len((HERE / "iban" / "acme_iban.py").read_text().splitlines()) <= 60


def test_it_stands_in_the_list_of_plugins(outside_python: str, settings: dict[str, str]) -> None:
    listed = smalt("plugins", settings=settings, python=outside_python)
    [line] = [line for line in listed.stdout.splitlines() if line.startswith("iban ")]
    assert line.split() == ["iban", "field_type", "on", "acme-iban", "1.2"]
    without = smalt("plugins", settings=settings)
    assert "iban" not in without.stdout


def test_it_stands_in_the_catalogue_and_the_openapi_document(client: httpx.Client) -> None:
    types = {t["key"]: t for t in done(client.get("/field-types"))["items"]}
    assert types["iban"]["label"] == "Bank account"
    assert "countries" in str(types["iban"]["config_schema"])
    plugins = {p["name"]: p for p in done(client.get("/plugins"))["items"]}
    assert plugins["iban"]["provider"] == "acme-iban 1.2"
    document = done(client.get(str(client.base_url).replace("/api/v1/", "/schema/openapi.json")))
    schemas = document["components"]["schemas"]
    assert "iban" in schemas["FieldTypeKey"]["enum"]
    assert schemas["FieldValue_iban"]["title"] == "Bank account"


def test_its_values_are_checked_written_and_read(client: httpx.Client, project: str) -> None:
    made = done(create(client, project, "Ewa", "pl61 1090 1014 0000 0712 1981 2874"))
    assert made["fields"]["account"] == POLISH
    assert done(create(client, project, "Nobody", None))["fields"]["account"] is None
    for wrong, message in ((POLISH[:-1] + "5", "no IBAN"), (DUTCH, "PL, DE")):
        refused = create(client, project, "Wrong", wrong)
        assert refused.status_code == 422
        [fault] = refused.json()["errors"]
        assert fault["pointer"] == "/fields/account"
        assert message in fault["detail"]


def test_it_filters_and_sorts(client: httpx.Client, project: str) -> None:
    for title, account in (("Ewa", POLISH), ("Max", GERMAN), ("Nobody", None)):
        done(create(client, project, title, account))
    assert titles(client, project, filter=f"{{account}} = '{POLISH}'") == ["Ewa"]
    assert titles(client, project, filter="{account} = BLANK()") == ["Nobody"]
    assert titles(client, project, filter="LEFT({account}, 2) = 'DE'") == ["Max"]
    assert titles(client, project, filter="{account} != BLANK()", sort="account") == ["Max", "Ewa"]
    assert titles(client, project, filter="{account} != BLANK()", sort="-account") == ["Ewa", "Max"]


def test_it_is_guessed_and_imported_from_csv(client: httpx.Client, project: str) -> None:
    upload = {"file": ("accounts.csv", CSV.encode(), "text/csv")}
    job = done(client.post(f"{project}/imports", files=upload, data={"importer": "csv"}))
    guesses = {column["name"]: column["guess"] for column in job["columns"]}
    assert guesses["Account"] == {"field": "account"} or guesses["Account"]["type"] == "iban"
    path = f"{project}/imports/{job['id']}"
    mapping = {"Name": {"field": "title"}, "Account": {"field": "account"}}
    done(client.patch(path, json={"mapping": mapping}))
    done(client.post(f"{path}/start"))
    result = ended(client, path)
    assert (result["status"], result["created"], result["failed"]) == ("done", 2, 1)
    assert "no IBAN" in str(result["errors"])
    assert sorted(titles(client, project, filter="{account} != BLANK()")) == ["Ewa", "Max"]


def test_it_is_switched_off_and_on_without_a_restart(client: httpx.Client, project: str) -> None:
    done(create(client, project, "Ewa", POLISH))
    done(client.patch("/plugins/iban", json={"enabled": False}))
    assert "iban" not in {t["key"] for t in done(client.get("/field-types"))["items"]}
    assert create(client, project, "Max", GERMAN).status_code in (409, 422)
    assert titles(client, project) == ["Ewa"]
    done(client.patch("/plugins/iban", json={"enabled": True}))
    [record] = done(client.get(f"{project}/records"))["items"]
    assert record["fields"]["account"] == POLISH
