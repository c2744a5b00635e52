"""033 EUC: which data sets it holds, how many rows of each, and which of them only some may use."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from renkei.flow.contract import Item
from renkei.town.dataset import ROWS, SOURCES, Chain, Line, Tables, Tally, total
from renkei.town.person import Values
from renkei.town.shard import Shard

LINKAGE = "033o901"
# When EUC took in the first full files of the pack.
TAKEN_IN = dt.datetime(2026, 3, 1)
_NUMBER = re.compile(r"[0-9]{3}o[0-9]{3}")
_PERSONAL = "kojinbango"
PROTECTED = "001o009"
# Names of groups are written in full width here.
_WIDE = str.maketrans("0123456789_", "０１２３４５６７８９＿")
_WHY = {"1": "個人番号を含むため", "0": "支援措置の対象者の情報のため"}


def _count(shard: Shard) -> Tally:
    """Rows of a block alone; where all data sets are written anyway, their rows are counted there (``facts["rows"]``)."""
    if "rows" in shard.facts:
        return {}
    return {
        (ROWS, linkage): sum(line.at <= TAKEN_IN for chain in function(shard) for line in chain)
        for linkage, function in SOURCES.items()
        if linkage != LINKAGE
    }


@total(LINKAGE, _count)
def held(tally: Tally, tables: Tables) -> Iterator[Chain]:
    """One row for every data set but this list itself."""
    for linkage, items in sorted(tables.items()):
        if _NUMBER.fullmatch(linkage) and linkage != LINKAGE:
            yield [Line(TAKEN_IN, _held(linkage, items, tally.get((ROWS, linkage), 0)))]


def _held(linkage: str, items: tuple[Item, ...], rows: int) -> Values:
    personal = "1" if any(item.romaji == _PERSONAL for item in items) else "0"
    limited = personal == "1" or linkage == PROTECTED
    return {
        "gyomuid": linkage[:3], "renkeibango": linkage, "gurupumei": items[0].group.translate(_WIDE), "komokusu": str(len(items)),
        "detakensu": str(rows), "saishutorikomirenban": "1", "saishutorikomikubun": "zenken",
        "saishutorikominengappi": TAKEN_IN.date().isoformat(), "saishutorikomijikoku": "00:00:00",
        "kojinbangoumufuragu": personal, "riyoseigenfuragu": "1" if limited else "0",
        "riyoseigenriyu": _WHY[personal] if limited else "", "hansu": "2026-11",
    }  # fmt: skip
