"""A small handmade run with every outcome, and the same run from vendors that attack the reader."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.events import (
    CasePlanned,
    Event,
    ExchangeSeen,
    FindingMade,
    Observed,
    RunFinished,
    RunStarted,
    TargetProbed,
    TestFinished,
    TestStarted,
)
from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.exchange import content_id
from renkei.flow.finding import Finding
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.requirement import Ambiguity, Basis, Impact, Level, Requirement, Role, Transport
from renkei.record import RunRecord, fold

HOSTILE = (
    "<script>window.FIRED=1</script>\"><img src=x onerror=window.FIRED=1>'</pre></textarea>"
    "javascript:window.FIRED=1 [x](javascript:window.FIRED=1) {{7*7}} \x1b[31m\u202e\x00\ud800]]></svg>--><!--"
)
VENDORS = ("alpha", "beta", "gamma")
SYSTEMS = ("031", "001")
FUBAN, SHOKAI, FILE = "jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai", "001o006"


def requirements() -> tuple[Requirement, ...]:
    """The sample's requirements, from the table beside this module."""
    with Path(__file__).with_name("sample_requirements.csv").open(encoding="utf-8", newline="") as table:
        return tuple(requirement(row) for row in csv.DictReader(table))


def requirement(row: dict[str, str]) -> Requirement:
    """One requirement of the sample."""
    return Requirement(
        id=row["id"],
        title_ja=row["title"],
        title_en=f"Title of {row['id']}",
        text_ja=f"{row['title']}こと。",
        text_en=f"Text of {row['id']}.",
        plain_ja=row["plain"],
        plain_en=f"What {row['id']} means for the office.",
        level=Level(row["level"]),
        impact=Impact(row["impact"]),
        role=Role.PROVIDER,
        applies=Transport(row["applies"]),
        linkages=tuple(row["linkages"].split()),
        option="",
        clause=row["clause"],
        basis=Basis.SOURCED,
        ambiguities=(),
        rules=(),
    )


def linkage(id_: str, name: str, system: str, transport: Transport) -> Linkage:
    """One linkage of the sample."""
    return Linkage(id=id_, name_ja=name, name_en=f"Linkage {id_}", system=system, consumers=(), transport=transport)


def system(id_: str, name: str, english: str, linkages: tuple[Linkage, ...]) -> System:
    """One system of the sample."""
    return System(id=id_, romaji=id_, name_ja=name, name_en=english, linkages=linkages, items=(), document={})


def bundle(asked: tuple[Requirement, ...] | None = None) -> Bundle:
    """The sample's edition: 031 over REST and 001 over files."""
    rest = (
        linkage(FUBAN, "住登外者宛名番号付番", "031", Transport.REST),
        linkage(SHOKAI, "住登外者宛名基本情報照会", "031", Transport.REST),
    )
    files = (linkage(FILE, "住民情報（個人番号あり）", "001", Transport.FILE),)
    return Bundle(
        edition="2.1",
        title_ja="共通機能標準仕様書 第2.1版",
        title_en="Common functions, edition 2.1",
        systems=(
            system("031", "住登外者宛名番号管理", "Non-resident addressee numbers", rest),
            system("001", "住民基本台帳", "Basic resident register", files),
        ),
        requirements=asked or requirements(),
        ambiguities=(
            Ambiguity(
                id="C11",
                text_ja="同じ内容で二回付番したとき、同じ番号を返すか新しい番号を返すか",
                text_en="Whether asking twice gives one number or two",
                source="連携要件 031",
            ),
        ),
        codes={},
        file_profile={},
        auth_document={},
        digests={},
    )


@dataclass
class Sample:
    """Builds the events of a run and its evidence files."""

    folder: Path
    text: str = ""
    events: list[Event] = field(default_factory=list)

    def vendor_text(self, usual: str) -> str:
        """What a vendor-controlled field holds."""
        return self.text or usual

    def exchange(self, case: str, test: str, status: int, body: str) -> str:
        """One kept exchange with its evidence file; gives the digest."""
        sent = json.dumps({"shorikubun": "0", "shimei": "髙﨑　𠮷野", "case": case}, ensure_ascii=False)
        evidence = {
            "schema": "renkei.evidence/1",
            "kind": "exchange",
            "request": {
                "method": "POST",
                "url": f"https://127.0.0.1:8443/app_submit/v10/{FUBAN}",
                "headers": [["Authorization", "[伏せ字]"], ["Content-Type", "application/json"]],
                "body": {"text": sent, "bytes": len(sent), "truncated": False},
            },
            "response": {
                "status": status,
                "headers": [["Content-Type", "application/json"], ["X-Vendor", self.vendor_text("alpha")]],
                "body": {"text": self.vendor_text(body), "bytes": len(body), "truncated": False},
                "violations": [],
            },
            "error": "",
        }
        digest = content_id(evidence)
        (self.folder / "evidence").mkdir(parents=True, exist_ok=True)
        path = self.folder / "evidence" / f"{digest}.json"
        path.write_text(json.dumps(evidence), "utf-8")
        summary = f"POST /app_submit/v10/{FUBAN} → {status}"
        self.events.append(ExchangeSeen(case=case, test=test, digest=digest, summary=summary, kept=True))
        return digest

    def case(self, planned: CasePlanned, outcome: Outcome) -> None:
        """One executed case with that outcome."""
        test = f"suites/provider/test_sample.py::test_{planned.requirement.lower().replace('-', '_')}"
        self.events.append(planned)
        self.events.append(TestStarted(case=planned.case, test=test))
        digest = self.exchange(planned.case, test, 200 if outcome is Outcome.PASSED else 201, '{"result":[]}')
        reasons = {
            Outcome.INCONCLUSIVE: ("not-reproducible", "1/3", "undecidable"),
            Outcome.BLOCKED: ("no-token", self.vendor_text("401"), "configuration"),
            Outcome.AMBIGUOUS: ("text-open", self.vendor_text("二つの番号"), ""),
            Outcome.HARNESS_ERROR: ("validators-disagree", self.vendor_text("/result"), "harness"),
            Outcome.FAILED: ("", "", "provider"),
            Outcome.WAIVED: ("", "", "provider"),
        }
        reason, detail, fault_of = reasons.get(outcome, ("", "", ""))
        if outcome in (Outcome.FAILED, Outcome.WAIVED):
            self.events += [
                FindingMade(case=planned.case, finding=self.finding(planned, test, digest, where))
                for where in ("/result/0/shimei", "/result/1/shimei")
            ]
        if outcome is Outcome.AMBIGUOUS:
            self.events.append(
                Observed(case=planned.case, test=test, ambiguity="C11", value=self.vendor_text("二つの番号"))
            )
        self.events.append(
            TestFinished(
                case=planned.case,
                test=test,
                outcome=outcome,
                reason=reason,
                detail=detail,
                fault_of=fault_of,
                assertions=3,
                exchanges=1,
                seconds=0.2,
            )
        )

    def finding(self, planned: CasePlanned, test: str, digest: str, where: str) -> Finding:
        """One finding on the case."""
        return Finding(
            target=planned.target,
            role=planned.role,
            linkage=planned.linkage,
            requirement=planned.requirement,
            rule=self.vendor_text("character-changed"),
            expected=self.vendor_text("辻\U000e0100（異体字）"),
            actual=self.vendor_text("辻"),
            where=self.vendor_text(where) if where.startswith("/result/0") else where,
            fault_of=FaultOf.PROVIDER,
            test=test,
            evidence=(digest,),
            example='{"shimei":"辻\U000e0100"}',
            replays="3/3",
            second_opinion=self.vendor_text(""),
        )


OUTCOMES: dict[tuple[str, str], Outcome] = {
    ("beta", "FD-05"): Outcome.FAILED,
    ("beta", "AU-03"): Outcome.FAILED,
    ("beta", "FL-06"): Outcome.FAILED,
    ("beta", "FL-09"): Outcome.WAIVED,
    ("beta", "ST-04"): Outcome.INCONCLUSIVE,
    ("gamma", "ST-09"): Outcome.BLOCKED,
    ("gamma", "SC-11"): Outcome.HARNESS_ERROR,
    ("gamma", "ST-04"): Outcome.AMBIGUOUS,
    ("alpha", "SC-11"): Outcome.AMBIGUOUS,
    ("beta", "SC-11"): Outcome.AMBIGUOUS,
}
EXCLUDED: dict[tuple[str, str], tuple[Outcome, str, str]] = {
    ("gamma", "FD-05"): (Outcome.NOT_CLAIMED, "option-not-claimed", "gaiji"),
    ("gamma", "TR-01"): (Outcome.EXEMPT, "in-package", "同一パッケージのため"),
    ("alpha", "FL-09"): (Outcome.NOT_APPLICABLE, "not-testable", "FL-09"),
}


def header(sample: Sample, vendors: tuple[str, ...]) -> RunStarted:
    """The header: every vendor with both systems."""
    targets = tuple(
        {
            "id": f"{vendor}-{system}",
            "vendor": vendor,
            "product": sample.vendor_text(f"{vendor.title()} 総合住民情報"),
            "version": sample.vendor_text("3.2"),
            "system": system,
        }
        for vendor in vendors
        for system in SYSTEMS
    )
    return RunStarted(
        run="20261122-090000-7f3a",
        started="2026-11-22T09:00:00+09:00",
        plan={"name": "見本市 受入前試験", "municipality": "993018"},
        digests={"plan": "a" * 64, "contracts": "b" * 64, "suites": "c" * 64},
        seed=42,
        profile="standard",
        edition="2.1",
        language="ja",
        tool="renkei 0.1.0",
        targets=targets,
    )


def record(
    folder: Path,
    text: str = "",
    vendors: tuple[str, ...] = VENDORS,
    edition: Bundle | None = None,
) -> RunRecord:
    """The run: alpha conforms, beta has defects, gamma cannot be decided; ``text`` fills all vendor fields."""
    edition = edition or bundle()
    sample = Sample(folder, text)
    start = header(sample, vendors)
    sample.events.append(start)
    for target in start.targets:
        for item in edition.system(target["system"]).linkages:
            for rule in edition.requirements:
                auth = rule.applies is Transport.AUTH and item.id == FUBAN
                if rule.concerns(item.id, item.transport) or auth:
                    play(sample, target, "oauth" if auth else item.id, rule)
    if "gamma" in vendors and not text:
        sample.events.append(TargetProbed(target="gamma-001", code="no-files", values={"url": "file:///place"}))
    sample.events.append(RunFinished(finished="2026-11-22T09:04:10+09:00", state="finished", counts={}))
    return fold(sample.events)


def play(sample: Sample, target: dict[str, Any], linkage_id: str, rule: Requirement) -> None:
    """One case of one target: excluded, never run, or run with its outcome."""
    key = (target["vendor"], rule.id)
    excluded, reason, detail = EXCLUDED.get(key, (None, "", ""))
    case = f"{target['id']}/provider/{linkage_id}/{rule.id}"
    test = f"suites/provider/test_sample.py::test_{rule.id.lower().replace('-', '_')}"
    planned = CasePlanned(
        case=case,
        target=target["id"],
        role="provider",
        linkage=linkage_id,
        requirement=rule.id,
        level=str(rule.level),
        impact=str(rule.impact),
        excluded=str(excluded or ""),
        reason=reason,
        detail=sample.vendor_text(detail),
        tests=(test,),
    )
    if excluded or key == ("beta", "FL-12"):
        sample.events.append(planned)
    else:
        sample.case(planned, OUTCOMES.get(key, Outcome.PASSED))


def decisions() -> dict[str, dict[str, Any]]:
    """The decision records of the sample's targets."""
    shallow = {"code": "profile-too-low", "requirement": "", "linkage": "", "value": "standard"}
    failed = {"code": "case-failed", "requirement": "AU-03", "linkage": "oauth", "value": ""}
    refused = {"decision": "not_certified", "missing": [failed, shallow], "certificate": None}
    granted = {"decision": "certified", "missing": [], "certificate": "certificate.json"}
    return {f"{vendor}-{system}": granted if vendor == "alpha" else refused for vendor in VENDORS for system in SYSTEMS}
