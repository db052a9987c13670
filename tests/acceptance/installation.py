"""One installation: its settings, its administrator, its servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.api import Api
from tests.server_process import Server, new_token, smalt, started

EMAIL, PASSWORD = "ewa@example.com", "correct horse battery"


class Installation:
    """A data folder and a database. `token` is there after an administrator was made."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.settings = {"SMALT_DATA_DIR": str(folder), "SMALT_DATABASE_URL": database_url}
        self.log = folder / "server.log"
        self.token = ""

    def make_administrator(self) -> None:
        """Beside the server, which is quicker than by command."""
        self.token = new_token(self.settings, EMAIL)

    def command(self, *arguments: str, given: str = "") -> str:
        """What a `smalt` command prints."""
        done = smalt(*arguments, settings=self.settings, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make_administrator_by_command(self) -> None:
        """As the README says."""
        self.command(
            "user", "create", "--email", EMAIL, "--name", "Ewa", "--admin", "--password", "-", given=PASSWORD
        )
        printed = self.command("token", "create", "--email", EMAIL, "--scopes", "read,write,admin")
        self.token = printed.splitlines()[-1]

    @contextmanager
    def server(self, *arguments: str, **settings: str) -> Iterator[Server]:
        """A server process, `serve` unless `arguments` say otherwise; more settings by name."""
        with started(self.log, *arguments, settings=self.settings | settings) as server:
            yield server

    @contextmanager
    def client(self, server: Server) -> Iterator[Api]:
        """The administrator's client of a server."""
        api = Api(server.address, self.token)
        try:
            yield api
        finally:
            api.close()

    @contextmanager
    def running(self, **settings: str) -> Iterator[Api]:
        """A server, by its administrator's client. The log must hold no defect afterwards."""
        with self.server(**settings) as server, self.client(server) as api:
            yield api
        assert "Traceback" not in self.log.read_text(), self.log.read_text()[-5000:]
