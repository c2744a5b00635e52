"""`renkei doctor PLAN`: can every target be judged; if not, what is in the way, who can mend it, and how."""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.journeying import is_by_hand
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.errors import ExitCode, Owner, UsageError
from renkei.events import TargetProbed
from renkei.flow.contract import Bundle
from renkei.flow.plan import Plan, Target, stories_of
from renkei.neutral import neutral

AT_ONCE = 8


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("doctor", help=words.text("cli.doctor"))
    parser.add_argument("plan", type=Path, metavar="PLAN", nargs="?")
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_schema_option(parser, words)


def run(args: argparse.Namespace) -> int:
    """Probe every target of the plan and print what was found; 3 when one of them is blocked."""
    if printed_schema(args, "doctor-1"):
        return ExitCode.CONFORMS
    if args.plan is None:
        raise UsageError("plan-not-named", command="renkei doctor")
    from renkei.probe import Prober

    plan, bundle = wiring.open_plan(args.plan)
    redactor = wiring.redactor_for(plan, bundle)

    def probe(target: Target) -> TargetProbed:
        tools = wiring.tools_for(target, bundle, redactor)
        try:
            found = Prober(tools, bundle, plan.edition).probe(target)
        finally:
            tools.transport.close()
        return found if found.code else _with_facade(target, found, bundle)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        probed = list(pool.map(probe, plan.targets))
    words = Catalogue(args.lang)
    stories = journeys_of(plan, bundle, words)
    rows = [redactor.value(_row(target, found, words)) for target, found in zip(plan.targets, probed, strict=True)]
    if args.json:
        told = {"schema": "renkei.doctor/1", "plan": plan.name, "targets": rows}
        print(json.dumps({**told, **({"journeys": stories} if stories else {})}, ensure_ascii=False, indent=2))
    else:
        print("\n".join([*(line for row in rows for line in _lines(row, words)), *_story_lines(stories, words)]))
    return ExitCode.BLOCKED if any(row["code"] for row in rows) else ExitCode.CONFORMS


def journeys_of(plan: Plan, bundle: Bundle, words: Catalogue) -> list[dict[str, Any]]:
    """Each life event of the plan: the systems that no target is for, and the targets at which a person acts."""
    if plan.journeys is None:
        return []
    offices = {plan.target(name).system: plan.target(name) for name in plan.journeys.targets}
    return [
        {
            "journey": story.id,
            "title": story.title(words.language),
            "lacking": [system for system in story.systems if system not in offices],
            "by_hand": [
                offices[system].id
                for system in (*story.systems, *story.seen_by)
                if system in offices and is_by_hand(offices[system], plan.journeys)
            ],
        }
        for story in stories_of(bundle, plan.journeys)
    ]


def _story_lines(stories: list[dict[str, Any]], words: Catalogue) -> list[str]:
    """One line for each life event: ready, ready with somebody at hand, or lacking systems."""
    comma = words.text("pages.comma")
    lines = []
    for story in stories:
        code = "journey-lacks" if story["lacking"] else "journey-by-hand" if story["by_hand"] else "journey-ready"
        named = comma.join(story["lacking"] or story["by_hand"])
        lines.append(words.text(f"doctor.{code}", title=story["title"], id=story["journey"], named=named))
    return lines


def _with_facade(target: Target, found: TargetProbed, bundle: Bundle) -> TargetProbed:
    """What was found of a target, and of the way in which it is made to act; the first thing that is lacking blocks it."""
    from renkei.cli.counterparts import lacking

    facts, obstacle = lacking(target, bundle)
    if obstacle is None:
        return replace(found, facts={**found.facts, **facts})
    return replace(found, code=obstacle.code, values=dict(obstacle.values), facts={**found.facts, **facts})


def _row(target: Target, found: TargetProbed, words: Catalogue) -> dict[str, Any]:
    return {
        "target": target.id,
        "vendor": target.vendor,
        "system": target.system,
        "code": found.code,
        "values": dict(found.values),
        "facts": dict(found.facts),
        **{part: _part(words, found, part) for part in ("message", "expected", "hint")},
        "owner": _owner(words, found.code),
    }


def _part(words: Catalogue, found: TargetProbed, part: str) -> str:
    """One sentence about the obstacle; plan errors met by a probe have theirs among the errors."""
    for table in ("blocked", "errors"):
        key = f"{table}.{found.code}.{part}"
        if found.code and words.has(key):
            return words.text(key, **found.values)
    return ""


def _owner(words: Catalogue, code: str) -> str:
    if not code:
        return ""
    key = f"blocked.{code}.owner"
    return words.text(key) if words.has(key) else Owner.OPERATOR


def _lines(row: dict[str, Any], words: Catalogue) -> list[str]:
    head = words.text("doctor.blocked" if row["code"] else "doctor.ready", **_texts(row))
    lines = [head]
    if row["code"]:
        lines += [
            f"    {words.text(f'cli.{part}')}{neutral(row[part])}"
            for part in ("message", "expected", "hint")
            if row[part]
        ]
        lines.append(f"    {words.text('cli.owner')}{words.text('owners.' + row['owner'])}")
        values = " ".join(f"{name}={neutral(value)}" for name, value in row["values"].items() if value)
        if values:
            lines.append(f"    {words.text('doctor.values')}{values}")
    lines += [f"    {_fact(words, name)}{neutral(_told(words, name, value))}" for name, value in row["facts"].items()]
    return lines


def _texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: neutral(row[name]) for name in ("target", "vendor", "system", "code")}


def _told(words: Catalogue, name: str, value: str) -> str:
    """A fact as it is shown; what was found of a façade is a code with words of its own."""
    if not name.startswith("facade."):
        return value
    return words.text(f"facade_states.{value}") if words.has(f"facade_states.{value}") else value


def _fact(words: Catalogue, name: str) -> str:
    """The label of a fact; those of files name their linkage, those of a façade their operation."""
    if name.startswith("facade."):
        return words.text("doctor.facade", operation=name.partition(".")[2])
    if not name.startswith("files."):
        return words.text(f"doctor.{name}")
    linkage = name.split(".")[1]
    return words.text("doctor.files-complete" if name.endswith(".complete") else "doctor.files", linkage=linkage)
