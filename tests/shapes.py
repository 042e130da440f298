"""Shapes in signatures are checked while the tests run (not for users): jaxtyping wraps beartype around functions.

The engine and the twin are left out: kernels are compiled, and the twin's agents are called millions of times.
"""

from __future__ import annotations

from jaxtyping import install_import_hook

CHECKED = ("model.terms", "model.population", "model.counting", "model.prevalence")


def check_shapes() -> None:
    """Before anything of these packages is imported."""
    install_import_hook(list(CHECKED), "beartype.beartype")
