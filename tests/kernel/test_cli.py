"""The `smalt` command, from the outside."""

import asyncio
import re
import socket
from io import StringIO
from pathlib import Path

import httpx
import pytest

from kernel.access.actor import SYSTEM
from kernel.cli import main
from kernel.demo import SignIn, prepare_demo
from kernel.runtime import create_kernel
from kernel.settings import load_settings
from tests.server_process import client_of, new_token, serving

PERSON = ("--email", "ewa@example.com", "--name", "Ewa")


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMALT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("kernel.cli.configure_logs", lambda settings: None)


def test_a_user_and_a_token_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "create", *PERSON, "--admin", "--password", "correct horse battery"]) == 0
    assert capsys.readouterr().out == "Ewa <ewa@example.com> may sign in.\n"
    assert main(["token", "create", "--email", "EWA@example.com", "--scopes", "read, write"]) == 0
    assert re.fullmatch(r"\S{30,}", capsys.readouterr().out.splitlines()[-1])


def test_a_password_comes_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n"))
    assert main(["user", "create", *PERSON, "--password", "-"]) == 0
    monkeypatch.setattr("sys.stdin", StringIO("battery horse correct\n"))
    assert main(["user", "password", "--email", "ewa@example.com", "--password", "-"]) == 0
    assert "ewa@example.com has a new password." in capsys.readouterr().out


def test_a_set_up_is_planned_applied_and_exported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "deals.toml"
    file.write_text(
        '[[projects]]\nkey = "deals"\nname = "Deals"\n'
        '[[projects.fields]]\nname = "Amount"\ntype = "currency"\n'
    )
    steps = "create project 'Deals'\ncreate field 'Amount' in Deals\n"
    for arguments in (["--plan"], []):
        assert main(["apply", str(file), *arguments]) == 0
        assert capsys.readouterr().out == steps
    assert main(["apply", str(file)]) == 0
    assert capsys.readouterr().out == "There is nothing to change.\n"
    file.write_text(file.read_text().replace('name = "Deals"', 'name = "Deals"\ncurrency = "PLN"'))
    assert main(["apply", str(file)]) == 0
    assert '    currency: "EUR" -> "PLN"' in capsys.readouterr().out.splitlines()
    assert main(["export-template"]) == 0
    file.write_text(capsys.readouterr().out)
    assert main(["apply", str(file), "--plan"]) == 0
    assert capsys.readouterr().out == "There is nothing to change.\n"


def test_a_demonstration_takes_the_administrator_that_is_there() -> None:
    async def prepare() -> SignIn:
        kernel = create_kernel(load_settings({"SMALT_DATA_DIR": "data"}))
        await kernel.start()
        found = await prepare_demo(kernel, "crm", 5)
        assert len(await kernel.projects.all(SYSTEM)) == 3
        await kernel.stop()
        return found

    assert main(["user", "create", *PERSON, "--admin", "--password", "correct horse battery"]) == 0
    assert asyncio.run(prepare()) == ("ewa@example.com", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["user", "create", *PERSON, "--password", "x"], "password: "),
        (["user", "create", "--email", "no", "--name", "No", "--password", "correct horse"], "email: "),
        (["user", "password", "--email", "eva@example.com", "--password", "x"], "no such user"),
        (["token", "create", "--email", "eva@example.com", "--scopes", "read"], "no such user"),
        (["token", "create", "--email", "eva@example.com", "--scopes", "rad"], "takes read, write and admin"),
    ],
)
def test_what_is_refused_is_told_with_exit_code_1(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert message in capsys.readouterr().err


def test_wrong_settings_are_told_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMALT_WORKRES", "2")
    assert main(["plugins"]) == 2
    assert "nearest one is 'SMALT_WORKERS'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["sing"], ["user"], ["serve", "--port", "x"]])
def test_wrong_arguments_end_with_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_plugins_are_listed_blocked_ones_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMALT_BLOCKED_PLUGINS", "importers.*")
    assert main(["plugins"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert re.match(r"fields\.rating +field_type +on +smalt ", lines["fields.rating"])
    assert re.match(r"importers\.csv +importer +blocked ", lines["importers.csv"])


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"Can not listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMALT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert main(["serve", "--port", "0"]) == 1
    assert capsys.readouterr().err.startswith("smalt: ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_answers_and_ends_when_told(database_url: str, tmp_path: Path, workers: str) -> None:
    settings = {"SMALT_DATABASE_URL": database_url, "SMALT_WORKERS": workers}
    token = new_token(settings)
    log = tmp_path / "log"
    with serving(log, settings=settings) as (address, _), client_of(address, token) as client:
        assert client.get("/me").json()["email"] == "ewa@example.com"
        assert httpx.get(f"{address}/health/live", timeout=60).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health/live")
    assert "Traceback" not in log.read_text()


def test_processes_may_take_long_to_start(tmp_path: Path) -> None:
    """As on a busy machine: their supervisor waits, instead of beginning again and again."""
    begun = tmp_path / "begun"
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, time\n"
        "if any('spawn_main' in argument for argument in sys.orig_argv):\n"
        f"    open({str(begun)!r}, 'a').write('x')\n"
        "    time.sleep(6)\n"
    )
    settings = {"SMALT_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(tmp_path)}
    token = new_token({"SMALT_DATA_DIR": settings["SMALT_DATA_DIR"]})
    with (
        serving(tmp_path / "log", settings=settings | {"SMALT_WORKERS": "2"}) as (address, _),
        client_of(address, token) as client,
    ):
        assert client.get("/projects", timeout=60).json() == {"items": [], "next": None}
    assert begun.read_text() == "xx"
