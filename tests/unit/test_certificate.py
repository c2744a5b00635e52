"""Certify and verify: from run folder to certificate and back, and no way around."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run_maker import CONTRACTS, bundle, make

from renkei.adapters.signing.envelope import seal
from renkei.adapters.signing.keys import PublicKey, SigningKey, load_public_keys, load_signing_key, new_key
from renkei.atomicfile import pretty
from renkei.certification import draft, examine
from renkei.cli.verify import Report, verify
from renkei.decisionfile import read_policy
from renkei.errors import ExitCode, RenkeiError, RunFolderError
from renkei.evidence import EvidenceStore
from renkei.flow.certificate import Issuer, parse
from renkei.flow.contract import OtherEdition
from renkei.flow.decision import Proof
from renkei.flow.exchange import canonical
from renkei.flow.outcome import Outcome
from renkei.verification import State

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture(name="keys", scope="module")
def key_pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKey, tuple[PublicKey, ...]]:
    folder = tmp_path_factory.mktemp("keys")
    public = new_key(folder / "issuer.pem")
    return load_signing_key(folder / "issuer.pem"), load_public_keys(public)


Keys = tuple[SigningKey, tuple[PublicKey, ...]]


def certify(folder: Path, key: SigningKey, *, change: Callable[[dict[str, Any]], None] | None = None) -> bytes:
    """Write decision and certificate of a run folder; ``change`` tampers with the statement before it is signed."""
    examined = examine(folder, bundle(), CONTRACTS)
    made = draft(examined, bundle(), read_policy(None), Proof(), issuer=Issuer(keyid=key.keyid), issued=NOW)
    statement = json.loads(made.payload)
    if change:
        change(statement)
    (folder / "decision.json").write_bytes(made.decision_file)
    data = seal(canonical(statement), key)
    (folder / "certificate.json").write_bytes(data)
    return data


@pytest.fixture(name="run")
def certified_run(tmp_path: Path, keys: Keys) -> Path:
    folder = tmp_path / "run"
    make(folder, Outcome.FAILED, Outcome.EXEMPT)
    certify(folder, keys[0])
    return folder


def look(folder: Path, keys: Keys, *, now: dt.datetime = NOW) -> Report:
    return verify((folder / "certificate.json").read_bytes(), keys[1], folder=folder, now=now)


def failures(report: Report) -> dict[str, str]:
    assert not report.verified
    return {check.name: check.code for check in report.checks if check.state is State.FAILED}


def test_untouched_folder_verifies(run: Path, keys: Keys) -> None:
    """Every check of an untouched folder is made and holds, whatever the certificate decides."""
    report = look(run, keys)
    assert report.verified
    assert {check.state for check in report.checks} == {State.OK}
    assert report.certificate
    assert report.certificate.predicate["decision"] == "not_certified"


def test_certificate_says_what_it_does_not_cover(run: Path, keys: Keys) -> None:
    """Counts by outcome, what is missing and what is not covered stand in the certificate itself."""
    certificate = look(run, keys).certificate
    assert certificate
    target = certificate.predicate["targets"][0]
    assert target["counts"]["failed"] == 1
    assert target["missing"][0]["requirement"] == "SC-00"
    assert [row["why"] for row in target["not_covered"]] == ["exempt"]
    assert certificate.predicate["result"] == "FAILED"


def test_folder_verifies_where_it_is_copied_to(run: Path, keys: Keys, tmp_path: Path) -> None:
    """A run folder verifies from any place, such as a USB stick."""
    moved = tmp_path / "usb stick"
    shutil.copytree(run, moved)
    shutil.rmtree(run)
    assert look(moved, keys).verified


def edit(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return change


def first_evidence(folder: Path) -> Path:
    return sorted((folder / "evidence").iterdir())[0]


def drop_evidence(folder: Path) -> None:
    first_evidence(folder).unlink()


def add_evidence(folder: Path) -> None:
    EvidenceStore(folder / "evidence", lambda value: value).put({"more": 1})


def swap_evidence(folder: Path) -> None:
    one, two = sorted((folder / "evidence").iterdir())[:2]
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)


def foreign_evidence(folder: Path) -> None:
    (folder / "evidence" / "readme.html").write_text("x")


def linked_evidence(folder: Path) -> None:
    path = first_evidence(folder)
    path.rename(folder / "aside.json")
    path.symlink_to(folder / "aside.json")


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def drop_last_line(folder: Path) -> None:
    lines = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "run.jsonl").write_bytes(b"".join(lines[:-1]))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (drop_evidence, {"evidence": "evidence-missing"}),
        (add_evidence, {"evidence": "evidence-differs"}),
        (swap_evidence, {"evidence": "evidence-damaged"}),
        (foreign_evidence, {"evidence": "evidence-foreign"}),
        (linked_evidence, {"evidence": "evidence-missing"}),
        (remove("verdicts.json"), {"files": "file-missing"}),
        (remove("decision.json"), {"files": "file-missing"}),
        (remove("run.jsonl"), {"run-log": "run-missing"}),
        (drop_last_line, {"run-log": "run-truncated"}),
        (edit("verdicts.json", b'"outcome": "failed"', b'"outcome": "passed"'), {"verdicts": "verdicts-differ"}),
        (edit("verdicts.json", b"SC-00 \xe3", b"SC-09 \xe3"), {"files": "file-differs"}),
        (edit("verdicts.json", b'"run":', b'"run": "x", "run":'), {"verdicts": "file-damaged"}),
        (edit("decision.json", b"not_certified", b"certified"), {"decision": "decision-differs"}),
        (edit("decision.json", b'"waived": "conditional"', b'"waived": "certified"'), {"files": "file-differs"}),
        (edit("run.jsonl", b'"actual":"500', b'"actual":"200'), {"run-log": "run-chain"}),
    ],
)
def test_changed_folder_is_refused(
    run: Path, keys: Keys, change: Callable[[Path], None], expected: dict[str, str]
) -> None:
    """Whatever is changed, dropped, added or swapped in a certified folder is named."""
    change(run)
    assert expected.items() <= failures(look(run, keys)).items()


@pytest.mark.parametrize("name", ["run.jsonl", "verdicts.json", "decision.json"])
def test_another_runs_files_are_refused(run: Path, keys: Keys, tmp_path: Path, name: str) -> None:
    """A file of another run, itself in order, does not fit this certificate."""
    other = tmp_path / "other"
    make(other)
    certify(other, keys[0])
    shutil.copy(other / name, run / name)
    assert "file-differs" in failures(look(run, keys)).values()


def test_another_runs_certificate_is_refused(run: Path, keys: Keys, tmp_path: Path) -> None:
    """The good certificate of one run proves nothing about another."""
    make(tmp_path / "other")
    data = certify(tmp_path / "other", keys[0])
    report = verify(data, keys[1], folder=run, now=NOW)
    assert {"files", "summary", "decision"} & failures(report).keys()


def set_digest(name: str) -> Callable[[dict[str, Any]], None]:
    def change(statement: dict[str, Any]) -> None:
        for subject in statement["subject"]:
            if subject["name"] == name:
                subject["digest"]["sha256"] = "0" * 64
        number(statement)

    return change


def number(statement: dict[str, Any]) -> None:
    """Give a changed statement the serial that fits it, as a signer gone astray would."""
    from renkei.flow.exchange import content_id

    rest = {name: value for name, value in statement["predicate"].items() if name not in ("serial", "revocation")}
    statement["predicate"]["serial"] = f"RK-{content_id([statement['subject'], rest])[:20]}"


def set_member(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(statement: dict[str, Any]) -> None:
        statement["predicate"][name] = value
        number(statement)

    return change


def set_target(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(statement: dict[str, Any]) -> None:
        statement["predicate"]["targets"][0][name] = value
        number(statement)

    return change


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (set_digest("contracts"), "origins"),
        (set_digest("plan"), "origins"),
        (set_digest("tool"), "origins"),
        (set_digest("evidence"), "evidence"),
        (set_digest("run.jsonl"), "files"),
        (set_member("edition", "9.9"), "summary"),
        (set_member("seed", 8), "summary"),
        (set_member("profile", "certification"), "summary"),
        (set_target("version", "2"), "summary"),
        (set_target("decision", "certified"), "summary"),
        (set_target("not_covered", []), "summary"),
        (set_member("decision", "certified"), "signature"),
        (set_member("issuer", {"keyid": "somebody", "demo": False}), "signature"),
        (set_member("issuer", {"keyid": "DEMO-x", "demo": False}), "signature"),
        (set_member("extra", 1), "signature"),
        (lambda statement: statement["predicate"].update(serial="RK-0"), "signature"),
        (lambda statement: statement["subject"].pop(), "signature"),
        (lambda statement: statement["subject"].append(statement["subject"][0]), "signature"),
        (lambda statement: statement.update(predicateType="urn:other"), "signature"),
    ],
)
def test_false_statement_is_refused_although_signed(
    run: Path, keys: Keys, change: Callable[[dict[str, Any]], None], check: str
) -> None:
    """Even the issuer's own signature does not make a statement true that the folder does not bear out."""
    certify(run, keys[0], change=change)
    assert check in failures(look(run, keys))


def test_expiry(run: Path, keys: Keys) -> None:
    """A certificate holds from its issue to its expiry and not a second longer."""
    year = dt.timedelta(days=365)
    assert look(run, keys, now=NOW + year - dt.timedelta(seconds=1)).verified
    assert failures(look(run, keys, now=NOW + year)) == {"time": "certificate-expired"}
    assert failures(look(run, keys, now=NOW - dt.timedelta(days=2))) == {"time": "certificate-not-yet"}


def test_certificate_alone(run: Path, keys: Keys) -> None:
    """Without a run folder signature and time are checked, and the rest is said not to be."""
    report = verify((run / "certificate.json").read_bytes(), keys[1], folder=None, now=NOW)
    assert report.verified
    assert [check.name for check in report.checks if check.state is State.OK] == ["form", "signature", "time"]


def test_untrusted_and_damaged_certificates_check_nothing_else(run: Path, keys: Keys) -> None:
    """Of a certificate without a good signature nothing further is believed."""
    data = (run / "certificate.json").read_bytes()
    for report in (verify(data, (), folder=run, now=NOW), verify(data + b" ", keys[1], folder=run, now=NOW)):
        assert not report.verified
        assert report.certificate is None
        assert len(report.checks) == 10


def broken_footer(folder: Path) -> None:
    path = folder / "run.jsonl"
    path.write_bytes(path.read_bytes()[:-5])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (drop_last_line, "run-truncated"),
        (broken_footer, "run-torn"),
        (edit("run.jsonl", b'"actual":"500', b'"actual":"200'), "run-chain"),
        (remove("verdicts.json"), "verdicts-missing"),
        (edit("verdicts.json", b'"verdict": "failed"', b'"verdict": "passed"'), "verdicts-differ"),
        (edit("verdicts.json", b'"plain": "SC', b'"plain": "XX'), "verdicts-differ"),
        (edit("verdicts.json", b"--target", b"; reboot"), "verdicts-differ"),
        (edit("verdicts.json", b"{", b"{{"), "verdicts-damaged"),
        (drop_evidence, "evidence-missing"),
        (swap_evidence, "evidence-damaged"),
    ],
)
def test_unfit_run_is_not_certified(tmp_path: Path, change: Callable[[Path], None], code: str) -> None:
    """A truncated, damaged or edited run is refused by name before anything is signed."""
    folder = tmp_path / "run"
    make(folder, Outcome.FAILED)
    change(folder)
    with pytest.raises(RenkeiError) as caught:
        examine(folder, bundle(), CONTRACTS)
    assert caught.value.code == code


def test_blocked_interrupted_and_foreign_runs_are_not_certified(tmp_path: Path) -> None:
    """A run in which nobody could be judged, that was stopped, or by other contracts is refused by name."""
    make(tmp_path / "a", *[Outcome.BLOCKED] * 8)
    make(tmp_path / "b", finish="interrupted")
    make(tmp_path / "c")
    for name, contracts, code, exit_code in (
        ("a", CONTRACTS, "run-blocked", ExitCode.BLOCKED),
        ("b", CONTRACTS, "run-interrupted", ExitCode.USAGE),
        ("c", "0" * 64, "run-other-contracts", ExitCode.USAGE),
    ):
        with pytest.raises(RenkeiError) as caught:
            examine(tmp_path / name, bundle(), contracts)
        assert (caught.value.code, caught.value.exit_code) == (code, exit_code)


@pytest.mark.parametrize("value", [None, [], {}, {"_type": 1}, {"_type": "x", "subject": {}, "predicate": []}])
def test_odd_statement_is_refused(value: Any) -> None:
    """A payload that is no certificate is refused."""
    with pytest.raises(ValueError, match="members"):
        parse(value)


def test_certificate_file_is_in_its_one_form(run: Path) -> None:
    """The certificate file is what sealing writes, byte for byte."""
    data = (run / "certificate.json").read_bytes()
    assert pretty(json.loads(data)) == data


def test_no_changed_byte_of_a_certificate_is_accepted(run: Path, keys: Keys) -> None:
    """A certificate with one byte changed anywhere (every fifth one tried) is refused."""
    data = (run / "certificate.json").read_bytes()
    for place in range(0, len(data), 5):
        broken = data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :]
        assert not verify(broken, keys[1], folder=None, now=NOW).verified


@pytest.mark.parametrize(
    ("until", "expires"),
    [("2026-11-30", "2026-11-30T15:00:00+00:00"), ("2026-11-22", "2026-11-22T15:00:00+00:00"), ("2099-03-31", "")],
)
def test_a_replaced_edition_limits_the_certificate(tmp_path: Path, keys: Keys, until: str, expires: str) -> None:
    """A certificate by an older edition holds to the end of the last day, in Japan, that the edition is accepted."""
    folder = tmp_path / "run"
    make(folder, Outcome.PASSED)
    older = replace(bundle(), newer=OtherEdition(edition="2099-04", until=until))
    policy = read_policy(None)

    made = draft(
        examine(folder, bundle(), CONTRACTS), older, policy, Proof(), issuer=Issuer(keyid=keys[0].keyid), issued=NOW
    )

    usual = NOW + dt.timedelta(days=policy.valid_days[made.decision.grade])
    assert made.statement["predicate"]["expires"] == (expires or usual.isoformat())


@pytest.mark.parametrize("until", ["2026-11-21", ""])
def test_an_edition_that_is_accepted_no_more_gives_no_certificate(tmp_path: Path, keys: Keys, until: str) -> None:
    """After the last day, or without one, a run by an older edition is refused by name."""
    folder = tmp_path / "run"
    make(folder, Outcome.PASSED)
    older = replace(bundle(), newer=OtherEdition(edition="2099-04", until=until))
    examined = examine(folder, bundle(), CONTRACTS)

    with pytest.raises(RunFolderError, match="run-edition-ended"):
        draft(examined, older, read_policy(None), Proof(), issuer=Issuer(keyid=keys[0].keyid), issued=NOW)
