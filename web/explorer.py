"""From a question to its answer: courses that are known already, the ones to be computed, a partial answer as soon as
there is one, the whole when all draws are there. What is known is a cache: a server that begins anew finds it again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from foundation.errors import ScenarioError
from foundation.language.text import LANGUAGES
from foundation.store.manifest import Manifest, entries, package_version
from foundation.store.reading import Document
from scenarios.compare.comparison import load
from scenarios.compare.study import Comparison, looking_on, scenario_entry, settings_of
from scenarios.compare.when import cut_off
from scenarios.experiment import Experiment
from scenarios.frames import ORDER
from scenarios.language.files import LARGEST, parse_scenario
from scenarios.language.schema import MOST_LEVERS, Description, Scenario, Title
from scenarios.lever_schemas.base import Span
from web import label
from web.alternatives import structures_document
from web.asked import MOST, Asked, World
from web.catalogue import catalogue_document
from web.documents import answer_document
from web.errors import RefusedError, StrategyError
from web.pool import Course, Pool, Wish
from web.strategies import table_of

PLAIN = "strategy"
"""What every strategy is called where only its content counts."""
PARTIAL = (4, 12, 32, 64)
"""Draws from which on a partial answer is given."""
KEPT = 48
"""Courses that are kept, those asked for last."""
CLIENTS = 20
"""People for whom something is computed at a time."""
Maker = Callable[[World], Comparison]
"""The study of the status quo in a world."""
Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class File:
    """What is downloaded."""

    name: str
    content: bytes
    kind: str


class Explorer:
    """All that the routes ask."""

    def __init__(
        self,
        make: Maker,
        *,
        described: Callable[[World], str],
        workers: int,
        clients: int = CLIENTS,
        folder: Path | None = None,
    ) -> None:
        self.make, self.described, self.clients, self.opened = make, described, clients, folder
        self.pool = Pool(workers)
        self.studies: dict[World, tuple[int, Comparison]] = {}
        self.courses: OrderedDict[tuple[int, str], Course] = OrderedDict()
        """By world and content of the strategy, "" for the status quo."""
        self.asking: dict[str, Wish] = {}
        self.study = self._known(World())[1]
        self._assembling = asyncio.Lock()
        self.ending = False

    async def start(self) -> None:
        """Begins to warm the draws."""
        self.pool.start()
        self.pool.behind = self._wish(World(), ())
        await self.pool.wake()

    async def stop(self) -> None:
        """Ends what is under way."""
        self.ending = True
        for wish in [*self.asking.values()]:
            await self.pool.drop(wish)
        self.pool.stop()

    def settings(self, lang: str) -> Document:
        """What the page has to know."""
        settings, manifest = self.study.experiment.settings, self._manifest(self.study, len(self.study.draws))
        warm = len(self._course(0, None).found)
        return {
            "version": package_version(),
            "lang": lang,
            "languages": list(LANGUAGES),
            **{key: manifest[key] for key in ("people", "draws", "seed", "policy_start", "until", "target_millions")},
            "dates_until": settings.onward.isoformat(),
            "data_end": manifest["data_end"],
            "clients_most": self.clients,
            "strategies_most": MOST,
            "levers_most": MOST_LEVERS,
            "upload_most_bytes": LARGEST,
            "warm": {"draws": warm, "of": settings.draws, "gib": round(sum(self.pool.resident) / 2**30, 2)},
            "structures": structures_document(lang),
            "folder": self.opened.name if self.opened else None,
        }

    def catalogue(self, lang: str) -> Document:
        """Levers and strategies."""
        settings = self.study.experiment.settings
        return catalogue_document(Span(policy_start=settings.policy_start, until=settings.until), lang)

    def check(self, scenario: Scenario) -> None:
        """Refuses a strategy that can't be simulated from this policy start to this horizon.

        Raises:
            ScenarioError: all its problems.
        """
        self._looks_on(self.study.experiment, scenario)

    def command(self, scenario: Scenario) -> str:
        """What gives the same numbers on the command line."""
        return f"mes run ./{scenario.name}.toml {self.described(World())}".strip()

    async def folder(self, lang: str) -> Document:
        """The answer in the run folder that was opened.

        Raises:
            RefusedError: none was.
        """
        if self.opened is None:
            raise RefusedError(404, "no run folder was opened; start with: mes web FOLDER")
        manifest, frames = await asyncio.to_thread(load, self.opened)
        scenarios = [parse_scenario(entry["text"], source=f"{entry['name']}.toml") for entry in entries(manifest)]
        answer = await asyncio.to_thread(answer_document, frames, manifest, scenarios, lang)
        tables = [table_of(entry["text"], entry["name"]) for entry in entries(manifest)]
        return {"name": self.opened.resolve().name, "answer": answer, "strategies": tables}

    async def answers(self, asked: Asked, lang: str) -> AsyncGenerator[Document, None]:
        """Events, the last with the whole answer."""
        wish, study, scenarios = await self._asked(asked)
        former = self.asking.pop(asked.client, None)
        if former is not None:
            await self.pool.drop(former)
        if len(self.asking) >= self.clients:
            raise RefusedError(429, f"{len(self.asking)} people are being answered; at most {self.clients}: try again in a minute")
        self.asking[asked.client] = wish
        await self.pool.wish(wish)
        try:
            yield self._accepted(asked, scenarios, lang)
            if others := len(self.asking) - 1:
                yield {"event": "waiting", "others": others}
            async for event in self._followed(wish, study, scenarios, lang):
                yield event
        finally:
            await self.pool.drop(wish)
            if self.asking.get(asked.client) is wish:
                del self.asking[asked.client]

    async def _followed(
        self, wish: Wish, study: Comparison, scenarios: Sequence[Scenario], lang: str
    ) -> AsyncGenerator[Document, None]:
        """Progress and answers until all draws are there."""
        whole, shown = len(study.draws), 0
        while True:
            wish.changed.clear()
            done = wish.done()
            if wish.cancelled:
                if self.ending:
                    raise RefusedError(503, "the server is stopping")
                yield {"event": "cancelled"}
                return
            if error := next((course.error for course in wish.courses if course.error), None):
                raise error
            if len(done) == whole or next((True for at in PARTIAL if shown < at <= len(done)), False):
                frames, manifest = self._taken(wish, study, scenarios, done)
                async with self._assembling:
                    answer = await asyncio.to_thread(answer_document, frames, manifest, scenarios, lang)
                shown, final = len(done), len(done) == whole
                yield {"event": "answer", "draws": shown, "of": whole, "final": final, "answer": answer}
                if final:
                    return
                continue
            yield {"event": "progress", "done": len(done), "of": whole}
            await wish.changed.wait()

    async def whole(self, asked: Asked) -> tuple[Comparison, Frames, Manifest, Sequence[Scenario]]:
        """All of an answer that is there already.

        Raises:
            RefusedError: it isn't.
        """
        wish, study, scenarios = await self._asked(asked)
        done = wish.done()
        if len(done) < len(study.draws):
            raise RefusedError(409, f"{len(done)} of {len(study.draws)} draws are there; wait for the whole answer")
        return study, *self._taken(wish, study, scenarios, done), scenarios

    async def _asked(self, asked: Asked) -> tuple[Wish, Comparison, Sequence[Scenario]]:
        """The wish for a question, its study, and its scenarios, the status quo first."""
        if asked.world not in self.studies:
            await asyncio.to_thread(self._known, asked.world)
        _, study = self._known(asked.world)
        return self._wish(asked.world, asked.strategies), study, (study.experiment.scenarios[0], *asked.strategies)

    def _known(self, world: World) -> tuple[int, Comparison]:
        """The study of a world, with its number; the default is number 0."""
        if world not in self.studies:
            study, number = self.make(world), len(self.studies)
            self.studies[world] = number, study
            self.pool.experiments[number] = study.experiment
        return self.studies[world]

    def _wish(self, world: World, strategies: Sequence[Scenario]) -> Wish:
        number, study = self._known(world)
        courses = [self._course(number, None)]
        for place, scenario in enumerate(strategies):
            try:
                looks_on = self._looks_on(study.experiment, scenario)
            except ScenarioError as error:
                raise StrategyError(error, place) from None
            courses.append(self._course(number, scenario, looks_on))
        return Wish(world=number, draws=study.draws, courses=courses)

    def _course(self, world: int, scenario: Scenario | None, looks_on: bool = True) -> Course:
        """What is known of a strategy, whatever it is called; those asked for longest ago are forgotten."""
        plain = replace(scenario, source=f"{PLAIN}.toml", titles=Title(en=PLAIN), descriptions=Description()) if scenario else None
        key = world, plain.sha256 if plain else ""
        course = self.courses.get(key)
        if course is None or course.error is not None:
            course = self.courses[key] = Course(plain, looks_on)
        self.courses.move_to_end(key)
        for old in [one for one in self.courses if one != (0, "")][: max(0, len(self.courses) - KEPT)]:
            del self.courses[old]
        return course

    @staticmethod
    def _looks_on(experiment: Experiment, scenario: Scenario) -> bool:
        """Whether the day of the target is looked for beyond the horizon, as ``mes run`` decides."""
        plain = replace(experiment.settings, dates_until=None)
        alone = replace(experiment, settings=plain, scenarios=(experiment.scenarios[0], scenario))
        return looking_on(alone).settings.dates_until == experiment.settings.dates_until

    def _taken(
        self, wish: Wish, study: Comparison, scenarios: Sequence[Scenario], draws: Sequence[int]
    ) -> tuple[Frames, Manifest]:
        """Frames of these draws as a run has them, and what its manifest would say."""
        manifest = self._manifest(study, len(draws), scenarios)
        frames = {
            name: pd.concat(
                [
                    course.found[draw][name].assign(scenario=scenario.name)
                    for course, scenario in zip(wish.courses, scenarios, strict=True)
                    for draw in sorted(draws)
                ],
                ignore_index=True,
            )
            for name in ORDER
        }
        if not all(course.looks_on for course in wish.courses):
            manifest.pop("dates_until", None)
            frames["outcomes"] = cut_off(frames["outcomes"], manifest["until"])
        return frames, manifest

    def _manifest(self, study: Comparison, draws: int, scenarios: Sequence[Scenario] = ()) -> dict[str, object]:
        entries = [scenario_entry(scenario, scenario.text) for scenario in scenarios]
        about = {"version": package_version(), "command_line": ["mes", "web"], "failures": []}
        return {**settings_of(study.experiment), **study.about(), **about, "draws": draws, "scenarios": entries}

    def _accepted(self, asked: Asked, scenarios: Sequence[Scenario], lang: str) -> Document:
        warm = asked.world == World()
        return {
            "event": "accepted",
            "warm": warm,
            "note": "" if warm else label("said.other_world", lang),
            "names": [scenario.name for scenario in scenarios],
        }
