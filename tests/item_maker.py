"""The one item that tests vary."""

from __future__ import annotations

from dataclasses import replace

from renkei.flow.contract import Item

PLAIN = Item(
    system="001",
    group="試験",
    number=1,
    name="項目",
    romaji="komoku",
    type="X",
    length="5",
    fixed=False,
    key=False,
    code="",
    repeat=1,
    output="任意",
    nullable=True,
    condition="",
    implementation="",
    description="",
    sample="",
    basis="sourced",
    clause="",
)


def item_like(**values: object) -> Item:
    """An item like PLAIN with other values."""
    return replace(PLAIN, **values)  # type: ignore[arg-type]  # the tests name real fields
