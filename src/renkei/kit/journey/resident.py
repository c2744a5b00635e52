"""Somebody new for a journey: a name, a birthday and an address that fit the town, and are nobody's."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Mapping
from typing import Any

from renkei.kit.journey.municipality import Municipality
from renkei.town import name as names
from renkei.town.number import kojinbango

WOMAN, MAN = "2", "1"
SEXES: Mapping[str, tuple[str, str]] = {"男": (MAN, "男"), "女": (WOMAN, "女")}
RELATIONS: Mapping[str, str] = {
    "世帯主": "01",
    "夫": "02",
    "妻": "03",
    "子": "06",
    "父": "07",
    "母": "08",
    "同居人": "14",
}
# The town itself gives 個人番号 from the beginning of the reserved range; people of journeys from its end.
LAST_NUMBER = 9_999_999
COUNTER = "journey-people"
SCRATCH = "journey-random"


def likeness(town: Municipality, like: Mapping[str, Any]) -> dict[str, str]:
    """The cells of somebody new who is like that: sex, age or birthday, relation; family name the same in one household."""
    rng: random.Random = town.scratch.setdefault(SCRATCH, random.Random(town.seed))
    sex, spoken = SEXES[str(like.get("sex", rng.choice(list(SEXES))))]
    family, family_kana = like.get("family") or names.surname(rng)
    given, given_kana = names.given(rng, sex)
    relation = str(like.get("relation", "世帯主"))
    cells = {
        "juminshubetsu": "1",
        "shimei": f"{family}　{given}",
        "shimei_furigana": f"{family_kana}　{given_kana}",
        "seibetsu": sex,
        "seibetsuhyoki": spoken,
        "seinengappi": str(like.get("born") or _born(town.today, int(like.get("age", 30)), rng)),
        "tsuzukigarakodo1": RELATIONS[relation],
        "tsuzukigarahyoki": relation,
        "kojinbango": new_number(town),
    }
    return cells | {key: str(value) for key, value in like.get("cells", {}).items()}


def new_number(town: Municipality) -> str:
    """A 個人番号 that nobody else of this run has."""
    counter = town.scratch.setdefault(COUNTER, itertools.count(LAST_NUMBER, -1))
    return kojinbango(next(counter))


def address(town: Municipality, house: str = "") -> dict[str, str]:
    """An address in the town, of a street where somebody lives."""
    rng: random.Random = town.scratch.setdefault(SCRATCH, random.Random(town.seed))
    streets = town.scratch.get("journey-streets")
    if streets is None:
        feed = town.feed("001o006") or town.feed("001o005")
        rows = feed.current() if feed else ()
        streets = sorted(
            {
                tuple((name, row[name]) for name in STREET)
                for row in rows
                if row["juminjotai"] == "1" and row["jusho_choazakodo"].strip("09") and row["jusho_choaza"]
            }
        )
        town.scratch["journey-streets"] = streets
    chosen = dict(rng.choice(streets)) if streets else {}
    number = house or f"{rng.randint(1, 30)}番{rng.randint(1, 20)}号"
    return {**chosen, "jusho_banchigohyoki": names_wide(number), "jusho_katagaki": ""}


def former_address(town: Municipality) -> dict[str, str]:
    """Where somebody new lived before: elsewhere in the country."""
    rng: random.Random = town.scratch.setdefault(SCRATCH, random.Random(town.seed))
    return {name: str(value) for name, value in names.elsewhere(rng, "tennyumaejusho").items()}


STREET = (
    "jusho_shikuchosonkodo",
    "jusho_choazakodo",
    "jusho_todofuken",
    "jusho_shikugunchosonmei",
    "jusho_choaza",
    "jusho_yubinbango",
)


def names_wide(text: str) -> str:
    """Digits full-width, as items of type Ｎ have them."""
    return "".join(names.wide(char) if char.isdigit() else char for char in text)


def _born(today: str, age: int, rng: random.Random) -> str:
    day = dt.date.fromisoformat(today)
    return (day.replace(year=day.year - age, month=1, day=1) - dt.timedelta(days=rng.randint(1, 180))).isoformat()
