"""``index.html`` of a matrix in both languages: who works with whom, and the folder that it can be carried away in."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from renkei.adapters.jinja2 import Renderer
from renkei.atomicfile import pretty, write_whole
from renkei.catalogue import LANGUAGES
from renkei.flow.matrix import UNTESTED, Cell, Matrix, Party, Table, vendor_state
from renkei.flow.outcome import Outcome
from renkei.wording import Wording

PAGE = "index.html"
JSON_NAME = "matrix.json"
SCHEMA = "renkei.matrix/1"
EVIDENCE = "evidence"
SCRIPT = "matrix.js"
# The order in which states are told of: what works, what does not, what nobody knows, what needs no judging.
STATES = (
    "passed", "failed", "waived", "inconclusive", "blocked", "not_run", "harness_error", UNTESTED,
    "ambiguous", "not_claimed", "exempt", "not_applicable",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One table as shown: its anchor, its names, and the anchors of its cells."""

    anchor: str
    table: Table
    name: str
    system: str
    anchors: Mapping[tuple[Party, Party], str]


def write_pages(
    made: Mapping[str, Matrix], words: Mapping[str, Wording], out: Path, first: str, runs: Mapping[str, str]
) -> Path:
    """Write the page in both languages with its JSON; gives the path of the one in ``first``, which is ``index.html``.

    ``made`` and ``words`` are by language, ``runs`` the addresses of runs' own pages as seen from ``out`` ("" for none).
    """
    names = {each: PAGE if each == first else f"index.{each}.html" for each in LANGUAGES}
    write_whole(out / JSON_NAME, pretty(to_json(made[first], words[first])))
    for each in sorted(LANGUAGES, key=lambda each: names[each] == PAGE):
        write_whole(out / names[each], page(made[each], words[each], names, runs).encode())
    return out / PAGE


def page(made: Matrix, wording: Wording, names: Mapping[str, str], runs: Mapping[str, str]) -> str:
    """The page in one language."""
    language = wording.language
    other = next(each for each in LANGUAGES if each != language)
    shown = _shown(made, wording)
    paired = [one for one in shown if one.table.providers and one.table.consumers]
    folder = resources.files("renkei.web").joinpath("templates")
    with resources.as_file(folder) as templates:
        return Renderer(templates).render(
            "matrix.html.j2",
            language=language,
            other=other,
            other_page=names[other],
            script_digest=script_digest(templates / SCRIPT),
            text=wording.catalogue.text,
            choice=wording.catalogue.choice,
            title=wording.title,
            outcome=wording.outcome,
            turn=wording.turn,
            tables=paired,
            lonely=[one for one in shown if one not in paired and one.table.linkage != "oauth"],
            vendors=vendors(made),
            editions=sorted({one.table.edition for one in paired}),
            systems=sorted({(one.table.system, one.system) for one in paired}),
            states=[state for state in STATES if state in _met(paired)],
            counts=_between(made),
            sources=made.sources,
            runs=runs,
            json_name=JSON_NAME,
            untested=UNTESTED,
        )


def script_digest(path: Path) -> str:
    """What the policy of the page names its one script by: the template engine leaves out the last line end."""
    text = path.read_text("utf-8").removesuffix("\n")
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def vendors(made: Matrix) -> tuple[str, ...]:
    """Every vendor that takes part anywhere."""
    parties = {party for table in made.tables for party in (*table.providers, *table.consumers)}
    return tuple(sorted({party.vendor for party in parties}))


def _shown(made: Matrix, wording: Wording) -> list[Shown]:
    shown = []
    for number, table in enumerate(made.tables, 1):
        pairs = [(provider, consumer) for provider in table.providers for consumer in table.consumers]
        anchors = {pair: f"p{number}-{place}" for place, pair in enumerate(pairs, 1)}
        shown.append(
            Shown(
                anchor=f"t{number}",
                table=table,
                name=wording.linkage(table.system, table.linkage),
                system=wording.system(table.system),
                anchors=anchors,
            )
        )
    return shown


def _met(shown: list[Shown]) -> set[str]:
    return {one.table.state(*pair) for one in shown for pair in one.anchors}


def _between(made: Matrix) -> dict[tuple[str, str], Counter[str]]:
    """How many linkages of two vendors come to what, by (provider, consumer)."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for table in made.tables:
        providers = dict.fromkeys(party.vendor for party in table.providers)
        for provider in providers:
            for consumer in dict.fromkeys(party.vendor for party in table.consumers):
                found.setdefault((provider, consumer), Counter())[vendor_state(table, provider, consumer)] += 1
    return found


def to_json(made: Matrix, wording: Wording) -> dict[str, Any]:
    """The matrix as JSON; sentences in the language of ``wording``."""
    return {
        "schema": SCHEMA,
        "language": wording.language,
        "runs": [{name: getattr(one, name) for name in one.__slots__} for one in made.sources],
        "linkages": [_linkage(table, wording) for table in made.tables],
    }


def _linkage(table: Table, wording: Wording) -> dict[str, Any]:
    return {
        "edition": table.edition,
        "linkage": table.linkage,
        "system": table.system,
        "name": wording.linkage(table.system, table.linkage),
        "alone": [
            {"role": role, "party": _party(party), "state": state, "word": word(state, wording)}
            for (role, party), state in sorted(table.alone.items())
        ],
        "pairs": [
            _pair(table, provider, consumer, wording) for provider in table.providers for consumer in table.consumers
        ],
    }


def _pair(table: Table, provider: Party, consumer: Party, wording: Wording) -> dict[str, Any]:
    cell = table.cells.get((provider, consumer))
    state = table.state(provider, consumer)
    told = {"provider": _party(provider), "consumer": _party(consumer), "state": state, "word": word(state, wording)}
    return {**told, **_particulars(cell)} if cell else told


def _particulars(cell: Cell) -> dict[str, Any]:
    return {
        "fault_of": cell.fault_of,
        "because": cell.because,
        "why": cell.why,
        "run": cell.source.run,
        "checks": dict(cell.checks),
        "ambiguities": list(cell.open),
        "findings": [dict(finding) for finding in cell.findings],
        "earlier": [{"run": run, "state": state} for run, state in cell.earlier],
    }


def _party(party: Party) -> dict[str, str]:
    return {name: getattr(party, name) for name in ("vendor", "product", "version", "system")}


def word(state: str, wording: Wording) -> str:
    """A state in words."""
    return wording.catalogue.choice("pair_states", state)


def cited(made: Matrix) -> dict[str, set[str]]:
    """The evidence that the page shows, by run."""
    found: dict[str, set[str]] = {}
    for table in made.tables:
        for cell in table.cells.values():
            for finding in cell.findings:
                found.setdefault(cell.source.run, set()).update(finding["evidence"])
    return found


def blames(cell: Cell) -> bool:
    """Whether a cell has a party to name."""
    return bool(cell.fault_of) and cell.state != Outcome.PASSED
