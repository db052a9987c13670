from __future__ import annotations

from kernel.effects import Address, DashboardFile, SendMail
from plugins.automations.actions.send_dashboard import SendDashboardAction, SendDashboardConfig
from tests.plugins.automations.samples import facts

ACTION = SendDashboardAction()
EWA = Address("ewa@example.com", "Ewa", "5")


def test_the_dashboard_goes_with_a_mail() -> None:
    known = facts(addresses={"ewa@example.com": [EWA]})
    plan = ACTION.plan(SendDashboardConfig("12", ("ewa@example.com",)), known)
    assert plan == [SendMail([EWA], "", "", cc=[], dashboards=[DashboardFile("12", "pdf")])]
    config = SendDashboardConfig("12", ("ewa@example.com",), "png", "Weekly", "Here it is.", language="pl")
    [mail] = ACTION.plan(config, known)
    assert isinstance(mail, SendMail)
    assert (mail.subject, mail.body) == ("Weekly", "Here it is.")
    assert mail.dashboards == [DashboardFile("12", "png", "pl")]
