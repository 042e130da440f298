"""Parts between marks are replaced, and pages that Markdown reads otherwise than meant are noticed."""

import pytest

from foundation.errors import UserError
from foundation.language.pages import between, fill_marks, flaws

PAGE = "before\n<!-- part -->\nold\n<!-- /part -->\nafter\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "guide.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_filling_replaces_what_is_between_the_marks(page):
    fill_marks(page, "part", "new\n")
    fill_marks(page, "part", "newer\n")
    assert page.read_text(encoding="utf-8") == PAGE.replace("old", "newer")
    assert between(page, "part") == "newer\n"


def test_marks_have_to_be_there(page):
    with pytest.raises(UserError, match=r"guide\.md: no <!-- other --> … <!-- /other -->"):
        fill_marks(page, "other", "new\n")
    with pytest.raises(UserError, match="can't be read"):
        fill_marks(page.with_name("none.md"), "part", "new\n")


def test_a_text_that_would_swallow_the_rest_is_refused(page):
    with pytest.raises(UserError, match="within the code block of line 3"):
        fill_marks(page, "part", "```text\na table\n```")  # the fence and the mark would share a line
    assert page.read_text(encoding="utf-8") == PAGE
    fill_marks(page, "part", "```text\na table\n```\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PAGE, []),
        ("```sh\n<a>\n```\n\n  ```\n  in a list\n  ```\n````\n```\n````\n", []),
        ("```text\na\n```<!-- /x -->\n", ["line 3: <!-- /x --> is within", "line 1: the code", "<!-- /x --> closes"]),
        ("~~~\n```\n", ["line 1: the code block isn't closed"]),
        ("<!-- a -->\n", ["<!-- a --> isn't closed"]),
        ("<!-- /a -->\n", ["<!-- /a --> closes nothing"]),
        ("<!-- a --><!-- b --><!-- /b --><!-- /a -->", ["<!-- b --> comes twice or within", "<!-- /a --> closes"]),
        ("<!-- a --><!-- /a -->\n<!-- a --><!-- /a -->", ["<!-- a --> comes twice"]),
    ],
)
def test_flaws(text, said):
    found = flaws(text)
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True))
