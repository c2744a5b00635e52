"""`renkei contracts`: compile, check, diff and import the tables that the contracts are made of."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.catalogue import Catalogue
from renkei.cli.diagnosis import render
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.cli.workbook import add_options, run_import
from renkei.errors import ContractError, ExitCode, UsageError

if TYPE_CHECKING:
    from renkei.tables.change import Change

REFRESH = "renkei contracts compile"
# So many linkages of a change are named, and so many letters of a value are shown; --json has all of them.
SHOWN = 5
TRANSITION = "共通機能標準仕様書 第2.1版 §2.2.5 並行稼働について（期間は省令による）"
LONG = 120


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
    action.add_argument("--accept-until", metavar="DATE", default="", help=words.text("contracts.accept-until"))
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
    from renkei.tables.transition import accepted_table

    if printed_schema(args, "changes-1"):
        return ExitCode.CONFORMS
    if args.new is None:
        raise UsageError("contracts-two-folders")
    old, new = load_bundle(args.old), load_bundle(args.new)
    if args.accept_until:
        print(accepted_table(old, new, day_of(args.accept_until), TRANSITION), end="")
        return ExitCode.CONFORMS
    changes = compare(old, new)
    accepted = next((one for one in new.accepted if one.edition == old.edition), None)
    if args.json:
        data = {
            "schema": "renkei.changes/1",
            "old": old.edition,
            "new": new.edition,
            "accepted_until": accepted.until if accepted else "",
            "changes": [change.to_json() for change in changes],
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return ExitCode.CONFORMS
    print(words.text("contracts.diff-title", old=old.edition, new=new.edition))
    for line in _lines(changes, words):
        print(line)
    if changes and old.edition != new.edition:
        until = {"until": accepted.until, "clause": accepted.clause} if accepted else {}
        print("\n" + words.text(f"contracts.{'accepted' if accepted else 'not-accepted'}", old=old.edition, **until))
    return ExitCode.CONFORMS


def day_of(text: str) -> dt.date:
    """The day that a word names."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("contracts-no-day", value=text) from error


def _lines(changes: Sequence[Change], words: Catalogue) -> list[str]:
    if not changes:
        return [words.text("contracts.same")]
    sides = Counter(str(change.effect) for change in changes)
    lines = [
        words.text(
            "contracts.summary",
            count=len(changes),
            provider=sides["provider"] + sides["both"],
            consumer=sides["consumer"] + sides["both"],
            breaking=sum(change.breaking for change in changes),
        )
    ]
    for breaking in (True, False):
        part = [change for change in changes if change.breaking is breaking]
        if part:
            lines += ["", words.text("contracts.breaking" if breaking else "contracts.compatible", count=len(part))]
            lines += [_line(change, words) for change in part]
    return lines


def _line(change: Change, words: Catalogue) -> str:
    values = {"where": change.where, "name": change.name, "before": change.before, "after": change.after}
    text = words.text(
        f"contracts.changes.{change.code}", **{name: _value(value, words) for name, value in values.items()}
    )
    about = ", ".join(change.linkages[:SHOWN]) + (" …" if len(change.linkages) > SHOWN else "")
    if about and not change.code.startswith("linkage-"):
        text += words.text("contracts.of-linkages", linkages=about)
    return f"- {text} {words.text(f'contracts.effects.{change.effect}')}"


def _value(value: str, words: Catalogue) -> str:
    """Words for the values that tables hold as code words (who, by which means, on what basis, with what impact)."""
    key = f"contracts.values.{value}"
    text = words.text(key) if value.isidentifier() and words.has(key) else value.replace("\n", " ")
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
