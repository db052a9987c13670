"""Webhooks: events sent to addresses of one's choice."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from kernel.api.injected import Actor, Kernel, Paging
from kernel.api.marks import AS_ONESELF
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.services.webhooks.model import Delivery, NewWebhook, Webhook, WebhookInput, WebhookPatch

_DESCRIPTION = """Events are sent as `POST` with the body `{"type": "record.updated", "timestamp", "data"}`,
where `data` is that of the event on `/events`: what you may know of it when it is sent. They are signed by
Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with the `secret`, which is told
only in this answer. What is not answered with 2xx within ten seconds is sent again over a day; then the
webhook is switched off, and you get a notice. An event may arrive twice, or before an earlier one;
`webhook-id` tells them apart."""


class WebhooksController(Controller):
    path = "/webhooks"
    opt = AS_ONESELF
    tags = ["Webhooks"]

    @get(summary="List your webhooks", description="Administrators see those of everybody.")
    async def all(self, kernel: Kernel, actor: Actor, paging: Paging) -> Page[Webhook]:
        page = kernel.webhooks.service.page
        return await paging.read(
            lambda p: page(actor, p.limit, int_key(p.after())), key=lambda one: (int(one.id),)
        )

    @post(summary="Have events sent to an address", description=_DESCRIPTION)
    async def create(self, kernel: Kernel, actor: Actor, data: JSONBody[WebhookInput]) -> NewWebhook:
        return await kernel.webhooks.service.create(actor, data)

    @get("/{webhook_id:str}", summary="Read a webhook")
    async def one(self, kernel: Kernel, actor: Actor, webhook_id: Id) -> Webhook:
        return await kernel.webhooks.service.get(actor, identifier(webhook_id))

    @patch("/{webhook_id:str}", summary="Change a webhook, or switch it off and on")
    async def update(
        self, kernel: Kernel, actor: Actor, webhook_id: Id, data: JSONBody[WebhookPatch]
    ) -> Webhook:
        return await kernel.webhooks.service.update(actor, identifier(webhook_id), data)

    @delete("/{webhook_id:str}", summary="Remove a webhook and its deliveries")
    async def remove(self, kernel: Kernel, actor: Actor, webhook_id: Id) -> None:
        await kernel.webhooks.service.delete(actor, identifier(webhook_id))

    @post(
        "/{webhook_id:str}/test",
        status_code=202,
        summary="Send a test",
        description="An event `webhook.ping` without data; the list of deliveries tells whether it arrived.",
    )
    async def test(self, kernel: Kernel, actor: Actor, webhook_id: Id) -> Delivery:
        return await kernel.webhooks.service.ping(actor, identifier(webhook_id))

    @get("/{webhook_id:str}/deliveries", summary="What was sent, newest first")
    async def deliveries(
        self, kernel: Kernel, actor: Actor, paging: Paging, webhook_id: Id
    ) -> Page[Delivery]:
        service, id_ = kernel.webhooks.service, identifier(webhook_id)
        return await paging.read(
            lambda p: service.deliveries(actor, id_, p.limit, int_key(p.after()) or None),
            key=lambda one: (int(one.id),),
        )

    @post(
        "/{webhook_id:str}/deliveries/{delivery_id:str}/replay",
        status_code=202,
        summary="Send something once more",
    )
    async def replay(self, kernel: Kernel, actor: Actor, webhook_id: Id, delivery_id: Id) -> Delivery:
        webhook, delivery = identifier(webhook_id), identifier(delivery_id)
        return await kernel.webhooks.service.replay(actor, webhook, delivery)
