"""Differences between two editions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.flow.contract import Bundle, System
from renkei.flow.requirement import Level
from renkei.tables.diff import Change, Effect, compare

OLD = load_bundle(Path(__file__).parents[2] / "contracts")
SHIMEI = "031 住登外者宛名番号付番/要求 shimei"


def with_system(system: System) -> Bundle:
    """The committed edition with one system replaced."""
    return replace(OLD, systems=tuple(system if old.id == system.id else old for old in OLD.systems))


def altered(group: str, name: str, /, **values: object) -> tuple[Change, ...]:
    """The changes when one item is altered."""
    system = OLD.system("031")
    items = tuple(
        replace(item, **values) if (item.group, item.romaji) == (group, name) else item
        for item in system.items  # type: ignore[arg-type]  # real fields
    )
    return compare(OLD, with_system(replace(system, items=items)))


def test_the_same_edition_has_no_difference() -> None:
    """An edition compared with itself gives nothing."""
    assert compare(OLD, OLD) == ()


@pytest.mark.parametrize(
    ("values", "code", "effect"),
    [
        ({"length": "80"}, "item-length", Effect.CONSUMER),
        ({"length": "120"}, "item-length", Effect.PROVIDER),
        ({"type": "X"}, "item-type", Effect.BOTH),
        ({"output": "必須"}, "item-output", Effect.CONSUMER),
        ({"nullable": True}, "item-nullable", Effect.PROVIDER),
        ({"romaji": "simei"}, "item-renamed", Effect.BOTH),
        ({"romaji": "simei", "name": "別の項目"}, "item-removed", Effect.BOTH),
    ],
)
def test_a_changed_request_item(values: dict[str, object], code: str, effect: Effect) -> None:
    """A changed request item says who must act: the sender when it is stricter, the receiver when it is wider."""
    changes = altered("住登外者宛名番号付番/要求", "shimei", **values)

    assert (code, effect, True) == (changes[0].code, changes[0].effect, changes[0].breaking)
    assert changes[0].where == SHIMEI


def test_a_shorter_result_item_obliges_the_provider() -> None:
    """In a result the provider is the sender."""
    (change,) = altered("住登外者宛名番号付番/結果", "sosashaid", length="8")

    assert (change.code, change.effect) == ("item-length", Effect.PROVIDER)


def test_a_removed_linkage_breaks_its_consumers() -> None:
    """Removing a linkage obliges consumers and breaks."""
    system = OLD.system("001")
    kept = tuple(item for item in system.linkages if item.id != "001o009")

    (change,) = compare(OLD, with_system(replace(system, linkages=kept)))

    assert (change.code, change.where, change.effect, change.breaking) == (
        "linkage-removed",
        "001o009",
        Effect.CONSUMER,
        True,
    )


def test_a_stricter_requirement_breaks() -> None:
    """A 推奨 that becomes 必須 obliges the provider."""
    requirements = tuple(
        replace(item, level=Level.REQUIRED) if item.id == "AU-10" else item for item in OLD.requirements
    )

    (change,) = compare(OLD, replace(OLD, requirements=requirements))

    assert (change.code, change.where, change.effect, change.breaking) == (
        "requirement-level",
        "AU-10",
        Effect.PROVIDER,
        True,
    )


def test_a_new_code_obliges_consumers() -> None:
    """A value added to a code list is something consumers have to understand."""
    codes = {**OLD.codes, "seibetsu": {**OLD.codes["seibetsu"], "9": "その他"}}

    (change,) = compare(OLD, replace(OLD, codes=codes))

    assert (change.code, change.where, change.effect) == ("code-added", "seibetsu 9", Effect.CONSUMER)


def test_a_moved_column_is_seen() -> None:
    """Swapping two columns of a file is a breaking change of order, not of items."""
    system = OLD.system("001")
    items = list(system.items)
    items[0], items[1] = items[1], items[0]

    changes = compare(OLD, with_system(replace(system, items=tuple(items))))

    assert {(change.code, change.where) for change in changes} == {("column-order", "001o006")}
