"""`renkei plan PLAN`: what will run, what will not and why, and about how long it takes; nothing is sent."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.lanes import DEEP, FAST, costs, lanes_of, offers
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.errors import UsageError
from renkei.flow.contract import Bundle
from renkei.flow.plan import Plan, Planned, Profile, Target, stories_of
from renkei.foreign.remark import Remark, remarks
from renkei.pipeline import planned_events
from renkei.wording import Wording

# Seconds per (test, case) on two cores against the mock vendors, from `ci/bench`; a vendor's own latency comes on top.
MANY, MANY_NAMES = 40, 5
COST = {Profile.SMOKE: 0.12, Profile.STANDARD: 0.6, Profile.CERTIFICATION: 3.0}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("plan", help=words.text("cli.plan"))
    parser.add_argument("plan", type=Path, metavar="PLAN", nargs="?")
    parser.add_argument("--profile", choices=tuple(Profile), help=words.text("cli.profile"))
    parser.add_argument("--only", action="append", default=[], metavar="ID", help=words.text("cli.only"))
    parser.add_argument("--cache", type=Path, metavar="DIR", help=words.text("cli.plan-cache"))
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_schema_option(parser, words)


def run(args: argparse.Namespace) -> int:
    """Print the plan of a plan file."""
    if printed_schema(args, "planned-1"):
        return 0
    if args.plan is None:
        raise UsageError("plan-not-named", command="renkei plan")
    plan, bundle = wiring.open_plan(args.plan, profile=args.profile or "")
    cases = wiring.cases_of(plan, bundle, frozenset(args.only))
    rows = [
        _row(item, event.tests)
        for item, event in zip(cases, planned_events(cases, plan, bundle, wiring.suite_tests()), strict=True)
    ]
    if args.json:
        document = {
            "schema": "renkei.planned/1",
            "plan": plan.name,
            "edition": plan.edition,
            "cases": rows,
            "lanes": [cost.to_json() for cost in costs(plan, bundle, rows)],
            "notes": [_note(one, Catalogue(args.lang)) for one in remarks(bundle)],
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _print(plan, bundle, rows, Catalogue(args.lang))
    if args.cache:
        _keep(plan, bundle, cases, args)
    return 0


def _keep(plan: Plan, bundle: Bundle, cases: Sequence[Planned], args: argparse.Namespace) -> None:
    """Make the corpora of the plan in the folder that was named."""
    from renkei.cli.corpora import made

    words = Catalogue(args.lang)
    for one in made(plan, bundle, cases, args.cache):
        if not args.json:
            told = {"target": one.target, "linkage": one.linkage, "entries": f"{one.entries:,}", "folder": args.cache}
            print(words.text("cli.plan-kept", **told))


def _row(item: Planned, tests: tuple[str, ...]) -> dict[str, Any]:
    case = item.case
    return {
        "case": case.key,
        "target": case.target,
        "role": case.role,
        "linkage": case.linkage,
        "requirement": case.requirement,
        "runs": item.excluded is None and bool(tests),
        "outcome": item.excluded or ("" if tests else "not_run"),
        "reason": item.reason or ("" if tests else "no-test"),
        "detail": item.detail,
        "tests": list(tests),
    }


def _print(plan: Plan, bundle: Bundle, rows: list[dict[str, Any]], words: Catalogue) -> None:
    print(words.text("cli.plan-head", name=plan.name, edition=plan.edition, profile=plan.profile, seed=plan.seed))
    _print_notes(bundle, words)
    _print_journeys(plan, bundle, rows, words)
    for target in plan.targets:
        own = [row for row in rows if row["target"] == target.id]
        if not own and plan.journeys is not None:
            continue
        runs = [row for row in own if row["runs"]]
        seconds = sum(len(row["tests"]) for row in runs) * COST[plan.profile]
        print(
            words.text(
                "cli.plan-target",
                target=target.id,
                vendor=target.vendor,
                product=target.product,
                version=target.version,
            )
        )
        print(words.text("cli.plan-runs", cases=len(runs), all=len(own), seconds=f"{seconds:.0f}"))
        for linkage, count in Counter(row["linkage"] for row in runs).items():
            print(f"      {linkage}: {count}")
        _print_lanes(plan, target, bundle, rows, words)
        for (outcome, reason), count in Counter(
            (row["outcome"], row["reason"]) for row in own if not row["runs"]
        ).items():
            ids = " ".join(
                sorted({row["requirement"] for row in own if (row["outcome"], row["reason"]) == (outcome, reason)})
            )
            print(f"    – {words.choice('outcomes', outcome)} ({count}): {words.choice('reasons', reason)}: {ids}")


def _print_journeys(plan: Plan, bundle: Bundle, rows: list[dict[str, Any]], words: Catalogue) -> None:
    """Each life event of the plan: how many requirements it is judged by, or why it cannot be played."""
    if plan.journeys is None:
        return
    offices, wording = words.text("pages.comma").join(plan.journeys.targets), Wording(bundle, words.language)
    print(words.text("cli.plan-journeys", targets=offices, seconds=plan.journeys.latency_seconds))
    for story in stories_of(bundle, plan.journeys):
        own = [row for row in rows if row["target"] == plan.journeys.id and row["linkage"] == story.id]
        runs = sum(row["runs"] for row in own)
        if not own:
            continue
        told = {"title": story.title(words.language), "id": story.id}
        if runs:
            print(words.text("cli.plan-journey", **told, cases=runs))
        else:
            why = wording.reason(own[0]["reason"], own[0]["detail"])
            print(words.text("cli.plan-no-journey", **told, why=why))


def _note(one: Remark, words: Catalogue) -> dict[str, Any]:
    return {
        "system": one.system,
        "code": one.code,
        "text": words.choice("notes", one.code),
        "count": one.count,
        "places": list(one.places),
    }


def _print_notes(bundle: Bundle, words: Catalogue) -> None:
    """What was noticed in the documents: what it means for the tests, how often, and where first."""
    for one in remarks(bundle):
        told = {"system": one.system, "note": words.choice("notes", one.code), "count": one.count}
        print(words.text("cli.plan-note", **told, places=", ".join(one.places)))


def _print_lanes(plan: Plan, target: Target, bundle: Bundle, rows: list[dict[str, Any]], words: Catalogue) -> None:
    """What the lanes cost on each REST linkage that runs, in all, and which scenarios its contract does not offer."""
    linkages = frozenset(row["linkage"] for row in rows if row["target"] == target.id and row["runs"])
    offered = dict(offers(target, bundle, linkages))
    found = list(lanes_of(plan, target, bundle, rows, offered))
    # Of a document with hundreds of operations only the sums can be read.
    for cost in found if len(found) <= MANY else ():
        told = {"entries": f"{cost.requests:,}", "concurrency": cost.concurrency, "seconds": f"{cost.seconds:.0f}"}
        print(words.text(f"cli.plan-{cost.lane}", linkage=cost.linkage, **told))
    for lane in (DEEP, FAST):
        own = [cost for cost in found if cost.lane == lane]
        if own:
            total, seconds = sum(cost.requests for cost in own), sum(cost.seconds for cost in own)
            told = {"lane": words.text(f"cli.plan-lane-{lane}"), "linkages": len(own), "seconds": f"{seconds:.0f}"}
            print(words.text("cli.plan-lane", **told, entries=f"{total:,}", concurrency=own[0].concurrency))
    groups: dict[tuple[str, str], list[str]] = {}
    for linkage, kinds in offered.items():
        for one in kinds:
            if not one.eligible:
                groups.setdefault((one.kind, one.reason), []).append(linkage)
    for (kind, reason), names in groups.items():
        where = " ".join(names[:MANY_NAMES]) + (" …" if len(names) > MANY_NAMES else "")
        told = {"kind": f"{words.choice('scenarios', kind)} ({len(names)}: {where})"}
        print(words.text("cli.plan-scenario", **told, reason=words.choice("reasons", reason)))
