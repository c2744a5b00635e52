"""Wiring of journeys with people at the screens: who is asked for what, and the journal that a resumed run goes on from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from renkei.cli.counterparts import counterpart_of, outlet_of
from renkei.cli.errands import ErrandDesk
from renkei.cli.journeying import is_by_hand, municipality_of
from renkei.cli.manual import FOLDER
from renkei.errors import TargetBlocked
from renkei.flow.errand import Answer, Errand
from renkei.flow.plan import MANUAL_SECONDS, FacadeAccess, ManualAccess, Target

if TYPE_CHECKING:
    from renkei.cli.journeying import Ears, Keep, Play
    from renkei.cli.pairing import Surroundings
    from renkei.flow.journey import Story
    from renkei.kit.consumer import Counterpart
    from renkei.kit.journey.account import Account
    from renkei.kit.journey.journal import Journal
    from renkei.kit.journey.municipality import Municipality


def guiding(about: Surroundings, ears: Ears, keep: Keep, *, attended: bool) -> tuple[Municipality, Play]:
    """The municipality with a person wherever nothing else makes things happen, and the play that asks for them."""
    from renkei.kit.journey.guided import Recalled, guide
    from renkei.kit.journey.journal import Journal

    desk = ErrandDesk(
        run=about.run,
        plan=about.plan,
        bundle=about.bundle,
        redact=lambda text: str(about.redactor.value(text)),
        alive=ears.alive,
    )
    desk.tidy()
    towns: list[Municipality] = []
    pages: dict[str, Journal] = {}

    def note(errand: Errand, answer: Answer) -> None:
        """Who did what and when, as evidence of the step."""
        facts = facts_of(errand, answer)
        towns[0].kept[keep(facts)] = facts
        towns[0].signed.append((answer.by, answer.at))

    desk.note = note

    def counterpart(target: Target) -> Counterpart:
        made = _by_hand(target, about, towns, desk if attended else _nobody) if is_by_hand(target) else None
        made = made or counterpart_of(target)(ears.hear)
        steering = made.steering and Recalled(target.id, made.steering, pages)
        return replace(made, steering=steering)

    towns.append(municipality_of(about, ears, keep, counterpart))

    def play(story: Story, town: Municipality) -> Account:
        journal = Journal(path=about.run / FOLDER / f"{story.id}.jsonl", redact=about.redactor.value)
        return guide(story, town, journal, pages, desk.announce)

    return towns[0], play


def _by_hand(target: Target, about: Surroundings, towns: list[Municipality], ask: Any) -> Counterpart:
    """A person in place of the façade; a readback of the plan is asked itself."""
    from renkei.kit.byhand import ByHand
    from renkei.kit.consumer import Counterpart

    def rows(linkage: str, item: str, value: str) -> Iterator[Mapping[str, str]]:
        feed = towns[0].feed(linkage)
        for row in feed.current() if feed else ():
            if row.get(item, "").lstrip("0") == value.lstrip("0"):
                yield row

    trigger, journeys = target.trigger, about.plan.journeys
    person = ByHand(
        target=target.id,
        ask=ask,
        seconds=trigger.seconds if isinstance(trigger, ManualAccess) else MANUAL_SECONDS,
        patience=float(journeys.latency_seconds) if journeys else 0.0,
        rows=rows,
    )
    asked = replace(target, trigger=target.readback) if isinstance(target.readback, FacadeAccess) else None
    holdings = counterpart_of(asked)(lambda _exchange: None).holdings if asked else person
    return Counterpart(actor=person, holdings=holdings, steering=person, outlet=outlet_of(target))


def _nobody(errand: Errand, _seconds: float) -> Answer:
    """What every errand comes to when nobody is at the terminal."""
    raise TargetBlocked("needs-a-person", linkage=errand.linkage or errand.event, action=str(errand.kind))


def facts_of(errand: Errand, answer: Answer) -> dict[str, Any]:
    """Who was asked for what, and who did it when: the values are redacted where they are kept."""
    return {
        "file": f"errand {errand.kind} {errand.target}",
        "errand": {
            "target": errand.target,
            "kind": str(errand.kind),
            "event": errand.event,
            "linkage": errand.linkage,
            "values": dict(errand.values),
        },
        "answer": {"done": answer.done, "by": answer.by, "at": answer.at, "values": dict(answer.values)},
    }
