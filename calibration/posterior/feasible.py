"""At which parameter values the surveyed prevalences can be had: every shipped draw is tried before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.facts.roles import STATUS_QUO, to_parameters
from calibration.posterior.bank import BLOCK
from calibration.posterior.sent import Sent
from calibration.posterior.simulate import Case
from foundation.errors import RunFailedError
from foundation.shapes import Floats
from foundation.work.ensemble import executor_factory, run_ensemble
from model import PrevalenceError, solve_prevalence


@dataclass(frozen=True)
class _Block:
    case: Sent
    values: Floats
    first: int


def feasible(case: Case, values: Floats, workers: int) -> npt.NDArray[np.bool_]:
    """[draw] for values [draw, parameter].

    Raises:
        RunFailedError: a block failed otherwise.
    """
    sent, found = Sent(case), np.zeros(len(values), bool)
    blocks = [_Block(sent, values[at : at + BLOCK], at) for at in range(0, len(values), BLOCK)]

    def keep(block: _Block, result: npt.NDArray[np.bool_]) -> None:
        found[block.first : block.first + len(result)] = result

    failures = run_ensemble(_try_block, blocks, executor_factory(workers), window=2 * workers, done=keep)
    if failures:
        raise RunFailedError(f"{len(failures)} blocks failed, the first by {failures[0].error}")
    return found


def _try_block(block: _Block) -> npt.NDArray[np.bool_]:
    return np.array([_possible(block.case.case, row) for row in block.values])


def _possible(case: Case, row: Floats) -> bool:
    parameters = to_parameters(dict(zip(STATUS_QUO, map(float, row), strict=False)))
    try:
        solve_prevalence(
            parameters,
            demography=case.demography,
            history=case.history,
            structure=case.structure,
            surveyed=case.surveyed,
        )
    except PrevalenceError:
        return False
    return True
