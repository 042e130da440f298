"""The list of kinds is the one that everything else derives from: schemas, words, priors, prices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

import pytest

from calibration.facts.inputs import load_costs
from calibration.facts.priors import EFFECTS, load_priors
from foundation.language.numbers import typeset
from foundation.language.text import LANGUAGES
from planning.mix.question import load_space
from scenarios.language import schema
from scenarios.lever_schemas import KINDS, effect_detail, effect_word, item_word, lever_word, price_word, words
from scenarios.lever_schemas.base import LeverTable, Span

SPAN = Span(policy_start=date(2026, 1, 5), until=date(2027, 12, 31))
BAD_FRENCH = re.compile(r"[^\s\u00a0\u202f][;!?»]|[^\s\u00a0\u202f]:(?!/)| [;:!?%»]|« |'")


class Asked(Mapping[str, float]):
    """Effects of a draw that remember which of them were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> float:
        self.names.add(name)
        return 0.5

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def tables() -> tuple[LeverTable, ...]:
    return load_space().scenario.levers


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_schema_and_its_words(kind: str) -> None:
    assert KINDS[kind].model_fields["kind"].annotation.__args__ == (kind,)  # type: ignore[union-attr]
    assert set(words()["kind"][kind]) == {"title", "what", "intensity", "assumes", "paid"}
    assert lever_word(kind, "en") != lever_word(kind, "fr")


def test_every_word_is_there_in_both_languages_with_french_spaces() -> None:
    def texts(table: Mapping[str, object]) -> Iterator[Mapping[str, str]]:
        if set(table) == set(LANGUAGES):
            yield table  # type: ignore[misc]
            return
        assert not set(table) & set(LANGUAGES), table
        for value in table.values():
            if isinstance(value, Mapping):
                yield from texts(value)

    found = list(texts(words()))
    assert len(found) > 100
    for text in found:
        assert all(text.values())
        assert not BAD_FRENCH.search(typeset(text["fr"], "fr")), text["fr"]


def test_levers_ask_for_the_effects_that_are_declared_and_no_others() -> None:
    asked = Asked()
    for table in tables():
        table.resolve(SPAN, asked, 0)
    assert asked.names == set(EFFECTS)
    assert set(EFFECTS) <= set(load_priors())


def test_every_price_has_words_and_every_word_a_price() -> None:
    assert set(words()["price"]) == {item.key for item in load_costs()}


def test_every_item_is_said_in_french_and_one_that_nobody_knows_stays() -> None:
    items = {item.item for item in load_costs()}
    assert [item for item in items if item_word(item, "fr") == item] == []
    assert item_word("per smile", "fr") == "per smile"


def test_what_nobody_knows_has_no_word() -> None:
    for lang in LANGUAGES:
        assert lever_word("nobody", lang) is effect_word("nobody", lang) is price_word("nobody", lang) is None
        assert effect_detail("nobody", lang) == ""


def test_limits_are_those_of_the_engine() -> None:
    from model.engine.programme import MOST_LEVERS, MOST_WAVES
    from scenarios.language import resolve

    assert (schema.MOST_LEVERS, resolve.MOST_WAVES) == (MOST_LEVERS, MOST_WAVES)
