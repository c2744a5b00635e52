"""`renkei contracts import`: a workbook of the official form becomes a folder of tables, whole or not at all."""

from __future__ import annotations

import argparse
import csv
import io
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from renkei.catalogue import Catalogue
from renkei.errors import ContractError, ExitCode, UsageError
from renkei.neutral import neutral

if TYPE_CHECKING:
    from renkei.adapters.openpyxl.workbook import Imported

ACCOUNT = "cells.csv"


def add_options(action: argparse.ArgumentParser, words: Catalogue) -> None:
    """The options of the import."""
    action.add_argument("workbook", type=Path, metavar="WORKBOOK")
    action.add_argument("--out", type=Path, metavar="DIR", help=words.text("contracts.out"))
    action.add_argument("--against", type=Path, metavar="DIR", help=words.text("contracts.against"))
    action.add_argument("--kind", choices=("api", "items"), default="")
    action.add_argument("--system", default="", metavar="ID", help=words.text("contracts.system"))
    action.add_argument("--document", default="", metavar="NAME", help=words.text("contracts.document"))


def run_import(args: argparse.Namespace, words: Catalogue) -> int:
    """Read the workbook; write the tables (``--out``), or compare them with tables that are there (``--against``)."""
    from renkei.adapters.openpyxl.workbook import import_workbook

    if (args.out is None) is (args.against is None):
        raise UsageError("import-without-aim")
    if args.out is not None:
        _free(args.out)
    found = import_workbook(args.workbook, kind=args.kind, system=args.system, document=args.document)
    if found.problems:
        _refuse(found, args.workbook.name, words)
    if args.against is not None:
        return _compare(found, args.workbook.stem, args.against, words)
    _write(found, args.out, words)
    _tell(found, words)
    return ExitCode.CONFORMS


def _free(folder: Path) -> None:
    """A folder that has anything in it is left alone: old and new tables would be one set that nobody made."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("import-folder-taken", folder=str(folder))


def _refuse(found: Imported, workbook: str, words: Catalogue) -> None:
    for problem in found.problems:
        key = problem.reason
        value = neutral(problem.value.replace("\n", " "))
        print(
            words.text(
                "contracts.unread",
                place=neutral(problem.place),
                reason=words.text(f"import_reasons.{key}.what"),
                value=value,
                expected=words.text(f"import_reasons.{key}.expected"),
                hint=words.text(f"import_reasons.{key}.hint"),
                owner=words.text(f"owners.{ContractError.owner}"),
            ),
            file=sys.stderr,
        )
    raise ContractError("workbook-rows-unread", file=workbook, count=len(found.problems))


def _write(found: Imported, out: Path, words: Catalogue) -> None:
    """Everything is written beside the folder and moved there in one step."""
    from renkei.adapters.openpyxl.leftover import ACCOUNT_COLUMNS

    out.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        tables = [(table.name, table.columns, table.rows) for table in found.tables]
        account = tuple(cell.row(_reason(cell.reason, words)) for cell in found.cells)
        for name, columns, rows in (*tables, (ACCOUNT, ACCOUNT_COLUMNS, account)):
            path = half / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(_csv(rows, columns), encoding="utf-8", newline="")
        half.chmod(0o755)
        half.replace(out)
    except OSError as error:
        raise UsageError("import-unwritable", folder=str(out), why=error.strerror or "") from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _reason(code: str, words: Catalogue) -> str:
    return words.text(f"contracts.left.{code}") if code else ""


def _csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _tell(found: Imported, words: Catalogue) -> None:
    for table in found.tables:
        print(words.text("contracts.imported", file=table.name, count=len(table.rows)))
    for sheet in dict.fromkeys(cell.sheet for cell in found.cells):
        cells = [cell for cell in found.cells if cell.sheet == sheet]
        taken = sum(bool(cell.table) for cell in cells)
        print(words.text("contracts.sheet", sheet=neutral(sheet), count=len(cells), taken=taken))
        for code, count in Counter(cell.reason for cell in cells if cell.reason).items():
            first = next(cell.address for cell in cells if cell.reason == code)
            print(words.text("contracts.skipped", reason=_reason(code, words), count=count, place=first))
    for part, count in found.beside.items():
        print(words.text("contracts.beside", part=part, count=count))
    print(words.text("contracts.account", file=ACCOUNT, count=len(found.cells)))


def _compare(found: Imported, document: str, folder: Path, words: Catalogue) -> int:
    from renkei.tables.imported import compare_tables, read_reasons

    if not folder.is_dir():
        raise ContractError("contract-folder", folder=str(folder), file="items.csv")
    files = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in (*folder.glob("*.csv"), *folder.glob("codes/*.csv"))
    }
    files |= {f"codes/{path.name}": path.read_text(encoding="utf-8") for path in folder.parent.glob("codes/*.csv")}
    differences = compare_tables({table.name: table.rows for table in found.tables}, files)
    reasons = read_reasons(files, document)
    unexplained = [item for item in differences if item.key not in reasons]
    for item in differences:
        reason = reasons.get(item.key)
        text = words.text("contracts.difference", **item.words())
        print(f"- {text} " + (reason.text if reason else words.text("contracts.no-reason")))
    for key in reasons.keys() - {item.key for item in differences}:
        raise ContractError("import-reason-unused", folder=folder.name, where=" ".join(key))
    print(words.text("contracts.differences", count=len(differences), rows=sum(len(t.rows) for t in found.tables)))
    if unexplained:
        raise ContractError("import-unexplained", folder=folder.name, count=len(unexplained))
    return ExitCode.CONFORMS
