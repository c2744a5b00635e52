"""Files of a place: their form by RFC 4180, line numbers, lenient reading of what is broken, and offending rows."""

import csv
import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from item_maker import item_like

from renkei.adapters.polars.tables import PolarsTables
from renkei.flow.contract import Item
from renkei.flow.phrase import phrase
from renkei.kit import columns_blocks, columns_mending
from renkei.kit.columns import Offence, Offences, shown_cell
from renkei.kit.datafile import DataFile, FileName
from renkei.tableports import Block

NAME = FileName(linkage="001o006", municipality="993018", kind="zenken", stamp="20260101000000", sequence=1)
ITEM = item_like(name="氏名", romaji="shimei", type="N")
KEY = item_like(name="宛名番号", romaji="atenabango", type="X", length="15", key=True, output="必須")
SEX = item_like(name="性別", romaji="seibetsu", type="X", length="1", fixed=True, code="seibetsu")
ITEMS = (KEY, ITEM, SEX)
CODES = {"seibetsu": {"1": "男", "2": "女"}}


@dataclass(frozen=True)
class Fake:
    """A block of nothing."""

    rows: int = 0
    open: bool = False


CELLS = st.text(alphabet=["a", "漢", '"', ",", "\r", "\n", " ", "𠮷", "\ufeff", "\x00"], max_size=4)


def datafile(folder: Path, data: bytes, items: tuple[Item, ...] = ITEMS) -> DataFile:
    """A file of these bytes."""
    path = folder / "file.csv"
    path.write_bytes(data)
    return DataFile(
        name="001o006/file.csv",
        parts=NAME,
        path=path,
        marker=None,
        marker_fault="absent",
        items=items,
        codes=CODES,
        tables=PolarsTables(),
    )


def written(rows: list[list[str]], *, quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    """The rows as RFC 4180 has them."""
    out = io.StringIO(newline="")
    # The module quotes what begins with nothing but would not tell a lone carriage return otherwise.
    csv.writer(out, lineterminator="\r\n", quoting=quoting).writerows(rows)
    return out.getvalue().encode()


@pytest.fixture(params=[40, 1 << 20], ids=["blocks of 40 bytes", "one block"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many bytes are read at a time."""
    monkeypatch.setattr(columns_blocks, "BLOCK", request.param)
    return int(request.param)


def test_clean_files_come_back_cell_by_cell_with_their_lines(block: int, tmp_path: Path) -> None:
    """Whatever cells a writer of RFC 4180 writes, records, lines and counts are those of Python's csv module."""

    @settings(max_examples=60)
    @given(
        rows=st.lists(st.tuples(CELLS, CELLS, CELLS).map(list), max_size=12),
        quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    def judge(rows: list[list[str]], quoting: int) -> None:
        data = written([["atenabango", "shimei", "seibetsu"], *rows], quoting=quoting)
        file = datafile(tmp_path, data)
        begins = [1]
        for row in [["", "", ""], *rows]:
            begins.append(begins[-1] + 1 + sum(cell.count("\n") for cell in row))
        assert file.header == ("atenabango", "shimei", "seibetsu")
        assert [list(cells) for _, cells in file.records(*file.header)] == rows
        assert [line for line, _ in file.records("shimei")] == begins[1:-1]
        assert (file.rows, file.form.bare, file.form.misquoted.count, file.form.ragged.count) == (len(rows), 0, 0, 0)
        assert (file.form.size, file.form.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert [file.record(row)["shimei"] for row in range(len(rows))] == [row[1] for row in rows]

    judge()


def test_lines_are_counted_by_line_feeds_also_in_broken_files(block: int, tmp_path: Path) -> None:
    """A carriage return alone ends a record for a lenient reader, but begins no new line of the file."""
    file = datafile(tmp_path, b'atenabango,shimei,seibetsu\r\n\r\r\r\n"x,y\r\n"')
    assert [line for line, _ in file.records("shimei")] == [2, 2, 2, 3]


def test_any_bytes_are_read_to_the_end(block: int, tmp_path: Path) -> None:
    """No bytes stop the judging: rows are counted, the digest is right, and every row can be asked for its line."""

    @settings(max_examples=200)
    @given(
        data=st.lists(
            st.sampled_from(
                [b'"', b",", b"\r\n", b"\n", b"\r", b"a", "漢".encode(), b"\xff", b"\xef\xbb\xbf", b"\x00"]
            ),
            max_size=60,
        ).map(b"".join)
    )
    def judge(data: bytes) -> None:
        file = datafile(tmp_path, b"atenabango,shimei,seibetsu\r\n" + data)
        lines = [line for line, _ in file.records("shimei")]
        assert len(lines) == file.rows == file.ledger.rows
        assert lines == sorted(lines)
        assert file.form.sha256 == hashlib.sha256(file.path.read_bytes()).hexdigest()
        file.facts()

    judge()


def test_ragged_records_are_found_wherever_they_are(block: int, tmp_path: Path) -> None:
    """Records with a cell too few or too many are counted with their lines, even when their numbers make up for it."""
    rows = [["1", "山", "1"] for _ in range(30)]
    rows[7], rows[8], rows[20] = ["1", "山"], ["1", "山", "1", "余"], ["1"]
    file = datafile(tmp_path, written([["atenabango", "shimei", "seibetsu"], *rows]))
    assert file.form.ragged.count == 3
    assert file.form.ragged.first == [(9, "2"), (10, "4"), (22, "1")]
    assert file.rows == 30


def test_empty_last_cells_are_no_short_record(block: int, tmp_path: Path) -> None:
    """A last column that is empty does not make a record ragged, with or without quotation marks."""
    rows = [["1", 'a"b' if row % 5 == 0 else "山", ""] for row in range(20)]
    file = datafile(tmp_path, written([["atenabango", "shimei", "seibetsu"], *rows]))
    assert (file.form.ragged.count, file.form.misquoted.count, file.rows) == (0, 0, 20)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'1,"a"b,1', "misquoted"),
        (b'1,a"b,1', "misquoted"),
        (b'1,"a,1', "unclosed"),
        (b"1,a,b,1", "misquoted"),
        (b"1,a\rb,1", "misquoted"),
        (b"1,a\r,1", "misquoted"),
        (b'1,"a""b",1', ""),
        (b'1,"a\r\nb",1', ""),
        (b'1,"a\rb",1', ""),
        (b'"","",""', ""),
    ],
)
def test_quoting_faults_are_found_by_line(block: int, tmp_path: Path, line: bytes, fault: str) -> None:
    """A quotation mark inside a cell, one never closed, and a comma or carriage return without them are found."""
    before = b"1,a,1\r\n" * 9
    data = b"atenabango,shimei,seibetsu\r\n" + before + line + b"\r\n" + before
    file = datafile(tmp_path, data)
    for kind in ("misquoted", "unclosed"):
        assert [place for place, _ in getattr(file.form, kind).first] == ([11] if kind == fault else [])
    assert file.rows >= 19


def test_line_ends_are_counted_outside_of_quotation_marks(block: int, tmp_path: Path) -> None:
    """LF alone is counted where it ends a record, not where it belongs to a value."""
    data = b'atenabango,shimei,seibetsu\r\n1,"a\nb",1\r\n2,c,1\n3,"d\ne",1\n4,f,1\r\n'
    assert datafile(tmp_path, data).form.bare == 2
    assert datafile(tmp_path, data.replace(b"\r\n", b"\n")).form.bare == 5


def test_wrong_encodings_are_named_by_their_first_byte(block: int, tmp_path: Path) -> None:
    """A byte that is not UTF-8 is named with its line; the other rows are judged all the same."""
    data = b"atenabango,shimei,seibetsu\r\n" + b"1,\xe5\xb1\xb1,1\r\n" * 5 + "2,山,9\r\n".encode("cp932")
    file = datafile(tmp_path, data)
    assert file.form.undecodable == phrase("byte-at-line", line=7, byte="8E")
    assert file.offences(("unknown-code",)).count == 1
    assert datafile(tmp_path, "a,b\r\n漢,字\r\n".encode("utf-16")).form.undecodable == phrase(
        "byte-at-line", line=1, byte="FF"
    )


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    """A byte order mark is told and taken off; one inside the file belongs to its cell."""
    file = datafile(tmp_path, b"\xef\xbb\xbfatenabango,shimei\r\n\xef\xbb\xbfa,b\r\n")
    assert file.form.bom
    assert file.header == ("atenabango", "shimei")
    assert [cells for _, cells in file.records("atenabango")] == [("\ufeffa",)]


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\xef\xbb\xbf", b"\n\n\n", b"a", b'"'])
def test_files_without_a_header_are_files(tmp_path: Path, data: bytes) -> None:
    """An empty file and one of empty lines are judged like any other."""
    file = datafile(tmp_path, data)
    assert file.facts()["bytes"] == len(data)
    assert file.offences(("too-long",)).count == 0


def test_offences_name_line_and_column_and_stay_within_a_hundred(block: int, tmp_path: Path) -> None:
    """The first hundred rows of each rule are kept with their lines, all are counted, and persons stay hidden."""
    rows = [["1", "山\n田太郎子", "9"] for _ in range(150)]
    file = datafile(tmp_path, written([["atenabango", "shimei", "seibetsu"], *rows]))
    found = file.offences(("too-long", "unknown-code", "halfwidth-in-n"))
    assert found.counts == {"too-long": 150, "halfwidth-in-n": 150, "unknown-code": 150}
    assert len(found.rows) == 300
    asked = phrase("item-asked", item="氏名", asked=phrase("form-full-width", length="5"))
    assert found.rows[0] == Offence(
        rule="halfwidth-in-n", line=2, column="shimei（氏名）", expected=asked, shown="漢␊漢{4}"
    )
    code = [row for row in found.rows if row.rule == "unknown-code"]
    assert (code[-1].line, code[-1].shown) == (2 + 99 * 2, "9")
    assert file.offences(("too-long",), column="seibetsu").count == 0


def test_only_what_is_no_person_is_shown() -> None:
    """Codes and dates are shown when they have their form; names, numbers, birth dates and strays by their shape."""
    date = replace(ITEM, name="異動年月日", type="DATE")
    born = replace(ITEM, name="生年月日", type="DATE")
    assert shown_cell(SEX, "9") == "9"
    assert shown_cell(SEX, "山田太郎") == "漢{4}"
    assert shown_cell(SEX, "999990000012") == "9{12}"
    assert shown_cell(date, "2024-02-30") == "2024-02-30"
    assert shown_cell(date, "山田") == "漢漢"
    assert shown_cell(born, "1990-02-30") == "9{4}-99-99"
    assert shown_cell(born, "0000-01-01") == "0000-01-01"
    assert shown_cell(KEY, "000000000000018") == "9{15}"
    assert shown_cell(None, "123") == "999"
    assert [shown_cell(replace(ITEM, type="9"), text) for text in ("7", "12", "380000", "-1")] == [
        "7",
        "12",
        "9{6}",
        "-9",
    ]


def test_offences_count_what_they_do_not_keep() -> None:
    """Counts go on after the hundredth row, and rows that were never seen singly are counted too."""
    found = Offences()
    for line in range(250):
        found.add(Offence(rule="too-long", line=line))
    found.add_unseen("too-long", 1000)
    found.add_unseen("unknown-code", 0)
    assert (found.count, len(found.rows), found.facts()["broken"]) == (1250, 100, {"too-long": 1250})


def test_a_long_file_is_cut_at_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks end where records end, also when the cut falls into quotation marks over several lines."""
    chance = random.Random(3)
    rows = [[str(row), "".join(chance.choice('山\n",') for _ in range(chance.randrange(30))), ""] for row in range(400)]
    data = written([["atenabango", "shimei", "seibetsu"], *rows])
    for size, line in ((7, 9), (64, 0), (64, 9), (333, 1 << 15), (4096, 9), (4096, 1 << 15)):
        monkeypatch.setattr(columns_blocks, "BLOCK", size)
        monkeypatch.setattr(columns_blocks, "LINE", line)
        file = datafile(tmp_path, data)
        assert [list(cells) for _, cells in file.records(*file.header)] == rows
        assert file.form.misquoted.count == 0
        assert (file.form.size, file.form.sha256) == (len(data), hashlib.sha256(data).hexdigest())


HEADER = b"atenabango,shimei,seibetsu\r\n"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of at most 60 bytes, three ragged ones read, blocks of 500 bytes."""
    for module in (columns_blocks, columns_mending):
        monkeypatch.setattr(module, "MAX_RECORD", 60)
    monkeypatch.setattr(columns_blocks, "MAX_RAGGED", 3)
    monkeypatch.setattr(columns_blocks, "BLOCK", 500)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("size", [61, 400, 5000])
def test_an_overlong_record_costs_its_own_line_only(tmp_path: Path, size: int) -> None:
    """Of a record longer than any can be the beginning is read, it is told with its line, and the next is read whole."""
    good = b"1,a,1\r\n"
    file = datafile(tmp_path, HEADER + good * 4 + b"x" * size + b"\r\n" + good * 20)
    assert file.form.overlong.first == [(6, "")]
    assert file.form.ragged.first == [(6, "1")]
    assert file.rows == 25
    assert [line for line, _ in file.records("shimei")] == list(range(2, 27))
    assert [cells for _, cells in file.records("atenabango")][3:6] == [("1",), ("x" * 60,), ("1",)]


@pytest.mark.usefixtures("short")
def test_a_quotation_mark_never_closed_costs_one_line(tmp_path: Path) -> None:
    """It is looked for within the length of a record; the lines after its own are records again."""
    good = b"1,a,1\r\n"
    file = datafile(tmp_path, HEADER + good * 3 + b'1,"a,1\r\n' + good * 300)
    assert file.form.unclosed.first == [(5, "")]
    assert (file.rows, file.form.ragged.count, file.form.misquoted.count) == (304, 1, 0)
    assert [line for line, _ in file.records("shimei")] == list(range(2, 306))


@pytest.mark.usefixtures("short")
def test_ragged_records_are_counted_but_not_kept_without_end(tmp_path: Path) -> None:
    """After the first of them, records with another number of cells are only counted; the others are still judged."""
    data = HEADER + b"\r\n" * 50 + b"1,a,9\r\n" + b"x\r\n" * 200 + b"2,b,9\r\n"
    file = datafile(tmp_path, data)
    assert (file.rows, file.form.ragged.count) == (252, 250)
    assert file.ledger.rows == 5
    assert [line for line, _ in file.records("seibetsu")] == [2, 3, 4, 52, 253]
    assert [row.line for row in file.offences(("unknown-code",)).rows] == [52, 253]


@pytest.mark.usefixtures("short")
def test_a_header_without_end_is_cut(tmp_path: Path) -> None:
    """The names within the length of a record are taken, the rest of the line is passed over and told."""
    file = datafile(tmp_path, b"atenabango," + b"x," * 500 + b"\r\n1,a\r\n")
    assert file.form.overlong.first == [(1, "")]
    assert (file.header[:2], file.rows, file.form.ragged.first) == (("atenabango", "x"), 1, [(2, "2")])


def test_a_header_of_too_many_columns_is_judged_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns beyond the widest are counted, not judged; records with as many cells as the header has are not ragged."""
    monkeypatch.setattr(columns_blocks, "WIDEST", 2)
    file = datafile(tmp_path, b"atenabango,shimei,seibetsu,x\r\n1,a,1,x\r\n")
    assert (file.header, file.form.declared) == (("atenabango", "shimei"), 4)
    assert (file.rows, file.form.ragged.count) == (1, 0)


def test_a_block_of_many_small_rows_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a block would come to too many cells it is read in batches, with the same result."""
    data = HEADER + b",,\r\n" * 100 + b'1,"a\nb",9\r\n' + b",,\r\n" * 3
    whole = datafile(tmp_path, data)
    found = [whole.rows, whole.form, list(whole.records(*whole.header))]
    monkeypatch.setattr(columns_blocks, "MAX_CELLS", 100)
    parts = datafile(tmp_path, data)
    assert [parts.rows, parts.form, list(parts.records(*parts.header))] == found
    assert parts.offences(("unknown-code",)).rows[0].line == 102


def test_a_fault_while_reading_ahead_is_not_lost(tmp_path: Path) -> None:
    """What goes wrong in the thread that reads ahead goes wrong for the caller."""

    def blocks() -> Iterator[Block]:
        yield Fake()
        raise OSError("gone")

    taken = columns_blocks.ahead(blocks())
    assert isinstance(next(taken), Fake)
    with pytest.raises(OSError, match="gone"):
        next(taken)
