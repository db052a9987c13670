"""What a handler may ask for by name, as types: `kernel: Kernel, actor: Actor, paging: Paging`.

The values are the kernel's own objects, so nothing is validated on the way.
"""

from __future__ import annotations

from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from kernel import runtime, translations
from kernel.access import actor
from kernel.api import metrics, openapi, paging

Kernel: TypeAlias = NamedDependency[SkipValidation[runtime.Kernel]]
Actor: TypeAlias = NamedDependency[SkipValidation[actor.Actor]]
Paging: TypeAlias = NamedDependency[SkipValidation[paging.Paging]]
Say: TypeAlias = NamedDependency[SkipValidation[translations.Wording]]
Description: TypeAlias = NamedDependency[SkipValidation[openapi.ApiDescription]]
Metrics: TypeAlias = NamedDependency[SkipValidation[metrics.Metrics]]
