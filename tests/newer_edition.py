"""A second, slightly newer edition: the committed tables with a small patch, compiled, accepting the committed edition."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from renkei.cli.main import main

ROOT = Path(__file__).parents[1] / "contracts"
NEWER = "2027-05"
UNTIL = "2099-03-31"
ITEMS = "001_juminkihondaicho/items.csv"
SUPPORT = "支援措置対象者情報"
LINKAGE = "001o009"
NEW_ITEM = "shiensochibiko"
Rows = list[dict[str, str]]


def newer_edition(folder: Path, *, until: str = UNTIL) -> Path:
    """Write the newer edition into a folder: an item more, a length grown, a code value more, a requirement changed."""
    shutil.copytree(ROOT, folder)
    _table(folder / ITEMS, _items)
    _table(folder / "codes" / "seibetsu.csv", _codes)
    _table(folder / "common" / "requirements.csv", _requirements)
    head = folder / "edition.toml"
    text = head.read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.startswith("edition = "))
    text = text.replace(old, f'edition = "{NEWER}"', 1)
    head.write_text(text, encoding="utf-8")
    assert main(["contracts", "compile", "--root", str(folder)]) == 0
    if until:
        accept(folder, until)
    return folder


def accept(folder: Path, until: str) -> None:
    """Let the newer edition accept the committed one until a day, with the table that the command gives."""
    from renkei.adapters.folder.bundle import load_bundle
    from renkei.cli.contracts import TRANSITION, day_of
    from renkei.tables.transition import accepted_table

    table = accepted_table(load_bundle(ROOT), load_bundle(folder), day_of(until), TRANSITION)
    head = folder / "edition.toml"
    before, mark, after = head.read_text(encoding="utf-8").partition("[digests]")
    head.write_text(f"{before}{table}\n{mark}{after}", encoding="utf-8")


def _table(path: Path, alter: Callable[[Rows], Iterable[dict[str, str]]]) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(alter(rows))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def _items(rows: Rows) -> Iterable[dict[str, str]]:
    last = [row for row in rows if row["グループ"] == SUPPORT][-1]
    for row in rows:
        grown = row["グループ"] == "住民情報" and row["データ項目（ローマ字）"] == "jusho_katagaki"
        yield {**row, "桁数": "400"} if grown else row
        if row is last:
            yield {
                **row,
                "項番": str(int(row["項番"]) + 1),
                "データ項目": "支援措置備考",
                "データ項目（ローマ字）": NEW_ITEM,
                "主キー": "",
                "データ型": "Ｎ",
                "桁数": "100",
                "コード": "",
                "データ出力条件": "任意",
                "サンプル値": "",
                "固定桁": "",
                "null設定有無": "〇",
                "条件式": "",
            }


def _codes(rows: Rows) -> Iterable[dict[str, str]]:
    return [*rows, {**rows[-1], "コード値": "9", "コード値の内容": "その他"}]


def _requirements(rows: Rows) -> Iterable[dict[str, str]]:
    return [{**row, "text_ja": row["text_ja"] + "（改定）"} if row["id"] == "FL-17" else row for row in rows]


def moved_on(place: Path) -> None:
    """Bring the published files of the linkage to the newer edition, as their vendor would: one empty column more."""
    for path in sorted((place / LINKAGE).glob("*.csv")):
        head, *rows = path.read_bytes().removesuffix(b"\r\n").split(b"\r\n")
        data = b"\r\n".join([head + f",{NEW_ITEM}".encode(), *(row + b"," for row in rows)]) + b"\r\n"
        path.write_bytes(data)
        marker = path.with_name(path.name + ".end")
        told = json.loads(marker.read_bytes())
        marker.write_text(json.dumps({**told, "sha256": hashlib.sha256(data).hexdigest()}), encoding="utf-8")
