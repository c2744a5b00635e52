"""`renkei`: the command line. Imports a command's module only when that command is called, for a quick start."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import locale
import os
import signal
import sys
import threading
from typing import NoReturn

from renkei import __version__
from renkei.errors import ExitCode, RenkeiError

COMMANDS = (
    "demo",
    "doctor",
    "plan",
    "run",
    "certify",
    "verify",
    "replay",
    "matrix",
    "contracts",
    "requirements",
    "town",
    "mock",
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a diagnosis becomes four lines and its exit code, anything else is our own fault."""
    arguments = sys.argv[1:] if arguments is None else arguments
    language = _language(arguments)
    _print_anything()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)
    try:
        return _command(arguments, language)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.HARNESS
    except Exception as error:  # noqa: BLE001 - the outer edge: a person gets a diagnosis, the makers get the trace
        from renkei.cli.crash import told

        _say(told(error, language))
        return ExitCode.HARNESS


def _command(arguments: list[str], language: str) -> int:
    try:
        args = _parser(arguments, language).parse_args(arguments)
        args.lang = language
        return int(importlib.import_module(f"renkei.cli.{args.command}").run(args))
    except RenkeiError as error:
        from renkei.cli.diagnosis import render

        _say(render(error, language))
        return error.exit_code


def _say(diagnosis: str) -> None:
    """Tell a diagnosis; where it cannot be written, the exit code alone has to say it."""
    with contextlib.suppress(OSError):
        print(diagnosis, file=sys.stderr, flush=True)


def _terminated(_number: int, _frame: object) -> NoReturn:
    """SIGTERM unwinds like an exception, so that mock vendors and scratch folders are cleared away."""
    raise SystemExit(ExitCode.TERMINATED)


def _print_anything() -> None:
    """What a terminal's encoding lacks is shown escaped instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _language(arguments: list[str]) -> str:
    for index, argument in enumerate(arguments):
        if argument == "--lang" and arguments[index + 1 : index + 2] in (["ja"], ["en"]):
            return arguments[index + 1]
        if argument in ("--lang=ja", "--lang=en"):
            return argument[-2:]
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ja" if (name or locale.getlocale()[0] or "").lower().startswith("ja") else "en"


def _parser(arguments: list[str], language: str) -> argparse.ArgumentParser:
    from renkei.catalogue import Catalogue
    from renkei.cli.grammar import Parser, speak

    words = Catalogue(language)
    speak(words)
    parser = Parser(prog="renkei", description=words.text("cli.about"))
    told = words.text("arguments.version-option")
    parser.add_argument("--version", action="version", version=f"renkei {__version__}", help=told)
    parser.add_argument("--lang", choices=("ja", "en"), help=words.text("cli.lang"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((argument for argument in arguments if argument in COMMANDS), "")
    for name in COMMANDS:
        if name == wanted:
            importlib.import_module(f"renkei.cli.{name}").register(commands, words)
        else:
            commands.add_parser(name, help=words.text(f"cli.{name}"))
    for command in commands.choices.values():
        command.add_argument("--lang", choices=("ja", "en"), default=argparse.SUPPRESS, help=words.text("cli.lang"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
