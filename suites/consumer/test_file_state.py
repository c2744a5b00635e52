"""File linkage, consumer: which row is in force, deletions, cancellations, one person for one number."""

from __future__ import annotations

from renkei.kit import NotApplicable, Undecided, requirement
from renkei.kit.consumer import Consumer, Expect, Stage, finished
from renkei.kit.form import Form, Row
from renkei.kit.holding import expect_rows
from renkei.kit.phrases import phrase, raw
from renkei.kit.scenario import advanced, latest_rows, removed, text_slots, with_serial

PEOPLE = ("001o005", "001o006")


def _begun(target: Consumer) -> Stage:
    """A scenario of a linkage with histories and deltas."""
    form = target.library.form(target.linkage.id)
    with_serial(form)
    if "sabun" not in target.linkage.kinds:
        raise NotApplicable("no-deltas-agreed", target.linkage.id)
    return target.begun()


def _expect_current(target: Consumer, expect: Expect, stage: Stage, rule: str) -> None:
    """The rows that the consumer calls current are those in force, one for each subject."""
    form, held = stage.form, stage.held()
    wanted = {subject: [form.key(row)] for subject, row in stage.state.current().items()}
    found = held.current()
    differing = [subject for subject in {**wanted, **found} if wanted.get(subject) != found.get(subject)]
    expect.looked(len(wanted))
    expect.that(
        not differing,
        rule,
        expected=phrase("current-as-flagged"),
        actual=phrase("current-otherwise", count=len(differing)),
        where=raw(form.linkage),
    )


@requirement("CN-16")
def test_the_latest_row_is_in_force(target: Consumer, expect: Expect) -> None:
    """After several changes of a subject, written newest first, the row with the latest flag is the one in force."""
    stage = _begun(target)
    form = stage.form
    row = latest_rows(form, stage.state.rows.values())[0]
    first = advanced(form, row, sosajikoku="10:00:01")
    second = advanced(form, first[-1], sosajikoku="10:00:02")
    stage.delta([second[-1], second[0], first[0]])
    finished(stage.take())
    _expect_current(target, expect, stage, "current-row-wrong")


@requirement("CN-17")
def test_two_latest_rows_or_none_do_not_spoil_the_rest(target: Consumer, expect: Expect) -> None:
    """Two rows with the latest flag, or none, leave at most one row in force, and all others are taken all the same."""
    stage = _begun(target)
    form = stage.form
    rows = latest_rows(form, stage.state.rows.values())
    if len(rows) < 3:
        raise NotApplicable("no-rows", target.linkage.id)
    two = form.changed(advanced(form, rows[0])[-1])
    none = form.changed(rows[1], saishinfuragu="0")
    good = advanced(form, rows[2])
    stage.delta([two, none, *good])
    job = stage.take()
    held = stage.held()
    many = [subject for subject, keys in held.current().items() if len(keys) > 1]
    expect.that(
        not many,
        "two-rows-in-force",
        expected=phrase("one-subject"),
        actual=phrase("two-subjects"),
        where=raw(form.linkage),
    )
    expect.that(
        form.key(good[-1]) in held.rows,
        "good-row-lost",
        expected=phrase("row-held"),
        actual=raw(job.state),
        where=raw(form.linkage),
    )


def _two(form: Form, stage: Stage) -> tuple[Row, Row]:
    rows = latest_rows(form, stage.state.rows.values())
    return rows[0], rows[-1]


@requirement("CN-18")
def test_a_deleted_row_goes(target: Consumer, expect: Expect) -> None:
    """A row with 削除フラグ 1 is not held any more, or not in force; nothing else goes."""
    stage = _begun(target)
    form = stage.form
    gone, _ = _two(form, stage)
    # The flag of the latest row counts among rows that are not deleted: on a deleted one it says nothing.
    last, *others = removed(form, gone, _before(form, stage, gone))
    stage.delta([form.changed(last, saishinfuragu="1"), *others])
    finished(stage.take())
    held = stage.held()
    inside = [record for record in held.rows.get(form.key(gone), ()) if record.current]
    expect.that(
        not inside,
        "deleted-row-held",
        expected=phrase("row-not-held"),
        actual=phrase("row-held"),
        where=raw(form.linkage),
    )
    expect_rows(expect, held, stage.state, missing="other-row-deleted")


def _marked(values: object) -> bool:
    return isinstance(values, dict) and values.get("sakujofuragu") == "1"


def _before(form: Form, stage: Stage, row: Row) -> Row | None:
    """The row before the last of a history."""
    rows = [one for one in stage.state.rows.values() if form.subject(one) == form.subject(row) and one is not row]
    return max(rows, key=form.order, default=None)


@requirement("CN-19")
def test_a_deleted_row_can_come_again(target: Consumer, expect: Expect) -> None:
    """A row that was deleted and is registered again under the same key is held again."""
    stage = _begun(target)
    form = stage.form
    row, _ = _two(form, stage)
    stage.delta(removed(form, row, _before(form, stage, row)))
    finished(stage.take())
    before = _before(form, stage, row)
    again = form.changed(row, sosajikoku="10:00:09", saishinfuragu="1")
    stage.delta([*([form.changed(before, saishinfuragu="0")] if before else []), again])
    finished(stage.take())
    held = stage.held()
    inside = [record for record in held.rows.get(form.key(again), ()) if not _marked(record.values)]
    expect.that(
        bool(inside),
        "row-stays-deleted",
        expected=phrase("row-held"),
        actual=phrase("row-not-held"),
        where=raw(form.linkage),
    )


@requirement("CN-20")
def test_a_cancellation_is_one_more_row(target: Consumer, expect: Expect) -> None:
    """After a change and its cancellation by appending, the appended row is in force, and no row of the history is gone."""
    stage = _begun(target)
    form = stage.form
    row = latest_rows(form, stage.state.rows.values())[0]
    slots = text_slots(form)
    said = {form.header[slots[0]]: "取消前"} if slots else {}
    wrong = advanced(form, row, sosajikoku="10:00:01", **said)
    stage.delta(wrong)
    finished(stage.take())
    back = advanced(form, wrong[-1], sosajikoku="10:00:02")
    serial = {form.header[form.serial]: back[-1][form.serial]}
    cancelled = form.changed(row, **serial, sosajikoku="10:00:02", sosanengappi="2026-04-01", saishinfuragu="1")
    stage.delta([back[0], cancelled])
    finished(stage.take())
    held = stage.held()
    expect_rows(expect, held, stage.state, missing="cancelled-row-gone")
    _expect_current(target, expect, stage, "cancellation-not-in-force")


@requirement("CN-21", linkages=("001o005", "001o006"))
def test_one_number_is_one_person(target: Consumer, expect: Expect) -> None:
    """帰化, 国籍喪失 and 再転入 keep the 宛名番号: there is one person in force for it, not two."""
    form = target.library.form(target.linkage.id)
    stage = target.begun(target.tape.opening)
    for rows in target.tape.deltas:
        stage.delta(rows)
        stage.take()
    kind, state = form.places["juminshubetsu"], form.places["juminjotai"]
    seen: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for row in stage.state.rows.values():
        seen.setdefault(form.subject(row), set()).add((row[kind], row[state]))
    changed = [subject for subject, states in seen.items() if len(states) > 1]
    if not changed:
        raise Undecided("no-such-person", target.linkage.id)
    current = stage.held().current()
    doubled = [subject for subject in changed if len(current.get(subject, ())) > 1]
    expect.looked(len(changed))
    expect.that(
        not doubled,
        "one-person-twice",
        expected=phrase("one-subject"),
        actual=phrase("two-subjects"),
        where=raw(form.linkage),
    )


@requirement("CN-29", linkages=("001o005",))
def test_no_personal_number_without_a_right_to_it(target: Consumer, expect: Expect) -> None:
    """A system outside of 番号利用事務 holds no 個人番号, even where a data set with them lies beside its own."""
    tape = target.library.tape("001o006")
    stage = target.stage()
    stage.full(target.tape.opening)
    beside = target.stage("001o006", fresh=False)
    beside.folder = stage.folder
    beside.full(tape.opening)
    finished(stage.take())
    numbers = {row[tape.form.places["kojinbango"]] for row in tape.opening} - {""}
    held = stage.held()
    if held.missing(stage.state):
        raise Undecided("consumer-took-nothing", target.linkage.id)
    found = [record for record in held.records if numbers & {value or "" for value in record.values.values()}]
    expect.looked(len(held.records))
    expect.that(
        not found,
        "personal-number-held",
        expected=phrase("no-personal-number"),
        actual=phrase("personal-numbers", count=len(found)),
        where=raw(target.linkage.id),
    )
