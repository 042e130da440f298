"""A probability counted on draws is said one way everywhere."""

from __future__ import annotations

import re

import pytest

from foundation.language.numbers import chance, share_of_draws
from foundation.quantiles import jeffreys
from scenarios.compare.best import chance_of_best
from scenarios.compare.tables import probability


@pytest.mark.parametrize("draws", [2, 4, 10, 100, 1000])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_so_many_draws_never_say_never_or_always(draws: int, lang: str) -> None:
    for count in {0, 1, draws // 2, draws - 1, draws}:
        low, high = jeffreys(count, draws)
        for text in (share_of_draws(count / draws, draws, lang), chance(count / draws, low, high, lang, ends=True)):
            plain = text.replace("\u202f", "").replace("\u00a0", " ")
            assert not plain.startswith(("0%", "100%"))
            if plain[0] in "<>":
                bound = int(re.fullmatch(r"[<>](\d+)%", plain)[1]) / 100
                assert bound >= high if plain[0] == "<" else bound <= low
                assert 0 < bound < 1


def test_the_bound_is_that_of_the_interval_and_no_other_stands_beside_it() -> None:
    low, high = jeffreys(0, 4)
    assert 0.36 < high < 0.37
    assert chance(0.0, low, high, "en", ends=True) == chance(0.0, low, high, "en") == "<\u202f37\u202f%"
    assert chance(0.2, 0.141, 0.273, "fr", ends=True) == "20\u202f%\u00a0[14\u202f;\u00a027]"


def test_tables_say_it_alike() -> None:
    for count in (0, 3, 100):
        low, high = jeffreys(count, 100)
        target = dict(zip(("", "_low", "_high"), (count / 100, low, high), strict=True))
        said = {
            probability({f"probability_of_target{end}": value for end, value in target.items()}, "en"),
            chance_of_best({f"probability_best{end}": value for end, value in target.items()}, "en"),
            share_of_draws(count / 100, 100, "en"),
        }
        assert len(said) == 1
