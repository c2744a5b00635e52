"""In a certification run what the boundary systems ask of their own is tried on a conforming and on faulty mocks first."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from mocks.boundary.fault import defects
from renkei.cli import boundarycontrol, wiring
from renkei.cli.boundarycontrol import boundary_controls, judge_boundary_controls, rounds
from renkei.cli.control import Control
from renkei.cli.coverage import boundary_bundle
from renkei.events import ControlJudged, Event
from renkei.flow.contract import Bundle
from renkei.flow.outcome import Outcome
from renkei.flow.plan import Plan, Planned
from renkei.foreign.carried import KEY

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The documents of the boundary systems."""
    found = boundary_bundle(ROOT)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> tuple[Plan, tuple[Planned, ...]]:
    """plans/boundary.toml and its cases, with secrets of its own."""
    folder = tmp_path_factory.mktemp("plan")
    text = (ROOT / "plans" / "boundary.toml").read_text(encoding="utf-8")
    named = tomllib.loads(text)["target"][0]["rest"]
    (folder / "boundary" / "tls").mkdir(parents=True)
    for part in (named["client_secret"], named["second_client_secret"]):
        (folder / part["file"]).write_text("a-secret-of-forty-characters-or-a-bit-more")
        (folder / part["file"]).chmod(0o600)
    (folder / named["ca_file"]).write_text("")
    path = folder / "boundary.toml"
    path.write_text(text.replace("../contracts/boundary", str(ROOT / "contracts" / "boundary")), encoding="utf-8")
    plan, own = wiring.open_plan(path)
    return plan, wiring.cases_of(plan, own)


def test_every_own_requirement_has_its_good_and_its_bad_control(
    planned: tuple[Plan, tuple[Planned, ...]], bundle: Bundle
) -> None:
    """All 32 requirements of the ten systems: each in the good control of its system, each with a fault that it catches."""
    plan, cases = planned
    controls = boundary_controls(cases, plan, bundle)
    good = {(one.system, name) for one in controls if one.good for name in one.requirements}
    bad = {(one.system, *one.requirements): one.fault for one in controls if not one.good}

    assert len({name for name, _ in good}) == 10
    assert set(bad) == good == {(one.system, name) for one in defects().values() for name in one.catches}
    assert all(name in defects()[fault].catches for (_, name), fault in bad.items())


def test_what_another_document_asks_is_not_tried_on_our_mock(
    planned: tuple[Plan, tuple[Planned, ...]], bundle: Bundle
) -> None:
    """A requirement that says something else than ours under the same number has no control here."""
    plan, cases = planned
    changed = []
    for system in bundle.systems:
        rows = [row | {"text_en": "Something else."} for row in system.document.get(KEY, ())]
        changed.append(replace(system, document={**system.document, KEY: rows}))

    assert boundary_controls(cases, plan, replace(bundle, systems=tuple(changed))) == ()


def test_a_process_never_has_two_faults_of_one_system(
    planned: tuple[Plan, tuple[Planned, ...]], bundle: Bundle
) -> None:
    """Controls share processes, good and bad ones too, but none shares one with another of its system."""
    plan, cases = planned
    controls = boundary_controls(cases, plan, bundle)
    shared = rounds(controls)

    assert sorted(map(id, controls)) == sorted(id(one) for several in shared for one in several)
    assert all(len({one.system for one in several}) == len(several) for several in shared)
    assert len(shared) == 1 + max(sum(row.system == name for row in defects().values()) for name in (
        "chukan_server", "jukinet_cs", "mainaportal_shinsei",
    ))  # fmt: skip


def control(system: str, requirement: str, fault: str = "") -> Control:
    """One control of one requirement."""
    return Control(system=system, fault=fault, requirements=frozenset({requirement}))


@pytest.mark.parametrize(
    ("fault", "outcome", "holds"),
    [
        ("", Outcome.PASSED, True),
        ("", Outcome.FAILED, False),
        ("", Outcome.NOT_RUN, False),
        ("eltax_reopens_settled", Outcome.FAILED, True),
        ("eltax_reopens_settled", Outcome.PASSED, False),
        ("eltax_reopens_settled", Outcome.INCONCLUSIVE, False),
    ],
)
def test_a_surprise_does_not_hold(monkeypatch: pytest.MonkeyPatch, fault: str, outcome: Outcome, holds: bool) -> None:
    """The good control has to pass and the bad one to fail; everything else takes the verdict away."""
    found: list[Event] = []
    said = {} if outcome is Outcome.NOT_RUN else {"BD-15": outcome}

    def told(controls: Collection[Control], _pack: Path, _seed: int) -> dict[str, dict[str, Outcome]]:
        return {one.system: said for one in controls}

    monkeypatch.setattr(boundarycontrol, "tried", told)
    monkeypatch.setattr(boundarycontrol, "town_pack", lambda folder, closing: folder if closing else None)
    judge_boundary_controls([control("eltax", "BD-15", fault)], 1, found.append, 1)

    assert found == [ControlJudged(system="eltax", requirement="BD-15", fault=fault, outcome=outcome, holds=holds)]


def test_one_process_tries_a_good_and_a_bad_control(pack: Path) -> None:
    """A real process of mocks: the fault of one system is caught, and the other system, without one, passes."""
    asked = [control("konbini_kofu", "BD-29"), control("eltax", "BD-15", "eltax_reopens_settled")]

    assert boundarycontrol.tried(asked, pack, 1) == {
        "konbini_kofu": {"BD-29": Outcome.PASSED},
        "eltax": {"BD-15": Outcome.FAILED},
    }


@pytest.mark.slow
def test_all_controls_hold(planned: tuple[Plan, tuple[Planned, ...]], bundle: Bundle) -> None:
    """Every control of plans/boundary.toml shows what it must."""
    plan, cases = planned
    found: list[ControlJudged] = []
    controls = boundary_controls(cases, plan, bundle)
    judge_boundary_controls(
        controls, 1, lambda event: found.append(event) if isinstance(event, ControlJudged) else None, 2
    )

    assert [one for one in found if not one.holds] == []
    assert len(found) == 64
