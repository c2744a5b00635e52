"""A municipality in memory: one office that keeps residents, and two that receive them, with small tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.errors import TargetBlocked
from renkei.flow.contract import Bundle, Item, Linkage, System
from renkei.flow.facade import Effect, FileResult, Job, JobState, Order, Page, Record, Values
from renkei.flow.plan import Target
from renkei.flow.requirement import Role, Transport
from renkei.kit.consumer import Counterpart
from renkei.kit.form import Form
from renkei.kit.journey.account import Account, Fault
from renkei.kit.journey.feed import Feed
from renkei.kit.journey.look import Look
from renkei.kit.journey.municipality import Municipality, Office
from renkei.kit.journey.register import LAWS
from renkei.kit.journey.truth import RESIDENT, Person, Truth

NUMBER, OTHER = "000000000000019", "000000000000027"
TODAY = "2026-04-01"
PERSON_COLUMNS = (
    "atenabango", "kojinrirekibango", "kojinrirekibango_edaban", "setaibango", "juminshubetsu", "juminjotai",
    "idojiyu", "idonengappi", "idonengappi_fushofuragu", "idonengappi_fushohyoki", "shimei", "seinengappi",
    "tsuzukigarakodo1", "tsuzukigarahyoki", "jusho_choazakodo", "jusho_choaza", "jusho_banchigohyoki",
    "tennyutsuchinengappi", "tenshutsusakijusho_yotei_todofuken", "zairyushikakutokodo", "kojinbango",
    "saishinfuragu", "sakujofuragu",
)  # fmt: skip
PROTECTION_COLUMNS = (
    "atenabango", "rirekibango", "shiensochikaishinengappi", "shiensochishuryonengappi", "shiensochikubun",
    "saishinfuragu", "sakujofuragu",
)  # fmt: skip
COPY_COLUMNS = (
    "gyomuid", "torokuiraibango", "rirekibango", "atenabango", "jidootofukafuragu", "fukaijigaitofuragu",
    "saishinfuragu", "sakujofuragu",
)  # fmt: skip
KEYS = {
    "atenabango", "kojinrirekibango", "kojinrirekibango_edaban", "rirekibango", "torokuiraibango", "gyomuid",
}  # fmt: skip
DAYS = ("idonengappi", "seinengappi", "shiensochikaishinengappi", "shiensochishuryonengappi")


def item(system: str, name: str, keys: Iterable[str] = KEYS) -> Item:
    """One item of a small table."""
    serial = name.endswith(("rirekibango", "edaban"))
    return Item(
        system=system, group="g", number=1, name=name, romaji=name, length="100", fixed=False, key=name in keys,
        type="9" if serial else "DATE" if name in DAYS else "X", code="", repeat=1, output="必須", nullable=True,
        condition="", implementation="○", description="", sample="", basis="sourced", clause="",
    )  # fmt: skip


def linkage(name: str, *consumers: str) -> Linkage:
    """A file linkage that is told within ten minutes."""
    return Linkage(
        id=name, name_ja=name, name_en=name, system=name[:3], consumers=consumers, transport=Transport.FILE, group=name,
        kinds=("zenken", "sabun"), timing=("10分以内",), method="F",
    )  # fmt: skip


def system(name: str, **tables: tuple[Linkage, tuple[str, ...]]) -> System:
    """A system with these linkages, each with its columns."""
    copies = {"gyomuid", "torokuiraibango", "rirekibango"}
    return System(
        id=name, romaji=name, name_ja=name, name_en=name, document={},
        linkages=tuple(one for one, _ in tables.values()),
        items=tuple(
            item_of(name, one.id, column, copies if name == "032" else KEYS)
            for one, columns in tables.values()
            for column in columns
        ),
    )  # fmt: skip


def item_of(system_id: str, group: str, column: str, keys: Iterable[str]) -> Item:
    """An item in the group of its linkage."""
    return dataclasses.replace(item(system_id, column, keys), group=group)


PLAIN_COLUMNS = tuple(name for name in PERSON_COLUMNS if name != "kojinbango")
RESIDENTS = system(
    "001",
    plain=(linkage("001o005", "002"), PLAIN_COLUMNS),
    whole=(linkage("001o006", "010"), PERSON_COLUMNS),
    hidden=(linkage("001o009", "002", "010"), PROTECTION_COLUMNS),
)
SEALS, TAX = system("002"), system("010")
NUMBERS = system("032", copies=(linkage("032o903", "010"), COPY_COLUMNS))
BUNDLE = Bundle(
    edition="t", title_ja="", title_en="", systems=(RESIDENTS, SEALS, TAX, NUMBERS), requirements=(), ambiguities=(),
    codes={}, file_profile={}, auth_document={}, digests={},
)  # fmt: skip


@dataclass
class Inbox:
    """A place in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def url(self, below: str) -> str:
        return f"memory://{below}"

    def write(self, name: str, content: bytes) -> None:
        self.files[name] = content

    def remove(self, below: str) -> None:
        self.files = {name: content for name, content in self.files.items() if not name.startswith(f"{below}/")}


@dataclass
class Counter:
    """An office that shows what it was made to hold, by linkage; it takes every file."""

    inbox: Inbox = field(default_factory=Inbox)
    held: dict[str, list[Record]] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    history: bool = True
    broken: str = ""
    asked: list[str] = field(default_factory=list)

    def act(self, order: Order) -> Job:
        self.orders.append(order)
        state = JobState.FAILED if self.broken else JobState.FINISHED
        names = [name.rpartition("/")[2] for name in self.inbox.files if f"/{order.linkage}/" in name]
        files = tuple(FileResult(name=name, result="taken") for name in sorted(names) if name.endswith(".csv"))
        return Job(id="1", state=state, linkage=order.linkage, files=files, message=self.broken, accepted=1, rejected=0)

    def records(self, linkage: str, *, key: Any = None, after: str = "", limit: int = 500) -> Page:
        self.asked.append(linkage)
        item_name, value = key or ("", "")
        found = [
            one
            for one in self.held.get(linkage, ())
            if not key or (one.values.get(item_name) or "").lstrip("0") == value.lstrip("0")
        ]
        return Page(records=tuple(found), history=self.history)


@dataclass
class Steered:
    """What was asked of an office, and what it answers; ``events`` act on the town."""

    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answers: dict[str, Callable[[Values], Mapping[str, str]]] = field(default_factory=dict)

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        self.asked.append((event, linkage, {name: value or "" for name, value in (values or {}).items()}))
        made = self.answers.get(event)
        return Effect(event=event, values=made(values or {}) if made else {})

    def reset(self, linkages: tuple[str, ...] | None = None) -> None:
        """Nothing is forgotten."""


@dataclass
class Clockless(Steered):
    """A façade that knows of no clock."""

    def stimulus(self, event: str, *, linkage: str = "", values: Values | None = None) -> Effect:
        if event == "clock":
            raise TargetBlocked("facade-refused", operation="stimulus", status=400, problem="unknown-event", said="")
        return super().stimulus(event, linkage=linkage, values=values)


def office(one: System, counter: Counter | None = None, steering: Any = None, place: Any = None) -> Office:
    """A target with its adapters."""
    made = counter or Counter()
    return Office(
        info=Target(
            id=f"v-{one.id}", vendor="v", product="p", version="1", system=one.id, roles=frozenset({Role.PROVIDER})
        ),
        system=one,
        place=place,
        counterpart=Counterpart(actor=made, holdings=made, steering=steering, outlet=made.inbox),
        origin="here",
    )


@dataclass
class Small:
    """The municipality, its two counters, and one person who was registered as told."""

    steering: Steered = field(default_factory=Steered)
    seals: Counter = field(default_factory=Counter)
    tax: Counter = field(default_factory=Counter)
    truth: Truth = field(default_factory=Truth)
    account: Account = field(default_factory=Account)
    today: str = TODAY
    town: Municipality = field(init=False)

    def __post_init__(self) -> None:
        offices = [
            office(RESIDENTS, steering=self.steering),
            office(SEALS, self.seals),
            office(TAX, self.tax),
            office(NUMBERS),
        ]
        self.town = Municipality(
            offices={one.id: one for one in offices}, bundle=BUNDLE, municipality="993018", unique=lambda: "x"
        )
        for provider in offices:
            for one in provider.system.linkages:
                takers = tuple(taker for taker in offices if taker.info.system in one.consumers)
                form = Form(linkage=one.id, items=provider.system.group(one.group))
                self.town.feeds[one.id] = Feed(linkage=one, form=form, provider=provider, takers=takers, begun=True)
        moment = dt.datetime.fromisoformat(f"{self.today}T09:10:00")
        self.town.feeds["001o006"].newest = moment
        self.town.clocks["here"] = True

    def tell(self, linkage_id: str, *rows: Mapping[str, str], hold: bool = True, hidden: bool = False) -> None:
        """The provider tells rows, and whoever receives them holds the same."""
        feed = self.town.feeds[linkage_id]
        cells = [[row.get(name, "") for name in feed.form.header] for row in rows]
        feed.apply(cells)
        for counter, number in ((self.seals, "002"), (self.tax, "010")):
            if hold and number in feed.linkage.consumers:
                held = counter.held.setdefault(linkage_id, [])
                keys = {feed.form.key(row) for row in cells}
                held[:] = [one for one in held if feed.form.key_of(one.values) not in keys]
                held += [self.record(feed, row, hidden) for row in cells]

    @staticmethod
    def record(feed: Feed, row: list[str], hidden: bool) -> Record:
        """A row as a counter shows it."""
        current = row[feed.form.latest] == "1"
        values = {name: cell or None for name, cell in zip(feed.form.header, row, strict=True)}
        return Record(values=values, current=current, suppressed=hidden)

    def person(self, **cells: str) -> Person:
        """Somebody who was registered so, and told by the provider, and held, in one row."""
        row = resident(**cells)
        person = Person(name=row["shimei"], number=row["atenabango"])
        technical = {"saishinfuragu", "sakujofuragu", "atenabango", "kojinrirekibango", "kojinrirekibango_edaban"}
        person.registered({name: cell for name, cell in row.items() if name not in technical})
        self.truth.people[person.name] = person
        self.truth.touch([person])
        self.tell("001o005", row)
        self.tell("001o006", row)
        return person

    def look(self, requirement: str, *, whole: bool = False) -> list[Fault]:
        """What a law of the requirement finds now."""
        self.town.shown.clear()
        people = tuple(self.truth.known())
        look = Look(town=self.town, truth=self.truth, account=self.account, people=people, whole=whole)
        look.requirement = requirement
        LAWS[requirement].judge(look)
        found = list(self.account.of(requirement))
        self.account.faults.clear()
        return found


def resident(**cells: str) -> dict[str, str]:
    """One current row of a resident."""
    return {
        "atenabango": NUMBER, "kojinrirekibango": "1", "kojinrirekibango_edaban": "0", "setaibango": "000000000000051",
        "juminshubetsu": "1", "juminjotai": RESIDENT, "idojiyu": "01", "idonengappi": TODAY, "shimei": "葛西　太郎",
        "seinengappi": "1990-05-05", "tsuzukigarakodo1": "01", "tsuzukigarahyoki": "世帯主", "jusho_choazakodo": "0011001",
        "jusho_choaza": "中央", "jusho_banchigohyoki": "１番", "kojinbango": "999999999990", "saishinfuragu": "1",
        "sakujofuragu": "0", **cells,
    }  # fmt: skip


def protection(**cells: str) -> dict[str, str]:
    """One current row of 支援措置."""
    return {
        "atenabango": NUMBER, "rirekibango": "1", "shiensochikaishinengappi": "2025-04-01",
        "shiensochishuryonengappi": "2027-03-31", "shiensochikubun": "1", "saishinfuragu": "1", "sakujofuragu": "0",
        **cells,
    }  # fmt: skip
