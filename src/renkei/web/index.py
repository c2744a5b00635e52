"""``index.html`` of a run, in both languages: the page that a clerk opens first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from renkei.adapters.jinja2 import Renderer
from renkei.atomicfile import write_whole
from renkei.catalogue import LANGUAGES
from renkei.flow.contract import Bundle
from renkei.flow.journey import JOURNEYS
from renkei.flow.outcome import Outcome
from renkei.foreign.remark import remarks
from renkei.record import RunRecord
from renkei.web.journeytable import journey_table, together
from renkei.web.matrix import matrix, open_points
from renkei.web.pairtable import pair_table
from renkei.web.picture import GROUPS, bars
from renkei.web.summary import Summary, summarize
from renkei.wording import Wording

LAST_NAME = "index.html"
BAR_HEIGHT = 56
BRIEF = 5


def write_index(
    record: RunRecord,
    bundle: Bundle,
    run_dir: Path,
    decisions: Mapping[str, Mapping[str, Any]],
    language: str,
    *,
    shown_as: str = "",
) -> Path:
    """Write the page in both languages and give the path of the one in ``language``.

    ``index.html`` is in the plan's language, ``index.<language>.html`` in the other.
    ``decisions`` maps a target to its decision record (``decision``, ``missing``, ``certificate``: a file in the run
    folder or None). Documents are linked when they lie in ``run_dir``, so write the page last. ``shown_as`` is the run
    folder as replay commands name it.
    """
    names = _names(record.header.language)
    with resources.as_file(resources.files("renkei.web").joinpath("templates")) as folder:
        renderer = Renderer(folder)
        # index.html comes last: where it lies, everything else does
        for each in sorted(LANGUAGES, key=lambda each: names[each] == LAST_NAME):
            values = _values(record, bundle, run_dir, decisions, each, shown_as or str(run_dir))
            other = next(other for other in LANGUAGES if other != each)
            text = renderer.render("index.html.j2", **values, other=other, other_page=names[other])
            write_whole(run_dir / names[each], text.encode())
    return run_dir / names[language]


def _names(first: str) -> dict[str, str]:
    first = first if first in LANGUAGES else LANGUAGES[0]
    return {each: LAST_NAME if each == first else f"index.{each}.html" for each in LANGUAGES}


def _values(
    record: RunRecord,
    bundle: Bundle,
    run_dir: Path,
    decisions: Mapping[str, Mapping[str, Any]],
    language: str,
    run: str,
) -> dict[str, Any]:
    """What the page shows, in one language."""
    wording = Wording(bundle, language)
    summary = summarize(record, wording, decisions, run)
    table = matrix(record, wording)
    facts = _facts(record, bundle, wording)
    return {
        "language": language,
        "text": wording.catalogue.text,
        "summary": summary,
        "matrix": table,
        "matrix_vendors": table.vendors,
        "points": open_points(record, bundle, wording),
        "pairs": pair_table(record, wording, run),
        "journeys": journey_table(record, wording, run),
        "together": together(record, decisions, wording),
        "bars": bars(summary.targets, BAR_HEIGHT),
        "bar_height": BAR_HEIGHT,
        "groups": list(GROUPS),
        "outcomes": list(Outcome),
        "word": wording.outcome,
        "facts": facts,
        "brief": list(facts.items())[:BRIEF],
        "digests": record.header.digests,
        "documents": _documents(_certificates(summary, decisions), run_dir, wording),
        "remarks": _remarks(bundle, wording),
    }


def _facts(record: RunRecord, bundle: Bundle, wording: Wording) -> dict[str, str]:
    header, catalogue = record.header, wording.catalogue
    title = bundle.title_ja if wording.language == "ja" else bundle.title_en
    facts = {
        "plan": str(header.plan.get("name", "")),
        "municipality": str(header.plan.get("municipality", "")),
        "edition": title if header.edition == bundle.edition and title else header.edition,
        "profile": catalogue.choice("profiles", header.profile),
        "started": _moment(header.started, wording),
        "finished": _moment(record.footer.finished, wording) if record.footer else "",
        "run": header.run,
        "seed": str(header.seed),
        "tool": header.tool,
    }
    return {catalogue.text(f"pages.{name}"): value for name, value in facts.items() if value}


def _remarks(bundle: Bundle, wording: Wording) -> list[tuple[str, str]]:
    """(what was noticed in a document, how often and where first) for each kind of quirk."""
    words = wording.catalogue
    return [
        (words.choice("notes", one.code), f"{one.system}: {one.count} – {', '.join(one.places)}")
        for one in remarks(bundle)
    ]


def _moment(text: str, wording: Wording) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    parts = {name: getattr(moment, name) for name in ("year", "month", "day", "hour")}
    return wording.catalogue.text("pages.moment", **parts, minute=f"{moment.minute:02d}")


def _certificates(summary: Summary, decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """The certificates in the run folder, and whom each is about."""
    by_file: dict[str, list[str]] = {}
    named = [(target.certificate, target.id) for target in summary.targets]
    named.append((str(decisions.get(JOURNEYS, {}).get("certificate") or ""), JOURNEYS))
    for path, subject in named:
        if re.fullmatch(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", path) and ".." not in path:
            by_file.setdefault(path, []).append(subject)
    return by_file


def _documents(
    certificates: Mapping[str, Sequence[str]], run_dir: Path, wording: Wording
) -> list[tuple[str, str, str]]:
    """(address, name, note) of every document that lies in the run folder."""
    text = wording.catalogue.text
    fixed = {
        "allure": "allure-report/index.html",
        "verdicts": "verdicts.json",
        "junit": "junit.xml",
        "log": "run.jsonl",
    }
    found = [
        (path, text(f"pages.doc-{name}"), text(f"pages.doc-{name}-note"))
        for name, path in fixed.items()
        if (run_dir / path).is_file()
    ]
    for path, subjects in certificates.items():
        whole = text("pages.journeys-subject")
        named = text("pages.comma").join(whole if subject == JOURNEYS else subject for subject in subjects)
        found.insert(0, (path, text("pages.doc-certificate", target=named), text("pages.doc-certificate-note")))
    return found
