"""A town's pack of a few people, written by hand: small enough to be read, of the form that `renkei town` gives."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mocks.gyomu import contract
from mocks.gyomu.contract import Linkage
from mocks.juki.resident import kojinbango

CITY = "993018"
PEOPLE = ("000000000000019", "000000000000027", "000000000000035")
NUMBERS = tuple(kojinbango(serial) for serial in (1, 2, 3))
PROTECTED = PEOPLE[2]
DUE = {
    "gyomuid": "010",
    "atenabango": PEOPLE[0],
    "fukanendo": "2025",
    "zeimokukodo": "01",
    "tsuchishobango": "0000000001",
    "kibetsu": "01",
}
Values = Mapping[str, str]
FILES = (
    ("zenken", "2026-03-01T00:00:00+09:00"),
    ("sabun", "2026-03-15T12:00:00+09:00"),
    ("sabun", "2026-03-15T12:10:00+09:00"),
    ("sabun", "2026-03-31T20:00:00+09:00"),
)


def row(linkage: Linkage, **values: str) -> list[str]:
    """One row: what is given, and the table's sample where something is 必須."""
    cells = {item.romaji: item.sample if item.required else "" for item in linkage.items}
    cells |= {"shikuchosonkodo": CITY, "sosanengappi": "2026-02-01", "sakujofuragu": "0"}
    if linkage.serial >= 0:
        cells[linkage.header[linkage.serial]] = "1"
    if linkage.branch >= 0:
        cells[linkage.header[linkage.branch]] = "0"
    if linkage.latest >= 0:
        cells["saishinfuragu"] = "1"
    return list((cells | values).values())


def _contents() -> dict[str, list[list[Values]]]:
    """Linkage → the rows of its four files."""
    people = [
        {"atenabango": one, "kojinbango": number, "shimei": "青葉　一", "jusho_todofuken": "架空県"}
        for one, number in zip(PEOPLE, NUMBERS, strict=True)
    ]
    moved: list[Values] = [
        {**people[0], "saishinfuragu": "0"},
        {**people[0], "kojinrirekibango": "2", "jusho_todofuken": "別架空県"},
    ]
    tax = {"kazeinendo": "2025", "shichosonminzei_shotokuwarigaku": "1000", "shichosonminzei_kintowarigaku": "3000"}
    tax |= {
        "shichosonminzeigaku": "4000",
        "todofukenminzei_shotokuwarigaku": "600",
        "todofukenminzei_kintowarigaku": "1000",
    }
    tax |= {"todofukenminzeigaku": "1600", "shinrinkankyozeigaku": "1000", "genmengaku": "0", "nenzeigaku": "6600"}
    owed = {"choteigaku": "6600", "shunogaku": "0", "funokessongaku": "0", "kampujutogaku": "0", "minogaku": "6600"}
    fees = {"tokusokutesuryo": "0", "tokusokutesuryoshunogaku": "0", "entaikin": "0", "entaikinshunogaku": "0"}
    person = {name: DUE[name] for name in ("gyomuid", "atenabango", "fukanendo", "zeimokukodo")}
    return {
        "001o006": [[*people], moved, [], []],
        "001o009": [[{"atenabango": PROTECTED, "shiensochikubun": "1", "shiensochishuryonengappi": "2026-02-28"}], [], [], []],
        "010o902": [[{"atenabango": one, "koseijiyu": "01", **tax} for one in PEOPLE], [], [], []],
        "019o930": [[{"atenabango": one, "sesshunengappi": "2025-01-01", "rottobango": "A1"} for one in PEOPLE[1:]], [], [], []],
        "036o005": [[{**DUE, **owed, **fees, "shunojotai": "2"}], [], [], []],
        "036o902": [[{**person, **owed, "nokitoraiminogaku": "6600", "tainokubun": "1", "kannofuragu": "0",
                      "mottomofuruitainononokigen": "2025-06-30"}], [], [], []],
        "017o903": [[{"gakkokodo": "B199210000012"}], [], [], []],
        **{name: [[], [], [], []] for name in ("027o901", "030o901", "031o901", "032o901", "036o006", "019o902")},
    }  # fmt: skip


def write(folder: Path, systems: Sequence[str] = ()) -> Path:
    """The pack below `folder`; of these systems every linkage, empty where the town has nothing to say."""
    datasets = []
    empty = {one.id: [[], [], [], []] for name in systems for one in contract.system(name).linkages}
    for name, files in sorted({**empty, **_contents()}.items()):
        linkage = contract.system(name[:3]).linkage(name)
        listed = [_file(folder, linkage, place, rows) for place, rows in enumerate(files)]
        datasets.append({"linkage": name, "source": "derived", "files": listed})
    manifest = {"schema": "renkei.town/1", "municipality": CITY, "seed": 1, "datasets": datasets}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _file(folder: Path, linkage: Linkage, place: int, rows: Sequence[Values]) -> dict[str, object]:
    kind, created = FILES[place]
    moment = created[:19].replace("-", "").replace(":", "").replace("T", "")
    name = f"{linkage.id}/{linkage.id}_{CITY}_{kind}_{moment}_{place + 1:06d}.csv"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([linkage.header, *(row(linkage, **one) for one in rows)])
    content = text.getvalue().encode()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    facts = {"kind": kind, "sequence": place + 1, "created": created, "rows": len(rows)}
    facts["sha256"] = hashlib.sha256(content).hexdigest()
    return {"name": name, "linkage": linkage.id, **facts}
