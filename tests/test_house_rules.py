"""Rules of the house that no single test of a module can hold."""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from kernel import hookspecs, plugin_api
from kernel.containment import PluginGuard
from kernel.enclosure import public_names
from kernel.plugin_kinds import KINDS
from kernel.plugin_manager import PluginManager
from kernel.plugin_sources import Found, scan
from kernel.queries.builtins import BUILT_INS
from kernel.settings import FIELDS, Settings
from kernel.values import Kind

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCES = sorted([*(ROOT / "kernel").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")])
LONGEST_FILE = 370
LONGEST_FUNCTION = 45


def functions() -> Iterator[tuple[str, int]]:
    """The functions of the product with their lengths in lines, docstrings left out."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                skipped = 1 if ast.get_docstring(node) is not None else 0
                first = node.body[skipped:][:1] or node.body
                yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - first[0].lineno + 1


def tracked() -> list[Path]:
    """The files that are in the repository; outside a checkout, those of its folders."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        folders = [ROOT / name for name in ("kernel", "plugins", "tests", "bench")]
        return [p for folder in folders for p in folder.rglob("*") if p.suffix in (".py", ".toml", ".lark")]
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def snippets(text: str) -> list[str]:
    return [dedent(block) for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]


def test_the_import_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_and_functions_are_small() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert [(name, n) for name, n in lengths.items() if n > LONGEST_FILE] == []
    assert [(name, n) for name, n in functions() if n > LONGEST_FUNCTION] == []
    assert statistics.median(n for n in lengths.values() if n) <= 150
    assert statistics.median(n for _, n in functions()) <= 15


def test_no_module_is_a_grab_bag() -> None:
    bags = {"utils", "util", "helpers", "common", "misc", "shared", "base_plugin"}
    assert [path for path in SOURCES if path.stem in bags] == []


# Written in pieces, so that this file does not hold them.
FORBIDDEN = [
    "/wo" + "rk/",
    "/tm" + "p/",
    ".lib" + "rary",
    "pypi" + ".org",
    "python" + "hosted",
    "/opt/" + "pypi",
]
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]


def test_nothing_names_a_machine_or_is_left_for_later() -> None:
    words = re.compile("|".join([*map(re.escape, FORBIDDEN), *(rf"\b{word}\b" for word in UNFINISHED)]))
    found = []
    for path in tracked():
        text = path.read_text("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in words.finditer(text)]
    assert found == []


def test_every_lint_exception_and_ignored_warning_says_why() -> None:
    tools = (ROOT / "pyproject.toml").read_text()
    assert PROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    section = tools[tools.index("filterwarnings") : tools.index("[tool.importlinter]")]
    assert [line for line in section.splitlines() if '"ignore' in line and "#" not in line] == []
    ignored = tools[tools.index("ignore = [") : tools.index("[tool.mypy]")]
    assert [line for line in ignored.splitlines() if line.startswith('    "') and "#" not in line] == []


def test_what_is_imported_is_declared_and_locked() -> None:
    declared = {re.split(r"[\[>=;]", d)[0].lower() for d in all_dependencies()}
    owners = packages_distributions()
    used = {module for path in SOURCES for module in imported_modules(path)}
    outside = used - sys.stdlib_module_names - {"kernel", "plugins"}
    missing = {m for m in outside if not {o.lower().replace("_", "-") for o in owners.get(m, [m])} & declared}
    assert missing == set()
    unused = declared - {o.lower().replace("_", "-") for m in outside for o in owners.get(m, [])}
    assert unused == {"httptools", "tzdata", "uvloop"}, "loaded by name, not by an import"
    for name in ("requirements.lock", "requirements-test.lock"):
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), re.MULTILINE))
        assert declared - locked == set(), name


def all_dependencies() -> list[str]:
    """Those of the project and of its extras."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [*PROJECT["project"]["dependencies"], *(d for extra in extras for d in extra)]


def test_what_tests_import_is_declared() -> None:
    groups = PROJECT["dependency-groups"]
    listed = [*PROJECT["project"]["dependencies"], *groups["build"], *groups["test"]]
    listed += [d for extra in PROJECT["project"]["optional-dependencies"].values() for d in extra]
    declared = {re.split(r"[\[>=;]", d)[0].lower() for d in listed}
    owners = packages_distributions()
    paths = [p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in ("tests", "bench")]
    used = {module for path in paths for module in imported_modules(path)}
    inside = {"kernel", "plugins", "tests", "bench", *(p.stem for p in paths)}
    outside = used - sys.stdlib_module_names - inside
    missing = {m for m in outside if not {o.lower().replace("_", "-") for o in owners.get(m, [m])} & declared}
    assert missing == set()


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def load_snippet(code: str, name: str) -> PluginManager:
    """A manager with one plugin: the module that is written in a snippet."""
    module = ModuleType(name)
    exec(compile(code, name, "exec"), vars(module))
    found = Found(name, "acme", "1.0", outside=True, folder="", load=lambda: module)
    return PluginManager(PluginGuard()).load([found])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_the_example_of_every_hook_is_a_whole_plugin(kind: Any) -> None:
    [code] = snippets(getattr(hookspecs, kind.hook).__doc__ or "")
    [info] = load_snippet(code, "example").loaded()
    assert (info.kind, info.status, info.error) == (kind.key, "loaded", None)


def test_every_hook_has_a_kind() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("register_")}
    assert hooks == {kind.hook for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_contract_asks_for_few_methods(kind: Any) -> None:
    methods = [name for name in public_names(kind.contract) if callable(getattr(kind.contract, name, None))]
    own = [name for name in methods if not isinstance(getattr(kind.contract, name), type)]
    assert len(own) <= 9
    assert all(getattr(kind.contract, name).__doc__ for name in own)


def test_the_plugins_of_the_readme_work() -> None:
    plugins = [code for code in snippets((ROOT / "README.md").read_text()) if "@hookimpl" in code]
    for number, code in enumerate(plugins):
        [info] = load_snippet(code, f"readme_{number}").loaded()
        assert info.error is None


def settings_table() -> str:
    """The settings as the README shows them."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in FIELDS.items():
        default = "" if field.default in ("", ()) else f"`{field.default}`"
        [meta] = [m for m in get_args(hints[name]) if isinstance(m, msgspec.Meta)]
        rows.append(f"| `SMALT_{name.upper()}` | {default} | {meta.description} |")
    return "\n".join(rows)


def test_the_readme_describes_every_setting() -> None:
    assert settings_table() in (ROOT / "README.md").read_text()


def test_every_setting_has_an_effect() -> None:
    text = "\n".join(path.read_text() for path in SOURCES if path.name != "settings.py")
    assert [name for name in FIELDS if f"settings.{name}" not in text] == []


def test_only_samples_have_a_past() -> None:
    """A draft with stays is written with moments of the past; on every other road the clock decides."""
    names = [p.name for p in SOURCES if re.search(r"\bdraft\.stays = |Draft\([^)]*stays=", p.read_text())]
    assert names == ["template_samples.py"]


def test_the_door_for_plugins_is_complete_and_sorted() -> None:
    names = [name for name, value in vars(plugin_api).items() if not name.startswith("_")]
    modules = {name for name in names if isinstance(getattr(plugin_api, name), ModuleType)}
    assert sorted(set(names) - modules) == sorted(plugin_api.__all__)


def test_every_plugin_has_a_mirrored_test() -> None:
    missing = [p.name for p in scan("plugins") if not mirrored(p.name).is_file()]
    assert missing == []


def mirrored(plugin: str) -> Path:
    *groups, module = plugin.split(".")
    return ROOT.joinpath("tests", "plugins", *groups, f"test_{module}.py")


def constants(node: ast.AST) -> Iterator[ast.Constant]:
    """The constants of a piece of code, but for examples in the API's documentation."""
    if isinstance(node, ast.Constant):
        yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.keyword) and child.arg == "examples"):
            yield from constants(child)


def test_the_kernel_names_no_field_type() -> None:
    """Kinds of values and members of resources share some words with types; the rest is telling."""
    shared = (
        {kind.value for kind in Kind} | {"reference", "currency", "email", "user", "url"} | set(BUILT_INS)
    )
    keys = set(PluginManager(PluginGuard()).load(scan("plugins")).field_types.enabled()) - shared
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in SOURCES
        if path.is_relative_to(ROOT / "kernel")
        for node in constants(ast.parse(path.read_text()))
        if node.value in keys
    ]
    assert found == []


def test_what_differs_between_engines_stands_with_the_dialects() -> None:
    """Beside them only what opens a database, and the migrations, which are past, tell engines apart."""
    homes = [ROOT / "kernel" / "dialects", ROOT / "kernel" / "storage" / "migrations"]
    names = ("connect", "event_order", "piccolo_engine", "postgres", "snapshot", "sqlite")
    homes += [ROOT / "kernel" / "storage" / f"{name}.py" for name in names]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in SOURCES
        if not any(path.is_relative_to(home) for home in homes)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in ("sqlite", "postgres")
    ]
    assert found == []
