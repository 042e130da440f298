"""One file per kind of lever: the keys its table may have, the lever it resolves to, and what it is charged for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scenarios.lever_schemas.assisted import Assisted
from scenarios.lever_schemas.base import LeverTable
from scenarios.lever_schemas.doctors import Doctors
from scenarios.lever_schemas.documents import Documents
from scenarios.lever_schemas.email import Email
from scenarios.lever_schemas.hospital import Hospital
from scenarios.lever_schemas.letter import Letter
from scenarios.lever_schemas.media import Media
from scenarios.lever_schemas.newborn import Newborn
from scenarios.lever_schemas.pharmacist import Pharmacist
from scenarios.lever_schemas.relatives import Relatives
from scenarios.lever_schemas.simplify import Simplify
from scenarios.lever_schemas.sms import Sms

AnyLever = Annotated[
    Email
    | Sms
    | Letter
    | Newborn
    | Doctors
    | Documents
    | Pharmacist
    | Hospital
    | Media
    | Assisted
    | Simplify
    | Relatives,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[LeverTable]] = {
    "email": Email,
    "sms": Sms,
    "letter": Letter,
    "newborn": Newborn,
    "doctors": Doctors,
    "documents": Documents,
    "pharmacist": Pharmacist,
    "hospital": Hospital,
    "media": Media,
    "assisted": Assisted,
    "simplify": Simplify,
    "relatives": Relatives,
}
"""In the order of the guide."""
