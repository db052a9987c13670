"""Which tests run in the same process when there are several."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

ENVIRONMENTS = ("tests/outside_plugin/",)
"""Folders whose modules share what takes long to make: one process makes it once for all of them."""


class ModulesTogether(LoadFileScheduling):
    """The tests of a module run in one process, in their order; so do the modules of some folders."""

    def _split_scope(self, nodeid: str) -> str:
        shared = next((folder for folder in ENVIRONMENTS if nodeid.startswith(folder)), None)
        return shared or str(super()._split_scope(nodeid))
