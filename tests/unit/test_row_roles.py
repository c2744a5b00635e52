"""Which columns make a row what it is, for every key of the edition."""

from __future__ import annotations

from item_maker import item_like

from renkei.flow.contract import Item
from renkei.kit.columns import row_roles, serial_of, subject_of


def keyed(*names: str, dates: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> tuple[Item, ...]:
    """A table with these key columns and other ones."""
    keys = [item_like(romaji=name, type="DATE" if name in dates else "X", length="10", key=True) for name in names]
    return (*keys, *(item_like(romaji=name, type="X", length="1") for name in others))


def test_a_person_with_a_branch_is_the_subject_alone() -> None:
    """The number and its branch are taken out of the key."""
    roles = row_roles(keyed("atenabango", "kojinrirekibango", "kojinrirekibango_edaban"))
    assert (roles.subject, roles.person, roles.serial) == (("atenabango",), "atenabango", "kojinrirekibango")
    assert roles.branch == "kojinrirekibango_edaban"


def test_the_last_number_of_the_key_is_the_serial() -> None:
    """Former numbers, and what stands after the last one, tell whose history it is."""
    items = keyed("atenabango", "kazeinendo", "kojinrirekibango", "kazeijohorirekibango", "kojokodo")
    assert serial_of(items) == "kazeijohorirekibango"
    assert subject_of(items) == ("atenabango", "kazeinendo", "kojinrirekibango", "kojokodo")


def test_a_date_after_the_number_is_of_the_row() -> None:
    """001o009: the latest flag is per 宛名番号, though the date of beginning is in the key; before it, a date counts."""
    begin = "shiensochikaishinengappi"
    assert subject_of(keyed("atenabango", "rirekibango", begin, dates=(begin,))) == ("atenabango",)
    assert subject_of(keyed("atenabango", begin, "rirekibango", dates=(begin,))) == ("atenabango", begin)


def test_master_data_has_no_history() -> None:
    """Without a number in the key there is no serial; a number that is no part of the key is none either."""
    roles = row_roles(keyed("zeimokukodo", "fukanendo", others=("kojinrirekibango",)))
    assert (roles.serial, roles.branch, roles.person) == ("", "", "")
    assert roles.subject == roles.key == ("zeimokukodo", "fukanendo")
