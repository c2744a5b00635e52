"""Plan files: plan.toml to a Plan; unknown keys, missing secrets, bad URLs and overlaps are diagnosed, not guessed."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.errors import PlanError
from renkei.flow.contract import Bundle
from renkei.flow.plan import (
    AUTH_LINKAGE,
    CONCURRENCY,
    MAX_CONCURRENCY,
    Claims,
    FilesAccess,
    Plan,
    Profile,
    RestAccess,
    SecretRef,
    Target,
    Waiver,
)
from renkei.flow.requirement import Role, Transport

PLAN_KEYS = {"name", "edition", "profile", "municipality", "seed", "language", "contracts"}
TARGET_KEYS = {"id", "vendor", "product", "version", "system", "roles", "rest", "files", "claims"}
REST_KEYS = {
    "base_url",
    "token_url",
    "introspection_url",
    "revocation_url",
    "client_id",
    "client_secret",
    "auth",
    "ca_file",
    "gyomuid",
    "second_client_id",
    "second_client_secret",
    "second_gyomuid",
    "resident_number",
    "concurrency",
}
FOREIGN_KEYS = {"base_url", "auth", "ca_file", "api_key_name", "user", "secret"}
FILES_KEYS = {"url", "options"}
CLAIM_KEYS = {"optional", "exempt", "waivers", "edition"}
WAIVER_KEYS = {"requirement", "linkage", "owner", "reason", "link", "expires"}
AUTH_METHODS = ("client_secret_jwt", "client_secret_basic")
KEY_METHODS = ("api_key_header", "api_key_query", "api_key_cookie")
# How a target of another standard is called: with something that is always the same, or with a token that is fetched.
FOREIGN_METHODS = ("none", *KEY_METHODS, "bearer_static", "basic", "client_credentials", *AUTH_METHODS)
FILE_SCHEMES = ("file", "s3", "sftp")
MAX_BYTES = 1_000_000
SHOWN = 120
# Options of a storage library whose names hold these words are secrets, and stand by reference only.
SECRET_WORDS = ("secret", "password", "passphrase", "passwd", "token")
PORTS = {"http": 80, "https": 443, "sftp": 22}


def read_plan(path: Path, bundle: Bundle, *, today: dt.date) -> Plan:
    """The plan of a file; raises PlanError naming the key, its value, and what was expected."""
    raw = _bytes(path)
    table = _toml(raw, path)
    _only(table, {"plan", "target", "pair"}, "")
    head = _table(table, "plan", "")
    _only(head, PLAN_KEYS, "plan")
    edition = _text(head, "edition", "plan", default=bundle.edition)
    if edition != bundle.edition:
        raise PlanError("plan-unknown-edition", key="plan.edition", value=edition, known=bundle.edition)
    rows = table.get("target", [])
    if not isinstance(rows, list) or not rows:
        raise PlanError("plan-no-target", key="target", value="-")
    targets = tuple(_target(row, index, bundle, path.parent, today) for index, row in enumerate(rows))
    _no_overlap(targets)
    return Plan(
        name=_text(head, "name", "plan"),
        edition=edition,
        profile=Profile(_choice(head, "profile", "plan", tuple(Profile), Profile.STANDARD)),
        municipality=_municipality(head, "000000" if bundle.foreign else None),
        seed=_seed(head),
        language=_choice(head, "language", "plan", ("ja", "en"), "ja"),
        targets=targets,
        digest=hashlib.sha256(raw).hexdigest(),
        source=path.name,
    )


def contracts_named(path: Path) -> Path | None:
    """The document or folder of another standard that a plan names, or None; the rest of the plan is not looked at."""
    head = _toml(_bytes(path), path).get("plan")
    if not isinstance(head, dict) or "contracts" not in head:
        return None
    return path.parent / _text(head, "contracts", "plan")


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


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            name = f"{where}.{key}" if where else key
            # the value is not repeated: it may be a secret under a misspelt name
            raise PlanError("plan-unknown-key", key=name, known=", ".join(sorted(known)))


def _table(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = table.get(key)
    if not isinstance(value, dict):
        raise PlanError("plan-missing-key", key=f"{where}.{key}".lstrip("."), value=_shown(value))
    return value


def _text(table: Mapping[str, Any], key: str, where: str, *, default: str | None = None) -> str:
    value = table.get(key, default)
    if value is None:
        raise PlanError("plan-missing-key", key=f"{where}.{key}", value="-")
    if not isinstance(value, str) or (default is None and not value):
        raise PlanError("plan-wrong-value", key=f"{where}.{key}", value=_shown(value), expected="text")
    return value


def _shown(value: Any) -> str:
    """A value as a diagnosis repeats it; of what holds other values only its kind, for one of them may be a secret."""
    if isinstance(value, str | int | float | bool | dt.date):
        return str(value)[:SHOWN]
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else "-"


def _bare(url: str) -> str:
    """A URL as a diagnosis repeats it: without user and password."""
    return re.sub("//[^/]*@", "//…@", url)[:SHOWN]


def _choice(table: Mapping[str, Any], key: str, where: str, known: tuple[str, ...], default: str) -> str:
    value = table.get(key, default)
    if value not in known:
        raise PlanError("plan-wrong-value", key=f"{where}.{key}", value=_shown(value), expected=" | ".join(known))
    return str(value)


def _seed(head: Mapping[str, Any]) -> int:
    seed = head.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise PlanError("plan-wrong-value", key="plan.seed", value=_shown(seed), expected="0 … 2^63-1")
    return seed


def _municipality(head: Mapping[str, Any], default: str | None) -> str:
    code = _text(head, "municipality", "plan", default=default)
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise PlanError("plan-wrong-value", key="plan.municipality", value=code, expected="団体コード 6 digits")
    return code


def _target(row: Any, index: int, bundle: Bundle, folder: Path, today: dt.date) -> Target:
    where = f"target[{index}]"
    if not isinstance(row, dict):
        raise PlanError("plan-wrong-value", key=where, value=_shown(row), expected="[[target]]")
    _only(row, TARGET_KEYS, where)
    system = _text(row, "system", where)
    known = tuple(item.id for item in bundle.systems)
    if system not in known:
        raise PlanError("plan-unknown-system", key=f"{where}.system", value=system, known=", ".join(known))
    read_rest = _foreign_rest if bundle.foreign else _rest
    target = Target(
        id=_identifier(row, where),
        vendor=_text(row, "vendor", where),
        product=_text(row, "product", where),
        version=_text(row, "version", where),
        system=system,
        roles=_roles(row, where),
        rest=read_rest(row["rest"], f"{where}.rest", folder) if "rest" in row else None,
        files=_files(row["files"], f"{where}.files", folder) if "files" in row else None,
        claims=_claims(row.get("claims", {}), f"{where}.claims", bundle, folder, today),
    )
    _reachable(target, bundle, where)
    return target


def _identifier(row: Mapping[str, Any], where: str) -> str:
    value = _text(row, "id", where)
    if not all(char.isascii() and (char.isalnum() or char in "-_.") for char in value) or len(value) > 64:
        raise PlanError("plan-wrong-value", key=f"{where}.id", value=value, expected="A-Z a-z 0-9 - _ . (≤ 64)")
    return value


def _roles(row: Mapping[str, Any], where: str) -> tuple[Role, ...]:
    value = row.get("roles", [Role.PROVIDER])
    if not isinstance(value, list) or not value or not all(item in tuple(Role) for item in value):
        raise PlanError("plan-wrong-value", key=f"{where}.roles", value=_shown(value), expected=" | ".join(Role))
    return tuple(Role(item) for item in value)


def _url(table: Mapping[str, Any], key: str, where: str, schemes: tuple[str, ...], *, needed: bool = True) -> str:
    value = _text(table, key, where, default=None if needed else "")
    if not value:
        return ""
    try:
        parts = urllib.parse.urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise PlanError(
            "plan-bad-url", key=f"{where}.{key}", value=_bare(value), expected=" | ".join(schemes)
        ) from error
    local = parts.scheme == "file"
    if parts.scheme not in schemes or not (local or parts.hostname) or parts.username or parts.password:
        raise PlanError("plan-bad-url", key=f"{where}.{key}", value=_bare(value), expected=" | ".join(schemes))
    return value


def _rest(table: Any, where: str, folder: Path) -> RestAccess:
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=_shown(table), expected="[target.rest]")
    _only(table, REST_KEYS, where)
    web = ("http", "https")
    ca_file = _text(table, "ca_file", where, default="")
    if ca_file and not (folder / ca_file).is_file():
        raise PlanError("plan-missing-file", key=f"{where}.ca_file", value=ca_file)
    return RestAccess(
        base_url=_url(table, "base_url", where, web),
        token_url=_url(table, "token_url", where, web),
        introspection_url=_url(table, "introspection_url", where, web, needed=False),
        revocation_url=_url(table, "revocation_url", where, web, needed=False),
        client_id=_text(table, "client_id", where),
        client_secret=_secret(table.get("client_secret"), f"{where}.client_secret", folder),
        auth=_choice(table, "auth", where, AUTH_METHODS, AUTH_METHODS[0]),
        ca_file=str((folder / ca_file).resolve()) if ca_file else "",
        gyomuid=_text(table, "gyomuid", where, default="010"),
        second_client_id=_text(table, "second_client_id", where, default=""),
        second_client_secret=(
            _secret(table["second_client_secret"], f"{where}.second_client_secret", folder)
            if "second_client_secret" in table
            else None
        ),
        second_gyomuid=_text(table, "second_gyomuid", where, default="024"),
        resident_number=_text(table, "resident_number", where, default=""),
        concurrency=_concurrency(table, where),
    )


def _foreign_rest(table: Any, where: str, folder: Path) -> RestAccess:
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=_shown(table), expected="[target.rest]")
    auth = _choice(table, "auth", where, FOREIGN_METHODS, "none")
    if auth in ("client_credentials", *AUTH_METHODS):
        return _rest({**table, "auth": AUTH_METHODS[1] if auth == "client_credentials" else auth}, where, folder)
    _only(table, FOREIGN_KEYS, where)
    ca_file = _text(table, "ca_file", where, default="")
    if ca_file and not (folder / ca_file).is_file():
        raise PlanError("plan-missing-file", key=f"{where}.ca_file", value=ca_file)
    return RestAccess(
        base_url=_url(table, "base_url", where, ("http", "https")),
        token_url="",
        client_id=_text(table, "user", where) if auth == "basic" else "",
        client_secret=None if auth == "none" else _secret(table.get("secret"), f"{where}.secret", folder),
        auth=auth,
        ca_file=str((folder / ca_file).resolve()) if ca_file else "",
        api_key_name=_text(table, "api_key_name", where) if auth in KEY_METHODS else "",
    )


def _concurrency(table: Mapping[str, Any], where: str) -> int:
    value = table.get("concurrency", CONCURRENCY)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_CONCURRENCY:
        raise PlanError("plan-wrong-value", key=f"{where}.concurrency", value=value, expected=f"1 … {MAX_CONCURRENCY}")
    return value


def _secret(value: Any, where: str, folder: Path) -> SecretRef:
    if isinstance(value, dict) and len(value) == 1:
        kind, name = next(iter(value.items()))
        if kind in ("env", "file") and isinstance(name, str) and name:
            return SecretRef(kind=kind, name=str((folder / name).resolve()) if kind == "file" else name)
    # The value itself may be a secret written in the wrong place: it is not repeated in the diagnosis.
    raise PlanError("plan-missing-secret", key=where, value="-", expected='{env = "NAME"} | {file = "PATH"}')


def _files(table: Any, where: str, folder: Path) -> FilesAccess:
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=_shown(table), expected="[target.files]")
    _only(table, FILES_KEYS, where)
    options = table.get("options", {})
    if not isinstance(options, dict):
        raise PlanError("plan-wrong-value", key=f"{where}.options", value=_shown(options), expected="table")
    parsed: dict[str, str | SecretRef] = {}
    for name, value in options.items():
        plain = isinstance(value, str) and not any(word in name.lower() for word in SECRET_WORDS)
        parsed[name] = value if plain else _secret(value, f"{where}.options.{name}", folder)
    return FilesAccess(url=_url(table, "url", where, FILE_SCHEMES), options=parsed)


def _claims(table: Any, where: str, bundle: Bundle, folder: Path, today: dt.date) -> Claims:
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=_shown(table), expected="[target.claims]")
    _only(table, CLAIM_KEYS, where)
    exempt = table.get("exempt", {})
    linkages = {linkage.id for system in bundle.systems for linkage in system.linkages}
    if not isinstance(exempt, dict) or not all(isinstance(reason, str) and reason for reason in exempt.values()):
        raise PlanError(
            "plan-wrong-value", key=f"{where}.exempt", value=_shown(exempt), expected='{linkage = "reason"}'
        )
    for linkage in exempt:
        if linkage not in linkages:
            raise PlanError("plan-unknown-linkage", key=f"{where}.exempt", value=linkage, known=", ".join(linkages))
    optional = table.get("optional", [])
    known = {item.option for item in bundle.requirements} | {
        linkage.option for system in bundle.systems for linkage in system.linkages
    }
    if not isinstance(optional, list) or not all(isinstance(item, str) and item in known for item in optional):
        raise PlanError(
            "plan-wrong-value", key=f"{where}.optional", value=_shown(optional), expected=" | ".join(sorted(known))
        )
    return Claims(
        optional=tuple(optional),
        exempt=dict(exempt),
        waivers=_waivers(table.get("waivers", ""), where, bundle, folder, today),
        edition=_text(table, "edition", where, default=""),
    )


def _waivers(name: Any, where: str, bundle: Bundle, folder: Path, today: dt.date) -> tuple[Waiver, ...]:
    if name == "":
        return ()
    key = f"{where}.waivers"
    if not isinstance(name, str):
        raise PlanError("plan-wrong-value", key=key, value=_shown(name), expected="file name")
    try:
        table = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        if set(table) != {"waiver"}:
            raise ValueError(f"{', '.join(sorted(table)) or '-'} ≠ waiver")
        rows = table["waiver"]
        waivers = tuple(Waiver(**{k: str(v) for k, v in row.items()}) for row in rows)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise PlanError("plan-waivers-unreadable", key=key, value=name, why=str(error)[:200]) from error
    ids = {item.id for item in bundle.requirements}
    linkages = {"", "*", AUTH_LINKAGE, *(item.id for system in bundle.systems for item in system.linkages)}
    for waiver in waivers:
        if waiver.linkage not in linkages:
            known = ", ".join(sorted(linkages - {""}))
            raise PlanError("plan-unknown-linkage", key=key, value=waiver.linkage[:SHOWN], known=known)
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
    """A target must say how to reach every transport that its linkages use, unless all of them are exempt."""
    for linkage in bundle.system(target.system).linkages:
        if linkage.id in target.claims.exempt:
            continue
        if linkage.transport is Transport.REST and target.rest is None:
            raise PlanError("plan-missing-key", key=f"{where}.rest", value="-")
        if linkage.transport is Transport.FILE and target.files is None:
            raise PlanError("plan-missing-key", key=f"{where}.files", value="-")


def _normal(url: str) -> str:
    """The same for every spelling of one address."""
    parts = urllib.parse.urlsplit(url)
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}{parts.path.rstrip('/')}"


def _no_overlap(targets: tuple[Target, ...]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for target in targets:
        keys = [("id", target.id)]
        if target.rest:
            keys.append((target.system, _normal(target.rest.base_url)))
        if target.files:
            keys.append((target.system, _normal(target.files.url)))
        for key in keys:
            if key in seen:
                raise PlanError("plan-overlap", key=key[1], value=target.id, other=seen[key])
            seen[key] = target.id
