"""Two editions side by side: what a heading tells, until when an edition is accepted, and what verify says of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.cli import wiring
from renkei.cli.standing import edition_standing
from renkei.flow.certificate import Certificate
from renkei.flow.contract import Bundle, OtherEdition
from renkei.tables.transition import accepted_by, as_seen_from, edition_of_heading, ended, with_newer

OLD = load_bundle(Path(__file__).parents[2] / "contracts")
LINKAGE = "001o009"
SUPPORT = "支援措置対象者情報"


def newer(until: str = "2027-03-31") -> Bundle:
    """The committed edition with an item more, accepting the committed one until a day."""
    system = OLD.system("001")
    item = replace(system.group(SUPPORT)[-1], romaji="bikou", name="備考")
    grown = replace(system, items=(*system.items, item))
    systems = tuple(grown if one.id == "001" else one for one in OLD.systems)
    made = replace(OLD, edition="2027-05", systems=systems)
    older = OtherEdition(edition=OLD.edition, until=until, clause="x", columns=as_seen_from(OLD, made))
    return replace(made, accepted=(older,) if until else ())


def heading(bundle: Bundle) -> list[str]:
    """The columns of the linkage in an edition."""
    return [item.romaji for item in bundle.system("001").group(SUPPORT)]


def test_a_heading_tells_its_edition_in_both_directions() -> None:
    """The newer edition knows the older heading, the older one in a newer tool the newer heading; each knows its own."""
    new = newer()
    old = with_newer(OLD, new)

    assert list(new.accepted[0].columns) == [LINKAGE]
    assert edition_of_heading(new, LINKAGE, heading(OLD)) is new.accepted[0]
    assert edition_of_heading(new, LINKAGE, heading(new)) is None
    assert edition_of_heading(old, LINKAGE, heading(new)) is old.newer
    assert edition_of_heading(old, LINKAGE, heading(OLD)) is None
    assert edition_of_heading(old, LINKAGE, [*heading(new), "more"]) is None
    assert (old.newer.edition, old.newer.until) == ("2027-05", "2027-03-31") if old.newer else False


def test_the_tools_own_edition_has_no_newer_one() -> None:
    """An edition seen from itself is not replaced, and an edition that is not accepted has no last day."""
    seen = with_newer(OLD, newer(until=""))

    assert with_newer(OLD, OLD) is OLD
    assert seen.newer is not None
    assert ended(seen.newer, dt.date(2020, 1, 1))


def test_the_last_day_counts() -> None:
    """An edition is accepted on its last day and not on the next."""
    accepted = accepted_by(newer(), OLD.edition)

    assert accepted is not None
    assert not ended(accepted, dt.date(2027, 3, 31))
    assert ended(accepted, dt.date(2027, 4, 1))


@pytest.mark.parametrize(
    ("edition", "own", "contracts", "state"),
    [
        (OLD.edition, OLD, wiring.contracts_digest(OLD), "same"),
        (OLD.edition, OLD, "0" * 64, "differs"),
        (OLD.edition, newer("2099-03-31"), "0" * 64, "accepted"),
        (OLD.edition, newer("2020-03-31"), "0" * 64, "ended"),
        (OLD.edition, newer(""), "0" * 64, "unknown"),
        ("Petstore", OLD, "0" * 64, "unknown"),
    ],
)
def test_verify_says_how_a_certificates_edition_stands(
    edition: str, own: Bundle, contracts: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name and digest: the same, the name only, accepted for a time, accepted no more, or not known."""
    monkeypatch.setattr(wiring, "load_bundle", lambda: own)
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    certificate = Certificate(
        subjects={"contracts": contracts}, issued=now, expires=now, predicate={"edition": edition}
    )

    assert edition_standing(certificate).state == state
