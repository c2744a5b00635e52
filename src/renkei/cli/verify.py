"""`renkei verify CERTIFICATE`: check a certificate offline, and make its verdicts and decision again from the evidence.

Exit codes: 0 when everything verifies, whatever the certificate decides; 1 when anything does not; 2 for a file that
cannot be read or no key to trust. Trusted keys are those of `--key` (a PEM file or a folder of them), else of the folder
that RENKEI_KEYS names, else of ~/.config/renkei/keys: a key that merely comes with a certificate proves nothing.

The run folder is that of `--evidence`, else the certificate's own. When it holds nothing that the certificate binds and
`--evidence` is not given, only form, signature and time are checked, and the output says so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from renkei.catalogue import Catalogue
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.cli.standing import Standing, edition_standing
from renkei.errors import CertificateError, ExitCode, UsageError
from renkei.flow.certificate import JOURNEYS, Certificate, parse
from renkei.flow.exchange import strict_json
from renkei.neutral import neutral
from renkei.verification import FOLDER_CHECKS, Check, State, check_folder, check_time, checked, has_evidence

if TYPE_CHECKING:
    from renkei.adapters.signing.keys import PublicKey

SCHEMA = "renkei.verification/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What verifying gave: the checks in order, and the certificate when its signature is good."""

    checks: tuple[Check, ...]
    certificate: Certificate | None

    @property
    def verified(self) -> bool:
        """Whether the signature is good and no check failed."""
        return self.certificate is not None and all(check.state is not State.FAILED for check in self.checks)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("verify", help=words.text("cli.verify"))
    parser.add_argument("certificate", type=Path, metavar="CERTIFICATE", nargs="?")
    parser.add_argument("--evidence", type=Path, metavar="DIR", help=words.text("verify.evidence"))
    parser.add_argument("--key", type=Path, metavar="PUB", action="append", default=[], help=words.text("verify.key"))
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_schema_option(parser, words)


def run(args: argparse.Namespace) -> int:
    """Verify a certificate and say every check in words."""
    if printed_schema(args, "verification-1"):
        return ExitCode.CONFORMS
    if args.certificate is None:
        raise UsageError("verify-no-certificate")
    keys = trusted_keys(args.key)
    report = verify(_read(args.certificate), keys, folder=_folder(args), now=dt.datetime.now(dt.UTC))
    words = Catalogue(args.lang)
    standing = edition_standing(report.certificate) if report.certificate else None
    if args.json:
        print(json.dumps(_document(report, words, standing), ensure_ascii=False, indent=2))
    else:
        _tell(report, standing, words)
    return ExitCode.CONFORMS if report.verified else ExitCode.DOES_NOT_CONFORM


def trusted_keys(named: Sequence[Path]) -> tuple[PublicKey, ...]:
    """The public keys to trust; raises UsageError when there is none."""
    from renkei.adapters.signing.keys import load_public_keys

    if named:
        return tuple(key for path in named for key in load_public_keys(path))
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = Path(os.environ.get("RENKEI_KEYS") or config / "renkei" / "keys")
    if not folder.is_dir():
        raise UsageError("verify-no-key", folder=str(folder))
    return load_public_keys(folder)


def verify(data: bytes, keys: Sequence[PublicKey], *, folder: Path | None, now: dt.datetime) -> Report:
    """Check the bytes of a certificate, and the run folder behind it when there is one."""
    from renkei.adapters.signing.envelope import read, unseal

    opened: list[Certificate] = []

    def signature() -> None:
        payload, keyid = unseal(data, keys)
        certificate = parse(strict_json(payload))
        if certificate.predicate["issuer"]["keyid"] != keyid:
            raise CertificateError("certificate-issuer", keyid=keyid)
        opened.append(certificate)

    checks = [checked("form", lambda: _ignore(read(data)))]
    if checks[0].state is State.OK:
        checks.append(checked("signature", signature))
    if not opened:
        return Report(
            checks=(*checks, *_skipped(("signature", "time", *FOLDER_CHECKS)[len(checks) - 1 :])), certificate=None
        )
    certificate = opened[0]
    checks.append(check_time(certificate, now))
    checks += check_folder(folder, certificate) if folder else _skipped(FOLDER_CHECKS)
    return Report(checks=tuple(checks), certificate=certificate)


def _ignore(_: object) -> None:
    """Only whether reading raises matters."""


def _skipped(names: Sequence[str]) -> list[Check]:
    return [Check(name=name, state=State.NOT_CHECKED) for name in names]


def _folder(args: argparse.Namespace) -> Path | None:
    if args.evidence:
        if not args.evidence.is_dir():
            raise UsageError("verify-no-evidence", folder=str(args.evidence))
        return Path(args.evidence)
    folder: Path = args.certificate.parent
    return folder if has_evidence(folder) else None


def _read(path: Path) -> bytes:
    from renkei.adapters.signing.envelope import MAX_BYTES

    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError("verify-unreadable", file=str(path), why=error.strerror or "") from error


def _document(report: Report, words: Catalogue, standing: Standing | None = None) -> dict[str, Any]:
    certificate = report.certificate
    return {
        "schema": SCHEMA,
        "verified": report.verified,
        "certificate": dict(certificate.predicate) if certificate else None,
        "edition": asdict(standing) if standing else None,
        "checks": [
            {**asdict(check), "state": check.state.value, "values": dict(check.values), "text": _sentence(check, words)}
            for check in report.checks
        ],
    }


def _sentence(check: Check, words: Catalogue) -> str:
    what = words.text(f"verify_checks.{check.name}")
    if check.state is State.OK:
        return words.text("verify.ok", what=what)
    if check.state is State.NOT_CHECKED:
        return words.text("verify.not-checked", what=what)
    key = f"errors.{check.code}.message"
    values = {name: neutral(str(value)) for name, value in check.values.items()}
    why = words.text(key, **values) if words.has(key) else f"{check.code} {values}"
    return words.text("verify.failed", what=what, why=why)


def _tell(report: Report, standing: Standing | None, words: Catalogue) -> None:
    for check in report.checks:
        print(_sentence(check, words))
    if report.certificate and report.verified:
        _tell_certificate(report.certificate.predicate, words)
    if standing and report.verified:
        edition = neutral(report.certificate.predicate["edition"]) if report.certificate else ""
        values = {"edition": edition, "installed": standing.installed, "until": standing.until}
        print(words.text(f"verify_editions.{standing.state}", **values))
    print(words.text("verify.verified" if report.verified else "verify.refused"))
    if report.verified and any(check.state is State.NOT_CHECKED for check in report.checks):
        print(words.text("verify.signature-only"))
    if report.certificate and report.certificate.predicate["issuer"]["demo"]:
        print(words.text("verify.demo"))


def _tell_certificate(predicate: Mapping[str, Any], words: Catalogue) -> None:
    print(
        words.text(
            "verify.head",
            serial=neutral(predicate["serial"]),
            edition=neutral(predicate["edition"]),
            issued=neutral(predicate["issued"]),
            expires=neutral(predicate["expires"]),
        )
    )
    for row in predicate["targets"]:
        print(
            words.text(
                "certify.target",
                target=neutral(row["id"]),
                vendor=neutral(row["vendor"]),
                product=neutral(row["product"]),
                version=neutral(row["version"]),
                decision=words.choice("cli_decisions", row["decision"]),
                grade=words.choice("grades", row["grade"]),
            )
        )
        print(words.text("certify.not-covered", count=len(row["not_covered"])))
    if JOURNEYS in predicate:
        row = predicate[JOURNEYS]
        decision, grade = words.choice("cli_decisions", row["decision"]), words.choice("grades", row["grade"])
        print(words.text("certify.journeys", count=len(row["events"]), decision=decision, grade=grade))
        print(words.text("certify.journeys-not-covered", count=len(row["not_covered"])))
