"""Group checks over whole files and series of files, on rows reduced to keys, history numbers and digests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import polars as pl

from renkei.adapters.polars.histories import row_hits
from renkei.adapters.polars.rules import characters
from renkei.tableports import Difference, KeyHit, KeyHits, Ledger, RowHits, State, SubjectHit, SubjectHits

SHOWN = 100
JOINT = "\x1f"
NUMBERS_SHOWN = 20

_ALIVE = ~pl.col("deleted")
_SERIAL = pl.col("serial").filter(_ALIVE)
_LATEST = _ALIVE & pl.col("latest")
_GONE = pl.col("serial").filter("deleted")
# Of a subject's rows: the first that is not deleted, the numbers in use and those of deletions, and which row is latest.
_FACTS = (
    pl.col("row").filter(_ALIVE).min(),
    _SERIAL.max().alias("top"),
    _SERIAL.min().alias("least"),
    _SERIAL.n_unique().alias("used"),
    _SERIAL.unique().sort().head(NUMBERS_SHOWN).alias("numbers"),
    _GONE.filter(_GONE.is_between(1, NUMBERS_SHOWN)).unique().alias("gone_numbers"),
    _GONE.filter(_GONE.is_between(1, pl.max_horizontal(_SERIAL.max(), 1))).n_unique().alias("gone"),
    pl.col("serial")
    .filter(_ALIVE | pl.col("serial").is_between(1, pl.max_horizontal(_SERIAL.max(), 1)))
    .n_unique()
    .alias("either"),
    _LATEST.sum().alias("latest"),
    pl.col("branch").filter(_ALIVE & (pl.col("serial") == _SERIAL.max())).max().alias("top_branch"),
    pl.col("serial").filter(_LATEST).first().alias("latest_serial"),
    pl.col("branch").filter(_LATEST).first().alias("latest_branch"),
)
_NEWEST = pl.max_horizontal("top", 1).alias("last")
# The numbers in use are those from one to the last that no deletion has.
_GAP = (
    (pl.col("least") < 1) | (pl.col("used") + pl.col("gone") != pl.col("last")) | (pl.col("either") != pl.col("last"))
)
_LATEST_IS_NEWEST = (
    (pl.col("latest") == 1)
    & (pl.col("latest_serial") == pl.col("top"))
    & (pl.col("latest_branch") == pl.col("top_branch"))
)


class FileLedger:
    """Fulfils ``ports.Ledger``. The column ``subject`` is there only where a subject is not just a person."""

    SCHEMA: ClassVar[Mapping[str, Any]] = {
        "key": pl.String(),
        "person": pl.String(),
        "serial": pl.Int64(),
        "branch": pl.Int64(),
        "latest": pl.Boolean(),
        "deleted": pl.Boolean(),
        "fixed": pl.UInt64(),
        "whole": pl.UInt64(),
    }

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._keys = -1
        self._subject = "subject" if "subject" in frame.columns else "person"

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.frame.height

    @property
    def unique(self) -> bool:
        """Whether no key comes twice."""
        if self._keys < 0:
            self._keys = self.frame["key"].n_unique() if self.rows else 0
        return self._keys == self.rows

    def doubles(self) -> KeyHits:
        """Rows whose key an earlier row has."""
        if self.unique:
            return KeyHits(count=0, first=())
        rows = self.frame.lazy().select("key").with_row_index("now")
        firsts = rows.group_by("key").agg(pl.col("now").min().alias("before"))
        return key_hits(rows.join(firsts, on="key").filter(pl.col("now") > pl.col("before")).collect())

    def turned(self) -> KeyHits:
        """Keys whose first and last row do not come to the same."""
        if self.unique:
            return KeyHits(count=0, first=())
        rows = self.frame.lazy().select("key", "deleted", "whole").with_row_index("row")
        ends = rows.group_by("key").agg(
            pl.col("row").min().alias("before"),
            pl.col("row").max().alias("now"),
            pl.col("deleted").first().alias("gone_before"),
            pl.col("deleted").last().alias("gone"),
            pl.col("whole").first().alias("was"),
            pl.col("whole").last().alias("whole"),
        )
        apart = (pl.col("gone_before") != pl.col("gone")) | (~pl.col("gone") & (pl.col("was") != pl.col("whole")))
        return key_hits(ends.filter(apart).collect())

    def gaps(self) -> SubjectHits:
        """Subjects whose history numbers are not a serial from one."""
        return self._subjects("gaps", _GAP, _gap)

    def latest_faults(self) -> SubjectHits:
        """Subjects with other than one latest row, or with one that is not the newest."""
        return self._subjects("latest", ~_LATEST_IS_NEWEST, _latest)

    def _rows(self) -> pl.LazyFrame:
        subject = pl.col(self._subject).alias("subject")
        return self.frame.lazy().select(subject, "serial", "branch", "latest", "deleted").with_row_index("row")

    @functools.cached_property
    def _cleared(self) -> pl.DataFrame:
        """Of every subject whether plain looks clear it of each fault; rows of deletions clear nobody."""
        plain = (pl.col("branch").min() == pl.col("branch").max()) & ~pl.col("deleted").any()
        # With unique keys and one branch, n numbers from 1 to n are all different: that is a serial.
        serial = (pl.col("serial").min() == 1) & (pl.col("serial").max() == pl.len())
        newest = pl.col("serial").filter("latest").max() == pl.col("serial").max()
        return (
            self._rows()
            .group_by("subject")
            .agg(
                (plain & serial & pl.lit(self.unique)).fill_null(False).alias("gaps"),
                (plain & newest & (pl.col("latest").sum() == 1)).fill_null(False).alias("latest"),
            )
            .collect()
        )

    def _subjects(self, fault: str, wrong: pl.Expr, told: Callable[[Mapping[str, Any]], SubjectHit]) -> SubjectHits:
        """The exact judgement of every subject that the plain look does not clear.

        A subject is one row here, however long the history: its length is the target's to choose.
        """
        if self._cleared[fault].all():
            return SubjectHits(count=0, first=())
        uncleared = self._cleared.lazy().filter(~pl.col(fault))
        suspects = self._rows().join(uncleared, on="subject", how="semi")
        judged = suspects.group_by("subject").agg(_FACTS).filter(pl.col("row").is_not_null())
        found = judged.with_columns(_NEWEST).filter(wrong).sort("row").collect()
        return SubjectHits(
            count=found.height, first=tuple(told(row) for row in found.head(SHOWN).iter_rows(named=True))
        )

    def subjects(self) -> int:
        """How many subjects have a row that is not deleted."""
        return self.frame.filter(~pl.col("deleted"))[self._subject].n_unique() if self.rows else 0

    def person_lengths(self) -> Mapping[int, int]:
        """How many different persons come in each length of their number."""
        lengths = self.frame.lazy().select(pl.col("person").unique()).select(characters(pl.col("person")).alias("n"))
        return dict(lengths.group_by("n").len().sort("n").collect().iter_rows())

    def strangers(self, known: Sequence[Ledger]) -> RowHits:
        """Rows whose person has no row in any of these."""
        found = self.frame.lazy().select("person").with_row_index("row")
        for other in known:
            assert isinstance(other, FileLedger)
            found = found.join(other.frame.lazy().select(pl.col("person").unique()), on="person", how="anti")
        return row_hits(found)


def _gap(one: Mapping[str, Any]) -> SubjectHit:
    numbers, gone = one["numbers"], set(one["gone_numbers"])
    # A list of all that is missing could be as long as the target likes.
    wanted = [number for number in range(1, min(max(one["top"], 1), NUMBERS_SHOWN) + 1) if number not in gone]
    return SubjectHit(
        rule="history-not-serial",
        subject=_shown(one["subject"]),
        expected=str(wanted),
        actual=str(numbers),
        row=one["row"],
    )


def _latest(one: Mapping[str, Any]) -> SubjectHit:
    hit = {"subject": _shown(one["subject"]), "row": one["row"]}
    if one["latest"] != 1:
        rule = "latest-not-exactly-one"
        return SubjectHit(rule=rule, expected="1", actual=str(one["latest"]), **hit)
    newest, mine = (one["top"], one["top_branch"]), (one["latest_serial"], one["latest_branch"])
    return SubjectHit(rule="latest-not-the-newest", expected=str(newest), actual=str(mine), **hit)


def _shown(subject: str) -> str:
    return subject.replace(JOINT, "/")


class Standing:
    """Fulfils ``ports.State``: one row per key, with its number through all files."""

    def __init__(self, frame: pl.DataFrame, taken: int) -> None:
        self.frame = frame
        self._taken = taken

    @staticmethod
    def empty() -> Standing:
        """The state before any file."""
        return Standing(pl.DataFrame(schema={"row": pl.Int64(), "key": pl.String(), "whole": pl.UInt64()}), 0)

    def apply(self, delta: Ledger, *, removing: bool = True) -> Standing:
        """The state after a delta."""
        assert isinstance(delta, FileLedger)
        rows = delta.frame.lazy().select(
            (pl.int_range(pl.len(), dtype=pl.Int64) + self._taken).alias("row"), "key", "whole", "deleted"
        )
        if not removing:
            rows = rows.filter(~pl.col("deleted"))
        last = rows.unique("key", keep="last") if not delta.unique else rows
        kept = self.frame.lazy().join(last, on="key", how="anti") if self.frame.height else self.frame.lazy()
        after = pl.concat([kept, last.filter(~pl.col("deleted")).select("row", "key", "whole")])
        return Standing(after.collect(), self._taken + delta.rows)

    def without(self, announced: Sequence[Ledger]) -> Standing:
        """The state without the keys that a row of these files deletes."""
        frame = self.frame
        for ledger in announced:
            assert isinstance(ledger, FileLedger)
            frame = frame.join(ledger.frame.filter("deleted").select("key"), on="key", how="anti")
        return Standing(frame, self._taken)

    def against(self, wanted: State) -> Difference:
        """How this state departs from the wanted one."""
        assert isinstance(wanted, Standing)
        mine = self.frame.lazy().rename({"row": "before"})
        theirs = wanted.frame.lazy().rename({"row": "now"})
        both = mine.join(theirs, on="key", how="inner", suffix="_now")
        none = pl.lit(-1, dtype=pl.Int64)
        return Difference(
            missing=key_hits(theirs.join(mine, on="key", how="anti").with_columns(before=none).collect()),
            extra=key_hits(mine.join(theirs, on="key", how="anti").with_columns(now=none).collect()),
            differing=key_hits(both.filter(pl.col("whole") != pl.col("whole_now")).collect()),
        )


class Followed:
    """Fulfils ``ports.History``."""

    def __init__(self) -> None:
        schema = {"row": pl.Int64(), "key": pl.String(), "fixed": pl.UInt64(), "deleted": pl.Boolean()}
        self._known = pl.DataFrame(schema=schema)
        self._taken = 0

    def rewritten(self, ledger: Ledger) -> tuple[int, KeyHits]:
        """How many rows of the next file came before, and those that are not as they were."""
        assert isinstance(ledger, FileLedger)
        taken = self._taken
        rows = ledger.frame.lazy().select(
            (pl.int_range(pl.len(), dtype=pl.Int64) + taken).alias("row"), "key", "fixed", "deleted"
        )
        # Only keys that come again have a former row: the file's own doubles, and those known from before.
        met = rows.join(self._known.lazy().select("key"), on="key", how="semi").select("key")
        if not ledger.unique:
            met = pl.concat([met, rows.filter(pl.col("key").is_duplicated()).select("key")]).unique()
        chain = pl.concat([self._known.lazy(), rows]).join(met, on="key", how="semi").sort("key", "row").collect()
        former = chain.with_columns(pl.all().shift(1).name.suffix("_before"))
        judged = former.filter(
            (pl.col("key") == pl.col("key_before"))
            & (pl.col("row") >= taken)
            & ~pl.col("deleted")
            & ~pl.col("deleted_before")
        )
        changed = judged.filter(pl.col("fixed") != pl.col("fixed_before")).select(
            "key", pl.col("row_before").alias("before"), (pl.col("row") - taken).alias("now")
        )
        last = rows if ledger.unique else rows.unique("key", keep="last")
        self._known = pl.concat([self._known.lazy().join(last, on="key", how="anti"), last]).collect()
        self._taken += ledger.rows
        return judged.height, key_hits(changed)


def key_hits(frame: pl.DataFrame) -> KeyHits:
    """The hits of a table of key, before and now, in the order of rows."""
    first = frame.select("key", pl.col("before").cast(pl.Int64), pl.col("now").cast(pl.Int64)).sort("now", "before")
    hits = (
        KeyHit(key=tuple(key.split(JOINT)), before=before, now=now)
        for key, before, now in first.head(SHOWN).iter_rows()
    )
    return KeyHits(count=frame.height, first=tuple(hits))
