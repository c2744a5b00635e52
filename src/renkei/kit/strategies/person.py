"""Whole valid requests about one synthetic person, for the interface of 031; every correlation holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from renkei.kit.strategies import characters, dates, numbers, words

Strategy = st.SearchStrategy
Body = dict[str, Any]

OPERATOR = {"sosashaid": "123456", "sosanengappi": "2026-04-01", "sosajikoku": "09:00:00"}
FIRST_BIRTHDAY = dt.date(1930, 1, 1)
BIRTHDAYS = 30_000
SPACE = "　"


def minimal(municipality: str, seed: int = 0, kind: str = "japanese", **members: Any) -> Body:
    """One valid request for a new number (処理区分 0), the same for the same seed, another person for another seed.

    ``kind`` is one of :data:`KINDS`. ``members`` are set on top (``...`` removes one).
    """
    body = _frame(municipality) | KINDS[kind](seed) | members
    return {name: value for name, value in body.items() if value is not ...}


def inquiry(municipality: str, gyomuid: str = "000", **members: Any) -> Body:
    """One valid 基本情報照会 request: exact search among current data, with the given criteria set on top."""
    frame = {
        "shikuchosonkodo": municipality,
        "kensakuhoho": "1",
        "rirekikensaku": "0",
        "gyomuid": gyomuid,
        "dokujishisakushisutemutoid": "000",
    }
    return frame | OPERATOR | members


def address_text(person: Mapping[str, Any]) -> str:
    """The address of a person as one text, as the search by 住所 compares it."""
    parts = ("jusho_todofuken", "jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki", "jusho_katagaki")
    return "".join(person.get(part) or "" for part in parts)


@st.composite
def persons(draw: st.DrawFn, municipality: str, kinds: tuple[str, ...] = ()) -> Body:
    """A valid request for a new number about a person with hard names, dates and addresses."""
    kind = draw(st.sampled_from(kinds or tuple(KINDS)))
    body = minimal(municipality, draw(st.integers(0, 262_143)), kind)
    body |= draw(_NAMES.get(kind, st.just({})))
    if kind != "unknown_birth":
        body |= draw(_BIRTH)
    body |= draw(_MORE)
    if kind != "abroad" and draw(st.booleans()):
        body |= draw(_BUILDING)
    return body


def _frame(municipality: str) -> Body:
    return {
        "shorikubun": "0",
        "shikuchosonkodo": municipality,
        "gyomuid": "000",
        "dokujishisakushisutemutoid": "000",
        "nayosemotofuragu": "0",
        "tagyomusanshofukafuragu": "0",
        **OPERATOR,
    }


def _born(seed: int) -> Body:
    day = FIRST_BIRTHDAY + dt.timedelta(days=seed * 7919 % BIRTHDAYS)
    return {"seibetsu": str(seed % 2 + 1), **dates.record("seinengappi", day.isoformat())}


def _named(seed: int) -> Body:
    surname, surname_kana = words.SURNAMES[seed % len(words.SURNAMES)]
    size = len(words.GIVEN)
    places = (seed % size, seed // size % size, seed // size // size % size)
    given = "".join(words.GIVEN[place][0] for place in places)
    given_kana = "".join(words.GIVEN[place][1] for place in places)
    return {
        "shimei": surname + SPACE + given,
        "uji_nihonjin": surname,
        "na_nihonjin": given,
        "shimei_furigana": surname_kana + SPACE + given_kana,
        "uji_nihonjin_furigana": surname_kana,
        "na_nihonjin_furigana": given_kana,
    }


def _living(seed: int) -> Body:
    code, area, prefecture, city, town, block, post = words.ADDRESSES[seed % len(words.ADDRESSES)]
    building, building_kana = words.BUILDINGS[seed % len(words.BUILDINGS)]
    address = {
        "jusho_shikuchosonkodo": code,
        "jusho_choazakodo": area,
        "jusho_todofuken": prefecture,
        "jusho_shikugunchosonmei": city,
        "jusho_choaza": town,
        "jusho_banchigohyoki": block,
        "jusho_katagaki": building,
        "jusho_katagaki_furigana": building_kana,
        "jusho_yubinbango": post,
    }
    return {name: value for name, value in address.items() if value}


def _japanese(seed: int) -> Body:
    return _named(seed) | _born(seed) | _living(seed)


def _foreign_name(seed: int) -> str:
    surname = words.ROMAN_SURNAMES[seed % len(words.ROMAN_SURNAMES)]
    given = words.ROMAN_GIVEN[seed // 7 % len(words.ROMAN_GIVEN)]
    # A serial spelled in letters keeps people apart.
    mark = "".join(characters.ROMAN[seed // 26**place % 26] for place in range(4))
    return SPACE.join((surname, given, mark))


def _foreign_roman(seed: int) -> Body:
    name = _foreign_name(seed)
    return {"shimei": name, "shimei_gaikokujinromaji": name} | _born(seed) | _living(seed)


def _foreign_kanji(seed: int) -> Body:
    person = _named(seed)
    kanji = words.KANJI_SURNAMES[seed % len(words.KANJI_SURNAMES)] + SPACE + person["na_nihonjin"]
    return {
        "shimei": kanji,
        "shimei_gaikokujinkanji": kanji,
        "shimei_gaikokujinromaji": _foreign_name(seed),
        "tsusho": person["shimei"],
        "tsusho_furigana": person["shimei_furigana"],
        "tsusho_furiganakakuninjokyo": "1",
        **_born(seed),
        **_living(seed),
    }


def _unnamed(seed: int) -> Body:
    return _born(seed) | _living(seed)


def _abroad(seed: int) -> Body:
    code, country, address = words.ABROAD
    overseas = {"jusho_kokumeikodo": code, "jusho_kokumeito": country, "jusho_kokugaijusho": address}
    return _named(seed) | _born(seed) | overseas


def _unknown_birth(seed: int) -> Body:
    born = dates.record("seinengappi", "1950-03-01", dates.NOTATIONS[seed % len(dates.NOTATIONS)])
    return _japanese(seed) | born


def _numbered(seed: int) -> Body:
    return _japanese(seed) | {"kojinbango": numbers.kojinbango_of(seed)}


KINDS: Mapping[str, Callable[[int], Body]] = {
    "japanese": _japanese,
    "foreign_roman": _foreign_roman,
    "foreign_kanji": _foreign_kanji,
    "unnamed": _unnamed,
    "abroad": _abroad,
    "unknown_birth": _unknown_birth,
    "numbered": _numbered,
}


def _whole_name(surname: str, given: str, readings: tuple[str, str]) -> Body:
    return {
        "shimei": surname + SPACE + given,
        "uji_nihonjin": surname,
        "na_nihonjin": given,
        "shimei_furigana": readings[0] + SPACE + readings[1],
        "uji_nihonjin_furigana": readings[0],
        "na_nihonjin_furigana": readings[1],
    }


_READINGS = st.tuples(characters.katakana(1, 49), characters.katakana(1, 50))
_JAPANESE_NAME = st.builds(_whole_name, characters.full_width(1, 49), characters.full_width(1, 50), _READINGS)
_ROMAN_NAME = characters.roman(1, 100).map(lambda name: {"shimei": name, "shimei_gaikokujinromaji": name})
_KANJI_NAME = st.builds(
    lambda name, alias, reading: {
        "shimei": name,
        "shimei_gaikokujinkanji": name,
        "tsusho": alias,
        "tsusho_furigana": reading,
    },
    characters.full_width(1, 100),
    characters.full_width(1, 100),
    characters.katakana(1, 100),
)
_NAMES: Mapping[str, Strategy[Body]] = {
    "japanese": _JAPANESE_NAME,
    "abroad": _JAPANESE_NAME,
    "unknown_birth": _JAPANESE_NAME,
    "numbered": _JAPANESE_NAME,
    "foreign_roman": _ROMAN_NAME,
    "foreign_kanji": _KANJI_NAME,
}
_BIRTH = dates.unknown_dates("seinengappi")
_MORE: Strategy[Body] = st.fixed_dictionaries(
    {"sosajikoku": dates.times()},
    optional={
        "seibetsu": st.sampled_from(("0", "1", "2")),
        "tagyomusanshofukafuragu": st.sampled_from(("0", "1")),
        "shiteitoshi_gyoseikutokodo": characters.half_width(1, 12, alphabet="0123456789"),
        "sosashaid": characters.half_width(1, 10, alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    },
)
_BUILDING: Strategy[Body] = st.builds(
    lambda text, reading: {"jusho_katagaki": text, "jusho_katagaki_furigana": reading},
    characters.full_width(1, 300),
    characters.katakana(1, 300),
)
