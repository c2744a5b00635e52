"""019 健康管理, children: birth, hearing, and the check-ups at 3 to 4 months, 18 months and 3 years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from renkei.town import pregnancy, vital
from renkei.town.cells import CENTRE, HOSPITALS, digits, left_at, within
from renkei.town.dataset import Chain, Line, source
from renkei.town.history import BEGIN
from renkei.town.person import Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, account, fiscal, ordered, soon

# 健診種別: first and last day of age on which the town asks for it.
CHECKS = {"01": (105, 125), "02": (558, 590), "03": (1_150, 1_190)}
ATTENDS = 0.95
LOW_WEIGHT = 2_500
INVITED, CAME, MISSED, LEFT = "4", "1", "2", "3"
SOUND, TREATED, WATCHED, EXAMINED = "1", "2", "3", "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check-up of one child: ``day`` planned, ``state`` what came of it until the town's last day."""

    child: Person
    kind: str
    day: dt.date
    state: str
    left: dt.datetime | None = None
    referred: bool = False

    @property
    def number(self) -> str:
        """受診番号."""
        return f"{self.kind}00{digits(self.child.number)}"

    @property
    def months(self) -> int:
        """月齢 on the day."""
        born = self.child.born
        return (self.day.year - born.year) * 12 + self.day.month - born.month - (self.day.day < born.day)

    @property
    def at(self) -> dt.datetime:
        """When the result is entered."""
        return soon(self.child, self.day + dt.timedelta(days=3), f"check/{self.kind}")

    @property
    def verdict(self) -> str:
        """総合判定."""
        drawn = self.child.chance(f"verdict/{self.kind}")
        return (
            EXAMINED
            if self.referred or drawn < 0.03
            else TREATED
            if drawn < 0.05
            else WATCHED
            if drawn < 0.14
            else SOUND
        )


def checks(shard: Shard) -> list[Check]:
    """The check-ups of all children who lived here when they were asked to come; one of each kind is sent to a hospital."""
    found: list[Check] | None = shard.facts.get("checks")
    if found is None:
        found = shard.facts["checks"] = []
        for one in shard.people:
            if one.born >= BEGIN - dt.timedelta(days=CHECKS["03"][0]):
                found += _of(one)
        for kind in CHECKS:
            place = next((place for place, one in enumerate(found) if (one.kind, one.state) == (kind, CAME)), -1)
            if shard.number == 0 and place >= 0:
                found[place] = replace(found[place], referred=True)
    return found


def _of(one: Person) -> Iterator[Check]:
    for kind, (first, last) in CHECKS.items():
        day = one.born + dt.timedelta(days=first + int(one.chance(f"asked/{kind}") * (last - first)))
        while day.weekday() != 2:
            day += dt.timedelta(days=1)
        invited = dt.datetime.combine(day - dt.timedelta(days=30), dt.time(10))
        if day < BEGIN or invited > LIMIT or not within(one, invited):
            continue
        left = left_at(one, invited)
        if day > LIMIT.date() - dt.timedelta(days=4):
            state = INVITED
        elif left.date() <= day:
            state = LEFT
        else:
            state = CAME if one.chance(f"attends/{kind}") < ATTENDS else MISSED
        yield Check(child=one, kind=kind, day=day, state=state, left=left if state == LEFT else None)


def _births(shard: Shard) -> Iterator[vital.Event]:
    return (event for event in vital.events(shard) if event.kind == vital.BIRTH)


@source("019o916")
def newborn(shard: Shard) -> Iterator[Chain]:
    """The child as it was born, from the birth card; who weighs little is reported by itself."""
    cases = pregnancy.of_child(shard)
    for event in _births(shard):
        child, measured = event.one, pregnancy.delivery(event.one)
        case = cases.get(child.number)
        small = measured.grams < LOW_WEIGHT
        yield ordered([Line(soon(child, event.at.date() + dt.timedelta(days=3), "card"), {
            "atenabango": child.number, "hahanoatenabango": event.mother.number if event.mother else "",
            "ninshintodokedebango": case.number if case else "", "shusshonengappi": event.day.isoformat(),
            "shusshojuni": str(case.order) if case else "", "tataifuragu": "0", "zaitaishusu": str(measured.weeks),
            "zaitainissu": str(measured.days), "shusshojitaiju": str(measured.grams), "shusshojishincho": measured.height,
            "shusshojitoi": measured.head, "shusshojikyoi": measured.chest, "bunbenhoho": measured.way, "shusshobasho": measured.place,
            "kashifuragu": "1" if child.chance("breath") < 0.01 else "0", "tokkijiko": "特になし",
            "teitaijujitodokedenengappi": event.at.date().isoformat() if small else "",
            "yoikuiryoshinseifuragu": "1" if measured.grams < 2_000 else "0",
        })])  # fmt: skip


def _hearing(child: Person) -> tuple[dt.date, str, str, bool]:
    """Day, method, place of the first test, and whether it asks for another."""
    return (
        child.born + dt.timedelta(days=3),
        "1" if child.chance("abr") < 0.8 else "2",
        HOSPITALS[0][1],
        child.chance("refer") < 0.02,
    )


@source("019o917")
def hearing(shard: Shard) -> Iterator[Chain]:
    """Tests of hearing; who does not pass is tested again and examined."""
    for event in _births(shard):
        child = event.one
        day, how, where, refers = _hearing(child)
        values = {
            "atenabango": child.number, "kensahoho": how, "hidarimimikensakekka": "1", "iryokikankodo": HOSPITALS[0][0], "iryokikanmei": where,
        }  # fmt: skip
        at = soon(child, event.at.date() + dt.timedelta(days=20), "hearing")
        for place in (1, 2) if refers else (1,):
            done = day + dt.timedelta(days=25 * (place - 1))
            result = {
                "kensakaisu": str(place), "kensanengappi": done.isoformat(), "migimimikensakekka": "2" if refers else "1",
                "seimitsukensayohifuragu": "1" if refers and place == 2 else "0",
            }  # fmt: skip
            later = at + dt.timedelta(days=30 * (place - 1))
            chain = [Line(later, values | result)]
            if place == 2:
                seen = {
                    "seimitsukensanengappi": (done + dt.timedelta(days=60)).isoformat(),
                    "seimitsukensakekka": "右耳の軽度難聴",
                }
                chain.append(Line(later + dt.timedelta(days=80), values | result | seen))
            if chain := ordered(chain):
                yield chain


@source("019o918")
def hearing_refunds(shard: Shard) -> Iterator[Chain]:
    """Refunds of the test to those who had it outside the town."""
    cases = pregnancy.of_child(shard)
    for event in _births(shard):
        child, case = event.one, cases.get(event.one.number)
        if case is None or not (case.away or child.chance("refund") < 0.15):
            continue
        day, how, _, _ = _hearing(child)
        asked = soon(child, event.at.date() + dt.timedelta(days=40), "refund")
        if not within(child, asked):
            continue
        decided = asked.date() + dt.timedelta(days=20)
        values = {
            "atenabango": child.number, "joseishinseibango": f"{asked.year}{digits(child.number)}",
            "shinseinengappi": asked.date().isoformat(), "shinseishaatenabango": case.mother.number, "kensanengappi": day.isoformat(),
            "kensahoho": how, "shiharaigaku": "5000", "joseigendogaku": "3000", "joseigaku": "3000", **account(case.mother, "shiharaikoza"),
        }  # fmt: skip
        paid = {
            "ketteinengappi": decided.isoformat(),
            "shiharainengappi": (decided + dt.timedelta(days=14)).isoformat(),
        }
        if chain := ordered([Line(asked, values), Line(soon(child, decided, "paid"), values | paid)]):
            yield chain


@source("019o919")
def asked(shard: Shard) -> Iterator[Chain]:
    """Who is asked to come, and what came of it."""
    for check in checks(shard):
        one, day = check.child, check.day
        sent = dt.datetime.combine(day - dt.timedelta(days=30), dt.time(10))
        values = {
            "atenabango": one.number, "kenshinshubetsu": check.kind, "taishonendo": str(fiscal(day)), "annaihassonengappi": sent.date().isoformat(),
            "kenshinyoteinengappi": day.isoformat(), "kaijokodo": "0001", "jushinkubun": INVITED, "tennyumaejushinfuragu": "0",
        }  # fmt: skip
        chain = [Line(sent, values)]
        if check.state == CAME:
            chain.append(Line(check.at, values | {"jushinkubun": CAME, "jushinnengappi": day.isoformat()}))
        elif check.state == MISSED:
            told = {"mijushinriyu": "連絡なし", "mijushinshakanshonengappi": (day + dt.timedelta(days=21)).isoformat()}
            chain.append(Line(check.at + dt.timedelta(days=20), values | {"jushinkubun": MISSED} | told))
        elif check.left is not None:
            chain.append(Line(check.left + dt.timedelta(hours=3), values | {"jushinkubun": LEFT}))
        yield ordered(chain)


def _seen(shard: Shard, kind: str) -> Iterator[tuple[Check, Values]]:
    for check in checks(shard):
        if check.kind == kind and check.state == CAME:
            yield check, {"atenabango": check.child.number, "jushinbango": check.number}


def _answers(shard: Shard, kind: str, own: tuple[str, ...]) -> Iterator[Chain]:
    """Questionnaires: the questions of every age, and ``own`` ones that most children pass."""
    for check, key in _seen(shard, kind):
        one = check.child
        worried = one.chance(f"worried/{kind}") < 0.15
        late = one.chance(f"late/{kind}") < 0.06
        values = {
            **key, "kaitonengappi": (check.day - dt.timedelta(days=4)).isoformat(), "kaitoshatsuzukigara": "母" if one.chance("answers") < 0.9 else "父",
            "shunayoikusha": "01", **{item: "0" if late and item == own[0] else "1" for item in own},
            "ikujifuanfuragu": "1" if worried else "0", "sodanaiteumufuragu": "1", "chichioyaikujisanka": "1" if one.father else "",
            "kitsuenshadokyofuragu": "1" if one.chance("smoke") < 0.2 else "0", "yoshienhanteifuragu": "1" if worried and late else "0",
            "jiyukijutsu": "夜泣きが続く" if worried else "特になし",
        }  # fmt: skip
        if kind == "01":
            values["junyuhoho"] = str(1 + int(one.chance("milk") * 3))
        if kind == "02":
            values["yuigosu"] = "0" if late else str(3 + int(one.chance("words") * 20))
        yield [Line(check.at - dt.timedelta(minutes=5), values)]


@source("019o920")
def answers_at_four_months(shard: Shard) -> Iterator[Chain]:
    """Questionnaires at 3 to 4 months."""
    return _answers(shard, "01", ("kubisuwarifuragu", "tsuishifuragu", "ayasutowaraufuragu"))


@source("019o922")
def answers_at_eighteen_months(shard: Shard) -> Iterator[Chain]:
    """Questionnaires at 18 months."""
    return _answers(shard, "02", ("hitoriarukifuragu", "yubisashifuragu", "shiagemigakifuragu"))


@source("019o925")
def answers_at_three(shard: Shard) -> Iterator[Chain]:
    """Questionnaires at 3 years."""
    own = ("haisetsujiritsufuragu", "nigobunfuragu", "shiryokukateikensafuragu", "choryokukateikensafuragu")
    return _answers(shard, "03", own)


def _results(shard: Shard, kind: str, usual: tuple[float, float, float, float], own: Values) -> Iterator[Chain]:
    """Results: height, weight, chest and head about the usual ones of the age, and what is looked at."""
    tall, heavy, chest, head = usual
    for check, key in _seen(shard, kind):
        size = 0.94 + 0.12 * check.child.chance("size")
        height, weight = tall * size, heavy * size * (0.95 + 0.1 * check.child.chance(f"fat/{kind}"))
        verdict = check.verdict
        yield [Line(check.at, {
            **key, "jushinnengappi": check.day.isoformat(), "getsurei": str(check.months), "kaijokodo": "0001", "iryokikanmei": CENTRE,
            "shincho": f"{height:.1f}", "taiju": f"{weight:.2f}", "kyoi": f"{chest * size:.1f}", "toi": f"{head * size:.1f}",
            "kaupushisu": f"{weight / height / height * 10_000:.1f}", "eiyojotai": "1", **own, "sogohantei": verdict,
            "seimitsukenshinirainengappi": check.day.isoformat() if verdict == EXAMINED else "",
            "shidojiko": "精密健診を案内" if verdict == EXAMINED else "次の健診まで観察" if verdict == WATCHED else "特になし",
        })]  # fmt: skip


@source("019o921")
def results_at_four_months(shard: Shard) -> Iterator[Chain]:
    """Results at 3 to 4 months."""
    own = ("kubisuwari", "daisenmon", "shikakushoken", "chokakushoken", "hifushoken")
    return _results(
        shard, "01", (62.5, 6.7, 41.5, 41.0), {**dict.fromkeys(own, "1"), "kokansetsukaihaiseigenfuragu": "0"}
    )


@source("019o923")
def results_at_eighteen_months(shard: Shard) -> Iterator[Chain]:
    """Results at 18 months."""
    own = ("hoko", "hatsugo", "seishinhattatsushoken", "undohattatsushoken", "shikakushoken", "chokakushoken")
    return _results(shard, "02", (80.3, 10.4, 47.3, 47.0), dict.fromkeys(own, "1"))


@source("019o926")
def results_at_three(shard: Shard) -> Iterator[Chain]:
    """Results at 3 years."""
    own = {
        "shiryokumigi": "1.00", "shiryokuhidari": "1.00", "kussetsukensakekka": "1", "choryokushoken": "1", "nyotanpaku": "0", "nyoto": "0",
        "seishinhattatsushoken": "1",
    }  # fmt: skip
    return _results(shard, "03", (95.2, 14.0, 50.5, 49.5), own)


def _teeth(shard: Shard, kind: str, count: int, share: float) -> Iterator[Chain]:
    for check, key in _seen(shard, kind):
        one = check.child
        bad = one.chance("teeth") < share
        yield [Line(check.at + dt.timedelta(minutes=5), {
            **key, "jushinnengappi": check.day.isoformat(), "getsurei": str(check.months), "kaijokodo": "0001", "iryokikanmei": CENTRE,
            "genzaishisu": str(count - (0 if kind == "03" else int(one.chance("slow") * 3))), "mishochishisu": "2" if bad else "0",
            "shochishisu": "0", "ushokushisu": "2" if bad else "0", "ushokurikankata": "3" if bad else "1" if one.chance("risk") < 0.8 else "2",
            "nansoshikiijofuragu": "0", "kogoijofuragu": "1" if one.chance("bite") < 0.1 else "0", "kokuseisojotai": "1",
            "fussotofujisshifuragu": "1", "sogohantei": WATCHED if bad else SOUND, "shidojiko": "かかりつけ歯科の受診" if bad else "特になし",
        })]  # fmt: skip


@source("019o924")
def teeth_at_eighteen_months(shard: Shard) -> Iterator[Chain]:
    """Teeth at 18 months."""
    return _teeth(shard, "02", 16, 0.02)


@source("019o927")
def teeth_at_three(shard: Shard) -> Iterator[Chain]:
    """Teeth at 3 years; a tooth that was bad at 18 months is among them."""
    return _teeth(shard, "03", 20, 0.09)
