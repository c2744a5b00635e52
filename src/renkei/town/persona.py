"""The hard cases that are always in the town: 35 personas, each tied to a rule of the standard.

Nothing else happens to their households. ``Person.persona`` and ``Outsider.persona`` carry the number, so that the sources
of other systems can give them what their case needs (27 未申告, 29 保護停止 …).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from renkei.town import name
from renkei.town.life import CHILD, HEAD, OTHER, WIFE, Life
from renkei.town.person import FEMALE, FOREIGNER, JAPANESE, MALE, Household, Person, Values

ARRIVED = dt.datetime(2019, 4, 1, 10)
# The days of the deltas (see renkei.town.pack): what happens then reaches consumers as a delta.
DELTA = dt.datetime(2026, 3, 10, 10)
LONG_BUILDING = "連携第一特別高層住宅団地" * 25


def enter(life: Life) -> None:
    """All of them, with everything that happens to them."""
    for act in (
        _names,
        _foreigners,
        _dates,
        _households,
        _moves,
        _protected,
        _places,
        _taxed,
        _insured,
        _family,
        _again,
    ):
        act(life)
    _strangers(life)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """How somebody comes: when, into whose household (None: one of one's own) and with which values."""

    at: dt.datetime = ARRIVED
    home: Household | None = None
    relation: tuple[str, str] = HEAD
    own: str = ""
    changes: Values = field(default_factory=dict)


def _come(
    life: Life, number: int, surname: tuple[str, str], given: tuple[str, str], sex: str, born: dt.date, **how: Any
) -> Person:
    """Somebody moves in; ``how`` are the members of :class:`_Arrival`."""
    arrival = _Arrival(**how)
    one = life.person(sex, born, surname, given, arrival.own)
    one.persona = number
    home = arrival.home or life.household(scripted=True)
    life.enter(arrival.at, one, home, arrival.relation, "国内転入", life.from_elsewhere() | arrival.changes)
    return one


def _names(life: Life) -> None:
    _come(life, 1, ("基準", "キジュン"), ("太郎", "タロウ"), MALE, dt.date(1964, 7, 1))
    building = {"jusho_katagaki": LONG_BUILDING, "jusho_katagaki_furigana": "レンケイダイイチ"}
    _come(life, 2, ("辻󠄀", "ツジ"), ("一樹", "カズキ"), MALE, dt.date(1969, 9, 9), changes=building)
    _come(life, 3, ("\U0010de92田", "ガイジダ"), ("夏子", "ナツコ"), FEMALE, dt.date(1975, 6, 15))
    _come(life, 3, ("𠮷野", "ヨシノ"), ("𩸽子", "ホッコ"), FEMALE, dt.date(1977, 2, 3))
    former = _come(life, 6, ("高瀬", "タカセ"), ("恵子", "ケイコ"), FEMALE, dt.date(1983, 5, 5))
    kept = {"kyuuji": "橋本", "kyuuji_furigana": "ハシモト"}
    life.record(dt.datetime(2020, 11, 2, 9, 30), former, "旧氏の記載", kept)


def _foreigner(life: Life, number: int, born: dt.date, facts: Values) -> Person:
    one = life.person(MALE, born, ("", ""), ("", ""))
    one.persona, one.foreign = number, True
    status = {"juminshubetsu": FOREIGNER, "dai30jo45kiteikubun": "01", "zairyukikannomanryonohi": "2028-03-31"}
    life.enter(ARRIVED, one, life.household(scripted=True), HEAD, "国外転入等", status | facts)
    return one


def _foreigners(life: Life) -> None:
    roman = ("ＭＡＸＩＭＩＬＩＡＮＯ　" * 12)[:99] + "Ｓ"
    only = {"shimei": roman, "shimei_gaikokujinromaji": roman, "shimeiyusenkubun": "04", "shimei_yusen": roman}
    _foreigner(life, 4, dt.date(1990, 1, 31), only | {"kokusekito_kokumeikodo": "076", "kokusekimeito": "ブラジル"})
    both = {
        "shimei": "張　玉蓮", "shimei_gaikokujinromaji": "ＺＨＡＮＧ　ＹＵＬＩＡＮ", "shimei_gaikokujinkanji": "張　玉蓮",
        "kokusekito_kokumeikodo": "156", "kokusekimeito": "中国", "shimeiyusenkubun": "01", "shimei_yusen": "張　玉蓮",
    }  # fmt: skip
    one = _foreigner(life, 5, dt.date(1985, 8, 20), both)
    alias = {
        "tsusho": "田中　花子",
        "tsusho_furigana": "タナカ　ハナコ",
        "shimeiyusenkubun": "02",
        "shimei_yusen": "田中　花子",
    }
    life.record(dt.datetime(2020, 6, 1, 11), one, "通称の記載", alias)
    _naturalised(life)


def _naturalised(life: Life) -> None:
    """16: 帰化 — the foreigner's row ends and a Japanese one begins, under the same numbers (4.5.3)."""
    facts = {
        "shimei": "ＫＩＭ　ＭＩＮＪＵＮ", "shimei_gaikokujinromaji": "ＫＩＭ　ＭＩＮＪＵＮ", "shimeiyusenkubun": "04",
        "shimei_yusen": "ＫＩＭ　ＭＩＮＪＵＮ", "kokusekito_kokumeikodo": "410", "kokusekimeito": "韓国",
    }  # fmt: skip
    one = _foreigner(life, 16, dt.date(1980, 3, 3), facts)
    foreign = ("shimei_gaikokujinromaji", "kokusekito_kokumeikodo", "kokusekimeito", "dai30jo45kiteikubun")
    since = one.values["gaikokujinjumintonattanengappi"]
    one.foreign, one.surname, one.given = False, ("金本", "カネモト"), ("民順", "ミンジュン")
    changes = {
        "juminshubetsu": JAPANESE, **dict.fromkeys(foreign, ""), "zairyukikannomanryonohi": "", **life.named(one),
        "jumintonattanengappi": since, "jumintonattanengappi_fushofuragu": "0",
    }  # fmt: skip
    life.record(dt.datetime(2024, 9, 2, 10), one, "職権記載（帰化等）", changes)


def _dates(life: Life) -> None:
    odd = _come(life, 8, ("閏間", "ウルマ"), ("豊", "ユタカ"), MALE, dt.date(1967, 2, 28))
    odd.rows[-1].values["seinengappi"] = "1967-02-29"
    unknown = _come(life, 9, ("年頃", "トシゴロ"), ("静", "シズカ"), FEMALE, dt.date(1932, 1, 1))
    words = {"seinengappi_fushofuragu": "1", "seinengappi_fushohyoki": "昭和７年頃"}
    unknown.rows[-1].values.update(words)
    _come(life, 10, ("元号", "ガンゴウ"), ("大正", "タイショウ"), MALE, dt.date(1926, 12, 25))
    _come(life, 10, ("明治", "メイジ"), ("末子", "スエコ"), FEMALE, dt.date(1912, 7, 30))
    gone = _come(life, 11, ("頃間", "コロマ"), ("渡", "ワタル"), MALE, dt.date(1941, 12, 8))
    life.death(dt.datetime(2025, 11, 20, 14), gone, "令和７年１１月１日頃から１０日頃までの間")


def _households(life: Life) -> None:
    head = _come(life, 12, ("系代", "ケイダイ"), ("千代", "チヨ"), FEMALE, dt.date(1931, 4, 4))
    home = head.home
    chain = _come(life, 12, ("系代", "ケイダイ"), ("玄", "ゲン"), MALE, dt.date(2012, 5, 6), home=home, relation=CHILD)
    four = dict(zip([f"tsuzukigarakodo{place}" for place in range(1, 5)], ["06"] * 4, strict=True))
    chain.rows[-1].values.update(four | {"tsuzukigarahyoki": "子の子の子の子"})
    _come(life, 12, ("系代", "ケイダイ"), ("来", "ライ"), MALE, dt.date(2018, 7, 7), home=home, relation=OTHER)
    father = _come(life, 13, ("主不在", "シュフザイ"), ("清", "キヨシ"), MALE, dt.date(1944, 2, 2))
    assert father.home is not None
    mother = _come(
        life,
        13,
        ("主不在", "シュフザイ"),
        ("和子", "カズコ"),
        FEMALE,
        dt.date(1947, 3, 3),
        home=father.home,
        relation=WIFE,
    )
    father.spouse, mother.spouse = mother, father
    father.home.headless = True
    life.death(dt.datetime(2026, 2, 12, 15), father)
    none = {**{f"tsuzukigarakodo{place}": "" for place in range(1, 5)}, "tsuzukigarahyoki": ""}
    life.record(dt.datetime(2026, 2, 12, 15, 5), mother, "世帯主変更", none)


def _moves(life: Life) -> None:
    undecided = _come(life, 14, ("予定", "ヨテイ"), ("取消", "トリケシ"), MALE, dt.date(1992, 10, 10))
    life.announce_leaving(dt.datetime(2026, 2, 20, 9, 30), undecided, dt.date(2026, 4, 15))
    life.cancel_leaving(DELTA, undecided)
    again = _come(life, 15, ("再転", "サイテン"), ("入", "イリ"), FEMALE, dt.date(1988, 1, 20))
    life.announce_leaving(dt.datetime(2022, 3, 20, 10), again, dt.date(2022, 3, 31))
    life.leave(dt.datetime(2022, 3, 31, 10), again)
    life.come_back(dt.datetime(2025, 4, 2, 10), again)
    assert again.home is not None
    again.home.scripted = True
    ward = _come(life, 25, ("区間", "クカン"), ("移", "ウツル"), MALE, dt.date(1979, 9, 19))
    number = life.household(scripted=True).number
    life.record(
        dt.datetime(2023, 10, 2, 10), ward, "世帯変更", {"setaibango": number, "shiteitoshi_gyoseikutokodo": "002"}
    )


def _protected(life: Life) -> None:
    applicant = _come(life, 17, ("守田", "モリタ"), ("秘子", "ヒメコ"), FEMALE, dt.date(1991, 11, 11))
    child = _come(
        life, 19, ("守田", "モリタ"), ("蓮", "レン"), MALE, dt.date(2019, 6, 6), home=applicant.home, relation=CHILD
    )
    child.mother = applicant
    life.protect(dt.datetime(2025, 9, 1, 13), (applicant, child), dt.date(2025, 9, 1), dt.date(2026, 8, 31))
    life.lifts.append((dt.datetime(2026, 3, 9, 9), applicant))
    past = _come(life, 18, ("期過", "キスギ"), ("葵", "アオイ"), FEMALE, dt.date(1986, 6, 16))
    life.protect(dt.datetime(2025, 4, 1, 10), (past,), dt.date(2025, 4, 1), dt.date(2026, 3, 31))
    before = _come(life, 20, ("仮屋", "カリヤ"), ("澪", "ミオ"), FEMALE, dt.date(1995, 5, 25))
    life.protect(DELTA, (before,), dt.date(2026, 3, 10), dt.date(2027, 3, 9), "2")
    longer = _come(life, 20, ("延長", "エンチョウ"), ("翠", "ミドリ"), FEMALE, dt.date(1982, 12, 2))
    life.protect(dt.datetime(2025, 3, 20, 10), (longer,), dt.date(2025, 3, 20), dt.date(2026, 3, 19))
    life.protect(dt.datetime(2026, 3, 12, 10), (longer,), dt.date(2026, 3, 20), dt.date(2027, 3, 19))
    ended = _come(life, 20, ("終了", "シュウリョウ"), ("真理", "マリ"), FEMALE, dt.date(1978, 8, 8))
    life.protect(dt.datetime(2025, 1, 10, 10), (ended,), dt.date(2025, 1, 10), dt.date(2026, 1, 9))
    life.protect(dt.datetime(2026, 1, 15, 10), (ended,), dt.date(2025, 1, 10), dt.date(2026, 1, 9), "3")


def _places(life: Life) -> None:
    nowhere = {"jusho_choazakodo": "0000000", "jusho_choaza": "", "jusho_banchigohyoki": "１２３４番地"}
    _come(life, 26, ("無字", "ムアザ"), ("一", "ハジメ"), MALE, dt.date(1958, 8, 18), changes=nowhere)
    unlisted = {"jusho_choazakodo": "9999999", "jusho_choaza": "大字旧村字未登録"}
    _come(life, 26, ("未登", "ミト"), ("二葉", "フタバ"), FEMALE, dt.date(1962, 2, 22), changes=unlisted)
    _come(life, 31, ("移行", "イコウ"), ("短", "タン"), MALE, dt.date(1950, 5, 5), own="123")
    _come(life, 32, ("余一", "ヨイチ"), ("検", "ケン"), MALE, dt.date(1956, 6, 6), own="000000000000060")
    _come(life, 33, ("共有", "キョウユウ"), ("土男", "ツチオ"), MALE, dt.date(1953, 3, 13))


def _taxed(life: Life) -> None:
    _come(life, 27, ("未申", "ミシン"), ("告", "コク"), MALE, dt.date(1984, 4, 14))
    _come(life, 28, ("他団", "タダン"), ("体", "タイ"), MALE, dt.date(1987, 7, 17), at=dt.datetime(2025, 2, 3, 11))


def _insured(life: Life) -> None:
    _come(life, 29, ("生保", "セイホ"), ("停", "テイ"), MALE, dt.date(1970, 10, 20))
    _come(life, 30, ("後期", "コウキ"), ("移", "ウツリ"), FEMALE, dt.date(1951, 3, 1))


def _family(life: Life) -> None:
    mother = _come(life, 7, ("未定", "ミテイ"), ("愛", "アイ"), FEMALE, dt.date(1998, 9, 9))
    assert mother.home is not None
    born = life.birth(DELTA, mother.home, mother, unnamed=True)
    born.persona = 7
    parent = _come(
        life, 34, ("接種", "セッシュ"), ("恵", "メグミ"), FEMALE, dt.date(1993, 3, 23), at=dt.datetime(2026, 1, 20, 10)
    )
    infant = _come(
        life, 34, ("接種", "セッシュ"), ("凛", "リン"), FEMALE, dt.date(2025, 5, 5),
        home=parent.home, relation=CHILD, at=dt.datetime(2026, 1, 20, 10),
    )  # fmt: skip
    infant.mother = parent


def _again(life: Life) -> None:
    """35: a row is deleted and made again under the same key."""
    one = _come(life, 35, ("再作", "サイサク"), ("行", "コウ"), MALE, dt.date(1972, 12, 12))
    life.record(dt.datetime(2026, 2, 2, 10), one, "職権修正", {"jusho_banchigohyoki": "９番９号"})
    one.gaps.append((dt.datetime(2026, 3, 9, 16), dt.datetime(2026, 3, 20, 16)))


def _strangers(life: Life) -> None:
    landlord = life.outsider(
        dt.datetime(2018, 5, 1, 9), _outside("不在　地主", "フザイ　ジヌシ", MALE, "1949-09-09"), ("012",)
    )
    landlord.values.update(name.abroad(life.rng, "jusho"))
    landlord.persona = 21
    twice = _outside("二重　登録", "ニジュウ　トウロク", FEMALE, "1966-06-06")
    first = life.outsider(dt.datetime(2019, 6, 3, 9), twice, ("010",))
    second = life.outsider(dt.datetime(2021, 7, 5, 9), dict(twice), ("019",))
    first.persona = second.persona = 22
    wrong = life.outsider(
        dt.datetime(2020, 8, 4, 9), _outside("誤名　寄", "ゴメイ　ヨセ", MALE, "1971-01-11"), ("024",)
    )
    wrong.persona, wrong.merged_into = 23, first.number
    hidden = life.outsider(
        dt.datetime(2022, 9, 6, 9), _outside("不可　参照", "フカ　サンショウ", FEMALE, "1980-08-28"), ("012",)
    )
    hidden.persona, hidden.hidden = 24, True


def _outside(shimei: str, furigana: str, sex: str, born: str) -> Values:
    return {
        "shimei": shimei, "shimei_furigana": furigana, "shimei_yusen": shimei, "shimeiyusenkubun": "01", "seibetsu": sex,
        "seinengappi": born, "seinengappi_fushofuragu": "0", "jusho_shikuchosonkodo": "131016", "jusho_choazakodo": "0011001",
        "jusho_todofuken": "東京都", "jusho_shikugunchosonmei": "千代田区", "jusho_choaza": "霞が関二丁目",
        "jusho_banchigohyoki": "１番６号", "jusho_yubinbango": "1000013",
    }  # fmt: skip
