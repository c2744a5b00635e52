"""Co-owners and agents at 036: their addresses come from 001, and go out of the rows while somebody is protected."""

from collections.abc import Callable

import pytest
from office_hall import Hall

from mocks.gyomu.ledger import Refused

Make = Callable[..., Hall]
OWNERS, AGENTS, FLAG = "036o011", "036o013", "jushohihyojifuragu"
SHOWN = {OWNERS: "kyoyushajusho_choaza", AGENTS: "dairininjusho_choaza"}
TAX = {"gyomuid": "012", "zeimokukodo": "04"}


def neighbours(hall: Hall) -> tuple[str, str]:
    """Two who own an estate together, the first the agent of the second."""
    address = {"jusho_choaza": "本町", "jusho_choazakodo": "0001001"}
    one, other = (hall.move_in(sex=sex, **address)["atenabango"] for sex in "21")
    hall.carry()
    hall.do("036", "co-own", koseiinatenabango=f"{one};{other}")
    hall.do("036", "agent", **TAX, atenabango=other, dairininatenabango=one)
    return one, other


def shown(hall: Hall, linkage: str, number: str) -> tuple[str, str]:
    """What the row in force of somebody shows: 町字 and the flag."""
    column = {OWNERS: "koseiinatenabango", AGENTS: "dairininatenabango"}[linkage]
    (row,) = hall.own(linkage, **{column: number})
    return row[SHOWN[linkage]], row[FLAG]


def test_an_estate_has_a_row_for_each_owner(make: Make) -> None:
    """Under one number that is nobody's, each with a share and the address that 036 holds; the first is written to."""
    hall = make()
    one, other = neighbours(hall)
    rows = hall.own(OWNERS)

    assert [row["koseiinatenabango"] for row in rows] == [one, other]
    assert len({row["atenabango"] for row in rows}) == 1
    assert {row["kyoyudaihyoshaatenabango"] for row in rows} == {one}
    assert [row["kyoyushakubun"] for row in rows] == ["1", "2"]
    assert {(row["mochibun_bunshi"], row["mochibun_bumbo"]) for row in rows} == {("1", "2")}
    assert shown(hall, OWNERS, one) == shown(hall, AGENTS, one) == ("本町", "0")


@pytest.mark.parametrize("fault", ["", "co_owner_address_stays"])
def test_the_address_goes_with_a_protection_and_comes_back_with_its_end(make: Make, fault: str) -> None:
    """In every row that shows it, with the flag, and of nobody else; the defect leaves it there."""
    hall = make(*filter(None, [fault]))
    one, other = neighbours(hall)
    hall.do("001", "protect", atenabango=one, shiensochikubun="2")
    hall.carry()
    wanted = ("本町", "0") if fault else ("", "1")

    assert shown(hall, OWNERS, one) == shown(hall, AGENTS, one) == wanted
    assert shown(hall, OWNERS, other) == ("本町", "0")

    hall.do("001", "protect-end", atenabango=one)
    hall.carry()
    assert shown(hall, OWNERS, one) == shown(hall, AGENTS, one) == ("本町", "0")


@pytest.mark.parametrize(("fault", "wanted"), [("", ("", "1")), ("agent_address_told", ("本町", "0"))])
def test_a_protected_agent_has_no_address(make: Make, fault: str, wanted: tuple[str, str]) -> None:
    """Whoever is protected when the row is written; the former agent of the same tax ends on that day."""
    hall = make(*filter(None, [fault]))
    one, other = neighbours(hall)
    new = hall.move_in(jusho_choaza="本町", jusho_choazakodo="0001001")["atenabango"]
    hall.do("001", "protect", atenabango=new)
    hall.carry()
    hall.do("036", "agent", **TAX, atenabango=other, dairininatenabango=new, dairikaishinengappi="2026-04-02")

    assert shown(hall, AGENTS, new) == wanted
    assert hall.own(AGENTS, dairininatenabango=one)[0]["dairishuryonengappi"] != "9999-12-31"


@pytest.mark.parametrize(("fault", "hidden"), [("", True), ("listed_screen_by_debtor", False)])
def test_the_screen_hides_by_whose_address_it_is(make: Make, fault: str, hidden: bool) -> None:
    """Of a co-owner's row 015 asks whether the co-owner is protected; the defect asks it of the estate's number."""
    hall = make(*filter(None, [fault]))
    one, _ = neighbours(hall)
    hall.do("001", "protect", atenabango=one)
    hall.carry()
    consumer = hall.office("015").consumer
    estate = hall.own(OWNERS)[0]["atenabango"]

    assert consumer is not None
    assert consumer.hides_listed(estate, one.lstrip("0")) is hidden


@pytest.mark.parametrize(
    ("event", "values"),
    [
        ("co-own", {"koseiinatenabango": "000000000000019"}),
        ("agent", {**TAX, "atenabango": "000000000000019", "dairininatenabango": "000000000000019"}),
        ("agent", {**TAX, "atenabango": "000000000000019", "dairininatenabango": "999999999999999"}),
    ],
)
def test_what_cannot_be_is_refused(make: Make, event: str, values: dict[str, str]) -> None:
    """One owner is no 共有, nobody is his own agent, and strangers are not known here."""
    with pytest.raises(Refused):
        make().do("036", event, **values)
