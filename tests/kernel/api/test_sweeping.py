"""Files that wait to be fetched or imported go when their time is over, also while the server runs."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from kernel.runtime import Kernel, create_kernel
from kernel.services.sweeping import Sweeping
from tests.kernel.api.imports.importing import upload
from tests.kernel.api.records.projects import checked, new_project
from tests.kernel.api.records.test_exports import exported
from tests.kernel.api.test_archives import ended

DAY = 86_400


def kept(kernel: Kernel) -> set[str]:
    """The folders in which something waits."""
    folders = ("uploads", "exports", "archives", "archive-uploads")
    return {name for name in folders if any(Path(kernel.settings.data_dir / name).glob("*"))}


async def test_what_nobody_fetches_goes_after_a_week(client: httpx.AsyncClient, kernel: Kernel) -> None:
    project = await new_project(client, "Deals", "Open")
    await upload(client, project.path, "a\n1\n")
    await exported(project)
    archive = checked(await client.post("/archives", json={"projects": [project.id]}), 202)
    assert (await ended(client, archive))["status"] == "done"
    on_its_way = kernel.settings.data_dir / "archive-uploads" / "123"
    on_its_way.parent.mkdir(exist_ok=True)
    on_its_way.write_text("a")
    await kernel.sweeping.round()
    everything = kept(kernel)
    assert everything == {"uploads", "exports", "archives", "archive-uploads"}
    later = create_kernel(msgspec.structs.replace(kernel.settings, clock_offset=8 * DAY))
    await later.start()
    try:
        await later.sweeping.round()
    finally:
        await later.stop()
    assert kept(kernel) == set()


class Faulty:
    async def sweep(self) -> None:
        raise OSError("the disk is not there")


class Counting:
    times = 0

    async def sweep(self) -> None:
        self.times += 1


async def test_one_that_fails_does_not_keep_the_others() -> None:
    counting = Counting()
    with pytest.raises(ExceptionGroup):
        await Sweeping([Faulty(), counting]).round()
    assert counting.times == 1
