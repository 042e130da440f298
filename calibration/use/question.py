"""``mes study use``: use after activation fitted on the draws of a posterior of activation; and how what it found is
shipped (``python -m calibration.use.question DIR [DIR ...]``).

The folder holds ``use.parquet`` (parameters, a row a draw), ``figures.parquet`` (every figure on every draw, before and
after the fit) and ``use.json`` (what it rests on).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.draws.files import load_draws, read_draws, structure_name
from calibration.draws.posteriors import posterior_for
from calibration.draws.use import DRAWS, SHIPPED, UseInfo, save_use
from calibration.facts.inputs import load_costs, load_demography, load_history, tables_of
from calibration.facts.targets import load_surveyed
from calibration.facts.use import PARAMETERS, UseFigure, load_use_figures
from calibration.use.method import SETTLED, Months, choose, figures_of, months_in, needed, use_at, values_at, walk
from foundation.errors import UserError
from foundation.seeds import derive
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from foundation.store.parts import Content
from foundation.store.store import Store
from foundation.study import Frames, Study, carry_out
from foundation.tasks.bench import Bench
from foundation.tasks.executors import local_site
from model.terms.parameters import Structure
from model.terms.use import months
from model.terms.weeks import monday
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, Settings, history_of
from scenarios.language.files import load_scenario

PEOPLE, WALKS = 20_000, 6
WALKED, CHOSEN = 51, 52
"""Purposes of seeds."""
FIGURES, SETTINGS, ALTERNATIVE = "figures", "use.json", "use-alternative.json"
"""Tables; settings of the default structure, and of another one."""
Region = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Task:
    """One draw; without a region, a walk to find it."""

    experiment: Experiment
    draw: Draw
    figures: tuple[UseFigure, ...]
    region: Region | None = None


def work(task: Task) -> Content:
    """The places of a walk, or the parameters chosen for the draw and what they give."""
    world, asked = history_of(task.experiment, task.draw), needed(task.figures)
    world.advance(int(months().end[asked[-1]]))
    seen, seed = months_in(world, asked), task.experiment.settings.seed
    if task.region is None:
        return {"path": walk(seen, task.figures, derive(seed, task.draw.index, WALKED))}
    found = choose(seen, task.figures, task.region, derive(seed, task.draw.index, CHOSEN))
    rows = [
        {"draw": task.draw.index, "key": figure.key, "before": before, "after": after, "other": other}
        for figure, before, after, other in zip(
            task.figures, found.before, found.figures, _without_documents(seen, found.place, task.figures), strict=True
        )
    ]
    values = {"draw": task.draw.index, **values_at(found.place), "effective": found.effective}
    return {DRAWS: pd.DataFrame([values]), FIGURES: pd.DataFrame(rows)}


def _without_documents(seen: Months, place: np.ndarray, figures: Sequence[UseFigure]) -> np.ndarray:
    """Each figure under the same parameters, documents without any effect."""
    use = use_at(place)
    return figures_of(seen, type(use)(**{**asdict(use), "per_document": 0.0}), figures)


@dataclass(frozen=True, kw_only=True)
class UseStudy(Study[Task]):
    """Use on the draws of one posterior."""

    experiment: Experiment
    draws: Sequence[Draw]
    source: Mapping[str, str]
    """The posterior's name and SHA-256."""
    command = "use"
    work = staticmethod(work)

    def question(self) -> dict[str, object]:
        """People, draws, seed, structure."""
        settings = self.experiment.settings
        structure = asdict(settings.structure)
        return {"people": settings.people, "draws": len(self.draws), "seed": settings.seed, "structure": structure}

    def inputs(self) -> Mapping[str, str]:
        """Tables, and the posterior of activation."""
        return {**tables_of("use"), **self.source}

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def solve(self, bench: Bench[Task]) -> Frames:
        """Walks on some draws for the region, then every draw."""
        figures = load_use_figures()
        tasks = [Task(self.experiment, draw, figures) for draw in self.draws]
        walks = bench.each(tasks[:WALKS], stage="walk", whole=True)
        places = np.concatenate([np.asarray(part["path"])[SETTLED:] for part in walks])
        region = places.mean(axis=0), np.cov(places.T)
        chosen = bench.each([Task(self.experiment, draw, figures, region) for draw in self.draws], "draws", whole=True)
        return {name: chosen.frame(name) for name in (DRAWS, FIGURES)}

    def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
        """What it rests on."""
        effective = frames[DRAWS]["effective"]
        said = {**self.question(), "effective": {"median": float(effective.median()), "least": float(effective.min())}}
        default = self.experiment.settings.structure == Structure()
        write_json(folder / (SETTINGS if default else ALTERNATIVE), said)


def study(
    folder: Path,
    *,
    people: int,
    draws: int | None,
    seed: int,
    structure: Structure,
    workers: int,
    resume: bool,
    progress: Callable[[int, str], AbstractContextManager[Callable[[int], None]]],
) -> Store:
    """Carries it out on the shipped posterior of a structure.

    Raises:
        UserError: the structure has no posterior of its own.
    """
    source = posterior_for(structure)
    if not source.fitted:
        raise UserError(f"structure {structure_name(structure)}: has no posterior of its own to fit use on")
    count = draws or read_draws(source.paths[0])[1].draws
    experiment = Experiment(
        settings=Settings(
            people=people,
            draws=count,
            seed=seed,
            policy_start=date(2024, 1, 1),
            until=monday(int(months().end[-1])),
            target_millions=40.0,
            structure=structure,
        ),
        scenarios=(load_scenario(REFERENCE),),
        demography=load_demography(),
        history=load_history(),
        costs=tuple(load_costs()),
        surveyed=load_surveyed(),
    )
    asked = UseStudy(
        experiment=experiment,
        draws=load_draws(count, path=source.paths[0]),
        source={source.name: source.sha256},
    )
    return carry_out(asked, folder, resume=resume, site=local_site(workers), progress=progress)


def ship(folder: Path, into: Path) -> str:
    """Puts a finished folder into the shipped data, as a file named after its structure.

    Raises:
        UserError: the folder is not finished, or of other draws than those shipped.
    """
    store = Store.opened(folder)
    manifest, frame = store.manifest, store.frames([DRAWS])[DRAWS]
    structure = Structure(**manifest["structure"])
    source = posterior_for(structure)
    if manifest["data"].get(source.name) != source.sha256:
        raise UserError(f"{folder}: fitted on another posterior than the shipped one; `mes study use` makes it again")
    name = structure_name(structure)
    choice = (
        "" if name == "default" else " ".join(f" --structure {one.replace('-', '=', 1)}" for one in name.split("+"))
    )
    info = UseInfo(
        command=f"mes study use{choice} --out runs/use",
        seed=int(manifest["seed"]),
        people=int(manifest["people"]),
        draws_sha256=read_draws(source.paths[0])[1].values_sha256,
        effective=float(frame["effective"].median()),
    )
    save_use(into / f"{name}.parquet", frame[[*PARAMETERS]].to_numpy(), info)
    return name


def main(arguments: Sequence[str] | None = None) -> None:
    """As typed."""
    parser = argparse.ArgumentParser(prog="python -m calibration.use.question", description=ship.__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    for folder in parser.parse_args(arguments).folders:
        print(ship(folder, Path(str(SHIPPED))))


if __name__ == "__main__":
    main()
