"""Ordinary people: every optional item may be there or not, and nothing about them is hard.

Where characters, lengths or dates are hard is judged by requirements of their own; these people show what the rest does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from renkei.kit.strategies import person

Body = dict[str, Any]
# Kinds whose members are plain characters and calendar days.
KINDS = ("japanese", "abroad", "numbered")
SERIALS = 4096
PLAIN_SURNAME = ("佐藤", "サトウ")
PLAIN_AREA = "0011001"
PLAIN_BUILDING = {"jusho_katagaki": "見本荘１０１号", "jusho_katagaki_furigana": "ミホンソウ１０１ゴウ"}
# What may be left out without touching a condition of another item.
LEFT_OUT = (
    "shimei_furigana",
    "uji_nihonjin_furigana",
    "na_nihonjin_furigana",
    "seibetsu",
    "jusho_shikuchosonkodo",
    "jusho_choazakodo",
    "jusho_katagaki_furigana",
    "jusho_yubinbango",
)
ADDED: tuple[Body, ...] = (
    {"tsusho": "田中　花子", "tsusho_furigana": "タナカ　ハナコ", "tsusho_furiganakakuninjokyo": "1"},
    {"shiteitoshi_gyoseikutokodo": "001"},
    {"tagyomusanshofukafuragu": "1"},
    {"shimei_gaikokujinromaji": "ＺＨＡＮＧ　ＹＵＬＩ", "shimei_gaikokujinkanji": "張　玉蓮"},
)


@st.composite
def ordinary(draw: st.DrawFn, municipality: str) -> Body:
    """A valid request for a new number about an ordinary person, with any choice of optional items."""
    serial, kind = draw(st.integers(0, SERIALS - 1)), draw(st.sampled_from(KINDS))
    added = draw(st.lists(st.sampled_from(ADDED), max_size=2, unique_by=repr))
    left_out = draw(st.lists(st.sampled_from(LEFT_OUT), max_size=3, unique=True))
    return composed(municipality, serial, kind, added, left_out)


def composed(municipality: str, serial: int, kind: str, added: Iterable[Body], left_out: Iterable[str]) -> Body:
    """The request about the person of a serial, of one of :data:`KINDS`, with these members added and those left out."""
    body = person.minimal(municipality, serial, kind)
    body |= _plain_name(body)
    if "jusho_choazakodo" in body:
        body["jusho_choazakodo"] = PLAIN_AREA
    if "jusho_katagaki" in body:
        body |= PLAIN_BUILDING
    for members in added:
        body |= members
    for name in left_out:
        body.pop(name, None)
    return body


def _plain_name(body: Body) -> Body:
    surname, reading = PLAIN_SURNAME
    given, given_reading = body["na_nihonjin"], body["na_nihonjin_furigana"]
    return {
        "shimei": f"{surname}　{given}",
        "uji_nihonjin": surname,
        "shimei_furigana": f"{reading}　{given_reading}",
        "uji_nihonjin_furigana": reading,
    }
