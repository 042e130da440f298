"""Lines of what was asked: awareness (P2), funnel (P3), barriers, readiness (P4, P5), intention (P6), channels (P7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from calibration.facts.observed import Answer
from calibration.facts.targets import SurveyItem, load_survey_items
from calibration.fit.lines import Line, View
from calibration.fit.published import published_answer
from calibration.posterior.likelihood import answered
from calibration.survey.instrument import DNS

READY = "ready"
_AWARE_AT_START_DAY = date(2021, 6, 1)


def aware_at_start(view: View) -> Line:
    """P2: what the surveys of 2022 and 2023 start from."""
    return Line(
        pattern="P2",
        key="aware_at_start",
        day=_AWARE_AT_START_DAY,
        unit="percent",
        published=100 * view.history.aware_at_start,
        error=0.0,
        role="imposed",
        simulated=100 * view.of("aware_at_start"),
        predicted=None,
        note="aware_at_start",
    )


def answers(view: View) -> Iterator[Line]:
    """P2, P3 and P7: answers to surveys, through the instrument."""
    found = answered(np.stack([run.logits for run in view.runs]), view.values)
    for held in view.held.answers:
        item = held.answer.item
        shares = found[item.survey, item.key]
        yield Line(
            pattern="P2" if item.key == "aware" else "P7" if item.key.startswith("after_") else "P3",
            key=item.key,
            day=item.midpoint,
            unit="percent",
            published=100 * item.share,
            error=100 * held.answer.sd,
            role="fitted" if held.fitted else "not fitted",
            simulated=100 * shares,
            predicted=100 * published_answer(shares, held.answer, view.luck),
            survey=item.survey,
            reasons=held.reasons,
            note="" if held.fitted or held.reasons.get("en") else "not_given",
        )


def prevalences(view: View) -> Iterator[Line]:
    """P4 and P5: barriers and readiness among those not activated, solved for at the launch."""
    items = _items()
    for key in ("no_use", "time", "information", READY):
        item, shares = items[DNS, key], np.array([run.surveyed[key] for run in view.runs])
        answer = Answer(item=item, model_error=0.0, base=_asked(key, items, view.visitors))
        yield Line(
            pattern="P5" if key == READY else "P4",
            key=key,
            day=item.midpoint,
            unit="percent",
            published=100 * item.share,
            error=100 * answer.sd,
            role="imposed",
            simulated=100 * shares,
            predicted=100 * published_answer(shares, answer, view.luck),
            survey=DNS,
            note="solved",
        )


def _asked(key: str, items: Mapping[tuple[str, str], SurveyItem], visitors: bool) -> float:
    """Published share of the respondents who were asked."""
    if key == READY:
        return 1 - items[DNS, "used"].share
    if visitors:
        return items[DNS, "used"].share * items[DNS, "visited_only"].share
    return 1 - items[DNS, "activated"].share


def intention(view: View) -> Line:
    """P6: of the 91 % who could recommend, half intend to."""
    items = _items()
    could, intend = items[DNS, "could_recommend"], items[DNS, "intends_to_recommend"]
    return Line(
        pattern="P6",
        key="intention",
        day=could.midpoint,
        unit="percent",
        published=100 * could.share * intend.share,
        error=0.0,
        role="imposed",
        simulated=100 * view.of("intention"),
        predicted=None,
        survey=DNS,
        note="intention",
    )


def _items() -> dict[tuple[str, str], SurveyItem]:
    return {(item.survey, item.key): item for item in load_survey_items()}
