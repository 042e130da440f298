"""What is known: the study of each world, and what strategies have given so far in it. All of it is a cache: whoever
begins anew finds it again, and what was asked for longest ago is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from foundation.errors import ScenarioError
from foundation.store.manifest import Manifest, package_version
from foundation.store.reading import Document
from scenarios.compare.study import Comparison, looking_on, scenario_entry
from scenarios.compare.when import cut_off
from scenarios.experiment import Experiment
from scenarios.frames import ORDER, Frames
from scenarios.language.schema import Description, Scenario, Title
from web.asked import World
from web.errors import StrategyError
from web.memory import COURSES
from web.pool import Course, Wish

PLAIN = "strategy"
"""What every strategy is called where only its content counts."""
WORLDS = 6
"""So many are kept."""
Maker = Callable[[World], Comparison]
"""The study of the status quo in a world."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A world."""

    number: int
    """0: the default, whose draws are kept warm."""
    study: Comparison
    about: Mapping[str, object]
    """What a manifest says of it."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is waited for, and what to say of it once it is there."""

    known: Known
    wish: Wish
    scenarios: Sequence[Scenario]
    """The status quo first."""


class Library:
    """Worlds and courses."""

    def __init__(self, make: Maker) -> None:
        self.make = make
        self.worlds: OrderedDict[World, Known] = OrderedDict()
        self.courses: OrderedDict[tuple[int, str], Course] = OrderedDict()
        """By world and content of the strategy, "" for the status quo."""
        self._numbers = 0
        self.default = self.known(World())

    def known(self, world: World) -> Known:
        """A world, its study made where it is new."""
        found = self.worlds.get(world)
        if found is None:
            study = self.make(world)
            about = {"version": package_version(), "command_line": ["mes", "web"], "failures": [], **study.about()}
            found = Known(number=self._numbers, study=study, about=about | study.question())
            self.worlds[world] = found
            self._numbers += 1
        self.worlds.move_to_end(world)
        while len(self.worlds) > WORLDS:
            del self.worlds[next(one for one, known in self.worlds.items() if known.number)]
        return found

    def question(self, known: Known, strategies: Sequence[Scenario]) -> Question:
        """Strategies in a world.

        Raises:
            StrategyError: one can't be simulated from this policy start to this horizon.
        """
        courses = [self.course(known, None)]
        for place, scenario in enumerate(strategies):
            try:
                looks_on = self.looks_on(known.study.experiment, scenario)
            except ScenarioError as error:
                raise StrategyError(error, place) from None
            courses.append(self.course(known, scenario, looks_on))
        wish = Wish(world=known.number, experiment=known.study.experiment, draws=known.study.draws, courses=courses)
        return Question(known=known, wish=wish, scenarios=(known.study.experiment.scenarios[0], *strategies))

    def course(self, known: Known, scenario: Scenario | None, looks_on: bool = True) -> Course:
        """What is known of a strategy, whatever it is called."""
        plain = None
        if scenario is not None:
            titles, descriptions = Title(en=PLAIN), Description()
            plain = replace(scenario, source=f"{PLAIN}.toml", text="", titles=titles, descriptions=descriptions)
        key = known.number, plain.sha256 if plain else ""
        course = self.courses.get(key)
        if course is None or course.error is not None:
            course = self.courses[key] = Course(plain, looks_on)
        self.courses.move_to_end(key)
        while len(self.courses) > COURSES:
            del self.courses[next(one for one in self.courses if one != (0, ""))]
        return course

    @staticmethod
    def looks_on(experiment: Experiment, scenario: Scenario) -> bool:
        """Whether the day of the target is looked for beyond the horizon, as ``mes run`` decides.

        Raises:
            ScenarioError: the strategy has dates outside of policy start and horizon.
        """
        plain = replace(experiment.settings, dates_until=None)
        alone = replace(experiment, settings=plain, scenarios=(experiment.scenarios[0], scenario))
        return looking_on(alone).settings.dates_until == experiment.settings.dates_until

    @staticmethod
    def manifest(known: Known, draws: int, scenarios: Sequence[Scenario] = ()) -> Document:
        """What a run of so many draws would say of itself."""
        entries = [scenario_entry(scenario, scenario.text) for scenario in scenarios]
        return {**known.about, "draws": draws, "scenarios": entries}

    def taken(self, question: Question, draws: Sequence[int]) -> tuple[Frames, Manifest]:
        """Frames of these draws as a run has them, and what its manifest would say."""
        manifest = self.manifest(question.known, len(draws), question.scenarios)
        courses, whole = question.wish.courses, len(question.known.study.draws)
        named = zip(courses, question.scenarios, strict=True)
        joined = [(course.joined(draws), scenario.name) for course, scenario in named]
        frames = {
            name: pd.concat([found[name].assign(scenario=called) for found, called in joined], ignore_index=True)
            for name in ORDER
        }
        if len(draws) == whole:
            for course in courses:
                course.settle()
        if not all(course.looks_on for course in courses):
            manifest.pop("dates_until", None)
            frames["outcomes"] = cut_off(frames["outcomes"], str(manifest["until"]))
        return frames, manifest
