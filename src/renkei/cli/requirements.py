"""`renkei requirements`: requirement → tests → faults that prove them, and the gaps with their reasons.

With `--coverage` by the numbers of the outline: linkages × requirements × tests; a gap without a reason ends it with 1.
"""

from __future__ import annotations

import argparse
import functools
import json
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.coverage import as_json, boundary_bundle, coverage, shown, suites_of
from renkei.cli.foreign import REQUIREMENTS
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.errors import ContractError, ExitCode

if TYPE_CHECKING:
    from renkei.flow.contract import Bundle
    from renkei.tables.trace import Trace

SUITE = "generic"
# Written by `ci/selftest`: what each defect of the sample servers was caught by.
FOREIGN = "faults-foreign.json"
# Written by `ci/attribution.py`: what each fault of either side of a pair was caught by.
PAIRS = "faults-pairs.json"
# The faults of the boundary systems.
AROUND = "boundary/faults.toml"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("requirements", help=words.text("cli.requirements"))
    parser.add_argument("--coverage", action="store_true", help=words.text("requirements.coverage"))
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_schema_option(parser, words)


def run(args: argparse.Namespace) -> int:
    """Print every requirement, or the coverage of the outline, as text or JSON."""
    if printed_schema(args, "requirements-1"):
        return ExitCode.CONFORMS
    traces = all_traces(wiring.home())
    covered = coverage(wiring.home(), traces) if args.coverage else None
    words = Catalogue(args.lang)
    if args.json:
        data = {
            "schema": "renkei.requirements/1",
            "edition": wiring.load_bundle().edition,
            "counts": counts(traces),
            "requirements": [item.to_json() for item in traces],
            **({"coverage": as_json(covered)} if covered else {}),
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        for line in shown(covered, traces, words) if covered else map(functools.partial(_line, words=words), traces):
            print(line)
        print(words.text("requirements.summary", **counts(traces)))
    unexplained = covered is not None and covered.unexplained
    return ExitCode.DOES_NOT_CONFORM if unexplained else ExitCode.CONFORMS


def all_traces(home: Path) -> tuple[Trace, ...]:
    """The requirements of this edition, the generic ones for other documents, and those of the boundary systems."""
    from renkei.tables.reader import read_requirements
    from renkei.tables.trace import trace

    own = wiring.load_bundle()
    faults = {**planted_faults(home / "mocks" / "faults"), **proven_faults(home / "mocks" / PAIRS), **rule_faults(own)}
    made = trace(own, _tests(*suites_of(own)), faults)
    table = (home / "contracts" / REQUIREMENTS).read_text(encoding="utf-8")
    generic = replace(own, requirements=read_requirements(table, REQUIREMENTS), untested={}, suite=SUITE)
    made += trace(generic, _tests(SUITE), proven_faults(home / "mocks" / FOREIGN))
    around = boundary_bundle(home)
    if around is None:
        return made
    known = {item.requirement.id for item in made}
    carried = tuple(item for item in around.requirements if item.id not in known)
    ids = tuple(item.id for item in carried)
    tests = [(test.id, ids) for test in wiring.suite_tests(SUITE) if test.carried]
    return made + trace(replace(around, requirements=carried), tests, boundary_faults(home / "mocks" / AROUND))


def _tests(*suites: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(test.id, test.requirements) for test in wiring.suite_tests(*suites)]


def proven_faults(path: Path) -> dict[str, tuple[str, ...]]:
    """Defects by name with the requirements that caught them when `ci/selftest` ran: of sample servers, or of pairs."""
    try:
        faults = json.loads(path.read_text(encoding="utf-8"))["faults"]
        return {str(name): tuple(map(str, ids)) for name, ids in faults.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContractError("contract-toml", file=f"mocks/{path.name}", reason=str(error)) from error


def planted_faults(folder: Path) -> dict[str, tuple[str, ...]]:
    """The requirements that each fault file says must catch it; those of consumers lie in a folder of their own."""
    faults: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.rglob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ContractError("contract-toml", file=f"mocks/faults/{path.name}", reason=str(error)) from error
        catches = table.get("catches")
        if not isinstance(catches, list) or not all(isinstance(name, str) for name in catches):
            raise ContractError("contract-toml", file=f"mocks/faults/{path.name}", reason='catches = ["…"]')
        faults[path.relative_to(folder).with_suffix("").as_posix()] = tuple(catches)
    return faults


def boundary_faults(path: Path) -> dict[str, tuple[str, ...]]:
    """The requirements that each fault of the boundary systems says must catch it: one table for all of them."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: tuple(map(str, row["catches"])) for name, row in rows.items()}
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ContractError("contract-toml", file=f"mocks/{AROUND}", reason=str(error)) from error


def rule_faults(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """The faults that the mock vendors make of the rules between cells: one for each requirement that has some."""
    names = dict.fromkeys(rule.requirement for system in bundle.systems for rule in system.rules)
    return {f"breaks-{name}": (name,) for name in names}


def counts(traces: tuple[Trace, ...]) -> dict[str, int]:
    """How many requirements are proven, and how many have which gap."""
    gaps = Counter(item.gap or "proven" for item in traces)
    names = {"proven": "proven", "untested": "untested", "no-test": "without_test", "no-fault": "without_fault"}
    return {"total": len(traces), **{name: gaps[gap] for gap, name in names.items()}}


def _line(item: Trace, words: Catalogue) -> str:
    requirement = item.requirement
    head = f"{requirement.id}  {words.text(f'levels.{requirement.level}')}  {words.text(f'basis.{requirement.basis}')}"
    lines = [f"{head}  {requirement.title(words.language)}"]
    if item.tests:
        lines.append(f"    {words.text('requirements.tests')} {', '.join(item.tests)}")
    if item.faults:
        lines.append(f"    {words.text('requirements.faults')} {', '.join(item.faults)}")
    if item.gap:
        reason = item.reason(words.language)
        lines.append(f"    {words.text(f'requirements.gaps.{item.gap}')} {reason}".rstrip())
    return "\n".join(lines)
