"""File linkage, delivery: names, completion markers, encoding, quoting, counts, sequence, repeated delivery."""

from __future__ import annotations

import hashlib

from renkei.kit import (
    MAX_RECORD,
    DataFile,
    Expect,
    NotApplicable,
    Offence,
    Offences,
    Provider,
    Undecided,
    at_line,
    expect_clean,
    heading_of_other_edition,
    requirement,
    series_of,
    with_deltas,
)
from renkei.kit.phrases import phrase

BOM = "EF BB BF"
# So many unknown columns are named.
NAMED = 40


@requirement("FL-01")
def test_files_lie_at_the_agreed_place_under_the_agreed_name(target: Provider, expect: Expect) -> None:
    """Every file below the linkage's folder has the profile's name and the plan's 団体コード."""
    series = series_of(target, anyhow=True)
    expect.that(
        not series.strays,
        "file-name-not-as-agreed",
        expected=phrase("agreed-file-name"),
        actual=series.strays,
    )
    for file in series.files:
        expect.that(
            file.parts.municipality == target.municipality,
            "file-name-other-municipality",
            expected=target.municipality,
            actual=file.parts.municipality,
            where=file.name,
        )


@requirement("FL-02")
def test_every_file_has_a_readable_completion_marker(target: Provider, expect: Expect) -> None:
    """Each CSV has its .end file of the agreed form, which speaks of that very file; none stands alone."""
    series = series_of(target, anyhow=True)
    for file in series.files:
        expect.that(
            file.marker is not None,
            "completion-marker-wrong",
            expected=phrase("completion-marker"),
            actual=file.marker_fault,
            where=file.name,
        )
        if file.marker:
            said = (file.marker.linkage, file.marker.kind, file.marker.sequence)
            named = (file.parts.linkage, file.parts.kind, file.parts.sequence)
            expect.that(
                said == named, "completion-marker-of-another-file", expected=named, actual=said, where=file.name
            )
    expect.that(not series.lonely, "completion-marker-without-file", expected=phrase("its-file"), actual=series.lonely)


@requirement("FL-03")
def test_bytes_are_utf_8_without_a_byte_order_mark(target: Provider, expect: Expect) -> None:
    """Every byte decodes strictly, and no BOM stands in front."""
    for file in series_of(target, anyhow=True).files:
        wrong = file.form.undecodable
        expect.that(
            not file.form.bom,
            "byte-order-mark",
            expected=phrase("without-mark", bytes=BOM),
            actual=phrase("with-mark", bytes=BOM),
            where=file.name,
        )
        expect.that(not wrong, "not-utf-8", expected="UTF-8", actual=wrong, where=file.name)


@requirement("FL-04")
def test_lines_end_with_crlf_and_hold_equally_many_columns(target: Provider, expect: Expect) -> None:
    """Records end with CRLF, each has as many cells as the header, and none is longer than a record can be."""
    for file in series_of(target, anyhow=True).files:
        bare, ragged, overlong = file.form.bare, Offences(), Offences()
        shown = phrase("lines-not-crlf", count=bare)
        expect.that(not bare, "line-ends-not-crlf", expected="CRLF", actual=shown, where=file.name)
        for line, _ in file.form.overlong.first:
            overlong.add(Offence(rule="record-too-long", line=line, shown=phrase("longer")))
        overlong.add_unseen("record-too-long", file.form.overlong.count - overlong.count)
        expect_clean(target, expect, file, overlong, phrase("record-at-most", count=MAX_RECORD))
        wanted = phrase("columns-counted", count=file.form.declared)
        for line, cells in file.form.ragged.first:
            counted = phrase("columns-counted", count=cells)
            ragged.add(Offence(rule="column-count-differs", line=line, expected=wanted, shown=counted))
        ragged.add_unseen("column-count-differs", file.form.ragged.count - ragged.count)
        expect_clean(target, expect, file, ragged)


@requirement("FL-05")
def test_header_names_every_item_in_the_tables_order(target: Provider, expect: Expect) -> None:
    """The first line is the romaji names of the item table, complete and in 項番 order."""
    series = series_of(target, anyhow=True)
    wanted = tuple(item.romaji for item in series.items)
    for file in series.files:
        other = heading_of_other_edition(target, series.linkage, file.header)
        expect.that(
            other is None,
            "heading-of-another-edition",
            expected=phrase("heading-of-edition", edition=target.bundle.edition),
            actual=other or phrase("heading-of-edition", edition=target.bundle.edition),
            where=file.name,
        )
        missing = [name for name in wanted if name not in file.header]
        extra = [name for name in file.header if name not in wanted]
        lacking = phrase("columns-absent", count=len(missing))
        expect.that(not missing, "column-missing", expected=", ".join(missing), actual=lacking, where=file.name)
        expect.that(
            file.form.declared == len(file.header),
            "header-too-wide",
            expected=phrase("columns-at-most", count=len(file.header)),
            actual=phrase("columns-counted", count=file.form.declared),
            where=at_line(file, 1),
        )
        expect.that(not extra, "column-unknown", expected=None, actual=series.names(extra[:NAMED]), where=file.name)
        expect.that(
            file.header == wanted,
            "column-order-differs",
            expected=", ".join(wanted[:6]) + " …",
            actual=series.names(file.header[:6]) + " …",
            where=file.name,
        )


@requirement("FL-06")
def test_cells_with_commas_quotes_or_newlines_are_quoted(target: Provider, expect: Expect) -> None:
    """The text is RFC 4180: a quote opens only at a cell's start, is doubled inside, and is closed before a comma."""
    for file in series_of(target, anyhow=True).files:
        broken, unclosed = Offences(), Offences()
        for line, _ in file.form.misquoted.first:
            broken.add(Offence(rule="quoting-broken", line=line))
        broken.add_unseen("quoting-broken", file.form.misquoted.count - broken.count)
        for line, _ in file.form.unclosed.first:
            unclosed.add(Offence(rule="quote-never-closed", line=line))
        unclosed.add_unseen("quote-never-closed", file.form.unclosed.count - unclosed.count)
        for faults in (unclosed, broken):
            expect_clean(target, expect, file, faults, phrase("quoting-by-rfc"))


@requirement("FL-07")
def test_announced_counts_and_digests_are_true(target: Provider, expect: Expect) -> None:
    """Rows and SHA-256 of each file are those of its completion marker."""
    judged = 0
    for file in series_of(target, anyhow=True).files:
        if file.marker is None:
            continue
        judged += 1
        rows = file.rows
        expect.that(
            rows == file.marker.rows, "row-count-differs", expected=file.marker.rows, actual=rows, where=file.name
        )
        expect.that(
            file.form.sha256 == file.marker.sha256.lower(),
            "digest-differs",
            expected=file.marker.sha256[:16],
            actual=file.form.sha256[:16],
            where=file.name,
        )
    if not judged:
        raise Undecided("no-completion-marker", series_of(target, anyhow=True).linkage)


@requirement("FL-18")
def test_a_round_without_changes_still_delivers_an_empty_delta(target: Provider, expect: Expect) -> None:
    """The series holds a delta of a header only: silence and nothing-to-say are not the same."""
    with_deltas(target, series_of(target, anyhow=True))
    deltas = series_of(target, anyhow=True).of_kind("sabun")
    if not deltas:
        raise Undecided("no-delta", series_of(target, anyhow=True).linkage)
    empty = [file for file in deltas if not file.rows]
    expect.that(
        bool(empty),
        "empty-delta-missing",
        expected=phrase("header-only-delta"),
        actual=phrase("no-empty-delta", count=len(deltas)),
    )
    for file in empty:
        expect.that(
            bool(file.header),
            "empty-delta-without-header",
            expected=phrase("header-line"),
            actual=phrase("empty"),
            where=file.name,
        )


@requirement("FL-19")
def test_sequence_numbers_have_no_gap_and_deltas_name_their_base(target: Provider, expect: Expect) -> None:
    """Sequences are 1, 2, 3 …, and a delta's base is the one before it."""
    files = series_of(target, anyhow=True).by_sequence()
    numbers = [file.parts.sequence for file in files]
    wanted = list(range(1, len(numbers) + 1))
    expect.that(numbers == wanted, "sequence-gap", expected=wanted, actual=numbers)
    for file in files:
        if file.parts.kind == "sabun" and file.marker:
            expect.that(
                file.marker.base_sequence == file.parts.sequence - 1,
                "delta-base-wrong",
                expected=file.parts.sequence - 1,
                actual=file.marker.base_sequence,
                where=file.name,
            )
    stamps = [file.parts.stamp for file in files]
    expect.that(stamps == sorted(stamps), "time-runs-backwards", expected=phrase("times-in-order"), actual=stamps)


@requirement("FL-20")
def test_a_delivered_file_never_changes(target: Provider, expect: Expect) -> None:
    """A sequence delivered twice has the same bytes, and reading a file again gives the bytes read before."""
    first: dict[int, DataFile] = {}
    for file in series_of(target, anyhow=True).files:
        known = first.setdefault(file.parts.sequence, file)
        expect.that(
            known.form.sha256 == file.form.sha256,
            "sequence-delivered-with-other-bytes",
            expected=known.form.sha256[:16],
            actual=file.form.sha256[:16],
            where=file.name,
        )
    for file in first.values():
        with target.place.fetch(file.name, limit=file.form.size + 1).open("rb") as stream:
            again = hashlib.file_digest(stream, "sha256").hexdigest()
        expect.that(
            again == file.form.sha256,
            "file-changed",
            expected=file.form.sha256[:16],
            actual=again[:16],
            where=file.name,
        )


@requirement("001-01")
def test_a_full_file_is_published(target: Provider, expect: Expect) -> None:
    """The place holds at least one zenken file with rows."""
    full = series_of(target, anyhow=True).of_kind("zenken")
    expect.that(bool(full), "full-file-missing", expected=phrase("full-file"), actual=None)
    expect.that(any(file.rows for file in full), "full-file-empty", expected=phrase("a-row-or-more"), actual=None)


@requirement("001-02")
def test_delta_files_are_published(target: Provider, expect: Expect) -> None:
    """The place holds at least one sabun file, and one of them has rows."""
    deltas = series_of(target, anyhow=True).of_kind("sabun")
    expect.that(bool(deltas), "delta-file-missing", expected=phrase("delta-file"), actual=None)
    if not any(file.rows for file in deltas):
        raise NotApplicable("no-changes", series_of(target, anyhow=True).linkage)
