"""Differences between two editions."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from renkei.adapters.folder.bundle import load_bundle
from renkei.flow.contract import Bundle, System
from renkei.flow.requirement import Level
from renkei.tables.diff import Change, Effect, compare

OLD = load_bundle(Path(__file__).parents[2] / "contracts")
SOURCES = Path(__file__).parents[2] / "src" / "renkei"
SHIMEI = "031 住登外者宛名番号付番/要求 shimei"


def with_system(system: System) -> Bundle:
    """The committed edition with one system replaced."""
    return replace(OLD, systems=tuple(system if old.id == system.id else old for old in OLD.systems))


def altered(group: str, name: str, /, **values: object) -> tuple[Change, ...]:
    """The changes when one item is altered."""
    system = OLD.system("031")
    items = tuple(
        replace(item, **values) if (item.group, item.romaji) == (group, name) else item
        for item in system.items  # type: ignore[arg-type]  # real fields
    )
    return compare(OLD, with_system(replace(system, items=items)))


def test_the_same_edition_has_no_difference() -> None:
    """An edition compared with itself gives nothing."""
    assert compare(OLD, OLD) == ()


NUMBERING = "住登外者宛名番号付番"


@pytest.mark.parametrize(
    ("values", "code", "effect", "breaking"),
    [
        ({"length": "80"}, "item-shorter", Effect.CONSUMER, True),
        ({"length": "120"}, "item-longer", Effect.PROVIDER, True),
        ({"fixed": True}, "item-fixed", Effect.CONSUMER, True),
        ({"type": "X"}, "item-type", Effect.BOTH, True),
        ({"code": "seibetsu"}, "item-code", Effect.BOTH, True),
        ({"key": True}, "item-key", Effect.BOTH, True),
        ({"repeat": 2}, "item-repeat", Effect.BOTH, True),
        ({"output": "必須"}, "item-output", Effect.CONSUMER, True),
        ({"output": "任意"}, "item-output", Effect.PROVIDER, True),
        ({"nullable": True}, "item-nullable", Effect.PROVIDER, True),
        ({"when": "shorikubun=0"}, "item-condition", Effect.CONSUMER, True),
        ({"condition": "※※別の言い方"}, "item-condition", Effect.CONSUMER, False),
        ({"implementation": ""}, "item-implementation", Effect.NONE, False),
        ({"romaji": "simei"}, "item-renamed", Effect.BOTH, True),
        ({"romaji": "simei", "name": "別の項目"}, "item-removed", Effect.BOTH, True),
        ({"name": "お名前"}, "item-name", Effect.NONE, False),
        ({"description": "別の説明"}, "item-description", Effect.NONE, False),
        ({"basis": "interpretation"}, "item-basis", Effect.NONE, False),
    ],
)
def test_a_changed_request_item(values: dict[str, object], code: str, effect: Effect, breaking: bool) -> None:
    """A changed request item says who must act: the sender when it is stricter, the receiver when it is wider."""
    first = altered(f"{NUMBERING}/要求", "shimei", **values)[0]

    assert (first.code, first.effect, first.breaking) == (code, effect, breaking)
    assert (first.where, first.name) == (SHIMEI, values.get("name", "氏名") if code == "item-name" else "氏名")
    assert first.linkages == ("jutogaishaatenabangofuban",)


@pytest.mark.parametrize(
    ("group", "output", "effect", "breaking"),
    [
        (f"{NUMBERING}/要求", "必須", Effect.BOTH, True),
        (f"{NUMBERING}/要求", "任意", Effect.PROVIDER, False),
        (f"{NUMBERING}/結果", "任意", Effect.PROVIDER, False),
        ("住登外者宛名基本情報", "任意", Effect.BOTH, True),
    ],
)
def test_an_added_item(group: str, output: str, effect: Effect, breaking: bool) -> None:
    """An optional item more breaks no answer or request, but every file: its heading is another."""
    system = OLD.system("031")
    item = replace(system.group(group)[-1], romaji="bikou", name="備考", output=output)

    (change,) = compare(OLD, with_system(replace(system, items=(*system.items, item))))

    assert (change.code, change.effect, change.breaking) == ("item-added", effect, breaking)


@pytest.mark.parametrize(
    ("values", "code", "effect", "breaking"),
    [
        ({"consumers": ("010", "099")}, "linkage-consumer-added", Effect.BOTH, False),
        ({"consumers": ("010",)}, "linkage-consumer-removed", Effect.CONSUMER, True),
        ({"timing": ("月次",)}, "linkage-timing", Effect.BOTH, True),
        ({"timing": ("10分以内", "日次")}, "linkage-timing", Effect.PROVIDER, False),
        ({"kinds": ("zenken",)}, "linkage-kinds", Effect.BOTH, True),
        ({"method": "A/F"}, "linkage-method", Effect.BOTH, True),
        ({"option": "anything"}, "linkage-option", Effect.NONE, False),
        ({"name_ja": "別の名前"}, "linkage-name", Effect.NONE, False),
        ({"purpose": "別の目的"}, "linkage-purpose", Effect.NONE, False),
    ],
)
def test_a_changed_linkage(values: dict[str, object], code: str, effect: Effect, breaking: bool) -> None:
    """A linkage's consumers, timing, kinds and words are compared one by one."""
    system = OLD.system("001")
    linkages = tuple(
        replace(item, **values) if item.id == "001o009" else item  # type: ignore[arg-type]  # real fields
        for item in system.linkages
    )

    changes = {change.code: change for change in compare(OLD, with_system(replace(system, linkages=linkages)))}

    assert (changes[code].effect, changes[code].breaking) == (effect, breaking)
    assert changes[code].linkages == ("001o009",)


def test_rules_are_compared() -> None:
    """A rule more or otherwise obliges the provider, a rule less nobody, and other words change nothing."""
    system = OLD.system("001")
    first, *rest = system.rules
    cases = {
        "rule-removed": (tuple(rest), Effect.NONE, False),
        "rule-added": ((*system.rules, replace(first, linkage="001o006")), Effect.PROVIDER, True),
        "rule-changed": ((replace(first, when="atenabango=1"), *rest), Effect.PROVIDER, True),
    }
    for code, (rules, effect, breaking) in cases.items():
        (change,) = compare(OLD, with_system(replace(system, rules=rules)))
        assert (change.code, change.effect, change.breaking) == (code, effect, breaking)
    (change,) = compare(OLD, with_system(replace(system, rules=(replace(first, text="別の言い方"), *rest))))
    assert (change.effect, change.breaking) == (Effect.NONE, False)


def test_what_stands_around_the_items_is_compared() -> None:
    """Fixed texts of answers, rules of files and of authorization, systems and open points are compared."""
    system = OLD.system("031")
    document = json.loads(json.dumps(system.document))
    name = "jutogaishaatenabangofuban_E401"
    document["components"]["schemas"][name]["properties"]["detail"] = {"const": "無効です。"}
    auth = json.loads(json.dumps(OLD.auth_document))
    auth["paths"] = {}
    newer = {
        "answer": with_system(replace(system, document=document)),
        "file-profile": replace(OLD, file_profile={**OLD.file_profile, "csv": {}}),
        "auth": replace(OLD, auth_document=auth),
        "system-removed": replace(OLD, systems=OLD.systems[:-1]),
        "ambiguity-removed": replace(OLD, ambiguities=OLD.ambiguities[1:]),
        "code-list-removed": replace(OLD, codes={k: v for k, v in OLD.codes.items() if k != "seibetsu"}),
        "code-closed": replace(OLD, closed_codes=OLD.closed_codes - {"seibetsu"}),
    }
    for code, bundle in newer.items():
        assert code in {change.code for change in compare(OLD, bundle)}, code
    (change,) = compare(OLD, newer["answer"])
    assert (change.before, change.after) == ("アクセストークンが無効です。", "無効です。")
    assert change.where == "jutogaishaatenabangofuban 401 properties.detail.const"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_change_has_a_sentence(language: str) -> None:
    """Each kind of change that the comparison can give has words in both languages, and no words are left over."""
    words = tomllib.loads((SOURCES / "messages" / f"{language}.toml").read_text(encoding="utf-8"))["contracts"][
        "changes"
    ]
    text = "".join((SOURCES / "tables" / name).read_text(encoding="utf-8") for name in ("diff.py", "itemdiff.py"))
    plain = {code for code in words if f'"{code}"' in text or f'"{code.partition("-")[2]}"' in text}

    assert set(words) - plain <= {"linkage-name", "requirement-title"}


def test_a_shorter_result_item_obliges_the_provider() -> None:
    """In a result the provider is the sender."""
    (change,) = altered("住登外者宛名番号付番/結果", "sosashaid", length="8")

    assert (change.code, change.effect) == ("item-shorter", Effect.PROVIDER)


def test_a_removed_linkage_breaks_its_consumers() -> None:
    """Removing a linkage obliges consumers and breaks."""
    system = OLD.system("001")
    kept = tuple(item for item in system.linkages if item.id != "001o009")

    (change,) = compare(OLD, with_system(replace(system, linkages=kept)))

    assert (change.code, change.where, change.effect, change.breaking) == (
        "linkage-removed",
        "001o009",
        Effect.CONSUMER,
        True,
    )


def test_a_stricter_requirement_breaks() -> None:
    """A 推奨 that becomes 必須 obliges the provider."""
    requirements = tuple(
        replace(item, level=Level.REQUIRED) if item.id == "AU-10" else item for item in OLD.requirements
    )

    (change,) = compare(OLD, replace(OLD, requirements=requirements))

    assert (change.code, change.where, change.effect, change.breaking) == (
        "requirement-level",
        "AU-10",
        Effect.PROVIDER,
        True,
    )


@pytest.mark.parametrize(
    ("name", "effect"),
    [("shiensochikubun", Effect.CONSUMER), ("shorikubun", Effect.PROVIDER), ("seibetsu", Effect.BOTH)],
)
def test_a_new_code_obliges_who_receives_it(name: str, effect: Effect) -> None:
    """A value added to a code list is something that the side which receives such values has to understand."""
    codes = {**OLD.codes, name: {**OLD.codes[name], "9": "その他"}}

    (change,) = compare(OLD, replace(OLD, codes=codes))

    assert (change.code, change.where, change.effect) == ("code-added", f"{name} 9", effect)


def test_a_moved_column_is_seen() -> None:
    """Swapping two columns of a file is a breaking change of order, not of items."""
    system = OLD.system("001")
    items = list(system.items)
    items[0], items[1] = items[1], items[0]

    changes = compare(OLD, with_system(replace(system, items=tuple(items))))

    assert {(change.code, change.where) for change in changes} == {("column-order", "001o006")}
