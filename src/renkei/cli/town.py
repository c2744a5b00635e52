"""`renkei town export`: the synthetic municipality as files that a vendor loads, or that the mock vendors publish."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.errors import ExitCode, PlanError, UsageError

POPULATION = 1_000
MOST = 2_000_000
MUNICIPALITY = "993018"
EVERY = 3.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("town", help=words.text("cli.town"))
    parser.add_argument("action", choices=("export",))
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--population", type=int, default=POPULATION, metavar="N", help=words.text("cli.town-population")
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--municipality", default=MUNICIPALITY, metavar="CODE", help=words.text("cli.town-municipality")
    )
    parser.add_argument("--closing", action="store_true", help=words.text("cli.town-closing"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))


def run(args: argparse.Namespace) -> int:
    """Write the pack into a new folder; one line of figures at the end, or the manifest as JSON."""
    from renkei.flow.requirement import Transport
    from renkei.town.order import Order
    from renkei.town.pack import export

    _check(args)
    bundle = wiring.load_bundle()
    files = [(system, link) for system in bundle.systems for link in system.linkages]
    order = Order(
        population=args.population,
        seed=args.seed,
        municipality=args.municipality,
        edition=bundle.edition,
        items={link.id: system.group(link.group) for system, link in files if link.transport is Transport.FILE},
        rules=tuple(rule for system in bundle.systems for rule in system.rules),
        codes=bundle.codes,
        closing=args.closing,
    )
    words = Catalogue(args.lang)
    begun = time.monotonic()
    manifest = export(order, args.folder.resolve(), workers=max(1, args.workers), progress=_shown(words))
    if args.json:
        print(json.dumps(manifest, ensure_ascii=False, indent=1))
    else:
        rows = sum(file["rows"] for dataset in manifest["datasets"] for file in dataset["files"])
        facts = {"residents": manifest["survey"]["residents"], "linkages": len(order.items), "rows": rows}
        print(words.text("cli.town-done", folder=args.folder, seconds=f"{time.monotonic() - begun:.1f}", **facts))
    return ExitCode.CONFORMS


def _check(args: argparse.Namespace) -> None:
    from renkei.tables.checkdigits import is_dantaikodo

    code = args.municipality
    if not 1 <= args.population <= MOST:
        raise PlanError("plan-wrong-value", key="--population", value=str(args.population), expected=f"1 … {MOST}")
    if not is_dantaikodo(code):
        raise PlanError("plan-wrong-value", key="--municipality", value=code, expected=MUNICIPALITY)
    if args.folder.exists():
        raise UsageError("folder-exists", folder=str(args.folder))


def _shown(words: Catalogue) -> Callable[[int, int], None]:
    """Tell how far it is, every few seconds."""
    last = time.monotonic()

    def show(done: int, whole: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            print(words.text("cli.town-progress", done=done, whole=whole), file=sys.stderr, flush=True)

    return show
