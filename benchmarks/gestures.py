"""Gestures in a real browser, timed by the page's own clock: from the click to the frame that has the figures."""

from __future__ import annotations

import shutil

WATCH = """() => {
  const results = document.getElementById("results");
  const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));
  addEventListener("click", (event) => {
    if (event.target.closest("#kinds button")) window.gesture = { begun: event.timeStamp, asked: false };
  }, true);
  new MutationObserver(() => {
    const { gesture } = window;
    if (!gesture) return;
    if (results.classList.contains("stale")) gesture.asked = true;
    const told = (name) => {
      if (!gesture.asked || name in gesture) return;
      gesture[name] = null;
      painted((now) => { gesture[name] = (now - gesture.begun) / 1000; });
    };
    if (!results.classList.contains("stale")) told("first");
    if (!results.classList.contains("provisional")) told("whole");
  }).observe(results, { attributes: true, attributeFilter: ["class"] });
}"""
"""In the page: when figures that answer a click are on the screen, by ``performance.now()``."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LEVERS = ((4, 5, 6), (1, 7, 8))
"""Places of the kinds that are added one by one, in the list of the page."""


def watched(port: int) -> list[dict[str, float]]:
    """Seconds of each gesture to the ``first`` figure and to that of all draws (``whole``)."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    seen = list[dict[str, float]]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"http://127.0.0.1:{port}/?lang=en")
        page.wait_for_selector("#results:not(.provisional)")
        page.evaluate(WATCH)
        for kinds in LEVERS:
            page.click("#fresh")
            page.wait_for_selector("#results:not(.provisional)")
            for place in kinds:
                page.evaluate("document.getElementById('add-lever').open = true")
                page.click(f"#kinds li:nth-child({place}) button")
                while not page.evaluate("window.gesture.first > 0 && window.gesture.whole > 0"):
                    page.wait_for_timeout(100)
                seen.append(page.evaluate("window.gesture"))
        browser.close()
    return seen
