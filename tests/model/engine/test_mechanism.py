"""The engine against laws worked out on paper, within bounds of the sampling law; each with a wrong law it rejects."""

from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest

from model import AdoptionModel, Parameters, Structure, build_population
from model import levers as lv
from model.engine.practice import mention_week
from model.population.attributes import EMAIL, EXCLUDED, NO_DOCTOR, PILOT
from model.terms.channels import Channel
from model.terms.inputs import DOCUMENTS, GP_CONTACTS
from model.terms.parameters import Drivers, People, Practice, Prevalence, Pulls, Stops, WordOfMouth
from model.terms.rules import CODE_WEEKS
from model.terms.spells import LEVELS
from model.terms.weeks import MAJORITY, NEVER, WEEKS_PER_YEAR

Z = 4.9  # two-sided 1e-6
SILENT = Parameters(
    people=People(eagerness_shape=50.0, notices=0.8, access=0.3, child_together=0.4),
    pulls=Pulls(
        notice=1e-12,
        document=1e-12,
        peer=1e-12,
        spontaneous=1e-12,
        media=1e-12,
        reminder=1e-12,
        mention=1e-12,
        notice_delay=1e-9,
    ),
    drivers=Drivers(trend=0.0, step=1.0),
    practice=Practice(recommendation_rate=1e-12),
    word_of_mouth=WordOfMouth(tell=0.0),
    stops=Stops(no_use=0.0, time=0.0, information=0.0, other=0.0),
)
"""Nobody does anything: each test lets one mechanism speak."""
LIFELONG = Structure(traits="lifelong")
"""For laws over years, written for people who stay as they are."""


CONTENT = Structure(information="content")
"""No code supplies anything: the launch notice carries one, which would hide what missing information stops."""


def agrees(count, people, share, alike=1.0):
    """Whether a count is one that a binomial law of the given share gives; ``alike`` times its variance where people
    are drawn together."""
    return abs(count - people * share) <= Z * sqrt(max(alike * people * share * (1 - share), 1.0))


def most_alike(groups):
    """Times the binomial variance if all of a group were one draw: the mean size of the group that a person is in."""
    sizes = np.bincount(groups)
    return float((sizes.astype(float) ** 2).sum() / sizes.sum())


@pytest.fixture(scope="module")
def population(demography):
    return build_population(demography, people=30_000, seed=3)


@pytest.fixture
def run(population, demography, history):
    def run(parameters, until, *, levers=(), **options):
        model = AdoptionModel(
            population, parameters, demography=demography, history=history, seed=9, levers=levers, **options
        )
        model.advance(until)
        return model

    return run


def adults_at_launch(population, until):
    """Adults there from the launch to ``until``, not of the pilot, nobody's guardian (who get children's contacts)."""
    adult = population.birth_week + MAJORITY <= 0
    stays = (population.entry == 0) & (population.exit > until)
    guardian = np.zeros(population.n, bool)
    guardian[population.guardian[population.guardian >= 0]] = True
    return adult & stays & ~guardian & ((population.flags & PILOT) == 0)


def mean_visit(model, hazard):
    """Expected share who visit: the mean of 1 - exp(-hazard x eagerness) over the eagerness of everybody."""
    return float(np.mean(1 - np.exp(-hazard * eagerness(model))))


def eagerness(model):
    """Equally likely values of eagerness, the lasting factor times the one of a spell: means of 64 x 64 groups."""
    life, renewed = (model.run.world[name].reshape(64, -1).mean(axis=1) for name in ("lasting_levels", "levels"))
    return np.outer(life, renewed).ravel()


def need(model, first):
    """Equally likely levels of a need over its mean, which begin at ``first`` [n]; shape [n, levels]."""
    return model.run.world["need_levels"][np.asarray(first)[..., None] + np.arange(LEVELS)]


def weeks_by_band(model, mine, until):
    """Weeks that each of some people spends in each age band before ``until``, shape [n, band]."""
    bands = np.array([model.population.band_at(week)[mine] for week in range(until)])
    return np.array([(bands == band).sum(axis=0) for band in range(len(model.population.bands))]).T


def test_launch_notices(run, population):
    model = run(replace(SILENT, pulls=replace(SILENT.pulls, notice=1.0, letter_notice_ratio=0.5)), 30)
    for email, pull in ((True, 1.0), (False, 0.5)):
        mine = adults_at_launch(population, 30) & (((population.flags & EMAIL) > 0) == email)
        mine &= (population.flags & EXCLUDED) == 0
        done = int((model.run.state["activated"][mine] < 30).sum())
        expected = (1 - 0.0175) * 0.8 * mean_visit(model, pull)
        assert agrees(done, int(mine.sum()), expected)
        # The pull taken for a chance, everybody noticing, or an opposed person activating would be seen.
        assert not agrees(done, int(mine.sum()), (1 - 0.0175) * 0.8 * pull)
        assert not agrees(done, int(mine.sum()), expected / 0.8)


def test_the_excluded_visit_less(run, population):
    model = run(replace(SILENT, pulls=replace(SILENT.pulls, notice=1.0, letter_notice_ratio=0.999)), 30)
    mine = adults_at_launch(population, 30) & ((population.flags & EXCLUDED) > 0)
    done = int((model.run.state["activated"][mine] < 30).sum())
    share = (1 - 0.0175) * 0.8 * mean_visit(model, 0.3)
    assert agrees(done, int(mine.sum()), share)
    assert not agrees(done, int(mine.sum()), (1 - 0.0175) * 0.8 * mean_visit(model, 1.0))


def barrier(name, share, stop):
    parameters = replace(SILENT, pulls=replace(SILENT.pulls, notice=20.0, letter_notice_ratio=0.999))
    has = replace(Prevalence(no_use=0.0, time=0.0, information=0.0, other=0.0), **{name: share})
    return replace(parameters, prevalence=has, stops=replace(parameters.stops, use_erosion=0.0, **{name: stop}))


@pytest.mark.parametrize("name", ["no_use", "time", "information", "other"])
def test_each_barrier_stops_its_share(run, population, name):
    model = run(barrier(name, 0.4, 0.5), 30, structure=CONTENT)
    mine = adults_at_launch(population, 30) & ((population.flags & EXCLUDED) == 0)
    state = model.run.state[mine]
    visited, done = int((state["visited"] < 30).sum()), int((state["activated"] < 30).sum())
    assert visited > 5000
    assert agrees(done, visited, 1 - 0.4 * 0.5)
    assert not agrees(done, visited, 1 - 0.4)


@pytest.mark.slow
def test_a_doctors_recommendation_reaches_the_ready(run, population):
    practice = Practice(recommendation_rate=0.2, recommending_doctors=0.999, follow_through=0.999)
    parameters = replace(SILENT, practice=practice, prevalence=Prevalence(no_use=1.0, ready=0.57, time=0, other=0))
    parameters = replace(parameters, stops=replace(SILENT.stops, no_use=1.0))
    until = 300
    mine = adults_at_launch(population, until) & (population.doctor != NO_DOCTOR)
    mine &= (population.flags & EXCLUDED) == 0
    results = {}
    for reading in ("trait", "each_time", "naive"):
        model = run(parameters, until, structure=replace(LIFELONG, reading=reading))
        results[reading] = int((model.run.state["activated"][mine] < until).sum())
    n = int(mine.sum())
    # Doctors' levels are exponential with mean 0.2: no recommendation with chance 1 / (1 + 0.2 x contacts).
    weeks = weeks_by_band(model, mine, until)
    each = model.weekly.rates[GP_CONTACTS][:, None] / WEEKS_PER_YEAR * need(model, LEVELS * np.arange(len(weeks.T)))
    contacts = weeks @ each
    reached = float(np.mean(1 - 1 / (1 + 0.2 * contacts)))
    alike = most_alike(population.doctor[mine])  # people of one doctor share a level
    assert agrees(results["trait"], n, (1 - 0.0175) * 0.57 * reached, alike)
    assert not agrees(results["trait"], n, 0.57 * reached * 0.9, alike)
    once = float(np.mean(1 - np.exp(-0.2 * contacts)))  # were all doctors alike
    assert not agrees(results["trait"], n, (1 - 0.0175) * 0.57 * once, alike)
    assert results["naive"] > results["trait"] * 1.2  # the second recommendation converts those never ready
    assert results["each_time"] == pytest.approx(results["naive"], rel=0.02)  # follow-through is 0.999 here


def test_who_is_told_by_the_own_doctor_knows_from_then_on(run, population):
    """Newcomers may see the GP before their notice comes: they know from whatever is first."""
    told, silent = (
        run(replace(SILENT, practice=replace(SILENT.practice, mention_rate=rate)), 0) for rate in (0.5, 1e-12)
    )
    aware, by_message = told.run.state["aware"], silent.run.state["aware"]
    late = np.flatnonzero((by_message > population.entry) & (population.birth_week + MAJORITY <= population.entry))
    mentioned = np.array([mention_week(told.run.people, told.run.world, i) for i in late])
    assert np.array_equal(aware[late], np.minimum(by_message[late], mentioned))
    assert ((mentioned < by_message[late]) & (by_message[late] < NEVER)).sum() > 5, "of those who notice messages too"


def test_documents_arrive_at_the_national_rate(run, population, history):
    pulls = replace(SILENT.pulls, document=0.05)
    model = run(
        replace(SILENT, pulls=pulls, people=replace(SILENT.people, eagerness_shape=50.0)), 200, structure=LIFELONG
    )
    mine = adults_at_launch(population, 200) & ((population.flags & EXCLUDED) == 0) & ((population.flags & EMAIL) > 0)
    received = np.diff(model.weekly.cum_received)
    documents = sum(
        received[week] * model.weekly.rates[DOCUMENTS][population.band_at(week)[mine]] for week in range(200)
    )
    each, place = np.unique(documents, return_inverse=True)
    among = need(model, model.run.world["document_first"])
    led = 1 - np.exp(-0.05 * eagerness(model).reshape(256, -1).mean(axis=1))  # 256 groups of eagerness, shape 50
    stay = np.array([np.exp(-number * np.outer(among, led)).mean() for number in each])[place]
    done = int((model.run.state["activated"][mine] < 200).sum())
    share = (1 - 0.0175) * 0.8 * float(1 - stay.mean())
    assert agrees(done, int(mine.sum()), share)
    assert not agrees(done, int(mine.sum()), share / 0.8)  # everybody noticing
    outcome = model.outcome()
    assert outcome.visits[:, Channel.DOCUMENT].sum() > 0


def test_a_child_goes_with_the_guardian(run, population):
    model = run(replace(SILENT, pulls=replace(SILENT.pulls, notice=20.0, letter_notice_ratio=0.999)), 30)
    minor = (population.birth_week + MAJORITY > 40) & (population.entry == 0) & (population.exit > 40)
    minor &= (population.flags & PILOT) == 0
    guardian_done = np.zeros(population.n, bool)
    rows = np.flatnonzero(minor & (population.guardian >= 0))
    guardian_done[rows] = model.run.state["activated"][population.guardian[rows]] < 28
    mine = guardian_done & minor
    done = int((model.run.state["activated"][mine] < 30).sum())
    assert agrees(done, int(mine.sum()), (1 - 0.0175) * 0.4)
    assert not agrees(done, int(mine.sum()), 0.5)
    alone = minor & ~guardian_done
    assert (model.run.state["activated"][alone] >= 29).all()


def test_word_of_mouth_is_told_once_within_thirteen_weeks(run, population):
    parameters = replace(
        SILENT,
        pulls=replace(SILENT.pulls, peer=0.999, notice=1.0),
        word_of_mouth=WordOfMouth(intention=1.0, tell=1.0),
    )
    talk = run(parameters, 60)
    silent = run(parameters, 60, structure=Structure(word_of_mouth="off"))
    assert (talk.run.state["activated"] < 60).sum() > (silent.run.state["activated"] < 60).sum()
    told = talk.run.desks["contacts"][0, :60, Channel.PEER].sum()
    assert 0 < told <= len(population.tie)
    first = int(np.flatnonzero(talk.run.desks["contacts"][0, :, Channel.PEER])[0])
    assert first >= 1  # nobody is told in the week of the activation


@pytest.mark.parametrize("weeks", [1e-9, 8.0])
def test_the_notices_code_supplies_what_is_missing_for_six_weeks(run, population, weeks):
    parameters = barrier("information", 1.0, 1.0)
    model = run(replace(parameters, pulls=replace(parameters.pulls, notice_delay=weeks)), 120)
    mine = adults_at_launch(population, 120) & ((population.flags & EXCLUDED) == 0)
    in_time = float(np.mean(np.floor(weeks * model.run.world["lengths"]) < CODE_WEEKS))
    done = int((model.run.state["activated"][mine] < 120).sum())
    assert agrees(done, int(mine.sum()), (1 - 0.0175) * 0.8 * in_time)
    assert agrees(done, int(mine.sum()), (1 - 0.0175) * 0.8) == (weeks < 1), "a code that works for ever is noticed"


def test_letters_supply_what_is_missing(run, population):
    """With a code the missing information stops nobody; were it content the service lacks, a letter would not help."""
    parameters = replace(barrier("information", 1.0, 1.0), pulls=SILENT.pulls)  # the notice has a code of its own
    code = lv.Messages(
        name="letter", channel=Channel.LETTER, start=40, end=60, waves=(40,), pull=20.0, carries_code=True
    )
    mine = adults_at_launch(population, 60) & ((population.flags & EXCLUDED) == 0)
    item = run(parameters, 60, levers=[code])
    content = run(parameters, 60, levers=[code], structure=CONTENT)
    plain = run(parameters, 60, levers=[replace(code, carries_code=False)])
    assert agrees(int((item.run.state["activated"][mine] < 60).sum()), int(mine.sum()), (1 - 0.0175) * 0.8)
    assert (content.run.state["activated"][mine] < 60).sum() == (plain.run.state["activated"][mine] < 60).sum() == 0


def test_fatigue(run, population):
    """Two waves of pull a and a x fatigue: the chance to visit is that of their sum."""
    waves = lv.Messages(name="sms", channel=Channel.SMS, start=40, end=60, waves=(40, 50), pull=0.5, fatigue=0.5)
    model = run(SILENT, 60, levers=[waves], structure=LIFELONG)
    mine = adults_at_launch(population, 60) & ((population.flags & EXCLUDED) == 0) & ((population.flags & EMAIL) > 0)
    done = int((model.run.state["activated"][mine] < 60).sum())
    assert agrees(done, int(mine.sum()), (1 - 0.0175) * 0.8 * mean_visit(model, 0.75))
    assert not agrees(done, int(mine.sum()), (1 - 0.0175) * 0.8 * mean_visit(model, 1.0))


def test_redrawn_barriers_let_more_through(run):
    lasting = run(barrier("other", 0.9, 0.9), 300)
    redrawn = run(barrier("other", 0.9, 0.9), 300, structure=Structure(barriers="redrawn"))
    assert (redrawn.run.state["activated"] < 300).sum() >= (lasting.run.state["activated"] < 300).sum()


def test_growth_multiplies_pulls(run):
    still = replace(SILENT, pulls=replace(SILENT.pulls, spontaneous=0.02))
    rising = run(replace(still, drivers=Drivers(trend=0.5, step=2.0)), 309)
    grown = rising.run.world["growth"]
    assert grown[0] == grown[47] == 1.0
    assert grown[99] == pytest.approx(exp(0.5 * (99.5 - 335 / 7) / WEEKS_PER_YEAR), rel=1e-9)
    visits = [model.run.desks["visits"][0, :, Channel.SPONTANEOUS] for model in (run(still, 309), rising)]
    assert np.array_equal(visits[0][:47], visits[1][:47])
    assert visits[1][113:].sum() > 1.5 * visits[0][113:].sum()
