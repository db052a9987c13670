"""One application for all tests of a process: Litestar takes longer to build one than most tests take."""

from __future__ import annotations

from typing import Any, cast

from litestar import Litestar

from kernel.api.app import create_app
from kernel.runtime import Kernel
from kernel.settings import Settings


class KernelOfTheTest:
    """Stands for the kernel of whichever test is running. While none is, it has settings and no more."""

    def __init__(self) -> None:
        self.now: Kernel | None = None

    def __getattr__(self, name: str) -> Any:
        if self.now is not None:
            return getattr(self.now, name)
        if name == "settings":
            return Settings()
        raise AssertionError(
            f"The application must not keep kernel.{name} when it is made: ask the kernel with every request."
        )


class SharedApp:
    """The application, and whose kernel it has."""

    def __init__(self) -> None:
        self.kernel = KernelOfTheTest()
        self.app: Litestar = create_app(cast(Kernel, self.kernel))
