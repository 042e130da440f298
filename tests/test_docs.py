"""The guides: links lead somewhere, what can be typed works, what is printed is current, both languages agree."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import typer

from calibration.facts.priors import FREE
from calibration.facts.targets import load_stock_targets
from calibration.hindcast import label as named
from calibration.hindcast.page import shipped_scores
from cli.main import app
from foundation.language.pages import MARK
from report.guides.filling import CURRENT, STALE, look, unsound
from report.guides.parts import FIGURES, PARTS
from scenarios.language.files import parse_scenario

ROOT = Path(__file__).parents[1]
GUIDES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "calibration/data/SOURCES.md")
FRENCH = [guide for guide in GUIDES if guide.name.endswith(".fr.md")]
CODE = re.compile(r"```.*?```|`[^`\n]*`|<!--.*?-->|\]\([^)]*\)", flags=re.DOTALL)
INNER = {"__init__.py", "jit.py", "shapes.py"}
"""Files of the model that hold no part of the description."""


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", text(name), flags=re.DOTALL)


def headings(content):
    outside = re.sub(r"```.*?```", "", content, flags=re.DOTALL)
    return re.findall(r"^(#+) (.*)$", outside, flags=re.MULTILINE)


def anchors(content):
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for _, title in headings(content)}


def broken(guide, content):
    """Links of a guide that lead nowhere, web addresses aside."""
    bare = re.sub(r"```.*?```", "", content, flags=re.DOTALL)
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", bare):
        path, _, anchor = link.partition("#")
        target = guide.parent / path if path else guide
        if link.startswith(("https://", "http://")):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_links_lead_somewhere(guide):
    assert broken(guide, guide.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_noticed():
    content = (
        "[a](docs/odd.md) [b](docs/none.md) [c](docs/odd.md#parameters) [d](docs/odd.md#none) [e](https://e.org/x)"
    )
    assert broken(ROOT / "README.md", content) == ["docs/none.md", "docs/odd.md#none"]


def test_python_of_the_readme_runs(capsys):
    snippets, names = blocks("README.md", "python"), {}
    assert blocks("README.fr.md", "python") == snippets
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), names)
    assert names["model"].week == 52
    assert "activated" in capsys.readouterr().out


@pytest.mark.slow
def test_python_of_the_guide_runs(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    names = {}
    for snippet in blocks("docs/python.md", "python"):
        exec(compile(snippet, "docs/python.md", "exec"), names)
    told = capsys.readouterr().out.splitlines()
    usual, wary = (float(line.split()[1]) for line in told if line.startswith(("ReferenceModel", "WaryModel")))
    assert 0 < wary < usual, "an effect is seen, and not that nobody activates at all"
    shown = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    assert f"`ReferenceModel {usual}` and `WaryModel {wary}`" in shown
    pairs = [words for line in told if len(words := line.split()) == 2]
    distrusted = [effect for share, effect in pairs if share in ("0.0", "0.3", "0.6")]
    assert f"prints {distrusted[0]}, {distrusted[1]} and {distrusted[2]} million profiles" in shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.fr.md", "fr")])
def test_the_scenario_of_the_readme_is_valid(name, lang):
    (example,) = blocks(name, "toml")
    assert len([line for line in example.splitlines() if line]) <= 10
    scenario = parse_scenario(example, source="brittany.toml")
    assert [lever.kind for lever in scenario.levers] == ["letter"]
    assert scenario.title(lang)


def commands():
    """Lines that begin with ``mes``, in blocks and in running text."""
    for guide in GUIDES:
        content = guide.read_text(encoding="utf-8")
        typed = re.findall(r"```sh\n(.*?)```", content, flags=re.DOTALL)
        inline = [" ".join(code.split()) for code in re.findall(r"(?<!`)`(mes [^`]+)`(?!`)", content)]
        for line in [*inline, *(line for block in typed for line in block.splitlines())]:
            words = line.partition("#")[0].removeprefix(".venv/bin/").split()
            if words[:1] == ["mes"]:
                yield pytest.param(words[1:], id=f"{guide.name}: {' '.join(words)}")


@cache
def command_line():
    return typer.main.get_command(app)


def parse(words):
    """Let the command line read the words without doing anything; whatever it refuses is raised."""
    command, words = command_line(), list(words)
    while hasattr(command, "commands") and words:
        _, command, words = command.resolve_command(typer.Context(command), words)
    command.make_context("mes", words)


@pytest.mark.parametrize("words", list(commands()))
def test_commands_of_the_guides_are_understood(words):
    if len(words) == 1 and not words[0].startswith("-"):
        assert words[0] in command_line().commands  # a command that is named, not typed
    elif not {"--version", "--install-completion"} & {*words} and words[-1:] != ["--help"]:
        parse(words)


@pytest.mark.parametrize("words", [["compare", "--person", "5"], ["scenarios", "nwe", "x"]])
def test_a_command_that_does_not_exist_is_noticed(words):
    with pytest.raises(Exception, match=r"[Nn]o such"):
        parse(words)


DRAWN = {f"{FIGURES}/{name}" for part in PARTS for name in part.pictures}
"""Pictures that carry a digest of the numbers in the tables beside them."""


def test_every_picture_was_drawn_from_the_numbers_of_the_tables_beside_it():
    states = {state.where: state.state for state in look(ROOT, {}) if state.where.startswith(FIGURES)}
    assert set(states) == {*DRAWN, f"{FIGURES}/architecture.png"}
    assert set(states) == {f"{FIGURES}/{path.name}" for path in (ROOT / FIGURES).iterdir()}
    assert set(states.values()) == {CURRENT}, "mes docs FOLDER draws them"


def test_the_scores_of_the_report_are_those_of_the_guide():
    """The file that the report shows, and the summary of the guide, are made of one hindcast."""
    scores = shipped_scores().groupby("forecaster")
    table = re.search(r"\*\*Summary: means over forecasts\*\*\n\n(.*?)\n\n", text("docs/hindcast.md"), re.DOTALL)[1]
    shown = [[cell.strip() for cell in line.split("|")[1:6]] for line in table.splitlines()[2:]]
    means = scores[["absolute_error_millions", "crps_millions"]].mean()
    names = {named(f"forecaster.{name}", "en"): name for name in means.index}
    assert set(names) == {row[0] for row in shown}
    for title, count, error, crps, inside in shown:
        rows = scores.get_group(names[title])
        made = f"{len(rows)} {means.loc[names[title]].iloc[0]:.2f} {means.loc[names[title]].iloc[1]:.2f}"
        assert made == f"{count} {error} {crps}"
        assert inside == f"{rows['inside_90'].sum()} of {len(rows)}"


def test_parts_that_need_no_run_are_current():
    states = list(look(ROOT, {}))
    current = {state.mark for state in states if state.state == CURRENT and state.where not in DRAWN}
    assert current == {
        "parameters", "computed", "levers", "known", "columns", "rooms", "services", "structures", "forecast",
    }  # fmt: skip
    assert [state for state in states if state.state == STALE] == [], "mes docs fills them"


def test_guides_are_sound():
    assert list(unsound(ROOT)) == []


def test_every_mark_of_a_guide_is_filled_by_a_part():
    filled = {(guide, part.mark) for part in PARTS for guide in part.guides}
    marked = {
        (guide.relative_to(ROOT).as_posix(), name)
        for guide in GUIDES
        for closing, name in MARK.findall(guide.read_text(encoding="utf-8"))
    }
    assert marked == filled


def test_counts_in_the_description_are_current():
    targets = [target for target in load_stock_targets() if target.kind != "initial"]
    assert (len(FREE), len(targets)) == (44, 11)
    assert "44 parameters face eleven stocks" in text("docs/odd.md")


def test_the_description_names_every_file_of_the_model():
    named = text("docs/odd.md")
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "model").rglob("*.py") if path.name not in INNER}
    whole = ("model/twin/", "model/levers/")
    assert all(f"`{room}*.py`" in named for room in whole)
    assert sorted(name for name in files if name not in named and not name.startswith(whole)) == []


def misplaced(content):
    """(file, name) where a name in brackets behind a file of the model is not defined there."""
    places = re.findall(r"\]\(\.\./(model/[\w/]+\.py)\)\s+\(((?:`\w+`(?:, )?)+)\)", content)
    named = [(path, name) for path, names in places for name in re.findall(r"`(\w+)`", names)]
    return [(p, n) for p, n in named if not re.search(rf"^(?:def |class |)(?:{n})\b", (ROOT / p).read_text(), re.M)]


def test_the_description_places_functions_in_their_files():
    assert misplaced(text("docs/odd.md")) == []
    wrong = text("docs/odd.md").replace("(`peer_success`)", "").replace("`stopped_by`", "`base_messages`")
    assert ("model/engine/completion.py", "base_messages") in misplaced(wrong)


def test_every_part_of_the_description_names_its_files():
    parts = re.split(r"^## ", text("docs/odd.md"), flags=re.MULTILINE)[1:]
    lasting = [part.split("\n", 1)[0] for part in parts if not re.search(r"^\*Files?: ", part, flags=re.MULTILINE)]
    assert lasting == []


@pytest.mark.parametrize("french", FRENCH, ids=lambda guide: guide.name)
def test_both_languages_have_the_same_parts(french):
    english = french.with_name(french.name.replace(".fr.md", ".md"))
    levels = [[level for level, _ in headings(guide.read_text(encoding="utf-8"))] for guide in (french, english)]
    assert levels[0] == levels[1]


def gone(content):
    """Python files named that the project doesn't have."""
    there = {
        path.name
        for part in (
            "foundation",
            "model",
            "scenarios",
            "planning",
            "calibration",
            "report",
            "cli",
            "mes",
            "benchmarks",
            "tests",
        )
        for path in (ROOT / part).rglob("*.py")
    }
    return sorted(set(re.findall(r"([a-z_0-9]+\.py)\b", content)) - there)


@pytest.mark.parametrize("guide", [g for g in GUIDES if g.name != "SOURCES.md"], ids=lambda guide: guide.name)
def test_guides_name_files_that_are_there(guide):
    assert gone(guide.read_text(encoding="utf-8")) == []


def test_a_file_that_is_gone_is_noticed():
    assert gone("see `calibration/nested.py` and `walk.py`") == ["nested.py"]


PATH = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|toml|csv|json|md|html\.j2)|(?:[a-z_]+/)+)`")
DEFINED = re.compile(r"`([\w/]+\.py)`(?:\]\([^)]*\))?\s+\(((?:`\w+`,?\s*)+)\)")
NAMING = ("CONTRIBUTING.md", "docs/architecture.md", "docs/odd.md")
TOPS = tuple(path.name for path in ROOT.iterdir() if path.is_dir())


def missing(content):
    """Files and folders named by their path that aren't there, and functions that their file doesn't define."""
    paths = [name for name in PATH.findall(content) if "/" in name and name.startswith(TOPS)]
    lost = [name for name in paths if not (ROOT / name).exists()]
    for file, names in DEFINED.findall(content):
        there = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
        wanted = re.findall(r"`(\w+)`", names)
        lost += [f"{file}: {n}" for n in wanted if not re.search(rf"^ *(def|class) {n}\b|^{n}\b", there, re.MULTILINE)]
    return lost


@pytest.mark.parametrize("name", NAMING)
def test_recipes_and_ways_name_what_is_there(name):
    content = text(name)
    assert missing(content) == []
    assert len(PATH.findall(content)) > 10
    assert name == "CONTRIBUTING.md" or len(DEFINED.findall(content)) > 7


def test_a_missing_file_or_function_is_noticed():
    content = "`model/adoption.py` (`AdoptionModel`, `stop`), `model/none.py`, folders `report/none/`, `report/guides/`"
    assert missing(content) == ["model/none.py", "report/none/", "model/adoption.py: stop"]


def test_every_picture_of_the_docs_is_shown_in_a_guide():
    shown = "".join(guide.read_text(encoding="utf-8") for guide in GUIDES)
    assert [p.name for p in (ROOT / "docs" / "figures").iterdir() if f"figures/{p.name}" not in shown] == []


def slips(content):
    """Plain spaces before double punctuation and straight apostrophes, outside code and links."""
    return re.findall(r" [;:!?»%]|« |\w'\w", CODE.sub("", content))


@pytest.mark.parametrize("french", FRENCH, ids=lambda guide: guide.name)
def test_french_typography(french):
    assert slips(french.read_text(encoding="utf-8")) == []


def test_slips_are_noticed():
    assert len(slips("l'usage : 15 %")) == 3
    assert slips("l’usage\u00a0: 15\u202f%, `a : b`") == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_no_path_of_one_machine(guide):
    assert not re.search(r"(?<![\w.])/(?:work|tmp|root|home)/", guide.read_text(encoding="utf-8"))


def test_every_guide_is_a_page_of_the_site() -> None:
    listed = {line for name in ("index.md", "index.fr.md") for line in text(f"docs/site/{name}").splitlines()}
    guides = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert {guide for guide in guides if f"../{guide}" not in listed} == set()
    assert "../nowhere" not in listed, "negative control"


def test_no_page_holds_the_marks_of_a_merge() -> None:
    marked = re.compile(r"^(<<<<<<<|>>>>>>>)", re.MULTILINE)
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("calibration/**/*.md")]
    assert len(pages) > 20
    assert [str(page) for page in pages if marked.search(page.read_text(encoding="utf-8"))] == []
    assert marked.search("a\n<<<<<<< HEAD\nb"), "negative control"


def test_the_citation_is_of_this_version():
    version = re.search(r'^version = "(.+)"', text("pyproject.toml"), re.M)[1]
    assert re.search(r"^version: (.+)", text("CITATION.cff"), re.M)[1] == version
    released = re.search(r'^date-released: "(.+)"', text("CITATION.cff"), re.M)[1]
    day = re.search(rf"^## {re.escape(version)} \((.+)\)", text("CHANGELOG.md"), re.M)[1]
    assert f"{date.fromisoformat(released):%-d %B %Y}" == day
