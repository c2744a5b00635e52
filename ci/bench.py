"""The table of goals: every row measured on this machine, each beside its peer in the same run.

Run by ``ci/bench``: all steps, or those named (``ci/bench lane files``). A step prints its rows as it ends and puts them into
bench.json with the commit; ``--write`` also renders bench.json and the proofs of ci/selftest into both READMEs. A goal that is
missed is printed as such, kept as such, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import bench_counts
import bench_goals
import bench_growth
import bench_outputs
import bench_pairs
import bench_proofs
import bench_spine
import bench_town
from bench_rows import READMES, ROOT, Figure, keep, kept, machine, rendered, shown, steps, table

WORDS = {
    "en": ("Cost as the work grows (`ci/bench growth`; the dotted line is a cost in proportion):", "### Proofs",
           "What `ci/selftest` showed last:", "### What it judges by",
           "Counted in this tree; `renkei requirements --coverage` shows each linkage with its requirements, tests and gaps."),
    "ja": ("仕事の量と費用（`ci/bench growth`。点線は比例する場合）:", "### 証明", "`ci/selftest` の最新の結果:",
           "### 何で判定するか",
           "この版を数えたものです。連携ごとの要件・試験・空きは `renkei requirements --coverage` で見られます。"),
}  # fmt: skip
STEPS: dict[str, Callable[[], list[Figure]]] = {
    "start": bench_goals.start,
    "lane": bench_goals.lane,
    "defects": bench_goals.defects,
    "foreign": bench_goals.foreign,
    "proxy": bench_goals.proxy,
    "files": bench_goals.files,
    "pairs": bench_pairs.pairs,
    "outputs": bench_outputs.outputs,
    "runs": bench_spine.runs,
    "vendors": bench_spine.vendors,
    "growth": bench_growth.growth,
    "town": bench_town.town,
    "town-million": bench_town.million,
}
# Too long to be measured unless it is named.
ASKED = {"town-million"}


def body(language: str) -> str:
    """Everything between the marks of a README: goals, curve, counts, proofs."""
    curve, head, lead, counted, about = WORDS[language]
    picture = [curve, f"![{curve.split('(')[0].split('（')[0].strip()}](ci/growth.svg)"]
    drawn = picture if bench_growth.PICTURE.is_file() else []
    parts = [
        table(language),
        *drawn,
        counted,
        about,
        bench_counts.table(language),
        head,
        lead,
        bench_proofs.table(language),
    ]
    return "\n\n".join(parts)


def write() -> None:
    """Render the latest figures into both READMEs, and the curve from them."""
    for name, language in READMES.items():
        path = ROOT / name
        path.write_text(rendered(path.read_text(encoding="utf-8"), body(language)), encoding="utf-8")


def draw() -> None:
    """The curve, by the Python of the peers: matplotlib is no part of Renkei."""
    peers = ROOT / ".tools" / "peers" / "bin" / "python"
    if not peers.exists():
        print("growth.svg stays as it is: the peers are not set up (.tools/peers)", file=sys.stderr)
        return
    subprocess.run([str(peers), str(ROOT / "ci" / "bench_growth.py"), "draw"], check=True, cwd=ROOT)


def measure(name: str) -> list[Figure]:
    """One step: measured, printed, kept. A step that breaks down is a miss of all its rows."""
    begun = time.monotonic()
    rows = steps()[name]
    try:
        figures = STEPS[name]()
    except (OSError, RuntimeError, KeyError, IndexError, subprocess.SubprocessError, json.JSONDecodeError) as error:
        print(f"     {name}: {type(error).__name__}: {error}", file=sys.stderr)
        figures = [Figure(row=row, ours=f"{type(error).__name__}", met=False) for row in rows]
    figures += [Figure(row=row, ours="–", met=False) for row in rows if row not in {one.row for one in figures}]
    keep(name, figures)
    for figure in figures:
        words = rows[figure.row]
        met = "ok  " if figure.met else "MISS" if figure.met is False else "    "
        print(f"{met} {words['en']}: {shown(kept()['rows'][figure.row])} (goal {words.get('goal', '–')})", flush=True)
    print(f"     {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all steps, or those named; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "steps", nargs="*", metavar="STEP", help=f"some of: {' '.join(STEPS)} (default: all but {' '.join(ASKED)})"
    )
    parser.add_argument("--write", action="store_true", help="put the latest tables into the READMEs")
    parser.add_argument("--only-write", action="store_true", help="measure nothing, only render what was measured")
    args = parser.parse_args(arguments)
    if unknown := set(args.steps) - set(STEPS):
        parser.error(f"no such step: {' '.join(sorted(unknown))} (known: {' '.join(STEPS)})")
    print(machine(), flush=True)
    chosen = [] if args.only_write else [name for name in STEPS if name in (args.steps or STEPS.keys() - ASKED)]
    figures = [figure for name in chosen for figure in measure(name)]
    if "growth" in chosen:
        draw()
    if args.write or args.only_write:
        write()
    missed = sum(figure.met is False for figure in figures)
    print(f"{len(figures) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
