"""What a finished run leaves behind: verdicts, JUnit, Allure results and report, and the page that leads to them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from renkei.atomicfile import pretty, write_whole
from renkei.cli import wiring
from renkei.cli.collector import waiting_collector
from renkei.cli.diagnosis import render
from renkei.errors import RenkeiError
from renkei.flow.contract import Bundle
from renkei.record import RunRecord, fold
from renkei.runlog import read_log
from renkei.verdicts import to_verdicts


@waiting_collector()
def write_outputs(folder: Path, bundle: Bundle, *, report: bool, language: str, spoken: str) -> dict[str, Any]:
    """Read the log back, write everything computed from it in ``language``, and give the verdicts as ``spoken``."""
    from renkei.adapters.allure.results import write_results
    from renkei.adapters.junit.document import write_junit

    record = fold(read_log(folder / "run.jsonl"))
    verdicts = to_verdicts(record, bundle, folder=str(folder))
    write_whole(folder / "verdicts.json", pretty(verdicts))
    write_junit(record, bundle, folder, language)
    write_results(record, bundle, folder, language)
    if report:
        _allure(folder, record, language)
    write_pages(folder, record, bundle, {})
    if spoken == language:
        return verdicts
    return to_verdicts(replace(record, header=replace(record.header, language=spoken)), bundle, folder=str(folder))


def _allure(folder: Path, record: RunRecord, language: str) -> None:
    """The Allure report with history beside the runs; without the Allure command line the run stays valid."""
    from renkei.adapters.allure.report import build_report

    title = str(record.header.plan.get("name", ""))
    try:
        build_report(
            folder / "allure-results",
            folder / "allure-report",
            folder.parent / "history",
            language,
            tool=wiring.home() / "ci" / "allure",
            title=title,
        )
    except RenkeiError as error:
        # Verdicts, pages and certificate do not depend on this report; the diagnosis says how to get it.
        print(render(error, language), file=sys.stderr)


def write_pages(folder: Path, record: RunRecord, bundle: Bundle, decisions: Mapping[str, Mapping[str, Any]]) -> None:
    """index.html in both languages; written again when there are decisions."""
    from renkei.web.index import write_index

    write_index(record, bundle, folder, decisions, record.header.language)
