"""The register of residents at a moment: which rows there are, and which is the latest of each 宛名番号."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from mocks.clock import Clock
from mocks.fault import Faults
from mocks.juki.item import CERTIFIED, NOTICED, PROTECTED, Linkage
from mocks.juki.notice import certificates, notices
from mocks.juki.resident import ENDED, REASONS, Protection, Resident, Row
from mocks.juki.story import Story
from mocks.jutogai.number import key

Record = dict[str, str]
OPERATOR = "JUKI01"


class Residency:
    """One town's residents and protections, read at any moment of its history."""

    def __init__(self, *, seed: int, municipality: str, population: int, clock: Clock, fault: Faults) -> None:
        self._municipality = municipality
        self._clock = clock
        self._fault = fault
        self._story = Story(seed=seed, municipality=municipality, population=population)
        self._story.play()

    def has(self, number: str) -> bool:
        """Whether the number is or was a 住民's by now."""
        one = self._story.life.residents.get(key(number))
        return one is not None and bool(one.rows) and one.rows[0].at <= self._clock.now

    def numbers(self) -> Iterator[str]:
        """Every 宛名番号 that is or was a 住民's by now."""
        return (one.number for one in self._story.life.residents.values() if self.has(one.number))

    def records(self, linkage: Linkage, moment: datetime) -> Iterator[Record]:
        """The rows of a linkage at that moment, by label, in the order of their keys."""
        if linkage.group == PROTECTED:
            yield from self._protected(moment)
            return
        if linkage.group in (NOTICED, CERTIFIED):
            yield from self._told(linkage, moment)
            return
        for place in sorted(self._story.life.residents):
            yield from self._resident(self._story.life.residents[place], moment)

    # 住民情報.

    def _resident(self, one: Resident, moment: datetime) -> Iterator[Record]:
        rows = [row for row in one.rows if row.exists(moment)]
        if self._fault("cancellation_overwrites"):
            rows = _overwritten(rows)
        if self._fault("returning_resident_renumbered"):
            former, rows = _returned(rows)
            for row in former:
                yield self._full(row, latest=row is former[-1])
        for row in rows:
            yield self._full(row, latest=row is rows[-1])

    def _full(self, row: Row, *, latest: bool) -> Record:
        record = {
            **row.values,
            "市区町村コード": self._municipality,
            "宛名番号": row.number,
            "個人履歴番号": str(row.rireki),
            "個人履歴番号_枝番": str(row.edaban),
            "最新フラグ": "1" if latest else "0",
            "削除フラグ": "0",
            **_operation(row.at),
        }
        return self._spoiled(record, row)

    def _spoiled(self, record: Record, row: Row) -> Record:
        """The row as a vendor with one of the residents' defects keeps it."""
        if self._fault("planned_destination_overwritten"):
            record |= _planned_from_confirmed(record)
        if self._fault("history_rows_sparse") and row.rireki > 1:
            record = {label: value for label, value in record.items() if not label.startswith(("住所_", "生年月日"))}
        if self._fault("relationship_word_unlisted") and record.get("続柄表記") == "子の子の子の子":
            record["続柄表記"] = "玄孫"
        if self._fault("event_date_in_future") and record["異動事由"] == REASONS["転居"]:
            record["異動年月日"] = record["異動届出年月日"] = "2031-01-01"
        return record

    # 戸籍附票記載事項通知 and 番号紐付情報: what is made of the residents' rows.

    def _told(self, linkage: Linkage, moment: datetime) -> Iterator[Record]:
        for place in sorted(self._story.life.residents):
            one = self._story.life.residents[place]
            if not one.rows:
                continue
            if linkage.group == NOTICED:
                records = notices(one, moment, self._municipality, self._is_protected)
            else:
                records = certificates(one, moment)
            for record in records:
                at = datetime.fromisoformat(record.pop("操作"))
                yield {"市区町村コード": self._municipality, **record, "削除フラグ": "0", **_operation(at)}

    def _is_protected(self, number: str, at: datetime) -> bool:
        """Whether a protection stood when something was told."""
        known = [one for one in self._story.life.protections if one.number == number and one.at <= at]
        return bool(known) and known[-1].kind != ENDED

    # 支援措置対象者情報. 一時解除 is not in it: it is known in 001 only.

    def _protected(self, moment: datetime) -> Iterator[Record]:
        known = [one for one in self._story.life.protections if one.at <= moment]
        if self._fault("protection_dropped_after_end"):
            known = [one for one in known if one.kind == ENDED or one.end >= moment.date()]
        last = {one.number: one.rireki for one in known}
        for one in sorted(known, key=lambda row: (key(row.number), row.rireki)):
            yield self._protection(one, moment, latest=last[one.number] == one.rireki)

    def _protection(self, one: Protection, moment: datetime, *, latest: bool) -> Record:
        start, end = one.start, one.end
        if self._fault("temporary_lift_leaked"):
            end = min([end, *(at.date() for at, who in self._story.lifts if who.number == one.number and at <= moment)])
        if self._fault("protection_period_reversed"):
            start, end = end, start
        number = one.number
        if self._fault("protected_number_unknown"):
            number = "7" + number.zfill(15)[1:]
        return {
            "市区町村コード": self._municipality,
            "宛名番号": number,
            "履歴番号": str(one.rireki),
            "支援措置開始年月日": _iso(start),
            "支援措置終了年月日": _iso(end),
            "支援措置区分": one.kind,
            "最新フラグ": "1" if latest else "0",
            "削除フラグ": "0",
            **_operation(one.at),
        }


def _overwritten(rows: list[Row]) -> list[Row]:
    """A cancellation written over the row that it cancels, instead of after it."""
    kept: list[Row] = []
    for row in rows:
        cancels = row.values["異動事由"] == REASONS["異動の取消し（修正）"]
        kept.append(replace(row, rireki=kept.pop().rireki) if cancels else row)
    return kept


def _returned(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows before and after a 再転入, the latter under another number and counted from 1."""
    back = [place for place, row in enumerate(rows) if place and row.values["異動事由"] == REASONS["国内転入"]]
    if not back:
        return [], rows
    later = [
        replace(row, number="9" + row.number.zfill(15)[1:], rireki=count)
        for count, row in enumerate(rows[back[0] :], start=1)
    ]
    return rows[: back[0]], later


def _iso(day: date) -> str:
    return day.isoformat()


def _operation(at: datetime) -> Record:
    return {"操作者ID": OPERATOR, "操作年月日": at.date().isoformat(), "操作時刻": at.strftime("%H:%M:%S")}


def _planned_from_confirmed(record: Record) -> Record:
    confirmed = {label: value for label, value in record.items() if label.startswith("転出先住所（確定）")}
    return {label.replace("確定", "予定"): value for label, value in confirmed.items()}
