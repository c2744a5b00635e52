"""What a file says of persons over several rows: what follows on what in a history, and whose a number is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import polars as pl

from renkei.adapters.polars.blocks import ABSENT, picked
from renkei.tableports import RowHits

SHOWN = 100
JOINT = "\x1f"


class Follower:
    """Fulfils ``ports.Succession``: of each row its person, its history number and one digest per group of columns."""

    def __init__(self, sizes: Sequence[int]) -> None:
        bounds = [0, *itertools.accumulate(sizes)]
        self._groups = [range(3 + begin, 3 + end) for begin, end in itertools.pairwise(bounds)]
        self._parts: list[pl.DataFrame] = []
        self._rows = 0

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block."""
        frame = picked(data, width, places).with_row_index("row", offset=self._rows)
        self._rows += frame.height
        number = pl.when(pl.col("2").str.contains("^[0-9]{1,18}$")).then(pl.col("2").cast(pl.Int64, strict=False))
        facts = frame.lazy().filter(pl.col("0").ne_missing("1"))
        digests = [_digest(group).alias(f"group {n}") for n, group in enumerate(self._groups)]
        self._parts.append(
            facts.select(
                "row", pl.col("1").fill_null("").hash().alias("person"), number.otherwise(-1).alias("number"), *digests
            ).collect()
        )

    def _pairs(self, *groups: int) -> pl.LazyFrame:
        names = [f"group {group}" for group in groups]
        rows = pl.concat(self._parts) if self._parts else None
        if rows is None:
            return pl.LazyFrame(schema={name: pl.UInt64() for name in ("row", *names, *(f"was {n}" for n in groups))})
        ordered = rows.lazy().select("row", "person", "number", *names).sort("person", "number", "row")
        before = [pl.col(name).shift(1).alias(f"was {group}") for name, group in zip(names, groups, strict=True)]
        return ordered.with_columns(*before, owner=pl.col("person").shift(1)).filter(
            pl.col("owner") == pl.col("person")
        )

    def emptied(self, group: int) -> RowHits:
        """Rows in which a group is empty, and was not in the row before."""
        now, was = pl.col(f"group {group}"), pl.col(f"was {group}")
        return row_hits(self._pairs(group).filter((was != ABSENT) & (now == ABSENT)))

    def changed(self, group: int, once: int) -> tuple[int, RowHits]:
        """Rows with something in one group, and those of them in which the other is not as it was."""
        judged = self._pairs(group, once).filter(
            (pl.col(f"group {once}") != ABSENT) & (pl.col(f"was {group}") != ABSENT)
        )
        found = judged.collect()
        changed = found.lazy().filter(pl.col(f"group {group}") != pl.col(f"was {group}"))
        return found.height, row_hits(changed)


def _digest(cells: Sequence[int]) -> pl.Expr:
    """One number for some cells of a row, ``ABSENT`` when all of them are empty."""
    filled = pl.any_horizontal([pl.col(str(cell)).is_not_null() for cell in cells] or [pl.lit(False)])
    joined = pl.concat_str([pl.col(str(cell)).fill_null("") for cell in cells] or [pl.lit("")], separator=JOINT)
    return pl.when(filled).then(joined.hash() | 1).otherwise(ABSENT)


class Belongings:
    """Fulfils ``ports.Owners``."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []
        self._rows = 0

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block."""
        frame = picked(data, width, places).with_row_index("row", offset=self._rows)
        self._rows += frame.height
        known = frame.lazy().filter(pl.col("0").ne_missing("1") & pl.col("1").is_not_null())
        facts = known.select(
            "row", pl.col("1").hash().alias("number"), pl.col("2").fill_null("").hash().alias("person")
        )
        self._parts.append(facts.collect())

    def _whole(self) -> pl.DataFrame:
        if len(self._parts) > 1:
            self._parts = [pl.concat(self._parts)]
        return (
            self._parts[0]
            if self._parts
            else pl.DataFrame(schema=dict.fromkeys(("row", "number", "person"), pl.UInt64()))
        )

    def numbers(self) -> int:
        """How many different numbers."""
        return self._whole()["number"].n_unique()

    def shared(self) -> RowHits:
        """Rows that give a number to another person than its first row does."""
        rows = self._whole().lazy()
        several = rows.group_by("number").agg(
            pl.col("person").n_unique().alias("persons"), pl.col("person").sort_by("row").first().alias("owner")
        )
        both = rows.join(several.filter(pl.col("persons") > 1), on="number")
        return row_hits(both.filter(pl.col("person") != pl.col("owner")))


def row_hits(frame: pl.LazyFrame) -> RowHits:
    """The hits of a table with row numbers."""
    rows = frame.select("row").collect()["row"]
    return RowHits(count=len(rows), first=tuple(rows.sort().head(SHOWN).to_list()))
