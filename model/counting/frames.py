"""People as a table, for those who want to look at agents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from model.engine.people import eagerness, has_barrier, notices, opposes, ready
from model.engine.records import LAST_STOP, LAST_STOP_SHIFT
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.jit import kernel
from model.terms.weeks import NEVER

if TYPE_CHECKING:
    from model.adoption import AdoptionModel

STOPS = (None, "no_use", "time", "information", "other_reason")
"""What stopped a person's last visit, by the code in ``marks``."""
TRAITS = ("notices", "eagerness", "ready", "opposed", "no_use", "time", "information", "other_reason")


@kernel
def _traits(r, rows, table):
    for k in range(rows.shape[0]):
        i = rows[k]
        table[k, 0] = notices(r.world, i)
        table[k, 1] = eagerness(r.world, i)
        table[k, 2] = ready(r.world, i)
        table[k, 3] = opposes(r.world, i)
        for barrier in range(4):
            table[k, 4 + barrier] = has_barrier(r.world, i, np.int64(barrier))


def people_frame(model: AdoptionModel, rows: Sequence[int] | None = None) -> pd.DataFrame:
    """Attributes, traits, ties and state of people, one row each.

    Args:
        rows: person numbers; by default at most 1,000, spread evenly over the population.

    Weeks are indices (see ``model.terms.weeks``), missing where something has not happened.
    """
    n = model.population.n
    chosen = np.asarray(rows if rows is not None else np.linspace(0, n - 1, min(n, 1000)).astype(np.int64), np.int64)
    state = model.run.state
    table = np.empty((len(chosen), len(TRAITS)))
    _traits(model.run, chosen, table)
    traits = pd.DataFrame(table, columns=list(TRAITS), index=chosen)
    yes_no = [name for name in TRAITS if name != "eagerness"]
    traits[yes_no] = traits[yes_no].astype(bool)
    weeks = {
        name: pd.array(np.where(column[chosen] == NEVER, -9, column[chosen]), dtype="Int16")
        for name, column in ((name, state[name]) for name in ("aware", "visited", "activated"))
    }
    happened = pd.DataFrame({name: column.to_numpy() for name, column in weeks.items()}, index=chosen)
    happened = happened.astype("Int16").mask(happened == -9)
    names = {NO_CHANNEL: None, **{int(channel): channel.name.lower() for channel in Channel}}
    happened["channel"] = [names[int(code)] for code in state["channel"][chosen]]
    happened["last_stop"] = [STOPS[code] for code in (state["marks"][chosen] & LAST_STOP) >> LAST_STOP_SHIFT]
    return pd.concat([model.population.frame(chosen), traits, happened], axis=1)
