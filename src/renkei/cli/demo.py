"""`renkei demo`: three mock vendors, the certification plan, report, verdicts, certificate, and what they say."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.mockset import MARK, plan_text, vendors
from renkei.cli.run import Order, execute, exit_code
from renkei.errors import PlanError, RunFolderError
from renkei.flow.outcome import FaultOf
from renkei.flow.plan import Profile
from renkei.flow.verdict import Verdict
from renkei.web.standing import state_of, worst_state

PLACES = (
    ("index", "index.html"),
    ("allure", "allure-report/index.html"),
    ("verdicts", "verdicts.json"),
    ("certificate", "certificate.json"),
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("demo", help=words.text("cli.demo"))
    parser.add_argument("--out", type=Path, default=Path("reports/demo"), metavar="DIR", help=words.text("cli.out"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--processes", action="store_true")
    how.add_argument("--containers", action="store_true")
    parser.add_argument("--consumers", action="store_true", help=words.text("cli.demo-consumers"))
    parser.add_argument("--journeys", action="store_true", help=words.text("cli.demo-journeys"))
    parser.add_argument("--only", action="append", default=[], metavar="ID", help=words.text("cli.demo-only"))
    parser.add_argument("--profile", choices=tuple(Profile), default=Profile.SMOKE, help=words.text("cli.profile"))
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=words.text("cli.seed"))


def run(args: argparse.Namespace) -> int:
    """Run the demo; 0 when it went through, whatever the vendors deserve (beta is defective on purpose)."""
    begun = time.monotonic()
    words = Catalogue(args.lang)
    out: Path = args.out
    _fitting(args)
    _fresh(out)
    if args.journeys:
        from renkei.cli import demotown

        return demotown.play(
            out, only=tuple(args.only), profile=args.profile, seed=args.seed, words=words, shown=dict(PLACES)
        )
    print(words.text("cli.demo-start"), flush=True)
    with vendors(out, containers=args.containers, consumers=args.consumers) as ready:
        for name, line in ready.items():
            print(words.text("cli.demo-ready", vendor=name, seconds=line["seconds"]), flush=True)
        plan_file = out / "plan.toml"
        plan_file.write_text(plan_text(ready, args.profile, args.seed, args.lang), encoding="utf-8")
        plan, bundle = wiring.open_plan(plan_file)
        verdicts = execute(Order(plan=plan, bundle=bundle, plan_file=plan_file, folder=out, language=args.lang))
    if not verdicts["finished"]:
        return exit_code(verdicts)
    decision = _certify(out)
    _tell(out, decision, words)
    print(words.text("cli.demo-done", seconds=f"{time.monotonic() - begun:.0f}"))
    return 0


def _fitting(args: argparse.Namespace) -> None:
    """Refuse options that say nothing together."""
    apart = [
        ("--consumers", args.consumers and args.containers, "--containers", "--processes"),
        ("--journeys", args.journeys and args.containers, "--containers", "--processes"),
        ("--journeys", args.journeys and args.consumers, "--consumers", "--journeys"),
        ("--only", args.only and not args.journeys, " ".join(args.only), "--journeys --only ID"),
    ]
    for key, wrong, value, expected in apart:
        if wrong:
            raise PlanError("plan-wrong-value", key=key, value=value, expected=expected)


def _fresh(out: Path) -> None:
    """Make room: an earlier demo in that folder goes, anything else is not ours to remove."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise RunFolderError("run-exists", folder=str(out))
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text('{"schema": "renkei.demo/1"}\n', encoding="utf-8")


def _certify(out: Path) -> Mapping[str, Any]:
    """Decide and sign with a key that is marked as the demo's own."""
    from renkei.cli.certify import certify_demo

    return certify_demo(out)


def _tell(out: Path, decision: Mapping[str, Any], words: Catalogue) -> None:
    """Say of each vendor whether it may be connected and what is wrong, and where everything lies."""
    verdicts = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))
    decided = {row["id"]: row for row in decision["targets"]}
    for vendor in dict.fromkeys(target["vendor"] for target in verdicts["targets"]):
        own = [target for target in verdicts["targets"] if target["vendor"] == vendor]
        states = (state_of(Verdict(t["verdict"]), decided.get(t["id"]), finished=verdicts["finished"]) for t in own)
        state = words.text(f"decisions.{worst_state(states)}")
        print(words.text("cli.demo-vendor", vendor=vendor, product=own[0]["product"], state=state))
        for target in own:
            _tell_target(target, decided, words)
    print(words.text("cli.demo-places"))
    for label, name in PLACES:
        if (out / name).exists():
            print(words.text("cli.demo-place", label=words.text(f"cli.demo-{label}"), path=out / name))
    findings = [f for t in verdicts["targets"] for row in t["results"] for f in row["findings"]]
    if findings:
        print(words.text("cli.demo-replay"))
        print(f"  .venv/bin/{findings[0]['replay']}")


def _tell_target(target: Mapping[str, Any], decided: Mapping[str, Any], words: Catalogue) -> None:
    """One target: its verdict, and each requirement that it breaks, once, with its clause."""
    bundle = wiring.load_bundle()
    broken = {
        row["requirement"]: row["findings"][0]["id"]
        for row in target["results"]
        if row["findings"] and row["fault_of"] != FaultOf.HARNESS
    }
    print(
        words.text(
            "cli.demo-verdict",
            target=target["id"],
            verdict=words.text(f"verdicts.{target['verdict']}"),
            findings=len(broken),
            decision=words.choice("cli_decisions", decided.get(target["id"], {}).get("decision", "-")),
        )
    )
    for name, finding in broken.items():
        requirement = bundle.requirement(name)
        title = requirement.title(words.language)
        print(words.text("cli.demo-finding", finding=finding, requirement=name, title=title, clause=requirement.clause))
