"""The days of a town, drawn by lot, as the account of one journey: what was found in them, and one found before played again.

account = lived(municipality, profile="standard", seed=1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from renkei.catalogue import LANGUAGES, Catalogue
from renkei.flow.journey import MODEL, Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import raw
from renkei.journeyfile import story_of
from renkei.kit.journey.account import Account, Fault, Obstacle
from renkei.kit.journey.model import REPLAYS, Found, Model
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.player import Player
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.sequence import written
from renkei.kit.strategies.budget import BUDGETS

# What is asked of them: that every other requirement holds after each event.
REQUIREMENT = "JN-90"


def lived(town: Municipality, *, profile: str, seed: int, forget: Callable[[], None] = lambda: None) -> Account:
    """The account of sequences on a municipality, as many as the profile allows."""
    return account_of(Model(town=town, budget=BUDGETS[profile], seed=seed, forget=forget).live())


def again(text: str, town: Municipality, *, done: Callable[[Taken], None] = lambda _taken: None) -> Account:
    """The account of one sequence that was found before, played exactly as it is told; ``done`` hears of each step."""
    story = story_of(text, Path(f"{MODEL}.toml"))
    account = Player(town=town, story=story, acts=ACTS, laws=LAWS, done=done).play()
    account.faults = [of_days(fault) for fault in account.faults]
    account.looked[REQUIREMENT] = account.looked.total()
    return account


def of_days(fault: Fault) -> Fault:
    """A fault as one of the days: what is broken is the requirement that it was found by, not that it holds on all days."""
    return replace(fault, requirement=REQUIREMENT, broken=fault.requirement)


def account_of(model: Model) -> Account:
    """What came of all its sequences."""
    account = Account()
    account.looked[REQUIREMENT] = model.looked
    for found in model.found:
        text = written(model.story(found))
        facts = {"file": f"{MODEL}.toml", "story": text}
        digest = model.town.keep(facts)
        account.evidence |= found.account.evidence | ({digest: facts} if digest else {})
        account.exchanges += found.account.exchanges
        account.steps += _told(model, found, digest)
        if found.is_sure:
            again = f"{found.again}/{REPLAYS}"
            account.faults.append(replace(of_days(found.fault), example=text, replays=again))
        elif account.obstacle is None:
            detail = raw(f"{found.fault.rule} {found.again}/{REPLAYS}")
            account.obstacle = Obstacle(
                outcome=Outcome.INCONCLUSIVE, party=FaultOf.UNDECIDABLE, reason="not-reproducible", detail=detail
            )
    if not model.found:
        account.steps += _summary(model)
    if not model.looked and model.stopped:
        account.obstacle = model.stopped[0].account.obstacle
    return account


def _told(model: Model, found: Found, digest: str) -> Iterator[Taken]:
    """The shortest sequence as it went, and at its end what does not hold, and in which way.

    Nobody has a turn by what did not come every time.
    """
    whose = found.fault.whose if found.is_sure else ()
    yield from (step if found.is_sure else replace(step, whose=()) for step in found.account.steps)
    word = "acts.broken" if found.is_sure else "acts.unsteady"
    check = model.story(found).steps[-1]
    rules = {language: Catalogue(language).choice("rules", found.fault.rule) for language in LANGUAGES}
    ja, en = (Catalogue(language).text(word, check=check.text(language), rule=rule) for language, rule in rules.items())
    yield Taken(
        ja=ja,
        en=en,
        requirements=check.check,
        state="broken",
        whose=whose,
        evidence=(digest,) if digest else (),
    )


def _summary(model: Model) -> Iterator[Taken]:
    """What was done how often and where, and who was told of it, when nothing was found."""
    for name, count in sorted(model.done.items(), key=lambda one: (-one[1], one[0])):
        ja, en = (
            Catalogue(language).text("acts.played", act=Catalogue(language).choice("act_names", name), count=count)
            for language in LANGUAGES
        )
        steps = [step for step in model.taken if step.act == name]
        yield Taken(
            ja=ja,
            en=en,
            act=name if name in model.acts else "",
            targets=tuple(sorted({target for step in steps for target in step.targets})),
            told=tuple(sorted({one for step in steps for one in step.told})),
        )
