"""The page in a real browser: composed by keyboard, kept in its address, provisional until it is whole, inert to what
people write, readable by machines that read aloud.
"""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from cli.main import app
from foundation.language.text import LANGUAGES
from tests.web.browser.conftest import Visit, fragment, state_of
from tests.web.browser.fake import DRAWS, Fake, serving
from tests.web.conftest import DRAWS as REAL_DRAWS
from tests.web.conftest import PEOPLE
from web.explorer import Explorer

LETTERS = {
    "title": {"en": "Letters"},
    "lever": [{"kind": "letter", "every_weeks": 26, "target": {"regions": ["Bretagne"]}}],
}
DOCTORS = {
    "title": {"en": "Doctors"},
    "lever": [{"kind": "doctors", "means": "fee"}, {"kind": "media", "bursts": [{"start": "2027-03-01", "weeks": 4}]}],
}
WIDTHS = (400, 1280)
HOSTILE = (
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    '<a href="https://example.org">here</a> %{x} $x^2$',
    "\N{RIGHT-TO-LEFT OVERRIDE}desrever\N{ZERO WIDTH SPACE}",
    "W" * 60,
)
FOCUSED = "it => document.activeElement.matches(it) && getComputedStyle(document.activeElement).outlineStyle"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
UNFOLD = "for (const box of document.querySelectorAll('details')) box.open = true"


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Presses the tab key until the element has the focus, as somebody without a mouse does."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if found := page.evaluate(FOCUSED, selector):
            assert found != "none", "no focus to be seen"
            return
    raise AssertionError(f"{selector} can't be reached by the tab key")


def whole(page: Page) -> None:
    page.wait_for_selector("#results:not(.provisional)")


def changed(page: Page, fake: Fake, gesture: Callable[[], object]) -> None:
    """A gesture, and the answer to it."""
    before = len(fake.asked)
    gesture()
    for _ in range(200):
        if len(fake.asked) > before:
            break
        page.wait_for_timeout(25)
    whole(page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_strategy_is_composed_by_keyboard_only(lang: str, visit: Visit, fake: Fake, tmp_path: Path) -> None:
    page = visit(lang)
    tab_to(page, "#kinds li:nth-child(3) button")
    changed(page, fake, lambda: page.keyboard.press("Enter"))
    assert page.evaluate("document.activeElement.matches('#levers summary')"), "the focus goes to the new lever"
    tab_to(page, '[data-path="lever[1].every_weeks"]')
    page.keyboard.press("Control+a")
    changed(page, fake, lambda: page.keyboard.type("13"))
    tab_to(page, '[data-path="lever[1].target"] ~ * summary, .regions summary')
    page.keyboard.press("Enter")
    tab_to(page, ".regions input")
    changed(page, fake, lambda: page.keyboard.press("Space"))
    tab_to(page, "#strategy-title", back=True)
    page.keyboard.press("Control+a")
    changed(page, fake, lambda: page.keyboard.type("Mine"))
    (strategy,) = fake.asked[-1].strategies
    (lever,) = strategy.levers
    assert (strategy.title(lang), lever.kind, lever.every_weeks) == ("Mine", "letter", 13)  # type: ignore[arg-type, union-attr]
    assert lever.target.regions == ("Auvergne-Rhône-Alpes",)  # type: ignore[union-attr]
    tab_to(page, '[data-download="toml"]')
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "mine.toml")
    assert tomllib.loads((tmp_path / "mine.toml").read_text("utf-8")) == tomllib.loads(strategy.text)
    assert page.inner_text("#live"), "what happened is said aloud"


@pytest.mark.parametrize(("lang", "judged"), [*zip(LANGUAGES, WIDTHS, strict=True)])
def test_nothing_scrolls_sideways_and_axe_finds_nothing(lang: str, judged: int, visit: Visit) -> None:
    page = visit(lang, 1280, fragment(LETTERS, DOCTORS, DOCTORS, LETTERS, DOCTORS), charts=True)
    page.evaluate(UNFOLD)
    page.wait_for_selector("#course-growth svg")
    page.wait_for_selector("#panels svg")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        assert sideways(page) <= 0
        if width == judged:
            found = Axe().run(page, context={"exclude": [[".plot > *"]]}, options={"runOnly": RULES})
            seen = [
                (one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found.response["violations"]
            ]
            assert seen == []
            assert len(found.response["passes"]) > 20


def test_axe_finds_what_is_wrong(visit: Visit) -> None:
    page = visit()
    page.evaluate(
        "document.querySelector('label[for=shipped]').remove(); document.body.append(document.createElement('button'))"
    )
    found = {
        one["id"]
        for one in Axe()
        .run(page, options={"runOnly": {"type": "rule", "values": ["select-name", "button-name"]}})
        .response["violations"]
    }
    assert {"select-name", "button-name"} <= found


def test_the_address_brings_everything_back(visit: Visit, fake: Fake) -> None:
    world = {"structure": {"reading": "naive"}, "drivers": {"documents_per_year": 0.1}}
    page = visit("en", 1280, fragment(LETTERS, DOCTORS, shown=1, world=world))
    assert page.input_value("#strategy-title") == "Doctors"
    asked = fake.asked[-1]
    assert (asked.world.structure.reading, asked.world.drivers.documents_per_year) == ("naive", 0.1)
    changed(
        page,
        fake,
        lambda: (
            page.click('[data-tab="0"]')
            or page.click("#levers summary")
            or page.fill('[data-path="lever[1].every_weeks"]', "20")
        ),
    )
    whole(page)
    assert "2" in page.inner_text("#world-state"), "two things are not as by default"
    page.select_option("#stops-group", "age_band/75+")
    address = page.url
    other = visit("en", 1280, address.partition("#")[2])
    assert fake.asked[-1].strategies == fake.asked[-2].strategies
    assert fake.asked[-1].strategies[0].levers[0].every_weeks == 20  # type: ignore[union-attr]
    assert other.input_value("#stops-group") == "age_band/75+"
    assert other.inner_text("#side") == page.inner_text("#side")
    page.reload()
    whole(page)
    assert page.url == address
    assert page.input_value("#strategy-title") == "Letters"
    page.click('[data-lang="fr"]')
    whole(page)
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert state_of(page) == state_of(other)


def test_back_and_forth(visit: Visit, fake: Fake) -> None:
    page = visit()
    changed(page, fake, lambda: page.click("#kinds li:nth-child(1) button"))
    page.click("#add-lever summary")
    changed(page, fake, lambda: page.click("#kinds li:nth-child(2) button"))
    changed(page, fake, lambda: page.fill('[data-path="lever[2].every_weeks"]', "9"))
    changed(page, fake, page.go_back)
    assert page.input_value('[data-path="lever[2].every_weeks"]') == "26"
    changed(page, fake, page.go_back)
    assert page.locator("#levers > li").count() == 1
    assert len(fake.asked[-1].strategies[0].levers) == 1
    changed(page, fake, page.go_forward)
    assert page.locator("#levers > li").count() == 2
    changed(page, fake, page.go_back)
    changed(page, fake, page.go_back)
    assert fake.asked[-1].strategies == ()


def test_a_partial_answer_is_seen_to_be_one(visit: Visit, fake: Fake) -> None:
    fake.steps, fake.pace = (4, DRAWS), 0.7
    page = visit("en", 1280, fragment(LETTERS), ready=False)
    page.wait_for_selector("#verdict p")
    assert f"4 of {DRAWS} draws" in page.inner_text("#status")
    assert "provisional" in str(page.get_attribute("#results", "class"))
    assert page.get_attribute("#results", "aria-busy") == "true"
    assert page.is_disabled('[data-download="csv"]')
    early = page.inner_text("#verdict")
    whole(page)
    assert page.inner_text("#verdict") != early
    assert page.is_enabled('[data-download="csv"]')


def test_a_new_gesture_ends_the_old_question(visit: Visit, fake: Fake) -> None:
    page = visit("en", 1280, fragment(LETTERS))
    fake.pace = 1.5
    page.click("#add-lever summary")
    ended = fake.ended
    page.click("#kinds li:nth-child(2) button")
    page.wait_for_timeout(700)
    fake.pace = 0.05
    changed(page, fake, lambda: page.click("#levers > li:nth-child(2) .actions button:last-child"))
    assert fake.ended == ended + 1
    assert len(fake.asked[-1].strategies[0].levers) == 1
    assert "1.10" in page.inner_text("#verdict"), "the answer is that to the last question"
    page.wait_for_timeout(300)
    assert "1.10" in page.inner_text("#verdict")


def test_a_lost_connection_loses_nothing(visit: Visit, fake: Fake) -> None:
    fake.breaks = 1
    page = visit("en", 1280, fragment(LETTERS), ready=False)
    page.wait_for_selector("#again")
    assert "asked again by itself" in page.inner_text("#status")
    whole(page)
    assert page.input_value("#strategy-title") == "Letters"
    assert len(fake.asked) == 2


def test_problems_stand_at_their_field(visit: Visit, fake: Fake) -> None:
    fake.refuses = True
    page = visit("en", 1280, fragment(LETTERS), ready=False, refused="422")
    page.wait_for_selector("#problems li")
    field = page.locator('[data-path="lever[1].every_weeks"]')
    assert field.get_attribute("aria-invalid") == "true"
    page.click("#problems button")
    assert field.evaluate("field => field === document.activeElement && field.offsetParent !== null")
    fake.refuses = False
    changed(page, fake, lambda: field.fill("30"))
    assert field.get_attribute("aria-invalid") is None
    before = len(fake.asked)
    field.fill("1000")
    page.wait_for_timeout(400)
    assert (field.get_attribute("aria-invalid"), len(fake.asked)) == ("true", before), "what can't be is not asked"


@pytest.mark.parametrize("state", ["!", "bm8", fragment(*[LETTERS] * 6), fragment("text")])  # type: ignore[arg-type]
def test_an_address_that_holds_nothing_is_said_so(state: str, visit: Visit, fake: Fake) -> None:
    page = visit("en", 1280, state)
    assert page.is_visible("#wrong-address")
    changed(page, fake, lambda: page.click("#fresh"))
    assert page.is_hidden("#wrong-address")
    assert len(state_of(page)["strategies"]) == 1


@pytest.mark.parametrize(
    "strategy",
    [
        {"title": 5, "lever": [{"kind": ["x"]}]},
        {"lever": [{"kind": "letter", "target": 5, "waves": "x", "cost": []}]},
        {"title": {"en": "W" * 5000}},
    ],
)
def test_strategies_of_wrong_types_are_refused_by_the_server_not_by_a_fault(
    strategy: dict[str, Any], visit: Visit
) -> None:
    page = visit("en", 1280, fragment(strategy), ready=False, refused="422")
    page.wait_for_selector("#problems li")
    assert sideways(page) <= 0
    page.click("#strategy-actions button:last-child")
    whole(page)


def test_hostile_titles_are_inert(visit: Visit) -> None:
    tables = [
        {"title": {"en": title, "fr": title}, "description": {"en": title}, "lever": [{"kind": "sms"}]}
        for title in HOSTILE
    ]
    page = visit("en", 1280, fragment(*tables), charts=True)
    page.wait_for_selector("#ranked svg")
    page.wait_for_selector("#panels svg")
    page.evaluate(UNFOLD)
    page.hover("#additional .nsewdrag", force=True)
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img, main script, main a").count() == 0
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        assert sideways(page) <= 0
    assert HOSTILE[0] in page.inner_text("#verdict")
    assert page.locator("#level-key li").nth(4).inner_text() == "D desrever", "read from left to right"
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page.inner_text("#results")
    assert page.locator("main bdi.title").first.evaluate("it => getComputedStyle(it).unicodeBidi") == "isolate"


def test_files_in_and_out(visit: Visit, fake: Fake, tmp_path: Path) -> None:
    page = visit(refused="422", charts=True)
    page.set_input_files("#file", {"name": "big.toml", "mimeType": "", "buffer": b"#" * 200_001})
    assert "at most 200 kB" in page.inner_text("#composed")
    page.set_input_files("#file", {"name": "bad.toml", "mimeType": "", "buffer": b"[[lever]]\nkind = 'leter'\n"})
    page.wait_for_selector("#composed:has-text('letter')")
    text = '[title]\nen = "Mine"\n[[lever]]\nkind = "letter"\nwaves = [2027-03-01, 2027-09-06]\n'
    changed(
        page,
        fake,
        lambda: page.set_input_files("#file", {"name": "mine.toml", "mimeType": "", "buffer": text.encode()}),
    )
    assert page.is_hidden("#composed")
    for what in ("toml", "csv"):
        with page.expect_download() as download:
            page.click(f'[data-download="{what}"]')
        download.value.save_as(tmp_path / what)
    assert tomllib.loads((tmp_path / "toml").read_text("utf-8"))["lever"] == tomllib.loads(text)["lever"]
    with page.expect_download() as download:
        page.click('[data-picture="level"][data-format="svg"]')
    download.value.save_as(tmp_path / "level.svg")
    assert "<svg" in (tmp_path / "level.svg").read_text("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pasted_file_is_checked_as_on_the_command_line(lang: str, visit: Visit, fake: Fake, tmp_path: Path) -> None:
    page = visit(lang, 400, refused="422")
    page.evaluate(UNFOLD)
    page.click("#check")
    assert page.inner_text("#pasted-problem")
    wrong = '[title]\nen = "Mine"\n[[lever]]\nkind = "letter"\nevery_weeks = "often"\ntarget.regions = ["Bretagn"]\n'
    right = wrong.replace('"often"', "26").replace("Bretagn", "Bretagne")
    file = tmp_path / "strategy.toml"
    file.write_text(wrong, encoding="utf-8")
    result = CliRunner().invoke(app, ["scenarios", "check", str(file), "--lang", lang])
    page.fill("#pasted", wrong)
    page.click("#check")
    expect(page.locator("#pasted-problem")).to_contain_text("Bretagn")
    lines = page.inner_text("#pasted-problem").splitlines()
    assert len(lines) == 2
    typed = result.output.replace(f"{tmp_path}/", "")
    assert all(" ".join(line.split()) in " ".join(typed.split()) for line in lines), typed
    assert page.input_value("#pasted") == wrong, "it stays until it is right"
    assert sideways(page) <= 0
    page.fill("#pasted", right)
    changed(page, fake, lambda: page.click("#check"))
    assert (page.input_value("#pasted"), page.is_hidden("#pasted-problem")) == ("", True)
    (strategy,) = fake.asked[-1].strategies
    assert strategy.levers[0].target.regions == ("Bretagne",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=window.hacked=1>",
        "[" * 20_000,
        "a = " + "[" * 5_000 + "]" * 5_000,
        '[title]\nen = "<script>window.hacked=1</script>"\n[[lever]]\nkind = "<b>x</b>"\n',
        "\x00\x01\N{RIGHT-TO-LEFT OVERRIDE}",
        "x = 1e999999\ny = 99999999999999999999999999999999999\n",
        "#" * 200_001,
    ],
    ids=["markup", "unclosed", "deep", "titles", "signs", "numbers", "long"],
)
def test_whatever_is_pasted_is_answered_with_a_message(text: str, visit: Visit, fake: Fake) -> None:
    page = visit(refused="422")
    page.evaluate(UNFOLD)
    page.evaluate("text => { document.getElementById('pasted').value = text; }", text)
    page.click("#check")
    page.wait_for_selector("#pasted[aria-invalid]")
    assert page.inner_text("#pasted-problem").strip()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#compose img, #compose script, #compose b").count() == 0
    assert fake.asked[-1].strategies == ()
    assert sideways(page) <= 0


def test_use_and_years_are_shown(visit: Visit, fake: Fake) -> None:
    page = visit("en", 1280, fragment(LETTERS, DOCTORS))
    assert page.locator("#use tbody tr").count() == 3
    assert "With “Letters” 3.00" in page.inner_text("#use-said")
    assert page.locator("#use-groups tbody tr").count() == 2
    assert page.locator("#years thead th").all_inner_texts() == ["Strategy", "2027", "2028"]
    assert page.locator("#years tbody tr").count() == 2, "what costs nothing is left out"
    assert page.evaluate("document.body.textContent.includes('Target: 40 million')") is False, "no chart is drawn here"


@pytest.mark.parametrize("on", ["activated", "users"])
def test_a_target_on_users_is_no_line_among_profiles(on: str, visit: Visit, fake: Fake) -> None:
    fake.target_on = on
    page = visit("en", 1280, fragment(LETTERS), charts=True)
    page.wait_for_selector("#level svg")
    drawn = page.locator("#level svg", has_text="Target: 40 million").count()
    assert (drawn > 0) == (on == "activated")
    assert ("40 million monthly users" in page.inner_text("#verdict")) == (on == "users")
    assert ("monthly users" in page.inner_text("header .lead")) == (on == "users")


def test_five_strategies_at_most(visit: Visit, fake: Fake) -> None:
    page = visit("en", 1280, fragment(LETTERS))
    for count in range(2, 6):
        changed(page, fake, lambda: page.click("#strategy-actions button:first-child"))
        assert page.locator("#tabs li").count() == count
    assert page.is_disabled("#strategy-actions button:first-child")
    page.click("#take")
    assert "At most 5" in page.inner_text("#composed")
    changed(page, fake, lambda: page.click("#strategy-actions button:last-child"))
    assert page.locator("#tabs li").count() == 4


def test_a_shipped_strategy_that_is_changed_says_so(visit: Visit, fake: Fake) -> None:
    page = visit()
    page.select_option("#shipped", "letters-with-code")
    changed(page, fake, lambda: page.click("#take"))
    title = page.input_value("#strategy-title")
    page.click("#levers summary")
    changed(page, fake, lambda: page.fill('[data-path="lever[1].every_weeks"]', "12"))
    assert page.inner_text("#tabs").split(maxsplit=1)[1] == f"{title} (changed)"
    page.select_option('[data-path="rhythm"]', "days")
    whole(page)
    assert state_of(page)["strategies"][0]["lever"][0]["waves"] == ["2027-01-04"]


def test_a_run_folder_is_opened(visit: Visit, fake: Fake) -> None:
    fake.folder_name = "compare-<b>1</b>"
    page = visit()
    assert fake.asked == []
    assert "compare-<b>1</b>" in page.inner_text("#folder")
    assert page.locator("#side tbody tr").count() == 8
    changed(page, fake, lambda: page.click("#folder-strategies button"))
    assert page.locator("#side tbody tr").count() == 2
    page.click("#folder-show")
    page.wait_for_selector("#side tbody tr:nth-child(8)")


def test_the_file_gives_the_numbers_of_the_page(made: Callable[..., Explorer], visit: Visit, tmp_path: Path) -> None:
    """To the bit, with the real explorer."""
    with serving(made()) as address:
        page = visit("en", 1280, at=address, ready=False)
        page.set_default_timeout(120_000)
        whole(page)
        page.select_option("#shipped", "letters-with-code")
        page.click("#take")
        whole(page)
        found = page.evaluate("import('/static/asking.js').then(asking => asking.known)")
        with page.expect_download() as download:
            page.click('[data-download="toml"]')
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        shown = page.inner_text("#side tbody tr:nth-child(2)")
    options = ("--people", str(PEOPLE), "--draws", str(REAL_DRAWS), "--workers", "1", "--pictures", "none", "--json")
    result = CliRunner().invoke(app, ["run", str(file), *options, "--out", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    run = json.loads(result.stdout)
    ours = found["answer"]["scenarios"][1]
    assert found["final"]
    assert ours["measures"] == {key: run["at_horizon"][key] for key in ours["measures"]}
    assert ours["activated"] == run["activated_millions"]
    assert ours["shown"]["additional"].split("\N{NO-BREAK SPACE}")[0] in shown


@pytest.mark.parametrize(
    "wanted", [("report", "xlsx", "folder"), pytest.param(("pictures",), marks=pytest.mark.slow)], ids="-".join
)
def test_everything_can_be_taken_away_through_the_page(
    wanted: tuple[str, ...], made: Callable[..., Explorer], visit: Visit, tmp_path: Path
) -> None:
    """With the real explorer."""
    names = {"report": "letters.fr.html", "xlsx": "letters.fr.xlsx", "folder": "letters.zip", "pictures": "letters.zip"}
    with serving(made()) as address:
        page = visit("fr", 1280, fragment(LETTERS), at=address, ready=False)
        page.set_default_timeout(120_000)
        whole(page)
        for what in wanted:
            with page.expect_download() as download:
                page.click(f'[data-download="{what}"]')
            assert download.value.suggested_filename == names[what]
            download.value.save_as(tmp_path / names[what])
            page.wait_for_selector(f"#kept:has-text('{names[what]}')")
    if "report" in wanted:
        report = (tmp_path / names["report"]).read_text("utf-8")
        assert '<html lang="fr"' in report
        assert "Letters" in report
        assert (tmp_path / names["xlsx"]).read_bytes().startswith(b"PK")
        zipfile.ZipFile(tmp_path / names["folder"]).extractall(tmp_path / "whole")
        assert CliRunner().invoke(app, ["verify", str(tmp_path / "whole" / "letters")]).exit_code == 0
        return
    with zipfile.ZipFile(tmp_path / names["pictures"]) as pictures:
        assert {"adoption.fr.png", "use.fr.png"} <= {name.rpartition("/")[2] for name in pictures.namelist()}
        assert all(pictures.read(name).startswith(b"\x89PNG") for name in pictures.namelist())
