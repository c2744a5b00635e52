"""The corpora of a plan, made beforehand: on a machine with time, for a machine without; nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from renkei.cli import wiring
from renkei.errors import UsageError
from renkei.flow.contract import Bundle
from renkei.flow.plan import Plan, Planned
from renkei.flow.requirement import Transport
from renkei.flow.scenario import scenarios
from renkei.kit.corpus import Corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The corpus of one operation for one target, and how many requests are in it."""

    target: str
    linkage: str
    entries: int


def keep_in(folder: Path) -> None:
    """Keep corpora in that folder, in this process and in its workers; raises UsageError when it cannot be one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("cache-unusable", folder=str(folder), why=error.strerror or "") from error
    os.environ["RENKEI_CACHE"] = str(folder.resolve())


def made(plan: Plan, bundle: Bundle, cases: Sequence[Planned], folder: Path) -> Iterator[Made]:
    """Make every corpus that a run of these cases would replay, and keep it in the folder."""
    keep_in(folder)
    selected = {(item.case.target, item.case.linkage) for item in cases if item.excluded is None}
    for target in plan.targets:
        if target.rest is None:
            continue
        system = bundle.system(target.system)
        for linkage in system.linkages:
            if (target.id, linkage.id) not in selected or linkage.transport is not Transport.REST:
                continue
            eligible = scenarios(system.document, linkage.id)
            if any(one.kind == "corpus" and one.eligible for one in eligible):
                item = next(item for item in cases if (item.case.target, item.case.linkage) == (target.id, linkage.id))
                corpus = _made(plan, bundle, item, folder)
                yield Made(target=target.id, linkage=linkage.id, entries=len(corpus.entries))


def _made(plan: Plan, bundle: Bundle, item: Planned, folder: Path) -> Corpus:
    """The corpus as the worker of that case would come by it."""
    from renkei.kit import lane, requestlane
    from renkei.kit.endpoint import Endpoint
    from renkei.kit.target import Provider

    target, case = plan.target(item.case.target), item.case
    system = bundle.system(target.system)
    tools = wiring.tools_for(target, bundle, wiring.redactor_for(plan, bundle))
    tools.corpora = (folder,)
    provider = Provider(
        info=target,
        case=case,
        requirement=bundle.requirement(case.requirement),
        system=system,
        linkage=system.linkage(case.linkage),
        bundle=bundle,
        profile=plan.profile,
        seed=plan.seed,
        municipality=plan.municipality,
        tools=tools,
        record=lambda _exchange: None,
    )
    if bundle.foreign:
        first, _ = wiring.validators_for(bundle, target.system)(case.linkage)
        return requestlane.corpus_of(Endpoint(provider), first)
    return lane.corpus_of(provider, tools.corpora)
