"""Shapes of the French regions, from the npm package @gouvfr/dsfr-chart 2.0.4 (MIT), cut out once into ``regions.json``
with their source and licence:

    npm pack @gouvfr/dsfr-chart@2.0.4
    python -m tests.scenarios.compare.cutting gouvfr-dsfr-chart-2.0.4.tgz
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from matplotlib.path import Path as Outline

from scenarios.compare.pictures.regions import FILE, PACKAGE
from scenarios.language.regions import DROM, REGIONS, SOUTH_EAST

INSIDE = "package/dist/MapChart/MapChart.js"
PARTS: Mapping[str, tuple[str, str]] = {
    "FR-ARA": ("Auvergne-Rhône-Alpes", "Auvergne-Rhône-Alpes"),
    "FR-BFC": ("Bourgogne-Franche-Comté", "Bourgogne-Franche-Comté"),
    "FR-BRE": ("Bretagne", "Bretagne"),
    "FR-CVL": ("Centre-Val de Loire", "Centre-Val de Loire"),
    "FR-PAC": ("Provence-Alpes-Côte d'Azur", SOUTH_EAST),
    "FR-20R": ("Corse", SOUTH_EAST),
    "FR-GES": ("Grand Est", "Grand Est"),
    "FR-HDF": ("Hauts-de-France", "Hauts-de-France"),
    "FR-IDF": ("Île-de-France", "Île-de-France"),
    "FR-NOR": ("Normandie", "Normandie"),
    "FR-NAQ": ("Nouvelle-Aquitaine", "Nouvelle-Aquitaine"),
    "FR-PDL": ("Pays de la Loire", "Pays de la Loire"),
    "FR-OCC": ("Occitanie", "Occitanie"),
    "FR-971": ("Guadeloupe", DROM),
    "FR-972": ("Martinique", DROM),
    "FR-973": ("Guyane", DROM),
    "FR-974": ("La Réunion", DROM),
    "FR-976": ("Mayotte", DROM),
}
"""By the package's codes: the region, and the one that the model counts it in."""
_PATH = re.compile(r'class: "(FR-(?:[A-Z]{3}|20R|97\d))",\s*(?:style: [^\n]*\n\s*)?d: "([^"]*)"')
_TOKEN = re.compile(r"([a-zA-Z])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)")
_ARGUMENTS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7}


def cut(script: str) -> list[dict[str, object]]:
    """Shapes in the package's script.

    Raises:
        ValueError: one is missing or given twice.
    """
    found = _PATH.findall(script)
    if sorted(code for code, _ in found) != sorted(PARTS):
        raise ValueError(f"shapes of {', '.join(code for code, _ in found)}; needed one each: {', '.join(PARTS)}")
    paths = dict(found)
    return [_shape(*PARTS[code], paths[code]) for code in PARTS]


def _shape(name: str, region: str, path: str) -> dict[str, object]:
    rings = sorted((ring for ring in rings_of(path) if len(ring) > 2), key=lambda ring: -_area(ring))
    rounded = [[[round(x, 2), round(y, 2)] for x, y in ring] for ring in rings]
    return {"name": name, "region": region, "at": _deepest(rings[0]), "rings": rounded}


def rings_of(path: str) -> Iterator[list[tuple[float, float]]]:
    """Outlines of an SVG path; of curves, which are tiny here, the chords.

    Raises:
        ValueError: no path, or a sign in it that isn't known.
    """
    ring: list[tuple[float, float]] = []
    x, y = 0.0, 0.0
    for command, values in _commands(path):
        small, absolute = command.lower(), command.isupper()
        if small == "z":
            yield ring
            x, y = ring[0]
            ring = []
            continue
        if small == "m" and ring:
            yield ring
            ring = []
        if not ring and small != "m":
            ring = [(x, y)]
        if small == "h":
            x = values[0] + (0.0 if absolute else x)
        elif small == "v":
            y = values[0] + (0.0 if absolute else y)
        else:
            x, y = values[-2] + (0.0 if absolute else x), values[-1] + (0.0 if absolute else y)
        ring.append((x, y))
    if ring:
        yield ring


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; one that is left out is that before, behind a move a line."""
    for command, text in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        if command.lower() == "z":
            yield command, []
            continue
        count = _ARGUMENTS[command.lower()]
        numbers = [float(number) for _, number in _TOKEN.findall(_flags_apart(text) if count == 7 else text)]
        if not numbers or len(numbers) % count:
            raise ValueError(f"{command}{text}: {len(numbers)} numbers; needed a multiple of {count}")
        for start in range(0, len(numbers), count):
            line = {"m": "l", "M": "L"}.get(command, command) if start else command
            yield line, numbers[start : start + count]


def _flags_apart(text: str) -> str:
    """Arguments of arcs, whose two flags may stand together with what follows."""
    arc = r"\s*,?(-?[\d.]+)[\s,]*(-?[\d.]+)[\s,]*(-?[\d.]+)[\s,]*([01])[\s,]*([01])"
    return re.sub(arc, r" \1 \2 \3 \4 \5 ", text)


def _area(ring: Sequence[tuple[float, float]]) -> float:
    x, y = np.array(ring, float).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _deepest(ring: Sequence[tuple[float, float]], steps: int = 80) -> list[float]:
    """The point of a grid that is farthest from the outline; sideways counts half, as labels are wide."""
    points = np.array(ring, float)
    low, high = points.min(axis=0), points.max(axis=0)
    grid = np.stack(np.meshgrid(*np.linspace(low, high, steps).T), axis=-1).reshape(-1, 2)
    inside = grid[Outline(points).contains_points(grid)]
    along = np.linspace(0, 1, 9)[:-1, None, None]
    outline = (points + along * (np.roll(points, -1, axis=0) - points)).reshape(-1, 2)
    away = (inside[:, None, :] - outline[None, :, :]) * np.array([0.5, 1.0])
    best = inside[np.hypot(away[..., 0], away[..., 1]).min(axis=1).argmax()]
    return [round(float(value), 2) for value in best]


def main(package: Path) -> None:
    """Writes ``regions.json`` from the package as npm packs it."""
    from foundation.store.atomic import write_text

    with tarfile.open(package) as archive:
        script, licence = (archive.extractfile(name) for name in (INSIDE, "package/LICENSE"))
        if script is None or licence is None:
            raise ValueError(f"{package}: no {INSIDE} or no licence in it")
        text, terms = script.read().decode(), licence.read().decode()
    found = sorted(cut(text), key=lambda one: list(REGIONS).index(str(one["region"])))
    about = {"source": PACKAGE, "file": INSIDE, "sha256": sha256(package.read_bytes()).hexdigest(), "licence": terms}
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in found)
    head = json.dumps(about, ensure_ascii=False, indent=1).removesuffix("\n}")
    write_text(FILE, f'{head},\n "shapes": [\n{lines}\n]\n}}\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
