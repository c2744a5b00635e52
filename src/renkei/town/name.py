"""Names and places of the town, drawn with the weights of their tables."""

from __future__ import annotations

import functools
import itertools
import random
import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from renkei.town.person import MALE, Values

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@functools.cache
def table(name: str) -> dict[str, Any]:
    """One of the data files of this package."""
    return tomllib.loads((resources.files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def _weights(name: str, kind: str) -> tuple[Sequence[Any], list[float]]:
    rows = table(name)[kind]
    return rows, list(itertools.accumulate(float(row[-1]) for row in rows))


def pick(rng: random.Random, name: str, kind: str) -> Sequence[Any]:
    """One row of a weighted table."""
    rows, weights = _weights(name, kind)
    row: Sequence[Any] = rng.choices(rows, cum_weights=weights)[0]
    return row


def surname(rng: random.Random) -> tuple[str, str]:
    """A family name and its kana."""
    row = pick(rng, "names", "surnames")
    return row[0], row[1]


def given(rng: random.Random, sex: str) -> tuple[str, str]:
    """A given name and its kana."""
    row = pick(rng, "names", "men" if sex == MALE else "women")
    return row[0], row[1]


def wide(number: int | str) -> str:
    """Digits as 番地号 are written."""
    return str(number).translate(_WIDE)


def address(rng: random.Random, municipality: str, *, flat: float = 0.45) -> Values:
    """Somewhere in the town, as the block ``jusho_…`` of a row."""
    place = table("places")
    code, town, post, _ = pick(rng, "places", "towns")
    block, lot = rng.randint(1, 40), rng.randint(1, 25)
    values = {
        "jusho_shikuchosonkodo": municipality,
        "jusho_choazakodo": code,
        "jusho_todofuken": place["prefecture"],
        "jusho_shikugunchosonmei": place["city"],
        "jusho_choaza": town,
        "jusho_banchigohyoki": f"{wide(block)}番{wide(lot)}号",
        "jusho_banchiedabansuchi": f"{block:05d}-{lot:05d}",
        "jusho_katagaki": "",
        "jusho_katagaki_furigana": "",
        "jusho_yubinbango": post,
    }
    if rng.random() < flat:
        name, kana = rng.choice(place["buildings"])
        room = wide(rng.randint(101, 909))
        values |= {"jusho_katagaki": f"{name}{room}号", "jusho_katagaki_furigana": f"{kana}{room}ゴウ"}
    return values


def elsewhere(rng: random.Random, block: str) -> Values:
    """Somewhere else in the country, as another address block of a row."""
    code, prefecture, city, post = rng.choice(table("places")["elsewhere"])
    return {
        f"{block}_shikuchosonkodo": code,
        f"{block}_todofuken": prefecture,
        f"{block}_shikugunchosonmei": city,
        f"{block}_choaza": "中央一丁目",
        f"{block}_banchigohyoki": f"{wide(rng.randint(1, 80))}番地",
        f"{block}_yubinbango": post,
    }


def abroad(rng: random.Random, block: str) -> Values:
    """Somewhere in the world, as another address block of a row."""
    code, country, street = rng.choice(table("places")["abroad"])
    return {f"{block}_kokumeikodo": code, f"{block}_kokumeito": country, f"{block}_kokugaijusho": street}


def moved(values: Values, block: str) -> Values:
    """The present address as another block (転居前住所, 最終登録住所)."""
    parts = ("shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "katagaki")
    return {f"{block}_{part}": values.get(f"jusho_{part}", "") for part in (*parts, "yubinbango")}
