"""Settings: where they come from, and how faults in them are told."""

from pathlib import Path

import pytest

from kernel.errors import SettingsError
from kernel.settings import load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_anything_the_database_stands_in_the_data_directory(tmp_path: Path) -> None:
    settings = load_settings({})
    assert settings.database_url == f"sqlite:///{tmp_path}/smalt-data/smalt.db"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)


def test_variables_are_read_as_their_types() -> None:
    settings = load_settings(
        {
            "SMALT_PORT": "9000",
            "SMALT_BLOCKED_PLUGINS": "fields.rating, importers.*",
            "SMALT_READ_SECONDS": "2.5",
            "SMALT_DATABASE_URL": "postgresql://db/smalt",
            "SMALT_HOST": "",
            "PATH": "/bin",
        }
    )
    assert settings.port == 9000
    assert settings.blocked_plugins == ("fields.rating", "importers.*")
    assert settings.read_seconds == 2.5
    assert settings.database_url == "postgresql://db/smalt"


def test_a_variable_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    (tmp_path / "smalt.toml").write_text('port = 1\nhost = "a"\nworkers = 2\nblocked_plugins = ["x"]\n')
    settings = load_settings({"SMALT_PORT": "2", "SMALT_HOST": "b"}, host="c", workers=None)
    assert (settings.port, settings.host, settings.workers) == (2, "c", 2)
    assert settings.blocked_plugins == ("x",)


def test_the_file_may_stand_in_the_data_directory_or_where_it_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "smalt.toml").write_text("port = 4\n")
    assert load_settings({"SMALT_DATA_DIR": str(data)}).port == 4
    named = tmp_path / "other.toml"
    named.write_text("port = 5\n")
    assert load_settings({"SMALT_DATA_DIR": str(data), "SMALT_CONFIG": str(named)}).port == 5


def test_an_unknown_variable_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"no variable 'SMALT_PROT'.*nearest one is 'SMALT_PORT'"):
        load_settings({"SMALT_PROT": "1"})


def test_an_unknown_key_of_the_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "smalt.toml").write_text('databse_url = "sqlite:///x"\n')
    with pytest.raises(SettingsError, match=r"no key 'databse_url' in smalt.toml.*'database_url'"):
        load_settings({})


def test_all_wrong_values_are_told_at_once_with_their_origin(tmp_path: Path) -> None:
    (tmp_path / "smalt.toml").write_text('workers = "many"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings({"SMALT_PORT": "70000", "SMALT_LOG_LEVEL": "loud"})
    assert {fault.pointer for fault in caught.value.faults} == {"workers", "port", "log_level"}
    assert "workers in smalt.toml: Expected a whole number, got text." in caught.value.detail
    assert "SMALT_PORT: Expected a whole number <= 65535." in caught.value.detail


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SMALT_DATABASE_URL": "mysql://root:secret@db"}, "must begin with sqlite"),
        ({"SMALT_CONFIG": "missing.toml"}, "missing.toml can not be read"),
        ({"SMALT_POSTGRES_POOL_MAXIMUM": "1"}, "less than postgres_pool_minimum"),
    ],
)
def test_what_cannot_work_is_refused(variables: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings(variables)
    assert "secret" not in str(caught.value)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "smalt.toml").write_text("port = \n")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings({})
