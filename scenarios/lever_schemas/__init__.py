"""What a ``[[lever]]`` table may say: one schema a kind, the lever it resolves to, and what it is charged for.

``KINDS``, from which the schema of files, the guide, plans and tests derive, are the schemas found in this folder, in
the order of ``words.toml``, which has their words; priors of effects and prices are rows of ``calibration/data``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Union, get_args

from pydantic import Field

from scenarios.lever_schemas.base import LeverTable
from scenarios.lever_schemas.words import words


def _schemas(of: type[LeverTable] = LeverTable) -> Iterator[tuple[str, type[LeverTable]]]:
    """Kind and schema of every table that says which kind it is of."""
    for table in of.__subclasses__():
        if kinds := get_args(table.model_fields["kind"].annotation):
            yield kinds[0], table
        yield from _schemas(table)


def _ordered() -> dict[str, type[LeverTable]]:
    """All kinds in the order of their words; a schema without words, or words without a schema, is an error."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    found, told = dict(_schemas()), words()["kind"]
    if set(found) != set(told):
        raise ValueError(f"schemas and words of levers differ: {', '.join(sorted(set(found) ^ set(told)))}")
    return {kind: found[kind] for kind in told}


KINDS = _ordered()
"""In the order of the guide."""

if TYPE_CHECKING:
    AnyLever = LeverTable
else:
    AnyLever = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007
