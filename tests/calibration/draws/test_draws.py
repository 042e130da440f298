"""The draws file and the draws made from it."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import stats

from calibration.draws.files import changed_data, drawn_forward, lever_effects, load_draws, read_draws, save_draws
from calibration.facts.inputs import load_costs
from calibration.facts.priors import AHEAD, EFFECTS, FREE, SHARED, SHOCKS, SURVEY, load_priors
from calibration.facts.tables import DATA, rows_hash
from foundation.errors import UserError
from foundation.seeds import uniform
from model.terms.parameters import HALF_YEARS, Drivers, Structure

ROWS = 6


def values(rows=ROWS):
    generator = np.random.default_rng(3)
    return {name: prior.quantile(generator.random(rows)) for name, prior in load_priors().items() if name in FREE}


def save(path, **changes):
    content = values() | changes.pop("values", {})
    return save_draws(path, content, command="make draws", data_end=date(2024, 10, 7), seed=1, **changes)


@pytest.fixture
def path(tmp_path):
    save(tmp_path / "small.parquet")
    return tmp_path / "small.parquet"


def test_what_is_saved_is_loaded(path):
    matrix, info = read_draws(path)
    assert (matrix == np.column_stack([values()[name] for name in FREE])).all()
    assert (info.command, info.data_end, info.seed, info.draws) == ("make draws", "2024-10-07", 1, ROWS)
    assert changed_data(info) == []
    assert changed_data(replace(info, data_sha256=info.data_sha256 | {"ages.csv": "0"})) == ["ages.csv"]
    assert "costs.csv" not in info.data_sha256, "a price changes no posterior"


def test_draws_are_complete(path):
    draws = load_draws(ROWS, path=path, seed=1)
    assert [draw.index for draw in draws] == list(range(ROWS))
    for draw in draws:
        assert draw.parameters.pulls.notice == values()["notice_pull"][draw.index]
        assert set(draw.effects) == set(EFFECTS)
        assert draw.effects["reminder_pull"] == draw.parameters.pulls.reminder
        assert draw.effects["media_pull"] == draw.parameters.pulls.media
        assert draw.answers == {name: values()[name][draw.index] for name in SURVEY}
        assert set(draw.cost_uniforms) == {item.key for item in load_costs()}
        assert all(0 < u < 1 for u in draw.cost_uniforms.values())


def test_a_draw_is_always_the_same(path):
    few, many = load_draws(2, path=path, seed=1), load_draws(ROWS, path=path, seed=99)
    assert few == many[:2]
    assert few[0].effects != few[1].effects


def test_another_key_gives_other_effects(path, tmp_path):
    save(tmp_path / "other.parquet", key="other")
    (one,), (other,) = (load_draws(1, path=p, seed=1) for p in (path, tmp_path / "other.parquet"))
    assert replace(one.parameters, drivers=other.parameters.drivers) == other.parameters
    assert ahead(one.parameters.drivers) != ahead(other.parameters.drivers)
    assert all(one.effects[name] != other.effects[name] for name in EFFECTS if name not in SHARED)


@pytest.mark.parametrize("n", [0, -1, ROWS + 1])
def test_too_many_draws(path, n):
    with pytest.raises(
        UserError, match=rf"draws = {n}: small\.parquet holds {ROWS} distinct draws; allowed: 1 to {ROWS}"
    ):
        load_draws(n, path=path, seed=1)


def test_evidence_and_structure_are_kept(tmp_path):
    structure = Structure(driver="growth")
    more = {"log_evidence": 3.5, "log_evidence_error": 0.2, "effective": 900.0, "structure": structure}
    save(tmp_path / "growth.parquet", **more)
    _, info = read_draws(tmp_path / "growth.parquet")
    assert (info.log_evidence, info.log_evidence_error, info.effective) == (3.5, 0.2, 900.0)
    assert info.structure == vars(structure)


def test_files_of_an_earlier_format_are_refused(path):
    table = pq.read_table(path)
    metadata = json.loads(table.schema.metadata[b"mes.draws"]) | {"format": 1}
    pq.write_table(table.replace_schema_metadata({"mes.draws": json.dumps(metadata)}), path)
    with pytest.raises(UserError, match=r"small\.parquet: not a draws file of this version \(format 2\)"):
        read_draws(path)


def test_a_missing_column_is_refused(path):
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["discrepancy"]), path)
    with pytest.raises(UserError, match="not a draws file of this version"):
        read_draws(path)


def test_what_is_no_draws_file(tmp_path):
    with pytest.raises(UserError, match=r"absent\.parquet: can't be read"):
        load_draws(1, path=tmp_path / "absent.parquet", seed=1)
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(UserError, match=r"text\.parquet: can't be read"):
        load_draws(1, path=tmp_path / "text.parquet", seed=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tell": np.full(ROWS, np.nan)}, "row 0, tell: nan"),
        ({"tell": np.zeros(ROWS - 1)}, "one length"),
        ({"sms_pull": np.zeros(ROWS)}, "unknown: sms_pull"),
        ({name: np.ones(ROWS) for name in FREE}, "two rows are equal"),
    ],
)
def test_bad_values_leave_the_file_alone(path, change, message):
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        save(path, values=change)
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_keyed_uniforms_are_pinned():
    """A change here changes every lever effect of every draw."""
    assert uniform("draws-1", 0, "effect", "sms_pull") == uniform("draws-1", 0, "effect", "sms_pull")
    assert uniform("a", 1) != uniform("a", 2) != uniform("b", 1)
    assert uniform("a", "bc") != uniform("ab", "c")
    assert uniform("draws-1", 0, "effect", "sms_pull") == pytest.approx(PINNED, abs=1e-15)


PINNED = 0.43919576926088755


def follows(prior, values):
    """Whether lever effects follow their prior, at a level of one in a thousand."""
    grid = np.linspace(0, 1, 20_001)[1:-1]
    return stats.kstest(values, lambda x: np.interp(x, prior.quantile(grid), grid)).pvalue > 1e-3


def test_effects_follow_their_priors_and_are_independent():
    priors = load_priors()
    drawn = [lever_effects("test", index, priors) for index in range(1000)]
    columns = {name: np.array([effects[name] for effects in drawn]) for name in drawn[0]}
    for name, column in columns.items():
        assert follows(priors[name], column), name
    assert not follows(priors["sms_pull"], columns["letter_pull"])
    ranks = stats.spearmanr(np.column_stack(list(columns.values()))).statistic
    pairs = ranks[np.triu_indices(len(columns), 1)]
    bound = stats.norm.ppf(1 - 0.0005 / len(pairs)) / np.sqrt(999)
    assert np.abs(pairs).max() < bound


def ahead(drivers):
    """Shocks of a draw beyond the data, of growth and of documents."""
    return (*drivers.shocks[len(SHOCKS) :], *drivers.document_shocks)


def test_drivers_of_a_draw_are_keyed():
    priors, past = load_priors(), Drivers(shocks=(0.5,) * HALF_YEARS, volatility=0.4)
    one = drawn_forward(past, "a", 3, priors)
    assert one == drawn_forward(past, "a", 3, priors)
    assert one.shocks[: len(SHOCKS)] == past.shocks[: len(SHOCKS)], "the past is fitted"
    kept = ("trend", "step", "volatility", "document_momentum")
    assert all(getattr(one, name) == getattr(past, name) for name in kept)
    for key, index in (("b", 3), ("a", 4)):
        other = drawn_forward(past, key, index, priors)
        assert all(x != y for x, y in zip(ahead(one), ahead(other), strict=True))
        assert all(getattr(one, name) != getattr(other, name) for name in AHEAD)


def test_drivers_are_the_same_for_every_scenario(path):
    """They hang on the file's key and the row, not on what was fitted nor on the seed of a run."""
    priors = load_priors()
    for draw in load_draws(ROWS, path=path, seed=7):
        bare = drawn_forward(Drivers(), "draws-1", draw.index, priors)
        assert ahead(draw.parameters.drivers) == ahead(bare)


def standard_normal(values):
    """Whether a sample is standard normal, at a level of one in a thousand."""
    return stats.kstest(values, stats.norm.cdf).pvalue > 1e-3


def test_shocks_beyond_the_data_are_standard_normal_and_independent():
    priors = load_priors()
    drawn = [drawn_forward(Drivers(), "test", index, priors) for index in range(1000)]
    columns = np.array([ahead(drivers) for drivers in drawn])
    assert columns.shape[1] == 2 * HALF_YEARS - len(SHOCKS)
    assert standard_normal(columns.ravel())
    assert not standard_normal(1.1 * columns.ravel()), "negative control"
    assert all(stats.kstest(column, stats.norm.cdf).pvalue > 1e-3 / columns.shape[1] for column in columns.T)
    ranks = stats.spearmanr(columns).statistic
    pairs = ranks[np.triu_indices(columns.shape[1], 1)]
    assert np.abs(pairs).max() < stats.norm.ppf(1 - 0.0005 / len(pairs)) / np.sqrt(999)
    for name in AHEAD:
        assert follows(priors[name], [getattr(drivers, name) for drivers in drawn]), name


def test_of_the_priors_only_rows_that_enter_a_fit_are_hashed(tmp_path):
    text = (DATA / "priors.csv").read_text(encoding="utf-8")

    def hashed(changed, folder=tmp_path):
        (folder / "priors.csv").write_bytes(changed.encode())
        return rows_hash("priors.csv", "name", FREE, folder)

    shipped = hashed(text)
    assert shipped == rows_hash("priors.csv", "name", FREE)
    assert hashed(text.replace("\n", "\r\n")) == shipped
    assert hashed(text.replace("sms_pull,lognormal,0.02", "sms_pull,lognormal,0.03")) == shipped
    assert hashed(text.replace("notice_pull,lognormal,0.13", "notice_pull,lognormal,0.14")) != shipped
