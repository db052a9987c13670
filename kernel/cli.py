"""The `smalt` command: reads its arguments, asks the services, prints."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

import kernel as package
from kernel.access.acting import actor_of
from kernel.access.actor import SYSTEM, Actor
from kernel.complaints import fault_of
from kernel.demo import ADMINISTRATOR, SignIn, prepare_demo
from kernel.errors import InvalidInputError, SettingsError, SmaltError
from kernel.logs import configure_logs
from kernel.runtime import Kernel, create_kernel
from kernel.services.archives.model import Report
from kernel.services.backups.archive import Manifest
from kernel.services.blueprints.differences import Step
from kernel.services.blueprints.document import Blueprint, read_toml, write_toml
from kernel.services.tokens import TokenInput
from kernel.services.users import User, UserInput, UserPatch
from kernel.serving import serve
from kernel.settings import Settings, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 1 for what was refused, 2 for wrong arguments or settings."""
    options = command_line().parse_args(arguments)
    try:
        settings = load_settings(**{key: getattr(options, key, None) for key in ("host", "port", "workers")})
        configure_logs(settings)
        options.run(settings, options)
    except SmaltError as error:
        return _complain(error)
    except KeyboardInterrupt:
        return 130
    return 0


def _complain(error: SmaltError) -> int:
    print(f"smalt: {error.detail}", file=sys.stderr)
    if not isinstance(error, SettingsError):
        for fault in error.faults:
            print(f"  {fault.pointer.lstrip('/')}: {fault.detail}", file=sys.stderr)
    return 2 if isinstance(error, SettingsError) else 1


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Kernel]:
    """A started kernel."""
    kernel = create_kernel(settings)
    await kernel.start()
    try:
        yield kernel
    finally:
        await kernel.stop()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Kernel]:
    """A kernel whose database is open, and that does nothing of its own in the background."""
    kernel = create_kernel(settings)
    await kernel.database.start()
    try:
        yield kernel
    finally:
        await kernel.database.stop()


def run_serve(settings: Settings, options: argparse.Namespace) -> None:
    asyncio.run(_check(settings))
    serve(settings, lambda address: print(f"Smalt serves at {address}", flush=True))


async def _check(settings: Settings) -> None:
    """Start once before serving: what is wrong is told in one line, and migrations run once."""
    async with running(settings):
        pass


def run_worker(settings: Settings, options: argparse.Namespace) -> None:
    """Carry out automations and other work in the background, without serving, until told to end."""
    settings = msgspec.structs.replace(settings, automations=True)

    async def work() -> None:
        async with running(settings):
            told = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, told.set)
            print("Smalt works in the background", flush=True)
            await told.wait()

    asyncio.run(work())


def run_demo(settings: Settings, options: argparse.Namespace) -> None:
    async def prepare() -> SignIn:
        async with running(settings) as kernel:
            return await prepare_demo(kernel, options.template, options.records)

    sign_in = asyncio.run(prepare())
    serve(settings, lambda address: print(_welcome(address, *sign_in), flush=True))


def _welcome(address: str, email: str, password: str | None) -> str:
    known = "the one shown at the first start" if email == ADMINISTRATOR else "your own"
    shown = f"{password}   (shown only now)" if password else known
    return (
        "\n"
        f"  pages      {address}\n"
        f"  API        {address}/api/v1\n"
        f"  described  {address}/schema\n"
        f"  email      {email}\n"
        f"  password   {shown}\n\n"
        f"Another password: {sys.argv[0]} user password --email {email} --password -\n"
        f"A token:          {sys.argv[0]} token create --email {email} --scopes read,write,admin\n\n"
        f"Smalt serves at {address}"
    )


def run_plugins(settings: Settings, options: argparse.Namespace) -> None:
    async def states() -> list[list[str]]:
        async with running(settings) as kernel:
            return [_plugin_row(state.info) for state in await kernel.plugins.all(SYSTEM)]

    rows = [["NAME", "KIND", "STATE", "PROVIDER", ""], *asyncio.run(states())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _plugin_row(info: Any) -> list[str]:
    off = "off" if info.status == "loaded" else info.status
    return [info.name, info.kind, "on" if info.enabled else off, info.provider, info.error or ""]


def run_backup(settings: Settings, options: argparse.Namespace) -> None:
    async def write() -> Manifest:
        async with opened(settings) as kernel:
            return await kernel.backups.write(options.file)

    print(f"{options.file} holds {_told(asyncio.run(write()))}.")


def run_restore(settings: Settings, options: argparse.Namespace) -> None:
    async def read() -> Manifest:
        async with opened(settings) as kernel:
            return await kernel.backups.restore(options.file)

    print(f"Restored {_told(asyncio.run(read()))}.")


def run_export_archive(settings: Settings, options: argparse.Namespace) -> None:
    async def write() -> Manifest:
        async with opened(settings) as kernel:
            return (await kernel.archives.write(options.file, await _named(kernel, options.project))).manifest

    print(f"{options.file} holds {_told(asyncio.run(write()))}.")


def run_import_archive(settings: Settings, options: argparse.Namespace) -> None:
    async def read() -> Report:
        async with running(settings) as kernel:
            return await kernel.archives.read(await _acting(kernel, options.email), options.file)

    report = asyncio.run(read())
    print("Made " + ", ".join(f"'{project.name}'" for project in report.projects) + ".")
    print(f"People not known here: {report.missing_people}. Rows that lost a reference: {report.emptied}.")


async def _named(kernel: Kernel, names: Sequence[str]) -> list[int]:
    """The ids of projects by name."""
    found = {p.name: p.id for p in await kernel.projects.all(SYSTEM)}
    if missing := [name for name in names if name not in found]:
        raise InvalidInputError(f"There is no project '{missing[0]}'.")
    return [found[name] for name in names]


def _told(manifest: Manifest) -> str:
    rows = sum(manifest.rows.values())
    return f"{rows:,} rows of {len(manifest.rows)} tables and {manifest.files:,} files"


def run_export_template(settings: Settings, options: argparse.Namespace) -> None:
    async def read() -> Blueprint:
        async with opened(settings) as kernel:
            ids = None if options.project is None else await _named(kernel, options.project)
            return await kernel.blueprints.export(SYSTEM, ids)

    print(write_toml(asyncio.run(read())), end="")


def run_apply(settings: Settings, options: argparse.Namespace) -> None:
    try:
        document = read_toml(options.file.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"The file cannot be read: {error.strerror}.") from error

    async def work() -> list[Step]:
        async with opened(settings) as kernel:
            actor = await _acting(kernel, options.email)
            run = kernel.blueprints.plan if options.plan else kernel.blueprints.apply
            return await run(actor, document, options.prune)

    steps = asyncio.run(work())
    print("\n".join(step.told() for step in steps) or "There is nothing to change.")


async def _acting(kernel: Kernel, email: str | None) -> Actor:
    """The actor for an email; without one the first administrator, or Smalt itself where there is none."""
    if email is not None:
        return await actor_of(kernel.database, (await _user(kernel, email)).id, "api")
    users, _ = await kernel.users.page(SYSTEM, 0, 1000)
    admins = [user for user in users if user.admin and user.active]
    return await actor_of(kernel.database, admins[0].id, "api") if admins else SYSTEM


def run_user_create(settings: Settings, options: argparse.Namespace) -> None:
    data = UserInput(options.email, options.name, _secret(options.password), options.admin)

    async def create() -> User:
        async with running(settings) as kernel:
            return await kernel.users.create(SYSTEM, data)

    user = asyncio.run(create())
    print(f"{user.name} <{user.email}> may sign in.")


def run_user_password(settings: Settings, options: argparse.Namespace) -> None:
    patch = UserPatch(password=_secret(options.password))

    async def update() -> User:
        async with running(settings) as kernel:
            user = await _user(kernel, options.email)
            return await kernel.users.update(SYSTEM, user.id, patch)

    print(f"{asyncio.run(update()).email} has a new password.")


def run_token_create(settings: Settings, options: argparse.Namespace) -> None:
    data = _token_input(options)

    async def create() -> str:
        async with running(settings) as kernel:
            user = await _user(kernel, options.email)
            _, secret = await kernel.tokens.create(SYSTEM, user.id, data)
            return secret

    secret = asyncio.run(create())
    print(f"A token of {options.email} with the scopes {', '.join(data.scopes)}, shown only now:")
    print(secret)


async def _user(kernel: Kernel, email: str) -> User:
    async with kernel.database.transaction() as tx:
        return await kernel.users.find(tx, email)


def _token_input(options: argparse.Namespace) -> TokenInput:
    scopes = [scope.strip() for scope in options.scopes.split(",") if scope.strip()]
    members = {"name": options.name, "scopes": scopes, "projects": options.projects}
    try:
        return msgspec.convert(members, TokenInput)
    except msgspec.ValidationError as error:
        told = fault_of(error).detail
        raise InvalidInputError(
            f"--scopes takes read, write and admin with commas between. {told}"
        ) from error


def _secret(given: str) -> str:
    """A password from the command line; `-` reads it from standard input."""
    return sys.stdin.readline().rstrip("\r\n") if given == "-" else given


def command_line() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    parser = argparse.ArgumentParser(prog="smalt", description=package.__doc__)
    parser.add_argument("--version", action="version", version=f"smalt {package.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve the API"))
    _add_demo(commands.add_parser("demo", help="serve a CRM with sample data, to try it out"))
    worker = commands.add_parser("worker", help="carry out automations beside the server; any number")
    worker.set_defaults(run=run_worker)
    commands.add_parser("plugins", help="list the plugins").set_defaults(run=run_plugins)
    _add_backups(commands)
    _add_blueprints(commands)
    _add_user(commands.add_parser("user", help="people who may sign in"))
    _add_token(commands.add_parser("token", help="tokens for programs"))
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_serve)
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    parser.add_argument("--workers", type=int, help="server processes (1)")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _add_serve(parser)
    parser.set_defaults(run=run_demo)
    parser.add_argument("--template", default="crm", help="what to fill an empty database with (crm)")
    parser.add_argument("--records", type=int, default=500, help="sample records (500)")


def _add_backups(commands: Any) -> None:
    for name, run, text in (
        ("backup", run_backup, "write everything into one file, while servers go on"),
        ("restore", run_restore, "fill an empty database from a backup"),
        ("export-archive", run_export_archive, "write single projects into one file"),
        ("import-archive", run_import_archive, "make the projects of an archive, beside others"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        command.add_argument("file", type=Path, help="the file to write or to read")
    commands.choices["export-archive"].add_argument("--project", nargs="+", required=True, help="their names")
    commands.choices["import-archive"].add_argument("--as", dest="email", help="who owns the ownerless")


def _add_blueprints(commands: Any) -> None:
    export = commands.add_parser("export-template", help="print the set-up of projects as TOML")
    export.set_defaults(run=run_export_template)
    export.add_argument("--project", nargs="*", help="names of the only projects to print")
    apply = commands.add_parser("apply", help="bring the set-up of a TOML file to hold")
    apply.set_defaults(run=run_apply)
    apply.add_argument("file", type=Path, help="the file; applying it twice changes nothing")
    apply.add_argument("--plan", action="store_true", help="only say what would be done")
    apply.add_argument("--prune", action="store_true", help="move to the trash what the file does not name")
    apply.add_argument("--as", dest="email", help="whose projects and automations they become")


def _add_user(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="let somebody in")
    create.set_defaults(run=run_user_create)
    create.add_argument("--name", required=True)
    create.add_argument("--admin", action="store_true", help="may do everything")
    password = commands.add_parser("password", help="set another password")
    password.set_defaults(run=run_user_password)
    for command in (create, password):
        command.add_argument("--email", required=True)
        command.add_argument("--password", required=True, help="- reads it from standard input")


def _add_token(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="make a token; printed alone on the last line")
    create.set_defaults(run=run_token_create)
    create.add_argument("--email", required=True, help="whose token")
    create.add_argument("--scopes", required=True, help="of read, write and admin, with commas between")
    create.add_argument("--name", default="Command line")
    create.add_argument("--projects", nargs="*", help="ids of the only projects it is for")


if __name__ == "__main__":
    sys.exit(main())
