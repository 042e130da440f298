"""The tables of parameters."""

from calibration.facts.guide import CONSTANTS, UNITS, field_paths, parameters_reference, prior_in_words
from calibration.facts.priors import STATUS_QUO, load_priors, to_parameters


def test_every_prior_has_a_unit_and_a_row():
    priors, table = load_priors(), parameters_reference()
    assert set(UNITS) == set(priors)
    for name in priors:
        assert table.count(f"| `{name}` |") == 1


def test_fields_are_those_that_the_values_reach():
    paths = field_paths()
    assert (paths["notice_pull"], paths["other_reason"]) == ("pulls.notice", "prevalence.other")
    for name in STATUS_QUO:
        values = dict.fromkeys(STATUS_QUO, 0.5) | {name: 0.125}
        flat = to_parameters(values).flat()
        assert flat[paths[name]] == 0.125


def test_priors_in_words():
    priors = load_priors()
    assert prior_in_words(priors["notice_pull"]) == "lognormal, median 0.13, 90 % 0.05–0.3"
    assert prior_in_words(priors["growth_trend"]) == "normal, mean 0.05, 90 % −0.197 to 0.297"
    assert prior_in_words(priors["training_effect"]).endswith(", at least 1")


def test_figures_in_the_code_are_shown():
    table = parameters_reference()
    for module, name, *_ in CONSTANTS:
        assert f"| `{name}` | `{module}` |" in table
    assert "| `HOSPITAL_STAYS` | `model.terms.tables` | 0.12, 0.4 |" in table
