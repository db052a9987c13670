"""The config of a field: from JSON to the Struct of its type, with every fault at its place."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from kernel.complaints import escape, fault_of
from kernel.errors import Fault, InvalidInputError, PluginError, SmaltError
from kernel.fields import ColumnSpec, Derivation, FieldType
from kernel.option_lists import OptionsConfig, spelled_out
from kernel.schema import Field
from kernel.services.filter_texts import with_expressions

AnyFieldType = FieldType[Any, Any]


class Configured(Protocol):
    """What has a config: a type of fields, a trigger, an action."""

    config_type: type[Any]


@dataclass(frozen=True)
class Definition:
    """A type with a checked config and what follows from both."""

    type: AnyFieldType
    config: Any
    raw: Mapping[str, Any]
    specs: tuple[ColumnSpec, ...]
    derivation: Derivation | None

    @property
    def targets(self) -> set[int]:
        """The projects that the field points to or computes from."""
        named = [spec.target for spec in self.specs]
        if self.derivation is not None and self.derivation.through is not None:
            named.append(self.derivation.through.project_id)
        return {int(name) for name in named if name is not None}


def define(type_: AnyFieldType, raw: Mapping[str, Any], previous: Any = None) -> Definition:
    """Check a config and complete it. Raises InvalidInputError with pointers below /config."""
    config = decode_config(type_, raw)
    try:
        config = type_.prepare(config, previous)
        specs = tuple(type_.columns(config))
        derivation = type_.derive(config)
        complete = msgspec.json.decode(msgspec.json.encode(config))
    except SmaltError as error:
        raise _below_config(error) from error
    except Exception as error:
        raise PluginError(f"The field type '{type_.key}' failed on this config.") from error
    return Definition(type_, config, complete, specs, derivation)


def definition_of(field: Field) -> Definition | None:
    """What is defined by a field as it stands; None while its type is not available."""
    if field.type is None:
        return None
    try:
        derivation = field.type.derive(field.config)
    except Exception:
        return None
    specs = tuple(column.spec for column in field.columns)
    return Definition(field.type, field.config, field.raw_config, specs, derivation)


def decode_config(type_: Configured, raw: Mapping[str, Any]) -> Any:
    """The config Struct; all faults of its members are reported together."""
    if issubclass(type_.config_type, OptionsConfig):
        raw = spelled_out(raw)
    raw = with_expressions(type_.config_type, raw)
    faults = [*_unknown(type_, raw), *_wrong(type_, raw)]
    if faults:
        raise InvalidInputError(faults=faults)
    try:
        return msgspec.convert(raw, type_.config_type)
    except msgspec.ValidationError as error:
        raise InvalidInputError(faults=[fault_of(error, "/config")]) from error


def _unknown(type_: Configured, raw: Mapping[str, Any]) -> list[Fault]:
    known = [f.encode_name for f in msgspec.structs.fields(type_.config_type)]
    return [Fault(f"/config/{escape(n)}", _nearest(n, known)) for n in raw if n not in known]


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"There is no setting '{name}'. Did you mean '{near[0]}'?"
    return f"There is no setting '{name}', only {', '.join(known)}." if known else "There is nothing to set."


def _wrong(type_: Configured, raw: Mapping[str, Any]) -> list[Fault]:
    """The first fault of each member."""
    found = []
    for member in msgspec.structs.fields(type_.config_type):
        pointer = f"/config/{member.encode_name}"
        if member.encode_name not in raw:
            if member.required:
                found.append(Fault(pointer, f"'{member.encode_name}' is needed."))
            continue
        try:
            msgspec.convert(raw[member.encode_name], member.type)
        except msgspec.ValidationError as error:
            found.append(fault_of(error, pointer))
    return found


def _below_config(error: SmaltError) -> SmaltError:
    """The complaint of a type's `prepare`, its pointers put below /config."""
    if not isinstance(error, InvalidInputError):
        return error
    if not error.faults:
        position = getattr(error, "position", None)
        return InvalidInputError(faults=[Fault("/config", error.detail, position)])
    below = [f if f.pointer.startswith("/config") else _moved(f) for f in error.faults]
    return InvalidInputError(error.detail, below)


def _moved(fault: Fault) -> Fault:
    return Fault(f"/config{fault.pointer}", fault.detail, fault.position)
