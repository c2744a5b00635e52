"""`renkei mock`: one mock vendor in this process's place."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.vendors import launcher


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("mock", help=words.text("cli.mock"))
    parser.add_argument("--vendor", required=True, metavar="NAME")
    parser.add_argument("--system", action="append", default=[], metavar="NNN", help=words.text("cli.mock-system"))
    parser.add_argument("--town", type=Path, metavar="DIR", help=words.text("cli.mock-town"))
    parser.add_argument("--place", metavar="URL", help=words.text("cli.mock-place"))
    parser.add_argument("--inbox", metavar="URL", help=words.text("cli.mock-inbox"))
    parser.add_argument("--schedule", action="store_true", help=words.text("cli.mock-schedule"))
    parser.add_argument("--tls", type=Path, metavar="DIR", help=words.text("cli.mock-tls"))
    parser.add_argument("--clients", type=Path, metavar="FILE", help=words.text("cli.mock-clients"))
    parser.add_argument("--port", type=int, default=0, metavar="N")
    parser.add_argument("--fault", action="append", default=[], metavar="F", help=words.text("cli.fault"))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=words.text("cli.mock-rest"))


def run(args: argparse.Namespace) -> int:
    """Become the mock: its own command line takes over, so that signals and output are its own."""
    how = launcher(wiring.home(), args.vendor)
    command = [*how.argv, "--vendor", args.vendor, "--port", str(args.port)]
    for system in args.system:
        command += ["--system", system]
    # The mock works in another folder: what is given as a path is one from here.
    paths = {"--town": args.town, "--tls": args.tls, "--clients": args.clients}
    for option, path in paths.items():
        command += [option, str(path.resolve())] if path else []
    for option, place in {"--place": args.place, "--inbox": args.inbox}.items():
        command += [option, place if "://" in place else Path(place).resolve().as_uri()] if place else []
    command += ["--schedule"] if args.schedule else []
    for fault in args.fault:
        command += ["--fault", fault]
    os.chdir(wiring.home())
    # No shell, and only the program of the table: this process becomes the mock.
    os.execv(command[0], [*command, *(item for item in args.rest if item != "--")])
