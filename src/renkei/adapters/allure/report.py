"""The report builder: drives the locked Allure 3 command line, without a network, and seals what it wrote."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from renkei.adapters.allure.config import config_script, vendors_of
from renkei.adapters.allure.seal import seal
from renkei.catalogue import Catalogue
from renkei.errors import HarnessError, UsageError
from renkei.neutral import neutral

TOOL = Path("ci/allure")
CLI = Path("node_modules/allure/cli.js")
HISTORY_FILE = "allure-history.jsonl"
DEADLINE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltReport:
    """A finished report: its page, its size in bytes and how long it took."""

    page: Path
    size: int
    seconds: float


def build_report(
    results_dir: Path,
    out_dir: Path,
    history: Path | None,
    language: str,
    *,
    tool: Path = TOOL,
    title: str = "",
) -> BuiltReport:
    """Render ``results_dir`` into ``out_dir`` as one page that opens from a folder.

    ``history`` is the folder in which earlier runs are remembered (None: this run alone). Raises UsageError when
    the command line is not installed under ``tool``, HarnessError when it fails or leaves anything that another host
    would hear of.
    """
    begun = time.monotonic()
    node = _node(tool)
    catalogue = Catalogue(language)
    name = neutral(title) or catalogue.text("pages.title")
    past = None if history is None else history.resolve() / HISTORY_FILE
    if past is not None:
        past.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="renkei-allure-") as work:
        built = Path(work) / "report"
        config = Path(work) / "allurerc.mjs"
        config.write_text(config_script(vendors_of(results_dir), built, past, catalogue, name), "utf-8")
        _run([node, str((tool / CLI).resolve()), "generate", str(results_dir.resolve()), "--config", str(config)], work)
        size = seal(built, catalogue.language)
        shutil.rmtree(out_dir, ignore_errors=True)
        shutil.copytree(built, out_dir)
    return BuiltReport(page=out_dir / "index.html", size=size, seconds=time.monotonic() - begun)


def _node(tool: Path) -> str:
    if not (tool / CLI).is_file():
        raise UsageError("allure-missing", folder=str(tool), command=f"npm ci --prefix {tool}")
    # The locked Node lies beside our own interpreter; it is found without the environment being activated.
    beside = Path(sys.executable).with_name("node")
    node = str(beside) if beside.exists() else shutil.which("node")
    if node is None:
        raise UsageError("node-missing", command="node", needed="20")
    return node


def _run(command: list[str], work: str) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": work, "CI": "", "LANG": "C.UTF-8", "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            command, cwd=work, env=environment, capture_output=True, timeout=DEADLINE, check=False, text=True
        )
    except subprocess.TimeoutExpired as error:
        raise HarnessError("allure-deadline", seconds=DEADLINE) from error
    if done.returncode:
        said = neutral((done.stderr or done.stdout).strip())[-400:]
        raise HarnessError("allure-failed", exit=done.returncode, said=said)
