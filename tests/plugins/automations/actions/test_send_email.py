from __future__ import annotations

import pytest

from kernel.effects import Address, SendMail
from kernel.errors import InvalidInputError
from plugins.automations.actions.send_email import SendEmailAction, SendEmailConfig
from tests.plugins.automations.samples import facts

ACTION = SendEmailAction()
EWA = Address("ewa@example.com", "Ewa", "5")


def test_to_one_or_several_each_once() -> None:
    known = facts(texts={"Hello {name}": "Hello Ewa"}, addresses={"{email}": [EWA], "ewa@example.com": [EWA]})
    for to in ("{email}", ("{email}", "ewa@example.com")):
        plan = ACTION.plan(SendEmailConfig(to, "Hello {name}", "Body"), known)
        assert plan == [SendMail([EWA], "Hello Ewa", "Body", cc=[])]


def test_files_go_with_it() -> None:
    config = SendEmailConfig("{email}", "a", "b", attachments=("contracts",))
    assert ACTION.plan(config, facts(addresses={"{email}": [EWA]})) == [
        SendMail([EWA], "a", "b", cc=[], attachments=("contracts",))
    ]


def test_to_nobody_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        ACTION.check(SendEmailConfig((), "a", "b"))
