"""Shapes in signatures are checked while the tests run (not for users): jaxtyping wraps beartype around functions.

The engine and the twin are left out: kernels are compiled, and the twin's agents are called millions of times.
"""

from __future__ import annotations

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""A whole number may be given where a float is asked for, as PEP 484 says."""
CHECKED = ("model.terms", "model.population", "model.counting", "model.prevalence")


def check_shapes() -> None:
    """Before anything of these packages is imported."""
    install_import_hook(list(CHECKED), "tests.shapes.checked")
