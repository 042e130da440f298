"""The report in a real browser: nothing missing, no error, nothing that makes the page scroll sideways."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, sync_playwright
from typer.testing import CliRunner

from cli.main import app
from foundation.language.numbers import day, with_interval
from model.terms.weeks import START

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--allow-file-access-from-files", "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=10000", "--window-size=1400,1000",
)  # fmt: skip
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
      figures: [...page.querySelectorAll("[role=img] svg")].filter(shown)
        .map(svg => svg.getBoundingClientRect().height),
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


def opened(page: Path, folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """What a browser finds at each of ``WIDTHS``, and its console."""
    assert CHROMIUM, "CI has to install Chromium (see .ci/run)"
    frames = "".join(f'<iframe src="{page.as_uri()}" width="{width}" height="900"></iframe>' for width in WIDTHS)
    harness = folder / "harness.html"
    harness.write_text(HARNESS.format(frames=frames), encoding="utf-8")
    profile = folder / "profile"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", harness.as_uri()]
    result = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    shutil.rmtree(profile, ignore_errors=True)
    dumped = re.search(r'<pre id="found">(.*?)</pre>', result.stdout, flags=re.DOTALL)
    assert dumped, result.stderr[-2000:]
    console = [line for line in result.stderr.splitlines() if ":CONSOLE" in line]
    return json.loads(unescape(dumped[1])), console


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "r"
    names = ("letters-with-code", "simplified-signup", "mix-broad")
    arguments = ("compare", *names, "--people", "2000", "--draws", "4", "--workers", "1", "--out", str(path))
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return path


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_report_in_a_browser(folder: Path, tmp_path: Path, lang: str) -> None:
    page = tmp_path / f"{lang}.html"
    assert CliRunner().invoke(app, ["report", str(folder), "--lang", lang, "--out", str(page)]).exit_code == 0
    found, console = opened(page, tmp_path)
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
    folder: Path, tmp_path: Path, lang: str, last: str, following: str
) -> None:
    """It ends with the contents; the rest begins on the next one."""
    assert CHROMIUM
    page, pdf = tmp_path / f"{lang}.html", tmp_path / "report.pdf"
    assert CliRunner().invoke(app, ["report", str(folder), "--lang", lang, "--out", str(page)]).exit_code == 0
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM, *FLAGS, profile, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=180, check=True)
    read = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, timeout=60, check=True)
    pages = read.stdout.split("\f")
    assert last in pages[0]
    assert pages[1].strip().startswith(following)


def by_keyboard(page: Page, spots: Locator, weekly: pd.DataFrame, lang: str) -> None:
    """One Tab leads to the values at the horizon, arrow keys to those before; another Tab leads on."""
    page.mouse.move(0, 0)
    page.locator("a.skip").focus()
    stops = []
    for _ in range(8):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    assert [name for name in stops if str(name).startswith("curves-")] in (["curves-wide"], ["curves-narrow"])
    page.locator("a.skip").focus()
    while not str(page.evaluate("document.activeElement.name || ''")).startswith("curves-"):
        page.keyboard.press("Tab")
    count = spots.count()
    for back in (0, 1, 30):
        for _ in range(back):
            page.keyboard.press("ArrowLeft")
        at = [n for n in range(count) if spots.nth(n).locator("> g").is_visible()]
        assert len(at) == 1, "one box at a time"
        lines = [part.text_content() or "" for part in spots.nth(at[0]).locator("tspan").all()]
        said = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert lines[0] in said
        assert all(line.strip() in said for line in lines if "…" not in line), (lines, said)
    assert at == [count - 1 - 31]
    assert page.locator(".hint").first.is_visible()


def pointed(page: Path, weekly: pd.DataFrame, lang: str) -> None:
    """What the pointer finds in the curves and crosses, without scripts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for width, shape in ((1280, "wide"), (400, "narrow")):
                seen = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False)
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
                by_keyboard(opened_page, spots, weekly, lang)
                crosses = opened_page.locator("figure").nth(1).locator(f".{shape} .spot")
                assert crosses.count() == 3
                opened_page.mouse.move(0, 0)
                opened_page.emulate_media(media="print")
                assert not spots.nth(3).locator("> rect").is_visible()
                seen.close()
        finally:
            browser.close()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_pointer_finds_values_without_a_script_and_off_paper(folder: Path, tmp_path: Path, lang: str) -> None:
    """The box of the curves says the day and the medians and intervals of ``weekly.parquet``."""
    page = tmp_path / f"{lang}.html"
    assert CliRunner().invoke(app, ["report", str(folder), "--lang", lang, "--out", str(page)]).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    weekly = pd.read_parquet(folder / "weekly.parquet").query("scenario == 'status-quo'")
    # In a thread of its own: the browser of other tests may still be driven from this one.
    with ThreadPoolExecutor(1) as alone:
        alone.submit(pointed, page, weekly, lang).result()


def test_the_browser_notices_what_is_wrong(tmp_path: Path) -> None:
    """Negative control."""
    page = tmp_path / "wrong.html"
    wide = '<div style="width:1500px">wide</div><img src="none.png"><p style="font-size:6px">small</p>'
    page.write_text(f"<!DOCTYPE html><body>{wide}<script>console.error('oh')</script></body>", encoding="utf-8")
    found, console = opened(page, tmp_path)
    assert any("oh" in line for line in console)
    for seen in found:
        assert min(seen["scroll"], seen["spaced"]) > seen["width"]
        assert (seen["missing"], seen["smallest"]) == (1, 6)
