"""Pictures of the page for the guide: ``python -m tests.web.browser.screens http://127.0.0.1:8765`` looks at a running
``mes web`` with a browser, in both languages and at both widths, and writes ``docs/screens/web-*.png``.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from foundation.language.text import LANGUAGES
from tests.web.browser.conftest import CHROMIUM, FLAGS, fragment

SCREENS = Path(__file__).parents[3] / "docs/screens"
SIZES = {1280: 1560, 400: 1900}
"""Height by width, pixels."""
SHOWN = ("mix-inclusive", "letters-with-code", "email-reminders")
COLOURS = 64
PATIENCE = 600_000


def shot(page: Page, file: Path) -> None:
    """What is in the window, with few colours: a small file."""
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main(address: str) -> None:
    """Waits for the whole answer each time."""
    with urlopen(f"{address}/api/catalogue?lang=en") as answer:
        shipped: dict[str, Any] = {one["name"]: one["table"] for one in json.load(answer)["shipped"]}
    state = fragment(*(shipped[name] for name in SHOWN))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for lang in LANGUAGES:
            for width, height in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
                page.goto(f"{address}/?lang={lang}#{state}")
                page.wait_for_selector("#results:not(.provisional)", timeout=PATIENCE)
                page.wait_for_selector("#ranked svg")
                if width < min(SIZES) + 1:
                    page.click('.bar [data-go="results"]')
                page.wait_for_timeout(500)
                shot(page, SCREENS / f"web-{width}{'.fr' if lang == 'fr' else ''}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
