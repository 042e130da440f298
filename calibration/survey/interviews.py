"""Interviews: everybody online by what they would answer to all questions of one survey, and samples of them.

The joint law behind ``calibration.survey.instrument``: its closed forms are the expectations of what is asked here.
All items
of a survey are answered by the same respondents, so a sample is one multinomial draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.survey.instrument import Answers, claims
from calibration.survey.items import Line
from foundation.shapes import Bools, Floats
from model.counting import interview as iv

COULD_RECOMMEND = 0.91
"""Share of who says activated (F075): a constant, put in; the model's intention to recommend is half of it."""
TRIED = 3
"""Dispositions: claims to have activated, claims use only, claims nothing."""


@dataclass(frozen=True)
class Respondents:
    """Kinds of people; arrays of one shape [kind]."""

    survey: str
    bits: npt.NDArray[np.int64]
    """What is true of them (``model.counting.interview``)."""
    weight: Floats
    """Agents."""
    activated: Bools
    """Say that they have activated."""
    used: Bools
    """Say that they have used it (in 2022, where it was not asked: that they have activated or visited)."""

    def true(self, bit: int) -> Bools:
        """Whom something is true of."""
        return (self.bits & bit) > 0

    @property
    def knows(self) -> Bools:
        """Say that they know the service."""
        return self.true(iv.AWARE) | self.used

    @property
    def visited_only(self) -> Bools:
        """Say that they visited the site and did not activate."""
        return self.true(iv.VISITED) & ~self.activated


def respondents(bits: npt.NDArray[np.int64], agents: Floats, answers: Answers, survey: str) -> Respondents:
    """Kinds of people with their claims, from cells of ``model.counting.online.online_cells`` in the survey's week."""
    chance = [float(np.asarray(c)) for c in claims(answers, survey)]
    claiming = np.array([chance[0], chance[1] - chance[0], 1.0 - chance[1]])
    could_claim = (bits & (iv.HAS_ACCOUNT | iv.ACTIVATED)) == iv.HAS_ACCOUNT
    shares = np.where(could_claim[:, None], claiming, np.array([0.0, 0.0, 1.0]))
    weight, disposition = (agents[:, None] * shares).ravel(), np.tile(np.arange(TRIED), len(bits))
    there = weight > 0
    kinds, disposition = np.repeat(bits, TRIED)[there], disposition[there]
    activated = ((kinds & iv.ACTIVATED) > 0) | (disposition == 0)
    used = ((kinds & (iv.ACTIVATED | iv.VISITED)) > 0) | (disposition <= 1)
    return Respondents(survey, kinds, weight[there], activated, used)


def question(who: Respondents, line: Line) -> tuple[Bools, Bools]:
    """Who is asked, and who of them says yes.

    Raises:
        KeyError: a question that the joint law has no answer to.
    """
    base = {
        "all": np.ones(len(who.bits), np.bool_),
        "knows": who.knows,
        "users": who.used,
        "says_activated": who.activated,
        "not_activated": ~who.activated,
        "visitors": who.visited_only,
        "non_users": ~who.used,
    }[line.base]
    return base, base & _yes(who, line.key)


def _yes(who: Respondents, key: str) -> Bools:
    if key in ("after_email", "after_professional"):
        return _trigger(who, key)
    said = {"aware": who.knows, "used": who.used, "activated": who.activated, "visited_only": who.visited_only}
    if key in said:
        return said[key]
    if key == "does_not_recall_email":
        return ~who.true(iv.RECALLS)
    bits = {
        "no_use": iv.SEES_NO_USE,
        "time": iv.LACKS_TIME,
        "information": iv.LACKS_INFORMATION,
        "ready": iv.READY,
        "heard_doctor": iv.DOCTOR,
        "informed_by_professional": iv.PROFESSIONAL,
    }
    return who.true(bits[key])


def _trigger(who: Respondents, key: str) -> Bools:
    """Rule 7 of the instrument."""
    truly, recalls = who.true(iv.ACTIVATED), who.true(iv.RECALLS)
    if key == "after_email":
        return np.where(truly, who.true(iv.BY_EMAIL), recalls)
    return np.where(truly, who.true(iv.BY_PROFESSIONAL), who.true(iv.PROFESSIONAL) & ~recalls)


RECOMMENDING = ("intends_to_recommend", "could_recommend")
"""Answered with a constant chance by who says activated, the former by some of the latter."""


def expectation(who: Respondents, line: Line, intention: float) -> tuple[float, float]:
    """Expected share of the base, and the base as a share of all; NaN where nobody is asked."""
    if line.key in RECOMMENDING:
        return _recommending(intention)[line.key], float(who.weight[who.activated].sum() / who.weight.sum())
    base, yes = question(who, line)
    asked = float(who.weight[base].sum())
    return float(who.weight[yes].sum()) / asked if asked else np.nan, asked / float(who.weight.sum())


def _recommending(intention: float) -> dict[str, float]:
    return dict(zip(RECOMMENDING, (intention, max(intention, COULD_RECOMMEND)), strict=True))


def interview(
    who: Respondents, lines: list[Line], n: int, intention: float, luck: np.random.Generator, times: int
) -> tuple[Floats, Floats]:
    """``times`` surveys of ``n`` people: shares of the base (NaN where nobody is asked) and sizes of the base.

    Both have the shape [line, time]. A simple random sample: quotas would make intervals a little narrower.
    """
    drawn = luck.multinomial(n, who.weight / who.weight.sum(), size=times)
    sizes, hits = np.empty((2, len(lines), times))
    constant = _recommending(intention)
    chances = [constant[RECOMMENDING[0]], constant[RECOMMENDING[1]] - constant[RECOMMENDING[0]]]
    recommend = np.cumsum(luck.multinomial(drawn @ who.activated, [*chances, 1.0 - sum(chances)]), axis=1)
    for row, line in enumerate(lines):
        if line.key in RECOMMENDING:
            sizes[row], hits[row] = drawn @ who.activated, recommend[:, RECOMMENDING.index(line.key)]
        else:
            base, yes = question(who, line)
            sizes[row], hits[row] = drawn @ base, drawn @ yes
    return np.where(sizes > 0, hits / np.maximum(sizes, 1), np.nan), sizes
