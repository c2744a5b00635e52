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
# Of a record that a person looks up, besides what it is known by: what requirements compare with what a screen shows. More would
# not be read to its end, and nothing is judged that was not.
SHOWN = (
    "atenabango", "kojinbango", "shimei", "seinengappi", "seibetsu", "juminshubetsu", "juminjotai", "setaibango", "tsuzukigarakodo1",
    "idonengappi", "idonengappi_fushohyoki", "jusho_choazakodo", "jusho_choaza", "jusho_banchigohyoki", "jusho_katagaki",
    "jutogaishajotai", "nayosemotofuragu", "nayosesakiatenabango", "shiensochikubun", "shiensochikaishinengappi",
    "shiensochitaishofuragu", "mainaporutaruuketsukebango", "minogaku", "kannofuragu", "hihokenshagaitofuragu",
    "shikakushutokunengappi", "shikakusoshitsunengappi", "jukyufuragu", "jukyukaishinengetsu", "jukyushuryonengetsu",
    "inkantorokujotai", "haishinengappi", "hassosakijusho_shikuchosonkodo", "kyoyushajusho_choaza",
    "kyoyushajusho_banchigohyoki", "dairininjusho_choaza", "dairininjusho_banchigohyoki",
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

    ``rows`` gives what its records ought to be: linkage, item and value to the provider's rows; ``keys`` by which items of a
    linkage one is known. A person compares, and enters only what is different. Time up to ``patience`` passes by itself; a
    longer one somebody has to set.
    """

    target: str
    ask: Errands
    seconds: float
    patience: float
    rows: Rows = lambda _linkage, _item, _value: ()
    keys: Callable[[str], tuple[str, ...]] = lambda _linkage: ()

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
        found, rows = [], list(self.rows(linkage, *key))[:MOST]
        for row in rows or [{}]:
            known = {name: row.get(name, "") for name in self.keys(linkage)}
            shown = {name: row[name] for name in SHOWN if row.get(name)}
            values = {key[0]: ""} | known | shown | {key[0]: key[1]}
            look = Errand(
                target=self.target, kind=Kind.LOOK, linkage=linkage, values=values, item=key[0], rows=len(rows)
            )
            said = dict(self._done(look).values)
            hidden, count = said.pop(HIDDEN, ""), int(said.pop(COUNT, "1"))
            found += [
                Record(values={**values, **said}, current=True, suppressed=hidden == "y" if hidden else None)
            ] * count
        return Page(records=tuple(found), history=False, total=len(found))

    def _done(self, errand: Errand) -> Answer:
        """The answer; an errand that cannot be done stops the journey at this target."""
        answer = self.ask(errand, self.seconds)
        if not answer.done:
            raise TargetBlocked("errand-refused", target=self.target, errand=str(errand.kind), event=errand.event)
        return answer
