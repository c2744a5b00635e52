"""児童手当 at 027: one application is one allowance, and it is paid for the children that there are."""

from collections.abc import Callable

from office_hall import Hall

Make = Callable[..., Hall]


def test_one_application_one_allowance_and_one_request_for_a_number(make: Make) -> None:
    """The serial number becomes a 宛名番号; the same id again changes nothing; 032 answers each office once."""
    hall = make()
    parent = hall.move_in()
    number = parent["atenabango"]
    child = hall.move_in("2022-05-05", setaibango=parent["setaibango"], tsuzukigarakodo1="06")["atenabango"]
    hall.do("001", "certificate", atenabango=number, shiriarubango="RK1")
    hall.carry()
    form = {
        "gyomuid": "027",
        "tetsuzukikodo": "0000000270001",
        "tetsuzukimei": "児童手当の認定請求",
        "shiriarubango": "RK1",
    }
    for _ in range(2):
        received = hall.do("030", "application-receive", mainaporutaruuketsukebango="MP1", **form)
        granted = hall.do("027", "allowance-apply", shinseibango="MP1", atenabango=number)
    assert (received["atenabango"], granted["shikyutaishojidosu"]) == (number, "1")
    assert len(hall.history("030o901")) == len(hall.history("027o901")) == 1
    hall.carry()
    assert [row["gyomuid"] for row in hall.own("032o901", atenabango=child)] == ["027"]

    hall.do("001", "death", atenabango=child)
    hall.carry()
    assert hall.own("027o901", atenabango=number)[0]["shikyutaishojidosu"] == "0"


def test_an_allowance_that_comes_back_counts_the_children_of_now(make: Make) -> None:
    """A child who died while its parent was taken for dead is paid for no more when that turns out to be wrong."""
    hall = make()
    parent = hall.move_in()
    number = parent["atenabango"]
    children = [
        hall.move_in(born, setaibango=parent["setaibango"], tsuzukigarakodo1="06")["atenabango"]
        for born in ("2020-05-05", "2022-05-05")
    ]
    hall.carry()
    hall.do("027", "allowance-apply", shinseibango="MP1", atenabango=number)
    for gone in (number, children[0]):
        hall.do("001", "death", atenabango=gone)
        hall.carry()
    hall.do("001", "cancel", atenabango=number)
    hall.carry()

    paid = hall.own("027o901", atenabango=number)[0]
    assert (paid["shikyujokyo"], paid["shikyutaishojidosu"]) == ("1", "1")
