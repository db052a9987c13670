from __future__ import annotations

import msgspec
import pytest

from kernel.errors import InvalidInputError
from plugins.automations.actions.http_request import HttpRequestAction, HttpRequestConfig
from tests.plugins.automations.samples import RECORD, facts

ACTION = HttpRequestAction()
URL = "https://hooks.example/{id}"


def test_json_with_values() -> None:
    known = facts(texts={URL: "https://hooks.example/7"}, places={"{amount}": "12.00"})
    [sent] = ACTION.plan(HttpRequestConfig(URL, json={"amount": "{amount}"}), known)
    assert (sent.method, sent.url, sent.body) == ("POST", "https://hooks.example/7", '{"amount":"12.00"}')
    assert sent.headers == {"Content-Type": "application/json"}
    [same] = ACTION.plan(HttpRequestConfig(URL, body={"amount": "{amount}"}), known)
    assert same == sent


def test_by_itself_it_tells_of_the_record() -> None:
    [sent] = ACTION.plan(HttpRequestConfig(URL), facts())
    assert msgspec.json.decode(sent.body) == {"record": RECORD}
    [asked] = ACTION.plan(HttpRequestConfig(URL, "GET"), facts())
    assert asked.body is None


@pytest.mark.parametrize("config", [HttpRequestConfig("ftp://a"), HttpRequestConfig(URL, json={}, body="a")])
def test_refused(config: HttpRequestConfig) -> None:
    with pytest.raises(InvalidInputError):
        ACTION.check(config)
