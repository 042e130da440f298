"""The colours of pictures: names that are true, seen against white, told apart by readers with any colour vision."""

from __future__ import annotations

from colorsys import rgb_to_hls
from itertools import combinations

import numpy as np
import pytest

from foundation.drawing.style import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from foundation.shapes import Floats

SEEN = {
    "as most": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What linear RGB becomes for eyes without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1)."""
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
APART = 15.0
"""CIE 1976 distance: several times what can just be told apart side by side."""


def linear(colour: str) -> Floats:
    coded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def contrast(colour: str) -> float:
    """Against white, as WCAG 2.2 has it."""
    return 1.05 / (float(linear(colour) @ TO_XYZ[1]) + 0.05)


def lab(rgb: Floats) -> Floats:
    x, y, z = TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(axis=1)
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours: tuple[str, ...], seen: str) -> float:
    eyes = np.asarray(SEEN[seen])
    places = [lab(eyes @ linear(colour)) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(places, 2))


def hue(colour: str) -> float:
    return 360 * rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0]


def test_a_colour_is_what_it_is_called() -> None:
    assert (hue(RED) + 20) % 360 < 30, "red, not a second orange"
    assert 25 < hue(ORANGE) < 45
    assert 150 < hue(GREEN) < 170
    assert 190 < hue(BLUE) < 215
    assert (hue("#D55E00") + 20) % 360 > 30, "negative control: vermilion"


def test_all_stand_out_from_white() -> None:
    assert min(contrast(colour) for colour in (BLUE, ORANGE, GREEN, RED, BLACK, GREY)) >= 3
    assert contrast(GREY) >= 4.5, "text, too"
    assert contrast("#E69F00") < 3, "negative control: a lighter orange"


@pytest.mark.parametrize("seen", SEEN)
def test_any_eyes_tell_them_apart(seen: str) -> None:
    assert nearest((BLUE, ORANGE, GREEN, RED, BLACK), seen) > APART


def test_a_palette_that_some_eyes_confuse_is_noticed() -> None:
    assert nearest(("#2CA02C", "#D62728"), "as most") > 50
    assert nearest(("#8C6D1F", "#9C3F1F"), "deutan") < APART
