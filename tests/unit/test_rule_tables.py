"""rules.csv: every kind is read into a rule, and what a kind cannot have is refused; a mark stands for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from renkei.errors import ContractError
from renkei.flow.contract import RuleKind
from renkei.suiteindex import read_suites, ruled
from renkei.tables.check import ARITY, MORE
from renkei.tables.reader import read_rules

HEAD = "id,linkage,kind,columns,values,other,other_columns,text_ja\n"


def read(row: str) -> object:
    """The rule of one row."""
    (rule,) = read_rules(f"{HEAD}010-01,010o901,{row},決まり\n", "rules.csv")
    return rule


def test_a_flag_has_a_list_and_says_what_it_is_elsewhere() -> None:
    """Before the semicolon stands which rows of the other linkage count, after it the flag of those not listed."""
    (rule,) = read_rules(f"{HEAD}010-01,010o901,flag_when_listed,f;k,c=1|2;*,001o009,n,決まり\n", "rules.csv")
    assert (rule.kind, rule.listed, rule.then, rule.when) == (RuleKind.FLAG_WHEN_LISTED, "c=1|2", ("*",), "")
    (bare,) = read_rules(f"{HEAD}010-01,010o901,flag_when_listed,f;k,;0,001o009,n,決まり\n", "rules.csv")
    assert (bare.listed, bare.then, bare.values) == ("", ("0",), ())


def test_an_absence_may_leave_rows_of_either_side_out() -> None:
    """Before the semicolon stands which rows of its own the rule is about, after it which of the others count."""
    (rule,) = read_rules(f"{HEAD}010-01,010o901,absent_from,d;k,a!=1;b=2,010o902,s;e;k,決まり\n", "rules.csv")
    assert (rule.when, rule.listed, rule.other_columns) == ("a!=1", "b=2", ("s", "e", "k"))
    (bare,) = read_rules(f"{HEAD}010-01,010o901,absent_from,k,,010o902,k,決まり\n", "rules.csv")
    assert (bare.when, bare.listed) == ("", "")


@pytest.mark.parametrize(
    "row",
    [
        "both_or_none,a;b,1,,",
        "both_or_none,a;b,,010o902,a",
        "flag_when_listed,f;k,c=1,001o009,n",
        "flag_when_listed,f;k,c=1;2,001o009,n",
        "flag_when_listed,f;k,c;0,001o009,n",
        "flag_when_listed,f;k,c=1;0,,",
        "absent_from,k,c,010o902,k",
        "absent_from,k,,,",
    ],
)
def test_what_a_kind_cannot_have_is_refused(row: str) -> None:
    """Conditions have their form, and a rule about another linkage names it."""
    with pytest.raises(ContractError):
        read(row)


def test_every_kind_says_how_many_columns_it_has() -> None:
    """The check of the tables knows each kind; only kinds of lists have other numbers of columns on both sides."""
    assert set(ARITY) == set(RuleKind)
    assert set(MORE) == {RuleKind.FLAG_WHEN_LISTED, RuleKind.ABSENT_FROM}


def test_columns_lose_their_sign() -> None:
    """A part that is subtracted is a column like the others."""
    (rule,) = read_rules(f"{HEAD}010-01,010o901,sum,t;a;-b,,,,決まり\n", "rules.csv")
    assert rule.cells == ("t", "a", "b")


def test_one_mark_stands_for_every_requirement_with_rules(tmp_path: Path) -> None:
    """The index of the suites names them one by one, each once."""
    folder = tmp_path / "contracts" / "010_x"
    folder.mkdir(parents=True)
    rows = "".join(f"{name},010o901,order,a;b,,,,決まり\n" for name in ("010-01", "010-02", "010-01"))
    (folder / "rules.csv").write_text(HEAD + rows, encoding="utf-8")
    suite = tmp_path / "suites" / "provider"
    suite.mkdir(parents=True)
    text = '@requirement("FL-01", "rules.csv")\ndef test_it(target, expect):\n    """A fact."""\n'
    (suite / "test_x.py").write_text(text, encoding="utf-8")
    (test,) = read_suites(tmp_path / "suites", rules=ruled(tmp_path / "contracts"))
    assert test.requirements == ("FL-01", "010-01", "010-02")
    assert test.judges("010-02", "010o901")
