"""Insurance, assistance and allowances of the town follow from where people live, how old they are and what they earn."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import itertools
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from renkei.flow.contract import Item
from renkei.tables.edition import read_sources
from renkei.town import due, insurance, source, stay
from renkei.town import shard as blocks
from renkei.town.assistance import relief
from renkei.town.disability import certificates
from renkei.town.insurance import AWAY, EMPLOYED, KOKI, KOKUHO, RELIEVED, periods, state_on, turns
from renkei.town.kokuhopremium import premiums
from renkei.town.order import CLOSING, DELTAS, FULL
from renkei.town.person import NEVER, Person
from renkei.town.sheet import Sheet

CONTRACTS = Path(__file__).parents[2] / "contracts"
MUNICIPALITY = "993018"
DAY = dt.timedelta(days=1)
Row = Mapping[str, str]


@functools.cache
def block(number: int, households: int) -> blocks.Shard:
    """A block of the town; the first one holds the personas."""
    return blocks.make(seed=1, municipality=MUNICIPALITY, number=number, households=households)


@functools.cache
def items() -> Mapping[str, tuple[Item, ...]]:
    """The items of the linkages of 020 to 036."""
    files = (path for path in CONTRACTS.rglob("*") if path.is_file())
    read = read_sources({str(path.relative_to(CONTRACTS)): path.read_bytes() for path in files})
    systems = [system for system in read.systems if "020" <= system.id <= "036"]
    return {linkage.id: system.group(linkage.group) for system in systems for linkage in system.linkages}


@functools.cache
def files(linkage: str, number: int = 0, households: int = 40) -> list[list[Row]]:
    """The rows of each file of a linkage: full, three deltas, closing."""
    sheet = Sheet(items()[linkage], MUNICIPALITY, (FULL, *DELTAS, CLOSING))
    chains = source.chains(linkage, items()[linkage], (), {}, block(number, households))
    return [list(csv.DictReader(io.StringIO(sheet.header + "".join(lines)))) for lines in sheet.write(chains)]


def persona(number: int) -> Person:
    """The first person of a persona."""
    return next(one for one in block(0, 40).people if one.persona == number)


def of(linkage: str, one: Person, place: int = -1) -> list[Row]:
    """The rows of a person in a file."""
    return [row for row in files(linkage)[place] if row["atenabango"] == one.number]


def test_who_turns_75_on_the_first_of_a_month_changes_insurance_on_that_day() -> None:
    """Persona 30: the loss of 国保 and the acquisition of 後期 are both the birthday, told in the first delta."""
    one = persona(30)
    lost = of("024o901", one, 1)[-1]
    joined = of("025o901", one, 1)[-1]
    assert (lost["shikakusoshitsunengappi"], lost["shikakusoshitsujiyu"]) == ("2026-03-01", "05")
    assert (joined["shikakushutokunengappi"], joined["shikakushutokujiyukodo"]) == ("2026-03-01", "001")
    assert [row["ikoyoteinengappi"] for row in of("024o906", one, 0)] == ["2026-03-01"]
    assert [row["hihokenshagaitofuragu"] for row in of("024o902", one)] == ["1", "0"]
    assert [row["hihokenshagaitofuragu"] for row in of("025o902", one)] == ["1"]


def test_the_months_before_the_75th_birthday_are_charged_from_the_start() -> None:
    """Persona 30 is assessed for eleven months in July already, and the change of insurance corrects nothing."""
    one = persona(30)
    year = next(made for made in premiums(block(0, 40)) if made.holder is one and made.year == 2025)
    assert [state.values["iryobunkintowarigaku"] for state in year.states] == [str(28_000 * 11 // 12 // 100 * 100)]


def test_a_stop_of_assistance_lets_national_health_insurance_begin() -> None:
    """Persona 29: begun, stopped, ended; insured by 国保 before it and from the day of the stop on (国民健康保険法 第6条)."""
    one = persona(29)
    assert [row["ketteikubun"] for row in of("021o901", one)] == ["1", "3", "5"]
    assert [row["ketteikubun"] for row in of("021o901", one, 1)][-1] == "5"
    own = periods(block(0, 40), KOKUHO)[one.number]
    assert [(str(period.begin), str(period.end)) for period in own] == [
        ("2019-04-01", "2023-05-01"),
        ("2025-08-01", str(NEVER)),
    ]
    reasons = [(row["shikakushutokujiyu"], row["shikakusoshitsujiyu"]) for row in of("024o901", one)]
    assert reasons == [("01", ""), ("01", "04"), ("04", "")]


def test_everybody_who_lives_here_is_insured_in_one_way() -> None:
    """On any day a person is in one state, and it is away exactly when the person does not live here."""
    shard = block(1, 400)
    for one in shard.people:
        for day in (dt.date(2018, 7, 1), dt.date(2022, 1, 31), dt.date(2026, 3, 15)):
            at_home = any(there.holds(day) and there.entered < stay.LIMIT for there in stay.stays(shard)[one.number])
            state = state_on(shard, one.number, day)
            assert (state == AWAY) is not at_home, (one.number, day)
            if at_home and stay.anniversary(one.born, 75) <= day:
                assert state in (KOKI, RELIEVED)


def test_a_qualification_ends_the_day_after_death_or_leaving() -> None:
    """Every loss by 死亡 or 転出 is the day after the last day of being a resident."""
    shard = block(1, 400)
    checked = 0
    for state in (KOKUHO, KOKI):
        for number, own in periods(shard, state).items():
            last_days = {there.end + DAY for there in stay.stays(shard)[number] if there.end != NEVER}
            lost = [period.end for period in own if period.end != NEVER and period.after == AWAY]
            checked += len(lost)
            assert set(lost) <= last_days
    assert checked > 100


def test_the_shares_are_like_japans() -> None:
    """国保 for a fifth to a third of those under 75, a certificate for one in twenty, assistance for one household in sixty."""
    shard = block(1, 400)
    day = dt.date(2026, 3, 31)
    states = [state_on(shard, one.number, day) for one in shard.residents(day)]
    young = [state for state in states if state in (EMPLOYED, KOKUHO)]
    assert 0.18 < young.count(KOKUHO) / len(young) < 0.34
    held = sum(one.held(day) for one in certificates(shard))
    assert 0.035 < held / len(states) < 0.10
    assert 0 < states.count(RELIEVED) / len(states) < 0.04


def test_the_notices_to_the_resident_register_tell_the_same_dates() -> None:
    """L12 to L14: the pairs of acquisition and loss are those of the qualification data sets."""
    for notice, listed, begin, end in (
        ("024o902", "024o901", "shikakushutokunengappi", "shikakusoshitsunengappi"),
        ("025o902", "025o901", "shikakushutokunengappi", "shikakusoshitsunengappi"),
        ("023o902", "023o901", "shikakushutokubi", "shikakusoshitsubi"),
    ):
        told = {
            (row["atenabango"], row["shikakushutokunengappi"], row["shikakusoshitsunengappi"])
            for row in files(notice, 1, 400)[-1]
        }
        assert told == {(row["atenabango"], row[begin], row[end]) for row in files(listed, 1, 400)[-1]}


def test_a_protected_person_is_flagged_and_has_no_address() -> None:
    """支援措置: the flag is set from the decision on, also by the delta that tells it, and no address is given."""
    number = persona(17).number
    flags = [row["shiensochitaishofuragu"] for row in files("027o901")[-1] if row["atenabango"] == number]
    assert flags[-1] == "1"
    child = next(one for one in block(0, 40).people if one.persona == 19)
    assert {row["shiensochitaishofuragu"] for row in of("022o902", child)} == {"1"}
    assert {row["jidootofukafuragu"] for row in of("032o903", child)} == {"1"}
    hidden = {one.number for one in block(0, 40).people if stay.protected(one, CLOSING.at)}
    heads = [
        row for row in files("024o903")[-1] if row["setainushiatenabango"] in hidden and row["saishinfuragu"] == "1"
    ]
    assert all(not cell for row in heads for name, cell in row.items() if name.startswith("sofusaki"))


def test_instalments_come_to_the_premium_at_every_moment() -> None:
    """A correction moves the year's amount and its instalments in the same second, so no file holds one without the other."""
    for yearly, single, amount in (
        ("023o903", "023o904", "nengakuhokenryogaku"),
        ("024o904", "024o905", "nenzeigaku"),
        ("025o903", "025o904", "nengakuhokenryogaku"),
    ):
        states: dict[str, dict[tuple[str, ...], Row]] = {yearly: {}, single: {}}
        for place in range(4):
            for linkage, rows in states.items():
                keys = [item.romaji for item in items()[linkage] if item.key]
                rows.update({tuple(row[key] for key in keys): row for row in files(linkage, 1, 400)[place]})
            sums: dict[str, int] = defaultdict(int)
            for row in states[single].values():
                sums[row["tsuchishobango"]] += int(row["choteigaku"]) * (row["saishinfuragu"] == "1")
            latest = [row for row in states[yearly].values() if row["saishinfuragu"] == "1"]
            assert [row for row in latest if int(row[amount]) != sums[row["tsuchishobango"]]] == []


def test_every_instalment_is_known_to_collection_under_the_same_keys() -> None:
    """L70: the keys of 調定 are those of 036o005, and each claim there is one of ours."""
    keys = ("gyomuid", "atenabango", "fukanendo", "zeimokukodo", "tsuchishobango", "kibetsu")
    ours = {
        tuple(row[key] for key in keys)
        for linkage in ("023o904", "024o905", "025o904", "028o904")
        for row in files(linkage)[-1]
    }
    theirs = {tuple(row[key] for key in keys) for row in files("036o005")[-1]}
    assert ours
    assert ours == {key for key in theirs if key[0] in ("023", "024", "025", "028")}
    assert {one.service for one in due.dues(block(0, 40))} >= {"023", "024", "025", "028"}


def test_the_allowance_is_that_of_the_children_in_every_month() -> None:
    """児童手当: the reform of October 2024 doubles nothing and forgets nobody: amounts are of the legal ones."""
    legal = {"0", "10000", "15000", "30000"}
    rows = files("027o902", 1, 400)[-1]
    assert {row["teategetsugaku"] for row in rows} <= legal
    assert any(row["teategetsugaku"] == "30000" for row in rows)
    latest = [row for row in files("027o901", 1, 400)[-1] if row["saishinfuragu"] == "1"]
    assert all((row["shikyujokyo"] == "4") is (row["jidoteategetsugaku"] == "0") for row in latest)


def test_turns_follow_each_other() -> None:
    """The states of a person change with every turn, in order of days and of moments."""
    shard = block(1, 400)
    for course in turns(shard).values():
        for one, other in itertools.pairwise(course):
            assert one.state != other.state
            assert one.day < other.day
            assert one.at < other.at <= stay.LIMIT


def test_who_is_on_assistance_is_not_insured_by_the_national_or_the_elderly_scheme() -> None:
    """L77: the time of assistance and the times of insurance do not meet."""
    shard = block(1, 400)
    assert relief(shard)
    for number, own in relief(shard).items():
        insured = [period for state in (KOKUHO, KOKI) for period in periods(shard, state).get(number, ())]
        for period, help_ in itertools.product(insured, own):
            assert period.end <= help_.begin or help_.end <= period.begin


def test_care_insurance_begins_the_day_before_the_65th_birthday() -> None:
    """年齢計算に関する法律: whoever lives here is a 第1号被保険者 from that day."""
    shard = block(1, 400)
    for one in shard.people:
        for period in insurance.care(shard).get(one.number, ()):
            if period.cause == insurance.AGE:
                assert period.begin == max(stay.anniversary(one.born, 65) - DAY, insurance.KAIGO_SINCE)
