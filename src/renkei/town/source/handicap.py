"""022 障害者福祉: the three certificates, medical care for independence, services and the special allowance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from renkei.town.assistance import relieved
from renkei.town.dataset import Chain, Line, source
from renkei.town.disability import BODY, HELD, MIND, PSYCHE, SEVERE, Certificate, State, certificates
from renkei.town.person import Person, Values
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, anniversary, flagged, month, ordered, soon, stays

_PARTS = ("視覚障害", "聴覚障害", "音声・言語機能障害", "右上肢機能障害", "右下肢機能障害", "体幹機能障害", "心臓機能障害",
          "じん臓機能障害", "呼吸器機能障害", "ぼうこう・直腸機能障害", "小腸機能障害", "免疫機能障害", "肝臓機能障害")  # fmt: skip
_KINDS = ("1", "2", "3", "4", "4", "4", "5", "5", "5", "5", "5", "5", "5")
PREFECTURE = "99"
DAY = dt.timedelta(days=1)


@source("022o901")
def bodies(shard: Shard) -> Iterator[Chain]:
    """身体障害者手帳."""
    for one in certificates(shard):
        if one.kind == BODY:
            yield _certificate(one, _body)


@source("022o902")
def minds(shard: Shard) -> Iterator[Chain]:
    """療育手帳."""
    for one in certificates(shard):
        if one.kind == MIND:
            yield _certificate(one, _mind)


@source("022o903")
def psyches(shard: Shard) -> Iterator[Chain]:
    """精神障害者保健福祉手帳."""
    for one in certificates(shard):
        if one.kind == PSYCHE:
            yield _certificate(one, _psyche)


def _certificate(one: Certificate, own: Callable[[Certificate, State], Values]) -> Chain:
    lines = []
    for state in one.states:
        values = {
            "atenabango": one.one.number, "techobango": one.number, "shikakujotaikodo": state.state,
            "shokaikofubi": one.first.isoformat(), "kofubi": state.issued.isoformat(), "kofujiyu": state.reason,
            "henkanbi": max(state.out, one.first).isoformat() if state.out and state.state != HELD else "",
            "zeikojotokubetsushogaishafuragu": "1" if state.grade in SEVERE[one.kind] else "0",
        }  # fmt: skip
        lines.append(Line(state.at, values | own(one, state)))
    return flagged(ordered(lines), one.one)


def _body(one: Certificate, state: State) -> Values:
    return {
        "tokeibuikodo": f"{one.part + 1:02d}", "shogaimei": _PARTS[one.part], "shogaishubetsukodo": _KINDS[one.part],
        "sogotokyukodo": state.grade, "shogaitokyuninteibi": (state.issued - 10 * DAY).isoformat(),
        "techohakkotodofukenkodo": PREFECTURE,
    }  # fmt: skip


def _mind(one: Certificate, state: State) -> Values:
    child = one.one.age(state.issued) < 18
    return {
        "shogaiteidokodo": state.grade, "hanteinengappi": (state.issued - 14 * DAY).isoformat(),
        "jikaihanteinengetsu": f"{month(state.issued, 36 if child else 60):%Y-%m}",
        "hanteikikanmei": "架空県児童相談所" if child else "架空県知的障害者更生相談所",
    }  # fmt: skip


def _psyche(one: Certificate, state: State) -> Values:
    end = anniversary(state.issued, 2) - DAY
    return {
        "shogaitokyukodo": state.grade, "yukokikankaishibi": state.issued.isoformat(),
        "yukokikanshuryobi": end.isoformat(), "shoninnengappi": state.issued.isoformat(),
        "jiritsushieniryodojishinseifuragu": "1" if one.one.chance("selfcare") < 0.8 else "0",
    }  # fmt: skip


@source("022o904")
def selfcare(shard: Shard) -> Iterator[Chain]:
    """自立支援医療: a year at a time, nearly always for people with a 精神障害者保健福祉手帳."""
    for one in certificates(shard):
        if one.kind == MIND or one.one.chance("selfcare") >= (0.8 if one.kind == PSYCHE else 0.06):
            continue
        kind = "3" if one.kind == PSYCHE else "2" if one.one.age(one.first) < 18 else "1"
        lines = []
        for at, begin in _years(one, 4):
            helped = relieved(shard, one.one.number, begin)
            end = anniversary(begin, 1) - DAY
            lines.append(Line(at, {
                "atenabango": one.one.number, "kohifutanshabango": f"21{shard.municipality}",
                "kohijukyushabango": one.number[-7:], "iryoshurui": kind, "shinseinengappi": at.date().isoformat(),
                "ketteikubun": "1", "ketteinengappi": at.date().isoformat(), "yukokikankaishibi": begin.isoformat(),
                "yukokikanshuryobi": end.isoformat(), "shotokukubun": "01" if helped else "03",
                "shichosonminzeishotokuwarigaku": "0", "judokatsukeizokufuragu": "1" if kind == "3" else "0",
                "futanjogengetsugaku": "0" if helped else "5000", "shiteiiryokikanbango": "9910000001",
                "shiteiiryokikanmei": "連携中央病院", "hokenshabango": f"00{shard.municipality}",
            }))  # fmt: skip
        if lines:
            yield ordered(lines)


def _years(one: Certificate, most: int) -> Iterator[tuple[dt.datetime, dt.date]]:
    """The last years of a certificate while it is held: when each was decided and its first day."""
    out = one.latest.out or LIMIT.date()
    begin = one.first
    begins = []
    while begin <= out and begin < LIMIT.date():
        begins.append(begin)
        begin = anniversary(begin, 1)
    for day in begins[-most:]:
        at = max(soon(one.one, day, "selfcare"), one.states[0].at + dt.timedelta(hours=1))
        if at <= LIMIT:
            yield at, day


_SERVICES = {True: ("63", "65"), False: ("11", "22", "43", "46", "33")}


@source("022o905")
def services(shard: Shard) -> Iterator[Chain]:
    """障害福祉サービス: asked for and decided a year at a time."""
    for one in certificates(shard):
        person = one.one
        if person.age(one.first) >= 65 or person.chance("service") >= 0.35:
            continue
        child = person.age(LIMIT.date()) < 18
        kinds = _SERVICES[child]
        kind = kinds[int(person.chance("service/kind") * len(kinds))]
        payer = (person.mother or person.father) if child else None
        payer = payer if payer and stays(shard)[payer.number] and payer.living_on(one.states[0].at.date()) else None
        for at, begin in _years(one, 2):
            number = f"{begin:%Y}{int(one.number):011d}"
            yield ordered(list(_service(one, payer or person, (kind, number), at, begin)))


def _service(one: Certificate, holder: Person, key: tuple[str, str], at: dt.datetime, begin: dt.date) -> Iterator[Line]:
    refused = one.one.chance(f"service/{begin.year}") < 0.04
    values = {
        "atenabango": holder.number, "shogaifukushijukyushashobango": one.number, "sabisushurui": key[0],
        "shikyuketteibango": key[1], "jidoatenabango": one.one.number if holder is not one.one else "",
        "shinseinengappi": at.date().isoformat(),
    }  # fmt: skip
    if refused:
        yield Line(at, {**values, "ketteikubun": "3", "kyakkariyu": "支給要件に該当しないため"})
        return
    given = {
        "ketteikubun": "1", "shikyuketteinengappi": at.date().isoformat(), "shikyuketteikaishibi": begin.isoformat(),
        "shikyuketteishuryobi": (anniversary(begin, 1) - DAY).isoformat(),
        "shogaishienkubun": "0" if key[0] in ("63", "65", "46") else str(1 + int(one.one.chance("service/grade") * 6)),
        "shogaishienkubunyukokikankaishibi": begin.isoformat(),
        "shogaishienkubunyukokikanshuryobi": (anniversary(begin, 3) - DAY).isoformat(),
        "shikyuryo": "20.0", "shikyuryotani": "時間" if key[0] == "11" else "日", "riyoshafutanjogengetsugaku": "9300",
        "shotokukubun": "04",
    }  # fmt: skip
    yield Line(at, values | given)
    more = at + dt.timedelta(days=150)
    if one.one.chance(f"service/more/{begin.year}") < 0.15 and more <= LIMIT:
        yield Line(more, {**values, **given, "ketteikubun": "2", "shikyuryo": "23.0"})


@source("022o906")
def special(shard: Shard) -> Iterator[Chain]:
    """特別児童扶養手当: the parents of children with a severe or medium certificate."""
    for one in certificates(shard):
        child = one.one
        parents = [parent for parent in (child.mother, child.father) if parent and parent.living_on(one.first)]
        if child.age(one.first) >= 20 or not parents or (child.chance("special") >= 0.75 and not child.persona):
            continue
        at = one.states[0].at + dt.timedelta(days=4)
        begin = month(at.date(), 1)
        values = {
            "shoshobango": f"{int(one.number):015d}", "jidoatenabango": child.number,
            "jukyushikakushaatenabango": parents[0].number, "shikyujokyo": "1",
            "shogaitokyukodo": "1" if one.states[0].grade in SEVERE[one.kind] else "2",
            "ninteiseikyunengappi": at.date().isoformat(), "ninteinengappi": (at.date() + DAY).isoformat(),
            "shikyukaishinengetsu": f"{begin:%Y-%m}", "yukininteikigen": anniversary(begin, 2).isoformat(),
            "shogaijifukushiteatejukyufuragu": "0",
        }  # fmt: skip
        lines = [Line(at, values)]
        twenty = anniversary(child.born, 20)
        out = one.latest.out if one.latest.state != HELD else None
        if twenty < LIMIT.date() or out:
            day = min(twenty, out or twenty)
            told = soon(child, day + DAY, "special/end") if day == twenty else one.latest.at + dt.timedelta(hours=2)
            lines.append(Line(told, {**values, "shikyujokyo": "4", "shikyushuryonengetsu": f"{max(day, begin):%Y-%m}",
                                     "shikakusoshitsunengappi": day.isoformat()}))  # fmt: skip
        kept = ordered(lines)
        if kept:
            yield kept
