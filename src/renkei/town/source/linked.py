"""001 番号紐付情報: the serial numbers of certificates by which an application finds its 宛名番号."""

from __future__ import annotations

from collections.abc import Iterator

from renkei.town import certificate
from renkei.town.dataset import Chain, Line, source
from renkei.town.shard import Shard
from renkei.town.stay import ordered

VALID, VOID = "1", "2"


@source("001o902")
def numbers(shard: Shard) -> Iterator[Chain]:
    """One history per person and kind of certificate."""
    for turns in certificate.certificates(shard).values():
        chain: Chain = []
        for one in turns:
            values = {
                "atenabango": one.one.number, "denshishomeishoshubetsu": one.kind, "shiriarubango": one.serial,
                "shiriarubangojotai": VALID, "hakkonengappi": one.at.date().isoformat(), "yukokigen": one.until.isoformat(),
            }  # fmt: skip
            chain.append(Line(one.at, values))
            if one.ended is not None:
                chain.append(
                    Line(
                        one.ended, values | {"shiriarubangojotai": VOID, "shikkonengappi": one.ended.date().isoformat()}
                    )
                )
        yield ordered(chain)
