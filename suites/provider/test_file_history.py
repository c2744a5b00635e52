"""File linkage, state: history serial, one latest row, delta ∘ full = full, deletions, cancellation by appending."""

from __future__ import annotations

from renkei.kit import (
    MUTABLE,
    DataFile,
    Expect,
    Fold,
    NotApplicable,
    Offence,
    Offences,
    Provider,
    Series,
    Undecided,
    at_line,
    changed_columns,
    expect_clean,
    masked,
    place_of,
    requirement,
    series_of,
    with_deltas,
)
from renkei.kit.phrases import at, phrase

# So many of the differing rows are named with the columns in which they differ.
NAMED = 20


def _history(target: Provider, expect: Expect, check: str) -> None:
    """No history in a full file breaks that check of the ledger; a full file with histories is needed."""
    series = _numbered(series_of(target))
    judged = 0
    for file in series.of_kind("zenken"):
        judged += file.ledger.subjects()
        hits, found = getattr(file.ledger, check)(), Offences()
        for hit in hits.first:
            place = masked(hit.subject)
            found.add(
                Offence(rule=hit.rule, line=file.line(hit.row), column=place, expected=hit.expected, shown=hit.actual)
            )
        if hits.first:
            found.add_unseen(hits.first[0].rule, hits.count - len(hits.first))
        expect_clean(target, expect, file, found)
    if not judged:
        raise Undecided("no-rows" if series.of_kind("zenken") else "no-full", series.linkage)


def _numbered(series: Series) -> Series:
    """The series, if its rows are of histories at all: master data has none."""
    if not series.serial:
        raise NotApplicable("no-history", series.linkage)
    return series


def _spans(target: Provider, series: Series) -> tuple[tuple[DataFile, tuple[DataFile, ...], DataFile], ...]:
    """Every (full, deltas, full) of a linkage that sends deltas; undecided when there is none."""
    with_deltas(target, series)
    if not series.spans():
        raise Undecided("no-span", series.linkage)
    return series.spans()


@requirement("ST-01")
def test_history_numbers_are_a_serial_from_one(target: Provider, expect: Expect) -> None:
    """In a full file the numbers of each history are 1, 2, 3 … without a gap."""
    _history(target, expect, "gaps")


@requirement("ST-02")
def test_exactly_one_row_per_history_is_latest(target: Provider, expect: Expect) -> None:
    """In the state at each full file one row per history has 最新フラグ=1, and it is the one with the highest number."""
    _history(target, expect, "latest_faults")


@requirement("ST-03")
def test_full_plus_deltas_is_the_next_full(target: Provider, expect: Expect) -> None:
    """Folding the deltas onto a full file gives the next full file, row by row and cell by cell."""
    series = series_of(target)
    for start, deltas, end in _spans(target, series):
        state, wanted = series.state(start, *deltas), series.state(end)
        where = f"{start.parts.sequence:06d}…{end.parts.sequence:06d}"
        parting = state.against(wanted)
        missing, extra, differing = Offences(), Offences(), Offences()
        for hit in parting.missing.first:
            line = end.line(hit.now)
            missing.add(Offence(rule="row-not-in-deltas", line=line, column=where, shown=_key(hit.key)))
        missing.add_unseen("row-not-in-deltas", parting.missing.count - missing.count)
        expect_clean(target, expect, end, missing, phrase("row-in-deltas"))
        for hit in parting.extra.first:
            file, row = state.place(hit.before)
            shown = at(at_line(file, file.line(row)), _key(hit.key))
            extra.add(Offence(rule="row-not-in-next-full", line=0, column=where, shown=shown))
        extra.add_unseen("row-not-in-next-full", parting.extra.count - extra.count)
        expect_clean(target, expect, end, extra, phrase("row-in-next-full"))
        for number, hit in enumerate(parting.differing.first):
            names = _names(series, state.place(hit.before), (end, hit.now)) if number < NAMED else ""
            shown = phrase("in-case", case=_key(hit.key), said=names) if names else _key(hit.key)
            rule = "row-differs-from-next-full"
            differing.add(Offence(rule=rule, line=end.line(hit.now), column=where, shown=shown))
        differing.add_unseen("row-differs-from-next-full", parting.differing.count - differing.count)
        expect_clean(target, expect, end, differing, phrase("same-values"))


def _key(key: tuple[str, ...]) -> str:
    return "/".join(masked(part) for part in key)


def _names(series: Series, one: tuple[DataFile, int], other: tuple[DataFile, int]) -> str:
    """The columns in which two records differ, as a finding shows them."""
    return series.names(changed_columns(one, other)[:6])


def _same(one: Fold, other: Fold) -> bool:
    parting = one.against(other)
    return not (parting.missing.count or parting.extra.count or parting.differing.count)


@requirement("ST-04")
def test_a_delta_applied_twice_changes_nothing_more(target: Provider, expect: Expect) -> None:
    """Applying a delta a second time, or its rows in reverse order, gives the state that it gave once."""
    series = series_of(target)
    with_deltas(target, series)
    deltas = series.of_kind("sabun")
    if not deltas:
        raise Undecided("no-delta", series.linkage)
    for delta in deltas:
        once = series.state(delta)
        expect.that(
            _same(once.apply(delta), once),
            "delta-not-idempotent",
            expected=phrase("same-state"),
            actual=phrase("other-state"),
            where=delta.name,
        )
        turned, found = delta.ledger.turned(), Offences()
        for hit in turned.first:
            names = _names(series, (delta, hit.before), (delta, hit.now))
            shown = phrase("in-line", line=delta.line(hit.before), said=names)
            found.add(Offence(rule="delta-depends-on-row-order", line=delta.line(hit.now), shown=shown))
        found.add_unseen("delta-depends-on-row-order", turned.count - found.count)
        expect_clean(target, expect, delta, found, phrase("same-state"))


@requirement("ST-05")
def test_rows_vanish_only_through_a_deletion(target: Provider, expect: Expect) -> None:
    """A row of the state that the next full file lacks was announced with 削除フラグ=1 in a delta between them."""
    series = series_of(target)
    for start, deltas, end in _spans(target, series):
        state = series.state(start)
        for delta in deltas:
            state = state.apply(delta, removing=False)
        gone, found = state.without(deltas).against(series.state(end)).extra, Offences()
        for hit in gone.first:
            file, row = state.place(hit.before)
            shown = at(at_line(file, file.line(row)), _key(hit.key))
            found.add(Offence(rule="row-vanished-without-deletion", line=0, shown=shown))
        found.add_unseen("row-vanished-without-deletion", gone.count - found.count)
        expect_clean(target, expect, end, found, phrase("announced-deletion"))


@requirement("ST-06")
def test_history_is_only_ever_appended(target: Provider, expect: Expect) -> None:
    """A history row once delivered keeps its values; only the latest and deleted flags of it may change."""
    series = _numbered(series_of(target))
    history = series.tables.history()
    files: tuple[DataFile, ...] = ()
    judged = 0
    for file in series.by_sequence():
        again, changed = history.rewritten(file.ledger)
        files = (*files, file)
        judged += again
        found = Offences()
        for number, hit in enumerate(changed.first):
            names = changed_columns(place_of(files, hit.before), (file, hit.now)) if number < NAMED else []
            shown = series.names([name for name in names if name not in MUTABLE][:6])
            found.add(Offence(rule="history-rewritten", line=file.line(hit.now), shown=shown))
        found.add_unseen("history-rewritten", changed.count - found.count)
        expect_clean(target, expect, file, found, phrase("values-as-delivered"))
    if not judged:
        raise Undecided("no-row-twice", series.linkage)
