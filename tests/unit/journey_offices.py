"""Offices of one municipality in memory, with the columns of the contracts: what they tell and hold is written down by hand."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from journey_town import Counter, Steered, office

from renkei.cli.wiring import load_bundle
from renkei.flow.contract import Bundle
from renkei.flow.facade import Record
from renkei.flow.journey import Step
from renkei.kit.form import Form
from renkei.kit.journey.account import Account, Fault
from renkei.kit.journey.act import Scene
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Look
from renkei.kit.journey.municipality import Municipality
from renkei.kit.journey.register import ACTS, LAWS
from renkei.kit.journey.truth import RESIDENT, Person, Truth

TODAY = "2026-07-01"
HOME = "000000000000051"
SYSTEMS = (
    "001", "002", "010", "015", "017", "018", "019", "020", "021", "023", "024", "025", "026", "027", "028", "030",
    "031", "032", "036",
)  # fmt: skip


@functools.cache
def contracts() -> Bundle:
    """The contracts as they are."""
    return load_bundle()


@dataclass
class Offices:
    """Every office of the journeys; each receives what the contracts say, and holds what it was told."""

    systems: tuple[str, ...] = SYSTEMS
    steering: Steered = field(default_factory=Steered)
    truth: Truth = field(default_factory=Truth)
    account: Account = field(default_factory=Account)
    counters: dict[str, Counter] = field(default_factory=dict)
    town: Municipality = field(init=False)

    def __post_init__(self) -> None:
        bundle = contracts()
        self.counters = {name: Counter() for name in self.systems}
        offices = {
            f"v-{name}": office(bundle.system(name), self.counters[name], self.steering) for name in self.systems
        }
        self.town = Municipality(offices=offices, bundle=bundle, municipality="993018", unique=lambda: "abc123")
        self.town.clocks["here"] = True
        self.feed("001o006")

    def feed(self, linkage_id: str) -> Feed:
        """One linkage between these offices."""
        if linkage_id not in self.town.feeds:
            provider = self.town.office(linkage_id[:3])
            linkage = next(one for one in provider.system.linkages if one.id == linkage_id)
            takers = tuple(one for one in self.town.offices.values() if one.info.system in linkage.consumers)
            form = Form(linkage=linkage_id, items=provider.system.group(linkage.group))
            moment = dt.datetime.fromisoformat(f"{TODAY}T09:00:00")
            self.town.feeds[linkage_id] = Feed(
                linkage=linkage, form=form, provider=provider, takers=takers, begun=True, newest=moment
            )
        return self.town.feeds[linkage_id]

    def tell(self, linkage_id: str, *, hold: bool = True, **cells: str) -> None:
        """The provider tells one row in force, and everybody who receives it holds it."""
        feed = self.feed(linkage_id)
        whole = {"saishinfuragu": "1", "sakujofuragu": "0", feed.form.header[feed.form.serial]: "1", **cells}
        row = [whole.get(name, "") for name in feed.form.header]
        feed.apply([row])
        self.town.shown.clear()
        if not hold:
            return
        for taker in feed.takers:
            held = self.counters[taker.info.system].held.setdefault(linkage_id, [])
            key = feed.form.key(row)
            held[:] = [one for one in held if feed.form.key_of(one.values) != key]
            held.append(
                Record(values=dict(zip(feed.form.header, row, strict=True)), current=whole["saishinfuragu"] == "1")
            )

    def drop(self, linkage_id: str, system: str = "") -> None:
        """Nothing is told of a linkage any more, or an office holds nothing of it."""
        if system:
            self.counters[system].held.pop(linkage_id, None)
        else:
            feed = self.feed(linkage_id)
            feed.apply([], full=True)
        self.town.shown.clear()

    def person(self, name: str, number: int, **cells: str) -> Person:
        """A grown-up resident, head of the household unless the cells say otherwise."""
        person = Person(name=name, number=f"{number:015d}")
        person.registered(
            {
                "juminjotai": RESIDENT, "setaibango": HOME, "shimei": f"{name}　一郎", "seinengappi": "1980-05-05",
                "seibetsu": "1", "tsuzukigarakodo1": "01", "kojinbango": "999999999990", "idonengappi": "2026-04-01",
                "jusho_choaza": "中央一丁目", "jusho_banchigohyoki": "１番", **cells,
            }
        )  # fmt: skip
        self.truth.people[name] = person
        return person

    def act(self, name: str, *who: str, at: str = "", **given: object) -> None:
        """An act as a story has it done."""
        act = ACTS[name]
        scene = Scene(
            town=self.town, truth=self.truth, step=Step(ja="", en="", act=name),
            office=self.town.office(at or act.system), people=tuple(self.truth.person(one) for one in who), given=given,
        )  # fmt: skip
        act.play(scene)
        scene.happened(act)

    def look(self, requirement: str) -> list[Fault]:
        """What the law of the requirement finds now."""
        look = Look(
            town=self.town, truth=self.truth, account=self.account, people=tuple(self.truth.known()), whole=True
        )
        look.requirement = requirement
        LAWS[requirement].judge(look)
        found = list(self.account.of(requirement))
        self.account.faults.clear()
        return found

    @property
    def asked(self) -> list[tuple[str, Mapping[str, str]]]:
        """What the façades were asked: event and values."""
        return [(event, values) for event, _, values in self.steering.asked]
