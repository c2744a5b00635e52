"""``town.html`` of a test-data pack in both languages: who lives in the town and what happened, in figures, without a name."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from renkei.adapters.jinja2 import Renderer
from renkei.atomicfile import write_whole
from renkei.catalogue import LANGUAGES, Catalogue
from renkei.town.survey import months
from renkei.web import townchart

PAGE = "town.html"
# The sexes that the standard knows, those of the pyramid first.
SEXES = ("1", "2", "0")
# Kinds of events by the 異動事由 that are counted to them; whatever else happens is by the office's own act.
KINDS = {
    "arrival": ("01", "02"), "birth": ("03",), "departure": ("10", "11"), "death": ("12",), "removal": ("19",),
    "household": ("28", "29", "30", "31"), "name": ("32", "33", "34", "35", "36"), "cancelled": ("09", "18", "37"),
    "office": (),
}  # fmt: skip
# What needs care, in the order in which it is told.
MARKS = (
    "protected", "provisional", "headless", "alias", "former-name", "unknown-birth", "hidden", "disabled", "assisted",
    "cared", "kokuho", "koki",
)  # fmt: skip


_COUNTS = ("residents", "households", "foreigners", "people", "outsiders")


def checked(manifest: Any) -> dict[str, Any]:
    """The manifest, if the page can be made of it; raises ValueError, KeyError or TypeError by the name of what is wrong."""
    found: dict[str, Any] = {name: manifest[name] for name in ("municipality", "seed", "from", "until", "datasets")}
    survey = found["survey"] = {name: manifest["survey"][name] for name in _COUNTS}
    for name in ("sizes", "marks", "pyramid", "foreign", "events", "personas"):
        survey[name] = dict(manifest["survey"][name].items())
    flat = [(survey, _COUNTS), *((survey[name], survey[name]) for name in ("sizes", "marks"))]
    flat += [(table, table) for name in ("pyramid", "foreign", "events") for table in survey[name].values()]
    for table, names in flat:
        for name in names:
            if type(table[name]) is not int or table[name] < 0:
                raise ValueError(name)
    for size in survey["sizes"]:
        if not (size.isascii() and size.isdigit() and 0 < int(size) < 1_000):
            raise ValueError(size)
    if wrong := [month for month in survey["events"] if month not in months()]:
        raise ValueError(wrong[0])
    return found


def write_pages(manifest: Mapping[str, Any], out: Path, first: str) -> Path:
    """Write the page in both languages into a folder; gives the path of the one in ``first``, which is ``town.html``."""
    names = {each: PAGE if each == first else f"town.{each}.html" for each in LANGUAGES}
    for each in sorted(LANGUAGES, key=lambda each: names[each] == PAGE):
        write_whole(out / names[each], page(manifest, each, names).encode())
    return out / PAGE


def page(manifest: Mapping[str, Any], language: str, names: Mapping[str, str]) -> str:
    """The page in one language."""
    words = Catalogue(language)
    found = manifest["survey"]
    events = by_kind(found["events"])
    other = next(each for each in LANGUAGES if each != language)
    with resources.as_file(resources.files("renkei.web").joinpath("templates")) as folder:
        style = "\n".join((folder / name).read_text("utf-8").rstrip("\n") for name in ("style.css", "town.css"))
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        return Renderer(folder).render(
            "town.html.j2",
            language=language,
            other=other,
            other_page=names[other],
            style=style,
            style_digest=digest,
            text=words.text,
            choice=words.choice,
            manifest=manifest,
            found=found,
            rows=sum(file["rows"] for dataset in manifest["datasets"] for file in dataset["files"]),
            sexes=SEXES,
            bands=townchart.BANDS,
            pyramid=townchart.pyramid(found["pyramid"], found["foreign"]),
            sizes=townchart.sizes(found["sizes"]),
            chart=townchart,
            months=months(),
            events=events,
            charts={kind: townchart.months(months(), list(counts.values())) for kind, counts in events.items()},
            years=by_year(events),
            marks=MARKS,
            personas=sum(map(len, found["personas"].values())),
        )


def by_kind(events: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """How often each kind of event happened, by month; every month of the ten years is there."""
    kind_of = {reason: kind for kind, reasons in KINDS.items() for reason in reasons}
    found = {kind: dict.fromkeys(months(), 0) for kind in KINDS}
    for month, reasons in events.items():
        for reason, count in reasons.items():
            found[kind_of.get(reason, "office")][month] += count
    return found


def by_year(events: Mapping[str, Mapping[str, int]]) -> dict[int, dict[str, int]]:
    """The same by 年度, from April to March."""
    found: dict[int, dict[str, int]] = {}
    for kind, counts in events.items():
        for month, count in counts.items():
            year = int(month[:4]) - (month[5:] < "04")
            kinds = found.setdefault(year, dict.fromkeys(KINDS, 0))
            kinds[kind] += count
    return dict(sorted(found.items()))
