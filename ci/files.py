"""File judging measured: every check over 10,000 to 1,000,000 rows of 80 columns, beside its peers in the same run.

Each measurement is a process of its own, so that its peak memory is its own; wall and CPU seconds are both shown, since
wall alone says little on a shared machine. ``python ci/files.py [rows…]`` prints the tables; ``--json FILE`` keeps them:
``figures`` are every measurement (ours: judge, fold; peers: bare, rowwise, frictionless) at every number of rows,
``goals`` the table of goals at the greatest. frictionless is installed apart, by ``setup_peers`` of ``ci/setup``.
"""

from __future__ import annotations

import argparse
import csv
import functools
import importlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LINKAGE = "001o006"
COLUMNS = 80
ROWS = (10_000, 100_000, 1_000_000)
POOL = 20_000
CHANGED = 100
GOAL_ROWS, GOAL_MEMORY, GOAL_RATIO, GOAL_FOLD = 120_000, 1024, 0.7, 20.0
# The row-wise peer is measured on so many rows at most: it needs no million to show its pace.
ROWWISE = 100_000
FRICTIONLESS, GOAL_FRICTIONLESS = 20_000, 30
PEERS = ROOT / ".tools" / "peers" / "bin" / "python"
PEER_NAMES = {"rowwise": "csv.DictReader + jsonschema-rs", "frictionless": "frictionless"}
KANJI = "山田太郎東京都千代田区霞が関一丁目　ミナトハルカ髙﨑𠮷祁"


def items() -> tuple[Any, ...]:
    """Eighty items of the resident table: keys, flags and required ones, and the first of the others."""
    from renkei.cli.wiring import load_bundle

    system = load_bundle().system("001")
    table = system.group(system.linkage(LINKAGE).group)
    wanted = {item.romaji for item in table if item.key or item.output == "必須" or item.romaji == "kojinbango"}
    for item in table:
        if len(wanted) < COLUMNS:
            wanted.add(item.romaji)
    return tuple(item for item in table if item.romaji in wanted)


class Town:
    """Rows of made-up residents that break no rule, the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        from renkei.cli.wiring import load_bundle

        self.items = items()
        self.codes = load_bundle().codes
        self.chance = random.Random(seed)
        self.codes_of_towns = [self._town() for _ in range(1741)]
        self.vocabulary = {
            ending: [self._name(3, 8) for _ in range(count)]
            for ending, count in (("都道府県", 47), ("市区郡町村名", 1741), ("町字", 5000), ("国名等", 190))
        }
        self.pool = [self._row() for _ in range(POOL)]

    def _town(self) -> str:
        from renkei.tables.checkdigits import dantaikodo_digit

        body = f"{self.chance.randint(1, 47):02d}{self.chance.randint(100, 700)}"
        return body + str(dantaikodo_digit(body))

    def _name(self, least: int, most: int) -> str:
        return "".join(self.chance.choice(KANJI) for _ in range(self.chance.randint(least, most)))

    def _row(self) -> str:
        fixed = {
            "atenabango": "\x01",
            "kojinrirekibango": "\x02",
            "kojinrirekibango_edaban": "0",
            "saishinfuragu": "\x03",
            "sakujofuragu": "0",
            "sosashaid": "\x04",
        }
        return ",".join(fixed.get(item.romaji) or self._cell(item) for item in self.items)

    def _cell(self, item: Any) -> str:
        from renkei.tables.checkdigits import kojinbango_digit

        chance = self.chance
        if item.romaji.endswith("_fushofuragu"):
            return "0"
        if item.romaji.endswith("_fushohyoki") or (item.output != "必須" and chance.random() < 0.35):
            return ""
        if item.code in self.codes:
            return chance.choice(list(self.codes[item.code]))
        if item.romaji == "kojinbango":
            body = f"999990{chance.randrange(100_000):05d}"
            return body + str(kojinbango_digit(body))
        if item.name.endswith("市区町村コード"):
            return chance.choice(self.codes_of_towns)
        for ending, words in self.vocabulary.items():
            if item.name.endswith(ending):
                return chance.choice(words)[: int(item.length)]
        return self._plain(item, int(item.length.partition(",")[0]))

    def _plain(self, item: Any, length: int) -> str:
        chance = self.chance
        if item.type == "DATE":
            return f"{chance.randint(1920, 2024)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        if item.type == "TIME":
            return f"{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}:{chance.randint(0, 59):02d}"
        if item.type == "9":
            return str(chance.randint(0, 9))
        if item.type == "X":
            size = length if item.fixed else min(length, 8)
            return "".join(chance.choice("0123456789") for _ in range(size))
        return self._name(2, min(length, 14))

    def rows(self, count: int, operator: Callable[[int], str] = lambda _row: "OP1") -> Iterator[str]:
        """That many rows: persons with one to three rows of history, the last of them the latest."""
        written = person = 0
        while written < count:
            person += 1
            size = min(count - written, 1 + person % 3)
            for serial in range(1, size + 1):
                row = self.pool[(person * 7 + serial) % POOL]
                row = row.replace("\x01", f"{person:015d}").replace("\x02", str(serial))
                yield row.replace("\x03", str(int(serial == size))).replace("\x04", operator(written)) + "\r\n"
                written += 1

    def write(self, path: Path, rows: Iterator[str]) -> Path:
        """A file of these rows."""
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.write(",".join(item.romaji for item in self.items) + "\r\n")
            stream.writelines(rows)
        return path


def made(folder: Path, count: int, *, fold: bool) -> dict[str, Path]:
    """A full file, and for ``fold`` a delta and the full file after it."""
    town = Town()
    files = {"full": town.write(folder / f"full-{count}.csv", town.rows(count))}
    if fold:

        def later(row: int) -> str:
            return "OP1" if row % CHANGED else "OP2"

        files["next"] = town.write(folder / f"next-{count}.csv", town.rows(count, later))
        changed = (row for place, row in enumerate(town.rows(count, later)) if not place % CHANGED)
        files["delta"] = town.write(folder / f"delta-{count}.csv", changed)
    return files


@functools.cache
def patterns() -> dict[str, str]:
    """One regular expression per column for its type and 桁数, as a hand-written scan or a JSON schema would have it."""
    from renkei.tables.fields import number_pattern

    found = {}
    for item in items():
        span = f"{{{item.length}}}" if item.fixed else f"{{0,{item.length}}}"
        found[item.romaji] = {
            "X": f"^[ -~｡-ﾟ]{span}$",
            "N": f"^[^\\x00-\\x9f｡-ￜ￨-￮\u2028\u2029\ufffd-\uffff]{span}$",
            "DATE": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "TIME": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
        }.get(item.type) or f"^({number_pattern(item)})$"
    return found


def schema(town: Town) -> dict[str, Any]:
    """As many of our rules as a Table Schema can say: types, patterns, code lists, required items and the key."""
    fields = []
    for item in town.items:
        rules: dict[str, Any] = {"required": True} if item.output == "必須" else {}
        kind = {"DATE": "date", "TIME": "time"}.get(item.type, "string")
        if item.code in town.codes:
            rules["enum"] = list(town.codes[item.code])
        elif kind == "string":
            rules["pattern"] = patterns()[item.romaji]
        fields.append({"name": item.romaji, "type": kind, "constraints": rules})
    return {"fields": fields, "primaryKey": [item.romaji for item in town.items if item.key]}


def judge(path: Path) -> Mapping[str, Any]:
    """Renkei: form, quoting, digest, every field rule, keys, history and latest flag of one file."""
    file = _datafile(path)
    ledger = file.ledger
    broken = sum(hits.count for hits in file._judged[1].hits().values())
    group = ledger.doubles().count + ledger.gaps().count + ledger.latest_faults().count
    return {"rows": file.rows, "found": broken + group + file.form.ragged.count + file.form.misquoted.count}


def fold(path: Path) -> Mapping[str, Any]:
    """Renkei: a full file and a delta folded and compared with the next full file, reading and judging included."""
    from renkei.adapters.polars.tables import PolarsTables

    files = [_datafile(path.with_name(path.name.replace("full", kind))) for kind in ("full", "delta", "next")]
    full, delta, wanted = (file.ledger for file in files)
    begun = time.monotonic()
    tables = PolarsTables()
    parting = tables.state(full).apply(delta).against(tables.state(wanted))
    found = parting.missing.count + parting.extra.count + parting.differing.count
    return {"rows": full.rows, "found": found, "fold": round(time.monotonic() - begun, 2)}


def bare(path: Path) -> Mapping[str, Any]:
    """Peer: polars alone, a lazy scan with one regular expression per column."""
    import polars as pl

    names = patterns()
    scan = pl.scan_csv(path, schema=dict.fromkeys(names, pl.String()), infer_schema=False)
    wrong = [(~pl.col(name).str.contains(pattern)).sum().alias(name) for name, pattern in names.items()]
    row = scan.select(pl.len().alias("rows"), *wrong).collect(engine="streaming").row(0)
    return {"rows": row[0], "found": sum(row[1:])}


def rowwise(path: Path) -> Mapping[str, Any]:
    """Peer: csv.DictReader and jsonschema-rs, row by row."""
    import jsonschema_rs

    properties = {name: {"type": "string", "pattern": f"^$|{pattern}"} for name, pattern in patterns().items()}
    validator = jsonschema_rs.validator_for({"type": "object", "properties": properties, "required": list(properties)})
    rows = wrong = 0
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            rows += 1
            wrong += not validator.is_valid(row)
    return {"rows": rows, "found": wrong}


def _datafile(path: Path) -> Any:
    from renkei.adapters.polars.tables import PolarsTables
    from renkei.cli.wiring import load_bundle
    from renkei.kit.datafile import DataFile, FileName

    return DataFile(
        name=path.name,
        parts=FileName(linkage=LINKAGE, municipality="993018", kind="zenken", stamp="20260101000000", sequence=1),
        path=path,
        marker=None,
        marker_fault="",
        items=items(),
        codes=load_bundle().codes,
        tables=PolarsTables(),
    )


WORK: Mapping[str, Callable[[Path], Mapping[str, Any]]] = {
    "judge": judge,
    "fold": fold,
    "bare": bare,
    "rowwise": rowwise,
}


def measured(work: str, path: Path) -> dict[str, Any]:
    """One measurement in a process of its own; its start and imports are not counted, the memory they take is."""
    command = [sys.executable, __file__, "--work", work, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600)
    if done.returncode:
        raise SystemExit(f"{work} {path.name}: {done.stderr[-600:]}")
    figure: dict[str, Any] = json.loads(done.stdout)
    return figure


def frictionless(folder: Path) -> dict[str, Any]:
    """Peer: frictionless over fewer rows; it works row by row, so that its pace stays the same."""
    if not PEERS.exists():
        subprocess.run(["bash", "-c", ". ci/setup && setup && setup_peers"], cwd=ROOT, check=True, stdout=sys.stderr)
    town, told = Town(), folder / "schema.json"
    path = town.write(folder / "peer.csv", town.rows(FRICTIONLESS))
    told.write_text(json.dumps(schema(town), ensure_ascii=False), encoding="utf-8")
    command = [str(PEERS), str(Path(__file__).with_name("files_peer.py")), path.name, told.name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3600, cwd=folder)
    figure: dict[str, Any] = json.loads(done.stdout)
    return figure


def _work(name: str, path: Path) -> int:
    items()
    # Loaded before the clock starts, for both sides.
    for module in ("polars", "renkei.adapters.polars.tables", "renkei.kit.datafile", "jsonschema_rs"):
        importlib.import_module(module)

    wall, cpu = time.monotonic(), time.process_time()
    found = WORK[name](path)
    figure = {
        "work": name,
        **found,
        "wall": round(time.monotonic() - wall, 2),
        "cpu": round(time.process_time() - cpu, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figure))
    return 0


def measure(counts: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every measurement for these numbers of rows; the fold only for the greatest."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="renkei-files-") as name:
        for count in counts:
            files = made(Path(name), count, fold=count == max(counts))
            works = ["judge", "bare"] + ["rowwise"] * (count <= ROWWISE) + ["fold"] * ("next" in files)
            for work in works:
                figures.append(measured(work, files["full"]))
                print(_line(figures[-1]), flush=True)
            for path in files.values():
                path.unlink()
        figures.append(frictionless(Path(name)))
        print(_line(figures[-1]), flush=True)
    return figures


def _line(figure: Mapping[str, Any]) -> str:
    rows, wall, cpu = figure["rows"], max(figure["wall"], 0.01), max(figure["cpu"], 0.01)
    return (
        f"{figure['work']:12} {rows:>9,} rows  {wall:7.2f} s  {cpu:7.2f} CPU s  {rows / wall:>9,.0f} rows/s  "
        f"{rows / cpu:>9,.0f} rows/CPU s  {figure['peak_mb']:>5} MB  found {figure['found']}"
    )


def goals(figures: list[dict[str, Any]]) -> list[tuple[str, str, str, bool]]:
    """(work, goal, measured, reached) of the table of goals, from the greatest number of rows."""
    most = max(figure["rows"] for figure in figures if figure["work"] == "judge")
    of = {figure["work"]: figure for figure in figures if figure["rows"] == most}
    ours, peer = of["judge"], of["bare"]
    pace = most / max(ours["wall"], 0.01)
    ratio, wall_ratio = (peer[clock] / max(ours[clock], 0.01) for clock in ("cpu", "wall"))
    table = [
        ("all checks", f"≥ {GOAL_ROWS:,} rows/s", f"{pace:,.0f} rows/s", pace >= GOAL_ROWS),
        ("memory", f"≤ {GOAL_MEMORY} MB", f"{ours['peak_mb']} MB", ours["peak_mb"] <= GOAL_MEMORY),
        (
            "beside bare polars, same columns",
            f"≥ {GOAL_RATIO}×",
            f"{ratio:.2f}× by CPU, {wall_ratio:.2f}× by wall",
            min(ratio, wall_ratio) >= GOAL_RATIO,
        ),
        (
            "delta ∘ full = full, reading included",
            f"≤ {GOAL_FOLD:.0f} s",
            f"{of['fold']['wall']} s ({of['fold']['cpu']} CPU s; the fold alone {of['fold']['fold']} s)",
            of["fold"]["wall"] <= GOAL_FOLD,
        ),
    ]
    for figure in (one for one in figures if one["work"] in ("rowwise", "frictionless")):
        by_cpu, by_wall = (
            most / max(ours[clock], 0.01) / (figure["rows"] / max(figure[clock], 0.01)) for clock in ("cpu", "wall")
        )
        peer_goal = GOAL_FRICTIONLESS if figure["work"] == "frictionless" else 0
        table.append(
            (
                f"beside {PEER_NAMES[figure['work']]}, {figure['rows']:,} rows",
                f"≥ {peer_goal}×" if peer_goal else "-",
                f"{by_cpu:.0f}× by CPU, {by_wall:.0f}× by wall",
                min(by_cpu, by_wall) >= peer_goal,
            )
        )
    return table


def main() -> int:
    """Measure and print; exit 1 when rows were found wrong that are right, or the fold did not come out even."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, help="numbers of rows (default: 10,000 to 1,000,000)")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.add_argument("--work", nargs=2, metavar=("WORK", "FILE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        return _work(args.work[0], Path(args.work[1]))
    figures = measure(tuple(args.rows) or ROWS)
    table = goals(figures)
    for work, goal, got, reached in table:
        print(f"{'reached' if reached else 'MISSED ':7}  {work:40} {goal:18} {got}")
    if args.json:
        kept = {
            "figures": figures,
            "goals": [dict(zip(("work", "goal", "measured", "reached"), r, strict=True)) for r in table],
        }
        args.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(figure["found"] for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
