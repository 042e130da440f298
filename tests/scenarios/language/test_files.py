"""Reading: from the catalogue, from a file, and everything that can go wrong before the content."""

import pytest

from foundation.errors import ScenarioError
from scenarios.language.files import catalogue, is_path, load_scenario, parse_scenario

VALID = '[title]\nen = "A"\n'


def lines(argument):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(argument))
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return str(caught.value).splitlines()


def test_a_slash_or_the_ending_makes_a_path():
    assert is_path("my.toml")
    assert is_path("./my")
    assert not is_path("status-quo")


def test_reads_a_file_with_a_byte_order_mark_and_windows_line_ends(tmp_path):
    file = tmp_path / "mon-plan.toml"
    file.write_bytes(b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode())
    scenario = load_scenario(str(file))
    assert (scenario.name, scenario.title("fr"), scenario.levers) == ("mon-plan", "A", ())
    assert scenario.source == str(file)


def test_unknown_name_of_the_catalogue():
    (line,) = lines("email-reminder")
    allowed = ", ".join(catalogue())
    assert line == (
        'catalogue = "email-reminder": there is no scenario of this name; '
        f'allowed: {allowed}; did you mean "email-reminders"?'
    )


def test_unknown_name_that_is_a_file_beside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zzz.toml").write_text(VALID)
    (line,) = lines("zzz")
    assert "to read the file beside you, write ./zzz.toml" in line


def test_missing_file(tmp_path):
    file = tmp_path / "no.toml"
    assert lines(file) == [f"{file}: there is no such file; `mes scenarios new NAME` writes one to start from"]


def test_directory(tmp_path):
    assert lines(tmp_path) == [f"{tmp_path}: is a directory, not a scenario file"]


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_empty_file(tmp_path, text):
    file = tmp_path / "empty.toml"
    file.write_text(text)
    assert lines(file) == [f"{file}: the file is empty; `mes scenarios new NAME` writes one to start from"]


def test_not_utf8(tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes('[title]\nfr = "Été"\n'.encode("latin-1"))
    assert lines(file) == [f"{file}: is not UTF-8 text (byte 15); save it as UTF-8"]


def test_unreadable(tmp_path, monkeypatch):
    file = tmp_path / "closed.toml"
    file.write_text(VALID)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(file), "read_bytes", refuse)
    assert lines(file) == [f"{file}: can't be read: Permission denied"]


def test_neither_file_nor_directory():
    assert lines("/dev/null") == ["/dev/null: is not a regular file"]


def test_far_too_large(tmp_path):
    file = tmp_path / "large.toml"
    file.write_bytes(b"#" * 1_000_001)
    assert lines(file) == [f"{file}: is larger than 200000 bytes: not a scenario file"]


def test_a_name_with_a_null_byte_is_a_clear_error():
    assert len(lines("a\0b.toml")) == 1


def test_syntax_error_says_where():
    with pytest.raises(ScenarioError) as caught:
        parse_scenario('[title]\nen = "A\n', source="f.toml")
    assert str(caught.value).startswith("f.toml: is not valid TOML at line 2, column 8: ")


def test_hash_is_of_the_content():
    one = parse_scenario(VALID, source="a.toml")
    same = parse_scenario("# remark\n" + VALID, source="b.toml")
    other = parse_scenario(VALID + '[[lever]]\nkind = "simplify"\n', source="a.toml")
    assert one.sha256 == same.sha256 != other.sha256
    assert len(one.sha256) == 64
