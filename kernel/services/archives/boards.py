"""Which dashboards go with projects: those that show nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from kernel.services.backups.backup import all_rows
from kernel.storage.snapshot import Snapshot

_CHARTS = "SELECT dashboard_id, config FROM smalt_chart WHERE deleted_at IS NULL ORDER BY id"


class _Source(msgspec.Struct):
    project_id: str


class _Config(msgspec.Struct):
    sources: list[_Source]


@dataclass(frozen=True)
class Boards:
    """Dashboards of an archive, and those that stay behind, as they show other projects too; names by id."""

    taken: Mapping[int, str]
    left: Mapping[int, str]


async def boards_with(snapshot: Snapshot, projects: Collection[int], names: Mapping[str, str]) -> Boards:
    """The dashboards of these projects, of those that somebody sees (`names`, by id)."""
    shown: dict[str, set[int]] = {}
    decode = msgspec.json.Decoder(_Config).decode
    for board, config in await all_rows(snapshot.rows(_CHARTS)):
        shown.setdefault(str(board), set()).update(int(s.project_id) for s in decode(config).sources)
    wanted = set(projects)
    taken = {int(id_): name for id_, name in names.items() if shown.get(id_) and shown[id_] <= wanted}
    left = {
        int(id_): name
        for id_, name in names.items()
        if int(id_) not in taken and wanted & shown.get(id_, set())
    }
    return Boards(taken, left)
