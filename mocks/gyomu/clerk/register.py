"""The register of residents as its clerks write it: a row in each of its two data sets, and the way back of each step."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mocks.gyomu.clerk.work import Record, Values, Work, after
from mocks.gyomu.contract import meanings
from mocks.gyomu.known import LIVING, same
from mocks.gyomu.ledger import Refused
from mocks.gyomu.publication import Row
from mocks.juki.resident import kojinbango
from mocks.jutogai.number import complete

PEOPLE, PLAIN = "001o006", "001o005"
SERIAL = "kojinrirekibango"
# From here on 001 numbers whom the façade brings: above everybody of a town's pack, below 住登外者.
FIRST, FIRST_HOME = 20_000_000, 50_000_020_000_000
NOT_COPIED = {"shikuchosonkodo", "kojinrirekibango_edaban", SERIAL, "saishinfuragu", "sakujofuragu"}
ADDRESS = (
    "shikuchosonkodo", "choazakodo", "todofuken", "shikugunchosonmei", "choaza", "banchigohyoki", "banchiedabansuchi",
    "katagakikodo", "katagaki", "katagaki_furigana", "yubinbango",
)  # fmt: skip


@dataclass(slots=True)
class Steps:
    """What was done to whom through the façade: for each 宛名番号 the row before every step. 仮処理 by 町字."""

    before: dict[str, list[Row | None]] = field(default_factory=dict)
    prepared: dict[str, dict[str, Record]] = field(default_factory=dict)
    people: int = 0
    homes: int = 0
    cards: int = 0


class Register:
    """Reading and writing residents. Every clerk of 001 has one; what they must remember together is kept by the ledger."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.steps: Steps = work.ledger.memory.setdefault("steps", Steps())

    def rows(self, number: str) -> list[Record]:
        """The history of somebody, oldest first."""
        series = self.work.ledger.series(PEOPLE)
        return [self.work.ledger.record(PEOPLE, row) for row in series.of((self.written(number),))]

    def written(self, number: str) -> str:
        """A 宛名番号 as the register has it: what was migrated may have no leading zeros."""
        whole, bare = same(number), number.lstrip("0")
        return bare if bare and self.work.ledger.series(PEOPLE).of((bare,)) else whole

    def person(self, number: str) -> Record:
        """Somebody's latest row."""
        found = self.rows(number)
        if not found:
            raise Refused(f"nobody has the number {number!r}")
        return found[-1]

    def resident(self, number: str) -> Record:
        """The latest row of somebody who lives here."""
        found = self.person(number)
        if found["juminjotai"] != LIVING:
            raise Refused(f"{number} does not live here (住民状態 {found['juminjotai']})")
        return found

    def latest(self) -> Iterator[Record]:
        """The latest row of everybody."""
        yield from self.work.ledger.latest(PEOPLE, {})

    def household(self, number: str) -> list[Record]:
        """Who lives in a household."""
        return self.work.ledger.latest(PEOPLE, {"setaibango": number, "juminjotai": LIVING})

    def write(self, number: str, values: Values, *, step: bool = True) -> Record:
        """A new row of somebody in both data sets. `step`: it can be cancelled by itself."""
        number = self.written(number)
        history = self.work.ledger.series(PEOPLE).of((number,))
        former = history[-1] if history else None
        if step:
            self.steps.before.setdefault(number, []).append(former)
        cells = {**values, "atenabango": number}
        if self.work.fault("move_day_shifted") and cells.get("idojiyu") in {"01", "02", "10", "11", "12", "19"}:
            cells["idonengappi"] = after(cells["idonengappi"], -1)
        row = self.work.ledger.succeed(PEOPLE, former, cells, strict=True)
        self._plainly(number, row)
        return row

    def _plainly(self, number: str, row: Record) -> None:
        """The same row in the data set without 個人番号."""
        if not self.work.has(PLAIN):
            return
        form = self.work.ledger.series(PLAIN)
        cells = {name: row[name] for name in form.linkage.header if name not in NOT_COPIED}
        if self.work.fault("number_in_plain_file"):
            cells["chikukanrikodo10"] = row["kojinbango"]
        history = form.of((number,))
        self.work.ledger.succeed(PLAIN, history[-1] if history else None, cells)

    def new_number(self) -> str:
        """The next 宛名番号, with its check digit."""
        while True:
            self.steps.people += 1
            found = complete(FIRST + self.steps.people)
            if found and not self.rows(found):
                return found

    def new_home(self) -> str:
        """The next 世帯番号, with its check digit."""
        while True:
            self.steps.homes += 1
            if found := complete(FIRST_HOME + self.steps.homes):
                return found

    def new_card(self) -> str:
        """The next 個人番号 of the marked range."""
        taken = {row["kojinbango"] for row in self.latest()}
        while True:
            self.steps.cards += 1
            if (found := kojinbango(90_000 + self.steps.cards)) not in taken:
                return found

    def home_address(self, number: str) -> Record:
        """The address of a household; of a new one somewhere in the town."""
        members = self.household(number)
        model = members[0] if members else next((row for row in self.latest() if row["juminjotai"] == LIVING), None)
        address = {f"jusho_{name}": (model or {}).get(f"jusho_{name}", "") for name in ADDRESS}
        if not members:
            number = str(self.steps.homes).translate(WIDE)
            address |= {
                "jusho_banchigohyoki": f"９番{number}号",
                "jusho_banchiedabansuchi": f"00009-{self.steps.homes:05d}",
            }
            address |= dict.fromkeys(("jusho_katagaki", "jusho_katagaki_furigana", "jusho_katagakikodo"), "")
        return address


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def relation(code: str) -> Record:
    """A relation to the head of the household."""
    label = meanings("tsuzukigara").get(code)
    if label is None:
        raise Refused(f"{code!r} is no 続柄")
    return {"tsuzukigarakodo1": code, "tsuzukigarahyoki": label}


def named(name: str, furigana: str = "") -> Record:
    """A Japanese name in every place that shows it."""
    shown = {"shimei": name, "shimei_yusen": name, "shimeiyusenkubun": "01"}
    return shown | ({"shimei_furigana": furigana} if furigana else {})


def known_day(name: str, text: str) -> Record:
    """A day that is known."""
    return {name: text, f"{name}_fushofuragu": "0", f"{name}_fushohyoki": ""}


def blank(row: Record, *starts: str) -> Record:
    """The columns that begin so, emptied."""
    return {name: "" for name in row if name.startswith(starts)}


def moved_address(row: Record) -> Record:
    """The present address as the one before 転居."""
    return {f"tenkyomaejusho_{name}": row[f"jusho_{name}"] for name in ADDRESS if f"tenkyomaejusho_{name}" in row}
