"""Measures the pages in a browser: `python -m bench.pages --records 100000`.

It needs a Chromium. Times are from the moment the HTML has come, as the browser's own clock has them; frames
are those of a fast scroll through all records, the 95th percentile of the gaps between them.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import time
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from bench.data import fill
from bench.places import places, running
from kernel.web.assets import assets

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
COLUMNS = "list,customer,amount,cost,profit,confidence,expected_close_date,customer_email,tags"

WAITING = 'document.querySelector(".waiting:not([hidden])")'
FIRST_ROWS = f"""() => new Promise((done) => {{
  const begun = performance.getEntriesByType("navigation")[0].responseEnd;
  const there = () => document.querySelector(".grid-row .grid-cell .clip, .board .card") && !{WAITING};
  const look = () => there() ? done(performance.now() - begun) : requestAnimationFrame(look);
  look();
}})"""
FRAMES = """(steps) => new Promise((done) => {
  const box = document.querySelector(".grid");
  const gaps = [];
  let last = performance.now();
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    box.scrollTop += 400;
    if (gaps.length < steps) requestAnimationFrame(frame); else done(gaps.slice(5).sort((a, b) => a - b));
  };
  requestAnimationFrame(frame);
})"""
JUMP = f"""(share) => new Promise((done) => {{
  const box = document.querySelector(".grid");
  const begun = performance.now();
  box.scrollTop = box.scrollHeight * share;
  const look = () => requestAnimationFrame(() => {WAITING} ? look() : done(performance.now() - begun));
  requestAnimationFrame(look);
}})"""


def main() -> int:
    parser = argparse.ArgumentParser("python -m bench.pages", description="Measure the pages in a browser.")
    parser.add_argument("--records", type=int, default=100_000, help="opportunities (100000)")
    parser.add_argument("--address", help="of a server that is filled already")
    parser.add_argument("--email", default="bench@example.com")
    parser.add_argument("--password", default="correct horse battery")
    options = parser.parse_args()
    if options.address:
        show(options.address, options.email, options.password)
        return 0
    with places("sqlite") as place:
        filled = asyncio.run(fill(place, options.records))
        with running(place, "api") as server:
            headers = {"Authorization": f"Bearer {filled.token}"}
            body = {"password": options.password}
            user = f"{server.address}/api/v1/users/{filled.user_id}"
            httpx.patch(user, json=body, headers=headers).raise_for_status()
            show(server.address, options.email, options.password)
    return 0


def show(address: str, email: str, password: str) -> None:
    """Measure and print."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
        signed_in = context.request.post("/api/v1/session", data={"email": email, "password": password})
        assert signed_in.ok, signed_in.text()
        projects = context.request.get("/api/v1/projects").json()["items"]
        project = next(p["id"] for p in projects if p["name"] == "Opportunities")
        page = context.new_page()
        for name, value in {**grid(page, project), **board(page, project)}.items():
            print(f"{name:<52}{value:>10,.0f}")
        browser.close()


def grid(page: Page, project: str) -> dict[str, float]:
    address = f"/app/projects/{project}/grid?fields={COLUMNS}"
    opened = sorted(_opened(page, address) for _ in range(3))
    gaps: list[float] = page.evaluate(FRAMES, 240)
    time.sleep(1)
    jumps = [page.evaluate(JUMP, share) for share in (0.9, 0.1, 0.55, 0.99, 0.3)]
    return {
        "grid: first rows after the HTML, ms (median of 3)": opened[1],
        "grid: frame while scrolling, 95th percentile, ms": gaps[int(len(gaps) * 0.95)],
        "grid: frame while scrolling, median, ms": statistics.median(gaps),
        "grid: jump anywhere, median, ms": statistics.median(jumps),
        "grid: elements in the page": page.evaluate("() => document.querySelectorAll('*').length"),
        "script and style, compressed, kB": _size() / 1000,
    }


def board(page: Page, project: str) -> dict[str, float]:
    opened = sorted(_opened(page, f"/app/projects/{project}/board") for _ in range(3))
    return {
        "board: first cards after the HTML, ms (median of 3)": opened[1],
        "board: elements in the page": page.evaluate("() => document.querySelectorAll('*').length"),
    }


def _opened(page: Page, address: str) -> Any:
    page.goto("about:blank")
    page.goto(address)
    return page.evaluate(FIRST_ROWS)


def _size() -> int:
    return sum(len(asset.compressed) for asset in assets().files.values())


if __name__ == "__main__":
    sys.exit(main())
