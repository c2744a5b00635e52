"""File linkage, consumer: what a job tells of its rows, a bad row among good ones, many rows, another edition."""

from __future__ import annotations

from renkei.kit import NotApplicable, requirement
from renkei.kit.consumer import Consumer, Expect, Stage, expect_finished, finished
from renkei.kit.form import Form, Row
from renkei.kit.holding import expect_rows
from renkei.kit.phrases import phrase, raw
from renkei.kit.scenario import latest_rows, spoilt

MANY = 1_000_000


def _with_bad_row(target: Consumer) -> tuple[Stage, Row, int]:
    """A full file with one row that its types do not allow: the scenario, that row, and its line."""
    rows = target.tape.short()
    target.begun(rows)
    stage = target.stage()
    form = stage.form
    if len({form.subject(row) for row in rows}) < 2:
        raise NotApplicable("no-rows", target.linkage.id)
    at = len(rows) // 2
    bad = spoilt(form, rows[at])
    stage.full([*rows[:at], bad, *rows[at + 1 :]])
    return stage, bad, at + 2


@requirement("CN-22")
def test_a_bad_row_costs_itself_only(target: Consumer, expect: Expect) -> None:
    """One row that cannot be taken is refused alone: the others of the file are held, and it is not."""
    stage, bad, _ = _with_bad_row(target)
    stage.take()
    held = stage.held()
    key = stage.form.key(bad)
    del stage.state.rows[key]
    expect_rows(expect, held, stage.state, missing="good-row-refused")


@requirement("CN-23")
def test_a_job_tells_what_it_did(target: Consumer, expect: Expect) -> None:
    """The numbers of accepted and refused rows are right, and a refused row is named by file and line."""
    stage, bad, line = _with_bad_row(target)
    job = stage.take()
    held = stage.held()
    whole = len(stage.state.rows)
    refused = 0 if stage.form.key(bad) in held.rows else 1
    if len(held.rows) not in (whole, whole - 1):
        raise NotApplicable("consumer-took-nothing", target.linkage.id)
    counts = (job.accepted, job.rejected)
    expect.that(
        counts in ((None, None), (whole - refused, refused)),
        "job-counts-wrong",
        expected=phrase("rows-by-result", accepted=whole - refused, rejected=refused),
        actual=phrase("rows-by-result", accepted=job.accepted or 0, rejected=job.rejected or 0),
        where=raw(target.linkage.id),
    )
    named = [row for row in job.rows if not row.accepted and row.line == line]
    expect.that(
        bool(named) or not refused,
        "refused-row-not-named",
        expected=phrase("refused-row-named", line=line),
        actual=phrase("refused-rows", count=sum(not row.accepted for row in job.rows)),
        where=raw(target.linkage.id),
    )


@requirement("CN-30", linkages=("001o009",))
def test_a_million_rows_are_taken(target: Consumer, expect: Expect) -> None:
    """A full file of a million rows is taken (certification profile)."""
    if target.profile != "certification":
        raise NotApplicable("only-in-certification", target.linkage.id)
    form = target.library.form(target.linkage.id)
    if not any(form.header[place].endswith("atenabango") for place in form.subject_places):
        raise NotApplicable("no-such-column", target.linkage.id)
    pattern = latest_rows(form, target.tape.opening)
    if not pattern:
        raise NotApplicable("no-rows", target.linkage.id)
    stage = target.stage()
    stage.full(_many(form, pattern[0]))
    job = stage.take()
    expect_finished(expect, job, "many-rows-not-taken")
    held = stage.held_count()
    expect.that(held == MANY, "many-rows-not-taken", expected=raw(MANY), actual=raw(held), where=raw(target.linkage.id))


def _many(form: Form, row: Row) -> list[Row]:
    """A million subjects that differ by their 宛名番号 only."""
    place = next(at for at in form.subject_places if form.header[at].endswith("atenabango"))
    return [[*row[:place], f"{number:015d}", *row[place + 1 :]] for number in range(1, MANY + 1)]


@requirement("CN-31")
def test_a_column_of_a_later_edition_is_observed(target: Consumer, expect: Expect) -> None:
    """How a file with one more column at its end is treated is recorded: provider and consumer may differ in edition."""
    rows = target.tape.short()
    target.begun(rows)
    stage = target.stage()
    sent = stage.made("zenken", [[*row, ""] for row in rows], [*stage.form.header, "tsuikakomoku"])
    stage.write(sent)
    stage.take()
    held = len(stage.held().rows)
    expect.observe("U17", phrase("later-edition-taken" if held else "later-edition-refused"))


@requirement("CN-24")
def test_records_stay_what_they_are(target: Consumer, expect: Expect) -> None:
    """Asking for one subject's records gives that subject's and no other's, the same ones as in the whole list."""
    stage = target.begun()
    form = stage.form
    place = form.subject_places[0]
    name, cell = form.header[place], stage.state.rows[next(iter(stage.state.rows))][place]
    wanted = {key for key, row in stage.state.rows.items() if form.bare(place, row[place]) == form.bare(place, cell)}
    narrow = stage.held((name, cell))
    finished(stage.take())
    whole = stage.held()
    expect.that(
        set(narrow.rows) == wanted or not whole.history,
        "records-of-another",
        expected=phrase("own-records"),
        actual=phrase("others-records"),
        where=raw(form.linkage),
    )
