"""A posterior as ArviZ and xarray read it: one NetCDF file with the groups of an InferenceData.

Draws have equal weight: those of a calibration were reweighted and resampled, so there is one chain and nothing to
learn from comparing chains (how many independent draws they are worth is in ``effective_sample``). In the predictive
groups a chain is one publication of every draw: what would be published is drawn ``TIMES`` times for each of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from calibration.facts.priors import DISCREPANCY, FREE, load_priors
from calibration.fit.question import Fitting
from calibration.fit.residuals import TIMES, Drawn, Line, published_answer, published_stocks
from calibration.fit.work import Kind
from calibration.posterior.calibrate import Calibration, Posterior
from calibration.posterior.likelihood import answered
from calibration.posterior.simulate import values_at
from foundation.errors import UserError
from foundation.seeds import derive
from foundation.shapes import Floats
from foundation.store.manifest import package_version

if TYPE_CHECKING:
    import xarray as xr

FILE = "posterior.nc"
NEEDED = ("xarray", "h5netcdf", "h5py")
_LUCK = 15
SAMPLE = ("chain", "draw")
DESCRIBED = ("pattern", "key", "survey", "region", "role")


def refuse_without_library() -> None:
    """``UserError`` if the file couldn't be written; before anything is computed."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UserError(f"--netcdf needs {', '.join(missing)}; install it with: pip install 'mes[netcdf]'")


def of_fit(drawn: Mapping[Kind, Drawn], fitting: Fitting, command: str) -> bytes:
    """Groups posterior, sample_stats, prior; posterior_predictive, prior_predictive, observed_data and constant_data by
    unit (``million``, ``percent``, ``ratio``), a line of ``residuals`` each."""
    values, posterior = fitting.values, drawn["posterior"]
    groups = {"posterior": _parameters(values), "sample_stats": _weights(len(values))}
    for kind, found in drawn.items():
        groups[f"{kind}_predictive"] = _predicted(found)
    if "prior" in drawn:
        groups["prior"] = _parameters(drawn["prior"].values)
    groups |= _published(posterior.lines)
    info = fitting.info
    return _bytes(
        groups,
        {
            "command": command,
            "posterior": fitting.source.name,
            "data_end": info.data_end,
            "structure": json.dumps(dict(info.structure)),
            "effective_sample": info.effective,
        },
    )


def of_calibration(calibration: Calibration, posterior: Posterior, possible: Sequence[bool], command: str) -> bytes:
    """Groups posterior, sample_stats, observed_data, constant_data and, over the emulator, posterior_predictive:
    ``stock`` in millions, ``answer`` as a share, ``age`` as the logarithm of the ratio of two shares."""
    places, observed = posterior.places[np.asarray(possible, bool)], calibration.observed
    values, target = values_at(places), calibration.target_of(posterior)
    sample = _weights(len(places))
    sample["lp"] = (SAMPLE, (target.many(places) - 0.5 * (places**2).sum(axis=1))[None])
    sample["lp"].attrs["long_name"] = (
        "log posterior density of the whitened parameters over the emulator, up to a constant"
    )
    stocks, answers, ages = observed.stocks, observed.answers, observed.contrasts
    names = {
        "stock_line": [f"{stock.day}{f' {stock.region}' if stock.region else ''}" for stock in stocks],
        "answer_line": [f"{answer.item.survey} {answer.item.key}" for answer in answers],
        "age_line": [f"{contrast.day} {contrast.split}" for contrast in ages],
    }
    published = {
        "stock": [stock.millions for stock in stocks],
        "answer": [answer.item.share for answer in answers],
        "age": [contrast.log_ratio for contrast in ages],
    }
    errors = {
        "stock": [stock.error for stock in stocks],
        "answer": [answer.sd for answer in answers],
        "age": [contrast.sd for contrast in ages],
    }
    predicted = _over_the_emulator(calibration, posterior, places, values)
    groups = {
        "posterior": _parameters(values),
        "sample_stats": sample,
        "posterior_predictive": _dataset({k: ((*SAMPLE, f"{k}_line"), v) for k, v in predicted.items()}, names),
        "observed_data": _dataset({k: ((f"{k}_line",), v) for k, v in published.items()}, names),
        "constant_data": _dataset({f"{k}_error": ((f"{k}_line",), v) for k, v in errors.items()}, names),
    }
    return _bytes(
        {name: group for name, group in groups.items() if group.sizes},
        {
            "command": command,
            "data_end": observed.data_end.isoformat(),
            "structure": json.dumps(asdict(calibration.case.structure)),
            "effective_sample": posterior.effective,
            "log_evidence": posterior.evidence.log,
        },
    )


def _over_the_emulator(
    calibration: Calibration, posterior: Posterior, places: Floats, values: Floats
) -> dict[str, Floats]:
    """[publication, draw, figure] as published: what the emulator says at each draw, its own error, the discrepancy and
    the errors of the figures."""
    observed, emulator = calibration.observed, posterior.emulator
    n, luck = len(observed.stocks), np.random.default_rng(derive(calibration.effort.seed, 0, _LUCK))
    outputs, target = emulator.outputs(places), calibration.target_of(posterior)
    error = target.likelihood.stock_error
    logs = outputs[:, :n] + luck.multivariate_normal(np.zeros(n), error, len(places), method="eigh")
    stocks = published_stocks(logs, values[:, FREE.index(DISCREPANCY)], observed.stocks, luck)
    own = target.likelihood.answer_error
    shares = answered(outputs[:, n : outputs.shape[1] - len(observed.contrasts)], values) if observed.answers else {}
    noise = np.zeros(len(observed.answers) + len(observed.contrasts)) if own is None else own
    answers = [
        published_answer(shares[a.item.survey, a.item.key] + sd * luck.standard_normal(len(places)), a, luck)
        for a, sd in zip(observed.answers, noise, strict=False)
    ]
    sd = np.hypot([contrast.sd for contrast in observed.contrasts], noise[len(observed.answers) :])
    ratios = outputs[:, None, outputs.shape[1] - len(sd) :] + sd * luck.standard_normal((len(places), TIMES, len(sd)))
    found = {"stock": stocks, "answer": np.stack(answers, axis=-1) if answers else np.zeros((len(places), TIMES, 0))}
    return {name: np.swapaxes(rows, 0, 1) for name, rows in {**found, "age": ratios}.items()}


def _parameters(values: Floats) -> xr.Dataset:
    """Free parameters [draw, parameter] by name, one chain."""
    priors = load_priors()
    found = _dataset({name: (SAMPLE, values[None, :, k]) for k, name in enumerate(FREE)}, {})
    for name in FREE:
        found[name].attrs.update(long_name=priors[name].meaning, status=priors[name].status)
    return found


def _weights(draws: int) -> xr.Dataset:
    return _dataset({"weight": (SAMPLE, np.full((1, draws), 1.0 / draws))}, {})


def _predicted(drawn: Drawn) -> xr.Dataset:
    """[publication, draw, line] by unit, as published."""
    groups, names = _by_unit(drawn.lines)
    variables = {
        unit: ((*SAMPLE, f"{unit}_line"), np.stack([_of(line).T for line in lines], axis=-1))
        for unit, lines in groups.items()
    }
    return _dataset(variables, names).assign_coords(draw=list(drawn.index))


def _published(lines: Sequence[Line]) -> dict[str, xr.Dataset]:
    groups, names = _by_unit(lines)
    observed = {unit: ((f"{unit}_line",), [line.published for line in some]) for unit, some in groups.items()}
    constant = {f"{unit}_error": ((f"{unit}_line",), [line.error for line in some]) for unit, some in groups.items()}
    bounds = {f"{unit}_bound": ((f"{unit}_line",), [line.bound for line in some]) for unit, some in groups.items()}
    more = {
        f"{unit}_{name}": (f"{unit}_line", [str(getattr(line, name) or "") for line in some])
        for unit, some in groups.items()
        for name in DESCRIBED
    }
    return {
        "observed_data": _dataset(observed, names).assign_coords(more),
        "constant_data": _dataset({**constant, **bounds}, names).assign_coords(more),
    }


def _by_unit(lines: Iterable[Line]) -> tuple[dict[str, list[Line]], dict[str, list[str]]]:
    """Lines that are predicted, and names of theirs that are all different."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.predicted is not None:
            groups.setdefault(line.unit, []).append(line)
    return groups, {f"{unit}_line": [_name(line) for line in some] for unit, some in groups.items()}


def _name(line: Line) -> str:
    return " ".join(part for part in (line.key, line.survey, line.region or "", line.day.isoformat()) if part)


def _of(line: Line) -> Floats:
    """[draw, publication]"""
    assert line.predicted is not None
    return line.predicted


def _dataset(
    variables: Mapping[str, tuple[tuple[str, ...], object]], coords: Mapping[str, Sequence[str]]
) -> xr.Dataset:
    import xarray as xr

    arrays = {name: (dims, np.asarray(values)) for name, (dims, values) in variables.items()}
    arrays = {name: (dims, values) for name, (dims, values) in arrays.items() if values.size}
    used = {dim for dims, _ in arrays.values() for dim in dims}
    found = xr.Dataset(arrays, coords={name: list(values) for name, values in coords.items() if name in used})
    return found.assign_coords({name: np.arange(found.sizes[name]) for name in SAMPLE if name in found.sizes})


def _bytes(groups: Mapping[str, xr.Dataset], said: Mapping[str, object]) -> bytes:
    import xarray as xr

    attrs = {"inference_library": "mes", "inference_library_version": package_version(), **said}
    tree = xr.DataTree.from_dict({f"/{name}": group.assign_attrs(attrs) for name, group in groups.items()})
    tree.attrs.update(attrs)
    return bytes(tree.to_netcdf(engine="h5netcdf") or b"")
