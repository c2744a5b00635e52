"""`renkei contracts`: compile, check, diff and import the tables that the contracts are made of."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.catalogue import Catalogue
from renkei.cli.diagnosis import render
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.cli.workbook import add_options, run_import
from renkei.errors import ContractError, ExitCode, UsageError

if TYPE_CHECKING:
    from renkei.tables.diff import Change

REFRESH = "renkei contracts compile"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command and its four actions."""
    parser = subparsers.add_parser("contracts", help=words.text("cli.contracts"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name in ("compile", "check"):
        action = actions.add_parser(name, help=words.text(f"contracts.{name}"))
        action.add_argument("--root", type=Path, metavar="DIR", help=words.text("contracts.root"))
    action = actions.add_parser("diff", help=words.text("contracts.diff"))
    action.add_argument("old", type=Path, metavar="DIR_A", nargs="?")
    action.add_argument("new", type=Path, metavar="DIR_B", nargs="?")
    add_schema_option(action, words)
    action.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_options(actions.add_parser("import", help=words.text("contracts.import")), words)
    for action in actions.choices.values():
        action.add_argument("--lang", choices=("ja", "en"), default=argparse.SUPPRESS, help=words.text("cli.lang"))


def run(args: argparse.Namespace) -> int:
    """Run one action."""
    words = Catalogue(args.lang)
    if args.action == "compile":
        return _compile(_root(args), words)
    if args.action == "check":
        return _check(_root(args), words)
    if args.action == "diff":
        return _diff(args, words)
    return run_import(args, words)


def _root(args: argparse.Namespace) -> Path:
    from renkei.cli.wiring import home

    return args.root or home() / "contracts"


def _compile(root: Path, words: Catalogue) -> int:
    from renkei.adapters.folder.bundle import read_files
    from renkei.adapters.yaml.document import write_yaml
    from renkei.tables.edition import EDITION, compile_documents, digests, read_sources, with_digests

    files = read_files(root)
    for path, document in compile_documents(read_sources(files)).items():
        data = write_yaml(document)
        if files.get(path) != data:
            (root / path).write_bytes(data)
            print(words.text("contracts.written", file=path))
        files[path] = data
    sums = {path: value for path, value in digests(files).items() if path != EDITION}
    edition = with_digests(files[EDITION].decode("utf-8"), sums).encode("utf-8")
    if edition != files[EDITION]:
        (root / EDITION).write_bytes(edition)
        print(words.text("contracts.written", file=EDITION))
    print(words.text("contracts.compiled", count=len(sums)))
    return ExitCode.CONFORMS


def _check(root: Path, words: Catalogue) -> int:
    from renkei.adapters.folder.bundle import read_files
    from renkei.adapters.yaml.document import write_yaml
    from renkei.tables.check import faults, stale
    from renkei.tables.conditions import TABLE, open_conditions
    from renkei.tables.edition import assemble, read_sources
    from renkei.tables.outline import faults as outline_faults
    from renkei.tables.places import Places

    files = read_files(root)
    sources, bundle = read_sources(files), assemble(files)
    errors = [*faults(sources, bundle, files), *outline_faults(files, bundle)]
    errors += [
        ContractError("contract-stale", file=path, command=REFRESH) for path in stale(sources, files, write_yaml)
    ]
    if errors:
        for error in errors[:-1]:
            print(render(error, words.language), file=sys.stderr)
        raise errors[-1]
    counts = {
        "requirements": len(bundle.requirements),
        "items": sum(len(system.items) for system in bundle.systems),
        "linkages": sum(len(system.linkages) for system in bundle.systems),
    }
    print(words.text("contracts.checked", edition=bundle.edition, **counts))
    conditions = open_conditions(bundle, files, Places(files))
    print(words.text("contracts.conditions", decided=conditions.decided, open=conditions.open, table=TABLE))
    return ExitCode.CONFORMS


def _diff(args: argparse.Namespace, words: Catalogue) -> int:
    from renkei.adapters.folder.bundle import load_bundle
    from renkei.tables.diff import compare

    if printed_schema(args, "changes-1"):
        return ExitCode.CONFORMS
    if args.new is None:
        raise UsageError("contracts-two-folders")
    old, new = load_bundle(args.old), load_bundle(args.new)
    changes = compare(old, new)
    if args.json:
        data = {
            "schema": "renkei.changes/1",
            "old": old.edition,
            "new": new.edition,
            "changes": [change.to_json() for change in changes],
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return ExitCode.CONFORMS
    print(words.text("contracts.diff-title", old=old.edition, new=new.edition))
    for line in _lines(changes, words):
        print(line)
    return ExitCode.CONFORMS


def _lines(changes: Sequence[Change], words: Catalogue) -> list[str]:
    lines = []
    for breaking in (True, False):
        part = [change for change in changes if change.breaking is breaking]
        if part:
            lines += ["", words.text("contracts.breaking" if breaking else "contracts.compatible", count=len(part))]
        for change in part:
            text = words.text(
                f"contracts.changes.{change.code}", where=change.where, before=change.before, after=change.after
            )
            lines.append(f"- {text} {words.text(f'contracts.effects.{change.effect}')}")
    return lines or [words.text("contracts.same")]
