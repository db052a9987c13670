from __future__ import annotations

from kernel.automations import Hook
from plugins.automations.triggers.webhook_received import WebhookReceivedConfig, WebhookReceivedTrigger


def test_how_records_are_found() -> None:
    timing = WebhookReceivedTrigger().timing(WebhookReceivedConfig("email", "customer.email"))
    assert timing == Hook("email", "customer.email")
