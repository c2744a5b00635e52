"""What 001 publishes: form, values, history, protections, and the same bytes for the same seed."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from mock_consumer import Consumer

from mocks import text
from mocks.juki.item import LINKAGES, Linkage
from mocks.juki.resident import kojinbango

Start = Callable[..., Consumer]
Row = dict[str, str]
NAME = re.compile(r"(\d{3}o\d{3})_993018_(zenken|sabun)_\d{14}_(\d{6})\.csv")
WEIGHTS = (6, 5, 4, 3, 2)


@pytest.fixture
def place(start: Start, tmp_path: Path) -> Path:
    """The place of a small conforming vendor."""
    start(place=tmp_path.as_uri())
    return tmp_path


def published(place: Path, linkage: str) -> list[tuple[dict[str, object], list[Row]]]:
    """Every file of a linkage in the order of its sequence: marker and rows."""
    files = sorted((place / linkage).glob("*.csv"), key=lambda path: path.name[-10:])
    return [
        (
            json.loads(Path(f"{path}.end").read_text(encoding="utf-8")),
            list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))),
        )
        for path in files
    ]


def key(linkage: Linkage, row: Row) -> tuple[str, ...]:
    """The primary key of a row."""
    return tuple(row[item.romaji] for item in linkage.items if item.key)


@pytest.mark.parametrize("linkage", LINKAGES, ids=lambda linkage: linkage.id)
def test_files_have_the_agreed_form(place: Path, linkage: Linkage) -> None:
    """Name, header, CRLF, no BOM, and a marker with count and digest; 1 and 5 are full, 3 is empty."""
    facts = []
    for path in sorted((place / linkage.id).glob("*.csv"), key=lambda one: one.name[-10:]):
        content = path.read_bytes()
        marker = json.loads(Path(f"{path}.end").read_text(encoding="utf-8"))
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
        assert NAME.fullmatch(path.name)
        assert rows[0] == linkage.header
        assert content.count(b"\n") == content.count(b"\r\n") == len(rows)
        assert (marker["rows"], marker["sha256"]) == (len(rows) - 1, hashlib.sha256(content).hexdigest())
        facts.append((marker["sequence"], marker["kind"], marker["base_sequence"]))
        assert (marker["rows"] == 0) == (marker["sequence"] == 3)

    assert facts == [(1, "zenken", None), (2, "sabun", 1), (3, "sabun", 2), (4, "sabun", 3), (5, "zenken", None)]


@pytest.mark.parametrize("linkage", LINKAGES, ids=lambda linkage: linkage.id)
def test_the_deltas_lead_from_one_full_file_to_the_next(place: Path, linkage: Linkage) -> None:
    """fold(1, 2, 3, 4) = 5, and a delta applied twice changes nothing more."""
    state: dict[tuple[str, ...], Row] = {}
    files = published(place, linkage.id)
    for _, rows in [files[0], *(file for file in files[1:4] for _ in range(2))]:
        for row in rows:
            if row["sakujofuragu"] == "1":
                state.pop(key(linkage, row), None)
            else:
                state[key(linkage, row)] = row

    assert state == {key(linkage, row): row for row in files[4][1]}


@pytest.mark.parametrize("linkage", LINKAGES, ids=lambda linkage: linkage.id)
def test_each_number_has_one_latest_row_and_a_history_without_gap(place: Path, linkage: Linkage) -> None:
    """最新フラグ is on the row with the highest history number, which count from 1."""
    column = next(item.romaji for item in linkage.items if item.key and item.romaji.endswith("rirekibango"))
    apart = (column, f"{column}_edaban", "shiensochikaishinengappi")
    names = [item.romaji for item in linkage.items if item.key and item.romaji not in apart]

    def whose(row: Row) -> tuple[str, ...]:
        return tuple(row[name] for name in names)

    for _, rows in (published(place, linkage.id)[0], published(place, linkage.id)[4]):
        latest = Counter(whose(row) for row in rows if row["saishinfuragu"] == "1")
        assert latest == dict.fromkeys({whose(row) for row in rows}, 1)
        for subject in latest:
            mine = [row for row in rows if whose(row) == subject]
            counted = sorted(int(row[column]) for row in mine)
            assert counted == list(range(1, len(mine) + 1))
            assert max(mine, key=lambda row: int(row[column]))["saishinfuragu"] == "1"


def _fits(kind: str, size: int, value: str) -> bool:
    checks = {
        "X": lambda: text.is_half_width(value) and len(value) <= size,
        "N": lambda: text.is_full_width(value) and text.length(value) <= size,
        "9": lambda: value.isdecimal() and len(value) <= size,
        "DATE": lambda: text.is_loose_date(value),
        "TIME": lambda: text.is_time(value),
    }
    return value == "" or checks[kind]()


def _is_municipality(code: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(code, WEIGHTS, strict=False))
    return len(code) == 6 and int(code[5]) == (11 - total % 11) % 10


@pytest.mark.parametrize("linkage", LINKAGES, ids=lambda linkage: linkage.id)
def test_every_value_fits_its_column(place: Path, linkage: Linkage) -> None:
    """Types, lengths in characters, 不詳 pairs and check digits hold in all files."""
    for _, rows in published(place, linkage.id):
        for row in rows:
            wrong = [item.romaji for item in linkage.items if not _fits(item.kind, item.size, row[item.romaji])]
            assert wrong == []
            codes = [row[name] for name in row if name.endswith("shikuchosonkodo") and row[name]]
            assert all(_is_municipality(code) for code in codes)
            for name in (name for name in row if name.endswith("_fushofuragu")):
                notation = row[name.replace("_fushofuragu", "_fushohyoki")]
                assert (row[name] == "1") == (notation != "")


def test_the_linkage_without_kojinbango_is_the_other_without_that_column(place: Path) -> None:
    """001o005 has no 個人番号 in any column and else the same rows."""
    without, with_number = published(place, "001o005")[4][1], published(place, "001o006")[4][1]
    numbers = {row.pop("kojinbango") for row in with_number} - {""}

    assert without == with_number
    assert not any(value in numbers for row in without for value in row.values())


def test_kojinbango_come_from_the_marked_range() -> None:
    """They begin with 999990 and end with the official check digit."""
    assert kojinbango(1) == "999990000015"
    assert kojinbango(99999).startswith("99999099999")


def latest(place: Path, name: str) -> Row:
    """The latest row of the resident of that name in the last full file of 001o006."""
    rows = published(place, "001o006")[4][1]
    (found,) = [row for row in rows if row["shimei"] == name and row["saishinfuragu"] == "1"]
    return found


def test_the_hard_personas_are_in_the_files(place: Path) -> None:
    """IVS and 300 characters, private use, non-calendar and unknown dates, migrated numbers, quoting."""
    assert len(latest(place, "辻󠄀　一樹")["jusho_katagaki"]) == 300
    assert latest(place, "\U0010de92田　夏子")
    assert latest(place, "閏野　平")["seinengappi"] == "1971-02-29"
    assert latest(place, "不詳野　時子")["seinengappi_fushohyoki"] == "昭和５年頃"
    assert latest(place, "古井　三郎")["atenabango"] == "456"
    assert latest(place, "句読　点")["chikukanrikodo1"] == 'A,"12"'
    assert latest(place, "長寿　五月")["tsuzukigarahyoki"] == "子の子の子の子"


def test_a_cancelled_move_is_appended_and_a_returning_resident_keeps_the_number(place: Path) -> None:
    """転出取消 is a third row over an untouched second; 再転入 goes on under the old number."""
    rows = published(place, "001o006")[4][1]
    undecided = [row for row in rows if row["atenabango"] == latest(place, "思案　歩")["atenabango"]]
    assert [row["tenshutsusakijusho_yotei_todofuken"] != "" for row in undecided] == [False, True, False]

    assert latest(place, "帰山　渡")["atenabango"] == "000000000012319"
    assert latest(place, "帰山　渡")["juminjotai"] == "1"


def test_a_row_is_deleted_and_made_again_under_its_key(place: Path) -> None:
    """The second file deletes a row with 削除フラグ, the fourth brings it back."""
    files = published(place, "001o006")
    name = "再生　命"
    flags = [[row["sakujofuragu"] for row in rows if row["shimei"] == name] for _, rows in files]

    assert flags == [["0"], ["1"], [], ["0"], ["0"]]


def test_a_protection_outlives_its_end_date_and_a_lift_does_not_leave(place: Path) -> None:
    """The end of 2026-03-30 passed without a decision; the temporary lift of another changed no row."""
    files = published(place, "001o009")
    ended = [[row for row in rows if row["shiensochishuryonengappi"] == "2026-03-30"] for _, rows in files]
    assert [len(rows) for rows in ended] == [1, 0, 0, 0, 1]
    assert ended[4][0]["saishinfuragu"] == "1"

    lifted = latest(place, "守屋　薫")["atenabango"]
    assert [len([row for row in rows if row["atenabango"] == lifted]) for _, rows in files] == [1, 0, 0, 0, 1]


def test_the_same_seed_gives_the_same_bytes(start: Start, tmp_path: Path) -> None:
    """Two runs with one seed are equal to the byte, another seed differs."""
    digests = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        start(place=(tmp_path / name).as_uri(), seed=seed)
        files = sorted((tmp_path / name).rglob("*.*"))
        digests.append({str(path.relative_to(tmp_path / name)): path.read_bytes() for path in files})

    assert digests[0] == digests[1] != digests[2]


def test_gamma_uses_its_freedom_in_files_too(start: Start, tmp_path: Path) -> None:
    """Rows the other way round, numbers padded to 15, short times."""
    start(place=tmp_path.as_uri(), vendor_name="gamma")
    rows = published(tmp_path, "001o006")[4][1]

    assert {len(row["atenabango"]) for row in rows} == {15}
    assert rows[0]["atenabango"] > rows[-1]["atenabango"]
    assert {len(row["sosajikoku"]) for row in rows} <= {5, 8}


def test_time_goes_on_and_a_further_delta_follows(start: Start, tmp_path: Path) -> None:
    """After the virtual clock was advanced by two weeks a sixth file holds what happened since."""
    consumer = start(place=tmp_path.as_uri())
    consumer.http.post("/control/clock", json={"seconds": 14 * 86400})

    files = consumer.http.post("/control/publish", json={"kind": "sabun"}).json()["files"]

    assert len(files) == len(LINKAGES)
    marker, rows = published(tmp_path, "001o006")[5]
    assert (marker["sequence"], marker["base_sequence"]) == (6, 5)
    assert rows


def test_reset_brings_back_the_first_moment(start: Start, tmp_path: Path) -> None:
    """After a reset the place holds the five files again and 031 has forgotten the new number."""
    consumer = start(place=tmp_path.as_uri())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    number = consumer.number()
    consumer.town.publish("zenken")

    consumer.http.post("/control/reset")

    assert {path: path.read_bytes() for path in tmp_path.rglob("*.csv")} == before
    assert consumer.found(atenabango=number) == []
