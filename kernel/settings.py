"""The settings: from the environment and an optional TOML file, each checked and described.

Every key has a variable, `SMALT_` and its name in capitals, which wins over the file. The file
is the one that `SMALT_CONFIG` names, or `smalt.toml` in the working directory or the data
directory.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

from kernel.complaints import fault_of
from kernel.errors import Fault, SettingsError

PREFIX = "SMALT_"
CONFIG_VARIABLE = "SMALT_CONFIG"
CONFIG_NAME = "smalt.toml"
MIB = 1024 * 1024


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator may choose. Durations are in seconds, sizes in bytes."""

    data_dir: Annotated[
        Path, Meta(description="Directory of the embedded database and of files; made when missing.")
    ] = Path("smalt-data")
    database_url: Annotated[
        str,
        Meta(description="`sqlite:///<path>` or `postgresql://…`; without it, SQLite in the data directory."),
    ] = ""
    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port to listen on; 0 takes a free one.", ge=0, le=65535)] = 8000
    workers: Annotated[int, Meta(description="Server processes.", ge=1, le=256)] = 1
    public_url: Annotated[
        str,
        Meta(description="Address under which people reach the server; with `https` cookies are secure."),
    ] = ""
    blocked_plugins: Annotated[
        tuple[str, ...],
        Meta(description="Plugins that are never imported: names or patterns such as `fields.*` or `*`."),
    ] = ()
    plugin_slow_call: Annotated[
        float, Meta(description="A plugin call that takes longer counts as a fault.", gt=0)
    ] = 1.0
    plugin_fault_limit: Annotated[
        int, Meta(description="Faults within a minute after which a plugin is switched off.", ge=1)
    ] = 5
    sqlite_synchronous: Annotated[
        Literal["NORMAL", "FULL"],
        Meta(description="`FULL` also survives a power cut; `NORMAL` a killed process."),
    ] = "NORMAL"
    sqlite_readers: Annotated[
        int, Meta(description="Threads that read from SQLite, per process.", ge=1, le=64)
    ] = 3
    postgres_pool_minimum: Annotated[
        int, Meta(description="PostgreSQL connections kept open, per process.", ge=1)
    ] = 2
    postgres_pool_maximum: Annotated[
        int, Meta(description="PostgreSQL connections at most, per process.", ge=1)
    ] = 10
    read_seconds: Annotated[float, Meta(description="Time limit of one query.", gt=0)] = 10.0
    write_seconds: Annotated[float, Meta(description="Time limit of one statement that writes.", gt=0)] = (
        120.0
    )
    busy_seconds: Annotated[
        float, Meta(description="How long a write waits for its turn before it is refused.", gt=0)
    ] = 15.0
    import_preview_seconds: Annotated[
        float, Meta(description="Time limit of looking at a file that is to be imported.", gt=0)
    ] = 120.0
    shutdown_seconds: Annotated[
        int, Meta(description="How long requests may go on after the server was told to end.", ge=0)
    ] = 10
    max_body_size: Annotated[
        int, Meta(description="Largest body of a request that is no upload.", ge=1024)
    ] = 32 * MIB
    max_upload_size: Annotated[int, Meta(description="Largest uploaded file.", ge=1024)] = 1024 * MIB
    files_url: Annotated[
        str,
        Meta(
            description="Where uploaded files are kept: `file:///<directory>` or `s3://<bucket>/<prefix>`; "
            "without it, `files` in the data directory."
        ),
    ] = ""
    files_endpoint: Annotated[
        str, Meta(description="Address of an S3-compatible store that is not Amazon's.")
    ] = ""
    files_region: Annotated[str, Meta(description="Region of the bucket.")] = "us-east-1"
    files_access_key: Annotated[
        str, Meta(description="Key of the bucket; without it, what the machine's role allows.")
    ] = ""
    files_secret_key: Annotated[str, Meta(description="Secret that belongs to the key.")] = ""
    form_submissions: Annotated[
        int, Meta(description="Submissions that one address may send to a form within five minutes.", ge=1)
    ] = 60
    form_file_size: Annotated[
        int, Meta(description="Largest file that may be sent with a form.", ge=1024)
    ] = 20 * MIB
    trash_days: Annotated[
        float, Meta(description="Days after which what is in the trash goes for good.", gt=0)
    ] = 30.0
    allow_private_addresses: Annotated[
        bool,
        Meta(description="Whether webhooks and requests of automations may go to private addresses."),
    ] = False
    event_days: Annotated[
        float, Meta(description="Days for which events are kept, and longer if not all were taken.", gt=0)
    ] = 7.0
    automations: Annotated[
        bool,
        Meta(description="Whether server processes carry out automations; else `smalt worker` must run."),
    ] = True
    run_days: Annotated[
        float, Meta(description="Days for which runs of automations are kept after they ended.", gt=0)
    ] = 90.0
    smtp_url: Annotated[
        str, Meta(description="Server for email: `smtp://user:password@host:587` or `smtps://…`.")
    ] = ""
    mail_from: Annotated[str, Meta(description="Address that email comes from.")] = ""
    clock_offset: Annotated[
        float, Meta(description="Moves the server's clock, for tests and demonstrations.")
    ] = 0.0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least severity that is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="One line for people or one JSON object per event.")
    ] = "text"

    def __post_init__(self) -> None:
        url = self.database_url or f"sqlite:///{quote(str(self.data_dir.absolute() / 'smalt.db'))}"
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise SettingsError(
                f"database_url must begin with sqlite:/// or postgresql://, not {url.partition(':')[0]}:"
            )
        if self.postgres_pool_maximum < self.postgres_pool_minimum:
            raise SettingsError("postgres_pool_maximum is less than postgres_pool_minimum")
        msgspec.structs.force_setattr(self, "database_url", url)


FIELDS: Mapping[str, msgspec.structs.FieldInfo] = {f.name: f for f in msgspec.structs.fields(Settings)}


def load_settings(environ: Mapping[str, str] | None = None, /, **overrides: object) -> Settings:
    """The settings of a process. `overrides` (from the command line) win where not None.

    Raises SettingsError with one fault per key.
    """
    environ = os.environ if environ is None else environ
    variables = _variables(environ)
    source, table = _file(environ, variables)
    given = {key: (value, f"{key} in {source}") for key, value in table.items()}
    given |= {key: (value, PREFIX + key.upper()) for key, value in variables.items()}
    given |= {key: (value, f"--{key}") for key, value in overrides.items() if value is not None}
    return Settings(**_converted(given))


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables by setting; an empty one counts as not given."""
    names = [n for n in environ if n.startswith(PREFIX) and n != CONFIG_VARIABLE]
    _refuse_unknown(names, [PREFIX + key.upper() for key in FIELDS] + [CONFIG_VARIABLE], "variable")
    return {name.removeprefix(PREFIX).lower(): environ[name] for name in names if environ[name]}


def _file(environ: Mapping[str, str], variables: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The name and the content of the TOML file, empty when there is none."""
    path = _file_path(environ, variables)
    if path is None:
        return CONFIG_NAME, {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} can not be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    _refuse_unknown(table, FIELDS, "key", f" in {path}")
    return str(path), table


def _file_path(environ: Mapping[str, str], variables: Mapping[str, str]) -> Path | None:
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    data_dir = Path(variables.get("data_dir", FIELDS["data_dir"].default))
    candidates = (Path(CONFIG_NAME), data_dir / CONFIG_NAME)
    return next((path for path in candidates if path.is_file()), None)


def _refuse_unknown(names: Iterable[str], known: Iterable[str], what: str, where: str = "") -> None:
    known = list(known)
    faults = []
    for name in sorted(set(names) - set(known)):
        near = get_close_matches(name, known, n=1, cutoff=0.0)[0]
        faults.append(Fault(name, f"There is no {what} '{name}'{where}. The nearest one is '{near}'."))
    _raise(faults)


def _converted(given: Mapping[str, tuple[object, str]]) -> dict[str, Any]:
    """The values in the types of their keys; text is read as the type asks for."""
    values: dict[str, Any] = {}
    faults = []
    for key, (value, origin) in given.items():
        try:
            values[key] = _convert(value, FIELDS[key].type)
        except msgspec.ValidationError as error:
            faults.append(Fault(key, f"{origin}: {fault_of(error).detail}"))
    _raise(faults)
    return values


def _convert(value: object, type_: Any) -> object:
    is_list = "tuple" in str(type_)
    if is_list and isinstance(value, str):
        value = [name.strip() for name in value.split(",") if name.strip()]
    return msgspec.convert(value, type_, strict=not isinstance(value, str), dec_hook=_path)


def _path(type_: type, value: object) -> object:
    if type_ is Path and isinstance(value, str):
        return Path(value)
    raise msgspec.ValidationError(f"Expected `{type_.__name__}`")


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise SettingsError(" ".join(fault.detail for fault in faults), faults)
