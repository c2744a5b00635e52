"""What clerks of the mock offices do: life events by the façade's names, and what follows when a file arrives or a day comes."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from office_hall import Hall
from office_pack import PEOPLE

from mocks.fault import known_names, of_journeys
from mocks.gyomu.ledger import Refused
from mocks.jutogai.number import check_digit

ROOT = Path(__file__).resolve().parents[2]
DUE = {"gyomuid": "013", "fukanendo": "2025", "zeimokukodo": "06", "tsuchishobango": "9000000001", "kibetsu": "01"}


Make = Callable[..., Hall]


def test_the_published_events_are_those_that_offices_have(make: Make) -> None:
    """events.csv and the mocks name the same events for the same systems; each is described in both languages."""
    with (ROOT / "contracts/facade/events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    published = {(system, row["event"]) for row in rows for system in row["systems"].split(";")}
    hall = make()
    offered = {(office.system.id, name) for office in hall.offices for name in office.events()}

    assert {one for one in published if one[0] != "*"} == offered
    assert {event for system, event in published if system == "*"} == {"change", "delete", "publish", "clock"}
    assert all(row["ja"] and row["en"] and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["event"]) for row in rows)


def test_every_fault_of_journeys_names_its_journeys() -> None:
    """At least forty, each a branch that exists, with a law that exists and journeys that are told."""
    with (ROOT / "contracts/journey/requirements.csv").open(encoding="utf-8", newline="") as file:
        laws = {row["id"] for row in csv.DictReader(file)}
    told = {path.stem for path in (ROOT / "suites/journeys").glob("*.toml")}
    faults = of_journeys()

    assert len(faults) >= 40
    assert set(faults) <= known_names()
    for fault in faults.values():
        assert set(fault.catches) <= laws, fault.name
        assert set(fault.journeys) <= told, fault.name
        assert fault.journeys, fault.name


def test_a_family_moves_in(make: Make) -> None:
    """001 numbers each with a right check digit; who joins a household shares it; every row is in both data sets."""
    hall = make(systems=("001",))
    man = hall.move_in()
    child = hall.move_in("2020-05-05", "2", setaibango=man["setaibango"], tsuzukigarakodo1="06")

    assert man["atenabango"] != child["atenabango"]
    assert str(check_digit(man["atenabango"][:-1])) == man["atenabango"][-1]
    assert (child["setaibango"], child["jusho_choaza"]) == (man["setaibango"], man["jusho_choaza"])
    assert (man["tsuzukigarahyoki"], child["tsuzukigarahyoki"]) == ("世帯主", "子")
    for number in (man["atenabango"], child["atenabango"]):
        assert len(hall.own("001o006", atenabango=number)) == len(hall.own("001o005", atenabango=number)) == 1


def test_a_departure_and_its_cancellation(make: Make) -> None:
    """The notice leaves a resident; the planned day removes; the same 転入通知 counts once; a cancellation restores all."""
    hall = make(systems=("001",))
    number = hall.move_in()["atenabango"]
    announced = hall.do("001", "move-out-notice", atenabango=number, idonengappi="2026-04-03",
                        tenshutsusakijusho_yotei_todofuken="北海道")  # fmt: skip
    assert (announced["juminjotai"], announced["idojiyu"]) == ("1", "10")
    hall.do("001", "clock", seconds="86400")
    assert hall.own("001o006", atenabango=number)[0]["juminjotai"] == "1"
    hall.do("001", "clock", seconds="86400")
    assert hall.own("001o006", atenabango=number)[0]["juminjotai"] == "2"

    for _ in range(2):
        settled = hall.do("001", "move-out", atenabango=number, tenshutsusakijusho_kakutei_todofuken="青森県")
    assert (settled["tenshutsusakijusho_yotei_todofuken"], settled["idonengappi"]) == ("北海道", "2026-04-03")
    assert len(hall.history("001o006", atenabango=number)) == 4
    back = hall.do("001", "cancel", atenabango=number)
    assert (back["juminjotai"], back["idojiyu"], back["kojinrirekibango"]) == ("1", "09", "5")
    assert back["tenshutsusakijusho_yotei_todofuken"] == ""


def test_who_returns_keeps_the_number(make: Make) -> None:
    """Found by 個人番号 or named by 宛名番号; who lives here cannot move in."""
    hall = make(systems=("001",))
    first = hall.move_in()
    number, card = first["atenabango"], first["kojinbango"]
    with pytest.raises(Refused):
        hall.move_in(kojinbango=card)
    hall.do("001", "move-out", atenabango=number)

    assert hall.move_in(kojinbango=card)["atenabango"] == number
    assert len(hall.history("001o006", atenabango=number)) == 3


def test_birth_death_marriage_and_nationality(make: Make) -> None:
    """A child without name and number gets both; a couple both get a row; who is naturalised stays one; a day may be unknown."""
    hall = make(systems=("001",))
    mother = hall.move_in(sex="2")
    child = hall.do("001", "birth", hahanoatenabango=mother["atenabango"])
    assert (child["shimei"], child["kojinbango"], child["tsuzukigarakodo1"]) == ("", "", "06")
    hall.do("001", "name", atenabango=child["atenabango"], shimei="試験　桜")
    named = hall.do("001", "number", atenabango=child["atenabango"])
    assert (named["shimei"], named["kojinrirekibango"], len(named["kojinbango"])) == ("試験　桜", "3", 12)

    guest = hall.do(
        "001", "move-in", shimei_gaikokujinromaji="ＳＭＩＴＨ　ＪＯＨＮ", seinengappi="1980-05-05", seibetsu="1"
    )
    citizen = hall.do("001", "naturalise", atenabango=guest["atenabango"], shimei="須見巣　丈")
    assert (citizen["atenabango"], citizen["kojinbango"]) == (guest["atenabango"], guest["kojinbango"])
    assert [row["idojiyu"] for row in hall.history("001o006", atenabango=guest["atenabango"])] == ["01", "13", "04"]
    hall.do("001", "marry", atenabango=citizen["atenabango"], aiteatenabango=mother["atenabango"], shimei="試験　丈")
    assert len(hall.history("001o006", atenabango=mother["atenabango"])) == 2
    gone = hall.do("001", "death", atenabango=mother["atenabango"], idonengappi="2026-04-01",
                   idonengappi_fushofuragu="1", idonengappi_fushohyoki="令和８年４月１日頃")  # fmt: skip
    assert (gone["juminjotai"], gone["shojonoidonengappi_fushohyoki"]) == ("3", "令和８年４月１日頃")
    assert hall.do("001", "head-unset", setaibango=mother["setaibango"])["tsuzukigarahyoki"] == "世帯主未設定"


def test_a_bulk_change_leaves_out_who_changed_meanwhile(make: Make) -> None:
    """Prepared, then one of two moves; the other one alone gets the new name of the place."""
    hall = make(systems=("001",))
    address = {"jusho_choazakodo": "0001001", "jusho_choaza": "本町一丁目", "jusho_banchigohyoki": "１番"}
    one, other = (hall.move_in(**address)["atenabango"] for _ in range(2))
    assert hall.do("001", "bulk-prepare", jusho_choazakodo="0001001")["kensu"] == "2"
    hall.do("001", "move", atenabango=one, **{**address, "jusho_banchigohyoki": "２番"})

    said = hall.do(
        "001", "bulk-address", jusho_choazakodo="0001001", shinjusho_choazakodo="0001009", shinjusho_choaza="新町"
    )
    assert said == {"kensu": "1", "jogai": one}
    assert [hall.own("001o006", atenabango=number)[0]["jusho_choaza"] for number in (one, other)] == [
        "本町一丁目",
        "新町",
    ]


def test_a_protection_from_decision_to_decision(make: Make) -> None:
    """Together with others, extended from the day after, lifted without a row, ended by decision; the assailant is in no row."""
    hall = make(systems=("001", "017"))
    one, other = (hall.move_in()["atenabango"] for _ in range(2))
    hall.do("001", "protect", atenabango=one, shiensochikubun="2", awaseteatenabango=other, kagaishashimei="悪　太郎")
    hall.carry()
    assert all(hall.office("017").known.is_protected(number) for number in (one, other))
    hall.do("001", "protect-extend", atenabango=one)
    hall.do("001", "protect-lift", atenabango=one)
    hall.carry()
    periods = [
        (row["shiensochikaishinengappi"], row["saishinfuragu"]) for row in hall.history("001o009", atenabango=one)
    ]
    assert periods == [("2026-04-01", "0"), ("2027-04-01", "1")]
    assert hall.office("017").known.is_protected(one)

    hall.do("001", "protect-end", atenabango=one)
    hall.carry()
    assert [hall.office("017").known.is_protected(number) for number in (one, other)] == [False, True]
    assert not any("悪" in cell for office in hall.offices for series in office.publisher.series.values()
                   for row in series.rows.values() for cell in row)  # fmt: skip


def test_nonsense_is_refused_with_a_reason(make: Make) -> None:
    """Nobody, nothing, another code, no day, and words that no office knows."""
    hall = make()
    number = hall.move_in()["atenabango"]
    hall.carry()
    wrong: list[tuple[str, str, dict[str, str]]] = [
        ("001", "move-in", {"shimei": "試験　太郎"}),
        ("001", "move-in", {"shimei": "試験　太郎", "seinengappi": "1990-02-31", "seibetsu": "1"}),
        ("001", "move-in", {"shimei": "taro", "seinengappi": "1990-02-01", "seibetsu": "1"}),
        ("001", "move-out", {"atenabango": "1"}),
        ("001", "death", {"atenabango": number, "idonengappi": "2030-01-01"}),
        ("001", "naturalise", {"atenabango": number, "shimei": "試験　太郎"}),
        ("001", "protect-end", {"atenabango": number}),
        ("001", "name", {"atenabango": number, "shimei": "試験　一", "namae": "x"}),
        ("002", "seal-abolish", {"atenabango": number}),
        ("010", "tax-correct", {"atenabango": number, "gokeishotokukingaku": "1"}),
        ("024", "assess", {"atenabango": number}),
        ("025", "acquire", {"atenabango": number}),
        ("027", "allowance-apply", {"shinseibango": "1", "atenabango": number}),
        ("031", "outsider-unmerge", {"atenabango": number}),
        ("036", "refund", {**DUE, "atenabango": number}),
    ]
    for system, event, values in wrong:
        with pytest.raises(Refused, match=r"\w"):
            hall.do(system, event, **values)


@pytest.mark.parametrize("after", [(), ("number",)])
def test_insurance_ends_on_the_day_after_and_is_restored(make: Make, after: tuple[str, ...]) -> None:
    """A notice ends nothing; the removal ends 国保 and the seal; the cancellation restores both, whatever is told with it."""
    hall = make()
    number = hall.move_in()["atenabango"]
    hall.carry()
    hall.do("024", "acquire", atenabango=number)
    hall.do("002", "seal-register", atenabango=number)
    hall.do("001", "move-out-notice", atenabango=number, idonengappi="2026-04-02")
    hall.carry()
    assert hall.own("024o901", atenabango=number)[0]["shikakusoshitsunengappi"] == ""

    hall.do("001", "clock", seconds="86400")
    hall.carry()
    assert hall.own("024o901", atenabango=number)[0]["shikakusoshitsunengappi"] == "2026-04-03"
    assert hall.own("024o902", atenabango=number)[0]["hihokenshagaitofuragu"] == "0"
    assert hall.own("002o902", atenabango=number)[0]["haishijiyu"] == "03"
    hall.do("001", "cancel", atenabango=number)
    for event in after:
        hall.do("001", event, atenabango=number)
    hall.carry()
    assert hall.own("024o901", atenabango=number)[0]["shikakusoshitsunengappi"] == ""
    assert hall.own("002o901", atenabango=number)[0]["inkantorokujotai"] == "1"


def test_an_insurance_ends_by_what_happened_in_the_place_of_a_death(make: Make) -> None:
    """A death called off and a 転出 that are told together: 国保 ends on the day after the 転出, 年金 not at all."""
    hall = make()
    number = hall.move_in()["atenabango"]
    hall.carry()
    for system in ("024", "026"):
        hall.do(system, "acquire", atenabango=number)
    hall.do("001", "clock", seconds=str(5 * 86_400))
    hall.do("001", "death", atenabango=number, idonengappi="2026-04-03")
    hall.carry()
    ends = {"024o901": "2026-04-04", "026o901": "2026-04-04"}
    assert {name: hall.own(name, atenabango=number)[0]["shikakusoshitsunengappi"] for name in ends} == ends

    hall.do("001", "cancel", atenabango=number)
    hall.do("001", "move-out", atenabango=number, idonengappi="2026-04-05")
    hall.carry()
    ends = {"024o901": "2026-04-06", "026o901": ""}
    assert {name: hall.own(name, atenabango=number)[0]["shikakusoshitsunengappi"] for name in ends} == ends


def test_an_insurance_that_relief_ended_stays_ended(make: Make) -> None:
    """生活保護 ended 国保; a death that is called off later restores nothing."""
    hall = make()
    number = hall.move_in()["atenabango"]
    hall.carry()
    hall.do("024", "acquire", atenabango=number)
    kinds = ("seikatsu", "jutaku", "kyoiku", "iryo", "shussan", "seigyo", "sosai", "kaigo")
    relief = {"kesubango": "1", "shinseirirekibango": "1", "inbango": "1", "kaishinengappi": "2026-04-01",
              "fukushijimushokodo": "1", "ketteikubun": "1", "ketteinengappi": "2026-04-01",
              **{f"{kind}fujofuragu": "1" for kind in kinds}}  # fmt: skip
    hall.do("021", "change", linkage="021o901", atenabango=number, **relief)
    for _ in range(2):
        hall.carry()
    ended = hall.own("024o901", atenabango=number)[0]["shikakusoshitsunengappi"]
    assert ended

    hall.do("001", "death", atenabango=number, idonengappi="2026-04-01")
    hall.carry()
    hall.do("001", "cancel", atenabango=number)
    hall.carry()
    assert hall.own("024o901", atenabango=number)[0]["shikakusoshitsunengappi"] == ended


def test_premiums_follow_what_the_office_holds_of_tax(make: Make) -> None:
    """No row and 未申告 are not judged; a correction is; 036 raises and changes the due, and keeps what was paid too much."""
    hall = make()
    number = hall.move_in()["atenabango"]
    hall.carry()
    hall.do("024", "acquire", atenabango=number)
    assert hall.do("024", "assess", atenabango=number)["shotokuhanteikubun"] == "3"
    hall.do("010", "tax-assess", atenabango=number, gokeishotokukingaku="0", mishinkokukubun="1")
    hall.carry()
    row = hall.own("024o904", atenabango=number)[0]
    assert (row["shotokuhanteikubun"], row["keigenkubun"]) == ("2", "9")
    before = int(row["nenzeigaku"])
    hall.carry()
    due = hall.own("036o005", atenabango=number, gyomuid="024")[0]
    assert due["minogaku"] == str(before)
    key = {name: due[name] for name in (*DUE, "atenabango")}
    hall.do("036", "pay", **key, shunokingaku_honzei=str(before), nofuchaneruuketsukebango="A")
    hall.do("036", "pay", **key, shunokingaku_honzei=str(before), nofuchaneruuketsukebango="A")

    hall.do("010", "tax-correct", atenabango=number, gokeishotokukingaku="0")
    for _ in range(2):
        hall.carry()
    row = hall.own("024o904", atenabango=number)[0]
    assert (row["shotokuhanteikubun"], row["keigenkubun"]) == ("4", "7")
    due = hall.own("036o005", atenabango=number, gyomuid="024")[0]
    assert (due["choteigaku"], due["minogaku"]) == (row["nenzeigaku"], str(int(row["nenzeigaku"]) - before))
    assert hall.do("036", "refund", **key)["minogaku"] == "0"


def test_both_sides_have_the_same_balance(make: Make) -> None:
    """延滞金 is counted by itself; reductions and write-offs of 015 arrive at 036; the balances are equal."""
    hall = make(systems=("001", "015", "036"))
    number = hall.move_in()["atenabango"]
    hall.carry()
    key = {**DUE, "atenabango": number}
    hall.do("036", "levy", **key, choteigaku="10000", nokigen="2026-03-31")
    hall.do("036", "late-charge", **key, entaikin="500")
    hall.carry()
    assert hall.own("015o902", **key)[0]["minogaku"] == "10000"
    hall.do("015", "late-charge-reduce", **key, entaikingenmengaku="200")
    hall.carry()
    hall.do("036", "pay", **key, shunokingaku_honzei="4000", shunokingaku_entaikin="300")
    hall.carry()
    hall.do("015", "write-off", **key)
    hall.carry()
    ours, theirs = hall.own("036o005", **key)[0], hall.own("015o902", **key)[0]
    assert (ours["entaikin"], ours["funokessongaku"], ours["minogaku"]) == ("300", "6000", "0")
    assert all(ours[name] == theirs[name] for name in ("choteigaku", "shunogaku", "funokessongaku", "minogaku"))


def test_schools_and_nurseries(make: Make) -> None:
    """A hidden address is on no notice; a fee follows the tax of the parents."""
    hall = make()
    parent = hall.move_in()
    child = hall.move_in("2024-05-05", setaibango=parent["setaibango"], tsuzukigarakodo1="06")["atenabango"]
    hall.do("001", "certificate", atenabango=child)
    hall.office("017").ledger.change("017o903", {"gakkokodo": "B199210000012", "gakkomei": "連携市立小学校",
        "gakkoshurui": "01", "setchikubun": "2", "saikogakunen": "6", "kaikonengappi": "1950-04-01"})  # fmt: skip
    hall.carry()
    hall.do("017", "school-enrol", atenabango=child)
    assert hall.do("017", "school-notice", atenabango=child)["tsuchiteishifuragu"] == "0"
    hall.do("028", "nursery-certify", jidoatenabango=child, hogoshaatenabango=parent["atenabango"])
    assert hall.do("028", "nursery-fee", jidoatenabango=child)["kaisokubun"] == "99"
    hall.do("010", "tax-assess", atenabango=parent["atenabango"], gokeishotokukingaku="3000000")
    hall.do("001", "protect", atenabango=child)
    hall.carry()
    assert hall.own("028o903", jidoatenabango=child)[0]["kaisokubun"] == "05"
    assert hall.own("017o901", atenabango=child)[0]["shiensochitaishofuragu"] == "1"
    hidden = hall.do("017", "school-notice", atenabango=child)
    assert (hidden["tsuchiteishifuragu"], hidden["sofusaki_choaza"]) == ("1", "")
    assert hall.do("018", "school-aid", atenabango=child)["ninteikubun"] == "3"


def test_outsiders_are_merged_released_and_deleted(make: Make) -> None:
    """A number is carried over; 名寄せ can be taken back; who moved in is deleted when an office asks for it."""
    hall = make(systems=("001", "024", "031"))
    resident = hall.move_in()["atenabango"]
    facts = {"shimei": "外　人子", "seinengappi": "1970-01-01", "seibetsu": "2", "gyomuid": "024"}
    number = hall.do("031", "outsider-register", **facts)["atenabango"]
    assert hall.do("031", "outsider-register", **facts, atenabango=resident)["atenabango"] == resident
    hall.do("031", "outsider-merge", atenabango=number, nayosesakiatenabango=resident)
    assert hall.do("031", "outsider-unmerge", atenabango=number)["nayosesakiatenabango"] == ""
    hall.carry()
    hall.do("024", "outsider-delete", atenabango=number, nayosesakiatenabango=resident)
    for _ in range(2):
        hall.carry()
    assert hall.own("031o901", atenabango=number) == []
    assert hall.office("024").known.outsider(number) is None


@pytest.mark.parametrize(
    ("fault", "state"),
    [("removed_at_notice", "2"), ("planned_day_ignored", "1")],
)
def test_a_fault_changes_what_a_clerk_does(make: Make, fault: str, state: str) -> None:
    """The planned day of 転出, ignored or anticipated."""
    hall = make(fault, systems=("001",))
    number = hall.move_in()["atenabango"]
    hall.do("001", "move-out-notice", atenabango=number, idonengappi="2026-04-02")
    if state == "1":
        hall.do("001", "clock", seconds="200000")
    assert hall.own("001o006", atenabango=number)[0]["juminjotai"] == state


def test_a_row_that_nobody_can_work_with_is_put_aside(make: Make) -> None:
    """A removal without a day ends no insurance, and the import goes on for everybody else."""
    hall = make(systems=("001", "024"))
    one, other = (hall.move_in()["atenabango"] for _ in range(2))
    hall.carry()
    for number in (one, other):
        hall.do("024", "acquire", atenabango=number)
        hall.do("001", "death", atenabango=number)
    hall.office("001").ledger.change("001o006", {"atenabango": one, "idonengappi": ""})
    hall.carry()
    assert [hall.own("024o901", atenabango=number)[0]["shikakusoshitsujiyu"] for number in (one, other)] == ["", "03"]
    assert len(hall.office("024").aside) == 1


def test_nobody_of_the_town_is_changed_by_what_came_first(make: Make) -> None:
    """An office starts with what it receives first: no clerk reacts to that."""
    hall = make()
    assert {
        office.system.id for office in hall.offices for series in office.publisher.series.values() if series.changed
    } == set()
    assert hall.office("010").known.person(PEOPLE[0]) is not None
