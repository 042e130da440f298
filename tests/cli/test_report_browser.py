"""The report in a real browser: nothing missing, no error, nothing that makes the page scroll sideways."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, sync_playwright
from typer.testing import CliRunner

from cli.main import app
from foundation.language.numbers import day, with_interval
from model.terms.weeks import START

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--allow-file-access-from-files", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
Driven = Callable[..., Any]
WIDTHS = (1280, 400, 320)
HARNESS = """<!DOCTYPE html><meta charset="utf-8"><title>harness</title><pre id="found"></pre>{frames}<script>
addEventListener("load", () => {{
  const found = [...document.querySelectorAll("iframe")].map(frame => {{
    const page = frame.contentDocument, root = page.documentElement;
    const shown = element => element.getClientRects().length > 0;
    const seen = {{
      width: root.clientWidth,
      scroll: Math.max(root.scrollWidth, page.body.scrollWidth),
      missing: [...page.images].filter(image => !image.complete || image.naturalWidth === 0).length,
      figures: [...page.querySelectorAll("figure svg")].filter(shown).map(svg => svg.getBoundingClientRect().height),
      smallest: Math.min(...[...page.querySelectorAll("p, li, td, th")].filter(shown)
        .map(element => parseFloat(frame.contentWindow.getComputedStyle(element).fontSize))),
      tables: [...page.querySelectorAll(".scroll")]
        .filter(box => box.getBoundingClientRect().right > root.clientWidth + 1).length,
      requests: frame.contentWindow.performance.getEntriesByType("resource").length,
    }};
    page.head.insertAdjacentHTML("beforeend", "<style>* {{ line-height: 1.5 !important;" +
      "letter-spacing: 0.12em !important; word-spacing: 0.16em !important }}</style>");
    return {{ ...seen, spaced: Math.max(root.scrollWidth, page.body.scrollWidth) }};
  }});
  document.getElementById("found").textContent = JSON.stringify(found);
}});
</script>"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="no Chromium on this machine (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def driven() -> Iterator[Driven]:
    """Calls a function with the browser: one for the file, in a thread of its own, as that of other tests may still be
    driven from this one."""
    assert CHROMIUM, "CI has to install Chromium (see .ci/run)"
    with ThreadPoolExecutor(1) as alone:

        def call(function: Callable[..., Any], *given: Any) -> Any:
            return alone.submit(function, *given).result()

        playwright = call(lambda: sync_playwright().start())
        browser = call(lambda: playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS))
        try:
            yield lambda function, *given: call(function, browser, *given)
        finally:
            call(browser.close)
            call(playwright.stop)


def opened(browser: Browser, page: Path, folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """What a browser finds at each of ``WIDTHS``, and its console."""
    frames = "".join(f'<iframe src="{page.as_uri()}" width="{width}" height="900"></iframe>' for width in WIDTHS)
    harness, console = folder / "harness.html", list[str]()
    harness.write_text(HARNESS.format(frames=frames), encoding="utf-8")
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as seen:
        shown = seen.new_page()
        shown.on("console", lambda said: console.append(said.text))
        shown.on("pageerror", lambda error: console.append(str(error)))
        shown.goto(harness.as_uri())
        shown.wait_for_function("document.getElementById('found').textContent")
        return json.loads(shown.text_content("#found") or ""), console


def printed(browser: Browser, page: Path, pdf: Path) -> None:
    """On the paper that the page asks for."""
    with browser.new_context() as seen:
        shown = seen.new_page()
        shown.goto(page.as_uri())
        shown.pdf(path=pdf, prefer_css_page_size=True, print_background=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "r"
    names = ("letters-with-code", "simplified-signup", "mix-broad")
    small = ("--people", "2000", "--draws", "4", "--workers", "1", "--pictures", "none")
    assert CliRunner().invoke(app, ["compare", *names, *small, "--out", str(path)]).exit_code == 0
    return path


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Path]:
    """Its report in both languages."""
    found = {lang: folder.parent / f"{lang}.html" for lang in ("en", "fr")}
    for lang, page in found.items():
        assert CliRunner().invoke(app, ["report", str(folder), "--lang", lang, "--out", str(page)]).exit_code == 0
    return found


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_report_in_a_browser(driven: Driven, pages: dict[str, Path], tmp_path: Path, lang: str) -> None:
    found, console = driven(opened, pages[lang], tmp_path)
    assert console == []
    for width, seen in zip(WIDTHS, found, strict=True):
        assert abs(seen["width"] - width) < 20, "but for a scroll bar"
        assert seen["scroll"] <= seen["width"], f"the page scrolls sideways at {width}"
        assert seen["spaced"] <= seen["width"], f"with text spaced out (WCAG 1.4.12) it does at {width}"
        assert (seen["missing"], seen["tables"], seen["requests"]) == (0, 0, 0)
        assert len(seen["figures"]) == 2, "one shape of each figure is shown"
        assert min(seen["figures"]) > 200
        assert seen["smallest"] > 11


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")
@pytest.mark.parametrize(
    ("lang", "last", "following"),
    [("en", "Notes on method", "All strategies"), ("fr", "Notes de méthode", "Toutes les stratégies")],
)
def test_the_first_printed_page_answers_alone(
    driven: Driven, pages: dict[str, Path], tmp_path: Path, lang: str, last: str, following: str
) -> None:
    """It ends with the contents; the rest begins on the next one."""
    pdf = tmp_path / "report.pdf"
    driven(printed, pages[lang], pdf)
    read = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, timeout=60, check=True)
    pages = read.stdout.split("\f")
    assert last in pages[0]
    assert pages[1].strip().startswith(following)


def pointed(browser: Browser, page: Path, weekly: pd.DataFrame, lang: str) -> None:
    """What the pointer finds in the curves and crosses, without scripts."""
    for width, shape in ((1280, "wide"), (400, "narrow")):
        with browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False) as seen:
            opened_page = seen.new_page()
            opened_page.goto(page.as_uri())
            spots = opened_page.locator("figure").first.locator(f".{shape} .spot")
            assert spots.count() > 70
            for place in (3, 40, 75):
                week, box = 4 * place, spots.nth(place).locator("> g")
                assert not box.is_visible()
                spots.nth(place).locator("> rect").hover()
                assert box.is_visible()
                lines = [part.text_content() or "" for part in box.locator("tspan").all()]
                assert lines[0] == day((START + timedelta(weeks=week)).isoformat(), lang)
                found = weekly[weekly["week"] == week]["activated"].quantile([0.05, 0.5, 0.95]) / 1e6
                said = with_interval(*map(float, found), lang)
                assert said in "".join(lines), (lines, said)
            assert len(lines) > 4, "after the policy start all strategies drawn are there"
            crosses = opened_page.locator("figure").nth(1).locator(f".{shape} .spot")
            assert crosses.count() == 3
            opened_page.mouse.move(0, 0)
            opened_page.emulate_media(media="print")
            assert not spots.nth(3).locator("> rect").is_visible()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_pointer_finds_values_without_a_script_and_off_paper(
    driven: Driven, folder: Path, pages: dict[str, Path], lang: str
) -> None:
    """The box of the curves says the day and the medians and intervals of ``weekly.parquet``."""
    assert "<script" not in pages[lang].read_text(encoding="utf-8")
    weekly = pd.read_parquet(folder / "weekly.parquet").query("scenario == 'status-quo'")
    driven(pointed, pages[lang], weekly, lang)


def test_the_browser_notices_what_is_wrong(driven: Driven, tmp_path: Path) -> None:
    """Negative control."""
    page = tmp_path / "wrong.html"
    wide = '<div style="width:1500px">wide</div><img src="none.png"><p style="font-size:6px">small</p>'
    page.write_text(f"<!DOCTYPE html><body>{wide}<script>console.error('oh')</script></body>", encoding="utf-8")
    found, console = driven(opened, page, tmp_path)
    assert any("oh" in line for line in console)
    for seen in found:
        assert min(seen["scroll"], seen["spaced"]) > seen["width"]
        assert (seen["missing"], seen["smallest"]) == (1, 6)
