"""Request bodies: strict JSON into Structs, with every fault that can be found in one go."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from litestar._openapi.schema_generation import SchemaCreator
from litestar.dto import AbstractDTO, DTOConfig, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from kernel.complaints import escape, fault_of
from kernel.errors import Fault, InvalidInputError, UnsupportedMediaTypeError

MOST_FAULTS = 50


class MalformedBodyError(InvalidInputError):
    """The body is not valid JSON."""


def decode(raw: bytes, type_: Any) -> Any:
    """The body as `type_`. Raises InvalidInputError with all faults."""
    try:
        found = _decoder(type_).decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidInputError("The body does not fit.", _all_faults(raw, type_, error)) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise MalformedBodyError(f"The body is not valid JSON: {error}.") from None
    except RecursionError:
        raise MalformedBodyError("The body is nested too deeply.") from None
    if b"\\u0000" in raw:
        _refuse_nul(raw)
    return found


class JsonBody(AbstractDTO[Any]):
    """Hooks `decode` into Litestar for every handler's `data`."""

    config = DTOConfig()

    def decode_bytes(self, value: bytes) -> Any:
        """Body bytes as the type that the handler names. Raises 415 for what is not sent as plain JSON."""
        media_type = self.asgi_connection.headers.get("content-type", "application/json")
        essence = media_type.split(";")[0].strip().lower()
        if essence != "application/json" and not essence.endswith("+json"):
            raise UnsupportedMediaTypeError("Send the body as application/json.")
        if self.asgi_connection.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaTypeError("Send the body as it is, without a Content-Encoding.")
        field = self.asgi_connection.route_handler.parsed_data_field
        return decode(value, field.annotation if field is not None else Any)

    def decode_builtins(self, value: Any) -> Any:
        return value

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:
        return field_definition.name == "data"

    @classmethod
    def create_for_field_definition(cls, *arguments: Any, **named: Any) -> None:
        """Nothing to prepare: decoders are made by type, not by handler."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: SchemaCreator
    ) -> Reference | Schema:
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        return False


def nearest(name: str, known: Sequence[str]) -> str:
    """A sentence about an unknown name, with the nearest known one."""
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"'{name[:100]}' is not known here.{hint}"


@lru_cache(maxsize=1024)
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def _all_faults(raw: bytes, type_: Any, error: msgspec.ValidationError) -> list[Fault]:
    try:
        value = msgspec.json.decode(raw)
        found = list(_faults(value, type_, ""))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = []
    return found[:MOST_FAULTS] or [fault_of(str(error))]


def _faults(value: Any, type_: Any, pointer: str) -> Iterator[Fault]:
    """Faults of a decoded value, member by member where the shape allows; else of the whole."""
    found = list(_inner_faults(value, _meant(value, _bare(type_)), pointer))
    yield from found or _plain_fault(value, type_, pointer)


def _inner_faults(value: Any, type_: Any, pointer: str) -> Iterator[Fault]:
    struct = _struct_of(type_)
    if struct is not None and isinstance(value, dict):
        yield from _member_faults(value, struct, pointer)
    elif get_origin(type_) in (list, tuple, Sequence) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, get_args(type_)[0], f"{pointer}/{index}")
    elif get_origin(type_) in (dict, Mapping) and isinstance(value, dict):
        for key, item in value.items():
            yield from _faults(item, get_args(type_)[1], f"{pointer}/{escape(key)}")


def _bare(type_: Any) -> Any:
    """A type without its annotations, and without None and UNSET beside it where one is left."""
    while get_origin(type_) is Annotated:
        type_ = get_args(type_)[0]
    if get_origin(type_) in (Union, UnionType):
        rest = [t for t in get_args(type_) if t not in (NoneType, msgspec.UnsetType)]
        return _bare(rest[0]) if len(rest) == 1 else type_
    return type_


def _meant(value: Any, type_: Any) -> Any:
    """Of a union such as `str | Grouping`, the one Struct that an object can be meant as."""
    if isinstance(value, dict) and get_origin(type_) in (Union, UnionType):
        structs = [t for t in map(_bare, get_args(type_)) if _struct_of(t) is not None]
        return structs[0] if len(structs) == 1 else type_
    return type_


def _plain_fault(value: Any, type_: Any, pointer: str) -> Iterator[Fault]:
    try:
        msgspec.convert(value, type_)
    except (msgspec.ValidationError, ValueError) as error:
        words = _words(_bare(type_))
        if isinstance(value, str) and words:
            yield Fault(pointer, f"{nearest(value, words)} Give one of {', '.join(words)}.")
        else:
            yield fault_of(str(error), pointer)


def _words(type_: Any) -> list[str]:
    """The texts that a type allows, where it names them."""
    return [word for word in get_args(type_) if isinstance(word, str)] if get_origin(type_) is Literal else []


def _member_faults(value: dict[str, Any], struct: type[msgspec.Struct], pointer: str) -> Iterator[Fault]:
    members = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, field in members.items():
        if name in value:
            yield from _faults(value[name], field.type, f"{pointer}/{escape(name)}")
        elif field.required:
            yield Fault(f"{pointer}/{escape(name)}", "This is needed.")
    if struct.__struct_config__.forbid_unknown_fields:
        for name in value.keys() - members.keys():
            yield Fault(f"{pointer}/{escape(name)}", nearest(name, list(members)))


def _struct_of(type_: Any) -> type[msgspec.Struct] | None:
    """The type, if it is a Struct without a tag."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct) and not type_.__struct_config__.tag:
        return type_
    return None


def _refuse_nul(raw: bytes) -> None:
    faults = [Fault(p, "Text cannot hold the NUL character.") for p in _nul(msgspec.json.decode(raw), "")]
    if faults:
        raise InvalidInputError("The body does not fit.", faults[:MOST_FAULTS])


def _nul(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str) and "\0" in value:
        yield pointer
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nul(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _nul(key, pointer)
            yield from _nul(item, f"{pointer}/{escape(key)}")
