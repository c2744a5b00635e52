"""`renkei certify RUN`: decide on a finished run and sign the certificate.

Exit codes: 0 when a certificate was written and every target is certified, if only conditionally; 1 when it was written
and says of at least one target that it is not; 2 for a run that is truncated, interrupted, damaged or foreign, for
verdicts that do not follow from the log, and without a key; 3 when no target could be judged. `--new-key` makes a key
pair and stops: keys are never made by the way.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.atomicfile import write_whole
from renkei.catalogue import Catalogue
from renkei.certification import CERTIFICATE_NAME, Examined, draft, examine
from renkei.cli import wiring
from renkei.cli.collector import waiting_collector
from renkei.cli.schema import add_schema_option, printed_schema
from renkei.decisionfile import DECISION_NAME, read_policy, read_proof, sentence
from renkei.errors import ExitCode, UsageError
from renkei.flow.certificate import JOURNEYS, Issuer
from renkei.flow.contract import Bundle
from renkei.flow.decision import Decision, Missing, Policy
from renkei.neutral import neutral

DEMO_PUBLIC_NAME = "demo.pub.pem"
MAX_TOLD = 20


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("certify", help=words.text("cli.certify"))
    parser.add_argument("run", type=Path, metavar="RUN", nargs="?")
    parser.add_argument("--policy", type=Path, metavar="FILE", help=words.text("certify.policy"))
    parser.add_argument("--proof", type=Path, metavar="FILE", help=words.text("certify.proof"))
    parser.add_argument("--contracts", type=Path, metavar="PATH", help=words.text("certify.contracts"))
    parser.add_argument("--key", type=Path, metavar="KEY", help=words.text("certify.key"))
    parser.add_argument("--new-key", type=Path, metavar="FILE", help=words.text("certify.new-key"))
    parser.add_argument("--demo", action="store_true", help=words.text("certify.demo"))
    parser.add_argument("--json", action="store_true", help=words.text("cli.json"))
    add_schema_option(parser, words)


def run(args: argparse.Namespace) -> int:
    """Make a key, or certify a run folder."""
    if printed_schema(args, "decision-1"):
        return ExitCode.CONFORMS
    words = Catalogue(args.lang)
    if args.new_key:
        from renkei.adapters.signing.keys import new_key

        public = new_key(args.new_key, demo=args.demo)
        print(words.text("certify.key-made", private=args.new_key, public=public))
        return ExitCode.CONFORMS
    if args.run is None:
        raise UsageError("certify-no-run")
    if args.key is None:
        raise UsageError("certify-no-key", folder=str(args.run))
    document = certify(
        args.run, key=args.key, policy=read_policy(args.policy), proof=args.proof, contracts=args.contracts
    )
    if args.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _tell(args.run, document, words)
    return ExitCode.DOES_NOT_CONFORM if document["decision"] == Decision.NOT_CERTIFIED else ExitCode.CONFORMS


@waiting_collector()
def certify(
    folder: Path, *, key: Path, policy: Policy, proof: Path | None = None, contracts: Path | None = None
) -> dict[str, Any]:
    """Examine the run, write ``decision.json`` and ``certificate.json``, show the decision on the pages; gives it.

    ``proof`` is the file that says how well the tests are proven (default: the shipped one), ``contracts`` where the
    documents of another standard lie (default: where the run's plan says).
    """
    from renkei.adapters.signing.envelope import seal
    from renkei.adapters.signing.keys import load_signing_key

    signing = load_signing_key(key)
    bundle = wiring.contracts_of_run(folder, contracts)
    examined = examine(folder, bundle, wiring.contracts_digest(bundle))
    proven = read_proof(proof or shipped_proof(foreign=bundle.foreign))
    made = draft(examined, bundle, policy, proven, issuer=Issuer(keyid=signing.keyid), issued=dt.datetime.now(dt.UTC))
    envelope = seal(made.payload, signing)
    write_whole(folder / DECISION_NAME, made.decision_file)
    write_whole(folder / CERTIFICATE_NAME, envelope)
    document: dict[str, Any] = json.loads(made.decision_file)
    _show(folder, examined, bundle, document)
    return document


def shipped_proof(*, foreign: bool = False) -> Path | None:
    """The result of the last `ci/selftest` over the faults that ship with the suites; None when it was never run.

    The generic suites for documents of other standards have a proof of their own.
    """
    path = wiring.home() / "mocks" / ("proof-foreign.json" if foreign else "proof.json")
    return path if path.is_file() else None


def certify_demo(folder: Path) -> dict[str, Any]:
    """Certify with a key that is marked as a demonstration key and is thrown away; its public half stays."""
    from renkei.adapters.signing.keys import new_key

    with tempfile.TemporaryDirectory(prefix="renkei-") as scratch:
        key = Path(scratch) / "demo.pem"
        public = new_key(key, demo=True)
        document = certify(folder, key=key, policy=read_policy(None))
        write_whole(folder / DEMO_PUBLIC_NAME, public.read_bytes())
    return document


def _show(folder: Path, examined: Examined, bundle: Bundle, document: Mapping[str, Any]) -> None:
    """Write the run's pages again, now with the decisions."""
    from renkei.cli.outputs import write_pages

    subjects = [*document["targets"], *([document[JOURNEYS]] if JOURNEYS in document else [])]
    decisions = {row["id"]: {**row, "certificate": CERTIFICATE_NAME} for row in subjects}
    write_pages(folder, examined.record, bundle, decisions)


def _tell(folder: Path, document: Mapping[str, Any], words: Catalogue) -> None:
    grade = words.text(f"grades.{document['grade']}")
    for row in document["targets"]:
        print(
            words.text(
                "certify.target",
                target=neutral(row["id"]),
                vendor=neutral(row["vendor"]),
                product=neutral(row["product"]),
                version=neutral(row["version"]),
                decision=words.text(f"cli_decisions.{row['decision']}"),
                grade=grade,
            )
        )
        _tell_missing(row, words)
        print(words.text("certify.not-covered", count=len(row["not_covered"])))
    if JOURNEYS in document:
        row = document[JOURNEYS]
        decision = words.text(f"cli_decisions.{row['decision']}")
        print(words.text("certify.journeys", count=len(row["events"]), decision=decision, grade=grade))
        _tell_missing(row, words)
        print(words.text("certify.journeys-not-covered", count=len(row["not_covered"])))
    print(words.text("certify.written", path=folder / CERTIFICATE_NAME))


def _tell_missing(row: Mapping[str, Any], words: Catalogue) -> None:
    """What is between a subject and the full certificate, in the language of whoever asks; the file has the plan's."""
    for item in row["missing"][:MAX_TOLD]:
        places = {name: item[name] for name in ("linkage", "requirement", "value")}
        missing = Missing(code=item["code"], allows=Decision(item["allows"]), **places)
        print(f"    – {sentence(missing, words)}")
    if len(row["missing"]) > MAX_TOLD:
        print(f"    – {words.text('pages.values-more', count=len(row['missing']) - MAX_TOLD)}")
