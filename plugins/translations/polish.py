"""What the plugins that come with Smalt say, in Polish."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from kernel.plugin_api import Translation, hookimpl, read_catalogue


class PolishTranslation(Translation):
    key = "polish"
    label = "Polish"
    language = "pl"
    texts = read_catalogue(files(__package__) / "polish.po")


@hookimpl
def register_translations() -> Iterable[Translation]:
    return [PolishTranslation()]
