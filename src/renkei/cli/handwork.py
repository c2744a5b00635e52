"""Wiring of journeys with people at the screens: who is asked for what, and the journal that a resumed run goes on from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from renkei.cli.counterparts import counterpart_of
from renkei.cli.errands import ErrandDesk
from renkei.cli.journeying import is_by_hand, municipality_of
from renkei.cli.manual import FOLDER
from renkei.errors import TargetBlocked
from renkei.flow.errand import Answer, Errand
from renkei.flow.plan import MANUAL_SECONDS, CommandAccess, ManualAccess, Target

if TYPE_CHECKING:
    from renkei.cli.journeying import Ears, Keep, Play
    from renkei.cli.pairing import Surroundings
    from renkei.flow.journey import Story
    from renkei.kit.byhand import ByHand, Errands
    from renkei.kit.consumer import Counterpart
    from renkei.kit.journey.account import Account
    from renkei.kit.journey.journal import Journal
    from renkei.kit.journey.municipality import Municipality


def guiding(about: Surroundings, ears: Ears, keep: Keep, *, attended: bool) -> tuple[Municipality, Play]:
    """The municipality with a person wherever nothing else makes things happen, and the play that asks for them."""
    from renkei.kit.journey.guided import Recalled, guide
    from renkei.kit.journey.journal import Journal, put_on

    desk = ErrandDesk(
        run=about.run,
        plan=about.plan,
        bundle=about.bundle,
        redact=lambda text: str(about.redactor.value(text)),
        alive=lambda: ears.alive(ears.sequence),
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
        made = counterpart_of(replace(target, trigger=target.trigger or ManualAccess()))(ears.hear)
        if about.plan.journeys and is_by_hand(target, about.plan.journeys):
            made = _with_person(made, target, _person(target, about, towns, desk if attended else _nobody))
        steering = made.steering and Recalled(target.id, made.steering, pages)
        return replace(made, steering=steering)

    towns.append(municipality_of(about, ears, keep, counterpart))
    towns[0].leapt = put_on(about.run / FOLDER)
    for office in towns[0].offices.values():
        if about.plan.journeys and is_by_hand(office.info, about.plan.journeys):
            towns[0].clocks[office.origin] = False  # it goes by itself, and only people put it on

    def play(story: Story, town: Municipality) -> Account:
        journal = Journal(path=about.run / FOLDER / f"{story.id}.jsonl", redact=about.redactor.value)
        return guide(story, town, journal, pages, desk.announce)

    return towns[0], play


def _person(target: Target, about: Surroundings, towns: list[Municipality], ask: Errands) -> ByHand:
    """Somebody at the screens of a target, who sees there what the provider's rows ought to come to."""
    from renkei.kit.byhand import ByHand

    def rows(linkage: str, item: str, value: str) -> Iterator[Mapping[str, str]]:
        feed = towns[0].feed(linkage)
        for row in feed.current() if feed else ():
            if row.get(item, "").lstrip("0") == value.lstrip("0"):
                yield row

    def keys(linkage: str) -> tuple[str, ...]:
        feed = towns[0].feed(linkage)
        return tuple(feed.form.header[place] for place in feed.form.keys) if feed else ()

    trigger, journeys = target.trigger, about.plan.journeys
    return ByHand(
        target=target.id,
        ask=ask,
        seconds=trigger.seconds if isinstance(trigger, ManualAccess) else MANUAL_SECONDS,
        patience=float(journeys.latency_seconds) if journeys else 0.0,
        rows=rows,
        keys=keys,
    )


def _with_person(made: Counterpart, target: Target, person: ByHand) -> Counterpart:
    """A person for whatever neither a façade nor a program of the plan does."""
    actor = made.actor if isinstance(target.trigger, CommandAccess) else person
    return replace(made, actor=actor, holdings=made.holdings or person, steering=made.steering or person)


def _nobody(errand: Errand, seconds: float) -> Answer:  # noqa: ARG001 - what is asked of everybody who is asked
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
