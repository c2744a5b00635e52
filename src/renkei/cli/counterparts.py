"""What a consumer is driven with: its façade, command or person, what it holds, and the place it reads from."""

from __future__ import annotations

import functools
import shutil
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING

from renkei.cli import wiring
from renkei.errors import PlanError, TargetBlocked
from renkei.flow.contract import Bundle
from renkei.flow.exchange import Exchange, Request
from renkei.flow.plan import CommandAccess, FacadeAccess, ManualAccess, ShelfAccess, Target, received
from renkei.ports import Actor, Holdings, Outlet, Shelf, Steering, Validator

if TYPE_CHECKING:
    from renkei.adapters.h11.transport import PinnedTransport
    from renkei.kit.byperson import Ask
    from renkei.kit.consumer import Counterpart
    from renkei.kit.facade import HttpFacade

Record = Callable[[Exchange], None]


@functools.cache
def facade_contract() -> Validator:
    """The validator of the façade's own contract."""
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.adapters.yaml.document import read_yaml

    path = wiring.home() / "contracts" / "facade" / "openapi.yaml"
    return SchemaValidator(read_yaml(path.read_bytes(), path.name))


def facade_of(access: FacadeAccess, secret: str, record: Record = lambda _exchange: None) -> HttpFacade:
    """The client of one façade; every exchange is told to ``record``."""
    from renkei.kit.facade import HttpFacade

    transport = _transport(access.url, access.ca_file)

    def send(request: Request, *, deadline: float | None = None) -> Exchange:
        exchange = transport.send(request, deadline=deadline)
        record(exchange)
        return exchange

    return HttpFacade(access, secret, send, contract=facade_contract())


@functools.cache
def _transport(url: str, ca_file: str) -> PinnedTransport:
    from renkei.adapters.h11.transport import PinnedTransport

    parts = urllib.parse.urlsplit(url)
    return PinnedTransport(
        origins=frozenset({f"{parts.scheme}://{parts.netloc}"}), ca_file=ca_file, deadline=wiring.DEADLINE
    )


def counterpart_of(target: Target, ask: Ask | None = None) -> Callable[[Record], Counterpart]:
    """What that target is driven with as a consumer; ``ask`` puts a request to a person, None where nobody is there."""
    from renkei.adapters.stand.server import LocalStand
    from renkei.kit.consumer import Counterpart

    secrets = wiring.facade_secrets(target)
    outlet = outlet_of(target)

    def made(record: Record) -> Counterpart:
        trigger, readback = target.trigger, target.readback
        actor = _actor(target, secrets, record, ask)
        holdings: Holdings | None = None
        steering: Steering | None = None
        if isinstance(readback, FacadeAccess):
            holdings = steering = facade_of(readback, secrets[f"{target.id}.readback.secret"], record)
        elif isinstance(readback, CommandAccess):
            from renkei.adapters.command.program import run_program
            from renkei.kit.byprogram import Program

            holdings = Program(readback, run_program, contract=facade_contract())
        if isinstance(trigger, FacadeAccess):
            steering = facade_of(trigger, secrets[f"{target.id}.trigger.secret"], record)
        return Counterpart(
            actor=actor,
            holdings=holdings,
            steering=steering,
            outlet=outlet,
            stand=LocalStand,
            shelf=shelf_of(target) if target.shelf else None,
        )

    return made


def _actor(target: Target, secrets: dict[str, str], record: Record, ask: Ask | None) -> Actor:
    from renkei.adapters.command.program import run_program
    from renkei.kit.byperson import Person
    from renkei.kit.byprogram import Program

    trigger = target.trigger
    if isinstance(trigger, FacadeAccess):
        return facade_of(trigger, secrets[f"{target.id}.trigger.secret"], record)
    if isinstance(trigger, CommandAccess):
        return Program(trigger, run_program, contract=facade_contract())
    if isinstance(trigger, ManualAccess):
        return Person(trigger.seconds, ask)
    raise PlanError("plan-missing-key", key=f"{target.id}.trigger", value="-")


def outlet_of(target: Target) -> Outlet | None:
    """The place that the target reads files from."""
    from renkei.adapters.fsspec.outlet import open_outlet

    if target.inbox is None:
        return None
    return open_outlet(target.inbox.url, wiring.inbox_options(target))


def shelf_of(target: Target) -> Callable[[], Shelf]:
    """Opens our own object storage where the plan lets the target read from it."""
    from renkei.adapters.fsspec.signature import genuine
    from renkei.adapters.stand.shelf import ObjectShelf

    access = target.shelf or ShelfAccess()

    def opened() -> Shelf:
        try:
            return ObjectShelf(genuine, access.host, access.port, access.url)
        except OSError as error:
            address = f"{access.host}:{access.port}"
            raise TargetBlocked("shelf-not-opened", address=address, reason=error.strerror or "-") from error

    return opened


def lacking(target: Target, bundle: Bundle) -> tuple[dict[str, str], TargetBlocked | None]:
    """What is known of the way in which a target is made to act: facts by operation, and the first obstacle.

    A façade is asked for each operation in a way that changes nothing; a program is looked for, not started.
    """
    from renkei.kit.facadeprobe import examined

    secrets = wiring.facade_secrets(target)
    facts: dict[str, str] = {}
    first: TargetBlocked | None = None
    ways = {"trigger": target.trigger, "readback": target.readback}
    if ways["trigger"] == ways["readback"]:
        del ways["readback"]
    for key, access in ways.items():
        if isinstance(access, CommandAccess):
            there = shutil.which(access.argv[0]) is not None
            facts[f"facade.{key}"] = "command" if there else "command-absent"
            if not there:
                first = first or TargetBlocked(
                    "command-not-started", program=access.argv[0], reason="FileNotFoundError"
                )
        elif isinstance(access, ManualAccess):
            facts[f"facade.{key}"] = "manual"
        elif access is not None:
            linkage = next((one.id for one in received(bundle, target) if one.id not in target.claims.exempt), "")
            for probe in examined(facade_of(access, secrets[f"{target.id}.{key}.secret"]), linkage):
                if not (key == "readback" and probe.operation not in ("secret", "records")):
                    facts[f"facade.{probe.operation}"] = probe.code or ("absent" if probe.absent else "as-contracted")
                    if probe.code and first is None:
                        first = TargetBlocked(probe.code, **probe.values)
    return facts, first
