"""The pages and their files, without a browser."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from kernel.web.assets import assets, imported
from kernel.web.icons import exists, named_icons
from kernel.web.shell import shell

STATIC = Path(str(files("kernel.web"))) / "static"
MODULES = {path.relative_to(STATIC).as_posix(): path.read_text() for path in STATIC.rglob("*.js")}
TEXTS = re.compile(r"""\b[tn]\(\s*"((?:[^"\\]|\\.)+)\"""")
MOST_BYTES = 250 * 1024


def test_every_icon_that_is_named_is_there() -> None:
    assert [name for name in named_icons(MODULES.values()) if not exists(name)] == []


def test_every_text_has_a_polish_one() -> None:
    polish = "".join(code for name, code in MODULES.items() if name.startswith("messages/pl/"))
    known = set(re.findall(r'^  "((?:[^"\\]|\\.)+)":', polish, re.MULTILINE))
    used = {text for name, code in MODULES.items() if "messages/" not in name for text in TEXTS.findall(code)}
    assert len(used) > 100
    assert sorted(used - known) == []


def test_modules_import_what_is_there() -> None:
    statically = set(imported(MODULES, "app.js"))
    assert {"app.js", "core/dom.js", "parts/shell.js"} <= statically
    for name in MODULES:
        assert set(imported(MODULES, name)) <= MODULES.keys()
        for target in re.findall(r"""import\("(\.[^"]+)"\)""", MODULES[name]):
            assert (STATIC / name).parent.joinpath(target).resolve().is_file(), (name, target)


def test_nothing_is_written_that_the_policy_forbids() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?://(?!www\.w3)[a-z]"
    )
    found = [(name, match[0]) for name, code in MODULES.items() for match in forbidden.finditer(code)]
    assert found == []


def test_script_and_style_are_small() -> None:
    assert sum(len(asset.compressed) for asset in assets().files.values()) < MOST_BYTES


async def test_files_stay_for_ever_under_their_digest(anonymous: httpx.AsyncClient) -> None:
    root = str(anonymous.base_url).removesuffix("/api/v1/").removesuffix("/api/v1")
    page = (await anonymous.get(f"{root}/app/projects/1/grid?filter=x")).text
    assert page == shell().decode()
    address = f"/static/{assets().digest}/app.js"
    assert f'src="{address}"' in page
    answer = await anonymous.get(root + address, headers={"Accept-Encoding": "gzip"})
    assert answer.text == MODULES["app.js"]
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "unsafe" not in (await anonymous.get(f"{root}/app")).headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/static/0000/app.js", "/static/{digest}/nothing.js", "/static/{digest}/..%2fshell.py"]
)
async def test_nothing_else_is_served(anonymous: httpx.AsyncClient, path: str) -> None:
    root = str(anonymous.base_url).removesuffix("/api/v1/").removesuffix("/api/v1")
    answer = await anonymous.get(root + path.format(digest=assets().digest))
    assert answer.status_code == 404
