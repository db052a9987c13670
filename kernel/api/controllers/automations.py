"""Automations: set up, tried out, looked after."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter

from kernel.api.controllers.projects import Trashed
from kernel.api.injected import Actor, Kernel, Paging, Say
from kernel.api.marks import READS
from kernel.api.paging import Page, int_key
from kernel.api.paths import Id, identifier
from kernel.services.automations.backtest import Backtest, BacktestInput
from kernel.services.automations.model import AutomationInput, AutomationPatch, RunStatus
from kernel.services.automations.run_views import RunView
from kernel.services.automations.trial import Trial, TrialInput
from kernel.services.automations.views import AutomationVersion, AutomationView

Status = Annotated[RunStatus | None, QueryParameter(description="Only runs in this state.")]
OfRecord = Annotated[str | None, QueryParameter(description="Only runs for this record.", max_length=50)]


class AutomationsController(Controller):
    """WHEN a trigger, IF a condition, THEN actions. For those who configure the project and see all of it."""

    path = "/projects/{project_id:str}/automations"
    tags = ["Automations"]

    @get(summary="List the automations of a project")
    async def automations(
        self, kernel: Kernel, actor: Actor, say: Say, paging: Paging, project_id: Id, deleted: Trashed = False
    ) -> Page[AutomationView]:
        found = await kernel.automations.service.all(actor, identifier(project_id), deleted)
        return say.told(paging.slice(found, key=lambda a: (int(a.id),)))

    @post(
        summary="Add an automation",
        description="It acts with your rights. Lists, tags and people are given by name or id, an unknown "
        "tag is made. What happened before does not begin it.",
    )
    async def add(
        self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[AutomationInput]
    ) -> AutomationView:
        return await kernel.automations.service.create(actor, identifier(project_id), data)

    @get("/{automation_id:str}", summary="One automation")
    async def automation(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, automation_id: Id
    ) -> AutomationView:
        return say.told(
            await kernel.automations.service.get(actor, identifier(project_id), identifier(automation_id))
        )

    @patch(
        "/{automation_id:str}",
        summary="Change an automation, or switch it on or off",
        description="Whoever changes it owns it from then on. `while_paused` says what becomes of events "
        "while it is off.",
    )
    async def change(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        automation_id: Id,
        data: JSONBody[AutomationPatch],
    ) -> AutomationView:
        project, automation = identifier(project_id), identifier(automation_id)
        return await kernel.automations.service.update(actor, project, automation, data)

    @delete("/{automation_id:str}", summary="Move an automation to the trash")
    async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, automation_id: Id) -> None:
        await kernel.automations.service.delete(actor, identifier(project_id), identifier(automation_id))

    @post("/{automation_id:str}/restore", status_code=200, summary="Take an automation out of the trash")
    async def restore(
        self, kernel: Kernel, actor: Actor, project_id: Id, automation_id: Id
    ) -> AutomationView:
        project, automation = identifier(project_id), identifier(automation_id)
        return await kernel.automations.service.restore(actor, project, automation)

    @get("/{automation_id:str}/versions", summary="What was saved of an automation, newest first")
    async def versions(
        self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id, automation_id: Id
    ) -> Page[AutomationVersion]:
        project, automation = identifier(project_id), identifier(automation_id)
        found = await kernel.automations.service.versions(actor, project, automation)
        return paging.slice(found, key=lambda v: (-v.version,))

    @post(
        "/{automation_id:str}/test",
        status_code=200,
        summary="What would an automation do to a record?",
        description="Step by step, with your rights, without any effect: what happens inside Smalt is done "
        "and taken back, what would be sent is shown and not sent.",
    )
    async def test(
        self,
        kernel: Kernel,
        actor: Actor,
        say: Say,
        project_id: Id,
        automation_id: Id,
        data: JSONBody[TrialInput],
    ) -> Trial:
        project, automation = identifier(project_id), identifier(automation_id)
        return say.told(await kernel.automations.trials.test(actor, project, automation, data))

    @post(
        "/{automation_id:str}/backtest",
        status_code=200,
        opt=READS,
        summary="When would an automation have begun?",
        description="Replays a past period of the history. The condition is asked of each record as it was "
        "then; what has no history (computed from what is gone) counts as it is now.",
    )
    async def backtest(
        self,
        kernel: Kernel,
        actor: Actor,
        project_id: Id,
        automation_id: Id,
        data: JSONBody[BacktestInput],
    ) -> Backtest:
        project, automation = identifier(project_id), identifier(automation_id)
        return await kernel.automations.backtests.replay(actor, project, automation, data)


class RunsController(Controller):
    """What automations did, and why not."""

    path = "/projects/{project_id:str}/automations/{automation_id:str}/runs"
    tags = ["Automations"]

    @get(summary="List the runs of an automation, newest first")
    async def runs(
        self,
        kernel: Kernel,
        actor: Actor,
        say: Say,
        paging: Paging,
        project_id: Id,
        automation_id: Id,
        status: Status = None,
        record: OfRecord = None,
    ) -> Page[RunView]:
        project, automation = identifier(project_id), identifier(automation_id)
        page = kernel.automations.runs.page
        return say.told(
            await paging.read(
                lambda p: page(
                    actor, project, automation, p.limit, int_key(p.after()) or None, status, record
                ),
                key=lambda run: (int(run.id),),
            )
        )

    @get("/{run_id:str}", summary="One run")
    async def run(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, automation_id: Id, run_id: Id
    ) -> RunView:
        ids = identifier(project_id), identifier(automation_id), identifier(run_id)
        return say.told(await kernel.automations.runs.get(actor, *ids))

    @post(
        "/{run_id:str}/retry",
        status_code=200,
        summary="Let a failed run go on",
        description="With the action that failed; what was done before is not done again.",
    )
    async def retry(
        self, kernel: Kernel, actor: Actor, say: Say, project_id: Id, automation_id: Id, run_id: Id
    ) -> RunView:
        ids = identifier(project_id), identifier(automation_id), identifier(run_id)
        return say.told(await kernel.automations.runs.again(actor, *ids))
