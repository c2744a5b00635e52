"""A person in place of a whole façade: enters what happens, has files taken in, and tells what the screen shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from renkei.errors import TargetBlocked
from renkei.flow.errand import Answer, Errand, Kind
from renkei.flow.facade import Effect, Job, JobState, Order, Page, Record, Values

# What only the system can tell after an event, unless it was given.
NUMBERED = {
    "move-in": ("atenabango", "setaibango"),
    "birth": ("atenabango",),
    "move": ("setaibango",),
    "household": ("setaibango",),
    "marry": ("setaibango",),
    "outsider-register": ("atenabango",),
}
# Of a record that a person looks up: what is compared on the screen. More would not be read to its end.
SHOWN = (
    "atenabango", "shimei", "seinengappi", "seibetsu", "juminjotai", "setaibango", "tsuzukigarahyoki", "idonengappi", "jusho_choaza",
    "jusho_banchigohyoki", "jusho_katagaki", "shiensochikubun",
)  # fmt: skip
# What a person tells besides values: how many records the screen shows, and whether the address is hidden ("y", "n").
COUNT, HIDDEN = "-count", "-hidden"
# Of a household so many are looked up at most.
MOST = 10


class Errands(Protocol):
    """Puts an errand to a person and waits. Raises TargetBlocked when nobody is there or the time is over."""

    def __call__(self, errand: Errand, seconds: float) -> Answer:
        """What the person said."""


Rows = Callable[[str, str, str], Iterable[Mapping[str, str]]]


@dataclass(slots=True, kw_only=True)
class ByHand:
    """Fulfils ``ports.Actor``, ``ports.Steering`` and ``ports.Holdings`` for one target.

    ``rows`` gives what its records ought to be: linkage, item and value to the provider's rows. A person compares, and
    enters only what is different. Time up to ``patience`` passes by itself; a longer one somebody has to set.
    """

    target: str
    ask: Errands
    seconds: float
    patience: float
    rows: Rows = lambda _linkage, _item, _value: ()

    def act(self, order: Order) -> Job:
        """Have files taken in; what came of it is seen on the screen."""
        errand = Errand(target=self.target, kind=Kind.IMPORT, linkage=order.linkage, location=order.location)
        self._done(errand)
        return Job(id="person", state=JobState.FINISHED, linkage=order.linkage)

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        """Have something entered; what only the system knows is told back."""
        given = {name: str(value) for name, value in (values or {}).items() if value is not None}
        if event == "clock":
            if float(given.get("seconds", "0")) <= self.patience:
                raise TargetBlocked("facade-refused", operation="stimulus", status=0, problem="unknown-event", said="")
            self._done(Errand(target=self.target, kind=Kind.CLOCK, values=given))
            return Effect(event=event)
        wanted = tuple(name for name in NUMBERED.get(event, ()) if not given.get(name))
        errand = Errand(target=self.target, kind=Kind.ACT, event=event, linkage=linkage, values=given, wanted=wanted)
        answer = self._done(errand)
        return Effect(event=event, values={**given, **answer.values})

    def reset(self, linkages: tuple[str, ...] | None = None) -> None:
        """A person's system is never put back: journeys begin with new people."""

    def records(self, linkage: str, *, key: tuple[str, str] | None = None, after: str = "", limit: int = 500) -> Page:
        """What the screen shows of one person, as somebody compares it with what it ought to show."""
        if key is None or after or limit < 1:
            return Page(records=())
        found = []
        for row in list(self.rows(linkage, *key))[:MOST] or [{}]:
            values = {name: row[name] for name in SHOWN if row.get(name)} | {key[0]: key[1]}
            said = dict(self._done(Errand(target=self.target, kind=Kind.LOOK, linkage=linkage, values=values)).values)
            hidden, count = said.pop(HIDDEN, ""), int(said.pop(COUNT, "1"))
            record = Record(
                values={**row, **values, **said}, current=True, suppressed=hidden == "y" if hidden else None
            )
            found += [record] * count
        return Page(records=tuple(found), history=False, total=len(found))

    def _done(self, errand: Errand) -> Answer:
        """The answer; an errand that cannot be done stops the journey at this target."""
        answer = self.ask(errand, self.seconds)
        if not answer.done:
            raise TargetBlocked("errand-refused", target=self.target, errand=str(errand.kind), event=errand.event)
        return answer
