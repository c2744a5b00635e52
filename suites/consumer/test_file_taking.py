"""File linkage, consumer: full files, deltas, order, repeats, gaps, files that are not finished or damaged."""

from __future__ import annotations

from dataclasses import replace

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect, Stage, expect_finished, finished
from renkei.kit.form import State
from renkei.kit.holding import expect_cells, expect_rows
from renkei.kit.phrases import Phrase, phrase, raw
from renkei.kit.scenario import STAMP, advanced, latest_rows

# What tells which state of a row is held, whatever becomes of its texts.
ENVELOPE = ("sosanengappi", "sosajikoku", "saishinfuragu")
# So many subjects change in the deltas of a scenario.
CHANGED = 3


def _deltas(target: Consumer) -> None:
    if "sabun" not in target.linkage.kinds:
        raise NotApplicable("no-deltas-agreed", target.linkage.id)


def _expect_state(expect: Expect, stage: Stage, state: State, rule: str, *, expected: Phrase, actual: Phrase) -> None:
    """Exactly the rows of that state are held, each as it stood in it, whatever became of its texts."""
    held = stage.held()
    found = list(held.differing(state, ENVELOPE)) or held.left(state) or held.missing(state)
    expect.that(not found, rule, expected=expected, actual=actual, where=raw(stage.form.linkage))


@requirement("CN-01")
def test_a_full_file_is_taken(target: Consumer, expect: Expect) -> None:
    """After a full file of the town every row of it is held."""
    stage = target.stage()
    stage.full(target.tape.opening)
    if not stage.state.rows:
        raise NotApplicable("no-rows", target.linkage.id)
    expect_finished(expect, stage.take(), "import-failed")
    expect_rows(expect, stage.held(), stage.state, missing="row-not-taken")


@requirement("CN-02")
def test_deltas_are_taken(target: Consumer, expect: Expect) -> None:
    """After the deltas of the town exactly the rows that they come to are held, each in its last state."""
    _deltas(target)
    stage = target.begun(target.tape.opening)
    for rows in target.tape.deltas:
        stage.delta(rows)
        finished(stage.take())
    form = stage.form
    some = [row for old in latest_rows(form, stage.state.rows.values())[:CHANGED] for row in advanced(form, old)]
    stage.delta(some)
    finished(stage.take())
    held = stage.held()
    expect_rows(expect, held, stage.state, missing="delta-not-taken")
    expect_cells(expect, held, stage.state, "delta-not-taken", ENVELOPE)


@requirement("CN-03")
def test_a_full_file_replaces_everything(target: Consumer, expect: Expect) -> None:
    """Rows that are not in a later full file are not held any more."""
    stage = target.begun()
    subjects = sorted({stage.form.subject(row) for row in stage.state.rows.values()})
    if len(subjects) < 2:
        raise NotApplicable("no-rows", target.linkage.id)
    stage.full([row for row in stage.state.rows.values() if stage.form.subject(row) != subjects[0]])
    finished(stage.take())
    expect_rows(expect, stage.held(), stage.state, left="row-outlives-full-file")


@requirement("CN-04")
def test_the_order_of_rows_does_not_matter(target: Consumer, expect: Expect) -> None:
    """The same rows in another order are held in the same way, and the same ones are current."""
    rows = target.tape.short()
    stage = target.begun(rows)
    straight = stage.held().current()
    again = target.begun(rows[::-1])
    held = again.held()
    expect_rows(expect, held, again.state, missing="order-matters", left="order-matters")
    turned = held.current()
    differing = [key for key in {**straight, **turned} if straight.get(key) != turned.get(key)]
    expect.that(
        not differing,
        "order-matters",
        expected=phrase("row-held"),
        actual=len(differing),
        where=raw(target.linkage.id),
    )


@requirement("CN-05")
def test_an_empty_delta_changes_nothing(target: Consumer, expect: Expect) -> None:
    """A delta with a header only is taken, and everything stays as it was."""
    _deltas(target)
    stage = target.begun()
    stage.delta(())
    expect_finished(expect, stage.take(), "empty-delta-refused")
    held = stage.held()
    expect_rows(expect, held, stage.state, missing="empty-delta-changes-rows", left="empty-delta-changes-rows")


@requirement("CN-06")
def test_a_file_delivered_twice_counts_once(target: Consumer, expect: Expect) -> None:
    """A delta that was taken is not taken again, neither at the next import nor under a later time in its name."""
    _deltas(target)
    stage = target.begun()
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    sent = stage.delta(advanced(stage.form, row))
    finished(stage.take())
    again = finished(stage.take())
    taken = [file.name for file in again.files if file.result == "taken"]
    expect.that(
        not taken and not again.accepted,
        "file-taken-twice",
        expected=phrase("nothing-new"),
        actual=raw(taken[0] if taken else again.accepted),
        where=raw(target.linkage.id),
    )
    held = stage.held()
    doubled = [key for key, records in held.rows.items() if len(records) > 1]
    expect.that(not doubled, "row-held-twice", expected=phrase("row-held"), actual=len(doubled), where=raw(sent.kind))
    expect_rows(expect, held, stage.state, missing="file-taken-twice", left="file-taken-twice")


@requirement("CN-07")
def test_a_delta_that_comes_too_early_is_not_applied(target: Consumer, expect: Expect) -> None:
    """A delta whose base is missing is not applied while its base is missing."""
    _deltas(target)
    stage = target.begun()
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    before = stage.state.copy()
    second = stage.made("sabun", advanced(stage.form, row, sosajikoku="10:00:01"))
    new = latest_rows(stage.form, second.rows)[-1]
    stage.write(stage.made("sabun", advanced(stage.form, new, sosajikoku="10:00:02")))
    stage.take()
    _expect_state(
        expect, stage, before, "early-delta-applied", expected=phrase("delta-waits"), actual=phrase("delta-applied")
    )


@requirement("CN-07")
def test_a_delta_that_comes_too_late_is_not_applied(target: Consumer, expect: Expect) -> None:
    """A delta that arrives after a later full file changes nothing any more."""
    _deltas(target)
    stage = target.begun()
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    late = stage.made("sabun", advanced(stage.form, row, sosajikoku="10:00:01"))
    stage.state.delta(late.rows)
    new = latest_rows(stage.form, late.rows)[-1]
    stage.state.delta(advanced(stage.form, new, sosajikoku="10:00:02"))
    stage.full(list(stage.state.rows.values()))
    finished(stage.take())
    stage.write(late)
    stage.take()
    after = stage.state
    _expect_state(
        expect, stage, after, "late-delta-undoes", expected=phrase("state-of-series"), actual=phrase("state-of-none")
    )


@requirement("CN-08")
def test_a_full_file_after_a_gap_mends(target: Consumer, expect: Expect) -> None:
    """When a delta never comes, the next full file brings everything back in order, and deltas after it are taken."""
    _deltas(target)
    stage = target.begun()
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    lost = stage.made("sabun", advanced(stage.form, row, sosajikoku="10:00:01"))
    stage.state.delta(lost.rows)
    new = latest_rows(stage.form, lost.rows)[-1]
    stage.delta(advanced(stage.form, new, sosajikoku="10:00:02"))
    stage.take()
    stage.full(list(stage.state.rows.values()))
    stage.take()
    last = stage.state.current()[stage.form.subject(row)]
    stage.delta(advanced(stage.form, last, sosajikoku="10:00:03"))
    stage.take()
    held = stage.held()
    expect_rows(expect, held, stage.state, missing="gap-not-mended", left="gap-not-mended")
    expect_cells(expect, held, stage.state, "gap-not-mended", ENVELOPE)


@requirement("CN-09")
def test_a_file_without_its_marker_is_not_read(target: Consumer, expect: Expect) -> None:
    """A file whose completion marker is not there yet is left alone, and taken once it is there."""
    _deltas(target)
    stage = target.begun()
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    before = stage.state.copy()
    sent = stage.made("sabun", advanced(stage.form, row))
    stage.write(sent, marker=False)
    stage.take()
    early = stage.held()
    expect.that(
        not (early.left(before) or list(early.differing(before, ENVELOPE))),
        "unfinished-file-read",
        expected=phrase("file-left-alone"),
        actual=phrase("file-read"),
        where=raw(target.linkage.id),
    )
    stage.write(sent)
    stage.state.delta(sent.rows)
    finished(stage.take())
    expect_cells(expect, stage.held(), stage.state, "finished-file-not-read", ENVELOPE)


@requirement("CN-10")
def test_a_damaged_file_is_not_taken(target: Consumer, expect: Expect) -> None:
    """A file that is not what its marker says (digest, rows) changes nothing."""
    _deltas(target)
    stage = target.begun()
    row = latest_rows(stage.form, stage.state.rows.values())[0]
    before = stage.state.copy()
    sent = stage.made("sabun", advanced(stage.form, row))
    # On the way one time became another: the file still looks like one, and is not what its marker says.
    stage.write(replace(sent, content=sent.content.replace(STAMP["sosajikoku"].encode(), b"10:00:59")))
    stage.take()
    _expect_state(
        expect, stage, before, "damaged-file-taken", expected=phrase("file-left-alone"), actual=phrase("file-read")
    )
