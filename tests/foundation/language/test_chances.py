"""A probability counted on draws is said one way everywhere."""

from __future__ import annotations

import re

import pytest

from foundation.language.numbers import chance, chances, in_words, interval, number, share_of_draws
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


@pytest.mark.parametrize("draws", [10, 60, 100, 1000])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_intervals_end_neither_at_never_nor_at_always(draws: int, lang: str) -> None:
    """59 of 60 draws: 98 % [94; > 99], not 100."""
    for count in range(draws + 1):
        text = chance(count / draws, *jeffreys(count, draws), lang, ends=True)
        plain = text.replace("\u202f", "").replace("\u00a0", "")
        assert not re.search(r"(?<!\d)(0|100)(?!\d)", plain), plain
    assert chance(59 / 60, *jeffreys(59, 60), "en", ends=True) == "98\u202f%\u00a0[94;\u00a0>\u202f99]"
    assert chances(0.001, 0.2, "fr") == "[<\u202f1\u202f;\u00a020]"
    assert interval(0.1, 99.9, 0, "en") == "[0;\u00a0100]", "negative control"


def test_a_bound_in_a_sentence_is_written_out() -> None:
    bound = "<data value='1'>&gt;\u202f92\u202f%</data>"
    assert in_words("dans >\u202f85\u202f% des tirages", "fr") == "dans plus de 85\u202f% des tirages"
    assert in_words("and <\u202f57\u202f% of them", "en") == "and less than 57\u202f% of them"
    assert in_words(f"most in {bound} of", "en") == "most in <data value='1'>more than 92\u202f%</data> of"
    for sign in (
        ">\u202f92\u202f%",
        "probability: >\u202f92\u202f%",
        "(>\u202f92\u202f%)",
        "[91;\u00a0>\u202f99]",
        "< and > give",
    ):
        assert in_words(sign, "en") == sign


def test_halves_are_rounded_up() -> None:
    """As people do: 1 of 40 draws is 2.5 %, which is 3."""
    assert [number(value, 0, "en") for value in (0.5, 1.5, 2.5, -2.5, 2.4999)] == ["1", "2", "3", "−3", "2"]
    assert number(0.285, 2, "fr") == "0,29"
    assert (number(12345.5, 0, "en"), number(1e22, 0, "en")) == ("12,346", f"{1e22:,.0f}")
    assert share_of_draws(1 / 40, 40, "en") == "3\u202f%"
    assert share_of_draws(1 / 200, 200, "en") == "1\u202f%"


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
