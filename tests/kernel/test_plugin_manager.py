"""Loading plugins: block, import, register, check, collect."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from kernel.containment import PluginGuard
from kernel.errors import PluginConflictError
from kernel.plugin_api import Column, FieldType, NoConfig, hookimpl
from kernel.plugin_manager import PluginManager
from kernel.plugin_sources import Found, scan, scan_entry_points


class Stars(FieldType[NoConfig, int]):
    key = "stars"
    label = "Stars"
    column = Column.INTEGER


def module(register: Callable[[], Any], name: str = "register_field_types") -> Any:
    """A plugin whose hook is `register`."""
    register.__name__ = name
    return SimpleNamespace(**{name: hookimpl(register)})


def found(name: str, plugin: Any, distribution: str = "acme", folder: str = "") -> Found:
    load = plugin if callable(plugin) else lambda: plugin
    return Found(name, distribution, "1.0", outside=True, folder=folder, load=load)


def manager(*plugins: Found, blocked: tuple[str, ...] = ()) -> PluginManager:
    return PluginManager(PluginGuard(), blocked).load(plugins)


def stars() -> Any:
    return module(lambda: [Stars()])


def refuse_import() -> Any:
    raise AssertionError("this plugin must not be imported")


def test_what_a_plugin_registers_is_found_under_its_key() -> None:
    plugins = manager(found("stars", stars()))
    item = plugins.field_types.get("stars")
    assert item is not None
    assert item.label == "Stars"
    [info] = plugins.loaded()
    assert (info.name, info.kind, info.keys, info.label) == ("stars", "field_type", ("stars",), "Stars")
    assert (info.version, info.provider, info.status, info.enabled) == ("1.0", "acme 1.0", "loaded", True)


def test_a_disabled_plugin_stays_loaded() -> None:
    plugins = manager(found("stars", stars()))
    [info] = plugins.loaded(disabled={"stars"})
    assert (info.status, info.enabled) == ("loaded", False)
    assert plugins.field_types.get("stars", {"stars"}) is None


@pytest.mark.parametrize("pattern", ["fields.bad", "fields.*", "*"])
def test_a_blocked_plugin_is_never_imported(pattern: str) -> None:
    plugins = manager(found("fields.bad", refuse_import, folder="fields"), blocked=(pattern,))
    [info] = plugins.loaded()
    assert (info.kind, info.status, info.enabled) == ("field_type", "blocked", False)


def test_blocking_what_is_not_there_is_told() -> None:
    with capture_logs() as logs:
        manager(found("stars", stars()), blocked=("starz",))
    assert [(entry["plugin"], entry["nearest"]) for entry in logs] == [("starz", ["stars"])]


def exits() -> Any:
    raise SystemExit("no licence")


def raises() -> Any:
    raise ImportError("no module named acme")


class Nameless(Stars):
    label = ""


class BadKey(Stars):
    key = "Big Stars"


class Loose(Stars):
    config_type = dict  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        (exits, "SystemExit: no licence"),
        (raises, "ImportError: no module named acme"),
        (SimpleNamespace(), "registers nothing"),
        (module(lambda: [Stars()], "register_field_typs"), "nearest one is 'register_field_types'"),
        (module(lambda extra: []), "Argument"),
        (module(lambda: [1]), "which is no FieldType"),
        (module(lambda: [Nameless()]), "needs a 'label'"),
        (module(lambda: [BadKey()]), "needs a 'key'"),
        (module(lambda: [Loose()]), "must be a msgspec.Struct"),
        (module(lambda: 1 / 0), "ZeroDivisionError"),
    ],
)
def test_a_plugin_that_fails_is_left_out_and_the_rest_goes_on(plugin: Any, message: str) -> None:
    with capture_logs() as logs:
        plugins = manager(found("bad", plugin), found("stars", stars()))
    bad, good = plugins.loaded()
    assert bad.status == "failed"
    assert not bad.enabled
    assert message in (bad.error or "")
    assert good.status == "loaded"
    assert logs[0]["plugin"] == "bad"
    assert list(plugins.field_types.enabled()) == ["stars"]


def test_two_plugins_with_one_key_stop_the_start_with_both_providers() -> None:
    with pytest.raises(PluginConflictError, match=r"first \(acme 1\.0\) and by second \(other 1\.0\)"):
        manager(found("first", stars()), found("second", stars(), "other"))


def test_two_plugins_with_one_name_stop_the_start_with_both_providers() -> None:
    with pytest.raises(PluginConflictError, match=r"'stars': one of acme 1\.0 and one of other 1\.0"):
        manager(found("stars", stars()), found("stars", stars(), "other"))


def test_blocking_one_of_two_resolves_the_conflict() -> None:
    plugins = manager(found("first", stars()), found("second", stars(), "other"), blocked=("first",))
    assert [info.status for info in plugins.loaded()] == ["blocked", "loaded"]


def test_managers_do_not_know_of_each_other() -> None:
    assert len(manager(found("stars", stars())).field_types) == 1
    assert len(manager().field_types) == 0


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    root = tmp_path / "outer_plugins"
    (root / "fields" / "deep").mkdir(parents=True)
    for folder in (root, root / "fields", root / "fields" / "deep"):
        (folder / "__init__.py").touch()
    (root / "fields" / "stars.py").write_text("raise AssertionError('imported')\n")
    (root / "fields" / "_shared.py").touch()
    (root / "fields" / "deep" / "moons.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    return root.name


def test_a_package_is_scanned_without_importing_its_modules(package: str) -> None:
    assert [(f.name, f.folder) for f in scan(package)] == [
        ("fields.deep.moons", "fields.deep"),
        ("fields.stars", "fields"),
    ]
    assert f"{package}.fields.stars" not in sys.modules


def test_a_package_that_is_not_there_holds_no_plugins() -> None:
    assert list(scan("no_such_package_here")) == []


def test_entry_points_are_found_with_their_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "acme_stars-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-stars\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text("[smalt]\nstars = acme_stars\n")
    (tmp_path / "acme_stars.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    [plugin] = [f for f in scan_entry_points() if f.name == "stars"]
    assert (plugin.provider, plugin.outside) == ("acme-stars 2.1", True)
    assert "acme_stars" not in sys.modules


def test_the_built_in_plugins_all_load() -> None:
    plugins = PluginManager(PluginGuard()).load()
    assert [(info.name, info.error) for info in plugins.loaded() if info.status != "loaded"] == []
    assert len(plugins.field_types) >= 18
