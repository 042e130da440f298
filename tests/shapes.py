"""Shapes in signatures are checked while the tests run (not for users): jaxtyping wraps beartype around functions.

The engine and the twin are left out: kernels are compiled, and the twin's agents are called millions of times. So is
the clock, which takes no arrays and is asked more often than all the rest.
"""

from __future__ import annotations

from pathlib import Path

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""A whole number may be given where a float is asked for, as PEP 484 says."""
CHECKED = ("model/terms/*.py", "model/population/*.py", "model/counting/*.py", "model/prevalence.py")
LEFT_OUT = ("model.terms.weeks",)


def check_shapes() -> None:
    """Before anything of these modules is imported."""
    root = Path(__file__).parents[1]
    files = [file.relative_to(root) for pattern in CHECKED for file in sorted(root.glob(pattern))]
    names = [".".join(file.with_suffix("").parts) for file in files if file.stem != "__init__"]
    install_import_hook([name for name in names if name not in LEFT_OUT], "tests.shapes.checked")
