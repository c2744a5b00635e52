"""A person in place of a façade: what somebody is asked to look up, and what is judged of it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from renkei.flow.errand import Answer, Errand
from renkei.flow.facade import Record
from renkei.kit import journey
from renkei.kit.byhand import COUNT, HIDDEN, SHOWN, ByHand

ROWS = [
    {"atenabango": "17", "gyomuid": "010", "rirekibango": "1", "minogaku": "0", "sosashaid": "x"},
    {"atenabango": "17", "gyomuid": "024", "rirekibango": "3", "minogaku": "900", "sosashaid": "x"},
]
KEYS = ("atenabango", "gyomuid", "rirekibango")
LAWS = sorted(Path(journey.__file__).parent.glob("law_*.py"))


@dataclass
class Person:
    """Somebody who answers every look in the same way."""

    said: Mapping[str, str] = field(default_factory=dict)
    asked: list[Errand] = field(default_factory=list)

    def __call__(self, errand: Errand, _seconds: float) -> Answer:
        self.asked.append(errand)
        return Answer(done=True, values=self.said)


def looked(person: Person, *rows: dict[str, str], key: tuple[str, str] = ("atenabango", "17")) -> tuple[Record, ...]:
    """What comes of looking one person up."""
    screen = ByHand(target="t", ask=person, seconds=1, patience=600, rows=lambda *_: rows, keys=lambda _: KEYS)
    return screen.records("036o902", key=key).records


def test_each_record_of_a_person_is_asked_for_by_what_it_is_known_by() -> None:
    """Two records of one person are two looks, which say that there are two; each answer is about one of them."""
    person = Person()
    records = looked(person, *ROWS)

    assert [one.rows for one in person.asked] == [2, 2]
    assert [list(one.values.items())[:3] for one in person.asked] == [
        [("atenabango", "17"), ("gyomuid", "010"), ("rirekibango", "1")],
        [("atenabango", "17"), ("gyomuid", "024"), ("rirekibango", "3")],
    ]
    assert [one.values["minogaku"] for one in records] == ["0", "900"]


def test_nothing_is_judged_that_nobody_was_shown() -> None:
    """An item that is not on the list is not in the record: no requirement can take it for right."""
    (record,) = looked(Person(), ROWS[0])

    assert record.values == {"atenabango": "17", "gyomuid": "010", "rirekibango": "1", "minogaku": "0"}


def test_what_a_person_saw_differently_is_in_the_record() -> None:
    """A difference, an item that must not be there, two records instead of one, a hidden address."""
    records = looked(Person({"minogaku": "5", "kagaishashimei": "鬼塚", COUNT: "2", HIDDEN: "y"}), ROWS[0])

    assert [(one.values["minogaku"], one.values["kagaishashimei"], one.suppressed) for one in records] == [
        ("5", "鬼塚", True)
    ] * 2
    assert looked(Person({COUNT: "0"})) == ()


def test_who_stands_in_the_record_of_another_is_named_first() -> None:
    """An agent is looked up by the number of the agent, whoever pays."""
    person = Person()
    looked(person, ROWS[0], key=("dairininatenabango", "99"))

    assert (person.asked[0].item, next(iter(person.asked[0].values.items()))) == (
        "dairininatenabango",
        ("dairininatenabango", "99"),
    )


def compared(path: Path) -> Iterator[str]:
    """The items that the laws of a module compare with what an office holds, as far as they are written there."""
    module = importlib.import_module(f"{journey.__name__}.{path.stem}")
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        nodes = list(ast.walk(function)) if isinstance(function, ast.FunctionDef) else []
        listed = {ast.unparse(one.targets[0]): one.value for one in nodes if isinstance(one, ast.Assign)}
        calls = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one.func) == "hold"]
        for names in (listed.get(ast.unparse(call.args[4]), call.args[4]) for call in calls):
            for one in names.elts if isinstance(names, ast.Tuple) else ():
                yield (
                    str(one.value) if isinstance(one, ast.Constant) else getattr(module, ast.unparse(one), "atenabango")
                )


@pytest.mark.parametrize("path", LAWS, ids=[path.stem for path in LAWS])
def test_a_person_is_shown_whatever_a_law_compares(path: Path) -> None:
    """An item that a law compares and nobody is shown would never be found to be wrong."""
    assert set(compared(path)) <= {*SHOWN}


def test_what_laws_compare_is_read_from_them() -> None:
    """The test above looks at something."""
    found = {name for path in LAWS for name in compared(path)}

    assert {"minogaku", "jukyufuragu", "nayosemotofuragu", "inkantorokujotai"} <= found
