"""Somebody new for a journey: a name, a birthday and an address that fit the town, and are nobody's."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Mapping
from typing import Any

from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.truth import Person
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
NUMBERS = "journey-numbers"
NAMES = "journey-names"
# So often at most another given name is drawn: a family that has them all has somebody twice.
ATTEMPTS = 100


def likeness(town: Municipality, like: Mapping[str, Any]) -> dict[str, str]:
    """The cells of somebody new who is like that: sex, age or birthday, relation; family name the same in one household."""
    rng = _random(town)
    sex, spoken = SEXES[str(like.get("sex") or rng.choice(list(SEXES)))]
    family, family_kana = like.get("family") or names.surname(rng)
    given, given_kana = _given(town, rng, family, sex)
    relation = str(like.get("relation", "世帯主"))
    if like.get("foreign"):
        name = foreigner(town)
    else:
        shown = f"{family}　{given}", f"{family_kana}　{given_kana}"
        name = {"juminshubetsu": "1", "shimei": shown[0], "shimei_furigana": shown[1]}
    cells = {
        **name,
        "seibetsu": sex,
        "seibetsuhyoki": spoken,
        "seinengappi": str(like.get("born") or _born(town.today, int(like.get("age", 30)), rng)),
        "tsuzukigarakodo1": RELATIONS[relation],
        "tsuzukigarahyoki": relation,
        "kojinbango": new_number(town),
    }
    return cells | {key: str(value) for key, value in like.get("cells", {}).items()}


def apart(town: Municipality) -> None:
    """From now on no two people who are new have the same Japanese name: at a screen they are told apart by it."""
    town.scratch[NAMES] = set()


def _given(town: Municipality, rng: random.Random, family: str, sex: str) -> tuple[str, str]:
    """A given name and its kana."""
    found, taken = names.given(rng, sex), town.scratch.get(NAMES)
    if taken is not None:
        drawn = (names.given(rng, sex) for _ in range(ATTEMPTS))
        found = next((one for one in itertools.chain((found,), drawn) if (family, one[0]) not in taken), found)
        taken.add((family, found[0]))
    return found


def foreigner(town: Municipality) -> dict[str, str]:
    """The name, nationality and status of a foreign resident."""
    rng = _random(town)
    code, country = rng.choice((("156", "中国"), ("410", "韓国"), ("608", "フィリピン"), ("704", "ベトナム")))
    romaji = f"{rng.choice(('ＣＨＥＮ', 'ＫＩＭ', 'ＳＡＮＴＯＳ', 'ＮＧＵＹＥＮ'))}　{rng.choice(('ＭＥＩ', 'ＡＮＮＡ', 'ＬＩＮＨ'))}"
    until = dt.date.fromisoformat(town.today) + dt.timedelta(days=3 * 365)
    return {
        "juminshubetsu": "2",
        "shimei_gaikokujinromaji": romaji,
        "kokusekito_kokumeikodo": code,
        "kokusekimeito": country,
        "dai30jo45kiteikubun": "01",
        "zairyushikakutokodo": "R10",
        "zairyukikantokodo_nen": "03",
        "zairyukikantokodo_tsuki": "00",
        "zairyukikantokodo_hi": "000",
        "zairyukikannomanryonohi": until.isoformat(),
    }


FOREIGN_CELLS = frozenset(
    {
        "shimei_gaikokujinromaji",
        "kokusekito_kokumeikodo",
        "kokusekimeito",
        "dai30jo45kiteikubun",
        "zairyushikakutokodo",
        "zairyukikantokodo_nen",
        "zairyukikantokodo_tsuki",
        "zairyukikantokodo_hi",
        "zairyukikannomanryonohi",
    }
)


def new_number(town: Municipality) -> str:
    """A 個人番号 that nobody has: none else of this run, and none whom an earlier run left in the town."""
    counter = town.scratch.setdefault(COUNTER, itertools.count(LAST_NUMBER, -1))
    return next(number for at in counter if (number := kojinbango(at)) not in _numbers(town))


def _numbers(town: Municipality) -> frozenset[str]:
    """Every 個人番号 that there was when the first was asked for."""
    if NUMBERS not in town.scratch:
        feed = town.feed("001o006")
        place = feed.form.places.get("kojinbango", -1) if feed else -1
        town.scratch[NUMBERS] = frozenset(row[place] for row in feed.state.rows.values()) if feed and place >= 0 else ()
    found: frozenset[str] = town.scratch[NUMBERS]
    return found


def address(town: Municipality, street: Mapping[str, str] | None = None) -> dict[str, str]:
    """An address in the town, in a street where somebody lives, or in that of somebody."""
    rng = _random(town)
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
    if street:
        chosen = {name: street.get(name, "") for name in STREET}
    number = f"{rng.randint(1, 30)}番{rng.randint(1, 20)}号"
    return {**chosen, "jusho_banchigohyoki": names_wide(number), "jusho_katagaki": ""}


def former_address(town: Municipality) -> dict[str, str]:
    """Where somebody new lived before: elsewhere in the country."""
    return elsewhere(town, "tennyumaejusho")


def elsewhere(town: Municipality, block: str) -> dict[str, str]:
    """An address elsewhere in the country, as a block of a row."""
    return {name: str(value) for name, value in names.elsewhere(_random(town), block).items()}


def townsman(town: Municipality, person: Person) -> bool:
    """Make somebody of the town who fits play the part; False when nobody fits who does not play already."""
    feed = town.feed("001o006") or town.feed("001o005")
    taken: set[str] = town.scratch.setdefault("journey-taken", set())
    wanted = {"juminjotai": "1"} | {name: str(value) for name, value in person.like.get("cells", {}).items()}
    for row in feed.current() if feed else ():
        plain = row["jusho_choazakodo"].strip("09") and not row["tenshutsusakijusho_yotei_todofuken"]
        fits = plain and all(row.get(name) == value for name, value in wanted.items())
        if fits and row["atenabango"] not in taken:
            taken.add(row["atenabango"])
            person.number, person.entered = row["atenabango"], True
            person.rows = len(feed.of(person.number)) if feed else 0
            person.cells = {name: cell for name, cell in row.items() if cell and name not in TECHNICAL}
            return True
    return False


TECHNICAL = frozenset(
    {
        "shikuchosonkodo",
        "atenabango",
        "kojinrirekibango",
        "kojinrirekibango_edaban",
        "saishinfuragu",
        "sakujofuragu",
        "sosashaid",
        "sosanengappi",
        "sosajikoku",
    }
)


def _random(town: Municipality) -> random.Random:
    found: random.Random = town.scratch.setdefault(SCRATCH, random.Random(town.seed))
    return found


STREET = (
    "jusho_shikuchosonkodo",
    "jusho_choazakodo",
    "jusho_todofuken",
    "jusho_shikugunchosonmei",
    "jusho_choaza",
    "jusho_yubinbango",
)


# What the members of one household share.
HOME = (*STREET, "jusho_banchigohyoki", "jusho_katagaki")


def names_wide(text: str) -> str:
    """Digits full-width, as items of type Ｎ have them."""
    return "".join(names.wide(char) if char.isdigit() else char for char in text)


def _born(today: str, age: int, rng: random.Random) -> str:
    day = dt.date.fromisoformat(today)
    return (day.replace(year=day.year - age, month=1, day=1) - dt.timedelta(days=rng.randint(1, 180))).isoformat()
