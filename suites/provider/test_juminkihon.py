"""住民基本台帳 (001): 個人番号 only where it belongs, one number per person, 続柄, 支援措置 kept until decided."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from renkei.kit import (
    DELETED,
    PERSON,
    DataFile,
    Expect,
    Offence,
    Offences,
    Provider,
    RowHits,
    Series,
    Suspect,
    Undecided,
    at_line,
    changed_columns,
    expect_clean,
    is_kojinbango,
    masked,
    requirement,
    series_of,
)
from renkei.kit.phrases import at, phrase

WITH_NUMBER = "001o006"
WITHOUT_NUMBER = "001o005"
NUMBER = "kojinbango"
RELATION = "tsuzukigarahyoki"
# 住民記録システム標準仕様書 1.1.11: the words a 続柄 is built of, joined by の over at most four generations.
WORDS = "世帯主|夫|妻|夫（未届）|妻（未届）|子|子（子の夫）|子（子の妻）|父|母|兄|姉|弟|妹|縁故者|同居人"
RELATION_FORM = f"(?:{WORDS})(?:の(?:{WORDS})){{0,3}}"
KOJINBANGO = 12
BEGIN, END = "shiensochikaishinengappi", "shiensochishuryonengappi"
# 宛名番号, 履歴番号 and start of a 支援措置; where it stands and when it ends.
Key = tuple[str, str, str]
Protection = tuple[DataFile, int, str]
WHOLE = ("shikuchosonkodo", "setaibango", "juminshubetsu", "juminjotai", "idonengappi", "idojiyu")
KEPT = ("shimei", "seinengappi", "jusho_todofuken")
PLANNED, SETTLED = "tenshutsusakijusho_yotei", "tenshutsusakijusho_kakutei"
LONGEST_RELATION = 20
PLACE = ("todofuken", "shikugunchosonmei")
# So many of the differing rows are named with the columns in which they differ.
NAMED = 20


def _last_full(series: Series) -> DataFile:
    full = series.of_kind("zenken")
    if not full:
        raise Undecided("no-full", series.linkage)
    return full[-1]


def _alive(file: DataFile, *columns: str, suspects: Sequence[Suspect] = ()) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, cells of these columns) of the rows that are not deleted; suspects count the deleted flag as cell 0."""
    for line, (deleted, *cells) in file.records(DELETED, *columns, suspects=suspects):
        if deleted != "1":
            yield line, tuple(cells)


def _lines(file: DataFile, hits: RowHits, offence: Offence, found: Offences) -> None:
    """The rows of these hits as offences of one kind."""
    for row in hits.first:
        found.add(replace(offence, line=file.line(row)))
    found.add_unseen(offence.rule, hits.count - len(hits.first))


@requirement("001-04")
def test_the_linkage_without_numbers_holds_none(target: Provider, expect: Expect) -> None:
    """001o005 has no 個人番号 column, and no cell of it is a resident's 個人番号."""
    series, numbered = series_of(target), series_of(target, WITH_NUMBER)
    for file in series.files:
        wanted = phrase("no-number-column")
        expect.that(NUMBER not in file.header, "number-column-present", expected=wanted, actual=NUMBER, where=file.name)
        # Twelve digits that hold as a 個人番号 are rare elsewhere; only where they stand are the residents' own looked up.
        suspects = [Suspect(cell=place, pattern=f"^[0-9]{{{KOJINBANGO}}}$") for place in range(len(file.header))]
        seen = [
            (line, column, int(cell))
            for line, cells in file.records(*file.header, suspects=suspects)
            for column, cell in zip(file.header, cells, strict=True)
            if len(cell) == KOJINBANGO and cell.isascii() and cell.isdigit() and is_kojinbango(cell)
        ]
        people = _held(numbered, {number for _, _, number in seen}) if seen else set()
        found = Offences()
        for line, column, number in seen:
            if number in people:
                shown = masked(f"{number:0{KOJINBANGO}d}")
                found.add(Offence(rule="number-leaked", line=line, column=series.names([column]), shown=shown))
        expect_clean(target, expect, file, found, phrase("no-personal-number"))


def _held(series: Series, numbers: set[int]) -> set[int]:
    """Those of the numbers that some resident has."""
    held: set[int] = set()
    for file in series.files:
        for _, (cell,) in file.records(NUMBER, suspects=[Suspect(cell=0, pattern=f"^[0-9]{{{KOJINBANGO}}}$")]):
            if int(cell) in numbers:
                held.add(int(cell))
    return held


@requirement("001-05", linkages=(WITHOUT_NUMBER,))
def test_both_person_linkages_say_the_same(target: Provider, expect: Expect) -> None:
    """The last full 001o005 equals the last full 001o006 without the 個人番号 column."""
    series, other = series_of(target), series_of(target, WITH_NUMBER)
    file, wanted = _last_full(series), _last_full(other)
    left, right = (
        one.ledger_without(frozenset({NUMBER})) if NUMBER in one.header else one.ledger for one in (file, wanted)
    )
    parting = series.tables.state(left).against(series.tables.state(right))
    people, rows = Offences(), Offences()
    for hit in (*parting.extra.first, *parting.missing.first):
        key = "/".join(masked(part) for part in hit.key)
        line = file.line(hit.before) if hit.before >= 0 else 0
        people.add(Offence(rule="people-differ", line=line, shown=key))
    people.add_unseen("people-differ", parting.extra.count + parting.missing.count - people.count)
    expect_clean(target, expect, file, people, phrase("in-both-linkages", first=WITHOUT_NUMBER, second=WITH_NUMBER))
    for number, hit in enumerate(parting.differing.first):
        names = changed_columns((file, hit.before), (wanted, hit.now)) if number < NAMED else []
        shown = series.names([name for name in names if name != NUMBER][:6])
        rows.add(Offence(rule="rows-differ", line=file.line(hit.before), shown=shown))
    rows.add_unseen("rows-differ", parting.differing.count - rows.count)
    expect_clean(target, expect, file, rows, phrase("same-values"))


@requirement("001-05", linkages=(WITH_NUMBER,))
def test_the_linkage_with_numbers_has_their_column(target: Provider, expect: Expect) -> None:
    """001o006 has a 個人番号 column, and some resident has a number."""
    file = _last_full(series_of(target))
    expect.that(
        any(True for _ in _alive(file, NUMBER, suspects=[Suspect(cell=1, pattern=".")])),
        "numbers-absent",
        expected=phrase("some-personal-number"),
        actual=None,
        where=file.name,
    )


@requirement("001-06")
def test_every_history_row_is_whole(target: Provider, expect: Expect) -> None:
    """A row of history is a whole record, not only what changed: name, address and birth survive from row to row."""
    series = series_of(target)
    file, found = _last_full(series), Offences()
    columns = [item.romaji for item in series.items if item.romaji in WHOLE]
    empty = [Suspect(cell=place, pattern="^$") for place, _ in enumerate(columns, start=1)]
    for line, cells in _alive(file, *columns, suspects=empty):
        for column, cell in zip(columns, cells, strict=True):
            if not cell:
                found.add(Offence(rule="history-row-partial", line=line, column=column, shown=phrase("empty")))
    expect_clean(target, expect, file, found, phrase("whole-row"))
    history = file.succession(*((column,) for column in KEPT))
    for place, column in enumerate(KEPT):
        shown = Offence(rule="history-row-partial", line=0, column=column, shown=phrase("empty"))
        _lines(file, history.emptied(place), shown, found)
    expect_clean(target, expect, file, found, phrase("value-of-row-before"))


@requirement("001-07")
def test_one_person_has_one_number(target: Provider, expect: Expect) -> None:
    """The rows of one 個人番号 carry one 宛名番号, through 再転入 and 帰化."""
    file, found = _last_full(series_of(target)), Offences()
    owners = file.owners(NUMBER)
    if not owners.numbers():
        raise Undecided("no-rows", NUMBER)
    hits = owners.shared()
    for row in hits.first:
        shown = masked(file.record(row, PERSON)[PERSON])
        found.add(Offence(rule="person-twice", line=file.line(row), column=PERSON, shown=shown))
    found.add_unseen("person-twice", hits.count - len(hits.first))
    expect_clean(target, expect, file, found, phrase("one-number-per-person"))


@requirement("001-08")
def test_relations_are_spelled_by_the_rule(target: Provider, expect: Expect) -> None:
    """続柄表記 is built of the legal words joined by の; 祖父, 孫, おじ and the like do not occur."""
    for file in series_of(target).files:
        if RELATION not in file.header:
            raise Undecided("no-such-column", RELATION)
        found = Offences()
        wrong = Suspect(cell=0, pattern=f"^(?:{RELATION_FORM})?$", fails=True)
        for line, (cell,) in file.records(RELATION, suspects=[wrong]):
            found.add(Offence(rule="relation-not-by-the-rule", line=line, column=RELATION, shown=_relation(cell)))
        expect_clean(target, expect, file, found, phrase("relation-words"))


def _relation(cell: str) -> str:
    """A 続柄 as it is; what is too long to be one may be anything and is shown by its shape."""
    return cell if len(cell) <= LONGEST_RELATION else masked(cell)


@requirement("001-09")
def test_planned_destination_is_not_overwritten(target: Provider, expect: Expect) -> None:
    """Once 転出先（確定） is there, the row still holds the 転出先（予定） it had before."""
    series = series_of(target)
    file, found = _last_full(series), Offences()
    columns = sorted(item.romaji for item in series.items)
    planned = [name for name in columns if name.startswith(PLANNED) and name.endswith(PLACE)]
    settled = [name for name in columns if name.startswith(SETTLED) and name.endswith(PLACE)]
    if not planned or not settled:
        raise Undecided("no-such-column", "tenshutsusakijusho")
    judged, hits = file.succession(planned, settled).changed(0, once=1)
    _lines(file, hits, Offence(rule="planned-destination-overwritten", line=0, shown=phrase("value-differs")), found)
    expect_clean(target, expect, file, found, phrase("planned-destination-kept"))
    if not judged:
        raise Undecided("no-such-person", phrase("settled-destination"))


@requirement("001-10")
def test_dates_are_in_order(target: Provider, expect: Expect) -> None:
    """届出 is not after the file was made; nor is 異動, except a planned 転出."""
    for file in series_of(target).files:
        made, found = _made(file), Offences()
        planned = [name for name in file.header if name.startswith(PLANNED)]
        dates = ("idotodokedenengappi", "idonengappi", "idonengappi_fushofuragu")
        late = [Suspect(cell=place, after=made) for place in (0, 1)]
        for line, (filed, moved, unknown, *plan) in file.records(*dates, *planned, suspects=late):
            if filed > made:
                found.add(Offence(rule="filed-after-delivery", line=line, column=dates[0], shown=_date(filed)))
            if moved > made and unknown != "1" and not any(plan):
                found.add(Offence(rule="event-after-delivery", line=line, column=dates[1], shown=_date(moved)))
        expect_clean(target, expect, file, found, f"≤ {made}")


def _made(file: DataFile) -> str:
    return dt.datetime.strptime(file.parts.stamp, "%Y%m%d%H%M%S").date().isoformat()


def _date(cell: str) -> str:
    """A date as it is; whatever else stands in its column, by its shape."""
    return cell if re.fullmatch("[0-9-]{1,10}", cell) else masked(cell)


@requirement("001-11")
def test_protection_stays_after_its_end_date(target: Provider, expect: Expect) -> None:
    """A 支援措置 whose end date has passed is still in the next full file, unless a later row decided its end."""
    series = series_of(target)
    spans = series.spans()
    if not spans:
        raise Undecided("no-span", series.linkage)
    judged = 0
    for start, deltas, end in spans:
        given: dict[Key, Protection] = {}
        for file in (start, *deltas):
            given |= {key: (file, line, last) for line, key, last in _protections(file)}
        kept = {key for _, key, _ in _protections(end)}
        newest: dict[str, int] = {}
        for person, number, _ in given:
            newest[person] = max(newest.get(person, 0), _number(number))
        found = Offences()
        for key, (file, line, last) in given.items():
            if "" < last < _made(end) and newest[key[0]] <= _number(key[1]):
                judged += 1
                if key not in kept:
                    shown = at(at_line(file, line), phrase("no-row-with-end", date=_date(last)))
                    found.add(Offence(rule="protection-dropped-at-end-date", line=0, shown=shown))
        expect_clean(target, expect, end, found, phrase("still-in-full"))
    if not judged:
        raise Undecided("no-such-person", phrase("protection-past-its-end"))


def _protections(file: DataFile) -> Iterator[tuple[int, Key, str]]:
    """(line, key, end date) of the 支援措置 in a file that are not deleted."""
    for line, (*key, last) in _alive(file, PERSON, "rirekibango", BEGIN, END):
        yield line, (key[0], key[1], key[2]), last


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@requirement("001-12")
def test_protection_periods_are_sound(target: Provider, expect: Expect) -> None:
    """A 支援措置 has a start date, and its end is not before it."""
    for file in series_of(target).files:
        found = Offences()
        for line, (begin, end) in file.records(BEGIN, END):
            if not begin:
                found.add(Offence(rule="protection-without-start", line=line, column=BEGIN, shown=phrase("empty")))
            if end and begin > end:
                found.add(
                    Offence(
                        rule="protection-ends-before-start",
                        line=line,
                        column=END,
                        expected=f"≥ {_date(begin)}",
                        shown=_date(end),
                    )
                )
        expect_clean(target, expect, file, found, phrase("protection-dates"))


@requirement("001-13")
def test_protected_people_are_in_the_register(target: Provider, expect: Expect) -> None:
    """Every 宛名番号 of 001o009 is a person of 001o006."""
    known = [file.ledger for file in series_of(target, WITH_NUMBER).files]
    for file in series_of(target).files:
        hits, found = file.ledger.strangers(known), Offences()
        for row in hits.first:
            shown = masked(file.record(row, PERSON)[PERSON])
            found.add(Offence(rule="protected-person-unknown", line=file.line(row), column=PERSON, shown=shown))
        found.add_unseen("protected-person-unknown", hits.count - len(hits.first))
        expect_clean(target, expect, file, found, phrase("person-of-linkage", linkage=WITH_NUMBER))
