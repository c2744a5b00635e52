"""031 as a state machine: after every event the register agrees with a small model of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from renkei.kit import Blocked, Exchange, Expect, Provider, requirement
from renkei.kit.jutogai import Register, Written, key, named, told
from renkei.kit.phrases import phrase
from renkei.kit.strategies.event import histories

PEOPLE = 3
CHANGES = ("move", "rename", "link", "release")
# Always judged: every kind of event once, and the orders that systems get wrong.
TRAPS = (
    [["move", 0, 0]],
    [["move", 0, 0], ["move", 0, 0], ["rename", 0, 0]],
    [["link", 0, 1], ["release", 0, 0]],
    [["link", 0, 1], ["link", 0, 2], ["move", 1, 0]],
    [["release", 0, 0], ["move", 1, 0], ["link", 1, 0], ["move", 1, 0]],
)


@dataclass
class Person:
    """What the model knows of one person: its last registration, how many there were, and its 名寄せ先."""

    last: Written
    count: int
    destination: str | None = None


class Town:
    """The model beside the register: the same events happen to both."""

    def __init__(self, target: Provider) -> None:
        self.register = Register(target)
        self.people: dict[int, Person] = {}

    def person(self, place: int) -> Person:
        """The person at that place, registered when it is first spoken of."""
        if place not in self.people:
            self.people[place] = Person(last=self.register.create(), count=1)
        return self.people[place]

    def happen(self, event: list) -> tuple[Person, Written]:
        """Let one event happen to the person it names; gives the person and what was answered."""
        kind, who, whom = event
        person = self.person(who)
        other = self.person(whom if whom != who else (who + 1) % PEOPLE) if kind == "link" else person
        person.last = getattr(self, kind)(person, other)
        person.count += 1
        return person, person.last

    def move(self, person: Person, _other: Person) -> Written:
        """A new address."""
        return self.register.change(person.last, jusho_choaza=f"移転町{self.register.tag()}")

    def rename(self, person: Person, _other: Person) -> Written:
        """A new name."""
        return self.register.change(person.last, **named("変更", self.register.tag()))

    def link(self, person: Person, other: Person) -> Written:
        """名寄せ to another person."""
        person.destination = other.last.number
        return self.register.link(person.last, other.last)

    def release(self, person: Person, _other: Person) -> Written:
        """名寄せ解除, which changes nothing of a person that was never linked."""
        person.destination = None
        return self.register.release(person.last)


def live(target: Provider, forall: Any, kinds: tuple[str, ...], after: Callable[[Town, Person, Written], None]) -> None:
    """Let histories of these kinds happen, and judge after every event."""

    def body(events: list[list]) -> None:
        town = Town(target)
        for event in events:
            if event[1] not in town.people:
                person = town.person(event[1])
                after(town, person, person.last)
            after(town, *town.happen(event))

    traps = [events for events in TRAPS if all(event[0] in kinds for event in events)]
    share = 0.25 if target.profile == "smoke" else 1.0
    forall(histories(kinds, people=PEOPLE), body, first=traps, share=share)


@requirement("031-13")
def test_history_starts_at_one_and_grows_by_one(target, expect, forall):
    """Every registration under a number is answered with the next history number, from 1."""

    def after(_town: Town, person: Person, written: Written) -> None:
        expect.that(
            written.history == person.count,
            "history-not-serial",
            expected=person.count,
            actual=written.history,
            where="/result/0/rirekibango",
            on=written.exchange,
        )

    live(target, forall, CHANGES, after)


@requirement("031-18")
def test_latest_record_follows_every_event(target, expect, forall):
    """After every event a search by number shows exactly one latest record, of the last history number."""

    def after(town: Town, person: Person, written: Written) -> None:
        mine, answer = shown(town, person)
        latest = [row.get("rirekibango") for row in mine if str(row.get("saishinfuragu")) == "1"]
        expect.that(
            [str(number) for number in latest] == [str(written.history)],
            "not-one-latest",
            expected=[written.history],
            actual=latest,
            where="/rirekibango",
            on=(written.exchange, answer),
        )

    live(target, forall, CHANGES, after)


def shown(town: Town, person: Person) -> tuple[list[dict[str, Any]], Exchange]:
    """The records of a person; blocked when there is none, for another rule judges that."""
    answer = town.register.find(atenabango=person.last.number)
    mine = town.register.records(person.last.number, answer)
    if not mine:
        raise Blocked("control-failed", phrase("search-by-number"))
    return mine, answer


def link_shown(expect: Expect, town: Town, person: Person, rule: str) -> None:
    """The record shows the 名寄せ先 that the model knows, or none."""
    mine, answer = shown(town, person)
    destination = told(mine[0].get("nayosesakiatenabango"))
    flag = str(mine[0].get("nayosemotofuragu"))
    wanted = ("1", key(person.destination)) if person.destination else ("0", None)
    actual = (flag, key(destination) if destination is not None else None)
    where = "/nayosesakiatenabango"
    expect.that(actual == wanted, rule, expected=wanted, actual=actual, where=where, on=(person.last.exchange, answer))


@requirement("031-21")
def test_links_are_shown_after_every_event(target, expect, forall):
    """However people are linked and changed, a linked record shows its present destination."""

    def after(town: Town, person: Person, _written: Written) -> None:
        if person.destination:
            link_shown(expect, town, person, "link-not-as-registered")

    live(target, forall, ("move", "rename", "link"), after)


@requirement("031-22")
def test_released_records_show_no_link(target, expect, forall):
    """However people are linked, changed and released, a record without a link shows none."""

    def after(town: Town, person: Person, _written: Written) -> None:
        if not person.destination:
            link_shown(expect, town, person, "link-after-release")

    live(target, forall, ("move", "link", "release"), after)
