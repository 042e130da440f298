"""Every input has a name in both languages, and every study is of inputs that there are."""

from fnmatch import fnmatchcase

import pytest

from calibration.draws.files import load_draws
from planning.sensitivity.indices import _studies
from planning.sensitivity.pictures import input_title


def names() -> list[str]:
    """Inputs in which two draws differ."""
    one, other = ({**draw.parameters.flat(), **draw.effects} for draw in load_draws(2))
    return [name for name in one if one[name] != other[name]]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_input_has_words(lang: str) -> None:
    assert [name for name in names() if input_title(name, lang) == name] == []
    assert len(names()) > 50
    assert input_title("no.such.input", lang) == "no.such.input", "negative control"


def test_shocks_are_counted_from_one() -> None:
    assert "half-year 1 " in input_title("drivers.shocks.0", "en")


def test_every_pattern_of_a_study_names_an_input() -> None:
    draw = load_draws(1)[0]
    known = [*draw.parameters.flat(), *draw.effects, *(f"price:{item}" for item in draw.cost_uniforms)]
    patterns = [pattern for study in _studies().values() for pattern in study["inputs"]]
    assert [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in known)] == []
