"""`renkei demo`: three mock vendors, the certification plan, report, verdicts, certificate, and what they say."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from renkei.catalogue import Catalogue
from renkei.cli import wiring
from renkei.cli.run import Order, execute, exit_code
from renkei.errors import RunFolderError
from renkei.flow.plan import Profile
from renkei.vendors import ProcessVendor

VENDORS = ("alpha", "beta", "gamma")
SYSTEMS = ("031", "001")
MARK = "demo.json"


class Vendor(Protocol):
    """A mock vendor, in a process or a container."""

    def start(self) -> dict[str, Any]:
        """Start it and give its readiness line."""

    def stop(self) -> None:
        """End it."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser], words: Catalogue) -> None:
    """Add the command."""
    parser = subparsers.add_parser("demo", help=words.text("cli.demo"))
    parser.add_argument("--out", type=Path, default=Path("reports/demo"), metavar="DIR", help=words.text("cli.out"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--processes", action="store_true")
    how.add_argument("--containers", action="store_true")
    parser.add_argument("--profile", choices=tuple(Profile), default=Profile.SMOKE, help=words.text("cli.profile"))
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=words.text("cli.seed"))


def run(args: argparse.Namespace) -> int:
    """Run the demo; 0 when it went through, whatever the vendors deserve (beta is defective on purpose)."""
    begun = time.monotonic()
    words = Catalogue(args.lang)
    out: Path = args.out
    _fresh(out)
    print(words.text("cli.demo-start"), flush=True)
    with vendors(out, containers=args.containers) as ready:
        for name, line in ready.items():
            print(words.text("cli.demo-ready", vendor=name, seconds=line["seconds"]), flush=True)
        plan_file = out / "plan.toml"
        plan_file.write_text(plan_text(ready, args.profile, args.seed, args.lang), encoding="utf-8")
        plan, bundle = wiring.open_plan(plan_file)
        verdicts = execute(Order(plan=plan, bundle=bundle, plan_file=plan_file, folder=out, language=args.lang))
    if not verdicts["finished"]:
        return exit_code(verdicts)
    decision = _certify(out)
    _tell(out, decision, words)
    print(words.text("cli.demo-done", seconds=f"{time.monotonic() - begun:.0f}"))
    return 0


def _fresh(out: Path) -> None:
    """Make room: an earlier demo in that folder goes, anything else is not ours to remove."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise RunFolderError("run-exists", folder=str(out))
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text('{"schema": "renkei.demo/1"}\n', encoding="utf-8")


@contextlib.contextmanager
def vendors(
    out: Path, *, containers: bool = False, names: tuple[str, ...] = VENDORS
) -> Iterator[dict[str, dict[str, Any]]]:
    """The running vendors' readiness lines by name; they are ended on the way out."""
    started: list[Vendor] = []
    ready: dict[str, dict[str, Any]] = {}
    try:
        for name in names:
            vendor = start_vendor(name, out, containers=containers)
            started.append(vendor)
            begun = time.monotonic()
            ready[name] = vendor.start() | {"seconds": f"{time.monotonic() - begun:.1f}"}
            vendor_secrets(out, name)
        _remember(out, ready, containers=containers)
        yield ready
    finally:
        for vendor in started:
            vendor.stop()


def start_vendor(name: str, out: Path, *, containers: bool = False, port: int = 0, extra: Sequence[str] = ()) -> Vendor:
    """One mock vendor that keeps its clients, test CA and files below ``out/mocks/<name>``; not yet started."""
    folder = (out / "mocks" / name).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [
        "--system",
        "both",
        "--tls",
        str(folder.parent / "tls"),
        "--place",
        (folder / "place").as_uri(),
        "--clients",
        str(folder / "clients.json"),
        *extra,
    ]
    if containers:
        from renkei.adapters.docker.vendor import ContainerVendor

        return ContainerVendor(vendor=name, folder=folder.parent, arguments=arguments)
    return ProcessVendor(
        vendor=name, home=wiring.home(), log=folder / "mock.log", arguments=[*arguments, "--port", str(port)]
    )


def vendor_secrets(out: Path, name: str) -> None:
    """Each client's secret in a file of its own, readable by the owner only: the plan names the files."""
    folder = out / "mocks" / name
    clients = json.loads((folder / "clients.json").read_text(encoding="utf-8"))
    rows = clients["clients"] if isinstance(clients, dict) else clients
    for number, row in enumerate(rows[:2], 1):
        path = folder / f"client-{number}.secret"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(row["client_secret"])


def _remember(out: Path, ready: Mapping[str, Mapping[str, Any]], *, containers: bool) -> None:
    """How to start the vendors again at the same addresses, for ``renkei replay``."""
    ports = {name: int(str(line["base_url"]).rpartition(":")[2]) for name, line in ready.items()}
    mark = {"schema": "renkei.demo/1", "ports": ports, "mode": "containers" if containers else "processes"}
    (out / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")


def plan_text(
    ready: Mapping[str, Mapping[str, Any]], profile: str, seed: int, language: str, systems: tuple[str, ...] = SYSTEMS
) -> str:
    """The certification plan of the demo as TOML: each vendor's 031 over REST and its 001 over files."""
    bundle = wiring.load_bundle()
    municipality = next(iter(ready.values()))["municipality"]
    blocks = [
        "# Written by `renkei demo`: three mock vendors, each with 031 (REST) and 001 (files).",
        f'[plan]\nname = "demo"\nedition = "{bundle.edition}"\nprofile = "{profile}"\n'
        f'municipality = "{municipality}"\nseed = {seed}\nlanguage = "{language}"',
    ]
    for name, line in ready.items():
        for system in systems:
            access = _rest(name, line) if system == "031" else f'[target.files]\nurl = "{line["place"]}"\n'
            blocks.append(_target(name, system, line) + access + _claim_block(name, system))
    return "\n\n".join(blocks) + "\n"


def _target(name: str, system: str, line: Mapping[str, Any]) -> str:
    return (
        f'[[target]]\nid = "{name}-{system}"\nvendor = "{name}"\nproduct = "{line["product"]}"\n'
        f'version = "{line["version"]}"\nsystem = "{system}"\nroles = ["provider"]\n'
    )


def _rest(name: str, line: Mapping[str, Any]) -> str:
    urls = "".join(
        f'{key} = "{line[key]}"\n' for key in ("base_url", "token_url", "introspection_url", "revocation_url")
    )
    clients = (
        f'client_id = "{line["client_id"]}"\nclient_secret = {{file = "mocks/{name}/client-1.secret"}}\n'
        f'second_client_id = "{line["second_client_id"]}"\n'
        f'second_client_secret = {{file = "mocks/{name}/client-2.secret"}}\n'
    )
    resident = f'resident_number = "{line["resident_number"]}"\n' if line.get("resident_number") else ""
    return f'[target.rest]\n{urls}{clients}{resident}ca_file = "mocks/tls/ca.pem"\n'


def _claim_block(name: str, system: str) -> str:
    """What the vendor's own table claims, as far as it speaks of that system."""
    table = tomllib.loads((wiring.home() / "mocks" / "vendors" / f"{name}.toml").read_text(encoding="utf-8"))
    claims = table.get("claims", {})
    known = {linkage.id for linkage in wiring.load_bundle().system(system).linkages}
    exempt = {linkage: reason for linkage, reason in claims.get("exempt", {}).items() if linkage in known}
    pairs = ", ".join(f'"{linkage}" = "{reason}"' for linkage, reason in exempt.items())
    optional = claims.get("optional", []) if system == "031" else []
    return f"[target.claims]\noptional = {json.dumps(optional)}\nexempt = {{{pairs}}}\n"


def _certify(out: Path) -> Mapping[str, Any]:
    """Decide and sign with a key that is marked as the demo's own."""
    from renkei.cli.certify import certify_demo

    return certify_demo(out)


def _tell(out: Path, decision: Mapping[str, Any], words: Catalogue) -> None:
    """Say what came out, in the reader's language, and where it lies."""
    verdicts = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))
    bundle = wiring.load_bundle()
    decided = {row["id"]: row["decision"] for row in decision["targets"]}
    first = ""
    for target in verdicts["targets"]:
        findings = [
            finding | {"requirement": row["requirement"]} for row in target["results"] for finding in row["findings"]
        ]
        print(
            words.text(
                "cli.demo-verdict",
                target=target["id"],
                verdict=words.text(f"verdicts.{target['verdict']}"),
                findings=len(findings),
                decision=words.choice("cli_decisions", decided.get(target["id"], "-")),
            )
        )
        for finding in findings:
            requirement = bundle.requirement(finding["requirement"])
            print(
                words.text(
                    "cli.demo-finding",
                    finding=finding["id"],
                    requirement=requirement.id,
                    title=requirement.title(words.language),
                    clause=requirement.clause,
                )
            )
            first = first or finding["replay"]
    print(words.text("cli.demo-places"))
    for label, name in (
        ("index", "index.html"),
        ("allure", "allure-report/index.html"),
        ("verdicts", "verdicts.json"),
        ("certificate", "certificate.json"),
    ):
        print(words.text("cli.demo-place", label=words.text(f"cli.demo-{label}"), path=out / name))
    if first:
        print(words.text("cli.demo-replay"))
        print(f"  .venv/bin/{first}")
