"""Plan files: plan.toml to a Plan; unknown keys, missing secrets, bad URLs and overlaps are diagnosed, not guessed."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.errors import PlanError
from renkei.flow.contract import Bundle
from renkei.flow.journey import JOURNEYS
from renkei.flow.plan import (
    AUTH_LINKAGE,
    Claims,
    ManualAccess,
    Pair,
    Plan,
    Profile,
    Target,
    Waiver,
    received,
    shared,
)
from renkei.flow.requirement import Role, Transport
from renkei.planaccess import (
    choice_of,
    only,
    read_facade,
    read_files,
    read_foreign_rest,
    read_readback,
    read_rest,
    read_shelf,
    read_trigger,
    shown,
    table_of,
    text_of,
)
from renkei.planjourney import read_journeys

PLAN_KEYS = {"name", "edition", "profile", "municipality", "seed", "language", "contracts"}
TARGET_KEYS = {
    *("id", "vendor", "product", "version", "system", "roles", "rest", "files", "claims"),
    *("facade", "trigger", "readback", "inbox", "shelf", "parallel"),
}
PAIR_KEYS = {"provider", "consumer", "linkages", "place"}
MAX_PARALLEL = 16
CLAIM_KEYS = {"optional", "exempt", "waivers", "edition"}
WAIVER_KEYS = {"requirement", "linkage", "owner", "reason", "link", "expires"}
MAX_BYTES = 1_000_000
PORTS = {"http": 80, "https": 443, "sftp": 22}


def read_plan(path: Path, bundle: Bundle, *, today: dt.date) -> Plan:
    """The plan of a file; raises PlanError naming the key, its value, and what was expected."""
    raw = _bytes(path)
    table = _toml(raw, path)
    only(table, {"plan", "target", "pair", JOURNEYS}, "")
    head = table_of(table, "plan", "")
    only(head, PLAN_KEYS, "plan")
    edition = text_of(head, "edition", "plan", default=bundle.edition)
    if edition != bundle.edition:
        raise PlanError("plan-unknown-edition", key="plan.edition", value=edition, known=bundle.edition)
    rows = table.get("target", [])
    if not isinstance(rows, list) or not rows:
        raise PlanError("plan-no-target", key="target", value="-")
    targets = tuple(_target(row, index, bundle, path.parent, today) for index, row in enumerate(rows))
    if JOURNEYS not in table:
        _all_have_roles(targets)
    _no_overlap(targets)
    pairs = _pairs(table.get("pair"), targets, bundle, path.parent)
    return Plan(
        name=text_of(head, "name", "plan"),
        edition=edition,
        profile=Profile(choice_of(head, "profile", "plan", tuple(Profile), Profile.STANDARD)),
        municipality=_municipality(head, "000000" if bundle.foreign else None),
        seed=_seed(head),
        language=choice_of(head, "language", "plan", ("ja", "en"), "ja"),
        targets=targets,
        digest=hashlib.sha256(raw).hexdigest(),
        source=path.name,
        pairs=pairs,
        journeys=read_journeys(table[JOURNEYS], targets, bundle) if JOURNEYS in table else None,
    )


def contracts_named(path: Path) -> Path | None:
    """The document or folder of another standard that a plan names, or None; the rest of the plan is not looked at."""
    head = _toml(_bytes(path), path).get("plan")
    if not isinstance(head, dict) or "contracts" not in head:
        return None
    return path.parent / text_of(head, "contracts", "plan")


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlanError("plan-unreadable", file=str(path), why=error.strerror) from error
    if len(raw) > MAX_BYTES:
        raise PlanError("plan-unreadable", file=str(path), why=f"> {MAX_BYTES} bytes")
    return raw


def _toml(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError("plan-not-toml", file=path.name, why=str(error)[:200]) from error


def _seed(head: Mapping[str, Any]) -> int:
    seed = head.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise PlanError("plan-wrong-value", key="plan.seed", value=shown(seed), expected="0 … 2^63-1")
    return seed


def _municipality(head: Mapping[str, Any], default: str | None) -> str:
    code = text_of(head, "municipality", "plan", default=default)
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise PlanError("plan-wrong-value", key="plan.municipality", value=code, expected="団体コード 6 digits")
    return code


def _target(row: Any, index: int, bundle: Bundle, folder: Path, today: dt.date) -> Target:
    where = f"target[{index}]"
    if not isinstance(row, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(row), expected="[[target]]")
    only(row, TARGET_KEYS, where)
    system = text_of(row, "system", where)
    known = tuple(item.id for item in bundle.systems)
    if system not in known:
        raise PlanError("plan-unknown-system", key=f"{where}.system", value=system, known=", ".join(known))
    read_access = read_foreign_rest if bundle.foreign else read_rest
    facade = read_facade(row["facade"], f"{where}.facade", folder) if "facade" in row else None
    target = Target(
        id=_identifier(row, where),
        vendor=text_of(row, "vendor", where),
        product=text_of(row, "product", where),
        version=text_of(row, "version", where),
        system=system,
        roles=_roles(row, where),
        rest=read_access(row["rest"], f"{where}.rest", folder) if "rest" in row else None,
        files=read_files(row["files"], f"{where}.files", folder) if "files" in row else None,
        claims=_claims(row.get("claims", {}), f"{where}.claims", bundle, folder, today),
        trigger=read_trigger(row["trigger"], f"{where}.trigger", folder) if "trigger" in row else facade,
        readback=read_readback(row["readback"], f"{where}.readback", folder) if "readback" in row else facade,
        inbox=read_files(row["inbox"], f"{where}.inbox", folder) if "inbox" in row else None,
        shelf=read_shelf(row["shelf"], f"{where}.shelf") if "shelf" in row else None,
        parallel=_parallel(row, where),
    )
    _reachable(target, bundle, where)
    return target


def _parallel(row: Mapping[str, Any], where: str) -> int:
    value = row.get("parallel", 1)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_PARALLEL:
        raise PlanError("plan-wrong-value", key=f"{where}.parallel", value=shown(value), expected=f"1 … {MAX_PARALLEL}")
    return value


def _pairs(rows: Any, targets: tuple[Target, ...], bundle: Bundle, folder: Path) -> tuple[Pair, ...]:
    """The pairs of a plan; without any ``[[pair]]`` every provider with every consumer that take part in a linkage."""
    known = {target.id: target for target in targets}
    if rows is None:
        return tuple(
            Pair(provider=one.id, consumer=other.id)
            for one in targets
            for other in targets
            if one is not other
            and Role.PROVIDER in one.roles
            and Role.CONSUMER in other.roles
            and shared(bundle, one, other)
        )
    if not isinstance(rows, list):
        raise PlanError("plan-wrong-value", key="pair", value=shown(rows), expected="[[pair]]")
    pairs = tuple(_pair(row, f"pair[{index}]", known, bundle, folder) for index, row in enumerate(rows))
    _no_shared_place(pairs, targets)
    return pairs


def _pair(row: Any, where: str, known: Mapping[str, Target], bundle: Bundle, folder: Path) -> Pair:
    if not isinstance(row, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(row), expected="[[pair]]")
    only(row, PAIR_KEYS, where)
    sides = []
    for role in (Role.PROVIDER, Role.CONSUMER):
        named = text_of(row, str(role), where)
        fitting = [name for name, target in known.items() if role in target.roles]
        if named not in fitting:
            raise PlanError("plan-pair-unknown", key=f"{where}.{role}", value=named, known=", ".join(fitting) or "-")
        sides.append(known[named])
    provider, consumer = sides
    between = [linkage.id for linkage in shared(bundle, provider, consumer)]
    asked = row.get("linkages", [])
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise PlanError("plan-wrong-value", key=f"{where}.linkages", value=shown(asked), expected='["…"]')
    for name in asked or ([] if between else ["-"]):
        if name not in between:
            known_ones = ", ".join(between) or "-"
            raise PlanError("plan-unknown-linkage", key=f"{where}.linkages", value=name, known=known_ones)
    place = read_files(row["place"], f"{where}.place", folder) if "place" in row else None
    return Pair(provider=provider.id, consumer=consumer.id, linkages=tuple(asked), place=place)


def _no_shared_place(pairs: tuple[Pair, ...], targets: tuple[Target, ...]) -> None:
    """What one pair writes must never be what another reads: every place is of one pair, and of no target."""
    taken = {_normal(place.url): target.id for target in targets for place in (target.files, target.inbox) if place}
    seen: set[str] = set()
    for pair in pairs:
        if pair.id in seen:
            raise PlanError("plan-overlap", key="pair", value=pair.id, other=pair.id)
        seen.add(pair.id)
        if pair.place is None:
            continue
        url = _normal(pair.place.url)
        other = next((name for place, name in taken.items() if _within(url, place)), "")
        if other:
            raise PlanError("plan-pair-place", key="pair.place", value=pair.id, other=other)
        taken[url] = pair.id


def _within(one: str, other: str) -> bool:
    """Whether one of two places lies in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _identifier(row: Mapping[str, Any], where: str) -> str:
    value = text_of(row, "id", where)
    if not all(char.isascii() and (char.isalnum() or char in "-_.") for char in value) or len(value) > 64:
        raise PlanError("plan-wrong-value", key=f"{where}.id", value=value, expected="A-Z a-z 0-9 - _ . (≤ 64)")
    return value


def _roles(row: Mapping[str, Any], where: str) -> tuple[Role, ...]:
    value = row.get("roles", [Role.PROVIDER])
    known = (Role.PROVIDER, Role.CONSUMER)
    if not isinstance(value, list) or not all(item in known for item in value):
        raise PlanError("plan-wrong-value", key=f"{where}.roles", value=shown(value), expected=" | ".join(known))
    return tuple(Role(item) for item in value)


def _all_have_roles(targets: tuple[Target, ...]) -> None:
    """Without a role a target can do nothing but take part in journeys, of which this plan has none."""
    for index, target in enumerate(targets):
        if not target.roles:
            known = f"{Role.PROVIDER} | {Role.CONSUMER}"
            raise PlanError("plan-wrong-value", key=f"target[{index}].roles", value="[]", expected=known)


def _claims(table: Any, where: str, bundle: Bundle, folder: Path, today: dt.date) -> Claims:
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected="[target.claims]")
    only(table, CLAIM_KEYS, where)
    exempt = table.get("exempt", {})
    linkages = {linkage.id for system in bundle.systems for linkage in system.linkages}
    if not isinstance(exempt, dict) or not all(isinstance(reason, str) and reason for reason in exempt.values()):
        raise PlanError("plan-wrong-value", key=f"{where}.exempt", value=shown(exempt), expected='{linkage = "reason"}')
    for linkage in exempt:
        if linkage not in linkages:
            raise PlanError("plan-unknown-linkage", key=f"{where}.exempt", value=linkage, known=", ".join(linkages))
    optional = table.get("optional", [])
    known = {item.option for item in bundle.requirements} | {
        linkage.option for system in bundle.systems for linkage in system.linkages
    }
    if not isinstance(optional, list) or not all(isinstance(item, str) and item in known for item in optional):
        raise PlanError(
            "plan-wrong-value", key=f"{where}.optional", value=shown(optional), expected=" | ".join(sorted(known))
        )
    return Claims(
        optional=tuple(optional),
        exempt=dict(exempt),
        waivers=_waivers(table.get("waivers", ""), where, bundle, folder, today),
        edition=text_of(table, "edition", where, default=""),
    )


def _waivers(name: Any, where: str, bundle: Bundle, folder: Path, today: dt.date) -> tuple[Waiver, ...]:
    if name == "":
        return ()
    key = f"{where}.waivers"
    if not isinstance(name, str):
        raise PlanError("plan-wrong-value", key=key, value=shown(name), expected="file name")
    try:
        table = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        if set(table) != {"waiver"}:
            raise ValueError(f"{', '.join(sorted(table)) or '-'} ≠ waiver")
        rows = table["waiver"]
        waivers = tuple(Waiver(**{k: str(v) for k, v in row.items()}) for row in rows)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise PlanError("plan-waivers-unreadable", key=key, value=name, why=str(error)[:200]) from error
    # A life event is of several vendors: what one of them has accepted must not cover another's failure.
    ids = {item.id for item in bundle.requirements if item.role is not Role.JOURNEY}
    linkages = {"", "*", AUTH_LINKAGE, *(item.id for system in bundle.systems for item in system.linkages)}
    for waiver in waivers:
        if waiver.linkage not in linkages:
            known = ", ".join(sorted(linkages - {""}))
            raise PlanError("plan-unknown-linkage", key=key, value=shown(waiver.linkage), known=known)
        if waiver.requirement not in ids:
            raise PlanError("plan-waiver-unknown", key=key, value=waiver.requirement)
        if not all((waiver.owner, waiver.reason, waiver.link)):
            raise PlanError("plan-waiver-incomplete", key=key, value=waiver.requirement)
        try:
            expired = dt.date.fromisoformat(waiver.expires) < today
        except ValueError as error:
            raise PlanError("plan-waiver-incomplete", key=key, value=waiver.expires) from error
        if expired:
            raise PlanError("plan-waiver-expired", key=key, value=waiver.requirement, expires=waiver.expires)
    return waivers


def _reachable(target: Target, bundle: Bundle, where: str) -> None:
    """A target must say how to reach every transport that its linkages use, but for exempt and unclaimed ones."""
    if Role.CONSUMER in target.roles:
        _movable(target, bundle, where)
    if Role.PROVIDER not in target.roles:
        return
    for linkage in bundle.system(target.system).linkages:
        unclaimed = linkage.option and linkage.option not in target.claims.optional
        if linkage.id in target.claims.exempt or unclaimed:
            continue
        if linkage.transport is Transport.REST and target.rest is None:
            raise PlanError("plan-missing-key", key=f"{where}.rest", value="-")
        if linkage.transport is Transport.FILE and target.files is None:
            raise PlanError("plan-missing-key", key=f"{where}.files", value="-")


def _movable(target: Target, bundle: Bundle, where: str) -> None:
    """A consumer must say how it is made to act, and from where it reads what it receives as files."""
    if target.trigger is None:
        raise PlanError("plan-missing-key", key=f"{where}.trigger", value="-")
    if target.shelf and isinstance(target.trigger, ManualAccess):
        # Its key is made anew for each run, and nobody is to copy secrets by hand.
        raise PlanError("plan-wrong-value", key=f"{where}.shelf", value="manual", expected="http | command")
    files = (linkage for linkage in received(bundle, target) if linkage.transport is Transport.FILE)
    anywhere = target.inbox or target.shelf
    if anywhere is None and any(linkage.id not in target.claims.exempt for linkage in files):
        raise PlanError("plan-missing-key", key=f"{where}.inbox", value="-")


def _normal(url: str) -> str:
    """The same for every spelling of one address."""
    parts = urllib.parse.urlsplit(url)
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}{parts.path.rstrip('/')}"


def _no_overlap(targets: tuple[Target, ...]) -> None:
    seen: dict[tuple[str, str], str] = {("id", JOURNEYS): JOURNEYS}
    for target in targets:
        keys = [("id", target.id)]
        if target.rest:
            keys.append((target.system, _normal(target.rest.base_url)))
        if target.files:
            keys.append((target.system, _normal(target.files.url)))
        if target.inbox:
            keys.append(("inbox", _normal(target.inbox.url)))
        for key in keys:
            if key in seen:
                raise PlanError("plan-overlap", key=key[1], value=target.id, other=seen[key])
            seen[key] = target.id
