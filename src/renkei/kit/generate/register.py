"""Recipes for the operations of 031: what an ordinary registration and an ordinary search look like."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from renkei.kit.generate.recipe import Body, Recipe, slot
from renkei.kit.jutogai import DEFAULT_ID, EXACT, FUBAN, NEW, SHOKAI
from renkei.kit.strategies import person
from renkei.kit.strategies.ordinary import ADDED, KINDS, LEFT_OUT, SERIALS, composed

MUNICIPALITY, GYOMUID, UNIQUE = slot("municipality"), slot("gyomuid"), slot("unique")


def _registration(source: Random) -> Body:
    """A new number for an ordinary person that nobody else of the run, or of an earlier one, is called like."""
    added = source.sample(ADDED, source.randrange(3))
    left_out = source.sample(LEFT_OUT, source.randrange(4))
    body = composed(MUNICIPALITY, source.randrange(SERIALS), source.choice(KINDS), added, left_out)
    given = f"{body['na_nihonjin']}{UNIQUE}"
    return body | {"gyomuid": GYOMUID, "na_nihonjin": given, "shimei": f"{body['uji_nihonjin']}　{given}"}


def _plain_registration(source: Random) -> Body:
    """A new number for an ordinary person of whom only the name, the birthday and the address are told."""
    body = composed(MUNICIPALITY, source.randrange(SERIALS), KINDS[0], (), LEFT_OUT)
    given = f"{body['na_nihonjin']}{UNIQUE}"
    return body | {"gyomuid": GYOMUID, "na_nihonjin": given, "shimei": f"{body['uji_nihonjin']}　{given}"}


def _plain_question(_: Random) -> Body:
    """An exact search for a name that nobody bears."""
    body: Body = person.inquiry(MUNICIPALITY, GYOMUID, shimei=f"該当なし　{UNIQUE}")
    return body


def _question(source: Random) -> Body:
    """An exact search by one condition or by several, with or without history."""
    somebody = composed(MUNICIPALITY, source.randrange(SERIALS), KINDS[0], (), ())
    conditions: tuple[Mapping[str, Any], ...] = (
        {"shimei": somebody["shimei"]},
        {"shimei": f"該当なし　{UNIQUE}"},
        {"seinengappi": somebody["seinengappi"]},
        {"jusho": f"{person.address_text(somebody)}{UNIQUE}"},
        {"atenabango": f"{source.randrange(10**15):015d}"},
    )
    chosen: Body = {}
    for condition in source.sample(conditions, 1 + source.randrange(3)):
        chosen |= condition
    if source.random() < 0.3:
        chosen["seibetsu"] = str(source.randrange(3))
    history = {"rirekikensaku": str(source.randrange(2))}
    body: Body = person.inquiry(MUNICIPALITY, GYOMUID, **chosen)
    return body | history


_FRAME = {"shikuchosonkodo": MUNICIPALITY, "gyomuid": GYOMUID, "dokujishisakushisutemutoid": DEFAULT_ID}
RECIPES: Mapping[str, Recipe] = {
    FUBAN: Recipe(
        ordinary=_registration,
        plain=_plain_registration,
        frame={**_FRAME, "shorikubun": NEW, "nayosemotofuragu": "0"},
        absent=frozenset({"atenabango", "nayosesakiatenabango"}),
    ),
    SHOKAI: Recipe(ordinary=_question, plain=_plain_question, frame={**_FRAME, "kensakuhoho": EXACT}),
}


def recipe(operation: str) -> Recipe:
    """The recipe of an operation; one that is not known here is made from its schema alone."""
    return RECIPES.get(operation, Recipe())
