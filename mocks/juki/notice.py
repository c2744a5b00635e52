"""What 001 tells besides the residents themselves: notices for the family register supplement, and electronic certificates."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from mocks.clock import JST
from mocks.juki.item import NOTICES
from mocks.juki.name import CITY, ELSEWHERE, PREFECTURE
from mocks.juki.resident import DEAD, JAPANESE, MOVED_OUT, REASONS, Resident, Row

Record = dict[str, str]
# What a supplement records: addresses that begin, change or end.
TOLD = frozenset(
    REASONS[name] for name in ("国内転入", "国外転入等", "出生", "転居", "国内転出", "国外転出", "死亡", "職権記載")
)
ABROAD, MOVED = REASONS["国外転出"], REASONS["転居"]
LABELS = frozenset(item.label for item in NOTICES.items)
NEEDED = ("氏名", "生年月日", "性別")
# Certificates that are still valid at the opening were issued since then.
FIRST_ISSUE = date(2021, 6, 1)
ISSUED_OVER_DAYS = 1700
VALID_YEARS = 5
SIGNING, PROVING = "1", "2"
VALID, REVOKED = "1", "2"


def notices(
    one: Resident, moment: datetime, municipality: str, protected: Callable[[str, datetime], bool]
) -> Iterator[Record]:
    """戸籍附票記載事項通知: one for each move of a Japanese resident, sent when it was recorded, never written again."""
    for row in one.rows:
        values = row.values
        told = values.get("異動事由") in TOLD and values.get("住民種別", JAPANESE) == JAPANESE
        if not (told and row.exists(moment) and all(values.get(label) for label in NEEDED)):
            continue
        register = _register(one.number, values.get("世帯番号", ""), municipality)
        yield {
            **{label: value for label, value in values.items() if label in LABELS},
            **register,
            "通知番号": f"{one.number.zfill(15)}{row.rireki:05d}",
            "通知連番": "1",
            "履歴番号": "1",
            "宛名番号": one.number,
            "通知年月日": row.at.date().isoformat(),
            "通知先市区町村コード": register["本籍_市区町村コード"],
            "管内本籍フラグ": "1" if register["本籍_市区町村コード"] == municipality else "0",
            "筆頭者氏名": values["氏名"],
            "国外転出フラグ": "1" if values["異動事由"] == ABROAD else "0",
            "支援措置フラグ": "1" if protected(one.number, row.at) else "0",
            "最新フラグ": "1",
            "操作": row.at.isoformat(),
        }


def _register(number: str, household: str, municipality: str) -> Record:
    """Where the family register is: here for every other household, else at one of the other municipalities."""
    chance = _chance(household or number)
    code, prefecture, city = (municipality, PREFECTURE, CITY) if chance % 2 else ELSEWHERE[chance % len(ELSEWHERE)]
    return {
        "本籍_市区町村コード": code,
        "本籍_都道府県": prefecture,
        "本籍_市区郡町村名": city,
        "本籍_町字": "本町一丁目",
        "本籍_番地号表記": "１番地",
    }


def certificates(one: Resident, moment: datetime) -> Iterator[Record]:
    """番号紐付情報: the certificates of a resident's card; signing ones end with an address, all of them with 転出 or 死亡."""
    left = next((row.at for row in one.rows if _ends(row)), None)
    if _chance(one.number) % 10 >= 7 or not any(row.values.get("個人番号") for row in one.rows):
        return
    drawn = FIRST_ISSUE + timedelta(days=_chance(f"{one.number}/card") % ISSUED_OVER_DAYS)
    start = datetime(drawn.year, drawn.month, drawn.day, 10, 30, tzinfo=JST)
    issued = max(one.rows[0].at + timedelta(days=20), start)
    if left and left <= issued:
        return
    moves = [row.at for row in one.rows if row.values["異動事由"] == MOVED and row.at > issued and not row.gaps]
    for kind in (SIGNING, PROVING):
        again = [at for at in moves if kind == SIGNING and not (left and at >= left)]
        states = [state for state in _states(issued, again, left) if state[0] <= moment]
        for count, (at, number, lost) in enumerate(states, start=1):
            yield {
                "宛名番号": one.number,
                "電子証明書種別": kind,
                "履歴番号": str(count),
                "シリアル番号": f"{kind:0>2}{one.number.zfill(15)}{number:03d}",
                "シリアル番号状態": REVOKED if lost else VALID,
                "発行年月日": (issued if number == 1 else again[number - 2]).date().isoformat(),
                "有効期限": issued.date().replace(year=issued.year + VALID_YEARS, day=min(issued.day, 28)).isoformat(),
                **({"失効年月日": at.date().isoformat()} if lost else {}),
                "最新フラグ": "1" if count == len(states) else "0",
                "操作": at.isoformat(),
            }


def _states(issued: datetime, again: list[datetime], left: datetime | None) -> Iterator[tuple[datetime, int, bool]]:
    """(moment, how many-th certificate, whether it is lost): each new one after the loss of the one before."""
    yield issued, 1, False
    for number, at in enumerate(again, start=1):
        yield at, number, True
        yield at + timedelta(seconds=1), number + 1, False
    if left:
        yield left, len(again) + 1, True


def _ends(row: Row) -> bool:
    return row.values.get("住民状態") in {MOVED_OUT, DEAD} and not row.gaps


def _chance(topic: str) -> int:
    """A number that depends on the topic alone: nothing else of the story moves when a data set is added."""
    return int.from_bytes(hashlib.sha256(topic.encode()).digest()[:4], "big")
