"""The history of a town: scripted people and seeded chance, played in the order of time."""

import functools
import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from mocks.clock import JST
from mocks.juki.life import Household, Life
from mocks.juki.resident import Resident

_PERSONAS = Path(__file__).parent.parent / "data" / "personas_001.toml"
BEGINNING = date(2012, 4, 1)
# The moments of the five files that a mock publishes before it is ready; the third finds nothing new.
MOMENTS = (
    (datetime(2026, 3, 30, 22, 0, tzinfo=JST), "zenken"),
    (datetime(2026, 3, 31, 12, 0, tzinfo=JST), "sabun"),
    (datetime(2026, 3, 31, 12, 10, tzinfo=JST), "sabun"),
    (datetime(2026, 4, 1, 8, 50, tzinfo=JST), "sabun"),
    (datetime(2026, 4, 1, 9, 0, tzinfo=JST), "zenken"),
)
FIRST_DELTA = (datetime(2026, 3, 31, 8, 0, tzinfo=JST), datetime(2026, 3, 31, 11, 50, tzinfo=JST))
SECOND_DELTA = (datetime(2026, 3, 31, 12, 30, tzinfo=JST), datetime(2026, 4, 1, 8, 40, tzinfo=JST))
LATER = (datetime(2026, 4, 1, 9, 5, tzinfo=JST), datetime(2026, 5, 1, 17, 0, tzinfo=JST))


@functools.cache
def _personas() -> list[dict[str, Any]]:
    """The scripted people, read once; nothing writes to them."""
    people: list[dict[str, Any]] = tomllib.loads(_PERSONAS.read_text(encoding="utf-8"))["persona"]
    return people


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that is going to happen."""

    at: datetime
    act: Callable[[datetime], None]


class Story:
    """Plays a whole history once; what is known at which moment is read off the rows' times."""

    def __init__(self, *, seed: int, municipality: str, population: int) -> None:
        self._rng = random.Random(f"renkei/{seed}/{municipality}")
        self._population = population
        self._table = _personas()
        reserved = {entry["number"] for entry in self._table if "number" in entry}
        self.life = Life(self._rng, municipality, reserved)
        self.lifts: list[tuple[datetime, Resident]] = []
        self._homes: dict[str, Household] = {}

    def play(self) -> None:
        """Everything, from the beginning to a month after the opening."""
        steps = [*self._arrivals(), *self._chances(), *self._scripts()]
        for step in sorted(steps, key=lambda one: one.at):
            step.act(step.at)

    # Chance.

    def _moment(self, start: datetime, end: datetime) -> datetime:
        return start + timedelta(seconds=self._rng.randrange(int((end - start).total_seconds())))

    def _arrivals(self) -> list[Step]:
        """Households come over the years until the town has its size (2.4 people each on average)."""
        first = datetime.combine(BEGINNING, datetime.min.time(), JST)
        count = max(4, round(self._population / 2.4))
        moments = (self._moment(first, datetime(2024, 3, 31, tzinfo=JST)) for _ in range(count))
        return [Step(at=at.replace(hour=9 + at.hour % 8), act=self._arrive) for at in moments]

    def _arrive(self, at: datetime) -> None:
        self.life.move_in(at)

    def _chances(self) -> list[Step]:
        """Events of the years, of the two days of the deltas, and of the month to come."""
        spans = (
            (datetime(2014, 1, 1, tzinfo=JST), datetime(2026, 3, 29, tzinfo=JST), self._population),
            (*FIRST_DELTA, max(6, self._population // 12)),
            (*SECOND_DELTA, max(6, self._population // 12)),
            (*LATER, max(10, self._population // 8)),
        )
        steps = []
        for start, end, count in spans:
            steps += [Step(at=self._moment(start, end), act=self._chance) for _ in range(count)]
        return steps

    def _chance(self, at: datetime) -> None:
        homes = [home for home in self.life.ordinary() if _is_adult(home.living[0])]
        if not homes:
            return
        home = self._rng.choice(homes)
        acts = (self._arrive_too, self._move, self._leave, self._return, self._birth, self._death, self._marry)
        self._rng.choices(acts, weights=(2, 4, 2, 1, 2, 1, 1))[0](at, home)

    def _arrive_too(self, at: datetime, home: Household) -> None:
        del home
        self.life.move_in(at)

    def _move(self, at: datetime, home: Household) -> None:
        self.life.move(at, home)

    def _leave(self, at: datetime, home: Household) -> None:
        """Who has announced a move completes it, else one is announced."""
        one = home.living[-1]
        if any(label.startswith("転出先住所（予定）") for label in one.values):
            self.life.complete_move_out(at, one)
            self.life.succeed(at, home)
        else:
            self.life.announce_move_out(at, one, days=self._rng.randint(0, 14))

    def _return(self, at: datetime, home: Household) -> None:
        """再転入 of somebody who has left an ordinary household."""
        gone = [one for one in home.members if one.values["住民状態"] == "2"]
        if gone:
            self.life.come_back(at, gone[0])

    def _birth(self, at: datetime, home: Household) -> None:
        born = self.life.birth(at, home)
        if self._rng.random() < 0.5:
            self.life.receive_kojinbango(at + timedelta(minutes=5), born)

    def _death(self, at: datetime, home: Household) -> None:
        self.life.death(at, home.living[0])
        self.life.succeed(at, home)

    def _marry(self, at: datetime, home: Household) -> None:
        """A man and a woman who both live alone."""
        alone = [one for one in self.life.ordinary() if len(one.living) == 1 and _is_adult(one.living[0])]
        men = [one for one in alone if one.living[0].values["性別"] == "1"]
        women = [one for one in alone if one.living[0].values["性別"] == "2"]
        if men and women:
            self.life.marry(at, self._rng.choice(men), self._rng.choice(women))
        else:
            self._move(at, home)

    # Scripts.

    def _scripts(self) -> list[Step]:
        steps = []
        for entry in self._table:
            one = self.life.resident(entry.get("number"), entry["id"])
            steps.append(Step(at=_aware(entry["entered"]), act=self._entrance(entry, one)))
            for event in entry.get("event", ()):
                steps.append(Step(at=_aware(event["at"]), act=self._action(event, one)))
        return steps

    def _entrance(self, entry: dict[str, Any], one: Resident) -> Callable[[datetime], None]:
        def enter(at: datetime) -> None:
            home = self._homes.get(entry["home"])
            if home is None:
                home = self._homes[entry["home"]] = self.life.household(persona=True)
            place = self.life.address()
            if home.members:
                place = {label: value for label, value in home.members[0].values.items() if label.startswith("住所_")}
            self.life.enter(at, home, one, {**place, **entry["values"]}, entry["reason"])

        return enter

    def _action(self, event: dict[str, Any], one: Resident) -> Callable[[datetime], None]:
        def act(at: datetime) -> None:
            facts = {name: value for name, value in event.items() if name not in {"at", "do"}}
            own = {"lift": self._lift, "delete": self._delete, "new_household": self._new_household}
            if event["do"] in own:
                own[event["do"]](at, one, **facts)
            elif event["do"] == "change":
                self.life.change(at, one, facts["reason"], facts["values"])
            else:
                getattr(self.life, event["do"])(at, one, **facts)

        return act

    def _lift(self, at: datetime, one: Resident) -> None:
        """一時解除: known in 001, and nowhere else."""
        self.lifts.append((at, one))

    def _delete(self, at: datetime, one: Resident, until: datetime) -> None:
        """The last row counts as deleted until it is made again under the same key."""
        one.rows[-1].gaps.append((at, _aware(until)))

    def _new_household(self, at: datetime, one: Resident, values: dict[str, str]) -> None:
        number = self.life.household(persona=True).number
        self.life.change(at, one, "世帯変更", {**values, "世帯番号": number})


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=JST)


def _is_adult(one: Resident) -> bool:
    """Old enough for a household of one's own, and named."""
    return one.values["生年月日"] < "1998" and "氏名" in one.values
