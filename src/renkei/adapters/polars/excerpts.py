"""Rules about several rows: of one linkage, or of two, over some columns of their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from renkei.adapters.polars.agreements import ENDLESS, amount, asked, shown
from renkei.adapters.polars.blocks import picked
from renkei.adapters.polars.ledger import Standing
from renkei.flow.contract import RowRule, RuleKind
from renkei.tableports import Excerpt, RuleHits

JOINT = "\x1f"
# The latest possible day: a period without an end goes on.
NEVER = "9999-12-31"


class RowExcerpt:
    """Fulfils ``ports.Excerpt``: text columns by name, empty cells as null, and ``row``; of all rows each text once."""

    def __init__(self, columns: Sequence[str], state: Standing | None) -> None:
        self._columns = tuple(columns)
        self._force = None if state is None else state.frame.select(pl.col("row").cast(pl.Int64))
        self._parts: list[pl.DataFrame] = []
        self._rows = 0

    def take(self, data: bytes, width: int, places: Sequence[int]) -> None:
        """The next block."""
        frame = picked(data, width, places).with_row_index("row", offset=self._rows)
        self._rows += frame.height
        cells = [pl.col(str(place)).alias(f"{name}") for place, name in enumerate(self._columns, 1)]
        rows = frame.lazy().select(pl.col("row").cast(pl.Int64), "0", *cells)
        if self._force is None:
            self._parts.append(rows.select(pl.lit(0, pl.Int64).alias("row"), *self._columns).unique().collect())
            return
        if places[0] >= 0:
            rows = rows.filter(pl.col("0") == "1")
        self._parts.append(rows.join(self._force.lazy(), on="row", how="semi").drop("0").collect())

    @property
    def frame(self) -> pl.DataFrame:
        """All that was taken."""
        if len(self._parts) > 1:
            self._parts = [pl.concat(self._parts)]
        if not self._parts:
            return pl.DataFrame(schema={"row": pl.Int64()} | dict.fromkeys(self._columns, pl.String()))
        return self._parts[0]

    def judge(self, rule: RowRule, others: Sequence[Excerpt]) -> RuleHits:
        """These rows by a rule about several rows."""
        mine = self.frame.lazy().filter(asked(rule.when, _named(rule.when)))
        theirs = [
            other.frame.lazy()
            .filter(asked(rule.listed, _named(rule.listed)))
            .select(pl.col(name).alias(f"other {place}") for place, name in enumerate(rule.other_columns))
            for other in others
            if isinstance(other, RowExcerpt)
        ]
        width = len(rule.other_columns)
        empty = pl.LazyFrame(schema={f"other {place}": pl.String() for place in range(width)})
        about, broken = KINDS[rule.kind](rule, mine, pl.concat([empty, *theirs]))
        judged, found = pl.collect_all([about.select(pl.len()), broken.unique("row").sort("row")])
        return RuleHits(judged=judged.item(), count=found.height, first=tuple(shown(found, rule.cells)))


def _named(condition: str) -> Mapping[str, pl.Expr]:
    name = condition.partition("=")[0].removesuffix("!")
    return {name: pl.col(name)} if name else {}


# Which rows a rule is about, and which of those break it.
Found = tuple[pl.LazyFrame, pl.LazyFrame]


def _key(columns: Sequence[str]) -> pl.Expr:
    return pl.concat_str([pl.col(name).fill_null("") for name in columns], separator=JOINT).alias("key")


def _whole(columns: Sequence[str]) -> pl.Expr:
    return pl.all_horizontal([pl.col(name).is_not_null() for name in columns])


def _others(begin: int, end: int) -> list[str]:
    return [f"other {place}" for place in range(begin, end)]


def _unique(rule: RowRule, mine: pl.LazyFrame, _theirs: pl.LazyFrame) -> Found:
    """Rows with an empty part are passed over; of rows that are alike, all but the first break the rule."""
    about = mine.filter(_whole(rule.cells)).with_columns(_key(rule.cells))
    firsts = about.group_by("key").agg(pl.col("row").min().alias("first"))
    return about, about.join(firsts, on="key").filter(pl.col("row") > pl.col("first"))


def _reference(rule: RowRule, mine: pl.LazyFrame, theirs: pl.LazyFrame) -> Found:
    about = mine.filter(_whole(rule.cells)).with_columns(_key(rule.cells))
    known = theirs.select(_key(_others(0, len(rule.cells)))).unique()
    return about, about.join(known, on="key", how="anti")


def _balance(rule: RowRule, mine: pl.LazyFrame, theirs: pl.LazyFrame) -> Found:
    """Where no row of the others has the key the sum is 0; what is no whole number is passed over."""
    total, *keys = rule.cells
    about = mine.with_columns(_key(keys), amount(pl.col(total)).alias("total"))
    about = about.filter(pl.col(total).is_not_null() & pl.col("total").is_not_null())
    sums = theirs.select(_key(_others(1, len(rule.cells))), amount(pl.col("other 0")).alias("sum"))
    # A part that cannot be read leaves its whole sum unknown.
    sums = sums.group_by("key").agg(pl.col("sum").sum(), pl.col("sum").is_null().any().alias("unknown"))
    compared = about.join(sums, on="key", how="left").filter(~pl.col("unknown").fill_null(False))
    return compared, compared.filter(pl.col("total") != pl.col("sum").fill_null(0))


def _flag_when_listed(rule: RowRule, mine: pl.LazyFrame, theirs: pl.LazyFrame) -> Found:
    flag, *keys = rule.cells
    about = mine.filter(_whole(rule.cells)).with_columns(_key(keys))
    listed = theirs.select(_key(_others(0, len(keys)))).unique()
    silent = about.join(listed, on="key", how="semi").filter(pl.col(flag) != "1")
    if "*" in rule.then:
        return about.join(listed, on="key", how="semi"), silent
    elsewhere = about.join(listed, on="key", how="anti").filter(pl.col(flag) == "1")
    return about, pl.concat([silent, elsewhere])


def _absent_from(rule: RowRule, mine: pl.LazyFrame, theirs: pl.LazyFrame) -> Found:
    """With a date first the others' first two columns are a period: the key must not be listed at that date."""
    dated = len(rule.other_columns) > len(rule.cells)
    keys, begin = rule.cells[dated:], 2 * dated
    about = mine.filter(_whole(rule.cells)).with_columns(_key(keys))
    listed = theirs.select(_key(_others(begin, len(rule.other_columns))), *(_others(0, 2) if dated else ()))
    if not dated:
        return about, about.join(listed.unique(), on="key", how="semi")
    day = pl.col(rule.cells[0])
    within = (pl.col("other 0").fill_null("") <= day) & (day <= pl.col("other 1").fill_null(NEVER))
    return about, about.join(listed, on="key").filter(within & ~day.str.contains(ENDLESS))


KINDS: Mapping[RuleKind, Callable[[RowRule, pl.LazyFrame, pl.LazyFrame], Found]] = {
    RuleKind.UNIQUE: _unique,
    RuleKind.REFERENCE: _reference,
    RuleKind.BALANCE: _balance,
    RuleKind.FLAG_WHEN_LISTED: _flag_when_listed,
    RuleKind.ABSENT_FROM: _absent_from,
}
