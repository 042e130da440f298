"""From a question to its answer: what is known already, what is to be computed, a partial answer as soon as there is
one, the whole when all draws are there.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from functools import lru_cache
from pathlib import Path

from foundation.language.text import LANGUAGES
from foundation.store.manifest import entries, package_version
from foundation.store.reading import Document
from scenarios.compare.comparison import load, refuse_region, refuse_target
from scenarios.language.files import LARGEST, parse_scenario
from scenarios.language.schema import MOST_LEVERS, Scenario
from scenarios.lever_schemas.base import Span
from web import label
from web.alternatives import structures_document
from web.asked import MOST, Asked, World
from web.catalogue import catalogue_document
from web.documents import answer_document
from web.downloads import Answer, File, file_of, toml_file
from web.errors import RefusedError
from web.library import Known, Library, Maker, Question
from web.pool import Pool, Wish, alone
from web.strategies import table_of

PARTIAL = (4, 24)
"""Draws from which on a partial answer is given."""
CLIENTS = 20
"""People for whom something is computed at a time."""


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
        executor: Callable[[], Executor] = alone,
    ) -> None:
        """``described``: options of the command line that give the same in a world."""
        self.described, self.clients, self.opened = described, clients, folder
        self.library, self.pool = Library(make), Pool(workers, executor)
        self.asking: dict[str, Wish] = {}
        self.ending = False
        self._assembling, self._writing, self._making = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self.catalogue = lru_cache(len(LANGUAGES))(self._catalogue)

    async def start(self) -> None:
        """Begins to warm the draws."""
        self.pool.start()
        self.pool.behind = self.library.question(self.library.default, ()).wish
        await self.pool.wake()

    async def stop(self) -> None:
        """Ends what is under way."""
        self.ending = True
        for wish in [*self.asking.values()]:
            self.pool.drop(wish)
        self.pool.stop()

    def settings(self, lang: str) -> Document:
        """What the page has to know."""
        known = self.library.default
        settings, manifest = known.study.experiment.settings, self.library.manifest(known, len(known.study.draws))
        warm = len(self.library.course(known, None).found)
        return {
            "version": package_version(),
            "lang": lang,
            "languages": list(LANGUAGES),
            **{key: manifest[key] for key in ("people", "draws", "seed", "policy_start", "until", "target_millions")},
            "target_on": settings.target_on,
            "dates_until": settings.onward.isoformat(),
            "data_end": manifest["data_end"],
            "clients_most": self.clients,
            "strategies_most": MOST,
            "levers_most": MOST_LEVERS,
            "upload_most_bytes": LARGEST,
            "warm": {"draws": warm, "of": settings.draws, "gib": round(sum(self.pool.resident) / 2**30, 2)},
            "structures": structures_document(lang),
            "folder": self.opened.resolve().name if self.opened else None,
        }

    def _catalogue(self, lang: str) -> Document:
        """Levers and strategies."""
        experiment = self.library.default.study.experiment
        span = Span(policy_start=experiment.settings.policy_start, until=experiment.settings.until)
        return catalogue_document(span, experiment.costs, lang)

    def check(self, scenario: Scenario) -> None:
        """Refuses a strategy that can't be simulated from this policy start to this horizon.

        Raises:
            ScenarioError: all its problems.
        """
        self.library.looks_on(self.library.default.study.experiment, scenario)

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
        return await asyncio.to_thread(folder_document, self.opened, lang)

    async def answers(self, asked: Asked, lang: str) -> AsyncGenerator[Document, None]:
        """Events, the last with the whole answer."""
        question = await self._question(asked)
        if (former := self.asking.pop(asked.client, None)) is not None:
            self.pool.drop(former)
        if len(self.asking) >= self.clients:
            raise RefusedError(429, f"at most {self.clients} people are answered at a time: try again in a minute")
        wish = self.asking[asked.client] = question.wish
        await self.pool.wish(wish)
        try:
            yield {
                "event": "accepted",
                "warm": question.known.number == 0,
                "note": "" if question.known.number == 0 else label("said.other_world", lang),
                "names": [scenario.name for scenario in question.scenarios],
            }
            if others := len(self.asking) - 1:
                yield {"event": "waiting", "others": others}
            async for event in self._followed(question, lang):
                yield event
        finally:
            self.pool.drop(wish)
            if self.asking.get(asked.client) is wish:
                del self.asking[asked.client]

    async def _followed(self, question: Question, lang: str) -> AsyncGenerator[Document, None]:
        """Progress and answers until all draws are there."""
        wish, whole, shown, told = question.wish, len(question.known.study.draws), 0, -1
        while True:
            wish.changed.clear()
            if wish.cancelled:
                if self.ending:
                    raise RefusedError(503, "the server is stopping")
                yield {"event": "cancelled"}
                return
            if error := next((course.error for course in wish.courses if course.error), None):
                raise error
            done = wish.done()
            if len(done) == whole or any(shown < at <= len(done) for at in PARTIAL):
                async with self._assembling:
                    answer = await asyncio.to_thread(self._answer, question, done, lang)
                shown, final = len(done), len(done) == whole
                yield {"event": "answer", "draws": shown, "of": whole, "final": final, "answer": answer}
                if final:
                    return
                continue
            if len(done) > told:
                told = len(done)
                yield {"event": "progress", "done": told, "of": whole}
            await wish.changed.wait()

    def _answer(self, question: Question, draws: Sequence[int], lang: str) -> Document:
        frames, manifest = self.library.taken(question, draws)
        return answer_document(frames, manifest, question.scenarios, lang, len(question.known.study.draws))

    async def download(self, asked: Asked, what: str, index: int, lang: str) -> File:
        """A file: of one strategy, or of the whole answer.

        Raises:
            RefusedError: there is no such file, or the answer isn't whole yet.
        """
        if what == "toml":
            if not 0 <= index < len(asked.strategies):
                raise RefusedError(422, f"index = {index}: there is no such strategy")
            return toml_file(asked.strategies[index])
        question = await self._question(asked)
        study, done = question.known.study, question.wish.done()
        if len(done) < len(study.draws):
            raise RefusedError(409, f"{len(done)} of {len(study.draws)} draws are there; wait for the whole answer")
        frames, manifest = await asyncio.to_thread(self.library.taken, question, done)
        named = [f"./{scenario.name}.toml" for scenario in asked.strategies]
        line = ["mes", "compare", "status-quo", *named, *shlex.split(self.described(asked.world))]
        manifest = {**manifest, "command_line": line}
        answer = Answer(study=study, scenarios=question.scenarios, frames=frames, manifest=manifest, line=line)
        async with self._writing:
            return await file_of(answer, what, lang)

    async def _question(self, asked: Asked) -> Question:
        known = await self._known(asked.world)
        return self.library.question(known, asked.strategies)

    async def _known(self, world: World) -> Known:
        """A world; the study of a new one takes a moment, in which others are answered."""
        async with self._making:
            if world in self.library.worlds:
                return self.library.known(world)
            return await asyncio.to_thread(self.library.known, world)


def folder_document(folder: Path, lang: str) -> Document:
    """A finished run folder as the page gets it.

    Raises:
        UserError: it is unfinished, altered, of a version whose frames were others, or its target was reached already.
    """
    manifest, frames = load(folder)
    refuse_target(folder, manifest)
    refuse_region(folder, manifest)
    texts = [(str(entry["name"]), str(entry["text"])) for entry in entries(manifest)]
    scenarios = [parse_scenario(text, source=f"{name}.toml") for name, text in texts]
    answer = answer_document(frames, manifest, scenarios, lang, int(manifest["draws"]))
    return {
        "name": folder.resolve().name,
        "answer": answer,
        "strategies": [table_of(text, name) for name, text in texts],
    }
