"""The coverage of the outline by contracts, tests and faults: gathered, as lines for people, and as JSON data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.foreign import REQUIREMENTS, foreign_bundle
from renkei.flow.requirement import Basis, Role
from renkei.textwidth import padded, width

if TYPE_CHECKING:
    from renkei.flow.contract import Bundle
    from renkei.tables.coverage import Coverage, Gap, Line, Source
    from renkei.tables.trace import Trace

BOUNDARY = "boundary"
# So many parties or linkages are named; of more, how many there are.
FEW = 4
COLUMNS = ("carriers", "asked", *Basis, *Role, "tests", "faults", "gaps")


def coverage(home: Path, traces: Iterable[Trace]) -> Coverage:
    """The coverage of this edition: its own contracts, and after them those of the boundary systems, where it has any."""
    from renkei.adapters.folder.bundle import read_files
    from renkei.tables.coverage import cover
    from renkei.tables.outline import read_outline

    faults = {item.requirement.id: item.faults for item in traces if item.faults}
    sources = [_source(wiring.load_bundle(), faults)]
    if around := boundary_bundle(home):
        sources.append(_source(around, faults))
    found = cover(read_outline(read_files(home / "contracts")), sources)
    return replace(found, gaps=tuple(map(_explained, found.gaps)))


def boundary_bundle(home: Path) -> Bundle | None:
    """The documents of the boundary systems with the generic requirements and their own; None when there are none."""
    folder = home / "contracts" / BOUNDARY
    if not any(folder.glob("*/openapi.yaml")):
        return None
    return foreign_bundle(folder, home / "contracts" / REQUIREMENTS)


def suites_of(bundle: Bundle) -> tuple[str, ...]:
    """The folders of suites that judge by these contracts, for whatever role."""
    generic = "generic"
    return (generic,) if bundle.foreign else tuple(name for name in wiring.SUITES if name != generic)


def _source(bundle: Bundle, faults: dict[str, tuple[str, ...]]) -> Source:
    from renkei.tables.coverage import Source

    return Source(bundle=bundle, tests=wiring.suite_tests(*suites_of(bundle)), faults=faults)


def _explained(gap: Gap) -> Gap:
    """A role of which no contract speaks is explained by that fact."""
    if gap.kind != "no-role":
        return gap
    reasons = {}
    for language in ("ja", "en"):
        words = Catalogue(language)
        role = words.text(f"requirements.table.{gap.subject}")
        reasons[language] = words.text("requirements.role-reason", role=role, count=len(gap.places))
    return replace(gap, reason_ja=reasons["ja"], reason_en=reasons["en"])


def totals(found: Coverage) -> dict[str, int]:
    """How many numbers there are, carried by what, and how many gaps have no reason."""
    of = Counter(_way(line) for line in found.lines)
    return {
        "numbers": len(found.lines),
        "by_linkage": of["linkage"],
        "by_boundary": of["boundary"],
        "outside": of["outside"],
        "gaps": len(found.gaps),
        "unexplained": len(found.unexplained),
    }


def _way(line: Line) -> str:
    """What carries a number: data sets (perhaps beside operations), operations of boundary systems alone, or nothing."""
    if not line.carriers:
        return "outside"
    return "boundary" if set(line.carriers) <= set(line.entry.operations) else "linkage"


def as_json(found: Coverage) -> dict[str, Any]:
    """The coverage as JSON data."""
    return {
        "counts": totals(found),
        "linkages": [{**line.to_json(), "carried_by": _way(line)} for line in found.lines],
        "asked": [one.to_json() for one in found.asked.values()],
        "gaps": [gap.to_json() for gap in found.gaps],
    }


def shown(found: Coverage, traces: Iterable[Trace], words: Catalogue) -> Iterator[str]:
    """The table of the outline, the gaps with their reasons, and the sums."""
    heads = [words.text("requirements.table.number"), *(words.text(f"requirements.table.{name}") for name in COLUMNS)]
    rows = [[line.entry.number, *map(_figure, _figures(line))] for line in found.lines]
    sizes = [max(width(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    yield _row(heads, sizes, words.text("requirements.table.content"))
    for line, row in zip(found.lines, rows, strict=True):
        yield _row(row, sizes, _content(line, words))
    titles = {item.requirement.id: item.requirement.title(words.language) for item in traces}
    if found.gaps:
        yield ""
        yield words.text("requirements.gaps-head", count=len(found.gaps))
    for gap in found.gaps:
        yield _gap(gap, titles, words)
    yield ""
    yield words.text("requirements.coverage-summary", **totals(found))


def _figures(line: Line) -> list[int]:
    return [
        len(line.carriers),
        sum(line.asked.values()),
        *(line.asked.get(basis, 0) for basis in Basis),
        *(line.judged.get(role, 0) for role in Role),
        line.tests,
        line.faults,
        line.gaps,
    ]


def _figure(number: int) -> str:
    return str(number) if number else "-"


def _row(cells: list[str], sizes: list[int], content: str) -> str:
    first, *rest = (padded(cell, size, right=at > 0) for at, (cell, size) in enumerate(zip(cells, sizes, strict=True)))
    return "  ".join((first, *rest, content)).rstrip()


def _content(line: Line, words: Catalogue) -> str:
    """Who gives what to whom, and what carries it, or why nothing does."""
    entry = line.entry
    way = words.text(
        "requirements.table.way",
        provider=_few(entry.providers, words),
        consumers=_few(entry.consumers, words),
        data=entry.data,
    )
    carried = _few(tuple(name for name in line.carriers if name not in entry.operations), words)
    operations = [name for name in line.carriers if name in entry.operations]
    parts = [carried] if carried else []
    parts += [words.text("requirements.table.operations", count=len(operations))] if operations else []
    parts += [] if line.carriers else [words.text("requirements.table.nothing", note=entry.note(words.language))]
    return f"{way} [{words.text('pages.comma').join(parts)}]"


def _few(names: tuple[str, ...], words: Catalogue) -> str:
    comma = words.text("pages.comma")
    if len(names) <= FEW:
        return comma.join(names)
    return comma.join((*names[: FEW - 1], words.text("pages.values-more", count=len(names) - FEW + 1)))


def _gap(gap: Gap, titles: dict[str, str], words: Catalogue) -> str:
    title = titles.get(gap.subject, "")
    subject = f"{gap.subject} {title}".rstrip()
    if gap.kind == "no-role":
        subject = words.text(f"requirements.table.{gap.subject}")
    places = _few(gap.places, words) if gap.places != (gap.subject,) else ""
    reason = gap.reason(words.language)
    sentence = words.text(f"requirements.gaps.{gap.kind}")
    head = words.text("requirements.gap", subject=subject, places=places) if places else f"- {subject}"
    return f"{head}\n    {sentence} {reason}".rstrip()
