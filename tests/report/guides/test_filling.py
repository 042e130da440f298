"""Parts are filled, stale ones are named, and pictures are drawn only where they changed."""

import json

import pytest
from typer.testing import CliRunner

from foundation.drawing.style import made_of, save, source_of
from foundation.errors import UserError
from report.guides import filling
from report.guides.architecture import House, Module, floors_are_current, said
from report.guides.filling import CURRENT, FILLED, STALE, UNKNOWN, fill, folders_by_sign, look, unsound
from report.guides.parts import PARTS, Part

MARKS = "<!-- {0} -->\n{1}<!-- /{0} -->\n"


def drawing(folder, into):
    (into / "new.png").write_bytes((folder / "answer.json").read_bytes())
    (into / "beside.svg").write_text("not for the guides")


def writing(folder, lang):
    return f"{(folder / 'answer.json').read_text()} {lang}\n"


ANSWER = Part("answer", ("a.md", "a.fr.md"), writing, "mes answer", "answer.json", drawing)
FREE = Part("free", ("a.md",), lambda root, lang: "always\n")


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(filling, "PARTS", (FREE, ANSWER))
    monkeypatch.setattr(filling, "_floors_state", lambda root: filling.State("picture", "rooms", CURRENT))
    root = tmp_path / "project"
    for folder in ("docs/figures", "calibration/data"):
        (root / folder).mkdir(parents=True)
    (root / "a.md").write_text(MARKS.format("free", "old\n") + MARKS.format("answer", "old\n"))
    (root / "a.fr.md").write_text(MARKS.format("answer", "old\n"))
    (root / "calibration/data/SOURCES.md").write_text("nothing")
    return root


@pytest.fixture
def answer(tmp_path):
    folder = tmp_path / "runs" / "answer"
    folder.mkdir(parents=True)
    (folder / "answer.json").write_text("42")
    return folder


def states(found):
    return {(one.where, one.mark): one.state for one in found}


def test_without_folders_what_needs_none_is_filled(root):
    assert states(look(root, {})) == {
        ("a.md", "free"): STALE,
        ("a.md", "answer"): UNKNOWN,
        ("a.fr.md", "answer"): UNKNOWN,
        ("picture", "rooms"): CURRENT,
    }
    assert states(fill(root, {}))["a.md", "free"] == FILLED
    assert states(look(root, {}))["a.md", "free"] == CURRENT
    assert "old" in (root / "a.fr.md").read_text()


def test_a_folder_fills_its_parts_in_both_languages(root, answer):
    sources = folders_by_sign([answer.parent])
    assert sources == {"answer.json": answer}
    found = states(fill(root, sources))
    assert (found["a.md", "answer"], found["docs/figures/new.png", "answer"]) == (FILLED, FILLED)
    assert "42 en" in (root / "a.md").read_text()
    assert "42 fr" in (root / "a.fr.md").read_text()
    assert [path.name for path in (root / "docs/figures").iterdir()] == ["new.png"]
    again = states(fill(root, sources))
    assert set(again.values()) == {CURRENT}
    assert ("docs/figures/new.png", "answer") not in again


def test_a_changed_answer_is_noticed(root, answer):
    list(fill(root, folders_by_sign([answer])))
    (answer / "answer.json").write_text("43")
    found = states(look(root, folders_by_sign([answer])))
    assert (found["a.md", "answer"], found["a.fr.md", "answer"], found["a.md", "free"]) == (STALE, STALE, CURRENT)


def test_a_page_without_its_marks_is_refused(root):
    (root / "a.md").write_text(MARKS.format("answer", "old\n"))
    with pytest.raises(UserError, match="no <!-- free -->"):
        list(look(root, {}))


def test_unsound_pages_are_named(root):
    assert list(unsound(root)) == []
    (root / "docs" / "b.md").write_text("```sh\nmes\n")
    assert [(one.where, one.note) for one in unsound(root)] == [("docs/b.md", "line 1: the code block isn't closed")]


@pytest.mark.parametrize(("text", "status"), [("always\n", 0), ("old\n", 1)])
def test_the_command_says_so_by_its_status(root, monkeypatch, text, status):
    from cli.main import app

    monkeypatch.setattr(filling, "project_root", lambda: root)
    (root / "a.md").write_text(MARKS.format("free", text) + MARKS.format("answer", "old\n"))
    result = CliRunner().invoke(app, ["docs", "--check"])
    assert result.exit_code == status
    assert ("stale         a.md free" in result.stdout) is bool(status)
    assert "not compared  a.md answer: give a folder of mes answer" in result.stdout
    assert text in (root / "a.md").read_text()  # nothing is written


def test_the_question_of_a_room_is_its_first_sentence(tmp_path):
    def room(text):
        return Module("a", tmp_path / "__init__.py", f'"""{text}\n"""\n', frozenset())

    assert said(room("Who asks? Anybody may\n  touch ``it``. So.")) == ("Who asks?", "Anybody may touch `it`. So.")
    assert said(room("Who asks?")) == ("Who asks?", "")


def test_a_picture_of_other_floors_is_stale(tmp_path, monkeypatch):
    from report.guides import architecture
    from report.guides.architecture import floors_picture

    house = House({"a": {"a": 2, "a.b": 1}, "c": {"c": 3}}, {("a", "c"): 5})
    monkeypatch.setattr(architecture, "house", lambda root: house)
    picture = tmp_path / "architecture.png"
    assert not floors_are_current(tmp_path, picture)
    with made_of(house.summary()):
        save(floors_picture(house.rooms, house.imports), tmp_path / "architecture", ["png"])
    assert floors_are_current(tmp_path, picture)
    monkeypatch.setattr(architecture, "house", lambda root: House({**house.rooms, "d": {"d": 1}}, house.imports))
    assert not floors_are_current(tmp_path, picture)


def figure(folder, into):
    from matplotlib.figure import Figure

    made = Figure(figsize=(1, 1))
    made.text(0.5, 0.5, (folder / "answer.json").read_text())
    save(made, into / "drawn", ["png"])


def test_a_picture_older_than_its_table_is_noticed_without_a_folder(root, answer, monkeypatch):
    drawing_part = Part("answer", ("a.md", "a.fr.md"), writing, "mes answer", "answer.json", figure, ("drawn.png",))
    monkeypatch.setattr(filling, "PARTS", (FREE, drawing_part))
    picture, key = root / "docs/figures/drawn.png", ("docs/figures/drawn.png", "answer")
    assert states(look(root, {}))[key] == STALE, "there is none"
    assert states(fill(root, folders_by_sign([answer])))[key] == FILLED
    assert len(source_of(picture)) == 64
    assert states(look(root, {}))[key] == CURRENT
    page = (root / "a.md").read_text()
    (root / "a.md").write_text(page.replace("42 en", "42 in other words"))
    assert states(look(root, {}))[key] == CURRENT, "words may be improved"
    (root / "a.md").write_text(page.replace("42 en", "43 en"))
    assert states(look(root, {}))[key] == STALE, "the table was filled, the picture not drawn"
    assert states(fill(root, {}))[key] == STALE, "filling without the folder can't mend it, and says so"
    bare = figure_without_source(root)
    assert source_of(bare) == ""


def figure_without_source(root):
    from matplotlib.figure import Figure

    return save(Figure(figsize=(1, 1)), root / "bare", ["png"])[0]


def test_both_formats_say_what_they_were_drawn_from(tmp_path):
    from matplotlib.figure import Figure

    with made_of("a digest"):
        png, svg = save(Figure(figsize=(1, 1)), tmp_path / "f")
    assert source_of(png) == "a digest"
    assert "<dc:source>" in svg.read_text()
    assert "a digest" in svg.read_text()


def test_parts_are_told_apart():
    assert len({part.mark for part in PARTS}) == len(PARTS)
    assert all(bool(part.made_by) == bool(part.sign) for part in PARTS)


def test_measurements_without_a_part(tmp_path):
    (tmp_path / "bench.json").write_text(json.dumps({"parts": {}}))
    with pytest.raises(UserError, match="sample size wasn't measured"):
        next(part for part in PARTS if part.mark == "sample").write(tmp_path, "en")
