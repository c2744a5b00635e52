"""`renkei mock`: one mock vendor in this process's place."""

from __future__ import annotations

import argparse
import os
import sys

from renkei.catalogue import Catalogue
from renkei.cli import wiring


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("mock", help=words.text("cli.mock"))
    parser.add_argument("--vendor", required=True, metavar="NAME")
    parser.add_argument("--system", default="both", choices=("031", "001", "both"))
    parser.add_argument("--port", type=int, default=0, metavar="N")
    parser.add_argument("--fault", action="append", default=[], metavar="F", help=words.text("cli.fault"))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=words.text("cli.mock-rest"))


def run(args: argparse.Namespace) -> int:
    """Become the mock: its own command line takes over, so that signals and output are its own."""
    command = [
        sys.executable,
        "-m",
        "mocks",
        "--vendor",
        args.vendor,
        "--system",
        args.system,
        "--port",
        str(args.port),
    ]
    for fault in args.fault:
        command += ["--fault", fault]
    os.chdir(wiring.home())
    # No shell, and only our own interpreter: this process becomes the mock.
    os.execv(sys.executable, [*command, *(item for item in args.rest if item != "--")])
