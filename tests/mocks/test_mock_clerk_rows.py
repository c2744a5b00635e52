"""What the clerks of the mock offices write keeps the rules of the contract tables, through a whole life."""

import pytest
from office_hall import SYSTEMS, Hall
from office_pack import write

from mocks.gyomu import contract
from mocks.gyomu.arrival import row_fault
from mocks.gyomu.contract import Linkage
from mocks.gyomu.rule import LOCAL, holds

BEFORE = "GYOMU01"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """A family's life: they come, are insured, taxed, schooled and protected, pay, marry, leave, come back and die."""
    hall = Hall(write(tmp_path_factory.mktemp("town"), systems=SYSTEMS), tmp_path_factory.mktemp("place"))
    hall.office("017").ledger.change("017o903", {"gakkokodo": "B199210000012", "gakkomei": "連携市立小学校",
        "gakkoshurui": "01", "setchikubun": "2", "saikogakunen": "6", "kaikonengappi": "1950-04-01"})  # fmt: skip
    man = hall.move_in()
    father, home = man["atenabango"], man["setaibango"]
    mother = hall.move_in("1986-01-01", "2", setaibango=home, tsuzukigarakodo1="03")["atenabango"]
    child = hall.do("001", "birth", hahanoatenabango=mother, shimei="試験　桜", seinengappi="2024-06-01")["atenabango"]
    pupil = hall.move_in("2017-06-01", "2", setaibango=home, tsuzukigarakodo1="06")["atenabango"]
    old = hall.move_in("1945-01-01", "1", setaibango=home, tsuzukigarakodo1="07")["atenabango"]
    hall.do("001", "certificate", atenabango=father, shiriarubango="RK1")
    hall.carry()
    _settle(hall, father, mother, child, pupil, old)
    hall.do("001", "protect", atenabango=mother, awaseteatenabango=f"{child};{pupil}")
    hall.carry()
    hall.do("017", "school-notice", atenabango=pupil)
    hall.do("001", "protect-end", atenabango=mother, awaseteatenabango=f"{child};{pupil}")
    hall.do("001", "number", atenabango=child)
    hall.carry()
    hall.do("001", "move-out", atenabango=father, idonengappi="2026-04-01")
    hall.carry()
    hall.do("001", "cancel", atenabango=father)
    hall.do("001", "death", atenabango=old, idonengappi="2026-04-01")
    hall.do("001", "death", atenabango=pupil)
    for _ in range(3):
        hall.carry()
    return hall


def _settle(hall: Hall, father: str, mother: str, child: str, pupil: str, old: str) -> None:
    for number in (father, mother, child, pupil):
        hall.do("024", "acquire", atenabango=number)
    for system in ("023", "025"):
        hall.do(system, "acquire", atenabango=old)
    hall.do("026", "acquire", atenabango=father)
    hall.do("002", "seal-register", atenabango=father)
    for number, income in ((father, "3000000"), (mother, "0"), (old, "600000")):
        hall.do("010", "tax-assess", atenabango=number, gokeishotokukingaku=income)
    hall.carry()
    hall.do("036", "co-own", koseiinatenabango=f"{father};{mother}")
    agent = {"gyomuid": "012", "zeimokukodo": "04", "atenabango": father}
    hall.do("036", "agent", **agent, dairininatenabango=mother)
    hall.do("024", "assess", atenabango=father)
    for system in ("023", "025"):
        hall.do(system, "assess", atenabango=old)
    form = {"gyomuid": "027", "tetsuzukikodo": "0000000270001", "tetsuzukimei": "児童手当の認定請求"}
    hall.do("030", "application-receive", mainaporutaruuketsukebango="MP1", shiriarubango="RK1", **form)
    hall.do("027", "allowance-apply", shinseibango="MP1", atenabango=father)
    hall.do("028", "nursery-certify", jidoatenabango=child, hogoshaatenabango=father)
    hall.do("028", "nursery-fee", jidoatenabango=child)
    hall.do("017", "school-enrol", atenabango=pupil, hogoshaatenabango=father)
    hall.carry()
    hall.do("018", "school-aid", atenabango=pupil)
    hall.do("019", "vaccinate", atenabango=child, wakuchinshurui="01", sesshukaisu="1", sesshunengappi="2026-03-01")
    hall.do("010", "tax-correct", atenabango=father, gokeishotokukingaku="2000000")
    hall.do("032", "substitute-register", gyomuid="010", atenabango=child)
    hall.carry()
    key = {"gyomuid": "013", "fukanendo": "2025", "zeimokukodo": "06", "tsuchishobango": "9000000001", "kibetsu": "01"}
    hall.do("036", "levy", **key, atenabango=father, choteigaku="10000", nokigen="2026-03-31")
    hall.do("036", "late-charge", **key, atenabango=father, entaikin="500")
    hall.carry()
    hall.do("015", "late-charge-reduce", **key, atenabango=father, entaikingenmengaku="200")
    hall.do("036", "pay", **key, atenabango=father, shunokingaku_honzei="4000")
    hall.carry()
    hall.do("015", "write-off", **key, atenabango=father)
    facts = {"shimei": "外　人子", "seinengappi": "1970-01-01", "seibetsu": "2", "gyomuid": "024"}
    first, second = (hall.do("031", "outsider-register", **facts)["atenabango"] for _ in range(2))
    hall.do("031", "outsider-merge", atenabango=first, nayosesakiatenabango=second)
    hall.carry()
    hall.do("024", "outsider-delete", atenabango=second)
    hall.carry()


def _written(hall: Hall, linkage: Linkage) -> list[dict[str, str]]:
    """The rows that clerks wrote."""
    return [row for row in hall.history(linkage.id) if row["sosashaid"] == BEFORE]


def _linkages() -> list[Linkage]:
    return [linkage for name in SYSTEMS for linkage in contract.system(name).linkages]


def test_every_row_is_complete_and_of_the_agreed_types(hall: Hall) -> None:
    """No cell that is 必須 is empty, none is of another type; what is 必須 on a condition is there when the condition holds."""
    written, wrong = 0, []
    for linkage in _linkages():
        for row in _written(hall, linkage):
            written += 1
            if why := row_fault(linkage, list(row.values())):
                wrong.append((linkage.id, why))
            for item in linkage.items:
                name, unequal, values = item.when.partition("!=") if "!=" in item.when else item.when.partition("=")
                if item.when and not row[item.romaji] and unequal == "=" and row[name] in values.split("|"):
                    wrong.append((linkage.id, f"{item.romaji}: empty though {item.when}"))

    assert wrong == []
    assert written > 150


def test_every_row_keeps_the_rules_between_its_cells(hall: Hall) -> None:
    """Sums, orders, patterns, and what is there or not with something else."""
    wrong = [
        (rule.requirement, rule.linkage, rule.kind, rule.columns)
        for name in SYSTEMS
        for rule in contract.system(name).rules
        if rule.kind in LOCAL
        for row in _written(hall, contract.system(name).linkage(rule.linkage))
        if not holds(rule, row)
    ]

    assert wrong == []


def test_every_reference_is_to_a_row_that_is_there(hall: Hall) -> None:
    """Who or what a row names is known: the number to 001 or 031, the notice to its assessment."""
    wrong = []
    for name in SYSTEMS:
        for rule in contract.system(name).rules:
            if rule.kind != "reference" or not all(one[:3] in SYSTEMS for one in rule.others):
                continue
            known = {
                tuple(row[column] for column in rule.other_columns) for one in rule.others for row in hall.history(one)
            }
            rows = _written(hall, contract.system(name).linkage(rule.linkage))
            named = {tuple(row[column] for column in rule.columns) for row in rows}
            wrong += [(rule.requirement, rule.linkage, key) for key in named - known if all(key)]

    assert wrong == []


def test_totals_of_two_linkages_agree(hall: Hall) -> None:
    """A year is the sum of its instalments, a monthly allowance that of its children, a balance that of the other side."""
    wrong = []
    for name in SYSTEMS:
        for rule in contract.system(name).rules:
            if rule.kind != "balance" or rule.linkage[:3] not in SYSTEMS:
                continue
            amount, *key = rule.columns
            other, *there = rule.other_columns
            for row in hall.own(rule.linkage):
                if row["sosashaid"] != BEFORE:
                    continue
                wanted = dict(zip(there, (row[column] for column in key), strict=True))
                found = [one for linkage in rule.others for one in hall.own(linkage, **wanted)]
                if found and int(row[amount]) != sum(int(one[other]) for one in found):
                    wrong.append((rule.requirement, rule.linkage, amount, row[amount], [one[other] for one in found]))

    assert wrong == []


def test_one_row_of_a_subject_is_the_latest(hall: Hall) -> None:
    """Serials count from one without a gap, and the last row alone bears the flag."""
    for linkage in _linkages():
        histories: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for row in hall.history(linkage.id):
            histories.setdefault(tuple(row[linkage.header[place]] for place in linkage.subject), []).append(row)
        serial = linkage.header[linkage.serial] if linkage.serial >= 0 else ""
        for subject, rows in histories.items():
            if serial and any(row["sosashaid"] == BEFORE for row in rows):
                assert sorted(int(row[serial]) for row in rows) == list(range(1, len(rows) + 1)), (linkage.id, subject)
            if linkage.latest >= 0:
                assert sum(row["saishinfuragu"] == "1" for row in rows) == 1, (linkage.id, subject)
