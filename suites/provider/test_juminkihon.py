"""住民基本台帳 (001): 個人番号 only where it belongs, one number per person, 続柄, 支援措置 kept until decided."""

from __future__ import annotations

import datetime as dt
import re

from renkei.kit import (
    DELETED,
    Expect,
    Provider,
    Record,
    Series,
    Undecided,
    is_kojinbango,
    masked,
    requirement,
    series_of,
)

WITH_NUMBER = "001o006"
WITHOUT_NUMBER = "001o005"
PERSON = "atenabango"
NUMBER = "kojinbango"
RELATION = "tsuzukigarahyoki"
# 住民記録システム標準仕様書 1.1.11: the words a 続柄 is built of, joined by の over at most four generations.
WORDS = "世帯主|夫|妻|夫（未届）|妻（未届）|子|子（子の夫）|子（子の妻）|父|母|兄|姉|弟|妹|縁故者|同居人"
RELATION_FORM = re.compile(f"(?:{WORDS})(?:の(?:{WORDS})){{0,3}}")
OUTSIDE = "国内転出|国外転出"


def _last_full(series: Series) -> tuple[str, list[Record]]:
    full = series.of_kind("zenken")
    if not full:
        raise Undecided("no-full", series.linkage)
    return full[-1].name, [record for record in full[-1].table.records() if record.get(DELETED) != "1"]


@requirement("001-04")
def test_the_linkage_without_numbers_holds_none(target: Provider, expect: Expect) -> None:
    """001o005 has no 個人番号 column, and no cell of it is a resident's 個人番号."""
    people = {r[NUMBER] for file in series_of(target, WITH_NUMBER).files for r in file.table.records() if r.get(NUMBER)}
    for file in series_of(target).files:
        expect.that(
            NUMBER not in file.table.header, "number-column-present", expected="-", actual=NUMBER, where=file.name
        )
        for row, line in zip(file.table.rows, file.table.lines, strict=True):
            leaks = [
                name
                for name, cell in zip(file.table.header, row, strict=False)
                if is_kojinbango(cell) and cell in people
            ]
            expect.that(
                not leaks, "number-leaked", expected="個人番号なし", actual=leaks, where=f"{file.name} line {line}"
            )


@requirement("001-05", linkages=(WITHOUT_NUMBER,))
def test_both_person_linkages_say_the_same(target: Provider, expect: Expect) -> None:
    """The last full 001o005 equals the last full 001o006 without the 個人番号 column."""
    name, without = _last_full(series_of(target))
    _, with_number = _last_full(series_of(target, WITH_NUMBER))
    key = series_of(target).key
    left = {key(record): record for record in without}
    right = {key(record): {n: v for n, v in record.items() if n != NUMBER} for record in with_number}
    expect.that(left.keys() == right.keys(), "people-differ", expected=len(right), actual=len(left), where=name)
    differing = [k for k in left if {n: v for n, v in left[k].items() if n != NUMBER} != right[k]]
    columns = sorted({n for k in differing[:50] for n in left[k] if left[k][n] != right[k].get(n)})
    expect.that(
        not differing,
        "rows-differ",
        expected="同じ値",
        actual=f"{len(differing)} 行 {series_of(target).names(columns[:6])}",
        where=name,
    )


@requirement("001-05", linkages=(WITH_NUMBER,))
def test_the_linkage_with_numbers_has_their_column(target: Provider, expect: Expect) -> None:
    """001o006 has a 個人番号 column, and some resident has a number."""
    name, records = _last_full(series_of(target))
    expect.that(
        any(record.get(NUMBER) for record in records), "numbers-absent", expected="個人番号", actual="-", where=name
    )


@requirement("001-06")
def test_every_history_row_is_whole(target: Provider, expect: Expect) -> None:
    """A row of history is a whole record, not only what changed: name, address and birth survive from row to row."""
    name, records = _last_full(series_of(target))
    whole = ("shikuchosonkodo", "setaibango", "juminshubetsu", "juminjotai", "idonengappi", "idojiyu")
    columns = [item.romaji for item in series_of(target).items if item.romaji in whole]
    for record in records:
        empty = [column for column in columns if not record.get(column)]
        expect.that(
            not empty,
            "history-row-partial",
            expected="全項目",
            actual=empty,
            where=f"{name} {masked(record.get(PERSON, ''))}",
        )
    judged = _kept_values(records, ("shimei", "seinengappi", "jusho_todofuken"))
    expect.that(not judged, "history-row-partial", expected="前の行の値", actual=judged, where=name)


def _kept_values(records: list[Record], columns: tuple[str, ...]) -> str:
    """The first column that is filled on a person's row and empty on the next one."""
    before: dict[str, Record] = {}
    for record in sorted(records, key=lambda r: (r.get(PERSON, ""), r.get("kojinrirekibango", "").zfill(6))):
        last = before.get(record.get(PERSON, ""))
        if last:
            for column in columns:
                if last.get(column) and not record.get(column):
                    return column
        before[record.get(PERSON, "")] = record
    return ""


@requirement("001-07")
def test_one_person_has_one_number(target: Provider, expect: Expect) -> None:
    """The rows of one 個人番号 carry one 宛名番号, through 再転入 and 帰化."""
    name, records = _last_full(series_of(target))
    owners: dict[str, set[str]] = {}
    for record in records:
        if record.get(NUMBER):
            owners.setdefault(record[NUMBER], set()).add(record.get(PERSON, ""))
    if not owners:
        raise Undecided("no-rows", NUMBER)
    for numbers in owners.values():
        shown = [masked(number) for number in sorted(numbers)]
        expect.that(len(numbers) == 1, "person-twice", expected="宛名番号 1 つ", actual=shown, where=name)


@requirement("001-08")
def test_relations_are_spelled_by_the_rule(target: Provider, expect: Expect) -> None:
    """続柄表記 is built of the legal words joined by の; 祖父, 孫, おじ and the like do not occur."""
    for file in series_of(target).files:
        if RELATION not in file.table.header:
            raise Undecided("no-such-column", RELATION)
        for cell in sorted(set(file.table.column(RELATION)) - {""}):
            legal = bool(RELATION_FORM.fullmatch(cell))
            expect.that(
                legal,
                "relation-not-by-the-rule",
                expected="世帯主・夫・妻・子・父・母…（「の」で4代まで）",
                actual=cell,
                where=file.name,
            )


@requirement("001-09")
def test_planned_destination_is_not_overwritten(target: Provider, expect: Expect) -> None:
    """Once 転出先（確定） is there, the row still holds the 転出先（予定） it had before."""
    name, records = _last_full(series_of(target))
    columns = {item.romaji for item in series_of(target).items}
    planned = sorted(
        c
        for c in columns
        if c.startswith("tenshutsusakijusho_yotei") and c.endswith(("todofuken", "shikugunchosonmei"))
    )
    settled = sorted(
        c
        for c in columns
        if c.startswith("tenshutsusakijusho_kakutei") and c.endswith(("todofuken", "shikugunchosonmei"))
    )
    if not planned or not settled:
        raise Undecided("no-such-column", "tenshutsusakijusho")
    judged = 0
    history: dict[str, Record] = {}
    for record in sorted(records, key=lambda r: (r.get(PERSON, ""), r.get("kojinrirekibango", "").zfill(6))):
        before = history.get(record.get(PERSON, ""))
        if before and any(record.get(c) for c in settled) and any(before.get(c) for c in planned):
            judged += 1
            same = all(record.get(c) == before.get(c) for c in planned)
            expect.that(
                same,
                "planned-destination-overwritten",
                expected="転出先（予定）のまま",
                actual="変わった",
                where=f"{name} {masked(record.get(PERSON, ''))}",
            )
        history[record.get(PERSON, "")] = record
    if not judged:
        raise Undecided("no-such-person", "転出先（確定）")


@requirement("001-10")
def test_dates_are_in_order(target: Provider, expect: Expect) -> None:
    """届出 is not after the file was made; nor is 異動, except a planned 転出."""
    series = series_of(target)
    for file in series.files:
        made = dt.datetime.strptime(file.parts.stamp, "%Y%m%d%H%M%S").date().isoformat()
        for record, line in zip(file.table.records(), file.table.lines, strict=True):
            where = f"{file.name} line {line}"
            filed, moved = record.get("idotodokedenengappi", ""), record.get("idonengappi", "")
            expect.that(filed <= made, "filed-after-delivery", expected=f"≤ {made}", actual=filed, where=where)
            planned = any(record.get(n) for n in record if n.startswith("tenshutsusakijusho_yotei"))
            unknown = record.get("idonengappi_fushofuragu") == "1"
            expect.that(
                planned or unknown or moved <= made,
                "event-after-delivery",
                expected=f"≤ {made}",
                actual=moved,
                where=where,
            )


@requirement("001-11")
def test_protection_stays_after_its_end_date(target: Provider, expect: Expect) -> None:
    """A 支援措置 whose end date has passed is still in the next full file, unless a later row decided its end."""
    series = series_of(target)
    spans = series.spans()
    if not spans:
        raise Undecided("no-span", series.linkage)
    for start, deltas, end in spans:
        made = f"{end.parts.stamp[:4]}-{end.parts.stamp[4:6]}-{end.parts.stamp[6:8]}"
        given = series.full(start)
        for delta in deltas:
            given |= {series.key(r): r for r in delta.table.records() if r.get(DELETED) != "1"}
        final = series.full(end)
        for key, record in given.items():
            last = record.get("shiensochishuryonengappi", "")
            decided = any(_later(other, record) for other in given.values())
            if "" < last < made and not decided:
                expect.that(
                    key in final,
                    "protection-dropped-at-end-date",
                    expected="全件に残る",
                    actual=f"終了日 {last} の行がない",
                    where=end.name,
                )
    if not expect.assertions:
        raise Undecided("no-such-person", "終了日を過ぎた支援措置")


def _later(other: Record, record: Record) -> bool:
    """Whether ``other`` is a later history row of the same person."""
    same = other.get(PERSON) == record.get(PERSON)
    return same and int(other.get("rirekibango") or 0) > int(record.get("rirekibango") or 0)


@requirement("001-12")
def test_protection_periods_are_sound(target: Provider, expect: Expect) -> None:
    """A 支援措置 has a start date, and its end is not before it."""
    for file in series_of(target).files:
        for record, line in zip(file.table.records(), file.table.lines, strict=True):
            begin, end = record.get("shiensochikaishinengappi", ""), record.get("shiensochishuryonengappi", "")
            where = f"{file.name} line {line}"
            expect.that(
                bool(begin), "protection-without-start", expected="支援措置開始年月日", actual="空", where=where
            )
            expect.that(
                not end or begin <= end, "protection-ends-before-start", expected=f"≥ {begin}", actual=end, where=where
            )


@requirement("001-13")
def test_protected_people_are_in_the_register(target: Provider, expect: Expect) -> None:
    """Every 宛名番号 of 001o009 is a person of 001o006."""
    people = {r.get(PERSON) for file in series_of(target, WITH_NUMBER).files for r in file.table.records()}
    for file in series_of(target).files:
        for record, line in zip(file.table.records(), file.table.lines, strict=True):
            known = record.get(PERSON) in people
            expect.that(
                known,
                "protected-person-unknown",
                expected="001o006 にある",
                actual=masked(record.get(PERSON, "")),
                where=f"{file.name} line {line}",
            )
