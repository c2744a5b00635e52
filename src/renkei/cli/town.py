"""`renkei town export`: the synthetic municipality as files that a vendor loads, or that the mock vendors publish.

`renkei town page` draws the page of a pack (town.html) again from its manifest.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.errors import ExitCode, PlanError, UsageError
from renkei.flow.exchange import strict_json

POPULATION = 1_000
MOST = 2_000_000
MUNICIPALITY = "993018"
EVERY = 3.0
MANIFEST = "manifest.json"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("town", help=words.text("cli.town"))
    parser.add_argument("action", choices=("export", "page"))
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
    """Do what was asked for."""
    return _page(args) if args.action == "page" else _export(args)


def _page(args: argparse.Namespace) -> int:
    """Write the page of a pack; what is no pack stays as it is."""
    from renkei.web.townpage import write_pages

    path = args.folder / MANIFEST
    manifest = _manifest(path)
    print(Catalogue(args.lang).text("town.written", path=write_pages(manifest, args.folder, args.lang)))
    return ExitCode.CONFORMS


def _manifest(path: Path) -> dict[str, Any]:
    """The manifest of a pack, as far as the page needs it."""
    from renkei.web.townpage import checked

    try:
        return checked(strict_json(path.read_bytes()))
    except OSError as error:
        raise PlanError("town-no-pack", path=str(path), why=error.strerror or "") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError("town-no-pack", path=str(path), why=str(error)[:200]) from error


def _export(args: argparse.Namespace) -> int:
    """Write the pack into a new folder; one line of figures at the end, or the manifest as JSON."""
    from renkei.town.order import Order
    from renkei.town.pack import export
    from renkei.web.townpage import write_pages

    _check(args)
    bundle = wiring.load_bundle()
    order = Order.of(
        bundle, population=args.population, seed=args.seed, municipality=args.municipality, closing=args.closing
    )
    words = Catalogue(args.lang)
    begun = time.monotonic()
    manifest = export(
        order,
        args.folder.resolve(),
        workers=max(1, args.workers),
        progress=_shown(words),
        finish=lambda made, folder: write_pages(made, folder, args.lang),
    )
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
