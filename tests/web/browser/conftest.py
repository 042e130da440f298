"""A real browser, and pages in it that may not report an error."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from tests.web.browser.fake import Fake, serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
Visit = Callable[..., Page]
UNDRAWN = "window.Plotly = { register() {}, async react() {} };"


def fragment(*strategies: dict[str, Any], **more: Any) -> str:
    """The state of an address."""
    state = {
        "v": 1,
        "strategies": strategies,
        "shown": 0,
        "world": {"structure": {}, "drivers": {}},
        "view": {},
        **more,
    }
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


def state_of(page: Page) -> dict[str, Any]:
    """What the address of a page holds."""
    text = page.url.partition("#")[2]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) if text else {}
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with the file: as long as it is driven, no other test of the process can start an event loop."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has to install Chromium (see .ci/run)")
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def faked() -> Iterator[tuple[Fake, str]]:
    fake = Fake()
    with serving(fake) as address:
        yield fake, address


@pytest.fixture
def fake(faked: tuple[Fake, str]) -> Fake:
    """As if it had just started."""
    Fake.__init__(faked[0])
    return faked[0]


@pytest.fixture(scope="module")
def unused(browser: Browser) -> Callable[[bool], list[Page]]:
    """Pages that no test has open, with charts or without: to begin one takes longer than what most tests do with it,
    and nothing is kept in it but its address."""
    contexts = {charts: browser.new_context(reduced_motion="reduce", accept_downloads=True) for charts in (False, True)}
    contexts[False].route("**/plotly.min.js", lambda route: route.fulfill(content_type="text/javascript", body=UNDRAWN))
    left: dict[bool, list[Page]] = {False: [], True: []}

    def pages(charts: bool) -> list[Page]:
        if not left[charts]:
            left[charts].append(contexts[charts].new_page())
        return left[charts]

    return pages


@pytest.fixture
def visit(unused: Callable[[bool], list[Page]], faked: tuple[Fake, str], fake: Fake) -> Iterator[Visit]:
    """Opens the page, as often as is asked for: ``visit(lang, width, fragment)``. What it reports is an error of the
    test, but for refusals that the test names (``refused``). Charts are drawn where asked for: they take time."""
    visits, told = [], list[str]()

    def opened(
        lang: str = "en",
        width: int = 1280,
        state: str = "",
        *,
        at: str = "",
        refused: str = "",
        ready: bool = True,
        charts: bool = False,
    ) -> Page:
        def listen(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning") and not (refused and refused in said.text):
                told.append(said.text)

        def fail(error: Error) -> None:
            told.append(str(error))

        page = unused(charts).pop()
        visits.append((charts, page, listen, fail))
        page.on("console", listen)
        page.on("pageerror", fail)
        page.set_viewport_size({"width": width, "height": 900})
        page.set_default_timeout(10_000)
        page.bring_to_front()  # one behind another is drawn late or never
        page.mouse.move(0, 0)
        page.goto(f"{at or faked[1]}/?lang={lang}" + (f"#{state}" if state else ""))
        page.wait_for_selector("html[data-ready]")
        if ready:
            page.wait_for_selector("#results:not(.provisional)")
        return page

    yield opened
    for charts, page, listen, fail in visits:
        page.remove_listener("console", listen)
        page.remove_listener("pageerror", fail)
        page.goto("about:blank")
        unused(charts).append(page)
    assert told == []
