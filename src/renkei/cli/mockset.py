"""The mock vendors that commands start themselves: running, with their secrets in files, and the plan that certifies them."""

from __future__ import annotations

import contextlib
import json
import os
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from renkei.cli import wiring
from renkei.vendors import ProcessVendor, launcher

VENDORS = ("alpha", "beta", "gamma")
SYSTEMS = ("031", "001")
MARK = "demo.json"
FACADE = "facade.secret"
# Of a pack that is made for a mock vendor.
POPULATION = 300
MUNICIPALITY = "993018"


class Vendor(Protocol):
    """A mock vendor, in a process or a container."""

    def start(self) -> dict[str, Any]:
        """Start it and give its readiness line."""

    def stop(self) -> None:
        """End it."""


@contextlib.contextmanager
def vendors(
    out: Path, *, containers: bool = False, consumers: bool = False, names: tuple[str, ...] = VENDORS
) -> Iterator[dict[str, dict[str, Any]]]:
    """The running vendors' readiness lines by name; they are ended on the way out. ``consumers``: with their façades."""
    started: list[Vendor] = []
    ready: dict[str, dict[str, Any]] = {}
    try:
        for name in names:
            extra = facade_options(out, name) if consumers else ()
            vendor = start_vendor(name, out, containers=containers, extra=extra)
            started.append(vendor)
            begun = time.monotonic()
            ready[name] = vendor.start() | {"seconds": f"{time.monotonic() - begun:.1f}"}
            vendor_secrets(out, name)
        _remember(out, ready, containers=containers, consumers=consumers)
        yield ready
    finally:
        for vendor in started:
            vendor.stop()


def facade_options(out: Path, name: str) -> tuple[str, ...]:
    """What makes a vendor serve its façades; their secret lies beside its clients."""
    return ("--facade", str((out / "mocks" / name / FACADE).resolve()))


def start_vendor(name: str, out: Path, *, containers: bool = False, port: int = 0, extra: Sequence[str] = ()) -> Vendor:
    """One mock vendor that keeps its clients, test CA and files below ``out/mocks/<name>``; not yet started."""
    folder = (out / "mocks" / name).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    how = launcher(wiring.home(), name)
    arguments = [
        "--system",
        "both",
        "--tls",
        str(folder.parent / "tls"),
        "--place",
        (folder / "place").as_uri(),
        "--clients",
        str(folder / "clients.json"),
        *(("--town", str(town_pack(folder / "town"))) if how.town and "--town" not in extra else ()),
        *extra,
    ]
    if containers:
        from renkei.adapters.docker.vendor import ContainerVendor

        return ContainerVendor(vendor=name, folder=folder.parent, image=how.image, arguments=arguments, port=port)
    return ProcessVendor(
        vendor=name,
        home=wiring.home(),
        log=folder / "mock.log",
        arguments=[*arguments, "--port", str(port)],
        argv=how.argv,
    )


def town_pack(folder: Path, *, population: int = POPULATION, seed: int = 1, closing: bool = False) -> Path:
    """A pack of the town in that folder, made when there is none yet."""
    from renkei.town.order import Order
    from renkei.town.pack import export

    if folder.exists():
        return folder
    bundle = wiring.load_bundle()
    order = Order.of(bundle, population=population, seed=seed, municipality=MUNICIPALITY, closing=closing)
    export(order, folder, workers=1, progress=lambda _done, _all: None)
    return folder


def vendor_secrets(out: Path, name: str) -> None:
    """Each client's secret in a file of its own, readable by the owner only: the plan names the files."""
    folder = out / "mocks" / name
    clients = json.loads((folder / "clients.json").read_text(encoding="utf-8"))
    rows = clients["clients"] if isinstance(clients, dict) else clients
    for number, row in enumerate(rows[:2], 1):
        path = folder / f"client-{number}.secret"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(row["client_secret"])


def _remember(out: Path, ready: Mapping[str, Mapping[str, Any]], *, containers: bool, consumers: bool) -> None:
    """How to start the vendors again at the same addresses, for ``renkei replay``."""
    ports = {name: int(str(line["base_url"]).rpartition(":")[2]) for name, line in ready.items()}
    mark: dict[str, Any] = {
        "schema": "renkei.demo/1",
        "ports": ports,
        "mode": "containers" if containers else "processes",
    }
    mark["consumers"] = consumers
    (out / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")


def plan_text(
    ready: Mapping[str, Mapping[str, Any]], profile: str, seed: int, language: str, systems: tuple[str, ...] = SYSTEMS
) -> str:
    """The certification plan of the demo as TOML: each vendor's 031 over REST and its 001 over files.

    Vendors that serve façades are consumers as well: they read from object storage of the harness.
    """
    bundle = wiring.load_bundle()
    municipality = next(iter(ready.values()))["municipality"]
    # Everybody with everybody is what `renkei matrix` is for: here each vendor is judged alone.
    alone = "pair = []\n" if any(line.get("facades") for line in ready.values()) else ""
    blocks = [
        "# Written by `renkei demo`: three mock vendors, each with 031 (REST) and 001 (files).",
        f'{alone}[plan]\nname = "demo"\nedition = "{bundle.edition}"\nprofile = "{profile}"\n'
        f'municipality = "{municipality}"\nseed = {seed}\nlanguage = "{language}"',
    ]
    for name, line in ready.items():
        for system in systems:
            access = _rest(name, line) if system == "031" else f'[target.files]\nurl = "{line["place"]}"\n'
            facade = _facade(name, system, line)
            blocks.append(_target(name, system, line) + access + facade + _claim_block(name, system))
    return "\n\n".join(blocks) + "\n"


def _facade(name: str, system: str, line: Mapping[str, Any]) -> str:
    url = line.get("facades", {}).get(system)
    if url is None:
        return ""
    ca_file = 'ca_file = "mocks/tls/ca.pem"\n' if str(url).startswith("https:") else ""
    secret = f'secret = {{file = "mocks/{name}/{FACADE}"}}\n'
    return f'[target.facade]\nurl = "{url}"\n{secret}{ca_file}[target.shelf]\n'


def _target(name: str, system: str, line: Mapping[str, Any]) -> str:
    roles = ["provider", "consumer"] if line.get("facades", {}).get(system) else ["provider"]
    return (
        f'[[target]]\nid = "{name}-{system}"\nvendor = "{name}"\nproduct = "{line["product"]}"\n'
        f'version = "{line["version"]}"\nsystem = "{system}"\nroles = {json.dumps(roles)}\n'
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
    table = tomllib.loads(launcher(wiring.home(), name).table.read_text(encoding="utf-8"))
    claims = table.get("claims", {})
    known = {linkage.id for linkage in wiring.load_bundle().system(system).linkages}
    exempt = {linkage: reason for linkage, reason in claims.get("exempt", {}).items() if linkage in known}
    pairs = ", ".join(f'"{linkage}" = "{reason}"' for linkage, reason in exempt.items())
    optional = claims.get("optional", []) if system == "031" else []
    return f"[target.claims]\noptional = {json.dumps(optional)}\nexempt = {{{pairs}}}\n"
