"""How the edition of a certificate stands to the one that this tool has: the same, accepted for a time, or neither."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from renkei.flow.certificate import Certificate

JAPAN = dt.timezone(dt.timedelta(hours=9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``state`` is ``same``, ``differs`` (the name, but not the content), ``accepted``, ``ended`` or ``unknown``."""

    state: str
    installed: str
    until: str = ""


def edition_standing(certificate: Certificate) -> Standing:
    """Compare edition and digest of a certificate with the tool's own contracts; nothing is refused by it."""
    from renkei.cli import wiring
    from renkei.tables.transition import accepted_by, ended

    own = wiring.load_bundle()
    if certificate.predicate["edition"] == own.edition:
        same = certificate.subjects.get("contracts") == wiring.contracts_digest(own)
        return Standing(state="same" if same else "differs", installed=own.edition)
    older = accepted_by(own, certificate.predicate["edition"])
    if older is None:
        return Standing(state="unknown", installed=own.edition)
    over = ended(older, dt.datetime.now(JAPAN).date())
    return Standing(state="ended" if over else "accepted", installed=own.edition, until=older.until)
