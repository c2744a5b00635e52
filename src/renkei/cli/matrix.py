"""`renkei matrix RUN…`: the page that says who works with whom, made from finished runs and nothing else.

A run that is truncated, interrupted, damaged, moved aside or whose verdicts do not follow from its log is refused by name,
and nothing is written. Evidence that the page shows is copied beside it, so that the folder can be carried away.
"""

from __future__ import annotations

import argparse
import os
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from renkei import evidence
from renkei.atomicfile import write_whole
from renkei.catalogue import LANGUAGES, Catalogue
from renkei.cli import wiring
from renkei.cli.collector import waiting_collector
from renkei.cli.quarantine import SUFFIX
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.errors import ExitCode, RunFolderError, UsageError
from renkei.flow.contract import Bundle
from renkei.flow.exchange import canonical, strict_json
from renkei.flow.matrix import Matrix, matrix
from renkei.record import RunRecord, fold
from renkei.runlog import FINISHED, LOG_NAME, read_log
from renkei.verdicts import VERDICTS_NAME, facts, folder_of, to_verdicts
from renkei.verification import read_bounded

DEFAULT = Path("reports/matrix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run that was looked at: its record, the contracts it was judged by, the folder in its replay commands."""

    folder: Path
    record: RunRecord
    bundle: Bundle
    shown_as: str

    def verdicts(self, language: str) -> dict[str, Any]:
        """The verdicts with their sentences in a language."""
        header = replace(self.record.header, language=language)
        return to_verdicts(replace(self.record, header=header), self.bundle, folder=self.shown_as)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("matrix", help=words.text("cli.matrix"))
    parser.add_argument("runs", type=Path, metavar="RUN", nargs="*")
    parser.add_argument("--out", type=Path, metavar="DIR", default=DEFAULT, help=words.text("cli.out"))
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_schema_option(parser, words)


def run(args: argparse.Namespace) -> int:
    """Read every run, then write the page in both languages and its JSON."""
    if printed_schema(args, "matrix-1"):
        return ExitCode.CONFORMS
    if not args.runs:
        raise UsageError("matrix-no-run")
    page = make(args.runs, args.out, args.lang)
    if args.json:
        print((args.out / "matrix.json").read_text("utf-8"), end="")
    else:
        print(Catalogue(args.lang).text("matrix.written", path=page))
    return ExitCode.CONFORMS


@waiting_collector()
def make(folders: Iterable[Path], out: Path, language: str) -> Path:
    """Write the matrix of these run folders; gives its page."""
    from renkei.web.compatibility import cited, write_pages
    from renkei.wording import Wording

    runs = [opened(folder) for folder in folders]
    made = {each: _matrix(runs, each) for each in LANGUAGES}
    words = {each: Wording(runs[0].bundle, each) for each in LANGUAGES}
    kept = cited(made[language])
    by_name = {one.record.header.run: one for one in reversed(runs)}
    # all of it is read before anything is written
    copies = {
        digest: evidence.checked_bytes(by_name[run].folder / evidence.EVIDENCE_NAME, digest)
        for run, digests in kept.items()
        for digest in sorted(digests)
    }
    try:
        (out / evidence.EVIDENCE_NAME).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFolderError("folder-unusable", folder=str(out), why=error.strerror or "") from error
    for digest, data in copies.items():
        write_whole(out / evidence.EVIDENCE_NAME / f"{digest}.json", data, sync=False)
    return write_pages(made, words, out, language, {name: _address(one.folder, out) for name, one in by_name.items()})


def _matrix(runs: Iterable[Run], language: str) -> Matrix:
    return matrix((one.folder.resolve().name, one.verdicts(language)) for one in runs)


def opened(folder: Path) -> Run:
    """A run folder in which verdicts follow from the log; raises RunFolderError for any other."""
    if folder.name.endswith(SUFFIX) or (folder / (LOG_NAME + SUFFIX)).exists():
        raise RunFolderError("run-set-aside", folder=str(folder))
    events = list(read_log(folder / LOG_NAME))
    try:
        record = fold(events)
    except ValueError as error:
        raise RunFolderError("run-damaged", path=str(folder), line=0, why=str(error)[:200]) from error
    if record.footer is None or record.footer.state != FINISHED:
        raise RunFolderError("run-unfinished", folder=str(folder), state=record.footer.state if record.footer else "")
    shown_as = _checked(folder, record)
    return Run(folder=folder, record=record, bundle=_bundle(folder, record), shown_as=shown_as)


def _checked(folder: Path, record: RunRecord) -> str:
    """The folder that the replay commands name, once the written verdicts are those that the log gives."""
    if not (folder / VERDICTS_NAME).is_file():
        raise RunFolderError("verdicts-missing", folder=str(folder))
    data = read_bounded(folder / VERDICTS_NAME)
    try:
        written = strict_json(data)
        same = canonical(facts(written)) == canonical(facts(to_verdicts(record, None)))
        shown_as = folder_of(written)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise RunFolderError("verdicts-damaged", folder=str(folder), why=str(error)[:200]) from error
    if not same:
        raise RunFolderError("verdicts-differ", folder=str(folder), tool=record.header.tool)
    return shown_as or str(folder)


_BUNDLES: dict[str, Bundle] = {}


def _bundle(folder: Path, record: RunRecord) -> Bundle:
    """The contracts of a run, read once for all runs of one edition."""
    digest = record.header.digests.get("contracts", "")
    if digest not in _BUNDLES:
        _BUNDLES[digest] = wiring.contracts_of_run(folder)
    return _BUNDLES[digest]


def _address(folder: Path, out: Path) -> str:
    """The run's own page as seen from ``out``, where the two lie side by side and can be carried away together."""
    page, near = folder.resolve() / "index.html", out.resolve().parent
    if not page.is_file() or not page.is_relative_to(near):
        return ""
    return urllib.parse.quote(os.path.relpath(page, out.resolve()))
