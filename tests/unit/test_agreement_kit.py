"""Rules between cells in a suite's hands: what a finding shows, what needs another target, what proves nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from item_maker import item_like

from renkei.adapters.fsspec.place import open_place
from renkei.adapters.polars.tables import PolarsTables
from renkei.flow.contract import Linkage, RowRule, RuleKind, System
from renkei.flow.plan import Case, Claims, FilesAccess, Profile, Target
from renkei.flow.requirement import Role, Transport
from renkei.kit import (
    Blocked,
    Expect,
    NotApplicable,
    Provider,
    Undecided,
    Violation,
    judge_rows,
    judge_state,
    rules_of_case,
)

ITEMS = tuple(
    item_like(name=name, romaji=romaji, type=kind, length="15", key=romaji in ("atenabango", "rirekibango"), code=code)
    for name, romaji, kind, code in (
        ("宛名番号", "atenabango", "X", ""),
        ("履歴番号", "rirekibango", "9", ""),
        ("種別", "shubetsu", "X", "shubetsu"),
        ("開始", "kaishi", "DATE", ""),
        ("終了", "shuryo", "DATE", ""),
        ("最新フラグ", "saishinfuragu", "X", "furagu"),
        ("削除フラグ", "sakujofuragu", "X", "furagu"),
    )
)
HEADER = ",".join(item.romaji for item in ITEMS)


def rule(kind: RuleKind, *columns: str, others: tuple[str, ...] = (), **values: Any) -> RowRule:
    """A rule of 010-01 on 010o901."""
    given = {"others": others, "other_columns": ("atenabango",) if others else ()} | values
    return RowRule(requirement="010-01", linkage="010o901", kind=kind, columns=columns, **given)


ORDER = rule(RuleKind.ORDER, "kaishi", "shuryo")
KNOWN = rule(RuleKind.REFERENCE, "atenabango", others=("001o006", "031o901"))


def system(name: str, linkage: str, rules: tuple[RowRule, ...] = (), option: str = "") -> System:
    """A system with one file linkage."""
    return System(
        id=name,
        romaji="shiken",
        name_ja="試験",
        name_en="Test",
        linkages=(
            Linkage(
                id=linkage,
                name_ja="試験",
                name_en="Test",
                system=name,
                consumers=(),
                transport=Transport.FILE,
                group="表",
                kinds=("zenken",),
                option=option,
            ),
        ),
        items=tuple(
            item_like(
                **{name: getattr(item, name) for name in ("romaji", "name", "type", "length", "key", "code")},
                group="表",
            )
            for item in ITEMS
        ),
        document={},
        rules=rules,
    )


def publish(folder: Path, linkage: str, *rows: str) -> None:
    """A full file of these rows with its marker."""
    below = folder / linkage
    below.mkdir(parents=True, exist_ok=True)
    name = f"{linkage}_993018_zenken_20260301000000_000001.csv"
    data = "".join(f"{row}\r\n" for row in (HEADER, *rows)).encode()
    (below / name).write_bytes(data)
    marker = {"linkage": linkage, "kind": "zenken", "sequence": 1, "rows": len(rows), "base_sequence": None}
    marker |= {"sha256": hashlib.sha256(data).hexdigest(), "created": "2026-03-01T00:00:00+09:00"}
    (below / f"{name}.end").write_text(json.dumps(marker), encoding="utf-8")


def target(name: str, folder: Path, optional: tuple[str, ...] = ()) -> Target:
    """A target of the vendor with its place."""
    files = FilesAccess(url=folder.as_uri())
    claims = Claims(optional=optional)
    return Target(id=f"alpha-{name}", vendor="alpha", product="p", version="1", system=name, files=files, claims=claims)


def provider(folder: Path, *rules: RowRule, neighbours: tuple[Target, ...] = ()) -> Any:
    """The provider of 010o901 with these rules; 031o901 is an option."""
    own = system("010", "010o901", rules)
    bundle: Any = SimpleNamespace(
        codes={},
        system={
            "010": own,
            "001": system("001", "001o006"),
            "031": system("031", "031o901", option="jutogai_file"),
        }.__getitem__,
    )
    tools: Any = SimpleNamespace(tables=PolarsTables, place=lambda one: open_place(one.files.url, {}))
    kept: list[Any] = []
    return Provider(
        info=target("010", folder),
        case=Case(target="alpha-010", role=Role.PROVIDER, linkage="010o901", requirement="010-01"),
        requirement=SimpleNamespace(id="010-01"),  # type: ignore[arg-type]  # of a requirement only its id is asked for
        system=own,
        linkage=own.linkages[0],
        bundle=bundle,
        profile=Profile.SMOKE,
        seed=1,
        municipality="993018",
        tools=tools,
        record=lambda _exchange: None,
        keep_file=lambda facts: kept.append(facts) or "digest",
        neighbours=neighbours,
    )


def test_a_finding_names_line_columns_and_count_and_hides_the_person(tmp_path: Path) -> None:
    """The first row that breaks the rule, what was asked in words, codes and dates as they are, numbers by their shape."""
    late = "2026-03-02,2026-03-01,1,0"
    publish(
        tmp_path,
        "010o901",
        "900000000000001,1,1,2026-03-01,,1,0",
        f"900000000000002,1,2,{late}",
        f"900000000000003,1,3,{late}",
    )
    hidden = rule(RuleKind.ABSENT_WHEN, "shubetsu", "atenabango", values=("2",))
    one = provider(tmp_path, ORDER, hidden)
    with pytest.raises(Violation) as broken:
        judge_rows(one, Expect(), rules_of_case(one))
    assert broken.value.rule == "values-out-of-order"
    assert "⟦asked-values-out-of-order¦first=開始¦others=終了⟧" in broken.value.expected
    assert "kaishi=2026-03-02, shuryo=2026-03-01" in broken.value.actual
    assert "count=2" in broken.value.actual
    assert "line=3" in broken.value.where
    with pytest.raises(Violation) as shown:
        judge_rows(one, Expect(), [hidden])
    assert "shubetsu=2, atenabango=9{15}" in shown.value.actual


def test_other_requirements_and_linkages_are_left_alone(tmp_path: Path) -> None:
    """Only the rules of the case's requirement and linkage are judged."""
    other = RowRule(requirement="010-02", linkage="010o901", kind=RuleKind.ORDER, columns=("kaishi", "shuryo"))
    elsewhere = RowRule(requirement="010-01", linkage="010o902", kind=RuleKind.ORDER, columns=("kaishi", "shuryo"))
    assert rules_of_case(provider(tmp_path, other, ORDER, elsewhere)) == (ORDER,)


def test_a_missing_column_is_undecided(tmp_path: Path) -> None:
    """The header has a rule of its own; here nothing can be said."""
    publish(tmp_path, "010o901", "900000000000001,1,1,2026-03-01,,1,0")
    with pytest.raises(Undecided, match="columns-missing"):
        judge_rows(provider(tmp_path), Expect(), [rule(RuleKind.ORDER, "kaishi", "nashi")])


def test_a_reference_is_looked_up_at_the_vendors_other_targets(tmp_path: Path) -> None:
    """Found at one of them is enough; an optional linkage counts only where it is claimed."""
    own, town, outside = tmp_path / "010", tmp_path / "001", tmp_path / "031"
    publish(own, "010o901", "900000000000001,1,1,,,1,0", "900000000000002,1,1,,,1,0")
    publish(town, "001o006", "900000000000001,1,1,,,0,0")
    publish(outside, "031o901", "900000000000002,1,1,,,1,0")
    claimed = (target("001", town), target("031", outside, ("jutogai_file",)))
    assert judge_state(provider(own, KNOWN, neighbours=claimed), Expect(), [KNOWN]) == 2
    unclaimed = (target("001", town), target("031", outside))
    with pytest.raises(NotApplicable, match="needs-linkage") as lacking:
        judge_state(provider(own, KNOWN, neighbours=unclaimed), Expect(), [KNOWN])
    assert lacking.value.detail == "031o901"
    publish(outside, "031o901", "900000000000003,1,1,,,1,0")
    with pytest.raises(Violation) as broken:
        judge_state(provider(own, KNOWN, neighbours=claimed), Expect(), [KNOWN])
    assert broken.value.rule == "referred-row-absent"


def test_what_is_all_at_hand_needs_no_further_target(tmp_path: Path) -> None:
    """When every number is a resident's, nobody has to know the others."""
    publish(tmp_path / "010", "010o901", "900000000000001,1,1,,,1,0")
    publish(tmp_path / "001", "001o006", "900000000000001,1,1,,,1,0")
    one = provider(tmp_path / "010", KNOWN, neighbours=(target("001", tmp_path / "001"),))
    assert judge_state(one, Expect(), [KNOWN]) == 1
    with pytest.raises(NotApplicable, match="needs-linkage"):
        judge_state(provider(tmp_path / "010", KNOWN), Expect(), [KNOWN])


def test_what_lacks_a_linkage_does_not_keep_the_other_rules_from_being_judged(tmp_path: Path) -> None:
    """A rule within the linkage is judged first, and blames."""
    publish(tmp_path, "010o901", "900000000000001,1,1,,,1,0", "900000000000002,1,1,,,1,0")
    alike = rule(RuleKind.UNIQUE, "shubetsu")
    with pytest.raises(Violation) as broken:
        judge_state(provider(tmp_path), Expect(), [KNOWN, alike])
    assert (broken.value.rule, "line=3" in broken.value.where) == ("rows-alike-in-force", True)


def test_rows_that_no_rule_is_about_prove_nothing(tmp_path: Path) -> None:
    """The count tells the suite, which then does not call it a pass."""
    publish(tmp_path, "010o901", "900000000000001,1,1,,,1,0")
    assert judge_rows(provider(tmp_path), Expect(), [ORDER]) == 0


def test_a_neighbour_without_files_is_like_none_and_ones_own_is_an_obstacle(tmp_path: Path) -> None:
    """What another target has not delivered is not this one's fault; what this one owes has to be there."""
    publish(tmp_path / "010", "010o901", "900000000000001,1,1,,,1,0")
    (tmp_path / "001").mkdir()
    neighbour = (target("001", tmp_path / "001"),)
    with pytest.raises(NotApplicable, match="needs-linkage"):
        judge_state(provider(tmp_path / "010", KNOWN, neighbours=neighbour), Expect(), [KNOWN])
    own = rule(RuleKind.REFERENCE, "atenabango", others=("010o901",))
    (tmp_path / "empty").mkdir()
    with pytest.raises(Blocked, match="no-test-data"):
        judge_state(provider(tmp_path / "empty", own), Expect(), [own])
