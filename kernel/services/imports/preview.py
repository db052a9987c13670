"""A first look at an uploaded file: its columns, samples, options, and how many rows it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from kernel.complaints import fault_of
from kernel.errors import Fault, InvalidInputError
from kernel.importers import BadRow, Importer, Proposal
from kernel.services.imports.cells import as_text
from kernel.services.imports.model import Reading
from kernel.services.imports.reading import find_reading
from kernel.services.imports.rows import chunk_of, is_blank, numbered

SAMPLED = 500
SHOWN = 5
LONGEST_SAMPLE = 200
LONGEST_CELL = 10_000
"""Characters of a cell by which a type is guessed."""

READING = ("date_order", "decimal_comma")
"""The options that do not belong to the format."""


@dataclass(frozen=True)
class Look:
    """What was seen in a file. `samples` are the cells of each column, `shown` a few for people."""

    options: dict[str, Any]
    reading: Reading
    names: list[str]
    samples: list[list[str]]
    shown: list[list[str]]
    total: int
    proposals: Mapping[str, Proposal]


def look(importer: Importer[Any], source: BinaryIO, given: Mapping[str, Any]) -> Look:
    """Look at a file; `given` options stand, the others are found out. Runs beside the event loop."""
    of_format = {name: value for name, value in given.items() if name not in READING}
    check_options(importer, of_format)
    options = importer.sniff(source, of_format)
    names = list(importer.columns(source, options))
    first = chunk_of(numbered(importer.rows(source, options), 1, 0), SAMPLED)
    head = [row for _, row in first if not isinstance(row, BadRow) and not is_blank(row)]
    samples = [[as_text(row[i])[:LONGEST_CELL] for row in head] for i in range(len(names))]
    reading = _reading(find_reading(importer.rows(source, options)), given)
    total = sum(1 for _ in importer.rows(source, options))
    proposals = importer.proposals(source, options)
    shown = [_shown(cells) for cells in samples]
    return Look(msgspec.to_builtins(options), reading, names, samples, shown, total, proposals)


def check_options(importer: Importer[Any], given: Mapping[str, Any]) -> None:
    """Raise InvalidInputError for options that the format does not have, or of a wrong type."""
    faults = []
    members = {field.encode_name: field for field in msgspec.structs.fields(importer.options_type)}
    for name, value in given.items():
        pointer = f"/options/{name}"
        if name not in members:
            known = ", ".join([*members, *READING])
            faults.append(Fault(pointer, f"There is no such option. These are: {known}."))
            continue
        try:
            msgspec.convert(value, members[name].type)
        except msgspec.ValidationError as error:
            faults.append(fault_of(error, pointer))
    if faults:
        raise InvalidInputError("The options are not valid.", faults)


def _reading(found: Reading, given: Mapping[str, Any]) -> Reading:
    """What was found, but for what a person has decided."""
    stated = {name: given[name] for name in READING if name in given}
    settled = {"ambiguous": False} if "date_order" in stated else {}
    try:
        return msgspec.convert({**msgspec.structs.asdict(found), **stated, **settled}, Reading)
    except msgspec.ValidationError as error:
        raise InvalidInputError("The options are not valid.", [fault_of(error, "/options")]) from error


def _shown(cells: Sequence[str]) -> list[str]:
    distinct = dict.fromkeys(cell[:LONGEST_SAMPLE] for cell in cells if cell.strip())
    return list(distinct)[:SHOWN]
