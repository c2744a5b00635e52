"""住登外者宛名異動情報 of 024 and 028 (L27): what they tell 031 about the 住登外者 that they know."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

from renkei.town.dataset import Chain, Line, source
from renkei.town.person import Outsider, Values
from renkei.town.shard import Shard
from renkei.town.stay import ordered

CHANGED, MERGED, RELEASED, DELETED = "1", "2", "3", "4"
TWICE, WRONGLY_MERGED = 22, 23
# Who tells of an outsider that neither of them registered: 028 one in twelve, the parents of children who live elsewhere.
SHARES = {"024": 0.10, "028": 0.08}
_KEPT = ("shimei", "shimei_furigana", "seibetsu", "seinengappi", "seinengappi_fushofuragu")


def _changes(service: str, shard: Shard) -> Iterator[Chain]:
    for one in shard.outsiders:
        twice = service == "028" and one.persona == TWICE
        own = (
            twice
            or service in one.uses
            or (not one.persona and shard.chance(one.number, f"stranger/{service}") < SHARES[service])
        )
        if own and not one.hidden:
            kept = ordered(list(_lines(shard, service, one)))
            if kept:
                yield kept


def _lines(shard: Shard, service: str, one: Outsider) -> Iterator[Line]:
    begin = one.at + dt.timedelta(days=30)
    span = max(1, (dt.datetime(2026, 3, 25) - begin).days)
    at = begin + dt.timedelta(days=int(shard.chance(one.number, f"stranger/{service}/day") * span))
    values = _values(service, one) | {"nayosemotofuragu": "0", "nayosesakiatenabango": ""}
    yield Line(at, {**values, "shorishubetsu": CHANGED, "idojiyu": "03", "idonengappi": at.date().isoformat()})
    if one.merged_into:
        merged = at + dt.timedelta(days=20)
        yield Line(merged, {**values, "shorishubetsu": MERGED, "idojiyu": "05", "idonengappi": merged.date().isoformat(),
                            "nayosemotofuragu": "1", "nayosesakiatenabango": one.merged_into})  # fmt: skip
        released = dt.datetime(2026, 3, 11, 15)
        if one.persona == WRONGLY_MERGED and released > merged:
            yield Line(released, {**values, "shorishubetsu": RELEASED, "idojiyu": "06", "idonengappi": "2026-03-11"})
    elif one.persona == TWICE:
        later = dt.datetime(2026, 3, 12, 11)
        yield Line(later, {**values, "shorishubetsu": CHANGED, "idojiyu": "08", "idonengappi": "2026-03-12"})
    elif shard.chance(one.number, f"stranger/{service}/gone") < 0.15:
        gone = dt.datetime(2026, 3, 2, 11) + dt.timedelta(days=int(shard.chance(one.number, "stranger/gone") * 25))
        yield Line(gone, {**values, "shorishubetsu": DELETED, "idojiyu": "09", "idonengappi": gone.date().isoformat()})


def _values(service: str, one: Outsider) -> Values:
    family, _, given = one.values.get("shimei", "").partition("　")
    address = {name: cell for name, cell in one.values.items() if name.startswith("jusho_")}
    return {
        "atenabango": one.number, "jutogaishashubetsu": "1", "uji_nihonjin": family, "na_nihonjin": given,
        "gyomuid": service, "dokujishisakushisutemutoid": "000", "tagyomusanshofukafuragu": "0",
        **{name: one.values.get(name, "") for name in _KEPT}, **address,
    }  # fmt: skip


for _linkage, _service in (("024o908", "024"), ("028o906", "028")):
    source(_linkage)(functools.partial(_changes, _service))
