"""What an office may conclude from the tax rows that it holds: 未申告 is not 非課税, and a row that is missing is no zero."""

from dataclasses import dataclass

from mocks.gyomu.clerk.work import Record, Work, day
from mocks.gyomu.known import same

JUDGED, UNDECLARED, ASKED, WITHOUT = "1", "2", "3", "4"
TAX = "010o902"
GROWN = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The 所得判定 of some people, their rows by number, and what they come to."""

    kind: str
    rows: dict[str, Record]

    @property
    def is_certain(self) -> bool:
        """Whether the income of everybody is known."""
        return self.kind in {JUDGED, WITHOUT}

    @property
    def total(self) -> int:
        """総所得金額等 of all."""
        return sum(int(row["soshotokukingakuto"]) for row in self.rows.values())

    @property
    def levy(self) -> int:
        """市町村民税所得割 of all."""
        return sum(int(row["shichosonminzei_shotokuwarigaku"]) for row in self.rows.values())

    @property
    def is_taxed(self) -> bool:
        """Whether anybody pays inhabitant tax."""
        return any(int(row["nenzeigaku"]) > 0 for row in self.rows.values())

    def of(self, number: str) -> int:
        """合計所得金額 of one of them."""
        row = self.rows.get(same(number))
        return int(row["gokeishotokukingaku"]) if row else 0


def find(work: Work, people: list[str], year: str) -> Finding:
    """What is known of the income of these people in a 課税年度; children have none unless a row says so."""
    rows, missing = {}, False
    for number in dict.fromkeys(same(one) for one in people):
        found = work.known.of(TAX, number, kazeinendo=year)
        if found:
            rows[number] = max(found, key=lambda row: (int(row["kojinrirekibango"]), int(row["kazeijohorirekibango"])))
        elif _is_grown(work, number, year):
            missing = True
    undeclared = any(row["mishinkokukubun"] == "1" for row in rows.values())
    if undeclared and not work.fault("undeclared_taken_as_exempt"):
        return Finding(kind=UNDECLARED, rows=rows)
    if missing and not work.fault("missing_tax_taken_as_zero"):
        return Finding(kind=ASKED, rows=rows)
    zero = not any(int(row["gokeishotokukingaku"]) for row in rows.values())
    return Finding(kind=WITHOUT if zero else JUDGED, rows=rows)


def _is_grown(work: Work, number: str, year: str) -> bool:
    person = work.known.person(number) or work.known.outsider(number)
    born = (person or {}).get("seinengappi", "")
    if not born or (person or {}).get("seinengappi_fushofuragu") == "1":
        return True
    return (day(f"{year}-01-01") - day(born)).days >= GROWN * 365.2425


def age(person: Record, on: str) -> int:
    """How old somebody is on a day."""
    born, then = person["seinengappi"], on
    return int(then[:4]) - int(born[:4]) - (then[5:] < born[5:])
