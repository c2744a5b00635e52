"""Any 業務 from a town's pack: what it publishes, how it changes, its REST form, what it takes in, its own rules."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mock_consumer import Consumer
from office_pack import DUE, NUMBERS, PEOPLE, PROTECTED, write

from mocks import vendor
from mocks.gyomu.office import Desk

Start = Callable[..., Consumer]
Open = Callable[..., Consumer]
SYSTEMS = ("001", "010", "019", "027", "030", "032", "036")
STAMP = {"shikuchosonkodo": "993018", "sosashaid": "T1", "sosanengappi": "2026-04-01", "sosajikoku": "09:00:00"}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack, written once."""
    return write(tmp_path_factory.mktemp("town"))


@pytest.fixture
def begin(start: Start, pack: Path, tmp_path: Path) -> Open:
    """Starts a mock of the systems: begin(*faults, systems=…, vendor_name=…)."""

    def opened(*faults: str, systems: tuple[str, ...] = SYSTEMS, vendor_name: str = "alpha", **more: Any) -> Consumer:
        place = (tmp_path / "place").as_uri()
        style = vendor.load(vendor_name).style
        desk = Desk(pack=pack, systems=systems, style=style, place=place, inbox=place, **more)
        return start(*faults, vendor_name=vendor_name, system=systems[0], place=place, desk=desk)

    return opened


def files(place: Path, linkage: str) -> list[list[dict[str, str]]]:
    """The rows of every file of a linkage, by sequence."""
    paths = sorted((place / "place" / linkage).glob("*.csv"), key=lambda path: path.name[-10:])
    return [list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""))) for path in paths]


def told(consumer: Consumer, path: str, **body: Any) -> Any:
    """The answer of the control interface."""
    answer = consumer.http.post(f"/control/{path}", json=body)
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_the_series_of_the_pack_is_published_and_closed_by_a_full_file(begin: Open, tmp_path: Path) -> None:
    """Full, delta, empty delta, delta as in the pack, then the full file that they come to, each with its marker."""
    begin()
    first, changed, empty, last, closing = files(tmp_path, "001o006")

    assert (len(first), len(changed), empty, last) == (3, 2, [], [])
    assert sorted(row["kojinrirekibango"] for row in closing) == ["1", "1", "1", "2"]
    assert [row["jusho_todofuken"] for row in closing if row["atenabango"] == PEOPLE[0]] == ["架空県", "別架空県"]
    markers = [json.loads(path.read_text()) for path in sorted((tmp_path / "place" / "001o006").glob("*.end"))]
    assert sorted((one["sequence"], one["kind"], one["base_sequence"]) for one in markers) == [
        (1, "zenken", None), (2, "sabun", 1), (3, "sabun", 2), (4, "sabun", 3), (5, "zenken", None)
    ]  # fmt: skip


def test_a_change_is_told_once_and_deltas_are_empty_else(begin: Open, tmp_path: Path) -> None:
    """After the pack's end a delta holds what /control/change did, the former latest row too, and the next holds nothing."""
    consumer = begin()
    told(consumer, "change", linkage="010o902", values={"atenabango": PEOPLE[0], "kazeinendo": "2025",
         "kojinrirekibango": "1", "genmengaku": "100"})  # fmt: skip
    for _ in range(2):
        assert len(told(consumer, "publish", kind="sabun", linkage="010o902")["files"]) == 1

    *_, delta, empty = files(tmp_path, "010o902")
    assert [(row["kazeijohorirekibango"], row["saishinfuragu"]) for row in delta] == [("1", "0"), ("2", "1")]
    assert empty == []


def test_a_schedule_follows_the_virtual_clock(begin: Open, tmp_path: Path) -> None:
    """001o006 is due every ten minutes, 010o902 every night."""
    consumer = begin(systems=("001", "010"), schedule=True)
    told(consumer, "clock", seconds=1800)
    assert len(files(tmp_path, "001o006")) == 5 + 3
    told(consumer, "clock", seconds=43200)
    assert len(files(tmp_path, "010o902")) == 5 + 1


def test_what_is_sent_without_deltas_is_told_whole(begin: Open, tmp_path: Path) -> None:
    """017o903 has full files only; a change makes another one within ten minutes, and nothing else does but the year's batch."""
    consumer = begin(systems=("017",), schedule=True)
    told(consumer, "clock", seconds=1800)
    assert [len(rows) for rows in files(tmp_path, "017o903")] == [1, 1]

    told(consumer, "change", linkage="017o903", values={"gakkokodo": "B199210000012", "gakkomei": "連携市立新小学校"})
    told(consumer, "clock", seconds=1800)
    assert [rows[0]["gakkomei"] for rows in files(tmp_path, "017o903")][2:] == ["連携市立新小学校"]
    told(consumer, "clock", seconds=43200)
    assert len(files(tmp_path, "017o903")) == 4
    assert all("zenken" in path.name for path in (tmp_path / "place" / "017o903").iterdir())


@pytest.mark.parametrize("vendor_name", ["alpha", "gamma"])
def test_two_vendors_publish_the_same_rows_each_in_its_way(begin: Open, tmp_path: Path, vendor_name: str) -> None:
    """gamma turns the order round and leaves out seconds that are 00."""
    begin(vendor_name=vendor_name)
    rows = files(tmp_path, "036o005")[0] + files(tmp_path, "001o006")[0]

    assert {row["sosajikoku"] for row in rows} == ({"09:00:00"} if vendor_name == "alpha" else {"09:00"})
    assert [row["atenabango"] for row in rows[1:]] == list(PEOPLE if vendor_name == "alpha" else PEOPLE[::-1])


def ask(consumer: Consumer, linkage: str, **body: Any) -> Any:
    """An answer of the REST form of a file linkage."""
    token = consumer.token(f"{linkage[:3]}:reference/v1/{linkage}:Read")
    return consumer.http.post(f"/reference/v1/{linkage}", json=body, headers={"Authorization": f"Bearer {token}"})


def test_gamma_tells_what_changed_in_two_files(begin: Open, tmp_path: Path) -> None:
    """What alpha tells in one delta comes from gamma in two, whole histories in each; one history or none in one."""
    written, lengths = {}, {}
    for name in ("alpha", "gamma"):
        consumer = begin(vendor_name=name)
        for number in PEOPLE[:2]:
            told(consumer, "change", linkage="001o006", values={"atenabango": number, "shimei": "青葉　改"})
        written[name] = told(consumer, "publish", kind="sabun", linkage="001o006")["files"]
        told(consumer, "publish", kind="sabun", linkage="001o006")
        lengths[name] = [len(rows) for rows in files(tmp_path, "001o006")[5:]]

    assert [len(names) for names in written.values()] == [1, 2]
    assert lengths == {"alpha": [4, 0], "gamma": [2, 2, 0]}


def test_gamma_answers_in_another_way(begin: Open) -> None:
    """The rest form of gamma: the other order of rows and members, null for what is empty, no seconds that are 00."""
    alpha, gamma = (ask(begin(vendor_name=name), "001o006", **STAMP).json()["result"] for name in ("alpha", "gamma"))

    assert [row["atenabango"] for row in gamma] == [row["atenabango"] for row in alpha][::-1]
    assert next(iter(gamma[0])) == "sosajikoku"
    assert (alpha[0]["sosajikoku"], gamma[0]["sosajikoku"]) == ("09:00:00", "09:00")
    nulls = {name for name, value in gamma[-1].items() if value is None}
    assert nulls and not nulls & alpha[0].keys()


def test_the_rest_form_finds_by_key_latest_and_day(begin: Open) -> None:
    """Everything, one key, the latest only, and only what was written since a day."""
    consumer = begin()

    everything = ask(consumer, "001o006", **STAMP).json()
    assert everything["metadata"] == {"title": "住民情報（個人番号あり）", "detail": "照会が完了しました。"}
    assert everything["_links"]["self"]["href"] == "/reference/v1/001o006"
    assert len(everything["result"]) == 4
    assert len(ask(consumer, "001o006", **STAMP, atenabango=PEOPLE[0]).json()["result"]) == 2
    latest = ask(consumer, "001o006", **STAMP, atenabango=PEOPLE[0], saishinnomi="1").json()["result"]
    assert [row["kojinrirekibango"] for row in latest] == [2]
    assert ask(consumer, "001o006", **STAMP, koshinnengappi_kara="2026-03-01").json()["result"] == []


def test_the_rest_form_refuses_as_the_profile_says(begin: Open) -> None:
    """400 with every problem, 401 without a token for the linkage, 503 in an outage."""
    consumer = begin()

    wrong = ask(consumer, "001o006", **{**STAMP, "sosashaid": ""}, saishinnomi="2", atenabango="１", oi="1")
    assert (wrong.status_code, [one["code"] for one in wrong.json()["errors"]]) == (400, ["E0001", *["E0002"] * 3])
    assert consumer.http.post("/reference/v1/001o006", json=STAMP).status_code == 401
    other = consumer.token("010:reference/v1/010o902:Read")
    answer = consumer.http.post("/reference/v1/001o006", json=STAMP, headers={"Authorization": f"Bearer {other}"})
    assert (answer.status_code, "errors" in answer.json()) == (401, False)
    told(consumer, "outage", mode="json503")
    answer = consumer.http.post("/reference/v1/010o902", json=STAMP, headers={"Authorization": f"Bearer {other}"})
    assert answer.status_code == 503


def taken(consumer: Consumer, linkage: str = "001o006", system: str = "010") -> dict[str, Any]:
    """What a system holds of a linkage after reading its inbox."""
    told(consumer, "import", system=system)
    held: dict[str, Any] = consumer.http.get("/control/records", params={"system": system, "linkage": linkage}).json()
    return held


def test_an_intake_takes_the_series_once_and_refuses_rows_alone(begin: Open) -> None:
    """The fold of the files is held; reading again changes nothing."""
    consumer = begin()
    once, again = taken(consumer), taken(consumer)

    assert (once["sequence"], once["counts"]["held"], once["waiting_for_full"]) == (5, 4, False)
    assert once == again
    assert all(row["result"] == "accepted" for row in once["rows"])


def test_an_intake_waits_for_a_full_file_after_a_gap(begin: Open, tmp_path: Path) -> None:
    """Without the second file the deltas after it wait; the closing full file is taken."""
    consumer = begin()
    for path in (tmp_path / "place" / "001o006").glob("*_000002.csv*"):
        path.unlink()
    held = taken(consumer)

    assert [said.partition(":")[0] for said in held["files"].values()] == ["taken", "waiting", "waiting", "taken"]
    assert (held["counts"]["held"], held["waiting_for_full"]) == (4, False)


def test_a_row_that_cannot_be_taken_is_refused_alone(begin: Open) -> None:
    """A 必須 cell is empty on latest rows: those are listed with the reason, the others are held."""
    held = taken(begin("001:required_cell_empty"))

    assert held["counts"]["rejected"] > 0
    assert {one["reason"] for one in held["refused"]} == {"sosashaid: empty"}
    assert [row["row"]["saishinfuragu"] for row in held["rows"]] == ["0"]


def test_a_screen_shows_one_person_and_hides_a_protected_address(begin: Open) -> None:
    """The latest row counts, zeros in front do not, and protection stands after its end date."""
    consumer = begin()
    taken(consumer)

    def screen(number: str) -> Any:
        return consumer.http.get("/control/screen", params={"system": "010", "atenabango": number}).json()

    assert screen("19")["jusho"]["jusho_todofuken"] == "別架空県"
    assert (screen(PROTECTED)["shiensochi"], screen(PROTECTED)["jusho"]) == (True, None)
    assert consumer.http.get("/control/screen", params={"system": "010", "atenabango": "9"}).status_code == 404


def test_032_gives_one_number_for_one_kojinbango(begin: Open) -> None:
    """The same 個人番号 gets the same number; what cannot be numbered is listed, without the number in the text."""
    consumer = begin()
    rows = [{"gyomuid": "010", "atenabango": PEOPLE[0], "kojinbango": NUMBERS[0]} for _ in range(2)]
    wrong = [{"gyomuid": "010", "atenabango": PEOPLE[1], "kojinbango": "123456789012"}]
    wrong += [{"gyomuid": "010", "atenabango": PEOPLE[0], "kojinbango": NUMBERS[1]}]
    said = told(consumer, "032/fuban", rows=[*rows, *wrong])

    assert [one["shorikekka"] for one in said["results"]] == ["1", "2"]
    assert [(one["line"], one["erakodo"]) for one in said["errors"]] == [(3, "E101"), (4, "E103")]
    assert not any(character.isdigit() for one in said["errors"] for character in one["eranaiyo"])
    assert told(consumer, "032/bango") == {"numbers": 1, "persons": 1, "linked": 1}


def test_010_corrects_by_a_further_row_whose_totals_follow(begin: Open) -> None:
    """The former row stays as it was and is no longer the latest."""
    consumer = begin()
    said = told(consumer, "010/kosei", atenabango=PEOPLE[0], kazeinendo="2025", koseijiyu="05",
                shichosonminzei_shotokuwarigaku=1500)  # fmt: skip
    row = said["row"]

    assert (row["kazeijohorirekibango"], row["shichosonminzeigaku"], row["nenzeigaku"]) == ("2", "4500", "7100")
    rows = ask(consumer, "010o902", **STAMP, atenabango=PEOPLE[0]).json()["result"]
    assert [(one["nenzeigaku"], one["saishinfuragu"]) for one in rows] == [(6600, "0"), (7100, "1")]


def test_019_keeps_one_record_for_a_dose_and_answers_inquiries(begin: Open) -> None:
    """The same dose told twice is one; a correction is a further row; a protected person is not answered for."""
    consumer = begin()
    dose = {"atenabango": PEOPLE[0], "wakuchinshurui": "01", "sesshukaisu": "1", "sesshukubun": "1", "jisshikubun": "1",
            "sesshunengappi": "2026-03-01", "rottobango": "B2"}  # fmt: skip
    changed = [told(consumer, "019/sesshu", **one)["changed"] for one in (dose, dose, {**dose, "rottobango": "B3"})]

    assert changed == [True, False, True]
    answers = {number: told(consumer, "019/shokai", atenabango=number) for number in (*PEOPLE, "9")}
    assert [one["shokaishorijokyo"] for one in answers.values()] == ["2", "2", "4", "3"]
    assert [row["rottobango"] for row in answers[PEOPLE[0]]["rows"]] == ["B3"]


def test_027_and_030_take_an_application_once(begin: Open) -> None:
    """Sent again it gives the same number; with other content under the same id it is refused."""
    consumer = begin()
    claim = {"shinseibango": "A1", "atenabango": PEOPLE[0], "seikyunengappi": "2026-12-10", "jukyushakubun": "1",
             "shikyutaishojidosu": "1"}  # fmt: skip
    first, again = told(consumer, "027/shinsei", **claim), told(consumer, "027/shinsei", **claim)
    form = {"mainaporutaruuketsukebango": "M1", "gyomuid": "027", "tetsuzukikodo": "0000000000001",
            "tetsuzukimei": "認定請求", "honninkakuninhoho": "1"}  # fmt: skip
    received = told(consumer, "030/juryo", **form)

    assert (first["ninteibango"], again["changed"]) == (again["ninteibango"], False)
    assert first["row"]["shikyukaishinengetsu"] == "2027-01"
    assert told(consumer, "027/shinsei", **{**claim, "jukyushakubun": "2"}) == 400
    assert received["row"]["uketsukejokyo"] == "4"
    assert told(consumer, "030/juryo", **form)["uketsukebango"] == received["uketsukebango"]


def test_036_balances_follow_a_payment(begin: Open) -> None:
    """The payment is a row; the due and the person's standing come down by it; nobody pays more than is due."""
    consumer = begin()
    part = told(consumer, "036/pay", **DUE, shunokubun="01", shunokingaku_honzei=600)
    rest = told(consumer, "036/pay", **DUE, shunokubun="03", shunokingaku_honzei=6000)

    assert (part["due"]["minogaku"], part["due"]["shunojotai"]) == ("6000", "3")
    assert (rest["due"]["shunogaku"], rest["due"]["minogaku"], rest["due"]["kannonengappi"]) == (
        "6600",
        "0",
        "2026-04-01",
    )
    assert (rest["payment"]["shunorenban"], rest["standing"]["kannofuragu"]) == ("2", "1")
    assert told(consumer, "036/pay", **DUE, shunokubun="01", shunokingaku_honzei=1) == 400


def test_a_reset_brings_back_the_first_moment(begin: Open, tmp_path: Path) -> None:
    """Rows, files and memory of the offices are as at the start."""
    consumer = begin()
    told(consumer, "036/pay", **DUE, shunokubun="01", shunokingaku_honzei=600)
    told(consumer, "publish", kind="sabun")
    told(consumer, "reset")

    assert ask(consumer, "036o005", **STAMP).json()["result"][0]["shunogaku"] == 0
    assert len(files(tmp_path, "036o005")) == 5
