"""Who works with whom: the pairs of several runs, provider by consumer for each linkage, folded from their verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from renkei.flow.outcome import NEUTRAL, Outcome, worst
from renkei.flow.requirement import Level
from renkei.flow.verdict import PRECEDENCE, Verdict, combine, roll_up

# What no run has looked at, as opposed to what one could not decide.
UNTESTED = "untested"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Party:
    """One vendor's one product for one system."""

    vendor: str
    product: str
    version: str
    system: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The run that something was seen in; ``folder`` is the name of its folder, ``verdict`` that of all of it."""

    run: str
    folder: str
    edition: str
    profile: str
    started: str
    ended: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One pair on one linkage: its state with the party at fault and why; the findings as verdicts tell them.

    ``state`` is a verdict or, where nothing was judged because it needs no judging, the outcome that says so.
    ``earlier`` are (run, state) of older runs of the same pair.
    """

    provider: Party
    consumer: Party
    state: str
    fault_of: str
    because: str
    why: str
    checks: Mapping[str, int]
    open: tuple[str, ...]
    findings: tuple[Mapping[str, Any], ...]
    source: Source
    earlier: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One linkage of one edition: who provides it, who takes it, and what came of each pair.

    ``alone`` are the states of single vendors by (role, party), judged without a peer.
    """

    edition: str
    linkage: str
    system: str
    providers: tuple[Party, ...]
    consumers: tuple[Party, ...]
    cells: Mapping[tuple[Party, Party], Cell]
    alone: Mapping[tuple[str, Party], str]

    def state(self, provider: Party, consumer: Party) -> str:
        """The state of a pair; what no run has looked at is untested."""
        cell = self.cells.get((provider, consumer))
        return cell.state if cell else UNTESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The tables in the order of edition, system and linkage, and the runs that they were made from."""

    tables: tuple[Table, ...]
    sources: tuple[Source, ...]


@dataclass(slots=True)
class _Gathering:
    system: str = ""
    cells: dict[tuple[Party, Party], Cell] = field(default_factory=dict)
    alone: dict[tuple[str, Party], str] = field(default_factory=dict)


def matrix(runs: Iterable[tuple[str, Mapping[str, Any]]]) -> Matrix:
    """The matrix of (folder name, verdicts) of runs; of several runs of a pair the latest counts."""
    known: dict[str, tuple[Source, Mapping[str, Any]]] = {}
    for folder, verdicts in runs:
        known.setdefault(str(verdicts["run"]), (_source(folder, verdicts), verdicts))
    ordered = sorted(known.values(), key=lambda one: (one[0].ended, one[0].run))
    found: dict[tuple[str, str], _Gathering] = {}
    for source, verdicts in ordered:
        _gather(source, verdicts, found)
    tables = [_table(edition, linkage, one) for (edition, linkage), one in found.items()]
    tables.sort(key=lambda table: (table.edition, table.system, table.linkage))
    return Matrix(tables=tuple(tables), sources=tuple(source for source, _ in ordered))


def state_of(results: Sequence[Mapping[str, Any]]) -> str:
    """The state of results: their verdict, or what says that there is nothing to judge; a waived failure shows."""
    outcomes = [Outcome(result["outcome"]) for result in results]
    verdict = roll_up(
        (outcome, Level(result["level"]).required) for outcome, result in zip(outcomes, results, strict=True)
    )
    if outcomes and verdict is Verdict.NOT_RUN and all(outcome in NEUTRAL for outcome in outcomes):
        return worst(outcomes)
    if verdict is Verdict.PASSED and Outcome.WAIVED in outcomes:
        return Outcome.WAIVED
    return verdict


def _source(folder: str, verdicts: Mapping[str, Any]) -> Source:
    named = ("run", "edition", "profile", "started", "ended", "verdict")
    return Source(folder=folder, **{name: str(verdicts[name]) for name in named})


def _gather(source: Source, verdicts: Mapping[str, Any], found: dict[tuple[str, str], _Gathering]) -> None:
    parties = {str(target["id"]): _party(target) for target in verdicts["targets"]}
    alone: dict[tuple[str, str, Party], str] = {}
    for target in verdicts["targets"]:
        by_side: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for result in target["results"]:
            by_side.setdefault((str(result["linkage"]), str(result["role"])), []).append(result)
        for (linkage, role), results in by_side.items():
            gathering = found.setdefault((source.edition, linkage), _Gathering())
            party = parties[str(target["id"])]
            state = state_of(results)
            known = alone.get((linkage, role, party), state)
            alone[linkage, role, party] = gathering.alone[role, party] = min(known, state, key=_weight)
            gathering.system = gathering.system or (party.system if role == "provider" else "")
    for pair in verdicts["pairs"]:
        gathering = found.setdefault((source.edition, str(pair["linkage"])), _Gathering())
        provider, consumer = parties[str(pair["provider"])], parties[str(pair["consumer"])]
        gathering.system = provider.system
        before = gathering.cells.get((provider, consumer))
        cell = _cell(provider, consumer, pair, source)
        gathering.cells[provider, consumer] = _beside(before, cell) if before else cell


def _beside(before: Cell, cell: Cell) -> Cell:
    """Of two runs the later one with the earlier named; of two installations in one run the worse, findings of both."""
    if before.source.run != cell.source.run:
        return replace(cell, earlier=((before.source.run, before.state), *before.earlier))
    worse = min(before, cell, key=lambda one: _weight(one.state))
    return replace(worse, findings=(*before.findings, *cell.findings), earlier=before.earlier)


def _weight(state: str) -> int:
    """Worse states first; what nothing was judged in says least."""
    order = [str(verdict) for verdict in PRECEDENCE]
    return order.index(state) if state in order else len(order)


def _party(target: Mapping[str, Any]) -> Party:
    return Party(**{name: str(target[name]) for name in ("vendor", "product", "version", "system")})


def _cell(provider: Party, consumer: Party, pair: Mapping[str, Any], source: Source) -> Cell:
    results = pair["results"]
    return Cell(
        provider=provider,
        consumer=consumer,
        state=state_of(results),
        fault_of=str(pair["fault_of"]),
        because=str(pair["because"]),
        why=str(pair.get("why", "")),
        checks=_counted(results),
        open=tuple(sorted({str(seen["ambiguity"]) for result in results for seen in result["observations"]})),
        findings=tuple(pair["findings"]),
        source=source,
    )


def _counted(results: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for result in results:
        counts[str(result["outcome"])] = counts.get(str(result["outcome"]), 0) + 1
    return dict(sorted(counts.items()))


def _table(edition: str, linkage: str, found: _Gathering) -> Table:
    providers = {party for role, party in found.alone if role == "provider"} | {one for one, _ in found.cells}
    consumers = {party for role, party in found.alone if role == "consumer"} | {one for _, one in found.cells}
    return Table(
        edition=edition,
        linkage=linkage,
        system=found.system,
        providers=tuple(sorted(providers)),
        consumers=tuple(sorted(consumers)),
        cells=found.cells,
        alone=found.alone,
    )


def vendor_state(table: Table, provider: str, consumer: str) -> str:
    """What two vendors come to on a linkage, over all their products: the worst; untested where any pair is."""
    states = [
        table.state(one, other)
        for one in table.providers
        for other in table.consumers
        if one.vendor == provider and other.vendor == consumer
    ]
    judged = [Verdict(state) for state in states if state in tuple(Verdict)]
    if judged and combine(judged) is not Verdict.PASSED:
        return combine(judged)
    return next((state for state in states if state not in tuple(Verdict)), Verdict.PASSED if judged else UNTESTED)
