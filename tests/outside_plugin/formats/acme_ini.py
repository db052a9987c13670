"""An importer: INI files, whose sections are records and whose keys are columns."""

from collections.abc import Iterable, Iterator, Sequence
from configparser import ConfigParser, Error
from typing import Any, BinaryIO

from kernel.plugin_api import Importer, InvalidInputError, NoOptions, Row, hookimpl


class IniImporter(Importer[NoOptions]):
    key = "ini"
    label = "INI"
    description = "Sections become records, their names the column 'Section'."
    extensions = (".ini",)

    def columns(self, source: BinaryIO, options: NoOptions) -> Sequence[str]:
        return ["Section", *_keys(_parsed(source))]

    def rows(self, source: BinaryIO, options: NoOptions) -> Iterator[Row]:
        parsed = _parsed(source)
        for name in parsed.sections():
            yield [name, *(parsed[name].get(key) for key in _keys(parsed))]


def _keys(parsed: ConfigParser) -> list[str]:
    return list(dict.fromkeys(key for name in parsed.sections() for key in parsed[name]))


def _parsed(source: BinaryIO) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(source.read().decode())
    except (Error, UnicodeDecodeError) as error:
        raise InvalidInputError(f"This is no INI file: {error}") from error
    return parser


@hookimpl
def register_importers() -> Iterable[Importer[Any]]:
    return [IniImporter()]
