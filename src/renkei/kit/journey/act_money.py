"""Acts of 収納 and 滞納: dues, payments, late charges, and what is paid back or written off."""

from __future__ import annotations

from dataclasses import dataclass, field

from renkei.kit.journey.act import Act, Scene
from renkei.kit.journey.act_tax import season
from renkei.kit.journey.truth import Person

COLLECTION, ARREARS = "036", "015"
DUES = "036o005"
# 税目コード by the 業務 that assesses, and the columns that name a due.
SUBJECTS = {"010": "01", "013": "06", "023": "09", "024": "08", "025": "10", "028": "11"}
DUE = ("gyomuid", "atenabango", "fukanendo", "zeimokukodo", "tsuchishobango", "kibetsu")
BANK, SHOP = "01", "03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment: what it was for, and the id that its channel gave it."""

    id: str
    tax: int
    late: int = 0


@dataclass(slots=True, kw_only=True)
class Debt:
    """One due of somebody and what happened to it: ``key`` are its columns by name, ``back`` whether it was paid back."""

    key: dict[str, str]
    levied: int | None = None
    payments: list[Payment] = field(default_factory=list)
    late: int = 0
    reduced: int = 0
    written_off: int = 0
    back: int = 0

    @property
    def paid(self) -> int:
        """The tax that was paid, each payment once."""
        return sum(payment.tax for payment in self.payments)

    @property
    def left(self) -> int | None:
        """What is still to be paid by what happened, below zero for too much; None of a due that others levied."""
        return None if self.levied is None else self.levied - self.paid - self.written_off + self.back

    @property
    def late_paid(self) -> int:
        """The 延滞金 that was paid."""
        return sum(payment.late for payment in self.payments)


def debts(person: Person) -> dict[str, Debt]:
    """The dues of somebody that something happened to, by the 業務ID that assessed them."""
    found: dict[str, Debt] = person.facts.setdefault("debts", {})
    return found


def _debt(scene: Scene, person: Person) -> Debt:
    """The due that the step speaks of: one that was levied, or what collection tells of that 業務."""
    of = str(scene.given["of"])
    known = debts(person).get(of)
    if known is None:
        feed = scene.town.feed(DUES)
        rows = [row for row in feed.current() if _is_of(row, person, of)] if feed else []
        key = {name: rows[-1][name] for name in DUE} if rows else _key(scene, person, of)
        known = debts(person)[of] = Debt(key=key)
    return known


def _is_of(row: dict[str, str], person: Person, of: str) -> bool:
    return row["gyomuid"] == of and row["atenabango"].lstrip("0") == person.number.lstrip("0")


def _key(scene: Scene, person: Person, of: str) -> dict[str, str]:
    """A due of its own for this play: nobody else's notice bears that number."""
    notice = scene.town.scratch["journey-notice"] = scene.town.scratch.get("journey-notice", 0) + 1
    return {
        "gyomuid": of,
        "atenabango": person.number,
        "fukanendo": str(season(scene)),
        "zeimokukodo": SUBJECTS[of],
        "tsuchishobango": f"9{notice:09d}",
        "kibetsu": "01",
    }


def _left(scene: Scene, debt: Debt) -> int:
    """What is still to be paid, as collection tells it."""
    feed = scene.town.feed(DUES)
    told = [row for row in feed.current() if same_due(row, debt.key)] if feed else []
    return int(told[-1]["minogaku"] or 0) if told else (debt.levied or 0) - debt.paid


def same_due(row: dict[str, str], key: dict[str, str]) -> bool:
    """Whether a row is of that due."""
    return all(
        row[name].lstrip("0") == key[name].lstrip("0") if name == "atenabango" else row[name] == key[name]
        for name in DUE
    )


def levy(scene: Scene) -> None:
    """調定 by hand."""
    for person in scene.people:
        of = str(scene.given["of"])
        debt = Debt(key=_key(scene, person, of), levied=int(scene.given["amount"]))
        values = {**debt.key, "choteigaku": str(debt.levied), "nokigen": scene.day("due")}
        scene.tell("levy", values, person)
        debts(person)[of] = debt


def pay(scene: Scene) -> None:
    """納付 of what is left, or of an amount; ``times`` is how often the bank tells the same payment."""
    for person in scene.people:
        debt = _debt(scene, person)
        tax = int(scene.given["amount"]) if "amount" in scene.given else _left(scene, debt)
        late = int(scene.given.get("late", 0))
        number = scene.town.scratch["journey-payment"] = scene.town.scratch.get("journey-payment", 0) + 1
        payment = Payment(id=f"RENKEI{scene.town.unique()}{number:06d}"[:30], tax=tax, late=late)
        values = {
            **debt.key,
            "shunokingaku_honzei": str(tax),
            "shunokingaku_entaikin": str(late),
            "shunokubun": SHOP if late else BANK,
            "nofuchaneruuketsukebango": payment.id,
        }
        for _ in range(int(scene.given.get("times", 1))):
            scene.tell("pay", values, person)
        debt.payments.append(payment)


def refund(scene: Scene) -> None:
    """過納の還付."""
    for person in scene.people:
        debt = _debt(scene, person)
        # What was paid a moment ago collection has not told yet.
        left = _left(scene, debt) if debt.left is None else debt.left
        debt.back += max(-left, 0)
        scene.tell("refund", debt.key, person)


def late_charge(scene: Scene) -> None:
    """延滞金の計算."""
    for person in scene.people:
        debt = _debt(scene, person)
        debt.late = int(scene.given["amount"])
        scene.tell("late-charge", {**debt.key, "entaikin": str(debt.late)}, person)


def late_charge_reduce(scene: Scene) -> None:
    """延滞金の減免."""
    for person in scene.people:
        debt = _debt(scene, person)
        debt.reduced += int(scene.given["amount"])
        scene.tell("late-charge-reduce", {**debt.key, "entaikingenmengaku": str(scene.given["amount"])}, person)


def write_off(scene: Scene) -> None:
    """不納欠損 of all that is left."""
    for person in scene.people:
        debt = _debt(scene, person)
        amount = _left(scene, debt)
        scene.tell("write-off", {**debt.key, "funokessongaku_honzei": str(amount)}, person)
        debt.written_off += amount


OF = frozenset({"of"})
ACTS = (
    Act(
        name="levy", system=COLLECTION, play=levy, keys=OF | {"amount", "due"}, linkages=(DUES,), known_elsewhere=False
    ),
    Act(
        name="pay",
        system=COLLECTION,
        play=pay,
        keys=OF | {"amount", "late", "times"},
        linkages=(DUES, "036o006"),
    ),
    Act(name="refund", system=COLLECTION, play=refund, keys=OF, linkages=(DUES,)),
    Act(name="late-charge", system=COLLECTION, play=late_charge, keys=OF | {"amount"}, linkages=(DUES,)),
    Act(
        name="late-charge-reduce",
        system=ARREARS,
        play=late_charge_reduce,
        keys=OF | {"amount"},
        linkages=("015o905",),
    ),
    Act(name="write-off", system=ARREARS, play=write_off, keys=OF, linkages=("015o904",)),
)
