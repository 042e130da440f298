"""What do the data say? Facts, the posterior, how well it fits and forecasts, and how sure it is. ``warm`` compiles
the kernels beforehand. Rooms may be read one by one: each answers one question.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)


def parameter_word(name: str, lang: str) -> str | None:
    """The one name that a reader meets of a parameter of ``priors.csv``; ``None`` for anything else."""
    from scenarios.lever_schemas import effect_word  # loads all schemas: not where a command only starts

    if f"parameter.{name}" in label:
        return label(f"parameter.{name}", lang)
    number = name.removeprefix("growth_shock_")
    return shock_word(int(number) - 1, lang) if number != name and number.isdecimal() else effect_word(name, lang)


def shock_word(place: int, lang: str) -> str:
    """The shock of service growth in a half-year, counted from 0 in January 2023."""
    half = "second" if place % 2 else "first"
    return label(f"parameter.growth_shock_{half}", lang, year=2023 + place // 2)


def parameter_line(name: str, lang: str) -> str:
    """Its name, and in brackets what is measured."""
    from scenarios.lever_schemas import effect_detail

    detail = label(f"detail.{name}", lang) if f"detail.{name}" in label else effect_detail(name, lang)
    return f"{parameter_word(name, lang)} ({detail})" if detail else str(parameter_word(name, lang))


"""The words of the room (``words.toml``)."""
