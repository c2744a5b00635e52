"""住民基本台帳 (001): 個人番号 only where it belongs, one number per person, 続柄, 支援措置 kept until decided."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator

from renkei.kit import (
    DELETED,
    PERSON,
    DataFile,
    Expect,
    Offence,
    Offences,
    Provider,
    Series,
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
RELATION_FORM = re.compile(f"(?:{WORDS})(?:の(?:{WORDS})){{0,3}}")
KOJINBANGO = 12
BEGIN, END = "shiensochikaishinengappi", "shiensochishuryonengappi"
# 宛名番号, 履歴番号 and start of a 支援措置; where it stands and when it ends.
Key = tuple[str, str, str]
Protection = tuple[DataFile, int, str]
WHOLE = ("shikuchosonkodo", "setaibango", "juminshubetsu", "juminjotai", "idonengappi", "idojiyu")
KEPT = ("shimei", "seinengappi", "jusho_todofuken")
PLANNED, SETTLED = "tenshutsusakijusho_yotei", "tenshutsusakijusho_kakutei"
LONGEST_RELATION = 20
REMEMBERED = 10_000
PLACE = ("todofuken", "shikugunchosonmei")
# So many of the differing rows are named with the columns in which they differ.
NAMED = 20


def _last_full(series: Series) -> DataFile:
    full = series.of_kind("zenken")
    if not full:
        raise Undecided("no-full", series.linkage)
    return full[-1]


def _alive(file: DataFile, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, cells of these columns) of the rows that are not deleted."""
    for line, (deleted, *cells) in file.records(DELETED, *columns):
        if deleted != "1":
            yield line, tuple(cells)


def _history(series: Series, file: DataFile, *columns: str) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """(line, cells before, cells now) of every row with a row before it in the same person's history."""
    rows = sorted(
        (person, number.zfill(6), line, tuple(cells))
        for line, (person, number, *cells) in _alive(file, PERSON, series.serial, *columns)
    )
    for (owner, _, _, before), (person, _, line, now) in itertools.pairwise(rows):
        if owner == person:
            yield line, before, now


@requirement("001-04")
def test_the_linkage_without_numbers_holds_none(target: Provider, expect: Expect) -> None:
    """001o005 has no 個人番号 column, and no cell of it is a resident's 個人番号."""
    people = {cell for file in series_of(target, WITH_NUMBER).files for _, (cell,) in file.records(NUMBER) if cell}
    series = series_of(target)
    for file in series.files:
        wanted = phrase("no-number-column")
        expect.that(NUMBER not in file.header, "number-column-present", expected=wanted, actual=NUMBER, where=file.name)
        found = Offences()
        for line, cells in file.records(*file.header):
            for column, cell in zip(file.header, cells, strict=True):
                if len(cell) == KOJINBANGO and cell in people and is_kojinbango(cell):
                    shown = series.names([column])
                    found.add(Offence(rule="number-leaked", line=line, column=shown, shown=masked(cell)))
        expect_clean(target, expect, file, found, phrase("no-personal-number"))


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
        any(cell for _, (cell,) in _alive(file, NUMBER)),
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
    for line, cells in _alive(file, *columns):
        for column, cell in zip(columns, cells, strict=True):
            if not cell:
                found.add(Offence(rule="history-row-partial", line=line, column=column, shown=phrase("empty")))
    expect_clean(target, expect, file, found, phrase("whole-row"))
    for line, before, now in _history(series, file, *KEPT):
        for column, was, cell in zip(KEPT, before, now, strict=True):
            if was and not cell:
                found.add(Offence(rule="history-row-partial", line=line, column=column, shown=phrase("empty")))
    expect_clean(target, expect, file, found, phrase("value-of-row-before"))


@requirement("001-07")
def test_one_person_has_one_number(target: Provider, expect: Expect) -> None:
    """The rows of one 個人番号 carry one 宛名番号, through 再転入 and 帰化."""
    file, found = _last_full(series_of(target)), Offences()
    owners: dict[str, str] = {}
    for line, (number, person) in _alive(file, NUMBER, PERSON):
        if number and owners.setdefault(number, person) != person:
            found.add(Offence(rule="person-twice", line=line, column=PERSON, shown=masked(person)))
    if not owners:
        raise Undecided("no-rows", NUMBER)
    expect_clean(target, expect, file, found, phrase("one-number-per-person"))


@requirement("001-08")
def test_relations_are_spelled_by_the_rule(target: Provider, expect: Expect) -> None:
    """続柄表記 is built of the legal words joined by の; 祖父, 孫, おじ and the like do not occur."""
    for file in series_of(target).files:
        if RELATION not in file.header:
            raise Undecided("no-such-column", RELATION)
        found, known = Offences(), {"": True}
        for line, (cell,) in file.records(RELATION):
            if cell not in known and len(known) < REMEMBERED:
                known[cell] = bool(RELATION_FORM.fullmatch(cell))
            if not (known[cell] if cell in known else RELATION_FORM.fullmatch(cell)):
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
    judged = 0
    for line, before, now in _history(series, file, *planned, *settled):
        was, plan = before[: len(planned)], now[: len(planned)]
        if any(now[len(planned) :]) and any(was):
            judged += 1
            if plan != was:
                found.add(Offence(rule="planned-destination-overwritten", line=line, shown=phrase("value-differs")))
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
        for line, (filed, moved, unknown, *plan) in file.records(*dates, *planned):
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
    people = {person for file in series_of(target, WITH_NUMBER).files for _, (person,) in file.records(PERSON)}
    for file in series_of(target).files:
        found = Offences()
        for line, (person,) in file.records(PERSON):
            if person not in people:
                found.add(Offence(rule="protected-person-unknown", line=line, column=PERSON, shown=masked(person)))
        expect_clean(target, expect, file, found, phrase("person-of-linkage", linkage=WITH_NUMBER))
