"""Transition between editions (経過措置): until when an older one is accepted, and by what a file of it is recognised.

Nothing in a file or an answer names its edition. What tells are the headings of files: an edition keeps the digests of
those that an older one had otherwise.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, OtherEdition
from renkei.flow.requirement import Transport

FILE = "edition.toml"
KEYS = {"edition", "until", "clause", "columns", "headings"}
FREE = {"columns", "headings"}


def read_accepted(head: Mapping[str, Any]) -> tuple[OtherEdition, ...]:
    """The ``[[accepted]]`` tables of an edition.toml."""
    rows = head.get("accepted", [])
    if not isinstance(rows, list):
        raise _wrong("-", "accepted", rows, "[[accepted]]")
    found = tuple(_accepted(row, head) for row in rows)
    if len({one.edition for one in found}) != len(found):
        raise _wrong("-", "edition", ", ".join(one.edition for one in found), "each edition once")
    return found


def _accepted(row: Any, head: Mapping[str, Any]) -> OtherEdition:
    if not isinstance(row, dict) or set(row) - KEYS or KEYS - FREE - set(row):
        raise _wrong("-", "accepted", row, ", ".join(sorted(KEYS)))
    name, until, columns = row["edition"], row["until"], row.get("columns", {})
    if not isinstance(name, str) or not name or name == head.get("edition"):
        raise _wrong(str(name), "edition", name, "another edition")
    if not isinstance(until, dt.date) or isinstance(until, dt.datetime):
        raise _wrong(name, "until", until, "YYYY-MM-DD")
    if not isinstance(row["clause"], str) or not row["clause"]:
        raise _wrong(name, "clause", row["clause"], "…")
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise _wrong(name, "columns", columns, 'linkage = "sha256"')
    return OtherEdition(
        edition=name,
        until=until.isoformat(),
        clause=row["clause"],
        columns=dict(columns),
        headings=_written(row.get("headings", {}), name, columns),
    )


def _written(told: Any, edition: str, columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Headings as they are written; each must be the one whose digest is told."""
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise _wrong(edition, "headings", told, 'linkage = "column,column"')
    found = {str(linkage): tuple(value.split(",")) for linkage, value in told.items()}
    for linkage, heading in found.items():
        if columns.get(linkage) != heading_digest(heading):
            raise _wrong(edition, "headings", linkage, "sha256 = columns")
    return found


def _wrong(edition: str, key: str, value: object, expected: str) -> ContractError:
    return ContractError(
        "contract-accepted", file=FILE, edition=edition, key=key, value=str(value)[:80], expected=expected
    )


def heading_digest(columns: Sequence[str]) -> str:
    """What a heading is recognised by."""
    return hashlib.sha256(",".join(columns).encode("utf-8")).hexdigest()


def _headings(bundle: Bundle) -> dict[str, str]:
    return {name: heading_digest(heading) for name, heading in headings_of(bundle).items()}


def headings_of(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """The columns of every file linkage of an edition."""
    return {
        linkage.id: tuple(item.romaji for item in system.group(linkage.group))
        for system in bundle.systems
        for linkage in system.linkages
        if linkage.transport is Transport.FILE
    }


def as_seen_from(other: Bundle, own: Bundle) -> dict[str, str]:
    """The headings of another edition that this one has otherwise or not at all."""
    mine = _headings(own)
    return {name: digest for name, digest in _headings(other).items() if mine.get(name) != digest}


def accepted_table(old: Bundle, new: Bundle, until: dt.date, clause: str) -> str:
    """The ``[[accepted]]`` table that the new edition needs to accept the old one."""
    other, known, mine = as_seen_from(old, new), headings_of(old), headings_of(new)
    rows = "\n".join(f'"{name}" = "{digest}"' for name, digest in other.items())
    headings = "\n".join(f'"{name}" = "{",".join(known[name])}"' for name in other if name in mine)
    return (
        f'[[accepted]]\nedition = "{old.edition}"\nuntil = {until}\nclause = "{clause}"\n'
        f"[accepted.columns]\n{rows}\n[accepted.headings]\n{headings}\n"
    )


def with_newer(bundle: Bundle, own: Bundle) -> Bundle:
    """An edition in the eyes of a tool that has a newer one: it is known that, and until when, it is accepted."""
    if bundle.edition == own.edition or bundle.foreign:
        return bundle
    accepted = accepted_by(own, bundle.edition)
    newer = OtherEdition(
        edition=own.edition,
        until=accepted.until if accepted else "",
        clause=accepted.clause if accepted else "",
        columns=as_seen_from(own, bundle),
    )
    return replace(bundle, newer=newer)


def accepted_by(bundle: Bundle, edition: str) -> OtherEdition | None:
    """What an edition says of an older one; None when it does not accept it."""
    return next((one for one in bundle.accepted if one.edition == edition), None)


def edition_of_heading(bundle: Bundle, linkage: str, columns: Sequence[str]) -> OtherEdition | None:
    """The other edition, older or newer, that a file's heading is of; None for this one's and for unknown headings."""
    digest = heading_digest(columns)
    others = (*bundle.accepted, *((bundle.newer,) if bundle.newer else ()))
    return next((one for one in others if one.columns.get(linkage) == digest), None)


def ended(edition: OtherEdition, today: dt.date) -> bool:
    """Whether the time of acceptance is over, or was never given."""
    return not edition.until or today.isoformat() > edition.until
