"""A server with the real routes, guard and validation. Its answers are made up: fast, slow, partial or broken."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from typing import Any

import uvicorn

from calibration.facts.inputs import load_costs
from foundation.errors import Problem, ScenarioError
from scenarios.language.regions import REGIONS
from scenarios.language.schema import Scenario
from scenarios.lever_schemas.base import Span
from web.alternatives import structures_document
from web.asked import Asked
from web.catalogue import catalogue_document
from web.downloads import File, toml_file
from web.errors import RefusedError, StrategyError
from web.explorer import Explorer
from web.guard import LOOPBACK, Guard
from web.server import application

Document = dict[str, Any]
DRAWS = 100
START, UNTIL, LATER = "2027-01-04", "2027-12-31", "2028-12-31"
WEEKS = [(date(2022, 1, 3) + timedelta(weeks=week)).isoformat() for week in range(313)]
AGES = ("0-15", "16-17", "18-24", "25-34", "35-49", "50-64", "65-74", "75+")
USED = ("monthly", "weekly", "returned", "dormant", "lasting", "added", "each")
STOPS = {"unaware": "place", "not_visited": "place", "would_pass": "would_pass", "has_time": "barrier"}


class Fake:
    """Stands for an ``Explorer``: ``pace`` is seconds between events, ``breaks`` how many streams end early."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.ended = 0
        """Streams that were ended before their last answer."""
        self.pace, self.breaks, self.refuses, self.folder_name = 0.0, 0, False, ""
        self.steps: tuple[int, ...] = (DRAWS,)
        self.target_on = "activated"

    async def start(self) -> None:
        """Nothing to warm."""

    async def stop(self) -> None:
        """Nothing to end."""

    def settings(self, lang: str) -> Document:
        return {
            "version": "0.0.0",
            "lang": lang,
            "languages": ["en", "fr"],
            "people": 2000,
            "draws": DRAWS,
            "seed": 1,
            "policy_start": START,
            "until": UNTIL,
            "dates_until": LATER,
            "target_millions": 40.0,
            "target_on": self.target_on,
            "data_end": "2026-01-29",
            "clients_most": 20,
            "strategies_most": 5,
            "levers_most": 32,
            "upload_most_bytes": 200_000,
            "warm": {"draws": DRAWS, "of": DRAWS, "gib": 0.1},
            "structures": structures_document(lang),
            "folder": self.folder_name or None,
        }

    def catalogue(self, lang: str) -> Document:
        return levers(lang)

    def check(self, scenario: Scenario) -> None:
        """All is well."""

    def command(self, scenario: Scenario) -> str:
        return f"mes run ./{scenario.name}.toml"

    async def folder(self, lang: str) -> Document:
        names = [("status-quo", "Status quo"), *((f"s{n}", f"Of the folder {n}") for n in range(7))]
        table = {"title": {"en": "Of the folder 0"}, "lever": [{"kind": "sms"}]}
        return {"name": self.folder_name, "answer": answer(names, DRAWS), "strategies": [None, table, *[None] * 6]}

    async def answers(self, asked: Asked, lang: str) -> AsyncGenerator[Document, None]:
        self.asked.append(asked)
        if self.refuses:
            problem = Problem(source="strategy.toml", key="lever[1].every_weeks", message="is made up to be wrong")
            raise StrategyError(ScenarioError([problem]), 0)
        names = [
            ("status-quo", "Status quo"),
            *((one.name, one.title("fr" if lang == "fr" else "en")) for one in asked.strategies),
        ]
        whole = False
        try:
            yield {"event": "accepted", "warm": True, "note": "", "names": [name for name, _ in names]}
            for draws in self.steps:
                await asyncio.sleep(self.pace)
                if self.breaks:
                    self.breaks -= 1
                    return
                yield {"event": "progress", "done": draws, "of": DRAWS}
                whole = draws == DRAWS
                found = answer(names, draws, [len(one.levers) for one in asked.strategies])
                found["settings"]["target_on"] = self.target_on
                yield {"event": "answer", "draws": draws, "of": DRAWS, "final": whole, "answer": found}
        finally:
            self.ended += not whole

    async def download(self, asked: Asked, what: str, index: int, lang: str) -> File:
        if what == "toml":
            return toml_file(asked.strategies[index])
        if what == "report":
            raise RefusedError(409, "made up: the report can't be had")
        return File(name=f"made-up.{'zip' if what in ('folder', 'pictures') else what}", content=b"made up")


@cache
def levers(lang: str) -> Document:
    """The real ones."""
    span = Span(policy_start=date.fromisoformat(START), until=date.fromisoformat(UNTIL))
    return dict(catalogue_document(span, load_costs(), lang))


def answer(names: list[tuple[str, str]], draws: int, strength: list[int] | None = None) -> Document:
    """An answer of the shape that the page gets; more levers bring more, and figures move with the draws."""
    strengths = [0, *(strength or range(1, len(names)))]
    scenarios = [
        _scenario(name, title, size + draws / 1000 if at else 0, draws)
        for at, ((name, title), size) in enumerate(zip(names, strengths, strict=True))
    ]
    courses = [
        {"date": day, "forecast": day > "2026", "p05": 1.0, "p25": 1.5, "p50": 2.0, "p75": 2.5, "p95": 3.0}
        for day in WEEKS[::4]
    ]
    return {
        "settings": {
            "people": 2000,
            "draws": draws,
            "seed": 1,
            "policy_start": START,
            "until": UNTIL,
            "target_millions": 40.0,
            "target_on": "activated",
            "data_end": "2026-01-29",
            "dates_until": LATER,
            "continued": True,
            "structure": {},
            "drivers": {},
        },
        "dates": WEEKS,
        "published": [{"date": "2023-11-24", "millions": 10.3, "error_millions": 0.2, "kind": "rounded"}],
        "scenarios": scenarios,
        "left_behind": [row for name, _ in names for row in _left(name, names[0][0] == name)],
        "stops": [row for name, _ in names for row in _stops(name)],
        "regions": [
            {
                "scenario": name,
                "region": region,
                "region_title": region,
                "living_millions": 5.0,
                "share": _spread(0.5),
                "gap_points": _spread(0),
                "gain_points": _spread(at / 10),
                "shown": {"share": _shown(50), "gain": _shown(at / 10)},
            }
            for name, _ in names
            for at, region in enumerate(REGIONS)
        ],
        "use": {
            "scenarios": {name: {"shown": dict.fromkeys(USED, _shown(3)) | {"ranks": "1 → 2"}} for name, _ in names},
            "groups": [row for name, _ in names for row in _using(name)],
            "notes": ["Made up."],
        },
        "best": [],
        "assumed": ["Made up."],
        "courses": {"documents": courses, "growth": courses},
    }


def _spread(middle: float, half: float = 0.1) -> Document:
    return {"p05": middle - half, "p50": middle, "p95": middle + half}


def _shown(middle: float, half: float = 0.1) -> str:
    return f"{middle:.2f}\N{NO-BREAK SPACE}[{middle - half:.2f};\N{NO-BREAK SPACE}{middle + half:.2f}]"


def _scenario(name: str, title: str, adds: float, draws: int) -> Document:
    first = WEEKS.index(START)
    added = [max(0, week - first) / (len(WEEKS) - 1 - first) * adds for week in range(len(WEEKS))]
    level = [37 * week / (len(WEEKS) - 1) + more for week, more in enumerate(added)]
    quo = not adds
    return {
        "name": name,
        "title": title,
        "reference": quo,
        "activated": {"p05": [x * 0.9 for x in level], "p50": level, "p95": [x * 1.1 for x in level]},
        "additional": {"p05": [x * 0.5 for x in added], "p50": added, "p95": [x * 2 for x in added]},
        "measures": {
            "activated_millions": _spread(37 + adds),
            "activated_share": _spread(0.5),
            "additional_millions": _spread(adds, 0.5 * adds),
            "cost_millions_eur": _spread(10 * adds, adds),
            "cost_per_additional_eur": _spread(10),
            "doctor_minutes_millions": _spread(0, 0),
        },
        "probability_of_target": 0.2,
        "probability_of_target_interval": [0.14, 0.27],
        "target_date": {"p05": "2027-03-02", "p50": None, "p95": None},
        "target_reached_by": [
            {"day": UNTIL, "probability": 0.2, "interval": [0.14, 0.27]},
            {"day": LATER, "probability": 0.6, "interval": [0.5, 0.7]},
        ],
        "shown": {
            "activated": _shown(37 + adds),
            "share": "50 %",
            "additional": "0" if quo else _shown(adds),
            "cost": "0" if quo else _shown(10 * adds),
            "each": "–" if quo else _shown(10),
            "minutes": "0",
            "probability": "20 %",
            "probability_interval": "[14; 27]",
            "date": "after 2028 [Mar 2027; after 2028]",
            "by": ["20 % [14; 27]", "60 % [50; 70]"],
        },
        "costs": []
        if quo
        else [
            {
                "lever": "letter",
                "lever_title": "letters",
                "item": "per message",
                "item_title": "letter, each",
                "status": "assumed",
                "status_title": "assumed",
                "eur_millions": _spread(10 * adds),
                "minutes_millions": _spread(0, 0),
                "quantity_millions": _spread(1),
                "shown": _shown(10 * adds),
            }
        ],
        "years": [{"year": year, **_spread(5 * adds, adds), "shown": _shown(5 * adds)} for year in (2027, 2028)],
        "levers": [],
        "few_aimed": [],
    }


def _left(name: str, quo: bool) -> Iterator[Document]:
    groups = [("age_band", "age", group) for group in AGES] + [
        ("digital_exclusion", "digital exclusion", group) for group in ("no", "yes")
    ]
    for at, (dimension, title, group) in enumerate(groups):
        change = 0 if quo else (at - 4) / 4
        yield {
            "scenario": name,
            "dimension": dimension,
            "dimension_title": title,
            "group": group,
            "group_title": group,
            "members_millions": 7.0,
            "share": _spread(0.5),
            "gap_points": _spread(at - 4, 2),
            "gap_change_points": _spread(change),
            "lag": 0.5,
            "shown": {"share": _shown(50), "gap": _shown(at - 4), "change": _shown(change), "lag": "50 %"},
        }


def _using(name: str) -> Iterator[Document]:
    for dimension, title, group in (("age_band", "age", "75+"), ("digital_exclusion", "digital exclusion", "excluded")):
        yield {
            "scenario": name,
            "dimension": dimension,
            "dimension_title": title,
            "group": group,
            "group_title": group,
            "active_millions": 2.0,
            "shown": {"using": _shown(20), "lasting": _shown(10)},
        }


def _stops(name: str) -> Iterator[Document]:
    for dimension, group in (("all", "all"), ("age_band", "75+")):
        for obstacle, kind in STOPS.items():
            yield {
                "scenario": name,
                "dimension": dimension,
                "dimension_title": dimension,
                "group": group,
                "group_title": group,
                "obstacle": obstacle,
                "obstacle_title": obstacle,
                "kind": kind,
                "people_millions": _spread(5),
                "share_left": _spread(0.2),
                "shown": _shown(20),
                "people_shown": _shown(5),
            }


@contextmanager
def serving(explorer: Fake | Explorer) -> Iterator[str]:
    """The address of a server with these answers, in a thread of this process."""
    app = Guard(application(explorer), token=None, hosts=LOOPBACK)  # type: ignore[arg-type]
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(600):
        if server.started:
            break
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
