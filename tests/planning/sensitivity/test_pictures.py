"""Every input has a name in both languages, and every study is of inputs that there are."""

from fnmatch import fnmatchcase

import pytest

from calibration.draws.files import load_draws
from calibration.facts.priors import AHEAD, EFFECTS, SHOCKS, STATUS_QUO, prior_of, to_parameters
from calibration.fit.words import parameter
from planning.sensitivity.indices import _studies
from planning.sensitivity.words import input_title
from report.sources import assumption_rows, load_provenance
from tests.test_words import FILES, ROOT, leaves, read


def names() -> list[str]:
    """Inputs in which two draws differ."""
    one, other = ({**draw.parameters.flat(), **draw.effects} for draw in load_draws(2))
    return [name for name in one if one[name] != other[name]]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_input_has_words(lang: str) -> None:
    assert [name for name in names() if input_title(name, lang) == name] == []
    assert len(names()) > 50
    assert input_title("no.such.input", lang) == "no.such.input", "negative control"


def test_shocks_are_named_by_their_half_year() -> None:
    assert input_title("drivers.shocks.0", "en") == "service growth, first half of 2023"
    assert input_title("drivers.shocks.11", "fr") == "croissance du service, 2nd sem. 2028"
    assert "half-year 1 " in input_title("drivers.document_shocks.0", "en")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_parameter_has_one_name_wherever_it_is_shown(lang: str) -> None:
    """In sensitivities and the report's drivers (``input_title``), in fits (``parameter``), in the report's tables of
    assumptions (``assumption_rows``), which add what is measured."""
    provenance, values = load_provenance("posterior/default.parquet"), dict.fromkeys(STATUS_QUO, 0.5)
    paths = [path for path in to_parameters(values).flat() if prior_of(path) != path]
    assert {prior_of(path) for path in paths} == {*STATUS_QUO, *AHEAD} - set(SHOCKS)
    names = {prior_of(path): input_title(path, lang) for path in paths}
    names |= {name: input_title(f"drivers.shocks.{place}", lang) for place, name in enumerate(SHOCKS)}
    names |= {name: input_title(name, lang) for name in EFFECTS}
    rows = (*provenance.effects, *provenance.parameters)
    shown = assumption_rows(rows, "priors.csv", provenance.facts, lang)
    for row, line in zip(rows, shown, strict=True):
        assert line["name"].startswith(names[row.name]), row.name
    for name in (*STATUS_QUO, *SHOCKS):
        assert parameter(name, lang) == f"{names[name]} ({name})"
    assert len(set(names.values())) == len(names), "and each name is of one parameter"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_price_has_one_name_too(lang: str) -> None:
    prices = load_provenance("posterior/default.parquet").prices
    for row, line in zip(prices, assumption_rows(prices, "costs.csv", {}, lang), strict=True):
        assert input_title(f"price:{row.name}", lang).endswith(str(line["name"]))


def test_names_of_parameters_are_in_one_place() -> None:
    """No other words speak of a prior by its name: what ``calibration/words.toml`` and the levers' words say holds."""
    homes = [ROOT / "calibration/words.toml", ROOT / "scenarios/lever_schemas/words.toml"]
    for file in (*FILES, ROOT / "report/words.toml"):
        keys = {key.rpartition(".")[2] for key, _ in leaves(read(file))} if file not in homes else set()
        assert not keys & {*STATUS_QUO, *AHEAD, *EFFECTS} - {"notices", "other_reason"}, file


def test_every_pattern_of_a_study_names_an_input() -> None:
    draw = load_draws(1)[0]
    known = [*draw.parameters.flat(), *draw.effects, *(f"price:{item}" for item in draw.cost_uniforms)]
    patterns = [pattern for study in _studies().values() for pattern in study["inputs"]]
    assert [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in known)] == []
