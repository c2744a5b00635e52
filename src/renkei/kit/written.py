"""What the providing side of a pair has written: the first thing in each file that is not as agreed, and which rows are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renkei.flow.outcome import FaultOf
from renkei.flow.phrase import phrase
from renkei.kit.columns import LOST, Offence, masked
from renkei.kit.datafile import DataFile
from renkei.kit.pair import Account, Aspect, Fault
from renkei.kit.phrases import at
from renkei.kit.series import Series, at_line
from renkei.kit.target import Provider

# Every rule of single cells that a provider is judged by.
CELL_RULES = (
    *("fullwidth-in-x", "halfwidth-in-n", "not-a-character", "wrong-length", "too-long", "not-a-number"),
    *("not-an-integer", "negative", "required-item-empty", "key-part-empty", "unknown-code", "not-a-date"),
    *("not-in-calendar", "not-a-time", "not-a-year", "unknown-date-without-words", "words-without-unknown-date"),
    *("sentinel-outside-period", "bad-check-digit"),
    *(rule for rule, _ in LOST),
)
BECAUSE = "file-broke-contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What of a file may be believed: ``whole`` as a file, and the lines of it that break a rule.

    ``counted`` is unset when more lines break rules than are known one by one, or when what names a row is wrong itself.
    """

    whole: bool
    lines: frozenset[int]
    counted: bool

    @property
    def clean(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.whole and self.counted and not self.lines


def judge_written(provider: Provider, series: Series, account: Account) -> dict[int, Sound]:
    """Judge every file of the series into the account; gives by sequence what of it may be believed."""
    found: dict[int, Sound] = {}
    before = None
    keys = tuple(f"{name}（" for name in series.key_columns)
    for file in series.by_sequence():
        facts = file.facts()
        digest = provider.keep_file(facts)
        account.evidence[digest] = facts
        shape = list(_shape(provider, series, file, before))
        cells = file.offences(CELL_RULES)
        rows = [*cells.rows, *_history(series, file)]
        account.looked[Aspect.WRITTEN] += 1 + file.rows
        for rule, expected, actual in shape:
            account.faults.append(_fault(rule, expected, actual, at(file.name), digest))
        if rows:
            offending = {**facts, **cells.facts()}
            kept = provider.keep_file(offending)
            account.evidence[kept] = offending
            account.faults.append(_row_fault(file, rows[0], kept))
        lines = frozenset(row.line for row in rows)
        known = cells.count == len(cells.rows) and not any(row.column.startswith(keys) for row in cells.rows)
        found[file.parts.sequence] = Sound(whole=not shape, lines=lines, counted=known)
        before = file
    _sums(series, account)
    return found


def _fault(rule: str, expected: object, actual: object, where: str, digest: str) -> Fault:
    return Fault(
        aspect=Aspect.WRITTEN,
        party=FaultOf.PROVIDER,
        because=BECAUSE,
        rule=rule,
        expected=expected,
        actual=actual,
        where=where,
        files=(digest,),
    )


def _row_fault(file: DataFile, row: Offence, digest: str) -> Fault:
    return _fault(row.rule, row.expected, row.shown, at(at_line(file, row.line), row.column), digest)


def _shape(
    provider: Provider, series: Series, file: DataFile, before: DataFile | None
) -> Iterator[tuple[str, object, object]]:
    """(rule, expected, came) of everything that is wrong with the file as a file."""
    named = file.parts
    if named.municipality != provider.municipality:
        yield "file-name-other-municipality", provider.municipality, named.municipality
    if before is not None and named.sequence != before.parts.sequence + 1:
        yield "sequence-gap", before.parts.sequence + 1, named.sequence
    yield from _bytes(series, file)
    yield from _announced(file)


def _bytes(series: Series, file: DataFile) -> Iterator[tuple[str, object, object]]:
    form = file.form
    wanted = tuple(item.romaji for item in series.items)
    if form.bom:
        yield "byte-order-mark", phrase("without-mark", bytes="EF BB BF"), phrase("with-mark", bytes="EF BB BF")
    if form.undecodable:
        yield "not-utf-8", "UTF-8", form.undecodable
    if form.bare:
        yield "line-ends-not-crlf", "CRLF", phrase("lines-not-crlf", count=form.bare)
    if form.misquoted.count or form.unclosed.count:
        yield "quoting-broken", phrase("quoting-by-rfc"), form.misquoted.count + form.unclosed.count
    elif form.ragged.count:
        yield "column-count-differs", phrase("columns-counted", count=form.declared), form.ragged.count
    if file.header != wanted:
        yield "column-order-differs", ", ".join(wanted[:6]) + " …", series.names(file.header[:6]) + " …"


def _announced(file: DataFile) -> Iterator[tuple[str, object, object]]:
    """What the completion marker says, beside what is there."""
    marker, named = file.marker, file.parts
    if marker is None:
        yield "completion-marker-wrong", phrase("completion-marker"), file.marker_fault
        return
    if (marker.linkage, marker.kind, marker.sequence) != (named.linkage, named.kind, named.sequence):
        yield "completion-marker-of-another-file", named.sequence, marker.sequence
    if marker.rows != file.rows:
        yield "row-count-differs", marker.rows, file.rows
    if marker.sha256.lower() != file.form.sha256:
        yield "digest-differs", marker.sha256[:16], file.form.sha256[:16]
    if named.kind == "sabun" and marker.base_sequence != named.sequence - 1:
        yield "delta-base-wrong", named.sequence - 1, marker.base_sequence


def _history(series: Series, file: DataFile) -> Iterator[Offence]:
    """Keys that come twice, and in full files histories without exactly one latest row; master data has no histories."""
    for double in file.ledger.doubles().first:
        yield Offence(
            rule="key-twice", line=file.line(double.now), shown=phrase("like-line", line=file.line(double.before))
        )
    if file.parts.kind == "zenken" and series.serial:
        for hit in file.ledger.latest_faults().first:
            yield Offence(rule=hit.rule, line=file.line(hit.row), expected=hit.expected, shown=hit.actual)


def _sums(series: Series, account: Account) -> None:
    """A full file holds what the one before it and the deltas in between come to."""
    for start, deltas, closing in series.spans():
        if not deltas or any(set(file.header) != set(start.header) for file in (*deltas, closing)):
            continue
        account.looked[Aspect.WRITTEN] += 1
        parting = series.state(start, *deltas).against(series.state(closing))
        for rule, hits in (
            ("row-not-in-deltas", parting.missing),
            ("row-not-in-next-full", parting.extra),
            ("row-differs-from-next-full", parting.differing),
        ):
            if hits.count:
                shown = "/".join(masked(part) for part in hits.first[0].key)
                digest = next(iter(account.evidence), "")
                account.faults.append(
                    _fault(
                        rule,
                        phrase("same-values"),
                        phrase("of-many", shown=shown, count=hits.count),
                        at(closing.name),
                        digest,
                    )
                )
