"""Faults made of rules: every kind of rule has a change that breaks it, and a provider with such a fault breaks one row."""

from collections.abc import Callable, Iterable

import pytest
from office_pack import PEOPLE, PROTECTED, write

from mocks.fault import Faults, UnknownFaultError, catalogue
from mocks.gyomu import contract, rulefault
from mocks.gyomu.breach import Breach
from mocks.gyomu.contract import Item, Linkage, Rule
from mocks.gyomu.pack import Pack
from mocks.gyomu.rule import LOCAL, Breaking, holds

Row = dict[str, str]
ROW: Row = {
    "bango": "1", "hajime": "2026-01-01", "owari": "2026-02-01", "jotai": "1", "riyu": "", "kingaku": "30", "naka": "10",
    "soto": "20", "sha": "7", "furagu": "0", "torikeshi": "0",
}  # fmt: skip
TYPES = {"hajime": "DATE", "owari": "DATE", "kingaku": "9", "naka": "9", "soto": "9"}
LISTED: list[Row] = [{"dare": "7", "kara": "2025-05-01", "made": "", "kubun": "1"}]


def linkage() -> Linkage:
    """A data set with one key and no codes."""
    facts = {"label": "", "fixed": False, "required": False, "code": "", "sample": "5", "when": "", "nullable": True}
    items = tuple(Item(romaji=name, kind=TYPES.get(name, "X"), size="10", key=name == "bango", **facts) for name in ROW)
    return Linkage(id="099o901", system="099", name="試", consumers=(), kinds=(), timing=(), items=items)


def rule(kind: str, columns: str, **more: Iterable[str] | str) -> Rule:
    """A rule of the data set."""
    empty = {"values": (), "then": (), "others": (), "other_columns": ()}
    facts = {name: value if isinstance(value, str) else tuple(value) for name, value in more.items()}
    return Rule(
        requirement="099-01", linkage="099o901", kind=kind, columns=tuple(columns.split()), **{**empty, **facts}
    )


OTHER = {"others": ["099o902"]}
RULES = [
    rule("order", "hajime owari"),
    rule("present_when", "jotai hajime", values=["1"]),
    rule("absent_when", "jotai riyu", values=["1"]),
    rule("equals_when", "jotai furagu", values=["1"], then=["0"]),
    rule("some_present", "hajime owari"),
    rule("pattern", "sha", values=["[0-9]"]),
    rule("sum", "kingaku naka soto"),
    rule("both_or_none", "hajime owari"),
]
ACROSS = [
    (rule("balance", "kingaku bango", **OTHER, other_columns=["gaku", "dare"]), "kingaku", "31"),
    (rule("reference", "sha", **OTHER, other_columns=["dare"]), "sha", None),
    (rule("flag_when_listed", "furagu sha", **OTHER, other_columns=["dare"], listed="kubun=2", then=["0"]), "furagu", "1"),
    (rule("absent_from", "owari sha", **OTHER, other_columns=["kara", "made", "dare"], when="torikeshi!=1", listed="kubun=1"),
     "owari", "2025-05-01"),
]  # fmt: skip


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.kind)
def test_a_change_breaks_the_rule(one: Rule) -> None:
    """The row keeps the rule, and the first change makes it break it."""
    change = next(Breaking(one, linkage(), lambda name: LISTED).changes(ROW))

    assert holds(one, ROW)
    assert not holds(one, {**ROW, **change})


@pytest.mark.parametrize(("one", "column", "value"), ACROSS, ids=lambda part: getattr(part, "kind", ""))
def test_a_change_breaks_a_rule_across_data_sets(one: Rule, column: str, value: str | None) -> None:
    """The changed cell stands against what the other data set says."""
    change = next(Breaking(one, linkage(), lambda name: LISTED).changes(ROW))

    assert column in change
    assert change[column] not in {"7", ROW[column]} if value is None else change[column] == value


def test_every_kind_of_the_tables_can_be_broken() -> None:
    """No kind of rule is without a change, but unique, where a row becomes another's twin."""
    kinds = {one.kind for name in contract.folders() for one in contract.system(name).rules}

    assert kinds <= {one.kind for one in RULES} | {one.kind for one, *_ in ACROSS} | {"unique"}
    assert {one.kind for one in RULES} == LOCAL


def test_every_requirement_with_rules_has_its_fault() -> None:
    """Listed like those with a table: its system, itself as what must catch it."""
    made = catalogue()
    ruled = {one.requirement for name in contract.folders() for one in contract.system(name).rules}

    assert {name.removeprefix(rulefault.PREFIX) for name in rulefault.names()} == ruled
    assert all(
        made[f"breaks-{name}"].catches == (name,) and made[f"breaks-{name}"].system == name[:3] for name in ruled
    )
    with pytest.raises(UnknownFaultError, match="breaks-999-01"):
        Faults(["breaks-999-01"])


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The small pack."""
    return Pack(write(tmp_path_factory.mktemp("town")))


def broken(pack: Pack, requirement: str, linkage_id: str) -> list[tuple[Row, Row]]:
    """The rows of a linkage that the fault changes, before and after."""
    one = contract.system(linkage_id[:3])
    form = one.linkage(linkage_id)
    change: Callable[[list[str]], list[str]] = Breach(one, pack, lambda name: name == f"breaks-{requirement}").of(form)
    pairs = ((row, change(row)) for row in pack.last(form))
    return [
        (dict(zip(form.header, row, strict=True)), dict(zip(form.header, new, strict=True)))
        for row, new in pairs
        if new != row
    ]


def test_one_row_breaks_a_sum_and_nothing_else_of_it(pack: Pack) -> None:
    """One cell of one row of the dues differs."""
    [(before, after)] = broken(pack, "036-01", "036o005")

    assert [name for name in before if before[name] != after[name]] == ["minogaku"]


def test_a_dose_gets_the_key_of_another(pack: Pack) -> None:
    """Where the unique columns are the key, a row becomes one more latest row of another subject."""
    [(before, after)] = broken(pack, "019-03", "019o930")

    assert (before["atenabango"], after["atenabango"]) == (PEOPLE[2], PEOPLE[1])
    assert (after["rirekibango"], after["saishinfuragu"]) == ("2", "1")


def test_a_vendor_with_scoped_faults_has_them_there_only() -> None:
    """`010:newline_lf` is on for 010 and off elsewhere; without a system it is on everywhere."""
    one, everywhere = Faults(["010:newline_lf"]), Faults(["newline_lf"])

    assert (one.of("010")("newline_lf"), one.of("024")("newline_lf"), one("newline_lf")) == (True, False, False)
    assert everywhere.of("024")("newline_lf")


def test_the_protected_person_is_in_the_pack(pack: Pack) -> None:
    """What the tests of the offices rely on."""
    linkages = contract.system("001")
    assert [row[1] for row in pack.last(linkages.linkage("001o009"))] == [PROTECTED]
    assert {row[1] for row in pack.last(linkages.linkage("001o006"))} == set(PEOPLE)
