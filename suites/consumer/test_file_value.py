"""File linkage, consumer: what is held is what was sent, to the code point, the zero and the odd date."""

from __future__ import annotations

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect
from renkei.kit.holding import expect_cells
from renkei.kit.phrases import phrase, raw
from renkei.kit.scenario import (
    advanced,
    latest_rows,
    unpadded,
    with_hard_texts,
    with_odd_dates,
    zero_columns,
)


@requirement("CN-11")
def test_values_are_held_as_they_were_sent(target: Consumer, expect: Expect) -> None:
    """Every item of every row of the town that the consumer shows has the value that was sent."""
    stage = target.begun(target.tape.opening)
    expect_cells(expect, stage.held(), stage.state, "value-changed")


@requirement("CN-12")
def test_difficult_characters_are_held(target: Consumer, expect: Expect) -> None:
    """Variant selectors, characters beyond the first plane, private-use characters and spaces come through unchanged."""
    rows, columns = with_hard_texts(target.library.form(target.linkage.id), target.tape.short())
    stage = target.begun(rows)
    expect_cells(expect, stage.held(), stage.state, "character-lost", columns)


@requirement("CN-13")
def test_leading_zeros_of_codes_are_held(target: Consumer, expect: Expect) -> None:
    """Codes and numbers of type X keep their leading zeros."""
    form = target.library.form(target.linkage.id)
    columns = zero_columns(form, target.tape.opening)
    if not columns:
        raise NotApplicable("no-leading-zeros", target.linkage.id)
    stage = target.begun(target.tape.opening)
    expect_cells(expect, stage.held(), stage.state, "zeros-lost", columns)


@requirement("CN-14")
def test_unknown_and_odd_dates_are_held(target: Consumer, expect: Expect) -> None:
    """Dates that are in no calendar, unknown starts and unlimited ends are held as they were sent."""
    rows, columns = with_odd_dates(target.library.form(target.linkage.id), target.tape.short())
    stage = target.begun(rows)
    expect_cells(expect, stage.held(), stage.state, "odd-date-lost", columns)


@requirement("CN-15")
def test_numbers_with_and_without_zeros_are_one_person(target: Consumer, expect: Expect) -> None:
    """A delta whose 宛名番号 are written without leading zeros changes the same subjects, and makes no second ones."""
    form = target.library.form(target.linkage.id)
    if not any(form.header[place].endswith("atenabango") for place in form.subject_places):
        raise NotApplicable("no-such-column", target.linkage.id)
    if "sabun" not in target.linkage.kinds:
        raise NotApplicable("no-deltas-agreed", target.linkage.id)
    stage = target.begun()
    row = next((one for one in latest_rows(form, stage.state.rows.values()) if unpadded(form, one) != one), None)
    if row is None:
        raise NotApplicable("no-leading-zeros", target.linkage.id)
    stage.delta([unpadded(form, one) for one in advanced(form, row)])
    stage.take()
    held = stage.held()
    current = {key: rows for key, rows in held.current().items() if len(rows) > 1}
    left = held.left(stage.state)
    doubled = [key for key, records in held.rows.items() if len(records) > 1]
    expect.that(
        not (current or left or doubled or held.missing(stage.state)),
        "padding-makes-two",
        expected=phrase("one-subject"),
        actual=phrase("two-subjects"),
        where=raw(target.linkage.id),
    )
