"""What a consumer read, as it is judged: bytes of ranges are counted once, and files of others are named."""

from __future__ import annotations

import pytest

from renkei.errors import PlanError
from renkei.flow.plan import ShelfAccess
from renkei.kit.reading import KEPT, readings
from renkei.planaccess import read_shelf
from renkei.ports import Access

NAME = "001o006/a.csv"


def access(first: int = 0, sent: int = 0, *, name: str = NAME, verb: str = "read", status: int = 206) -> Access:
    """One access in the scenario ``f``."""
    return Access(at=0.0, who="KEY", verb=verb, name=f"f/{name}", status=status, first=first, sent=sent)


@pytest.mark.parametrize(
    ("spans", "covered"),
    [
        ((), 0),
        (((0, 100),), 100),
        (((0, 40), (40, 60)), 100),
        (((50, 50), (0, 60)), 100),
        (((0, 10), (0, 10), (5, 10)), 15),
        (((0, 10), (90, 10)), 20),
        (((0, 100), (10, 20)), 100),
        (((90, 50),), 10),
    ],
)
def test_bytes_are_counted_once(spans: tuple[tuple[int, int], ...], covered: int) -> None:
    """Ranges may overlap, come in any order, and ask for more than there is."""
    seen = readings("f", [access(first, sent) for first, sent in spans])

    assert seen.covered(NAME, 100) == covered


def test_only_readings_that_gave_something_count() -> None:
    """Listings, questions for the size and refused readings are no readings."""
    seen = readings(
        "f", [access(verb="list"), access(verb="head"), access(status=404), access(status=416), access(0, 5)]
    )

    assert [one.sent for one in seen.of(NAME)] == [5]


def test_files_of_other_linkages_are_named_once() -> None:
    """What was asked for outside of the own folder, even in vain; listings show names only and are nobody's harm."""
    others = [access(name="001o005/b.csv"), access(name="001o005/b.csv"), access(name="x.csv", status=404)]
    seen = readings("f", [access(), access(name="001o005", verb="list"), *others])

    assert seen.outside("001o006") == ["001o005/b.csv", "x.csv"]


def test_evidence_of_many_accesses_is_bounded() -> None:
    """The first are kept, the others are counted."""
    facts = readings("f", [access(n, 1) for n in range(KEPT + 7)]).facts()

    assert (len(facts["accesses"]), facts["more"]) == (KEPT, 7)
    assert facts["accesses"][1] == {
        "at": "1970-01-01T00:00:00.000+00:00",
        "key": "KEY",
        "verb": "read",
        "name": NAME,
        "status": 206,
        "first": 1,
        "sent": 1,
    }


def test_a_plan_says_where_our_storage_listens() -> None:
    """An empty table is enough; host, port and the address that others reach it by may be told."""
    told = {"host": "0.0.0.0", "port": 9000, "url": "https://storage.example"}

    assert read_shelf({}, "t") == ShelfAccess()
    assert read_shelf(told, "t") == ShelfAccess(host="0.0.0.0", port=9000, url="https://storage.example")


@pytest.mark.parametrize("table", [[], {"port": "9000"}, {"port": 70_000}, {"url": "s3://bucket"}, {"bucket": "x"}])
def test_a_wrong_shelf_is_a_plan_error(table: object) -> None:
    """Unknown keys, ports that are none, and addresses that no S3 client reaches."""
    with pytest.raises(PlanError):
        read_shelf(table, "t")
