"""019 健康管理, mothers: pregnancies as notified, handbooks, check-ups before and after birth, refunds and postnatal care."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from renkei.town import pregnancy
from renkei.town.cells import CENTRE, HOSPITALS, digits, within
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import Values
from renkei.town.pregnancy import Pregnancy
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, account, ordered, soon

# Results and refunds are kept for five years.
KEPT = dt.date(2021, 4, 1)
WEEKS = (8, 12, 16, 20, 24, 26, 28, 30, 32, 34, 36, 37, 38, 39)
AFTER = (14, 30)
SOUND, WATCHED, EXAMINED = "1", "2", "3"
DIABETES, HYPERTENSION, LOW = "妊娠糖尿病の疑い", "妊娠高血圧症候群の疑い", "産後うつ病の疑い"


def _key(case: Pregnancy) -> Values:
    return {"atenabango": case.mother.number, "ninshintodokedebango": case.number}


def _kept(shard: Shard) -> Iterator[Pregnancy]:
    return (case for case in pregnancy.pregnancies(shard) if case.noted.date() >= KEPT)


@source("019o903")
def notified(shard: Shard) -> Iterator[Chain]:
    """Pregnancies as told to the town, about the tenth week; who moves in while pregnant tells again."""
    for case in pregnancy.pregnancies(shard):
        one, day = case.mother, case.noted.date()
        values = one.on(day) or one.rows[0].values
        told = {
            **_key(case), "todokedenengappi": day.isoformat(), "todokedekubun": case.kind,
            "todokedeshashimei": values["shimei"], "todokedeshatsuzukigara": "本人",
            "todokedejininshinshusu": str((day - case.since).days // 7), "bunbenyoteibi": case.due.isoformat(),
            "saishugekkeikaishibi": case.since.isoformat(), "shindannengappi": (day - dt.timedelta(days=9)).isoformat(),
            "shindaniryokikanmei": case.hospital[1], "seibyokenshinjushinfuragu": "1", "kekkakukenshinjushinfuragu": "1",
            "taijisu": "1", "ninshinkaisu": str(case.order + (1 if case.stillborn else 0)), "shussankaisu": str(case.order - (not case.stillborn)),
            "chichioyaatenabango": case.father.number if case.father else "", "shokugyo": "会社員" if one.chance("job") < 0.7 else "",
            "renrakusakidenwabango": "0990000100", "kojinbango": values.get("kojinbango", ""),
            "satogaeriyoteifuragu": "1" if case.away else "0", "mendanjisshinengappi": day.isoformat(),
        }  # fmt: skip
        yield [Line(case.noted, told)]


@source("019o904")
def questionnaires(shard: Shard) -> Iterator[Chain]:
    """What she answers at notification; who needs support is called again."""
    for case in pregnancy.pregnancies(shard):
        one, day = case.mother, case.noted.date()
        support = one.chance(f"support/{case.number}") < 0.12
        answers = {
            f"setsumon{place}kaito": "03"
            if support and place == 4
            else f"{1 + int(one.chance(f'answer/{place}') * 2):02d}"
            for place in range(1, 6)
        }
        yield [Line(case.noted + dt.timedelta(minutes=10), {
            **_key(case), "kaitonengappi": day.isoformat(), "mendanshashokushu": "保健師", **answers,
            "jiyukijutsu": "経済面の相談あり" if support else "特になし", "yoshienhanteifuragu": "1" if support else "0",
            "jikairenrakuyoteinengappi": (day + dt.timedelta(days=30)).isoformat() if support else "",
        })]  # fmt: skip


@source("019o905")
def handbooks(shard: Shard) -> Iterator[Chain]:
    """The handbook and its fourteen vouchers; a lost one is issued again."""
    for case in pregnancy.pregnancies(shard):
        day = case.noted.date()
        values = {
            **_key(case), "boshikenkotechobango": f"{day.year}{digits(case.mother.number)}", "kofunengappi": day.isoformat(),
            "kofukubun": case.kind, "kofubasho": CENTRE, "kofusha": "保健師", "saikofufuragu": "0",
            "ninpukenshinjushinhyokofumaisu": str(sum(case.since + dt.timedelta(days=7 * week) >= day for week in WEEKS)),
        }  # fmt: skip
        chain = [Line(case.noted + dt.timedelta(minutes=15), values)]
        again = soon(case.mother, day + dt.timedelta(days=70), "lost")
        if (
            case.mother.chance(f"lost/{case.number}") < 0.03
            and again.date() < case.ended
            and within(case.mother, again)
        ):
            chain.append(
                Line(
                    again,
                    values
                    | {
                        "saikofufuragu": "1",
                        "saikofuriyu": "紛失",
                        "kofukubun": "4",
                        "kofunengappi": again.date().isoformat(),
                    },
                )
            )
        yield ordered(chain)


@source("019o906")
def deliveries(shard: Shard) -> Iterator[Chain]:
    """How each pregnancy ended."""
    for case in pregnancy.pregnancies(shard):
        if not case.over:
            continue
        child = case.child
        measured = pregnancy.delivery(child) if child is not None else None
        at = soon(case.mother, case.ended + dt.timedelta(days=20), "delivery")
        drawn = case.mother.chance(f"labour/{case.number}")
        yield ordered([Line(at, {
            **_key(case), "shussanbango": "1", "shussannengappi": case.ended.isoformat(), "zaitaishusu": str(case.days // 7),
            "zaitainissu": str(case.days % 7), "bunbenhoho": measured.way if measured else "1",
            "shussanbasho": measured.place if measured else case.hospital[1], "bunbenshoyojikan": str(180 + int(drawn * 800)),
            "shukketsuryo": str(150 + int(drawn * 600)), "jinoatenabango": child.number if child is not None else "",
            "shizanfuragu": "1" if case.stillborn else "0", "tokkijiko": "特になし",
        })])  # fmt: skip


def visits(case: Pregnancy) -> Iterator[tuple[int, dt.date, int, str]]:
    """The check-ups of a pregnancy: number, day, week and result; one in twelve women needs a closer look once."""
    closer = 3 + int(case.mother.chance(f"closer/{case.number}") * 80)
    place = 0
    for week in WEEKS:
        day = case.since + dt.timedelta(days=7 * week + int(case.mother.chance(f"visit/{case.number}") * 6))
        at = dt.datetime.combine(day, dt.time(9))
        if day <= case.noted.date() or day >= case.ended or at > LIMIT or not within(case.mother, at):
            continue
        place += 1
        watched = case.mother.chance(f"watched/{case.number}/{week}") < 0.06
        yield place, day, week, EXAMINED if place == closer else WATCHED if watched else SOUND


@source("019o907")
def checkups(shard: Shard) -> Iterator[Chain]:
    """The check-ups; results come with the bill of the month after."""
    for case in _kept(shard):
        one = case.mother
        level = one.chance("pressure")
        weight = 47 + level * 14
        for place, day, week, result in visits(case):
            at = soon(one, day + dt.timedelta(days=12), f"bill/{week}")
            if at > LIMIT:
                break
            yield [Line(at, {
                **_key(case), "kenshinkaisu": str(place), "jushinnengappi": day.isoformat(), "iryokikankodo": case.hospital[0],
                "iryokikanmei": case.hospital[1], "ninshinshusu": str((day - case.since).days // 7),
                "taiju": f"{weight + week * 0.26:.1f}", "saikoketsuatsu": str(102 + int(level * 26) + (week > 34) * 4),
                "saiteiketsuatsu": str(60 + int(level * 18)), "nyotanpaku": "1" if result == WATCHED else "0",
                "nyoto": "2" if result == EXAMINED else "0", "fushu": "1" if week > 34 and level > 0.7 else "0",
                "fukui": f"{70 + week * 0.6:.1f}" if week >= 16 else "", "shikyuteicho": f"{week - 2:.1f}" if week >= 16 else "",
                "kesshikisoryo": f"{12.6 - week * 0.04:.1f}" if week in (8, 24, 36) else "", "kenshinkekka": result,
                "seimitsukensajushinkanshonengappi": day.isoformat() if result == EXAMINED else "",
                "handanshoken": DIABETES if result == EXAMINED else "血圧を観察" if result == WATCHED else "異常なし",
            })]  # fmt: skip


@source("019o911")
def examined(shard: Shard) -> Iterator[Chain]:
    """Closer looks at women whose check-up asked for one."""
    for case in _kept(shard):
        for place, day, _, result in visits(case):
            if result == EXAMINED:
                yield from _examined(case, place, day, DIABETES)


def _examined(case: Pregnancy, place: int, day: dt.date, name: str) -> Iterator[Chain]:
    done = day + dt.timedelta(days=6)
    at = soon(case.mother, done + dt.timedelta(days=14), "examined")
    if at <= LIMIT:
        yield [Line(at, {
            **_key(case), "kenshinkaisu": str(place), "jushinnengappi": day.isoformat(), "iryokikankodo": case.hospital[0],
            "iryokikanmei": case.hospital[1], "seimitsukensajisshinengappi": done.isoformat(),
            "seimitsukensairyokikanmei": HOSPITALS[0][1], "shindanmei": name, "shokaimotoiryokikanmei": case.hospital[1],
            "kenshinkekka": "5", "handanshoken": "通院して経過を観察",
        })]  # fmt: skip


@source("019o909")
def teeth(shard: Shard) -> Iterator[Chain]:
    """One dental check-up in the fifth month or so; six in ten have it."""
    for case in _kept(shard):
        day = _dental(case)
        if day is None:
            continue
        drawn = case.mother.chance("teeth")
        closer = drawn < 0.05
        yield [Line(soon(case.mother, day + dt.timedelta(days=15), "teeth"), {
            **_key(case), "kenshinkaisu": "1", "jushinnengappi": day.isoformat(), "iryokikankodo": "9910100018",
            "iryokikanmei": "架け橋歯科医院", "genzaishisu": str(28 - int(drawn * 3)), "shochishisu": str(int(drawn * 9)),
            "mishochishisu": str(3 if closer else int(drawn * 2)), "soshitsushisu": "0", "shishusoshikishoken": "01" if drawn < 0.6 else "02",
            "kokuseisojotai": "1", "kenshinkekka": EXAMINED if closer else SOUND,
            "seimitsukensajushinkanshonengappi": day.isoformat() if closer else "", "handanshoken": "未処置歯の治療が必要" if closer else "異常なし",
        })]  # fmt: skip


def _dental(case: Pregnancy) -> dt.date | None:
    day = max(case.since + dt.timedelta(days=140), case.noted.date() + dt.timedelta(days=5))
    at = dt.datetime.combine(day, dt.time(14))
    wants = case.mother.chance(f"dental/{case.number}") < 0.6
    return (
        day if wants and day < case.ended and at < LIMIT - dt.timedelta(days=16) and within(case.mother, at) else None
    )


def _refund(case: Pregnancy, day: dt.date, paid: int, limit: int, kind: str) -> Chain:
    """A refund: asked for after the birth, decided within a month and paid after that."""
    asked = soon(case.mother, max(day, case.ended if case.over else day) + dt.timedelta(days=40), f"refund/{kind}")
    decided = asked.date() + dt.timedelta(days=21)
    values = {
        **_key(case), "joseishinseibango": f"{kind}{asked:%y}{digits(case.mother.number)}", "shinseinengappi": asked.date().isoformat(),
        "kenshinkaisu": "1", "jushinnengappi": day.isoformat(), "shiharaigaku": str(paid), "joseigendogaku": str(limit),
        "joseigaku": str(min(paid, limit)), **account(case.mother, "shiharaikoza"),
    }  # fmt: skip
    settled = {"ketteinengappi": decided.isoformat(), "shiharainengappi": (decided + dt.timedelta(days=14)).isoformat()}
    return ordered([Line(asked, values), Line(soon(case.mother, decided, "decided"), values | settled)])


@source("019o908")
def refunds(shard: Shard) -> Iterator[Chain]:
    """Refunds to women who went home to bear and paid for check-ups there."""
    for case in _kept(shard):
        seen = [day for _, day, _, _ in visits(case)]
        if case.away and seen and case.over:
            chain = _refund(case, seen[-1], 5_200 + int(case.mother.chance("paid") * 3_000), 5_500, "08")
            if chain:
                yield chain


@source("019o910")
def dental_refunds(shard: Shard) -> Iterator[Chain]:
    """Refunds of dental check-ups outside the town."""
    for case in _kept(shard):
        day = _dental(case)
        if case.away and day is not None and (chain := _refund(case, day, 3_800, 3_500, "10")):
            yield chain


def afterwards(case: Pregnancy) -> Iterator[tuple[int, dt.date, str]]:
    """The check-ups after birth: number, day and result."""
    if case.child is None:
        return
    for place, days in enumerate(AFTER, 1):
        day = case.ended + dt.timedelta(days=days)
        at = dt.datetime.combine(day, dt.time(9))
        if at < LIMIT and within(case.mother, at) and case.mother.chance(f"after/{case.number}/{place}") < 0.92:
            low = case.mother.chance(f"low/{case.number}") < 0.12
            yield place, day, EXAMINED if low and place == 2 else SOUND


@source("019o912")
def mothers(shard: Shard) -> Iterator[Chain]:
    """Two weeks and a month after birth, with the score of the Edinburgh questionnaire."""
    for case in _kept(shard):
        for place, day, result in afterwards(case):
            at = soon(case.mother, day + dt.timedelta(days=12), f"after/{place}")
            if at > LIMIT:
                break
            level = case.mother.chance("pressure")
            low = result == EXAMINED
            yield [Line(at, {
                **_key(case), "kenshinkaisu": str(place), "jushinnengappi": day.isoformat(), "iryokikankodo": case.hospital[0],
                "iryokikanmei": case.hospital[1], "sangonissu": str((day - case.ended).days), "taiju": f"{51 + level * 14:.1f}",
                "saikoketsuatsu": str(104 + int(level * 24)), "saiteiketsuatsu": str(62 + int(level * 16)), "nyotanpaku": "0", "nyoto": "0",
                "shikyufukkojokyo": "1", "ejinbarasangoutsubyoshitsumonhyotensu": str(11 if low else int(level * 8)),
                "ikujishienyohifuragu": "1" if low else "0", "kenshinkekka": result,
                "seimitsukensajushinkanshonengappi": day.isoformat() if low else "", "handanshoken": LOW if low else "異常なし",
            })]  # fmt: skip


@source("019o913")
def later_refunds(shard: Shard) -> Iterator[Chain]:
    """Refunds of check-ups after birth to women who were at their parents'."""
    for case in _kept(shard):
        seen = [day for _, day, _ in afterwards(case)]
        if case.away and seen and (chain := _refund(case, seen[-1], 5_000, 5_000, "13")):
            yield chain


@source("019o914")
def later_examined(shard: Shard) -> Iterator[Chain]:
    """Closer looks after birth."""
    for case in _kept(shard):
        for place, day, result in afterwards(case):
            if result == EXAMINED:
                yield from _examined(case, place, day, LOW)


@source("019o915")
def care(shard: Shard) -> Iterator[Chain]:
    """Postnatal care: asked for, then used."""
    for case in _kept(shard):
        one = case.mother
        asked = soon(one, case.ended + dt.timedelta(days=9), "care") if case.over else LIMIT
        if case.child is None or one.chance(f"care/{case.number}") >= 0.18 or asked >= LIMIT or not within(one, asked):
            continue
        days = 1 + int(one.chance("care/days") * 5)
        begin = asked.date() + dt.timedelta(days=6)
        free = one.chance("care/free") < 0.1
        values = {
            "atenabango": one.number, "sangokeashinseibango": f"{asked.year}{digits(one.number)}", "jinoatenabango": case.child.number,
            "shinseinengappi": asked.date().isoformat(), "shoninnengappi": (asked.date() + dt.timedelta(days=2)).isoformat(),
            "riyokubun": "1" if days > 3 else "2", "riyokaishinengappi": begin.isoformat(), "itakusakimei": HOSPITALS[1][1],
            "genmenfuragu": "1" if free else "0", "genmenriyu": "非課税世帯" if free else "",
        }  # fmt: skip
        used = {
            "riyoshuryonengappi": (begin + dt.timedelta(days=days - 1)).isoformat(), "riyonissu": str(days), "riyoryo": str(days * 30_000),
            "jikofutangaku": "0" if free else str(days * 3_000), "jisshikekka": "良好",
        }  # fmt: skip
        yield ordered(
            [Line(asked, values), Line(soon(one, begin + dt.timedelta(days=days + 7), "used"), values | used)]
        )
