"""030 申請管理: online applications, their items and their attachments; whose certificate 001 does not know stays unconverted."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from renkei.town import certificate
from renkei.town.cells import within, written
from renkei.town.dataset import Chain, Line, source
from renkei.town.person import FEMALE, Person, Values
from renkei.town.register import names
from renkei.town.shard import Shard
from renkei.town.stay import LIMIT, flagged, ordered

# Applications are kept for two years or so.
YEARS = (2024, 2025, 2026)
SHARE = 0.06
RECEIVED, CONVERTED, TAKEN, UNKNOWN, WITHDRAWN = "1", "2", "3", "4", "5"
# 業務ID, 手続コード, its name, share, and what is attached.
Procedure = tuple[str, str, str, float, tuple[str, ...]]
PROCEDURES: tuple[Procedure, ...] = (
    ("001", "0010000000001", "転出届", 0.24, ()), ("001", "0010000000002", "住民票の写しの交付申請", 0.20, ()),
    ("010", "0100000000001", "所得・課税証明書の交付申請", 0.14, ()),
    ("027", "0270000000001", "児童手当の認定請求", 0.12, ("医療保険の資格が分かるものの写し",)),
    ("028", "0280000000001", "教育・保育給付認定申請", 0.08, ("就労証明書", "本人確認書類の写し")),
    ("018", "0180000000001", "就学援助の申請", 0.06, ("口座の写し",)), ("019", "0190000000001", "妊娠の届出", 0.05, ()),
    ("023", "0230000000001", "要介護・要支援認定の申請", 0.07, ("介護保険被保険者証の写し",)), ("013", "0130000000001", "軽自動車税の減免申請", 0.04, ("障害者手帳の写し",)),
)  # fmt: skip
_NOTE = "署名用電子証明書のシリアル番号に合う宛名番号がない"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application by one person; ``state`` is what came of it."""

    one: Person
    at: dt.datetime
    number: str
    service: str
    code: str
    name: str
    papers: tuple[str, ...]
    state: str
    serial: str


def applications(shard: Shard) -> list[Application]:
    """The applications of the shard's residents, person by person."""
    found: list[Application] | None = shard.facts.get("applications")
    if found is None:
        found = shard.facts["applications"] = []
        for one in shard.people:
            for year in YEARS:
                drawn = one.chance(f"applies/{year}")
                if drawn < SHARE and (at := _when(one, year)) is not None:
                    found.append(_application(shard, one, at, len(found) + 1))
    return found


def _when(one: Person, year: int) -> dt.datetime | None:
    """Any time of day: it is sent from home."""
    days = 88 if year == YEARS[-1] else 365
    day = dt.datetime(year, 1, 2) + dt.timedelta(days=int(one.chance(f"applies/{year}/day") * days))
    at = day + dt.timedelta(seconds=int(one.chance(f"applies/{year}/time") * 86_000))
    return at if one.age(at.date()) >= 18 and within(one, at) and at < LIMIT - dt.timedelta(days=1) else None


def _application(shard: Shard, one: Person, at: dt.datetime, serial: int) -> Application:
    rest = one.chance(f"procedure/{at}")
    chosen: Procedure = PROCEDURES[0]
    signature = certificate.signing(shard, one, at)
    for procedure in PROCEDURES:
        rest -= procedure[3]
        if rest < 0 and (procedure[0] != "019" or (one.sex == FEMALE and one.age(at.date()) < 45)):
            chosen = procedure
            break
    drawn = one.chance(f"state/{at}")
    return Application(
        one=one, at=at, number=f"{at:%Y%m%d}{shard.number:06d}{serial:06d}", service=chosen[0], code=chosen[1], name=chosen[2],
        papers=chosen[4], serial=signature or f"98{one.number.zfill(15)}001",
        state=UNKNOWN if not signature else WITHDRAWN if drawn < 0.06 else TAKEN,
    )  # fmt: skip


def _values(application: Application) -> Values:
    return application.one.on(application.at.date()) or application.one.rows[0].values


@source("030o901")
def received(shard: Shard) -> Iterator[Chain]:
    """Received, converted to a 宛名番号 within minutes, taken in by the 業務 on the next morning."""
    for case in applications(shard):
        one, values = case.one, _values(case)
        first = {
            "uketsukebango": case.number, "mainaporutaruuketsukebango": f"9{case.number[1:]}", "gyomuid": case.service,
            "tetsuzukikodo": case.code, "tetsuzukimei": case.name, "yoshikibajon": "1.0", "totatsunengappi": case.at.date().isoformat(),
            "totatsujikoku": case.at.strftime("%H:%M:%S"), "uketsukejokyo": RECEIVED, "honninkakuninhoho": "1",
            "shiriarubango": case.serial, **_applicant(one, values), "dairishinseifuragu": "0",
            "tenpufairukensu": str(len(case.papers)),
        }  # fmt: skip
        morning = dt.datetime.combine(case.at.date() + dt.timedelta(days=1), dt.time(8, 30))
        steps = [Line(case.at, first)]
        if case.state == UNKNOWN:
            steps.append(
                Line(case.at + dt.timedelta(minutes=6), first | {"uketsukejokyo": UNKNOWN, "henkanfukariyu": _NOTE})
            )
        else:
            known = first | {"atenabango": one.number, "uketsukejokyo": CONVERTED}
            steps.append(Line(case.at + dt.timedelta(minutes=5), known))
            end = (
                {"uketsukejokyo": WITHDRAWN, "torisagenengappi": morning.date().isoformat()}
                if case.state == WITHDRAWN
                else {"uketsukejokyo": TAKEN}
            )
            steps.append(Line(morning, known | end))
        yield ordered(flagged(steps, one))


def _applicant(one: Person, values: Values) -> Values:
    named = names(values, one)
    return {
        "shinseishashimei": named["shimei"], "shinseishashimei_furigana": named["shimei_furigana"], "shinseishaseinengappi": one.born.isoformat(),
        "shinseishaseibetsu": one.sex, "shinseishayubinbango": values.get("jusho_yubinbango", ""), "shinseishajusho": written(values),
        "shinseishadenwabango": "0990000400",
    }  # fmt: skip


@source("030o902")
def items(shard: Shard) -> Iterator[Chain]:
    """What was filled into the form."""
    for case in applications(shard):
        values = _values(case)
        told = _applicant(case.one, values)
        date = case.at.date()
        cells = (
            ("shinseisha_shimei", "申請者の氏名", told["shinseishashimei"], ""), ("shinseisha_jusho", "申請者の住所", told["shinseishajusho"], ""),
            ("shinsei_nengappi", "申請年月日", f"{date.year}年{date.month}月{date.day}日".translate(_WIDE), ""), ("doi", "確認事項への同意", "同意する", "1"),
        )  # fmt: skip
        for place, (code, name, cell, choice) in enumerate(cells, 1):
            yield [Line(case.at, {
                "uketsukebango": case.number, "komokutsuban": str(place), "kurikaeshibango": "1", "gyomuid": case.service, "komokukodo": code,
                "komokumei": name, "komokuchi": cell, "komokuchikodo": choice, "hissukomokufuragu": "1",
                "pureinjifuragu": "1" if place < 3 else "0",
            })]  # fmt: skip


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@source("030o903")
def papers(shard: Shard) -> Iterator[Chain]:
    """What was attached, with the digest that tells whether it arrived whole."""
    for case in applications(shard):
        for place, name in enumerate(case.papers, 1):
            digest = hashlib.sha256(f"{case.number}/{place}".encode()).hexdigest()
            yield [Line(case.at, {
                "uketsukebango": case.number, "tenputsuban": str(place), "gyomuid": case.service, "tenpushoruimei": name,
                "fairumei": f"attachment{place:02d}.pdf", "fairushurui": "pdf", "fairuyoryo": str(40_000 + int(digest[:5], 16)),
                "hasshuchi": digest, "totatsunengappi": case.at.date().isoformat(),
            })]  # fmt: skip
