"""The command line `python -m mocks`."""

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mocks import client, vendor
from mocks.boundary import command as boundary
from mocks.client import facade_secret
from mocks.fault import Faults, UnknownFaultError, catalogue, is_scoped
from mocks.vendor import UnknownVendorError

MUNICIPALITY = "993018"
SYSTEMS = ("031", "001", "both", "all")


def parser() -> argparse.ArgumentParser:
    """The options; each default is what the tests of the harness use."""
    made = argparse.ArgumentParser(prog="python -m mocks", description="One mock vendor in one process.")
    made.add_argument("--vendor", help="a table under mocks/vendors/")
    made.add_argument("--list-faults", action="store_true", help="every fault as a line of JSON, and end")
    made.add_argument(
        "--system",
        action="append",
        type=_system,
        metavar="NNN",
        help="031, 001, both (the default), any 業務ID or boundary system with --town (several times), all, or boundary",
    )
    made.add_argument("--town", type=Path, metavar="DIR", help="a test-data pack; needed for all but 031, 001 and both")
    made.add_argument("--inbox", metavar="URL", help="the place that the systems of the pack receive from")
    made.add_argument(
        "--facade", type=Path, metavar="FILE", help="serve the façade; its secret is kept here, made when absent"
    )
    made.add_argument("--schedule", action="store_true", help="publish by the virtual clock, as the tables say")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument(
        "--also", action="append", default=[], metavar="ADDRESS", help="listen there, too, at the same port"
    )
    made.add_argument("--port", type=int, default=0, help="0 takes a free port")
    made.add_argument("--tls", type=Path, metavar="DIR", help="serve HTTPS with a certificate of a test CA kept here")
    made.add_argument("--place", metavar="URL", help="where 001 publishes its files: a folder, file:// or s3://")
    made.add_argument("--place-option", action="append", default=[], metavar="NAME=VALUE", help="for the storage")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--population", type=int, default=300, help="residents at the start")
    made.add_argument("--fault", action="append", default=[], metavar="NAME", help="a table under mocks/faults/")
    made.add_argument("--no-vendor-faults", action="store_true", help="leave out the faults of the vendor's table")
    made.add_argument("--municipality", default=MUNICIPALITY, metavar="CODE", help="全国地方公共団体コード")
    made.add_argument("--clients", type=Path, metavar="FILE", help="the registered clients; written when absent")
    made.add_argument("--token-seconds", type=int, default=5, help="the life of an access token")
    made.add_argument("--control", choices=("loopback", "any", "off"), default="loopback")
    made.add_argument("--with-parent", action="store_true", help="end when the standard input ends")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run one mock until it is told to stop. Wrong options end with 2."""
    options = parser().parse_args(arguments)
    if options.list_faults:
        return _list_faults()
    if options.vendor is None:
        print("python -m mocks: the following arguments are required: --vendor", file=sys.stderr)
        return 2
    try:
        return _run(options)
    except (UnknownFaultError, UnknownVendorError, ValueError, OSError) as error:
        print(f"python -m mocks: {error}", file=sys.stderr)
        return 2


def _list_faults() -> int:
    for one in catalogue().values():
        print(json.dumps(asdict(one), ensure_ascii=False))
    return 0


def _system(text: str) -> str:
    """031, 001, both, all, another 業務ID, a boundary system, or boundary for all of these."""
    if text not in SYSTEMS and not re.fullmatch(r"\d{3}", text) and not boundary.is_boundary(text):
        raise argparse.ArgumentTypeError(
            f"expected a 業務ID such as 010, {', '.join(SYSTEMS)} or boundary; got {text!r}"
        )
    return text


def _served(options: argparse.Namespace, had: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What 031 and 001 do here of their own, and which systems are served from the pack, or receive without one."""
    from mocks.gyomu import contract

    asked = list(dict.fromkeys(options.system or ["both"]))
    if options.town is None:
        asked = asked[-1:]
        if asked[0] not in SYSTEMS[:3]:
            raise ValueError("--town DIR is needed for any system but 031, 001 and both")
        # Through a façade they receive as well; without one the image needs no contract tables.
        return asked[0], (("001", "031") if asked[0] == "both" else (asked[0],)) if options.facade else ()
    if "all" in asked:
        return "all", had or tuple(contract.folders())
    systems = tuple(name for one in asked for name in (("001", "031") if one == "both" else (one,)))
    for name in systems:
        contract.system(name)
        if had and name not in had:
            raise ValueError(f"vendor {options.vendor} has no system {name}; it has {', '.join(had)}")
    return "031" if "031" in systems else systems[0], systems


def _place(url: str | None) -> str | None:
    """A folder without a scheme is a file place; a place always has a scheme."""
    return url if url is None or "://" in url else Path(url).resolve().as_uri()


def _storage_options(pairs: list[str]) -> dict[str, Any]:
    """`endpoint_url=…`, `key=…`, `secret=…` and the like, as the storage library names them."""
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise ValueError(f"expected NAME=VALUE, --place-option = {wrong[0]!r}")
    return dict(pair.split("=", 1) for pair in pairs)


def _run(options: argparse.Namespace) -> int:
    # Imported late: --help and a wrong option answer at once.
    from mocks.application import build
    from mocks.gyomu.office import Desk
    from mocks.server import listen, serve
    from mocks.town import Settings, Town

    if any(boundary.is_boundary(name) for name in options.system or ()):
        return boundary.run(options, _tls(options, Faults(())), _shown_host(options.host))
    chosen = vendor.load(options.vendor)
    own = () if options.no_vendor_faults else chosen.faults
    # A fault of the vendor's table that names a system is one of that system's files; the others are of 031 and of 001's story.
    fault = Faults([*(name for name in own if not is_scoped(name)), *options.fault])
    # Without a pack there are no offices, and in the image no contract tables that would know their faults.
    scoped = [name for name in own if is_scoped(name)] if options.town else []
    office_fault = Faults([*scoped, *options.fault])
    clients = client.derive(chosen.name, options.seed, chosen.style.auth_methods, fault)
    if options.clients:
        clients = client.from_file(options.clients, clients)
    system, offices = _served(options, chosen.systems)
    place = _place(options.place) if system != "031" or (offices and options.town) else None
    storage = _storage_options(options.place_option)
    desk = None
    if offices:
        desk = Desk(
            pack=options.town,
            systems=offices,
            style=chosen.style,
            place=place if options.town else None,
            options=storage,
            inbox=_place(options.inbox),
            facade=facade_secret(options.facade) if options.facade else None,
            schedule=options.schedule,
            municipality=options.municipality,
            seed=options.seed,
        )
    settings = Settings(
        vendor=chosen,
        system=system,
        municipality=options.municipality,
        seed=options.seed,
        place=place,
        place_options=storage,
        token_seconds=options.token_seconds,
        population=options.population,
        clients=clients,
        control=options.control,
        desk=desk,
    )
    sock = listen(options.host, options.port)
    ca_file, context = _tls(options, fault)
    town = Town(settings, fault, office_fault)
    application = build(town)
    base_url = f"{'https' if context else 'http'}://{_shown_host(options.host)}:{sock.getsockname()[1]}"
    ready = _ready(town, base_url, ca_file)
    serve(application, sock, ready, fault, ssl_context=context, with_parent=options.with_parent, also=options.also)
    return 0


def _shown_host(host: str) -> str:
    """An address a client can use: the wildcard addresses are not."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _tls(options: argparse.Namespace, fault: Faults) -> tuple[Path | None, Any]:
    if options.tls is None:
        return None, None
    from mocks.certificate import context, issue

    ca_file, chain = issue(options.tls, options.host)
    try:
        return ca_file.resolve(), context(chain, fault)
    finally:
        # The context holds the key now; on disk it would outlive the process.
        chain.unlink(missing_ok=True)


def _ready(town: Any, base_url: str, ca_file: Path | None) -> dict[str, Any]:
    """The readiness line, with the number of some resident for 番号引継. Secrets are never in it."""
    settings = town.settings
    return {
        "ready": True,
        "vendor": settings.vendor.name,
        "product": settings.vendor.product,
        "version": settings.vendor.version,
        "system": settings.system,
        "municipality": settings.municipality,
        "base_url": base_url,
        "token_url": f"{base_url}/oauth2/token",
        "introspection_url": f"{base_url}/oauth2/introspect",
        "revocation_url": f"{base_url}/oauth2/revoke",
        "place": settings.place,
        "ca_file": str(ca_file) if ca_file else None,
        "client_id": settings.clients[0].client_id,
        "second_client_id": settings.clients[1].client_id,
        "resident_number": town.some_resident(),
        "systems": list(settings.desk.systems) if settings.desk else [],
        "facades": _facades(settings.desk, base_url),
        "pid": os.getpid(),
    }


def _facades(desk: Any, base_url: str) -> dict[str, str]:
    """The address of each system's façade."""
    return {name: f"{base_url}/{name}" for name in desk.systems} if desk and desk.facade else {}
