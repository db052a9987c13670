"""The one HTML page: it names the sheets and modules, which do the rest."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from kernel.web.assets import assets

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self' blob:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Everything from this server, and no script or style inside a page."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the package; what is put in is escaped."""
    return Environment(
        loader=PackageLoader("kernel.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


@lru_cache(maxsize=1)
def shell() -> bytes:
    """The page, the same for every address below `/app`."""
    found = assets()
    page = environment().get_template("shell.html")
    return page.render(base=f"/static/{found.digest}", modules=found.modules, styles=found.styles).encode()
