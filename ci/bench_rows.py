"""The rows of the table of goals: what is measured (bench.toml), the latest figures (bench.json), and both READMEs' tables."""

from __future__ import annotations

import functools
import json
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "ci" / "bench.toml"
KEPT = ROOT / "ci" / "bench.json"
SCHEMA = "renkei.bench/1"
READMES = {"README.md": "en", "README.ja.md": "ja"}
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
HEADS = {
    "en": ("work", "Renkei", "peer, same run", "ratio", "goal", "met", "command", "commit"),
    "ja": ("測るもの", "Renkei", "比較（同じ実行内）", "比", "目標", "達成", "コマンド", "コミット"),
}
MET = {"en": {True: "yes", False: "**no**", None: "–"}, "ja": {True: "はい", False: "**いいえ**", None: "–"}}
UNMEASURED = {"en": "**not measured**", "ja": "**未測定**"}
MACHINE = {"en": "Machine", "ja": "機械"}
# Whose change may change a figure.
MEASURED = ("src", "ci", "mocks", "suites", "contracts", "requirements.lock", ":!ci/bench.json", ":!ci/growth.svg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured row: ours, the peer's (where there is one), their ratio, and whether the goal is met (None: no goal)."""

    row: str
    ours: str
    peer: str = ""
    ratio: str = ""
    met: bool | None = None
    points: tuple[Mapping[str, Any], ...] = field(default=())


def steps() -> dict[str, dict[str, dict[str, str]]]:
    """The rows of every step, in the order of the table."""
    table = tomllib.loads(ROWS.read_text(encoding="utf-8"))["steps"]
    return {step: dict(value["rows"]) for step, value in table.items()}


def kept() -> dict[str, Any]:
    """The latest figures."""
    if not KEPT.is_file():
        return {"schema": SCHEMA, "rows": {}}
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def keep(step: str, figures: Iterable[Figure]) -> None:
    """Merge the figures of one step into the latest ones, with machine, command and commit."""
    document = kept()
    for figure in figures:
        row = {
            name: value
            for name, value in asdict(figure).items()
            if name == "ours" or (name != "row" and value not in ("", ()))
        }
        document["rows"][figure.row] = {**row, "command": f"ci/bench {step}", "commit": commit(), "machine": machine()}
    order = [name for rows in steps().values() for name in rows]
    document["rows"] = {name: document["rows"][name] for name in order if name in document["rows"]}
    KEPT.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@functools.cache
def commit() -> str:
    """The short id of the commit that is measured, with a ``+`` when the tree differs from it where it counts."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "--", *MEASURED) else "")


@functools.cache
def machine() -> str:
    """Processor, cores and Python of this machine."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0))
    return f"{model or platform.machine()}, {cores} × CPU, Python {platform.python_version()}"


def shown(figure: Mapping[str, Any]) -> str:
    """A figure in one line of progress."""
    parts = [figure["ours"], figure.get("peer", ""), figure.get("ratio", "")]
    return " | ".join(part for part in parts if part)


def table(language: str) -> str:
    """The whole table in one language: every row, measured or not."""
    rows = kept()["rows"]
    machines = dict.fromkeys(row["machine"] for row in rows.values())
    head = HEADS[language]
    lines = [f"{MACHINE[language]}: {' / '.join(machines) or '–'}", "", _line(head), _line(["---"] * len(head))]
    for step, named in steps().items():
        for name, words in named.items():
            row = rows.get(name)
            goal = words.get("goal", "–")
            if row is None:
                lines.append(_line([words[language], UNMEASURED[language], "", "", goal, MET[language][False], f"`ci/bench {step}`", ""]))  # fmt: skip
                continue
            met = MET[language][row.get("met")]
            cells = [words[language], row["ours"], row.get("peer", ""), row.get("ratio", ""), goal, met]
            lines.append(_line([*cells, f"`{row['command']}`", row["commit"]]))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def rendered(text: str, body: str) -> str:
    """A README with that body between the marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{body}\n{END}{after}"


def part(program: str, *arguments: str) -> dict[str, Any]:
    """The JSON figures of another measurement beside this file; its own words go to standard error."""
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as folder:
        figures = Path(folder) / "figures.json"
        command = [sys.executable, str(ROOT / "ci" / program), *arguments, "--json", str(figures)]
        done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False)
        if not figures.is_file():
            raise RuntimeError(f"{program} left no figures (exit {done.returncode})")
        found: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
        return found
