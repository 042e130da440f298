"""Names of the regions a lever can aim at: those of ``calibration/data/regions.csv``, in its order."""

from __future__ import annotations

from foundation.errors import UserError, nearest

DROM = "Outre-mer (DROM)"
SOUTH_EAST = "Provence-Alpes-Côte d'Azur et Corse"
REGIONS = (
    "Auvergne-Rhône-Alpes",
    "Bourgogne-Franche-Comté",
    "Bretagne",
    "Centre-Val de Loire",
    SOUTH_EAST,
    "Grand Est",
    "Hauts-de-France",
    "Île-de-France",
    "Normandie",
    "Nouvelle-Aquitaine",
    "Pays de la Loire",
    "Occitanie",
    DROM,
)
_WITHIN = {
    "Guadeloupe": DROM,
    "Guyane": DROM,
    "La Réunion": DROM,
    "Martinique": DROM,
    "Mayotte": DROM,
    "DROM": DROM,
    "Outre-mer": DROM,
    "Corse": SOUTH_EAST,
    "PACA": SOUTH_EAST,
}
"""The data count these together with others."""


def nearest_region(word: str) -> str:
    """The region most like ``word``, or the one it is part of, or ""."""
    found = nearest(word, (*REGIONS, *_WITHIN))
    return _WITHIN.get(found, found)


def region_named(option: str, word: str) -> str:
    """The region of this name, capitals aside.

    Raises:
        UserError: there is none; says which one is meant, or holds the one that is meant.
    """
    found = next((name for name in REGIONS if name.casefold() == word.strip().casefold()), None)
    if found is not None:
        return found
    near, names = nearest_region(word), ", ".join(REGIONS)
    part = near and near not in nearest(word, REGIONS)
    if part:
        raise UserError(f'{option}: the data count {word!r} within "{near}"; allowed: {names}')
    raise UserError(f"{option}: no region {word!r}; allowed: {names}" + (f'; did you mean "{near}"?' if near else ""))
