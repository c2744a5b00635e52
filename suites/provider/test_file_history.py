"""File linkage, state: history serial, one latest row, delta ∘ full = full, deletions, cancellation by appending."""

from __future__ import annotations

from collections import defaultdict

from renkei.kit import (
    DELETED,
    LATEST,
    DataFile,
    Expect,
    NotApplicable,
    Provider,
    Record,
    Series,
    Undecided,
    masked,
    requirement,
    series_of,
)

PERSON = "atenabango"
# What may differ between two deliveries of one history row: who is latest, what is deleted, and who touched it when.
MUTABLE = {LATEST, DELETED, "sosashaid", "sosanengappi", "sosajikoku", "renkeimotososashaid", "renkeimotososanichiji"}


def _serial(series: Series) -> str:
    """The column that holds the history number."""
    for name in ("kojinrirekibango", "rirekibango"):
        if any(item.romaji == name for item in series.items):
            return name
    raise NotApplicable("no-such-column", "rirekibango")


def _by_person(file: DataFile) -> dict[str, list[Record]]:
    people: dict[str, list[Record]] = defaultdict(list)
    for record in file.table.records():
        if record.get(DELETED) != "1":
            people[record.get(PERSON, "")].append(record)
    return people


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


@requirement("ST-01")
def test_history_numbers_are_a_serial_from_one(target: Provider, expect: Expect) -> None:
    """In a full file each person's history numbers are 1, 2, 3 … without a gap."""
    series = series_of(target)
    serial = _serial(series)
    for file in series.of_kind("zenken"):
        deleted = {(r.get(PERSON), r.get(serial)) for r in file.table.records() if r.get(DELETED) == "1"}
        for person, records in _by_person(file).items():
            numbers = sorted({_number(record.get(serial, "")) for record in records})
            gone = {_number(number or "") for who, number in deleted if who == person}
            wanted = [n for n in range(1, max([*numbers, 1]) + 1) if n not in gone]
            expect.that(
                numbers == wanted,
                "history-not-serial",
                expected=wanted,
                actual=numbers,
                where=f"{file.name} {masked(person)}",
            )
    if not expect.assertions:
        raise Undecided("no-full", series.linkage)


@requirement("ST-02")
def test_exactly_one_row_per_person_is_latest(target: Provider, expect: Expect) -> None:
    """In the state at each full file one row per person has 最新フラグ=1, and it is the one with the highest number."""
    series = series_of(target)
    serial = _serial(series)
    for file in series.of_kind("zenken"):
        for person, records in _by_person(file).items():
            latest = [record for record in records if record.get(LATEST) == "1"]
            where = f"{file.name} {masked(person)}"
            expect.that(len(latest) == 1, "latest-not-exactly-one", expected=1, actual=len(latest), where=where)
            order = [
                (_number(r.get(serial, "")), _number(r.get("kojinrirekibango_edaban", "0") or "0")) for r in records
            ]
            mine = (_number(latest[0].get(serial, "")), _number(latest[0].get("kojinrirekibango_edaban", "0") or "0"))
            expect.that(mine == max(order), "latest-not-the-newest", expected=max(order), actual=mine, where=where)
    if not expect.assertions:
        raise Undecided("no-full", series.linkage)


@requirement("ST-03")
def test_full_plus_deltas_is_the_next_full(target: Provider, expect: Expect) -> None:
    """Folding the deltas onto a full file gives the next full file, row by row and cell by cell."""
    series = series_of(target)
    if not series.spans():
        raise Undecided("no-span", series.linkage)
    for start, deltas, end in series.spans():
        state = series.full(start)
        for delta in deltas:
            state = series.apply(state, delta.table.records())
        wanted = series.full(end)
        where = f"{start.parts.sequence:06d}…{end.parts.sequence:06d}"
        missing = [key for key in wanted if key not in state]
        extra = [key for key in state if key not in wanted]
        differing = [key for key in wanted if key in state and state[key] != wanted[key]]
        expect.that(not missing, "row-not-in-deltas", expected="差分にある", actual=_keys(missing), where=where)
        expect.that(not extra, "row-not-in-next-full", expected="次の全件にある", actual=_keys(extra), where=where)
        columns = sorted({n for key in differing for n in wanted[key] if wanted[key][n] != state[key].get(n)})
        expect.that(
            not differing,
            "row-differs-from-next-full",
            expected="同じ値",
            actual=f"{_keys(differing)}: {series.names(columns[:6])}",
            where=where,
        )


def _keys(keys: list[tuple[str, ...]]) -> str:
    return f"{len(keys)} 行 " + " ".join("/".join(masked(part) for part in key) for key in keys[:3])


@requirement("ST-04")
def test_a_delta_applied_twice_changes_nothing_more(target: Provider, expect: Expect) -> None:
    """Applying a delta a second time, or its rows in reverse order, gives the state that it gave once."""
    series = series_of(target)
    deltas = series.of_kind("sabun")
    if not deltas:
        raise Undecided("no-delta", series.linkage)
    state = series.full(series.of_kind("zenken")[0]) if series.of_kind("zenken") else {}
    for delta in deltas:
        once = series.apply(state, delta.table.records())
        twice = series.apply(once, delta.table.records())
        backwards = series.apply(state, reversed(delta.table.records()))
        expect.that(twice == once, "delta-not-idempotent", expected="同じ", actual="違う", where=delta.name)
        expect.that(backwards == once, "delta-depends-on-row-order", expected="同じ", actual="違う", where=delta.name)
        state = once


@requirement("ST-05")
def test_rows_vanish_only_through_a_deletion(target: Provider, expect: Expect) -> None:
    """A row of the state that the next full file lacks was announced with 削除フラグ=1 in a delta between them."""
    series = series_of(target)
    if not series.spans():
        raise Undecided("no-span", series.linkage)
    for start, deltas, end in series.spans():
        state = series.full(start)
        announced = set()
        for delta in deltas:
            records = delta.table.records()
            announced |= {series.key(record) for record in records if record.get(DELETED) == "1"}
            state |= {series.key(record): record for record in records if record.get(DELETED) != "1"}
        after = series.full(end)
        gone = [key for key in state if key not in after and key not in announced]
        expect.that(
            not gone, "row-vanished-without-deletion", expected="削除フラグ=1 の行", actual=_keys(gone), where=end.name
        )


@requirement("ST-06")
def test_history_is_only_ever_appended(target: Provider, expect: Expect) -> None:
    """A history row once delivered keeps its values; only the latest and deleted flags of it may change."""
    series = series_of(target)
    known: dict[tuple[str, ...], Record] = {}
    judged = 0
    for file in series.by_sequence():
        for record, line in zip(file.table.records(), file.table.lines, strict=True):
            key = series.key(record)
            before = known.get(key)
            if record.get(DELETED) == "1":
                known.pop(key, None)
                continue
            if before is not None:
                judged += 1
                changed = [name for name, cell in record.items() if name not in MUTABLE and before.get(name) != cell]
                expect.that(
                    not changed,
                    "history-rewritten",
                    expected="前に渡した値",
                    actual=series.names(changed[:6]),
                    where=f"{file.name} line {line}",
                )
            known[key] = record
    if not judged:
        raise Undecided("no-span", series.linkage)
