"""Where others call automations."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, post
from litestar.params import FromPath

from kernel.api.injected import Kernel
from kernel.api.marks import PUBLIC
from kernel.services.automations.hooks import HookReceipt


class HooksController(Controller):
    """Incoming webhooks. Whoever knows the address may call it; a JSON body or a form."""

    path = "/hooks"
    tags = ["Automations"]
    opt = PUBLIC

    @post(
        "/{secret:str}",
        status_code=202,
        summary="Call an automation",
        description="The body stands for `{payload.…}` in the automation's texts. A call with the same "
        "`webhook-id` or `Idempotency-Key` begins it once.",
    )
    async def call(
        self, kernel: Kernel, request: Request[Any, Any, Any], secret: FromPath[str]
    ) -> HookReceipt:
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        key = request.headers.get("webhook-id") or request.headers.get("idempotency-key")
        body = await request.body()
        return await kernel.automations.hooks.receive(secret, body, form, key)


class OutsideHooksController(HooksController):
    """The same outside the base of the API."""

    include_in_schema = False
