"""The memory plan against what a process really takes, and the refusal of what does not fit."""

import gc
import json
import subprocess
import sys
import textwrap
import weakref

import pytest

from calibration.warm import ensure_compiled
from model import AdoptionModel, Parameters
from model.engine import memory
from model.engine.agenda import CONTACT
from model.engine.memory import ShortOfMemoryError, free_bytes, memory_plan, most_people
from model.population.attributes import PERSON
from model.population.building import build_population

PROGRAM = """
import json, resource, sys
from datetime import date
from pathlib import Path
from calibration.draws.files import load_draws
from calibration.facts.inputs import load_demography, load_history
from model import AdoptionModel, build_population
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve

people, threads = int(sys.argv[1]), int(sys.argv[2])
inputs = {"demography": load_demography(), "history": load_history()}
draws = load_draws(12, seed=1)
draw = max(draws, key=lambda d: d.parameters.pulls.document * d.parameters.pulls.document_scale)
population = build_population(inputs["demography"], people=people, seed=1, threads=threads)
model = AdoptionModel(population, draw.parameters, seed=1, threads=threads, **inputs)
model.advance(205)
period = {"policy_start": date(2026, 1, 5), "until": date(2027, 12, 31)}
branch = model.branch(resolve(load_scenario("mix-broad"), draw, **period))
branch.advance(309)
branch.outcome()
branch.standing(205)
status = Path("/proc/self/status")  # Linux hands the maximum of getrusage on to those whom a process starts
if status.exists():
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    peak = 1024 * int(line.split()[1])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"peak": peak, "contacts": branch.contacts_noted / people}))
"""


def peak(people: int, threads: int) -> tuple[int, float]:
    """Most memory of a process that simulates the widest mix, bytes, and its contacts per person."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(people), str(threads)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return int(found["peak"]), float(found["contacts"])


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_the_plan_is_an_upper_bound_and_not_much_above_what_is_used(threads):
    # Two sizes, for what a person adds; the draw is, of twelve, that with most contacts. Compiling takes memory too.
    ensure_compiled()
    few, many = 250_000, 850_000  # from so few on, both threads have people enough
    (low, _), (high, contacts) = peak(few, threads), peak(many, threads)
    small, large = (memory_plan(people, threads=threads, contacts=contacts).total for people in (few, many))
    assert high <= large
    assert low <= small
    assert 0.6 <= (high - low) / (large - small) <= 1.0


def test_parts_follow_from_the_widths_of_the_records():
    plan = memory_plan(1_000_000, levers=False)
    assert plan.parts["persons"] == int(1.08e6 * PERSON.itemsize)
    assert plan.parts["contacts"] == int(5e6 * CONTACT.itemsize)
    assert "levers" not in plan.parts
    assert plan.total == sum(plan.parts.values()) < memory_plan(1_000_000).total


def test_all_of_france_takes_less_than_ten_gib():
    assert memory_plan(68_087_512, threads=2, levers=False).total < 10 * 2**30


def test_the_largest_number_that_fits_fits_and_the_next_does_not():
    room = 3 * 2**30
    most = most_people(room)
    assert memory_plan(most).total <= room < memory_plan(most + 1000).total
    assert most_people(1) == 0


def test_what_does_not_fit_is_refused_before_anything_is_allocated(demography, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 2**30)
    monkeypatch.setattr("model.population.building.build_cohorts", lambda *given: pytest.fail("building has begun"))
    with pytest.raises(
        ShortOfMemoryError, match=r"68,000,000 people need \d\.\d GiB .*; 1\.0 GiB are free: enough for"
    ):
        build_population(demography, people=68_000_000, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize(("large", "held"), [(1000, False), (10**9, True)])
def test_an_ended_model_is_given_back_before_the_next_is_built(demography, history, monkeypatch, large, held):
    # Without the collection, which small runs go without, it would stay: the test notices what it is about.
    monkeypatch.setattr(memory, "_LARGE", large)
    monkeypatch.setattr(memory, "free_bytes", lambda: 2**40)
    gc.collect()
    gc.disable()
    try:
        population = build_population(demography, people=1000, seed=1)
        model = AdoptionModel(population, Parameters(), demography=demography, history=history)
        branch = weakref.ref(model.branch(()))
        other = model.branch(())
        assert (branch() is not None) == held
        ended = weakref.ref(model)
        del model, other
        build_population(demography, people=1000, seed=1)
        assert (ended() is not None) == held
    finally:
        gc.enable()


def test_a_limit_of_the_control_group_counts(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("3000\n")
    (tmp_path / "memory.current").write_text("1500\n")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 400\n")
    old = tmp_path / "old"
    old.mkdir()
    (old / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    monkeypatch.setattr(memory, "_control_groups", lambda: [old, tmp_path, tmp_path / "none"])
    assert free_bytes() == 1900
