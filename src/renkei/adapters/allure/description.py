"""The description of a case for people: what was asked, what came, whose turn it is, how to see it again."""

from __future__ import annotations

from html import escape

from renkei.flow.finding import Finding
from renkei.neutral import neutral
from renkei.record import CaseResult
from renkei.wording import Wording, replay_command

MAX_FINDINGS = 5


def description(result: CaseResult, wording: Wording, run: str, turn: str = "") -> str:
    """HTML of fixed tags around escaped, neutral text; no link, no attribute from outside. ``turn``: who acts next."""
    identifier = result.planned.requirement
    catalogue = wording.catalogue
    requirement = wording.requirement(identifier)
    parts = [_rows(result, wording, turn or wording.turn(wording.party(result)))]
    if requirement is not None:
        parts.insert(0, f"<p>{_text(requirement.text(wording.language))}</p>")
        if wording.plain(identifier):
            parts.append(f"<p><b>{catalogue.text('pages.meaning')}</b>: {_text(wording.plain(identifier))}</p>")
    parts += [_finding(finding, wording, run) for finding in result.findings[:MAX_FINDINGS]]
    if len(result.findings) > MAX_FINDINGS:
        more = catalogue.text("pages.more-findings", count=len(result.findings) - MAX_FINDINGS)
        parts.append(f"<p>{_text(more)}</p>")
    return "\n".join(parts)


def _rows(result: CaseResult, wording: Wording, turn: str) -> str:
    catalogue = wording.catalogue
    planned = result.planned
    rows = {
        "pages.verdict": wording.outcome(result.outcome),
        "pages.why": wording.reason(result.reason, result.detail),
        "pages.next-turn": turn,
        "pages.clause": wording.clauses(result),
        "pages.basis": wording.bases(result),
        "pages.level": catalogue.choice("levels", planned.level),
        "pages.impact": catalogue.choice("impacts", wording.impact(result)),
        **{f"pages.ambiguity\x00{seen.ambiguity}": wording.value(seen.value) for seen in result.observations},
    }
    cells = []
    for key, value in rows.items():
        if value:
            name, _, suffix = key.partition("\x00")
            heading = f"{catalogue.text(name)} {suffix}".strip()
            cells.append(f"<tr><th align='left'>{_text(heading)}</th><td>{_text(value)}</td></tr>")
    return f"<table>{''.join(cells)}</table>"


def _finding(finding: Finding, wording: Wording, run: str) -> str:
    catalogue = wording.catalogue
    named = f"{finding.broken} {wording.title(finding.broken)}" if finding.broken else ""
    rows = {
        "pages.requirement": named,
        "pages.clause": wording.clause(finding.broken),
        "pages.meaning": wording.plain(finding.broken),
        "pages.what": catalogue.choice("rules", finding.rule),
        "pages.where": wording.value(finding.where),
        "pages.expected": wording.value(finding.expected),
        "pages.actual": wording.value(finding.actual),
        "pages.replays": wording.replays(finding.replays),
        "pages.second-opinion": wording.value(finding.second_opinion),
    }
    cells = "".join(
        f"<tr><th align='left'>{_text(catalogue.text(key))}</th><td>{_text(value)}</td></tr>"
        for key, value in rows.items()
        if value
    )
    return (
        f"<h4>{_text(finding.id)}</h4><table>{cells}</table>"
        f"<p>{_text(catalogue.text('pages.replay'))}</p><pre>{_text(replay_command(run, finding))}</pre>"
    )


def _text(value: str) -> str:
    return escape(neutral(value), quote=True)
