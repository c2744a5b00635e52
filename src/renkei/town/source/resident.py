"""001 住民基本台帳: residents with and without 個人番号, and persons under 支援措置."""

from __future__ import annotations

from collections.abc import Iterator

from renkei.town.dataset import Chain, Line, source
from renkei.town.shard import Shard


@source("001o005", "001o006")
def residents(shard: Shard) -> Iterator[Chain]:
    """Every history row of everybody who is or was a resident; a column that a linkage lacks is left out with it."""
    for one in shard.people:
        last = len(one.rows) - 1
        yield [
            Line(row.at, {"atenabango": one.number, **row.values}, tuple(one.gaps) if place == last else ())
            for place, row in enumerate(one.rows)
        ]


@source("001o009")
def protected(shard: Shard) -> Iterator[Chain]:
    """Every decision on 支援措置, one history per person; 一時解除 is no decision and never leaves 001."""
    for one in shard.people:
        decisions = [
            Line(
                decision.at,
                {
                    "atenabango": one.number,
                    "shiensochikaishinengappi": decision.begin.isoformat(),
                    "shiensochishuryonengappi": decision.end.isoformat(),
                    "shiensochikubun": decision.kind,
                },
            )
            for decision in one.protections
        ]
        if decisions:
            yield decisions
