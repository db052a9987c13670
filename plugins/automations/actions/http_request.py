"""Sends an HTTP request, with values where its texts have `{field}`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec

from kernel.plugin_api import (
    Action,
    Effect,
    Facts,
    Fault,
    Input,
    InvalidInputError,
    SendRequest,
    TextTemplate,
    hookimpl,
)


class HttpRequestConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`json` is sent as JSON, `body` too unless it is a text. `secret` signs instead of the automation's own.

    Without either the body tells of the record: its id, title and project.
    """

    url: Annotated[TextTemplate, msgspec.Meta(examples=["https://example.com/deals/{id}"])]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    headers: Annotated[dict[str, TextTemplate], msgspec.Meta(max_length=50)] = {}
    json: Input = None
    body: TextTemplate | dict[str, Input] | None = None
    secret: Annotated[str | None, msgspec.Meta(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])] = None


class HttpRequestAction(Action[HttpRequestConfig]):
    key = "http_request"
    label = "Send an HTTP request"
    description = "Signed by the Standard Webhooks scheme, tried again when the receiver is not there."
    sentence = "send {method} to {url}"
    config_type = HttpRequestConfig
    also = (("json", "payload", "data"),)
    needs_record = False

    def check(self, config: HttpRequestConfig) -> None:
        if not config.url.startswith(("https://", "http://", "{")):
            raise InvalidInputError(faults=[Fault("/url", "Give an address that begins with https://.")])
        if config.json is not None and config.body is not None:
            raise InvalidInputError(faults=[Fault("/body", "Give either 'json' or 'body'.")])

    def plan(self, config: HttpRequestConfig, facts: Facts) -> Sequence[Effect]:
        headers = {name: facts.text(value) for name, value in config.headers.items()}
        if isinstance(config.body, str):
            body: str | None = facts.text(config.body)
        elif config.method == "GET":
            body = None
        else:
            given = config.json if config.body is None else config.body
            told = {"record": facts.record} if given is None else facts.input(given)
            body = msgspec.json.encode(told).decode()
            headers = {"Content-Type": "application/json", **headers}
        return [SendRequest(config.method, facts.text(config.url), headers, body, config.secret)]


@hookimpl
def register_actions() -> Iterable[Action[Any]]:
    return [HttpRequestAction()]
